// host.json, and the doors to it for the host.
#include "json.h"

const char hg_null_key = 0;
const char hg_json_kind_key = 0;
static const char list_key = 0;

void hg_push_array_metatable(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key); }

int hg_json_kind(lua_State *L, int *index, const hg_keys **keys) {
    *keys = NULL;
    if (!lua_getmetatable(L, *index)) { return KIND_NONE; }
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    int kind = KIND_LIST;
    if (lua_topointer(L, -1) != vm->list_metatable) {
        int type = lua_rawgetp(L, -1, &hg_json_kind_key);
        if (type == LUA_TUSERDATA) { *keys = lua_touserdata(L, -1); }
        kind = type == LUA_TUSERDATA ? KIND_OBJECT : (int)lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (kind == KIND_NONE && hg_thaw(L, *index)) {
        *index = lua_gettop(L);
        return hg_json_kind(L, index, keys);
    }
    return kind;
}

static uint32_t option_depth(lua_State *L, int index) {
    if (lua_isnoneornil(L, index)) { return DEFAULT_DEPTH; }
    luaL_checktype(L, index, LUA_TTABLE);
    lua_getfield(L, index, "depth");
    lua_Integer depth = luaL_optinteger(L, -1, DEFAULT_DEPTH);
    lua_pop(L, 1);
    luaL_argcheck(L, depth >= 1 && depth <= DEFAULT_DEPTH, index, "depth must be from 1 to 200");
    return (uint32_t)depth;
}

static int decode(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    if (hg_json_read(L, text, length, option_depth(L, 2))) { return 1; }
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

static int encode(lua_State *L) {
    luaL_checkany(L, 1);
    uint32_t depth = option_depth(L, 2);
    bool pretty = false;
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, "pretty");
        pretty = lua_toboolean(L, -1);
    }
    hg_json_write(L, 1, depth, pretty);
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    lua_pushlstring(L, vm->json.bytes, vm->json.length);
    return 1;
}

static int declare_list(lua_State *L) {
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    hg_push_array_metatable(L);
    lua_setmetatable(L, 1);
    return 1;
}

static int declare_object(lua_State *L) {
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setmetatable(L, 1);
    return 1;
}

static int null_text(lua_State *L) {
    lua_pushstring(L, lua_touserdata(L, 1) == &hg_null_key ? "null" : "userdata");
    return 1;
}

static void push_kind(lua_State *L, int kind) {
    lua_newtable(L);
    lua_pushinteger(L, kind);
    lua_rawsetp(L, -2, &hg_json_kind_key);
}

void hg_open_json(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"decode", decode}, {"encode", encode}, {"array", declare_list}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    push_kind(L, KIND_LIST);
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    vm->list_metatable = lua_topointer(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
    push_kind(L, KIND_OBJECT);
    lua_pushcclosure(L, declare_object, 1);
    lua_setfield(L, -2, "object");
    // All light userdata share one metatable; null is the only one that scripts can see.
    lua_pushlightuserdata(L, (void *)&hg_null_key);
    lua_newtable(L);
    lua_pushcfunction(L, null_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "null");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "null");
}

// MARK: For the host, as protected calls

typedef struct {
    const char *bytes;
    size_t length;
    uint32_t depth;
} text;

static int protected_read(lua_State *L) {
    const text *source = lua_touserdata(L, 1);
    lua_pushboolean(L, hg_json_read(L, source->bytes, source->length, source->depth));
    lua_insert(L, -2);
    return 2;
}

static int protected_write(lua_State *L) {
    hg_json_write(L, 1, (uint32_t)lua_tointeger(L, 2), false);
    return 0;
}

/// Runs the function below its `count` arguments while memory may be refused.
static int call(lua_State *L, int count, int results) {
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    bool refused = vm->refuses;
    vm->refuses = true;
    int status = lua_pcall(L, count, results, 0);
    vm->refuses = refused;
    return status;
}

bool hg_json_decode(lua_State *L, const void *bytes, size_t length, uint32_t depth) {
    text source = {.bytes = bytes, .length = length, .depth = depth};
    lua_pushcfunction(L, protected_read);
    lua_pushlightuserdata(L, &source);
    if (call(L, 1, 2) != LUA_OK) { return false; }
    bool good = lua_toboolean(L, -2);
    lua_remove(L, -2);
    return good;
}

bool hg_json_encode(lua_State *L, int32_t index, uint32_t depth, const char **bytes, size_t *length) {
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    index = lua_absindex(L, index);
    lua_pushcfunction(L, protected_write);
    lua_pushvalue(L, index);
    lua_pushinteger(L, depth);
    if (call(L, 2, 0) != LUA_OK) { return false; }
    *bytes = vm->json.bytes;
    *length = vm->json.length;
    return true;
}
