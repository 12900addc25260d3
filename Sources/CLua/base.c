// The base library's functions that stock Lua leaves open: see each one's reason.
#include "internal.h"

static int call_upvalue(lua_State *L) {
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// pcall nests on the native stack, of which Dispatch's threads have little.
static int protected_call(lua_State *L) {
    hg_check_stack(L);
    return call_upvalue(L);
}

// xpcall runs its handler after the stack is unwound: a handler inside the error would run where no hook
// can stop it.

static int handler_returned(lua_State *L, int status, lua_KContext context) {
    (void)context;
    (void)status;
    lua_pushboolean(L, 0);
    lua_replace(L, 1);
    return lua_gettop(L);
}

static int body_returned(lua_State *L, int status, lua_KContext context) {
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    // handler, error
    lua_pushvalue(L, 1);
    lua_insert(L, 2);
    status = lua_pcallk(L, 1, LUA_MULTRET, 0, context, handler_returned);
    return handler_returned(L, status, context);
}

static int protected_call_with_handler(lua_State *L) {
    hg_check_stack(L);
    luaL_checkany(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    // handler, function, arguments
    lua_pushvalue(L, 1);
    lua_copy(L, 2, 1);
    lua_replace(L, 2);
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, body_returned);
    return body_returned(L, status, 0);
}

/// Whether the metatable on top is one that the JSON functions gave a value, which scripts may replace.
static bool is_json_metatable(lua_State *L) {
    bool answer = lua_rawgetp(L, -1, &hg_json_kind_key) != LUA_TNIL;
    lua_pop(L, 1);
    return answer;
}

static void refuse_metamethod(lua_State *L, const char *name, const char *why) {
    lua_pushstring(L, name);
    if (lua_rawget(L, 2) != LUA_TNIL) { luaL_error(L, "'%s' is not available: %s", name, why); }
    lua_pop(L, 1);
}

/// Finalizers run where no hook can stop them, and closing metamethods after an execution was stopped.
static int set_metatable(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    int type = lua_type(L, 2);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (type == LUA_TTABLE) {
        refuse_metamethod(L, "__gc", "a finalizer would run outside of any limit");
        refuse_metamethod(L, "__close", "it would run after the limits have ended an execution");
    }
    if (lua_getmetatable(L, 1)) {
        if (!is_json_metatable(L) && luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
            return luaL_error(L, "cannot change a protected metatable");
        }
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int get_metatable(lua_State *L) {
    luaL_checkany(L, 1);
    if (!lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    if (is_json_metatable(L)) {
        lua_pushnil(L);
        return 1;
    }
    luaL_getmetafield(L, 1, "__metatable");
    return 1;
}

static int raw_set(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    if (hg_thaw(L, 1)) { return luaL_error(L, "the table is read-only"); }
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int raw_get(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    if (hg_thaw(L, 1)) { lua_replace(L, 1); }
    lua_rawget(L, 1);
    return 1;
}

static int raw_length(lua_State *L) {
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    if (type == LUA_TTABLE && hg_thaw(L, 1)) { lua_replace(L, 1); }
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

static int next_entry(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (hg_thaw(L, 1)) { lua_replace(L, 1); }
    if (lua_next(L, 1)) { return 2; }
    lua_pushnil(L);
    return 1;
}

static int pairs_continue(lua_State *L, int status, lua_KContext context) {
    (void)L;
    (void)status;
    (void)context;
    return 3;
}

static int all_pairs(lua_State *L) {
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") == LUA_TNIL) {
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_pushvalue(L, 1);
        lua_pushnil(L);
    } else {
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 3, 0, pairs_continue);
    }
    return 3;
}

void hg_open_base(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"xpcall", protected_call_with_handler},
        {"setmetatable", set_metatable},
        {"getmetatable", get_metatable},
        {"rawset", raw_set},
        {"rawget", raw_get},
        {"rawlen", raw_length},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -1, "pcall");
    lua_pushcclosure(L, protected_call, 1);
    lua_setfield(L, -2, "pcall");
    lua_getfield(L, -1, "next");
    lua_pop(L, 1);
    lua_pushcfunction(L, next_entry);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "next");
    lua_pushcclosure(L, all_pairs, 1);
    lua_setfield(L, -2, "pairs");
}
