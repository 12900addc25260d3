// Calls from scripts into the host: the C functions that call Swift and then raise, yield or return.
#include "internal.h"

#include <string.h>

// MARK: Trampolines

/// Whether a function is the host's own: C, or Lua of the prelude.
static bool is_hosts(const lua_Debug *activation) {
    return *activation->what == 'C' || strcmp(activation->source, HG_PRELUDE_NAME) == 0;
}

/// Pushes the place of the script that called, `file:line: `, over the host's own functions in between.
static void push_place(lua_State *L) {
    lua_Debug activation;
    for (int level = 1; level < 8 && lua_getstack(L, level, &activation); level++) {
        lua_getinfo(L, "Sl", &activation);
        if (is_hosts(&activation)) { continue; }
        lua_pushfstring(L, "%s:%d: ", activation.short_src, activation.currentline);
        return;
    }
    lua_pushliteral(L, "");
}

static int raise_here(lua_State *L) {
    push_place(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

/// As luaL_argerror, which would name a function of the prelude and its line.
static int raise_argument(lua_State *L, int argument) {
    lua_Debug activation;
    if (lua_getstack(L, 1, &activation)) {
        lua_getinfo(L, "S", &activation);
        if (strcmp(activation.source, HG_PRELUDE_NAME) == 0 && lua_getstack(L, 1, &activation)) {
            lua_getinfo(L, "n", &activation);
            lua_pushfstring(L, "bad argument #%d to '%s' (%s)", argument, activation.name ? activation.name : "?",
                            lua_tostring(L, -1));
            return raise_here(L);
        }
    }
    return luaL_argerror(L, argument, lua_tostring(L, -1));
}

/// Continues a waiting call with the values that hg_resume brought.
static int waited(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    hg_thread *thread = hg_thread_of(L);
    if (!thread->raises_on_resume) { return thread->resumed_values; }
    thread->raises_on_resume = false;
    return raise_here(L);
}

static int answer(lua_State *L, hg_thread *thread, int32_t status) {
    if (thread->vm->live > thread->vm->cap) {
        thread->vm->was_short = true;
        return luaL_error(L, "not enough memory");
    }
    switch (status) {
    case HG_RAISE: return raise_here(L);
    case HG_ARGUMENT: return raise_argument(L, thread->argument);
    case HG_WAIT:
        thread->is_waiting = true;
        return lua_yieldk(L, 0, 0, waited);
    case HG_RAISE_VALUE: return lua_error(L);
    default: return status;
    }
}

/// Calls Swift. No Lua function that could raise runs until it has returned.
static int invoke(lua_State *L, hg_callback callback, uint32_t detail) {
    hg_thread *thread = hg_thread_of(L);
    if (thread == NULL || thread->context == NULL) { return luaL_error(L, "not available here"); }
    thread->vm->refuses = false;
    int32_t status = callback(L, thread->context, detail);
    thread->vm->refuses = true;
    return answer(L, thread, status);
}

static hg_callback callback_upvalue(lua_State *L, int index) {
    // A pointer to a function fits a pointer to data wherever Dispatch and Lua run.
    hg_callback callback;
    void *pointer = lua_touserdata(L, lua_upvalueindex(index));
    memcpy(&callback, &pointer, sizeof callback);
    return callback;
}

static void push_callback(lua_State *L, hg_callback callback) {
    void *pointer;
    memcpy(&pointer, &callback, sizeof pointer);
    lua_pushlightuserdata(L, pointer);
}

static int call_function(lua_State *L) {
    luaL_checkstack(L, LUA_MINSTACK, "too many arguments");
    return invoke(L, callback_upvalue(L, 1), (uint32_t)lua_tointeger(L, lua_upvalueindex(2)));
}

// MARK: Definitions

typedef struct {
    hg_vm *vm;
    const char *group;
    const char *name;
    hg_callback callback;
    uint32_t detail;
    uint32_t number;
    const hg_view_class *behaviour;
} definition;

static bool protect(hg_vm *vm, lua_CFunction function, definition *argument) {
    if (vm->is_sealed) { return false; }
    lua_pushcfunction(vm->L, function);
    lua_pushlightuserdata(vm->L, argument);
    bool good = lua_pcall(vm->L, 1, 0, 0) == LUA_OK;
    lua_settop(vm->L, 0);
    return good;
}

static int define(lua_State *L) {
    const definition *d = lua_touserdata(L, 1);
    bool is_global = d->group && strcmp(d->group, LUA_GNAME) == 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, is_global ? d->vm->globals : d->vm->host_table);
    if (d->group && !is_global) { luaL_getsubtable(L, -1, d->group); }
    push_callback(L, d->callback);
    lua_pushinteger(L, d->detail);
    lua_pushcclosure(L, call_function, 2);
    lua_setfield(L, -2, d->name);
    return 0;
}

bool hg_define(hg_vm *vm, const char *group, const char *name, hg_callback callback, uint32_t detail) {
    definition d = {.vm = vm, .group = group, .name = name, .callback = callback, .detail = detail};
    return protect(vm, define, &d);
}

// MARK: Views

enum { IS_PROPERTY = 0, IS_CHILD = 1 };

static hg_view_class *class_of(lua_State *L, uint32_t number) {
    return &hg_thread_of(L)->vm->views[number];
}

static hg_view *check_alive(lua_State *L, hg_view *view) {
    if (view->serial != hg_thread_of(L)->serial) {
        luaL_error(L, "%s is no longer valid: the execution that it belongs to has ended",
                   class_of(L, view->number)->name);
    }
    return view;
}

void hg_push_view(hg_thread *thread, uint32_t number, uint32_t owner) {
    lua_State *L = thread->L;
    hg_vm *vm = thread->vm;
    hg_view *view = lua_newuserdatauv(L, sizeof *view, (int)vm->view_children[number]);
    *view = (hg_view){.serial = thread->serial, .number = number, .owner = owner};
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->view_metatables[number]);
    lua_setmetatable(L, -2);
}

/// `view.name`. Upvalue: what each member is.
static int read_member(lua_State *L) {
    hg_view *view = check_alive(L, lua_touserdata(L, 1));
    lua_pushvalue(L, 2);
    int type = lua_rawget(L, lua_upvalueindex(1));
    if (type == LUA_TFUNCTION) { return 1; }
    if (type != LUA_TNUMBER) {
        lua_settop(L, 2);
        return invoke(L, class_of(L, view->number)->missing, view->owner);
    }
    uint32_t code = (uint32_t)lua_tointeger(L, -1);
    lua_settop(L, 2);
    uint32_t number = code >> 8 & 0xFF;
    if ((code & 0xFF) == IS_PROPERTY) {
        return invoke(L, class_of(L, view->number)->get, view->owner | number << 8);
    }
    int slot = (int)(code >> 24);
    if (lua_getiuservalue(L, 1, slot) == LUA_TNIL) {
        hg_push_view(hg_thread_of(L), number, code >> 16 & 0xFF);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, slot);
    }
    return 1;
}

static int assign_member(lua_State *L) {
    hg_view *view = check_alive(L, lua_touserdata(L, 1));
    lua_pushvalue(L, 2);
    uint32_t number = HG_NO_MEMBER;
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNUMBER) {
        uint32_t code = (uint32_t)lua_tointeger(L, -1);
        if ((code & 0xFF) == IS_PROPERTY) { number = code >> 8 & 0xFF; }
    }
    lua_settop(L, 3);
    return invoke(L, class_of(L, view->number)->set, view->owner | number << 8);
}

/// `view:name(...)`. Upvalues: callback, class, name.
static int call_method(lua_State *L) {
    hg_view *view = lua_type(L, 1) == LUA_TUSERDATA ? lua_touserdata(L, 1) : NULL;
    if (view == NULL || view->number != (uint32_t)lua_tointeger(L, lua_upvalueindex(2))) {
        const char *name = lua_tostring(L, lua_upvalueindex(3));
        return luaL_error(L, "'%s' needs its object: write a colon, as in object:%s(...)", name, name);
    }
    check_alive(L, view);
    luaL_checkstack(L, LUA_MINSTACK, "too many arguments");
    return invoke(L, callback_upvalue(L, 1), view->owner);
}

static int next_entry(lua_State *L) {
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    hg_view *view = check_alive(L, lua_touserdata(L, 1));
    lua_Integer index = lua_tointeger(L, lua_upvalueindex(2)) + 1;
    lua_pushinteger(L, index);
    lua_copy(L, -1, lua_upvalueindex(2));
    return invoke(L, class_of(L, view->number)->entry, view->owner);
}

static int entries(lua_State *L) {
    lua_settop(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_entry, 2);
    return 1;
}

static int describe(lua_State *L) {
    hg_view *view = lua_touserdata(L, 1);
    lua_pushstring(L, class_of(L, view->number)->name);
    return 1;
}

/// `view .. text` and `text .. view`.
static int join(lua_State *L) {
    lua_settop(L, 2);
    for (int index = 1; index <= 2; index++) {
        hg_view *view = lua_type(L, index) == LUA_TUSERDATA ? lua_touserdata(L, index) : NULL;
        if (view == NULL) { continue; }
        check_alive(L, view);
        hg_callback callback = class_of(L, view->number)->join;
        if (callback) { return invoke(L, callback, view->owner); }
    }
    return luaL_error(L, "attempt to concatenate a %s value", luaL_typename(L, 2));
}

/// Fills the table on top with what each member is; counts the children.
static void define_members(lua_State *L, const definition *d, uint32_t *children) {
    for (size_t i = 0; i < d->behaviour->member_count; i++) {
        const hg_member *member = &d->behaviour->members[i];
        switch (member->kind) {
        case HG_PROPERTY: lua_pushinteger(L, IS_PROPERTY | member->number << 8); break;
        case HG_CHILD:
            (*children)++;
            lua_pushinteger(
                L, (lua_Integer)(IS_CHILD | member->number << 8 | member->owner << 16 | *children << 24));
            break;
        default:
            push_callback(L, member->method);
            lua_pushinteger(L, d->number);
            lua_pushstring(L, member->name);
            lua_pushcclosure(L, call_method, 3);
        }
        lua_setfield(L, -2, member->name);
    }
}

static int define_view(lua_State *L) {
    const definition *d = lua_touserdata(L, 1);
    hg_vm *vm = d->vm;
    uint32_t children = 0;
    lua_newtable(L);
    lua_newtable(L);
    define_members(L, d, &children);
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, read_member, 1);
    lua_setfield(L, -3, "__index");
    lua_pushcclosure(L, assign_member, 1);
    lua_setfield(L, -2, "__newindex");
    if (d->behaviour->entry) {
        lua_pushcfunction(L, entries);
        lua_setfield(L, -2, "__pairs");
    }
    if (d->behaviour->join) {
        lua_pushcfunction(L, join);
        lua_setfield(L, -2, "__concat");
    }
    lua_pushcfunction(L, describe);
    lua_setfield(L, -2, "__tostring");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    vm->view_metatables[d->number] = luaL_ref(L, LUA_REGISTRYINDEX);
    vm->views[d->number] = *d->behaviour;
    vm->views[d->number].members = NULL;
    vm->view_children[d->number] = children;
    return 0;
}

bool hg_define_view(hg_vm *vm, uint32_t number, const hg_view_class *behaviour) {
    if (number >= HG_VIEW_CLASSES) { return false; }
    definition d = {.vm = vm, .number = number, .behaviour = behaviour};
    return protect(vm, define_view, &d);
}

// MARK: Prelude

typedef struct {
    const char *source;
    size_t length;
    hg_vm *vm;
    int32_t reference;
} prelude;

/// Runs the prelude with the tables `host` and of globals as its arguments, and keeps what it returns.
static int run_prelude(lua_State *L) {
    prelude *p = lua_touserdata(L, 1);
    if (luaL_loadbufferx(L, p->source, p->length, HG_PRELUDE_NAME, "t") != LUA_OK) { return lua_error(L); }
    lua_rawgeti(L, LUA_REGISTRYINDEX, p->vm->host_table);
    lua_rawgeti(L, LUA_REGISTRYINDEX, p->vm->globals);
    lua_call(L, 2, 1);
    p->reference = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

int32_t hg_run_prelude(hg_vm *vm, const char *source, size_t length) {
    if (vm->is_sealed) { return 0; }
    prelude p = {.source = source, .length = length, .vm = vm};
    lua_pushcfunction(vm->L, run_prelude);
    lua_pushlightuserdata(vm->L, &p);
    bool good = lua_pcall(vm->L, 1, 0, 0) == LUA_OK;
    lua_settop(vm->L, 0);
    return good ? p.reference : 0;
}

bool hg_can_wait(lua_State *L) { return lua_isyieldable(L); }
