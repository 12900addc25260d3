// Budgets: the count hook, the clocks, and the charges of library functions.
//
// An execution over its limits is ended by a yield that nobody resumes, which no pcall can catch. Where a
// yield is impossible (inside a comparator, say) the hook raises at every further instruction until the
// error has left the part that cannot yield; then the yield follows.
#include "internal.h"

#include <time.h>

static uint64_t read_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t hg_now(void) { return read_clock(CLOCK_MONOTONIC); }

static const char *reason(const hg_thread *thread) {
    switch (thread->stop) {
    case HG_STOPPED_INSTRUCTIONS: return "stopped: the limit of instructions is used up";
    case HG_STOPPED_CPU: return "stopped: the limit of CPU time is used up";
    case HG_STOPPED_ALLOCATED: return "stopped: the limit of memory is used up";
    case HG_STOPPED_UNINTERRUPTED: return "stopped: a call that cannot be interrupted took too long";
    default: return "stopped: the request was given up";
    }
}

// MARK: Slices

void hg_begin_slice(hg_thread *thread) {
    thread->slice_start_ns = hg_now();
    // The clock of CPU time is a system call: read it when the first hook of the slice shows need.
    thread->slice_start_cpu_ns = 0;
    thread->in_slice = true;
}

void hg_end_slice(hg_thread *thread) {
    if (!thread->in_slice) { return; }
    thread->in_slice = false;
    if (thread->slice_start_cpu_ns) {
        thread->cpu_ns += read_clock(CLOCK_THREAD_CPUTIME_ID) - thread->slice_start_cpu_ns;
    }
}

/// Looks at the clocks. The slice is measured by the wall, the budget in CPU time.
static hg_verdict look_at_clocks(hg_thread *thread) {
    if (thread->slice_start_cpu_ns == 0) {
        thread->slice_start_cpu_ns = read_clock(CLOCK_THREAD_CPUTIME_ID);
        return HG_GO_ON;
    }
    uint64_t left = thread->limits.cpu_ns > thread->cpu_ns ? thread->limits.cpu_ns - thread->cpu_ns : 0;
    uint64_t slice = thread->limits.slice_ns < left ? thread->limits.slice_ns : left;
    if (hg_now() - thread->slice_start_ns < slice) { return HG_GO_ON; }
    uint64_t cpu = read_clock(CLOCK_THREAD_CPUTIME_ID);
    if (cpu - thread->slice_start_cpu_ns >= left) {
        thread->stop = HG_STOPPED_CPU;
        return HG_STOP;
    }
    return hg_now() - thread->slice_start_ns >= thread->limits.slice_ns ? HG_PAUSE : HG_GO_ON;
}

enum {
    /// CPU time after which a part that cannot be interrupted ends its script, whatever its limits.
    UNINTERRUPTED_NS = 50000000,
};

/// What to do where the slice is over and cannot end: in a metamethod that a library function calls, say.
static hg_verdict without_pause(hg_thread *thread) {
    if (read_clock(CLOCK_THREAD_CPUTIME_ID) - thread->slice_start_cpu_ns < UNINTERRUPTED_NS) { return HG_GO_ON; }
    thread->stop = HG_STOPPED_UNINTERRUPTED;
    return HG_STOP;
}

// MARK: Hook

/// Instructions until the next call of the hook: fewer while there are large blocks, of which each
/// instruction might compare, copy or search one.
static uint32_t suitable_interval(const hg_thread *thread) {
    if (thread->counts_exactly || thread->stop != HG_NOT_STOPPED) { return 1; }
    const hg_vm *vm = thread->vm;
    if (vm->large_count == 0) { return HOOK_INTERVAL; }
    uint32_t index = LARGE_BUCKETS - 1;
    while (index > 0 && vm->large[index] == 0) { index--; }
    uint64_t interval = (uint64_t)HOOK_BYTES >> (index + LARGE_BLOCK_BITS);
    if (interval > HOOK_INTERVAL) { return HOOK_INTERVAL; }
    return interval == 0 ? 1 : (uint32_t)interval;
}

static void hook(lua_State *L, lua_Debug *activation) {
    (void)activation;
    hg_thread *thread = hg_thread_of(L);
    if (thread == NULL) { return; }
    hg_verdict verdict = HG_STOP;
    if (thread->stop == HG_NOT_STOPPED) {
        thread->instructions += thread->interval;
        if (thread->instructions > thread->limits.instructions) {
            thread->stop = HG_STOPPED_INSTRUCTIONS;
        } else {
            verdict = look_at_clocks(thread);
        }
    }
    if (verdict == HG_PAUSE && !lua_isyieldable(L)) { verdict = without_pause(thread); }
    if (verdict == HG_GO_ON) {
        if (suitable_interval(thread) != thread->interval) { hg_arm(thread); }
        return;
    }
    if (thread->interval != 1 && verdict == HG_STOP) { hg_arm(thread); }
    if (lua_isyieldable(L)) {
        lua_yield(L, 0);
        return;
    }
    luaL_error(L, "%s", reason(thread));
}

void hg_arm(hg_thread *thread) {
    thread->interval = suitable_interval(thread);
    lua_sethook(thread->L, hook, LUA_MASKCOUNT, (int)thread->interval);
}

/// Lets the hook run at the next instruction, and then as often as is suitable. Touches no memory, so the
/// allocator may call it.
void hg_hook_soon(hg_thread *thread) {
    thread->interval = 1;
    lua_sethook(thread->L, hook, LUA_MASKCOUNT, 1);
}

void hg_thread_stop(hg_thread *thread, hg_stop why) {
    if (thread->stop != HG_NOT_STOPPED) { return; }
    thread->stop = why;
    hg_hook_soon(thread);
}

// MARK: Work of library functions

hg_verdict hg_charge(lua_State *L, size_t units) {
    hg_thread *thread = hg_thread_of(L);
    if (thread == NULL) { return HG_GO_ON; }
    if (thread->stop != HG_NOT_STOPPED) { return HG_STOP; }
    if (units < WORK_INTERVAL - thread->work) {
        thread->work += (uint32_t)units;
        return HG_GO_ON;
    }
    thread->instructions += thread->work + units;
    thread->work = 0;
    if (thread->instructions > thread->limits.instructions) {
        thread->stop = HG_STOPPED_INSTRUCTIONS;
        return HG_STOP;
    }
    return look_at_clocks(thread);
}

void hg_obey(lua_State *L, hg_verdict verdict, lua_KContext context, lua_KFunction continuation) {
    if (verdict == HG_GO_ON) { return; }
    if (lua_isyieldable(L)) {
        if (verdict == HG_STOP || continuation) { lua_yieldk(L, 0, context, continuation); }
        return;
    }
    if (verdict == HG_STOP) {
        hg_thread *thread = hg_thread_of(L);
        hg_hook_soon(thread);
        luaL_error(L, "%s", reason(thread));
    }
}

void hg_work(lua_State *L, size_t units) {
    hg_obey(L, hg_charge(L, units), 0, NULL);
}

void hg_bounded_work(lua_State *L, size_t units) {
    hg_verdict verdict = hg_charge(L, units);
    if (verdict == HG_PAUSE) { verdict = without_pause(hg_thread_of(L)); }
    hg_obey(L, verdict, 0, NULL);
}

void hg_thread_charge(hg_thread *thread, uint32_t units) {
    if (thread->stop != HG_NOT_STOPPED) { return; }
    thread->instructions += units;
    if (thread->instructions > thread->limits.instructions) {
        hg_thread_stop(thread, HG_STOPPED_INSTRUCTIONS);
    } else if (units >= WORK_INTERVAL) {
        hg_hook_soon(thread);
    }
}

void hg_check_stack(lua_State *L) {
    hg_thread *thread = hg_thread_of(L);
    char here;
    if (thread && (uintptr_t)&here < thread->vm->stack_floor) {
        luaL_error(L, "stack overflow (calls between script and library functions nest too deep)");
    }
}
