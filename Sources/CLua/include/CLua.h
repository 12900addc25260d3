// Lua 5.4 as Headgate uses it: the only door between Swift and a Lua state.
//
// Lua reports errors and yields by longjmp, which must never unwind a Swift frame. Hence the rules of
// this interface, which every function here keeps:
//
//  * Nothing declared here raises into its caller. What may raise inside runs as a protected call.
//  * Swift is called by C functions of this library only (see hg_callback). It returns a status, and the
//    C function raises or yields after the Swift frame is gone.
//  * Memory is always counted. It is refused only while Lua's own code runs; while Swift pushes values
//    the counters grow, and the verdict falls when Swift has returned.
#ifndef HEADGATE_CLUA_H
#define HEADGATE_CLUA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lua_State lua_State;

/// One Lua state with its accounting and its frozen globals.
typedef struct hg_vm hg_vm;

/// What one execution may use.
typedef struct {
    /// Virtual machine instructions.
    uint64_t instructions;
    /// CPU time of the thread in nanoseconds, waits left out.
    uint64_t cpu_ns;
    /// Bytes allocated from start to end, whether freed or not.
    uint64_t allocated;
    /// The longest stretch without giving others a turn, in nanoseconds. UINT64_MAX never pauses.
    uint64_t slice_ns;
} hg_limits;

/// Why an execution was stopped.
typedef enum {
    HG_NOT_STOPPED = 0,
    HG_STOPPED_INSTRUCTIONS,
    HG_STOPPED_CPU,
    HG_STOPPED_ALLOCATED,
    HG_STOPPED_CANCELLED,
    /// A part that cannot be interrupted kept the lane for too long.
    HG_STOPPED_UNINTERRUPTED,
} hg_stop;

/// A coroutine in which one execution after another runs.
typedef struct hg_thread {
    lua_State *L;
    hg_vm *vm;
    /// The Swift object of the execution, handed to every callback.
    void *context;
    /// Of the running execution, unique in the VM; handles carry it, so that they expire.
    uint64_t serial;
    hg_limits limits;

    // What the execution has used so far.
    uint64_t instructions;
    uint64_t cpu_ns;
    uint64_t allocated;
    uint32_t pauses;
    uint32_t waits;

    /// Set once, when a limit is passed; the execution is never resumed then.
    hg_stop stop;
    /// A callback's answer HG_ARGUMENT concerns this argument, from 1.
    int32_t argument;

    // Private to the C side.
    int32_t reference;
    uint32_t interval;
    uint32_t work;
    int32_t resumed_values;
    bool counts_exactly;
    bool raises_on_resume;
    bool is_waiting;
    bool in_slice;
    uint64_t slice_start_ns;
    uint64_t slice_start_cpu_ns;
} hg_thread;

/// How a call of hg_resume ended.
typedef enum {
    /// The function returned; its results are on the thread's stack.
    HG_FINISHED,
    /// It raised; the error value is on top of the thread's stack, which is otherwise as it was at the error.
    HG_FAILED,
    /// A callback asked to wait. Resume with the values it is to return.
    HG_WAITING,
    /// The slice is over. Resume without values.
    HG_PAUSED,
    /// A limit was passed (see `stop`). Must not be resumed.
    HG_STOPPED,
} hg_outcome;

// MARK: Callbacks

/// A function of the host. Values are on the stack of `L` from index 1; results are pushed.
/// Returns the number of results, or one of the answers below.
typedef int32_t (*hg_callback)(lua_State *L, void *context, uint32_t detail);

enum {
    /// Raise the message on top of the stack, at the line that called.
    HG_RAISE = -1,
    /// As HG_RAISE, as a complaint about argument `argument` of the thread.
    HG_ARGUMENT = -2,
    /// Suspend the execution until hg_resume.
    HG_WAIT = -3,
    /// Raise the value on top of the stack as it is.
    HG_RAISE_VALUE = -4,
};

// MARK: States

/// A new state, or NULL without memory. `cap` is the number of bytes that all its values may take.
hg_vm *hg_vm_new(size_t cap);
/// Ends the state. No thread of it may run.
void hg_vm_close(hg_vm *vm);
/// Bytes in use, and bytes that are kept for small values, used or not.
size_t hg_vm_live(const hg_vm *vm);
size_t hg_vm_reserved(const hg_vm *vm);
/// Collects all garbage.
void hg_vm_collect(hg_vm *vm);
/// Whether memory was refused since the state was made.
bool hg_vm_was_short(const hg_vm *vm);

/// Defines `host.GROUP.NAME`, or `host.NAME` when `group` is NULL. Only before hg_vm_seal.
bool hg_define(hg_vm *vm, const char *group, const char *name, hg_callback callback, uint32_t detail);
/// Runs Lua of the host's own, with the tables `host` and of globals as `...`, still open to change. Gives a
/// reference to what it returns, or 0 where it fails. Only before hg_vm_seal.
int32_t hg_run_prelude(hg_vm *vm, const char *source, size_t length);
/// Freezes the globals; nothing can be defined after.
bool hg_vm_seal(hg_vm *vm);

// MARK: Views: objects that read and change the host's data

/// Kinds of member of a view.
typedef enum {
    /// `view.name`: the callback of the class, with the member's number.
    HG_PROPERTY,
    /// `view:name(...)`: a callback of its own, with the view's owner.
    HG_METHOD,
    /// `view.name`: another view, made at first use.
    HG_CHILD,
} hg_member_kind;

typedef struct {
    const char *name;
    hg_member_kind kind;
    /// HG_METHOD: what is called.
    hg_callback method;
    /// HG_PROPERTY: a number for the class's callbacks. HG_CHILD: the class of the child.
    uint32_t number;
    /// HG_CHILD: the owner that the child carries.
    uint32_t owner;
} hg_member;

/// The behaviour of a class of views. Callbacks get `detail` = owner | number << 8.
typedef struct {
    /// For messages: `ctx.request`.
    const char *name;
    const hg_member *members;
    size_t member_count;
    /// Pushes the value of a property.
    hg_callback get;
    /// Assigns: the property's number, or 255 for a name that is no member. Arguments: view, name, value.
    hg_callback set;
    /// A name that is no member was read. Arguments: view, name.
    hg_callback missing;
    /// Entry number `argument 2` (from 1): pushes name and value, or nothing behind the last. NULL: no pairs().
    hg_callback entry;
    /// The view joined with text by `..`. Arguments: both operands. NULL: cannot be joined.
    hg_callback join;
} hg_view_class;

enum { HG_VIEW_CLASSES = 16, HG_NO_MEMBER = 255 };

/// Defines class `number`, below HG_VIEW_CLASSES. Only before hg_vm_seal.
bool hg_define_view(hg_vm *vm, uint32_t number, const hg_view_class *behaviour);
/// Pushes a new view of the running execution.
void hg_push_view(hg_thread *thread, uint32_t number, uint32_t owner);

// MARK: Scripts

/// Compiles a chunk (text only) whose first line is `line`, as a function of `ctx, config, state`, which its
/// code sees as locals and as `...`. Gives a reference, or 0 with a message on the stack of hg_vm_stack.
/// `is_new` checks that the text is a whole chunk by itself; it may be left out once that is known.
int32_t hg_compile(
    hg_vm *vm, const char *source, size_t length, const char *name, int32_t line, bool is_new);
/// Forgets a referenced value.
void hg_release(hg_vm *vm, int32_t reference);
/// References the value on top of the stack of `L` and pops it.
int32_t hg_keep(lua_State *L, hg_vm *vm);
/// As hg_keep, for a value made of tables and plain values only, which is frozen; 0 where it holds functions,
/// other metatables, or nests too deep.
int32_t hg_keep_frozen(lua_State *L, hg_vm *vm);
/// The stack of the state itself, for values between calls.
lua_State *hg_vm_stack(hg_vm *vm);

// MARK: Threads

/// A new thread; NULL without memory.
hg_thread *hg_thread_new(hg_vm *vm);
/// Ends an execution that has finished; the thread may be used for another.
void hg_thread_end(hg_thread *thread);
/// Gives a thread up, whatever it was doing, without running any of its code.
void hg_thread_drop(hg_thread *thread);
/// Starts an execution: clears the counters and takes a new serial.
void hg_begin(hg_thread *thread, const hg_limits *limits, void *context, bool counts_exactly);
/// Runs until one of the outcomes. Function and `values` arguments are on the stack for the first call;
/// later calls bring the values that the waiting callback returns.
hg_outcome hg_resume(hg_thread *thread, int32_t values);
/// Lets the waiting callback raise the message on top of the stack when resumed.
hg_outcome hg_resume_raising(hg_thread *thread);
/// Whether a callback may answer HG_WAIT here: not inside a comparator, for example.
bool hg_can_wait(lua_State *L);
/// Passes a limit on behalf of the host; see `hg_thread.stop`.
void hg_thread_stop(hg_thread *thread, hg_stop reason);
/// Charges work done for the execution, in units of about one instruction.
void hg_thread_charge(hg_thread *thread, uint32_t units);

/// One level of the call stack of a thread that failed, stopped or waits.
typedef struct {
    /// Name of the chunk; empty for functions that are not Lua's.
    char chunk[64];
    char function[64];
    int32_t line;
    bool is_host;
} hg_frame;

/// Reads frame `level`, 0 the innermost. False behind the last.
bool hg_thread_frame(hg_thread *thread, int32_t level, hg_frame *frame);

// MARK: Values. Indices as in Lua: from 1, negative from the top.

typedef enum {
    HG_NONE = -1, HG_NIL = 0, HG_BOOLEAN = 1, HG_NULL = 2, HG_NUMBER = 3, HG_STRING = 4, HG_TABLE = 5,
    HG_FUNCTION = 6, HG_USERDATA = 7, HG_OTHER = 8,
} hg_type;

int32_t hg_top(lua_State *L);
void hg_set_top(lua_State *L, int32_t index);
hg_type hg_type_of(lua_State *L, int32_t index);
/// The name of the type as Lua has it, with `null` for host.json.null.
const char *hg_type_name(lua_State *L, int32_t index);
/// Whether a view of the running execution is at `index`, and which.
bool hg_view_at(lua_State *L, int32_t index, uint32_t *number, uint32_t *owner);
/// Puts the real table in the place of a frozen one, for reading.
void hg_thaw_in_place(lua_State *L, int32_t index);
/// Makes room for `count` more values; false when there is none.
bool hg_reserve(lua_State *L, int32_t count);

void hg_push_nil(lua_State *L);
void hg_push_null(lua_State *L);
void hg_push_boolean(lua_State *L, bool value);
void hg_push_integer(lua_State *L, int64_t value);
void hg_push_number(lua_State *L, double value);
void hg_push_string(lua_State *L, const void *bytes, size_t length);
void hg_push_value(lua_State *L, int32_t index);
void hg_push_kept(lua_State *L, hg_vm *vm, int32_t reference);
void hg_push_table(lua_State *L, int32_t elements, int32_t fields);
/// Sets `table[name]` (no metamethods) to the value on top, which is popped.
void hg_set_field(lua_State *L, int32_t table, const char *name);
void hg_set_element(lua_State *L, int32_t table, int64_t index);
/// Pushes `table[name]` (no metamethods).
hg_type hg_get_field(lua_State *L, int32_t table, const char *name);
hg_type hg_get_element(lua_State *L, int32_t table, int64_t index);
size_t hg_length(lua_State *L, int32_t index);
/// Replaces the key on top by the next key and its value; false, popping the key, at the end.
bool hg_next(lua_State *L, int32_t table);

bool hg_boolean(lua_State *L, int32_t index);
/// The integer at `index`; false where there is none. A string is no number here.
bool hg_integer(lua_State *L, int32_t index, int64_t *value);
bool hg_number(lua_State *L, int32_t index, double *value);
/// The bytes of a string, or of a number's text; NULL for everything else. Valid while the value is on the stack.
const char *hg_string(lua_State *L, int32_t index, size_t *length);

// MARK: JSON

/// Decodes a text and pushes the value. On failure pushes the message and returns false.
bool hg_json_decode(lua_State *L, const void *bytes, size_t length, uint32_t depth);
/// Encodes the value at `index` into the state's buffer, valid until the next call. On failure pushes the
/// message and returns false.
bool hg_json_encode(lua_State *L, int32_t index, uint32_t depth, const char **bytes, size_t *length);

#endif
