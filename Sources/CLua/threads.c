// Executions: coroutines that are reused, run in slices, and dropped when they fail.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static int new_thread(lua_State *L) {
    hg_thread *thread = lua_touserdata(L, 1);
    thread->L = lua_newthread(L);
    thread->reference = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

hg_thread *hg_thread_new(hg_vm *vm) {
    hg_thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL) { return NULL; }
    thread->vm = vm;
    lua_pushcfunction(vm->L, new_thread);
    lua_pushlightuserdata(vm->L, thread);
    if (lua_pcall(vm->L, 1, 0, 0) != LUA_OK) {
        lua_settop(vm->L, 0);
        free(thread);
        return NULL;
    }
    *(hg_thread **)lua_getextraspace(thread->L) = thread;
    return thread;
}

void hg_thread_end(hg_thread *thread) {
    thread->context = NULL;
    thread->serial = 0;
    lua_settop(thread->L, 0);
}

void hg_thread_drop(hg_thread *thread) {
    // Not reset: that could run code of the script. The collector frees it as it is.
    lua_sethook(thread->L, NULL, 0, 0);
    *(hg_thread **)lua_getextraspace(thread->L) = NULL;
    luaL_unref(thread->vm->L, LUA_REGISTRYINDEX, thread->reference);
    free(thread);
}

void hg_begin(hg_thread *thread, const hg_limits *limits, void *context, bool counts_exactly) {
    thread->context = context;
    thread->serial = ++thread->vm->serials;
    thread->limits = *limits;
    thread->instructions = 0;
    thread->cpu_ns = 0;
    thread->allocated = 0;
    thread->pauses = 0;
    thread->waits = 0;
    thread->stop = HG_NOT_STOPPED;
    thread->work = 0;
    thread->counts_exactly = counts_exactly;
    thread->raises_on_resume = false;
    thread->is_waiting = false;
    hg_arm(thread);
}

static hg_outcome outcome(hg_thread *thread, int status) {
    if (thread->stop != HG_NOT_STOPPED) { return HG_STOPPED; }
    switch (status) {
    case LUA_OK: return HG_FINISHED;
    case LUA_YIELD:
        if (thread->is_waiting) {
            thread->waits++;
            return HG_WAITING;
        }
        thread->pauses++;
        return HG_PAUSED;
    default: return HG_FAILED;
    }
}

hg_outcome hg_resume(hg_thread *thread, int32_t values) {
    hg_vm *vm = thread->vm;
    char here;
    int results;
    thread->resumed_values = values;
    thread->is_waiting = false;
    vm->stack_floor = (uintptr_t)&here - NATIVE_STACK;
    vm->running = thread;
    hg_begin_slice(thread);
    vm->refuses = true;
    int status = lua_resume(thread->L, vm->L, values, &results);
    vm->refuses = false;
    hg_end_slice(thread);
    vm->running = NULL;
    return outcome(thread, status);
}

hg_outcome hg_resume_raising(hg_thread *thread) {
    thread->raises_on_resume = true;
    return hg_resume(thread, 1);
}

bool hg_thread_frame(hg_thread *thread, int32_t level, hg_frame *frame) {
    lua_Debug activation;
    if (!lua_getstack(thread->L, level, &activation)) { return false; }
    lua_getinfo(thread->L, "nSl", &activation);
    memset(frame, 0, sizeof *frame);
    frame->is_host = *activation.what == 'C' || strcmp(activation.source, HG_PRELUDE_NAME) == 0;
    frame->line = activation.currentline;
    if (!frame->is_host) { strncpy(frame->chunk, activation.short_src, sizeof frame->chunk - 1); }
    if (activation.name) { strncpy(frame->function, activation.name, sizeof frame->function - 1); }
    return true;
}

// MARK: Scripts

typedef struct {
    const char *pieces[4];
    size_t lengths[4];
    int next;
    int32_t empty_lines;
} source_reader;

static const char *read_piece(lua_State *L, void *data, size_t *size) {
    static const char lines[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    (void)L;
    source_reader *r = data;
    if (r->empty_lines > 0) {
        int32_t most = (int32_t)sizeof lines - 1;
        int32_t count = r->empty_lines < most ? r->empty_lines : most;
        r->empty_lines -= count;
        *size = (size_t)count;
        return lines;
    }
    while (r->next < 4) {
        int piece = r->next++;
        if (r->lengths[piece] == 0) { continue; }
        *size = r->lengths[piece];
        return r->pieces[piece];
    }
    *size = 0;
    return NULL;
}

static int load(hg_vm *vm, const char *source, size_t length, const char *name, int32_t line, bool wrap) {
    static const char before[] = "return function(...)local ctx,config,state=...;";
    static const char after[] = "\nend";
    source_reader r = {
        .pieces = {before, source, after, NULL},
        .lengths = {wrap ? sizeof before - 1 : 0, length, wrap ? sizeof after - 1 : 0, 0},
        .empty_lines = line - 1,
    };
    vm->refuses = true;
    int status = lua_load(vm->L, read_piece, &r, name, "t");
    if (status == LUA_OK && wrap) { status = lua_pcall(vm->L, 0, 1, 0); }
    vm->refuses = false;
    return status;
}

int32_t hg_compile(hg_vm *vm, const char *source, size_t length, const char *name, int32_t line, bool is_new) {
    // A text that is a chunk by itself is one in the wrapper too; the other way round it need not be.
    if (is_new) {
        if (load(vm, source, length, name, line, false) != LUA_OK) { return 0; }
        lua_pop(vm->L, 1);
    }
    if (load(vm, source, length, name, line, true) != LUA_OK) { return 0; }
    return hg_keep(vm->L, vm);
}

static int keep(lua_State *L) {
    lua_pushinteger(L, luaL_ref(L, LUA_REGISTRYINDEX));
    return 1;
}

int32_t hg_keep(lua_State *L, hg_vm *vm) {
    (void)vm;
    lua_pushcfunction(L, keep);
    lua_insert(L, -2);
    int32_t reference = lua_pcall(L, 1, 1, 0) == LUA_OK ? (int32_t)lua_tointeger(L, -1) : 0;
    lua_pop(L, 1);
    return reference;
}

void hg_release(hg_vm *vm, int32_t reference) {
    if (reference > 0) { luaL_unref(vm->L, LUA_REGISTRYINDEX, reference); }
}
