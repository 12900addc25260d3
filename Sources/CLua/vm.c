// States: libraries that are safe, globals that are frozen.
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/// Lua calls this only for an error outside a protected call, which the rules of this library exclude.
static int panic(lua_State *L) {
    (void)L;
    return 0;
}

static void seed(lua_State *L) {
    // math.random starts elsewhere in each state; scripts cannot reseed it for each other.
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, (lua_Integer)((uintptr_t)L ^ (uintptr_t)time(NULL)));
    lua_pushinteger(L, (lua_Integer)hg_now());
    lua_call(L, 2, 0);
    lua_pushnil(L);
    lua_setfield(L, -2, "randomseed");
    lua_pop(L, 1);
}

/// Copies the named fields of the table on top into a new table, which replaces it.
static void keep_fields(lua_State *L, const char *const *names) {
    lua_newtable(L);
    for (; *names; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

static int open_libraries(lua_State *L) {
    static const char *const base[] = {
        "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen",
        "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "_VERSION", NULL,
    };
    static const char *const os[] = {"clock", "date", "difftime", "time", NULL};
    hg_vm *vm = *(hg_vm **)lua_touserdata(L, 1);
    lua_settop(L, 0);
    luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    luaL_requiref(L, LUA_OSLIBNAME, luaopen_os, 1);
    lua_settop(L, 0);
    seed(L);

    lua_pushglobaltable(L);
    keep_fields(L, base);
    hg_open_base(L);

    lua_getglobal(L, "string");
    hg_open_strings(L);
    hg_open_patterns(L);
    lua_setfield(L, 1, "string");
    lua_newtable(L);
    hg_open_tables(L);
    lua_setfield(L, 1, "table");
    lua_getglobal(L, "math");
    lua_setfield(L, 1, "math");
    lua_getglobal(L, "utf8");
    lua_setfield(L, 1, "utf8");
    lua_getglobal(L, "os");
    keep_fields(L, os);
    lua_setfield(L, 1, "os");
    lua_newtable(L);
    lua_newtable(L);
    hg_open_json(L);
    lua_setfield(L, -2, "json");
    lua_pushvalue(L, -1);
    vm->host_table = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_setfield(L, 1, "host");

    // Strings are indexed by the real library; their metatable is nobody's to see.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_getfield(L, 1, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);

    lua_pushvalue(L, 1);
    vm->globals = luaL_ref(L, LUA_REGISTRYINDEX);
    // The standard table of globals and the modules' table are out of reach from here on.
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    return 0;
}

hg_vm *hg_vm_new(size_t cap) {
    hg_vm *vm = calloc(1, sizeof *vm);
    if (vm == NULL) { return NULL; }
    vm->cap = cap;
    vm->L = lua_newstate(hg_allocate, vm);
    if (vm->L == NULL) {
        free(vm);
        return NULL;
    }
    lua_atpanic(vm->L, panic);
    *(hg_thread **)lua_getextraspace(vm->L) = NULL;
    lua_pushcfunction(vm->L, open_libraries);
    lua_pushlightuserdata(vm->L, &vm);
    if (lua_pcall(vm->L, 1, 0, 0) != LUA_OK) {
        hg_vm_close(vm);
        return NULL;
    }
    // Collections go in small steps; generational mode would now and then stop everything for a large heap. What a
    // request makes is small beside what stays: a collection waits until the heap has grown to four times that.
    lua_gc(vm->L, LUA_GCINC, 400, 0, 0);
    return vm;
}

void hg_vm_close(hg_vm *vm) {
    vm->refuses = false;
    vm->running = NULL;
    lua_close(vm->L);
    hg_shapes_free(vm->shapes);
    free(vm->json.bytes);
    hg_memory_release(&vm->memory);
    free(vm);
}

size_t hg_vm_live(const hg_vm *vm) { return vm->live; }
size_t hg_vm_reserved(const hg_vm *vm) { return vm->memory.reserved; }
bool hg_vm_was_short(const hg_vm *vm) { return vm->was_short; }
void hg_vm_collect(hg_vm *vm) { lua_gc(vm->L, LUA_GCCOLLECT); }
lua_State *hg_vm_stack(hg_vm *vm) { return vm->L; }

/// Every table of the globals is frozen in its place, then the globals themselves.
static int seal(lua_State *L) {
    hg_vm *vm = *(hg_vm **)lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->globals);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        if (lua_istable(L, -1)) {
            hg_freeze_deep(L);
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, 1);
        } else {
            lua_pop(L, 1);
        }
    }
    hg_freeze_globals(L);
    // Every chunk that is compiled from now on gets this as its _ENV.
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

bool hg_vm_seal(hg_vm *vm) {
    if (vm->is_sealed) { return false; }
    lua_pushcfunction(vm->L, seal);
    lua_pushlightuserdata(vm->L, &vm);
    vm->is_sealed = lua_pcall(vm->L, 1, 0, 0) == LUA_OK;
    lua_settop(vm->L, 0);
    return vm->is_sealed;
}

bool hg_buffer_grow(hg_buffer *buffer, size_t count) {
    size_t wanted = buffer->length + count;
    size_t capacity = buffer->capacity < 512 ? 1024 : buffer->capacity * 2;
    if (capacity < wanted) { capacity = wanted; }
    char *moved = realloc(buffer->bytes, capacity);
    if (moved == NULL) { return false; }
    buffer->bytes = moved;
    buffer->capacity = capacity;
    return true;
}
