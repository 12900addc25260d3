// What the files of this library share.
#ifndef HEADGATE_CLUA_INTERNAL_H
#define HEADGATE_CLUA_INTERNAL_H

#include "CLua.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

enum {
    /// Blocks from this size on are called large; work on one of them counts against the hook's interval.
    LARGE_BLOCK_BITS = 16,
    LARGE_BUCKETS = 48,
    /// Instructions between two calls of the hook while there are no large blocks.
    HOOK_INTERVAL = 1000,
    /// Bytes that the instructions between two calls of the hook may touch through large blocks.
    HOOK_BYTES = 8 << 20,
    /// Units of work of library functions between two looks at the clock.
    WORK_INTERVAL = 2000,
    /// Stack of the operating system's thread that calls between Lua and C may use. Dispatch's workers
    /// have 512 KB.
    NATIVE_STACK = 192 << 10,
    /// The longest subject of a pattern match, in bytes.
    SUBJECT_LIMIT = 1 << 20,
};

/// The name of the chunk that holds the host's own Lua; its functions are left out of tracebacks.
/// Scripts have names that start with `=`.
#define HG_PRELUDE_NAME "@host"

/// A growing buffer outside the state's memory that survives a raised error.
typedef struct {
    char *bytes;
    size_t length;
    size_t capacity;
} hg_buffer;

struct shape_tree;

enum { SMALL_CLASSES = 16 };

/// Lists of free small blocks, and the chunks that they were cut from.
typedef struct {
    struct hg_free_block *free[SMALL_CLASSES + 1];
    struct hg_chunk *chunks;
    char *next;
    char *end;
    /// Bytes of all chunks.
    size_t reserved;
} hg_memory;

struct hg_vm {
    lua_State *L;
    size_t cap;
    size_t live;
    hg_memory memory;
    /// Memory may be refused: Lua's code runs, and nothing but C frames would be unwound.
    bool refuses;
    bool was_short;
    bool is_sealed;
    /// The thread that runs now.
    hg_thread *running;
    uint32_t large[LARGE_BUCKETS];
    uint32_t large_count;
    uint64_t serials;
    /// Calls must not go below this address of the native stack.
    uintptr_t stack_floor;

    hg_buffer json;
    struct shape_tree *shapes;
    /// The metatable of lists, by its address.
    const void *list_metatable;

    int32_t host_table;
    int32_t globals;
    int32_t view_metatables[HG_VIEW_CLASSES];
    hg_view_class views[HG_VIEW_CLASSES];
    uint32_t view_children[HG_VIEW_CLASSES];
};

/// The contents of a view's userdata.
typedef struct {
    uint64_t serial;
    uint32_t number;
    uint32_t owner;
} hg_view;

/// The thread that belongs to a coroutine; that of the state itself has no limits.
static inline hg_thread *hg_thread_of(lua_State *L) {
    return *(hg_thread **)lua_getextraspace(L);
}

// memory.c
/// A lua_Alloc whose context is the hg_vm.
void *hg_allocate(void *context, void *block, size_t old_size, size_t size);
void hg_memory_release(hg_memory *memory);

// budget.c
typedef enum { HG_GO_ON, HG_PAUSE, HG_STOP } hg_verdict;
uint64_t hg_now(void);
void hg_arm(hg_thread *thread);
void hg_hook_soon(hg_thread *thread);
void hg_begin_slice(hg_thread *thread);
void hg_end_slice(hg_thread *thread);
/// Charges work of a library function and says what is due.
hg_verdict hg_charge(lua_State *L, size_t units);
/// As hg_charge, for functions that cannot pause: returns only if the execution may go on.
void hg_work(lua_State *L, size_t units);
/// As hg_work, for loops that may call back into the script: they end it when they keep the lane for too long.
void hg_bounded_work(lua_State *L, size_t units);
/// Pauses or ends the execution from a library function. Returns only where it cannot pause and need not end.
void hg_obey(lua_State *L, hg_verdict verdict, lua_KContext context, lua_KFunction continuation);
/// Raises when the native stack is nearly used up.
void hg_check_stack(lua_State *L);

// Libraries. Each changes or fills the table on top of the stack.
void hg_open_base(lua_State *L);
void hg_open_strings(lua_State *L);
void hg_open_patterns(lua_State *L);
void hg_open_tables(lua_State *L);
void hg_open_json(lua_State *L);

// freeze.c
/// Replaces the table on top by a frozen view of it (not of tables in it).
void hg_freeze(lua_State *L);
/// As hg_freeze, with the words for globals.
void hg_freeze_globals(lua_State *L);
/// As hg_freeze, for tables in it too. Raises where it nests deeper than 200.
void hg_freeze_deep(lua_State *L);
/// If the value at `index` is a frozen table, pushes what is behind it and returns true.
bool hg_thaw(lua_State *L, int index);

// json_shapes.c
void hg_shapes_free(struct shape_tree *tree);

/// The metatable of decoded and declared lists, and the value null.
void hg_push_array_metatable(lua_State *L);
extern const char hg_null_key;
extern const char hg_json_kind_key;

/// Makes room for `count` more bytes; false without memory.
bool hg_buffer_grow(hg_buffer *buffer, size_t count);
static inline bool hg_buffer_reserve(hg_buffer *buffer, size_t count) {
    return buffer->capacity - buffer->length >= count || hg_buffer_grow(buffer, count);
}

#endif
