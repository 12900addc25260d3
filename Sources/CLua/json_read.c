// Decodes JSON texts (RFC 8259) straight into tables.
#include "json.h"
#include "utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    /// Members that wait on Lua's stack until their table's size is known.
    WAITING_MEMBERS = 24,
};

typedef struct {
    lua_State *L;
    const unsigned char *start;
    const unsigned char *at;
    const unsigned char *end;
    uint32_t depth;
    struct shape_tree *shapes;
    /// Index of the shapes' tables.
    int tables;
    int list_metatable;
    /// What was expected at `at`, once something is wrong.
    const char *expected;
} reader;

static bool fail(reader *r, const char *expected) {
    r->expected = expected;
    return false;
}

static inline void skip_space(reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) { r->at++; }
}

// MARK: Strings

static int hex_digit(unsigned char c) {
    if (c >= '0' && c <= '9') { return c - '0'; }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_unit(reader *r, uint32_t *unit) {
    if (r->end - r->at < 4) { return fail(r, "four hexadecimal digits"); }
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(r->at[i]);
        if (digit < 0) { return fail(r, "four hexadecimal digits"); }
        value = value << 4 | (uint32_t)digit;
    }
    r->at += 4;
    *unit = value;
    return true;
}

static bool read_escape(reader *r, luaL_Buffer *buffer) {
    static const char letters[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) { return fail(r, "an escape"); }
    if (*r->at != 'u') {
        const char *letter = *r->at ? strchr(letters, *r->at) : NULL;
        if (letter == NULL) { return fail(r, "one of \" \\ / b f n r t u"); }
        luaL_addchar(buffer, values[letter - letters]);
        r->at++;
        return true;
    }
    r->at++;
    uint32_t point;
    if (!read_unit(r, &point)) { return false; }
    if (point >= 0xD800 && point < 0xE000) {
        uint32_t low;
        if (point >= 0xDC00 || r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u') {
            return fail(r, "the other half of a surrogate pair");
        }
        r->at += 2;
        if (!read_unit(r, &low)) { return false; }
        if (low < 0xDC00 || low >= 0xE000) { return fail(r, "the other half of a surrogate pair"); }
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    char bytes[4];
    luaL_addlstring(buffer, bytes, hg_utf8_write(point, bytes));
    return true;
}

/// Goes to the closing quote, a backslash, or something that may not stand in a string.
static inline void skip_text(reader *r) {
    const unsigned char *at = hg_plain_end(r->at, r->end);
    while (at < r->end && *at >= 0x80) {
        size_t length = hg_utf8_length(at, r->end);
        if (length == 0) { break; }
        at = hg_plain_end(at + length, r->end);
    }
    r->at = at;
}

static const char *why_not_text(const reader *r) {
    return r->at < r->end && *r->at >= 0x80 ? "well-formed UTF-8" : "a character of a string or '\"'";
}

/// Reads the rest of a string that has escapes, from its first character on, and pushes it.
static bool read_escaped(reader *r) {
    luaL_Buffer buffer;
    luaL_buffinit(r->L, &buffer);
    for (;;) {
        const unsigned char *from = r->at;
        skip_text(r);
        luaL_addlstring(&buffer, (const char *)from, (size_t)(r->at - from));
        if (r->at == r->end || (*r->at != '"' && *r->at != '\\')) { return fail(r, why_not_text(r)); }
        if (*r->at++ == '"') { break; }
        if (!read_escape(r, &buffer)) { return false; }
    }
    luaL_pushresult(&buffer);
    return true;
}

/// Behind the opening quote. Lends the text when it has no escapes; else pushes it and sets `*text` to NULL.
static bool read_text(reader *r, const char **text, size_t *length) {
    const unsigned char *from = r->at;
    skip_text(r);
    if (r->at < r->end && *r->at == '"') {
        *text = (const char *)from;
        *length = (size_t)(r->at - from);
        r->at++;
        return true;
    }
    if (r->at < r->end && *r->at == '\\') {
        *text = NULL;
        r->at = from;
        return read_escaped(r);
    }
    return fail(r, why_not_text(r));
}

// MARK: Numbers

static inline bool is_digit(const reader *r, const unsigned char *at) {
    return at < r->end && *at >= '0' && *at <= '9';
}

/// Ten to the power of what a double can hold exactly.
static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool push_double(reader *r, const unsigned char *from) {
    size_t length = (size_t)(r->at - from);
    char copy[1024];
    if (length >= sizeof copy) {
        r->at = from;
        return fail(r, "a number of fewer than 1024 digits");
    }
    memcpy(copy, from, length);
    copy[length] = '\0';
    double value = strtod(copy, NULL);
    if (!isfinite(value)) {
        r->at = from;
        return fail(r, "a number that a double can hold");
    }
    lua_pushnumber(r->L, value);
    return true;
}

static bool read_number(reader *r) {
    const unsigned char *from = r->at;
    bool negative = *r->at == '-';
    if (negative) { r->at++; }
    if (!is_digit(r, r->at)) { return fail(r, "a digit"); }
    uint64_t digits = 0;
    const unsigned char *first = r->at;
    while (is_digit(r, r->at)) { digits = digits * 10 + (uint64_t)(*r->at++ - '0'); }
    ptrdiff_t count = r->at - first;
    if (*first == '0' && count > 1) {
        r->at = first + 1;
        return fail(r, "no digit behind a leading zero");
    }
    int64_t fraction = 0;
    bool is_integer = true;
    if (r->at < r->end && *r->at == '.') {
        is_integer = false;
        r->at++;
        if (!is_digit(r, r->at)) { return fail(r, "a digit"); }
        const unsigned char *point = r->at;
        while (is_digit(r, r->at)) { digits = digits * 10 + (uint64_t)(*r->at++ - '0'); }
        fraction = r->at - point;
        count += fraction;
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) { r->at++; }
        if (!is_digit(r, r->at)) { return fail(r, "a digit"); }
        while (is_digit(r, r->at)) { r->at++; }
        return push_double(r, from);
    }
    if (is_integer && count <= 18 && !(negative && digits == 0)) {
        lua_pushinteger(r->L, negative ? -(lua_Integer)digits : (lua_Integer)digits);
        return true;
    }
    if (is_integer && count == 19 && digits <= (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        lua_pushinteger(r->L, negative ? (lua_Integer)(0 - digits) : (lua_Integer)digits);
        return true;
    }
    // Both operands are exact, so the quotient is the double nearest to the decimal number.
    if (count <= 15) {
        double value = (double)digits / exact_powers[fraction];
        lua_pushnumber(r->L, negative ? -value : value);
        return true;
    }
    return push_double(r, from);
}

// MARK: Values

static bool read_value(reader *r);

static bool read_word(reader *r, const char *word, size_t length) {
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) { return fail(r, "a value"); }
    r->at += length;
    return true;
}

static bool enter(reader *r) {
    if (r->depth == 0) { return fail(r, "fewer levels of nesting"); }
    r->depth--;
    r->at++;
    luaL_checkstack(r->L, 2 * WAITING_MEMBERS + 8, "JSON text nests too deep");
    skip_space(r);
    return true;
}

/// Moves the waiting elements into the list at `table`, which is made at the first call.
static void settle_elements(reader *r, int table, int waiting, lua_Integer *placed, bool is_last) {
    lua_State *L = r->L;
    if (*placed == 0) {
        lua_createtable(L, is_last ? waiting : 4 * WAITING_MEMBERS, 0);
        lua_replace(L, table);
    }
    for (int i = waiting; i > 0; i--) { lua_rawseti(L, table, *placed + i); }
    *placed += waiting;
}

static bool read_list(reader *r) {
    lua_State *L = r->L;
    lua_Integer placed = 0;
    if (!enter(r)) { return false; }
    // The table takes this place once its size is known.
    lua_pushnil(L);
    int table = lua_gettop(L);
    int waiting = 0;
    if (r->at == r->end || *r->at != ']') {
        for (;;) {
            if (!read_value(r)) { return false; }
            waiting++;
            skip_space(r);
            if (r->at == r->end || (*r->at != ',' && *r->at != ']')) { return fail(r, "',' or ']'"); }
            if (*r->at == ']') { break; }
            r->at++;
            skip_space(r);
            if (waiting == 2 * WAITING_MEMBERS) {
                settle_elements(r, table, waiting, &placed, false);
                waiting = 0;
                hg_work(L, 2 * WAITING_MEMBERS);
            }
        }
    }
    settle_elements(r, table, waiting, &placed, true);
    r->at++;
    r->depth++;
    lua_pushvalue(L, r->list_metatable);
    lua_setmetatable(L, -2);
    return true;
}

/// Moves the waiting members into the object at `table`, which is made at the first call.
static void settle_members(reader *r, int table, int waiting, bool is_unique, bool is_first, bool is_last) {
    lua_State *L = r->L;
    if (is_first) {
        lua_createtable(L, 0, is_last ? waiting : 4 * WAITING_MEMBERS);
        lua_replace(L, table);
    }
    if (is_unique) {
        for (; waiting > 0; waiting--) { lua_rawset(L, table); }
        return;
    }
    // In the order of the text, so that the last of a repeated key counts.
    for (int i = 0; i < waiting; i++) {
        lua_pushvalue(L, table + 1 + 2 * i);
        lua_pushvalue(L, table + 2 + 2 * i);
        lua_rawset(L, table);
    }
    lua_settop(L, table);
}

static bool read_key(reader *r, int32_t *shape) {
    const char *text;
    size_t length;
    if (r->at == r->end || *r->at != '"') { return fail(r, "a key in '\"'"); }
    r->at++;
    if (!read_text(r, &text, &length)) { return false; }
    if (text) {
        *shape = hg_shape_with(r->L, r->shapes, r->tables, *shape, text, length);
    } else {
        text = lua_tolstring(r->L, -1, &length);
        *shape = hg_shape_with(r->L, r->shapes, r->tables, *shape, text, length);
        lua_remove(r->L, -2);
    }
    skip_space(r);
    if (r->at == r->end || *r->at != ':') { return fail(r, "':'"); }
    r->at++;
    skip_space(r);
    return true;
}

static bool read_object(reader *r) {
    lua_State *L = r->L;
    int32_t shape = EMPTY_SHAPE;
    if (!enter(r)) { return false; }
    // The table takes this place once its size is known.
    lua_pushnil(L);
    int table = lua_gettop(L);
    int waiting = 0;
    bool is_first = true, is_unique = true;
    if (r->at < r->end && *r->at != '}') {
        for (;;) {
            int32_t before = shape;
            if (!read_key(r, &shape)) { return false; }
            // Without a shape nobody has looked whether the key is new.
            if (shape == before || shape == NO_SHAPE) { is_unique = false; }
            if (!read_value(r)) { return false; }
            waiting++;
            skip_space(r);
            if (r->at == r->end || (*r->at != ',' && *r->at != '}')) { return fail(r, "',' or '}'"); }
            if (*r->at == '}') { break; }
            r->at++;
            skip_space(r);
            if (waiting == WAITING_MEMBERS) {
                settle_members(r, table, waiting, is_unique, is_first, false);
                waiting = 0;
                is_first = false;
                hg_work(L, 2 * WAITING_MEMBERS);
            }
        }
    } else if (r->at == r->end) {
        return fail(r, "a key in '\"' or '}'");
    }
    settle_members(r, table, waiting, is_unique, is_first, true);
    r->at++;
    r->depth++;
    hg_shape_apply(L, r->shapes, r->tables, shape);
    return true;
}

static bool read_value(reader *r) {
    lua_State *L = r->L;
    if (r->at == r->end) { return fail(r, "a value"); }
    switch (*r->at) {
    case '{': return read_object(r);
    case '[': return read_list(r);
    case '"': {
        const char *text;
        size_t length;
        r->at++;
        if (!read_text(r, &text, &length)) { return false; }
        if (text) { lua_pushlstring(L, text, length); }
        return true;
    }
    case 't':
        lua_pushboolean(L, 1);
        return read_word(r, "true", 4);
    case 'f':
        lua_pushboolean(L, 0);
        return read_word(r, "false", 5);
    case 'n':
        lua_pushlightuserdata(L, (void *)&hg_null_key);
        return read_word(r, "null", 4);
    case '-':
    case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9': return read_number(r);
    default: return fail(r, "a value");
    }
}

/// `line 2, column 7: found '}', expected a value`.
static void push_problem(const reader *r) {
    int line = 1, column = 1;
    for (const unsigned char *at = r->start; at < r->at; at++) {
        if (*at == '\n') {
            line++;
            column = 1;
        } else if ((*at & 0xC0) != 0x80) {
            column++;
        }
    }
    char found[32];
    if (r->at == r->end) {
        strcpy(found, "the end of the text");
    } else if (*r->at > 0x20 && *r->at < 0x7F) {
        snprintf(found, sizeof found, "'%c'", *r->at);
    } else {
        snprintf(found, sizeof found, "byte 0x%02X", *r->at);
    }
    lua_pushfstring(r->L, "line %d, column %d: found %s, expected %s", line, column, found, r->expected);
}

bool hg_json_read(lua_State *L, const char *bytes, size_t length, uint32_t depth) {
    int base = lua_gettop(L);
    const unsigned char *start = (const unsigned char *)bytes;
    luaL_checkstack(L, 8, "no room to decode JSON");
    hg_work(L, length >> 3);
    struct shape_tree *shapes = hg_shapes_push(L);
    hg_push_array_metatable(L);
    reader r = {
        .L = L, .start = start, .at = start, .end = start + length, .depth = depth, .shapes = shapes,
        .tables = base + 1, .list_metatable = base + 3,
    };
    skip_space(&r);
    bool good = read_value(&r);
    if (good) {
        skip_space(&r);
        if (r.at < r.end) { good = fail(&r, "the end of the text"); }
    }
    if (!good) {
        lua_settop(L, base);
        push_problem(&r);
        return false;
    }
    lua_replace(L, base + 1);
    lua_settop(L, base + 1);
    return true;
}
