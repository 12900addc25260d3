// The memory of a state: counted, capped, and for small blocks taken from lists of its own. A lane is one
// thread at a time, so these lists need no locks and are several times as fast as malloc.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

// MARK: Small blocks

enum {
    /// Sizes are rounded up to whole grains; blocks of up to SMALL_CLASSES grains come from lists.
    GRAIN_BITS = 4,
    CHUNK_SIZE = 32 << 10,
};

/// A stretch of memory that is cut into small blocks.
struct hg_chunk {
    struct hg_chunk *next;
    /// Keeps what follows aligned for anything.
    max_align_t blocks[];
};

typedef struct hg_free_block {
    struct hg_free_block *next;
} free_block;

static inline size_t class_of_size(size_t size) { return (size + (1 << GRAIN_BITS) - 1) >> GRAIN_BITS; }

static inline bool is_small(size_t size) { return size <= (size_t)SMALL_CLASSES << GRAIN_BITS; }

static void *cut(hg_memory *memory, size_t class) {
    size_t size = class << GRAIN_BITS;
    if ((size_t)(memory->end - memory->next) < size) {
        struct hg_chunk *chunk = malloc(CHUNK_SIZE);
        if (chunk == NULL) { return NULL; }
        chunk->next = memory->chunks;
        memory->chunks = chunk;
        memory->reserved += CHUNK_SIZE;
        memory->next = (char *)chunk->blocks;
        memory->end = (char *)chunk + CHUNK_SIZE;
    }
    void *block = memory->next;
    memory->next += size;
    return block;
}

static inline void *take(hg_memory *memory, size_t size) {
    if (!is_small(size)) { return malloc(size); }
    size_t class = class_of_size(size);
    free_block *block = memory->free[class];
    if (block == NULL) { return cut(memory, class); }
    memory->free[class] = block->next;
    return block;
}

static inline void give_back(hg_memory *memory, void *block, size_t size) {
    if (!is_small(size)) {
        free(block);
        return;
    }
    free_block *freed = block;
    size_t class = class_of_size(size);
    freed->next = memory->free[class];
    memory->free[class] = freed;
}

static void *resize(hg_memory *memory, void *block, size_t old, size_t size) {
    if (block == NULL) { return take(memory, size); }
    if (is_small(old) && is_small(size)) {
        if (class_of_size(old) == class_of_size(size)) { return block; }
    } else if (!is_small(old) && !is_small(size)) {
        return realloc(block, size);
    }
    void *moved = take(memory, size);
    // Lua takes it for granted that a block can shrink.
    if (moved == NULL) { return size < old ? block : NULL; }
    memcpy(moved, block, old < size ? old : size);
    give_back(memory, block, old);
    return moved;
}

void hg_memory_release(hg_memory *memory) {
    while (memory->chunks) {
        struct hg_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        free(chunk);
    }
}

// MARK: Large blocks, and counting

static uint32_t bucket(size_t size) {
    size >>= LARGE_BLOCK_BITS;
    if (size == 0) { return 0; }
    uint32_t bits = 64 - (uint32_t)__builtin_clzll((unsigned long long)size);
    return bits < LARGE_BUCKETS ? bits : LARGE_BUCKETS - 1;
}

static void forget_large(hg_vm *vm, size_t size) {
    uint32_t index = bucket(size);
    if (index == 0 || vm->large[index] == 0) { return; }
    vm->large[index]--;
    vm->large_count--;
}

static void note_large(hg_vm *vm, size_t size) {
    uint32_t index = bucket(size);
    if (index == 0) { return; }
    vm->large[index]++;
    vm->large_count++;
    if (vm->running) { hg_hook_soon(vm->running); }
}

/// Whether a block may grow to `size`. Refusals are for what is too large by itself and for the state's
/// cap; what one execution allocates in sum ends it at the next instruction, which costs no emergency
/// collection and cannot be caught.
static bool may_grow(hg_vm *vm, size_t size, size_t growth) {
    if (!vm->refuses) { return true; }
    if (vm->live + growth > vm->cap || growth > vm->cap) {
        vm->was_short = true;
        return false;
    }
    return vm->running == NULL || size <= vm->running->limits.allocated;
}

void *hg_allocate(void *context, void *block, size_t old_size, size_t size) {
    hg_vm *vm = context;
    size_t old = block ? old_size : 0;
    if (size == 0) {
        if (block) {
            vm->live -= old;
            if (old >> LARGE_BLOCK_BITS) { forget_large(vm, old); }
            give_back(&vm->memory, block, old);
        }
        return NULL;
    }
    if (size > old && !may_grow(vm, size, size - old)) { return NULL; }
    void *moved = resize(&vm->memory, block, old, size);
    if (moved == NULL) { return NULL; }
    vm->live = vm->live - old + size;
    if ((old | size) >> LARGE_BLOCK_BITS) {
        forget_large(vm, old);
        note_large(vm, size);
    }
    hg_thread *thread = vm->running;
    if (thread && size > old) {
        thread->allocated += size - old;
        if (thread->allocated > thread->limits.allocated && thread->stop == HG_NOT_STOPPED) {
            hg_thread_stop(thread, HG_STOPPED_ALLOCATED);
        }
    }
    return moved;
}
