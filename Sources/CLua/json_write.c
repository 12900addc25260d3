// Encodes Lua values as JSON text. Decoded objects keep their order, other tables are written with their
// keys sorted, so that equal values give equal texts in every state.
#include "json.h"
#include "json_sink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/// Where the writer is, for messages: a chain through the levels of recursion.
typedef struct place {
    const struct place *outer;
    const char *key;
    lua_Integer index;
} place;

typedef struct {
    lua_State *L;
    hg_vm *vm;
    hg_sink out;
    uint32_t depth;
    bool pretty;
    int level;
    /// Not yet charged.
    size_t work;
} writer;

static void push_path(lua_State *L, const place *at) {
    if (at == NULL) {
        lua_pushliteral(L, "");
        return;
    }
    push_path(L, at->outer);
    if (at->key) {
        lua_pushfstring(L, "%s.%s", lua_tostring(L, -1), at->key);
    } else {
        lua_pushfstring(L, "%s[%I]", lua_tostring(L, -1), at->index);
    }
    lua_remove(L, -2);
}

static void refuse(writer *w, const place *at, const char *what) {
    // A path of two hundred levels is of use to nobody.
    int levels = 0;
    for (const place *p = at; p; p = p->outer) { levels++; }
    if (at == NULL || levels > 16) { luaL_error(w->L, "cannot encode %s as JSON", what); }
    luaL_checkstack(w->L, levels + 4, NULL);
    push_path(w->L, at);
    const char *path = lua_tostring(w->L, -1);
    luaL_error(w->L, "cannot encode %s as JSON (at %s)", what, *path == '.' ? path + 1 : path);
}

static void charge(writer *w, size_t units) {
    w->work += units;
    if (w->work < 500) { return; }
    hg_work(w->L, w->work);
    w->work = 0;
}

static void put_line(writer *w) {
    size_t spaces = 2 * (size_t)w->level;
    hg_sink_reserve(&w->out, spaces + 1);
    w->out.buffer->bytes[w->out.buffer->length++] = '\n';
    memset(w->out.buffer->bytes + w->out.buffer->length, ' ', spaces);
    w->out.buffer->length += spaces;
}

static void put_value(writer *w, int index, const place *at);

static void enter(writer *w, const place *at, int slots) {
    if (w->depth == 0) { refuse(w, at, "tables nested this deep (is one inside itself?)"); }
    w->depth--;
    w->level++;
    luaL_checkstack(w->L, slots + 8, "tables nest too deep");
}

static void leave(writer *w) {
    w->depth++;
    w->level--;
}

static void put_list(writer *w, int table, lua_Integer count, const place *outer) {
    lua_State *L = w->L;
    enter(w, outer, 1);
    hg_put_byte(&w->out, '[');
    int top = lua_gettop(L) + 1;
    for (lua_Integer i = 1; i <= count; i++) {
        place at = {.outer = outer, .index = i};
        if (i > 1) { hg_put_byte(&w->out, ','); }
        if (w->pretty) { put_line(w); }
        if (lua_rawgeti(L, table, i) == LUA_TNIL) { refuse(w, &at, "a hole in a list (use host.json.null)"); }
        put_value(w, top, &at);
        lua_settop(L, top - 1);
        charge(w, 4);
    }
    leave(w);
    if (w->pretty && count > 0) { put_line(w); }
    hg_put_byte(&w->out, ']');
}

static void put_key(writer *w, const hg_key *key, bool first) {
    if (!first) { hg_put_byte(&w->out, ','); }
    if (w->pretty) { put_line(w); }
    if (key->is_plain) {
        hg_sink_reserve(&w->out, key->length + 3);
        char *out = w->out.buffer->bytes + w->out.buffer->length;
        out[0] = '"';
        memcpy(out + 1, key->text, key->length);
        memcpy(out + 1 + key->length, "\":", 2);
        w->out.buffer->length += key->length + 3;
    } else {
        hg_put_string(&w->out, key->text, key->length);
        hg_put_byte(&w->out, ':');
    }
    if (w->pretty) { hg_put_byte(&w->out, ' '); }
}

static void put_member(writer *w, const hg_key *key, int index, bool first, const place *outer) {
    place at = {.outer = outer, .key = key->text};
    put_key(w, key, first);
    put_value(w, index, &at);
    charge(w, 6);
}

/// The place of a key among those of a shape, or -1.
static int32_t place_of(const hg_keys *keys, const char *text, size_t length) {
    for (int32_t i = 0; i < keys->count; i++) {
        if (keys->keys[i].text == text) { return i; }
    }
    // Long strings with the same text may be there more than once.
    for (int32_t i = 0; i < keys->count; i++) {
        if (keys->keys[i].length == length && memcmp(keys->keys[i].text, text, length) == 0) { return i; }
    }
    return -1;
}

static int compare_keys(const void *left, const void *right) {
    const hg_key *a = left, *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->text, b->text, shorter);
    if (order) { return order; }
    return a->length < b->length ? -1 : a->length > b->length;
}

/// Writes the `count` members that `listed`, if there are some, do not name, by their keys.
static void put_sorted(
    writer *w, int table, lua_Integer count, const hg_keys *listed, bool first, const place *outer) {
    lua_State *L = w->L;
    hg_key *keys = lua_newuserdatauv(L, (size_t)count * sizeof *keys, 0);
    lua_Integer used = 0;
    int value = lua_gettop(L) + 2;
    lua_pushnil(L);
    while (used < count && lua_next(L, table)) {
        if (lua_type(L, value - 1) != LUA_TSTRING) {
            place at = {.outer = outer, .key = luaL_typename(L, value - 1)};
            if (lua_isinteger(L, value - 1)) { at = (place){.outer = outer, .index = lua_tointeger(L, value - 1)}; }
            refuse(w, &at, lua_isinteger(L, value - 1)
                               ? "a table with both list elements and named fields, or with holes"
                               : "a key that is no string");
        }
        hg_key key = {0};
        key.text = lua_tolstring(L, value - 1, &key.length);
        if (listed == NULL || place_of(listed, key.text, key.length) < 0) { keys[used++] = key; }
        lua_settop(L, value - 1);
    }
    hg_work(L, (size_t)used * 4);
    qsort(keys, (size_t)used, sizeof *keys, compare_keys);
    lua_settop(L, value - 2);
    for (lua_Integer i = 0; i < used; i++) {
        lua_pushlstring(L, keys[i].text, keys[i].length);
        lua_rawget(L, table);
        put_member(w, &keys[i], value - 1, first, outer);
        first = false;
        lua_settop(L, value - 2);
    }
    lua_settop(L, value - 3);
}

/// Writes the members that a shape names, in its order, and then those that it does not.
static bool put_shaped(writer *w, int table, const hg_keys *keys, const place *outer) {
    lua_State *L = w->L;
    int base = lua_gettop(L) + 1;
    lua_Integer others = 0;
    // Each value goes to the place of its key. A shape has no more keys than a word has bits.
    uint64_t present = 0;
    lua_settop(L, base + keys->count);
    while (lua_next(L, table)) {
        size_t length;
        const char *text = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : NULL;
        int32_t at = text ? place_of(keys, text, length) : -1;
        if (at >= 0) {
            lua_replace(L, base + at);
            present |= (uint64_t)1 << at;
        } else {
            others++;
            lua_pop(L, 1);
        }
        charge(w, 1);
    }
    bool first = true;
    for (int32_t i = 0; i < keys->count; i++) {
        if ((present >> i & 1) == 0) { continue; }
        put_member(w, &keys->keys[i], base + i, first, outer);
        first = false;
    }
    if (others > 0) { put_sorted(w, table, others, keys, first, outer); }
    lua_settop(L, base - 1);
    return !first || others > 0;
}

static lua_Integer count_entries(lua_State *L, int table) {
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        count++;
        lua_pop(L, 1);
    }
    return count;
}

static void put_double(writer *w, double value, const place *at) {
    if (!isfinite(value)) { refuse(w, at, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"); }
    hg_put_double(&w->out, value);
}

static void put_table(writer *w, int index, const place *at) {
    lua_State *L = w->L;
    int top = lua_gettop(L);
    int table = index;
    const hg_keys *keys;
    int kind = hg_json_kind(L, &table, &keys);
    if (kind == KIND_LIST) {
        put_list(w, table, (lua_Integer)lua_rawlen(L, table), at);
        lua_settop(L, top);
        return;
    }
    bool has_members = false;
    if (keys) {
        enter(w, at, keys->count);
        hg_put_byte(&w->out, '{');
        has_members = put_shaped(w, table, keys, at);
    } else {
        lua_Integer length = (lua_Integer)lua_rawlen(L, table);
        lua_Integer count = count_entries(L, table);
        charge(w, (size_t)count);
        if (kind == KIND_NONE && length > 0 && count == length) {
            put_list(w, table, length, at);
            lua_settop(L, top);
            return;
        }
        enter(w, at, 4);
        hg_put_byte(&w->out, '{');
        has_members = count > 0;
        if (has_members) { put_sorted(w, table, count, NULL, true, at); }
    }
    lua_settop(L, top);
    leave(w);
    if (w->pretty && has_members) { put_line(w); }
    hg_put_byte(&w->out, '}');
}

static void put_value(writer *w, int index, const place *at) {
    lua_State *L = w->L;
    switch (lua_type(L, index)) {
    case LUA_TSTRING: {
        size_t length;
        const char *text = lua_tolstring(L, index, &length);
        hg_put_string(&w->out, text, length);
        break;
    }
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            hg_put_integer(&w->out, lua_tointeger(L, index));
        } else {
            put_double(w, lua_tonumber(L, index), at);
        }
        break;
    case LUA_TBOOLEAN:
        if (lua_toboolean(L, index)) {
            hg_put(&w->out, "true", 4);
        } else {
            hg_put(&w->out, "false", 5);
        }
        break;
    case LUA_TTABLE: put_table(w, index, at); break;
    case LUA_TNIL: hg_put(&w->out, "null", 4); break;
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, index) == &hg_null_key) {
            hg_put(&w->out, "null", 4);
            break;
        }
        // fallthrough
    default: {
        char what[64];
        snprintf(what, sizeof what, "a %s", luaL_typename(L, index));
        refuse(w, at, what);
    }
    }
    if (w->out.buffer->length > w->vm->cap) { luaL_error(L, "not enough memory"); }
}

void hg_json_write(lua_State *L, int index, uint32_t depth, bool pretty) {
    hg_vm *vm;
    lua_getallocf(L, (void **)&vm);
    // A large text is not kept for the next.
    if (vm->json.capacity > 1 << 20) {
        free(vm->json.bytes);
        vm->json = (hg_buffer){0};
    }
    vm->json.length = 0;
    writer w = {.L = L, .vm = vm, .out = {.buffer = &vm->json, .L = L}, .depth = depth, .pretty = pretty};
    luaL_checkstack(L, 8, "no room to encode JSON");
    put_value(&w, lua_absindex(L, index), NULL);
}
