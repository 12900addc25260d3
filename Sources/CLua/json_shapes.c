// The order of the keys of decoded objects, kept once for all objects that have the same.
#include "json.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 4096, MOST_SIBLINGS = 16 };

typedef struct {
    /// Of the string in the table of keys, which keeps it alive and in place.
    const char *key;
    size_t key_length;
    int32_t parent;
    int32_t first_child;
    int32_t next_sibling;
    int32_t children;
    int32_t count;
    bool has_metatable;
} shape;

struct shape_tree {
    int32_t used;
    int32_t keys_reference;
    int32_t metatables_reference;
    shape nodes[MOST_NODES];
};

void hg_shapes_free(struct shape_tree *tree) { free(tree); }

/// Forgets every shape. Objects keep the metatables that they have.
static void clear(lua_State *L, struct shape_tree *tree) {
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, tree->keys_reference);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, tree->metatables_reference);
    tree->used = 1;
    tree->nodes[0] = (shape){.parent = NO_SHAPE, .first_child = NO_SHAPE, .next_sibling = NO_SHAPE};
}

struct shape_tree *hg_shapes_push(lua_State *L) {
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    struct shape_tree *tree = vm->shapes;
    if (tree == NULL) {
        lua_newtable(L);
        int32_t keys = luaL_ref(L, LUA_REGISTRYINDEX);
        lua_newtable(L);
        int32_t metatables = luaL_ref(L, LUA_REGISTRYINDEX);
        tree = malloc(sizeof *tree);
        if (tree == NULL) { luaL_error(L, "not enough memory"); }
        tree->keys_reference = keys;
        tree->metatables_reference = metatables;
        vm->shapes = tree;
        clear(L, tree);
    } else if (tree->used > MOST_NODES - MOST_KEYS) {
        clear(L, tree);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, tree->keys_reference);
    lua_rawgeti(L, LUA_REGISTRYINDEX, tree->metatables_reference);
    return tree;
}

static bool has_key(const shape *node, const char *key, size_t length) {
    return node->key_length == length && memcmp(node->key, key, length) == 0;
}

int32_t hg_shape_with(
    lua_State *L, struct shape_tree *tree, int tables, int32_t from, const char *key, size_t length) {
    if (from == NO_SHAPE) {
        lua_pushlstring(L, key, length);
        return NO_SHAPE;
    }
    shape *parent = &tree->nodes[from];
    for (int32_t child = parent->first_child; child != NO_SHAPE; child = tree->nodes[child].next_sibling) {
        if (has_key(&tree->nodes[child], key, length)) {
            lua_rawgeti(L, tables, child);
            return child;
        }
    }
    lua_pushlstring(L, key, length);
    // A repeated key has its place already.
    for (int32_t node = from; node > EMPTY_SHAPE; node = tree->nodes[node].parent) {
        if (has_key(&tree->nodes[node], key, length)) { return from; }
    }
    if (tree->used == MOST_NODES || parent->children == MOST_SIBLINGS || parent->count == MOST_KEYS) {
        return NO_SHAPE;
    }
    int32_t number = tree->used;
    lua_pushvalue(L, -1);
    lua_rawseti(L, tables, number);
    tree->used++;
    tree->nodes[number] = (shape){
        .key = lua_tostring(L, -1),
        .key_length = length,
        .parent = from,
        .first_child = NO_SHAPE,
        .next_sibling = parent->first_child,
        .count = parent->count + 1,
    };
    parent->first_child = number;
    parent->children++;
    return number;
}

/// Makes the metatable of a shape and leaves it on the stack.
static void push_metatable(lua_State *L, struct shape_tree *tree, int tables, int32_t number) {
    int32_t count = tree->nodes[number].count;
    lua_createtable(L, count, 1);
    hg_keys *keys = lua_newuserdatauv(L, sizeof *keys + (size_t)count * sizeof keys->keys[0], 0);
    keys->count = count;
    for (int32_t node = number, at = count; node > EMPTY_SHAPE; node = tree->nodes[node].parent, at--) {
        const unsigned char *text = (const unsigned char *)tree->nodes[node].key;
        size_t length = tree->nodes[node].key_length;
        bool is_plain = hg_plain_end(text, text + length) == text + length;
        keys->keys[at - 1] = (hg_key){.text = tree->nodes[node].key, .length = length, .is_plain = is_plain};
        // The strings themselves, so that they stay.
        lua_rawgeti(L, tables, node);
        lua_rawseti(L, -3, at);
    }
    lua_rawsetp(L, -2, &hg_json_kind_key);
}

void hg_shape_apply(lua_State *L, struct shape_tree *tree, int tables, int32_t number) {
    if (number == NO_SHAPE) { return; }
    shape *node = &tree->nodes[number];
    if (!node->has_metatable) {
        push_metatable(L, tree, tables, number);
        lua_rawseti(L, tables + 1, number + 1);
        node->has_metatable = true;
    }
    lua_rawgeti(L, tables + 1, number + 1);
    lua_setmetatable(L, -2);
}
