// Encodes Lua values as JSON text. Decoded objects keep their order, other tables are written with their
// keys sorted, so that equal values give equal texts in every state.
#include "json.h"
#include "utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Where the writer is, for messages: a chain through the levels of recursion.
typedef struct place {
    const struct place *outer;
    const char *key;
    lua_Integer index;
} place;

typedef struct {
    lua_State *L;
    hg_vm *vm;
    hg_buffer *out;
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

static void reserve(writer *w, size_t count) {
    if (!hg_buffer_reserve(w->out, count)) { luaL_error(w->L, "not enough memory"); }
}

static inline void put(writer *w, const char *bytes, size_t length) {
    reserve(w, length);
    memcpy(w->out->bytes + w->out->length, bytes, length);
    w->out->length += length;
}

static inline void put_byte(writer *w, char byte) {
    reserve(w, 1);
    w->out->bytes[w->out->length++] = byte;
}

static void charge(writer *w, size_t units) {
    w->work += units;
    if (w->work < 500) { return; }
    hg_work(w->L, w->work);
    w->work = 0;
}

static void put_line(writer *w) {
    size_t spaces = 2 * (size_t)w->level;
    reserve(w, spaces + 1);
    w->out->bytes[w->out->length++] = '\n';
    memset(w->out->bytes + w->out->length, ' ', spaces);
    w->out->length += spaces;
}

// MARK: Scalars

/// What follows the backslash for a byte that must be escaped; 'u' for the long form, 1 for a byte of
/// UTF-8 that is to be checked.
static const unsigned char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    ['"'] = '"', ['\\'] = '\\', [0x80 ... 0xFF] = 1,
};

static void put_string(writer *w, const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + length;
    const unsigned char *run = at;
    reserve(w, length + 2);
    w->out->bytes[w->out->length++] = '"';
    for (;;) {
        at = hg_plain_end(at, end);
        if (at == end) { break; }
        unsigned char escape = escapes[*at];
        if (escape == 1) {
            size_t sequence = hg_utf8_length(at, end);
            if (sequence) {
                at += sequence;
                continue;
            }
        }
        put(w, (const char *)run, (size_t)(at - run));
        if (escape == 1) {
            put(w, "\xEF\xBF\xBD", 3);
        } else if (escape == 'u') {
            char long_form[8];
            snprintf(long_form, sizeof long_form, "\\u%04x", *at);
            put(w, long_form, 6);
        } else {
            put_byte(w, '\\');
            put_byte(w, (char)escape);
        }
        run = ++at;
    }
    put(w, (const char *)run, (size_t)(at - run));
    put_byte(w, '"');
}

static void put_integer(writer *w, lua_Integer value) {
    char digits[20];
    int at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) { put_byte(w, '-'); }
    put(w, digits + at, sizeof digits - (size_t)at);
}

/// A decimal number with few digits, which most are; false where it needs the long way.
static bool put_short_decimal(writer *w, double value) {
    double size = fabs(value);
    if (size >= 1e9 || size < 1e-5) { return false; }
    static const double powers[] = {1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (int digits = 1; digits <= 6; digits++) {
        double scaled = nearbyint(size * powers[digits - 1]);
        // Both are exact, so the quotient is what reading the digits gives.
        if (scaled / powers[digits - 1] != size) { continue; }
        uint64_t all = (uint64_t)scaled;
        uint64_t power = (uint64_t)powers[digits - 1];
        if (value < 0) { put_byte(w, '-'); }
        put_integer(w, (lua_Integer)(all / power));
        char fraction[8] = ".";
        uint64_t rest = all % power;
        for (int digit = digits; digit > 0; digit--) {
            fraction[digit] = (char)('0' + rest % 10);
            rest /= 10;
        }
        put(w, fraction, (size_t)digits + 1);
        return true;
    }
    return false;
}

static void put_double(writer *w, double value, const place *at) {
    if (!isfinite(value)) { refuse(w, at, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"); }
    if (put_short_decimal(w, value)) { return; }
    char text[40];
    int length = 0;
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) { break; }
    }
    put(w, text, (size_t)length);
    // A float stays one.
    if (strpbrk(text, ".e") == NULL) { put(w, ".0", 2); }
}

// MARK: Tables

static void put_value(writer *w, const place *at);

static void enter(writer *w, const place *at) {
    if (w->depth == 0) { refuse(w, at, "tables nested this deep (is one inside itself?)"); }
    w->depth--;
    w->level++;
    luaL_checkstack(w->L, 8, "tables nest too deep");
}

static void leave(writer *w) {
    w->depth++;
    w->level--;
}

/// The list at the top of the stack.
static void put_list(writer *w, lua_Integer count, const place *outer) {
    lua_State *L = w->L;
    enter(w, outer);
    put_byte(w, '[');
    for (lua_Integer i = 1; i <= count; i++) {
        place at = {.outer = outer, .index = i};
        if (i > 1) { put_byte(w, ','); }
        if (w->pretty) { put_line(w); }
        if (lua_rawgeti(L, -1, i) == LUA_TNIL) { refuse(w, &at, "a hole in a list (use host.json.null)"); }
        put_value(w, &at);
        lua_pop(L, 1);
        charge(w, 4);
    }
    leave(w);
    if (w->pretty && count > 0) { put_line(w); }
    put_byte(w, ']');
}

static void put_member(writer *w, const char *key, size_t length, bool first, const place *outer) {
    place at = {.outer = outer, .key = key};
    if (!first) { put_byte(w, ','); }
    if (w->pretty) { put_line(w); }
    put_string(w, key, length);
    put_byte(w, ':');
    if (w->pretty) { put_byte(w, ' '); }
    put_value(w, &at);
    charge(w, 6);
}

/// Writes the members of the table at -2 that the metatable at -1 lists; returns how many there were.
static lua_Integer put_listed(writer *w, lua_Integer keys, const place *outer) {
    lua_State *L = w->L;
    lua_Integer written = 0;
    int table = lua_gettop(L) - 1;
    for (lua_Integer i = 1; i <= keys; i++) {
        lua_rawgeti(L, table + 1, i);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, table) != LUA_TNIL) {
            size_t length;
            const char *key = lua_tolstring(L, -2, &length);
            put_member(w, key, length, written == 0, outer);
            written++;
        }
        lua_pop(L, 2);
    }
    return written;
}

typedef struct {
    const char *text;
    size_t length;
} key_text;

static int compare_keys(const void *left, const void *right) {
    const key_text *a = left, *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->text, b->text, shorter);
    if (order) { return order; }
    return a->length < b->length ? -1 : a->length > b->length;
}

static bool is_listed(lua_State *L, int metatable, lua_Integer keys) {
    for (lua_Integer i = 1; i <= keys; i++) {
        lua_rawgeti(L, metatable, i);
        bool same = lua_rawequal(L, -1, -3);
        lua_pop(L, 1);
        if (same) { return true; }
    }
    return false;
}

/// Writes the members that no metatable lists, by their keys. The table is at `table`; the key list, if
/// there is one, is the metatable above it.
static void put_sorted(writer *w, int table, lua_Integer count, lua_Integer listed, bool first, const place *outer) {
    lua_State *L = w->L;
    key_text *keys = lua_newuserdatauv(L, (size_t)count * sizeof *keys, 0);
    size_t used = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            place at = {.outer = outer, .key = luaL_typename(L, -2)};
            if (lua_isinteger(L, -2)) { at = (place){.outer = outer, .index = lua_tointeger(L, -2)}; }
            refuse(w, &at, lua_isinteger(L, -2) ? "a table with both list elements and named fields, or with holes"
                                                : "a key that is no string");
        }
        if (listed == 0 || !is_listed(L, table + 1, listed)) {
            keys[used].text = lua_tolstring(L, -2, &keys[used].length);
            used++;
        }
        lua_pop(L, 1);
        if (used == (size_t)count) {
            lua_pop(L, 1);
            break;
        }
    }
    hg_work(L, used * 4);
    qsort(keys, used, sizeof *keys, compare_keys);
    for (size_t i = 0; i < used; i++) {
        lua_pushlstring(L, keys[i].text, keys[i].length);
        lua_rawget(L, table);
        put_member(w, keys[i].text, keys[i].length, first, outer);
        first = false;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
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

static void put_table(writer *w, const place *at) {
    lua_State *L = w->L;
    int table = lua_gettop(L);
    lua_Integer keys = 0;
    int kind = hg_json_kind(L, &keys);
    lua_Integer length = (lua_Integer)lua_rawlen(L, table);
    if (kind == KIND_LIST) {
        put_list(w, length, at);
        return;
    }
    lua_Integer count = count_entries(L, table);
    charge(w, (size_t)count);
    if (kind == KIND_NONE && length > 0 && count == length) {
        put_list(w, length, at);
        return;
    }
    enter(w, at);
    put_byte(w, '{');
    lua_Integer written = keys > 0 ? put_listed(w, keys, at) : 0;
    if (written < count) { put_sorted(w, table, count, keys, written == 0, at); }
    lua_settop(L, table);
    leave(w);
    if (w->pretty && count > 0) { put_line(w); }
    put_byte(w, '}');
}

static void put_value(writer *w, const place *at) {
    lua_State *L = w->L;
    switch (lua_type(L, -1)) {
    case LUA_TSTRING: {
        size_t length;
        const char *text = lua_tolstring(L, -1, &length);
        put_string(w, text, length);
        break;
    }
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1)) {
            put_integer(w, lua_tointeger(L, -1));
        } else {
            put_double(w, lua_tonumber(L, -1), at);
        }
        break;
    case LUA_TBOOLEAN:
        if (lua_toboolean(L, -1)) {
            put(w, "true", 4);
        } else {
            put(w, "false", 5);
        }
        break;
    case LUA_TTABLE: put_table(w, at); break;
    case LUA_TNIL: put(w, "null", 4); break;
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, -1) == &hg_null_key) {
            put(w, "null", 4);
            break;
        }
        // fallthrough
    default: {
        char what[64];
        snprintf(what, sizeof what, "a %s", luaL_typename(L, -1));
        refuse(w, at, what);
    }
    }
    if (w->out->length > w->vm->cap) { luaL_error(L, "not enough memory"); }
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
    writer w = {.L = L, .vm = vm, .out = &vm->json, .depth = depth, .pretty = pretty};
    luaL_checkstack(L, 8, "no room to encode JSON");
    lua_pushvalue(L, index);
    put_value(&w, NULL);
    lua_pop(L, 1);
}
