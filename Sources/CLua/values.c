// Values on Lua's stack, for the host. Nothing here calls metamethods, so nothing here runs scripts.
#include "internal.h"

int32_t hg_top(lua_State *L) { return lua_gettop(L); }
void hg_set_top(lua_State *L, int32_t index) { lua_settop(L, index); }
bool hg_reserve(lua_State *L, int32_t count) { return lua_checkstack(L, count); }

hg_type hg_type_of(lua_State *L, int32_t index) {
    switch (lua_type(L, index)) {
    case LUA_TNONE: return HG_NONE;
    case LUA_TNIL: return HG_NIL;
    case LUA_TBOOLEAN: return HG_BOOLEAN;
    case LUA_TLIGHTUSERDATA: return lua_touserdata(L, index) == &hg_null_key ? HG_NULL : HG_OTHER;
    case LUA_TNUMBER: return HG_NUMBER;
    case LUA_TSTRING: return HG_STRING;
    case LUA_TTABLE: return HG_TABLE;
    case LUA_TFUNCTION: return HG_FUNCTION;
    case LUA_TUSERDATA: return HG_USERDATA;
    default: return HG_OTHER;
    }
}

const char *hg_type_name(lua_State *L, int32_t index) {
    switch (hg_type_of(L, index)) {
    case HG_NONE: return "no value";
    case HG_NULL: return "null";
    default: return lua_typename(L, lua_type(L, index));
    }
}

bool hg_view_at(lua_State *L, int32_t index, uint32_t *number, uint32_t *owner) {
    if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(hg_view)) { return false; }
    const hg_view *view = lua_touserdata(L, index);
    hg_thread *thread = hg_thread_of(L);
    if (thread == NULL || view->serial != thread->serial) { return false; }
    *number = view->number;
    *owner = view->owner;
    return true;
}

void hg_push_nil(lua_State *L) { lua_pushnil(L); }
void hg_push_null(lua_State *L) { lua_pushlightuserdata(L, (void *)&hg_null_key); }
void hg_push_boolean(lua_State *L, bool value) { lua_pushboolean(L, value); }
void hg_push_integer(lua_State *L, int64_t value) { lua_pushinteger(L, value); }
void hg_push_number(lua_State *L, double value) { lua_pushnumber(L, value); }
void hg_push_string(lua_State *L, const void *bytes, size_t length) { lua_pushlstring(L, bytes, length); }
void hg_push_value(lua_State *L, int32_t index) { lua_pushvalue(L, index); }

void hg_push_kept(lua_State *L, hg_vm *vm, int32_t reference) {
    (void)vm;
    if (reference > 0) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
    } else {
        lua_pushnil(L);
    }
}

void hg_push_table(lua_State *L, int32_t elements, int32_t fields) { lua_createtable(L, elements, fields); }

void hg_set_field(lua_State *L, int32_t table, const char *name) {
    table = lua_absindex(L, table);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, table);
}

void hg_set_element(lua_State *L, int32_t table, int64_t index) { lua_rawseti(L, table, index); }

hg_type hg_get_field(lua_State *L, int32_t table, const char *name) {
    table = lua_absindex(L, table);
    lua_pushstring(L, name);
    lua_rawget(L, table);
    return hg_type_of(L, -1);
}

hg_type hg_get_element(lua_State *L, int32_t table, int64_t index) {
    lua_rawgeti(L, table, index);
    return hg_type_of(L, -1);
}

size_t hg_length(lua_State *L, int32_t index) { return lua_rawlen(L, index); }

void hg_thaw_in_place(lua_State *L, int32_t index) {
    index = lua_absindex(L, index);
    if (lua_istable(L, index) && hg_thaw(L, index)) { lua_replace(L, index); }
}

bool hg_next(lua_State *L, int32_t table) { return lua_next(L, table); }

bool hg_boolean(lua_State *L, int32_t index) { return lua_toboolean(L, index); }

bool hg_integer(lua_State *L, int32_t index, int64_t *value) {
    if (lua_type(L, index) != LUA_TNUMBER) { return false; }
    int good;
    *value = lua_tointegerx(L, index, &good);
    return good;
}

bool hg_number(lua_State *L, int32_t index, double *value) {
    if (lua_type(L, index) != LUA_TNUMBER) { return false; }
    *value = lua_tonumber(L, index);
    return true;
}

const char *hg_string(lua_State *L, int32_t index, size_t *length) {
    int type = lua_type(L, index);
    if (type != LUA_TSTRING && type != LUA_TNUMBER) { return NULL; }
    return lua_tolstring(L, index, length);
}
