// Frozen tables: an empty table stands in front of the real one, which no script can reach.
#include "internal.h"

static const char frozen_key;
enum { DEEPEST = 200 };

static int refuse_field(lua_State *L) {
    if (lua_type(L, 2) == LUA_TSTRING) {
        return luaL_error(L, "'%s' cannot be set: the table is read-only", lua_tostring(L, 2));
    }
    return luaL_error(L, "the table is read-only");
}

static int refuse_global(lua_State *L) {
    if (lua_type(L, 2) == LUA_TSTRING) {
        const char *name = lua_tostring(L, 2);
        return luaL_error(L, "global '%s' cannot be set: globals are frozen, declare it local", name);
    }
    return luaL_error(L, "globals are frozen");
}

static int length(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
    return 1;
}

static int next_entry(lua_State *L) {
    lua_settop(L, 2);
    return lua_next(L, lua_upvalueindex(1)) ? 2 : 0;
}

static int entries(lua_State *L) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, next_entry, 1);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static void set_closure(lua_State *L, const char *name, lua_CFunction function) {
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static void freeze(lua_State *L, lua_CFunction refuse) {
    // real, view, metatable
    lua_newtable(L);
    lua_createtable(L, 0, 6);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, &frozen_key);
    lua_pushcfunction(L, refuse);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    set_closure(L, "__len", length);
    set_closure(L, "__pairs", entries);
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

void hg_freeze(lua_State *L) { freeze(L, refuse_field); }
void hg_freeze_globals(lua_State *L) { freeze(L, refuse_global); }

bool hg_thaw(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) { return false; }
    if (lua_rawgetp(L, -1, &frozen_key) == LUA_TTABLE) {
        lua_remove(L, -2);
        return true;
    }
    lua_pop(L, 2);
    return false;
}

/// Raises for what is not plain: a function could keep what it likes from one run to the next.
static void check_plain(lua_State *L) {
    int type = lua_type(L, -1);
    if (type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD) {
        luaL_error(L, "it holds a %s", lua_typename(L, type));
    }
    if (type != LUA_TTABLE || !lua_getmetatable(L, -1)) { return; }
    bool is_json = lua_rawgetp(L, -1, &hg_json_kind_key) != LUA_TNIL;
    lua_pop(L, 2);
    if (!is_json) { luaL_error(L, "it holds a table with a metatable"); }
}

/// A table that is met again is frozen inside already: the work is linear whatever the shape.
static void freeze_deep(lua_State *L, bool must_be_plain, int depth) {
    if (depth > DEEPEST) { luaL_error(L, "tables nest deeper than %d levels", DEEPEST); }
    luaL_checkstack(L, 6, "tables nest too deep");
    if (hg_thaw(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    if (must_be_plain) { check_plain(L); }
    int table = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if (!lua_istable(L, -1)) {
            if (must_be_plain) { check_plain(L); }
            lua_pop(L, 1);
            continue;
        }
        freeze_deep(L, must_be_plain, depth + 1);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, table);
    }
    hg_freeze(L);
}

void hg_freeze_deep(lua_State *L) { freeze_deep(L, false, 0); }

static int keep_frozen(lua_State *L) {
    check_plain(L);
    if (lua_istable(L, 1)) { freeze_deep(L, true, 0); }
    lua_pushinteger(L, luaL_ref(L, LUA_REGISTRYINDEX));
    return 1;
}

int32_t hg_keep_frozen(lua_State *L, hg_vm *vm) {
    (void)vm;
    lua_pushcfunction(L, keep_frozen);
    lua_insert(L, -2);
    int32_t reference = 0;
    if (lua_pcall(L, 1, 1, 0) == LUA_OK) { reference = (int32_t)lua_tointeger(L, -1); }
    lua_pop(L, 1);
    return reference;
}
