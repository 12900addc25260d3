// JSON between bytes and Lua values, without a tree between.
//
// A list is a table with the list metatable. An object is a table whose metatable knows its keys in the
// order of the text, shared by all objects of the same shape, so that encoding writes them in that order.
#ifndef HEADGATE_CLUA_JSON_H
#define HEADGATE_CLUA_JSON_H

#include "internal.h"

enum { KIND_NONE = 0, KIND_LIST = 1, KIND_OBJECT = 2 };
enum { DEFAULT_DEPTH = 200 };

/// A string of the state, by its address: a short one has no other.
typedef struct {
    const char *text;
    size_t length;
    /// It is written as it is.
    bool is_plain;
} hg_key;

/// The keys of a shape, in their order; they live as long as the metatable that has them.
typedef struct {
    int32_t count;
    hg_key keys[];
} hg_keys;

/// The kind that its metatable gives the table at `*index`, and its keys if the metatable knows them, else NULL.
/// Of a frozen table it pushes the real one, whose index becomes `*index`.
int hg_json_kind(lua_State *L, int *index, const hg_keys **keys);

// Shapes: a tree of keys. A node stands for the keys from the root to it.

enum {
    NO_SHAPE = -1,
    EMPTY_SHAPE = 0,
    /// Of one shape: as many as a word has bits.
    MOST_KEYS = 64,
};

/// Pushes the two tables of the tree, keys and metatables, and makes the tree if there is none.
struct shape_tree *hg_shapes_push(lua_State *L);
/// The shape of `shape` and one key more, pushing the key as a string. NO_SHAPE where there are too many.
int32_t hg_shape_with(
    lua_State *L, struct shape_tree *tree, int tables, int32_t shape, const char *key, size_t length);
/// Gives the table on top the metatable of a shape.
void hg_shape_apply(lua_State *L, struct shape_tree *tree, int tables, int32_t shape);

/// Decodes and pushes; or pushes a message and returns false. Raises only for want of memory.
bool hg_json_read(lua_State *L, const char *bytes, size_t length, uint32_t depth);
/// Appends the value at `index` to the state's buffer; raises where it has no JSON form.
void hg_json_write(lua_State *L, int index, uint32_t depth, bool pretty);

#endif
