// The table library. Stock Lua trusts a __len metamethod and may loop on it for ever inside C; here every
// loop is charged to the execution, and sorting can pause.
#include "internal.h"

enum { MOST_ELEMENTS = 1 << 26 };

/// The length of the table at index 1, which __len may have made up.
static lua_Integer length_of(lua_State *L, int index) {
    luaL_checktype(L, index, LUA_TTABLE);
    lua_Integer length = luaL_len(L, index);
    if (length < 0 || length > MOST_ELEMENTS) { luaL_error(L, "table is too long"); }
    return length;
}

static int insert(lua_State *L) {
    lua_Integer end = length_of(L, 1) + 1;
    lua_Integer position;
    switch (lua_gettop(L)) {
    case 2:
        position = end;
        break;
    case 3:
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, position >= 1 && position <= end, 2, "position out of bounds");
        for (lua_Integer i = end; i > position; i--) {
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
            hg_bounded_work(L, 2);
        }
        break;
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_seti(L, 1, position);
    return 0;
}

static int remove_element(lua_State *L) {
    lua_Integer size = length_of(L, 1);
    lua_Integer position = luaL_optinteger(L, 2, size);
    if (lua_gettop(L) > 1) {
        luaL_argcheck(L, (position >= 1 && position <= size + 1) || (size == 0 && position == 0), 2,
                      "position out of bounds");
    }
    lua_geti(L, 1, position);
    for (; position < size; position++) {
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
        hg_bounded_work(L, 2);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int concatenate(lua_State *L) {
    hg_check_stack(L);
    lua_Integer size = length_of(L, 1);
    size_t separator_length;
    const char *separator = luaL_optlstring(L, 2, "", &separator_length);
    lua_Integer i = luaL_optinteger(L, 3, 1);
    lua_Integer last = luaL_optinteger(L, 4, size);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; i <= last; i++) {
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1)) {
            return luaL_error(L, "invalid value (a %s) at index %I in table for 'concat'", luaL_typename(L, -1), i);
        }
        size_t length = lua_rawlen(L, -1);
        luaL_addvalue(&buffer);
        if (i < last) { luaL_addlstring(&buffer, separator, separator_length); }
        hg_bounded_work(L, 4 + (length >> 6) + (separator_length >> 6));
        if (i == LUA_MAXINTEGER) { break; }
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int pack(lua_State *L) {
    int count = lua_gettop(L);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int i = count; i >= 1; i--) { lua_rawseti(L, 1, i); }
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

static int unpack(lua_State *L) {
    lua_Integer i = luaL_optinteger(L, 2, 1);
    lua_Integer last = luaL_opt(L, luaL_checkinteger, 3, luaL_len(L, 1));
    if (i > last) { return 0; }
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)i;
    if (count >= 100000 || !lua_checkstack(L, (int)++count)) {
        return luaL_error(L, "too many results to unpack");
    }
    for (; i < last; i++) { lua_geti(L, 1, i); }
    lua_geti(L, 1, last);
    return (int)count;
}

static int move(lua_State *L) {
    lua_Integer from = luaL_checkinteger(L, 2);
    lua_Integer end = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, target, LUA_TTABLE);
    if (end >= from) {
        luaL_argcheck(L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
        lua_Integer count = end - from + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        bool overlaps = to > from && to <= end && (target == 1 || lua_compare(L, 1, target, LUA_OPEQ));
        for (lua_Integer i = 0; i < count; i++) {
            lua_Integer offset = overlaps ? count - 1 - i : i;
            lua_geti(L, 1, from + offset);
            lua_seti(L, target, to + offset);
            hg_bounded_work(L, 2);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

// MARK: Sorting: a bottom-up merge sort that keeps its whole state in a userdata, so that a comparator of
// the script may be paused or wait, and a sort without one pauses by itself. Stable, and no comparator,
// however inconsistent, leads out of bounds.
//
// Stack: 1 the table, 2 the comparator or nil, 3 source, 4 target, 5 the state.

typedef struct {
    lua_Integer count;
    lua_Integer width;
    lua_Integer start;
    lua_Integer left, left_end;
    lua_Integer right, right_end;
    lua_Integer out;
    bool is_merging;
} sorting;

static void take(lua_State *L, sorting *s, lua_Integer *from) {
    lua_rawgeti(L, 3, (*from)++);
    lua_rawseti(L, 4, s->out++);
}

/// Goes on with the merge, knowing that the first on the right comes before the first on the left or not.
static void merge_step(lua_State *L, sorting *s, bool right_first) {
    take(L, s, right_first ? &s->right : &s->left);
}

static lua_Integer least(lua_Integer a, lua_Integer b) { return a < b ? a : b; }

/// Sets up the next pair of runs; false when the table is sorted.
static bool next_merge(lua_State *L, sorting *s) {
    if (s->start > s->count) {
        s->width *= 2;
        s->start = 1;
        lua_pushvalue(L, 3);
        lua_copy(L, 4, 3);
        lua_replace(L, 4);
        if (s->width >= s->count) { return false; }
    }
    s->left = s->start;
    s->left_end = least(s->start + s->width, s->count + 1);
    s->right = s->left_end;
    s->right_end = least(s->start + 2 * s->width, s->count + 1);
    s->out = s->start;
    s->start = s->right_end;
    s->is_merging = true;
    return true;
}

static int sort_continue(lua_State *L, int status, lua_KContext context);

enum { AFTER_PAUSE = 0, AFTER_COMPARATOR = 1 };

static int sort_run(lua_State *L, bool has_answer) {
    sorting *s = lua_touserdata(L, 5);
    bool has_comparator = !lua_isnil(L, 2);
    for (;;) {
        if (has_answer) {
            bool right_first = lua_toboolean(L, -1);
            lua_settop(L, 5);
            merge_step(L, s, right_first);
            has_answer = false;
        }
        if (!s->is_merging && !next_merge(L, s)) { break; }
        while (s->left < s->left_end && s->right < s->right_end) {
            hg_obey(L, hg_charge(L, 4), AFTER_PAUSE, sort_continue);
            if (has_comparator) {
                lua_pushvalue(L, 2);
                lua_rawgeti(L, 3, s->right);
                lua_rawgeti(L, 3, s->left);
                lua_callk(L, 2, 1, AFTER_COMPARATOR, sort_continue);
                bool right_first = lua_toboolean(L, -1);
                lua_settop(L, 5);
                merge_step(L, s, right_first);
            } else {
                lua_rawgeti(L, 3, s->right);
                lua_rawgeti(L, 3, s->left);
                bool right_first = lua_compare(L, -2, -1, LUA_OPLT);
                lua_settop(L, 5);
                merge_step(L, s, right_first);
            }
        }
        while (s->left < s->left_end) { take(L, s, &s->left); }
        while (s->right < s->right_end) { take(L, s, &s->right); }
        hg_bounded_work(L, (size_t)s->width);
        s->is_merging = false;
    }
    for (lua_Integer i = 1; i <= s->count; i++) {
        lua_rawgeti(L, 3, i);
        lua_seti(L, 1, i);
    }
    return 0;
}

static int sort_continue(lua_State *L, int status, lua_KContext context) {
    (void)status;
    return sort_run(L, context == AFTER_COMPARATOR);
}

static int sort(lua_State *L) {
    hg_check_stack(L);
    lua_Integer count = length_of(L, 1);
    if (!lua_isnoneornil(L, 2)) { luaL_checktype(L, 2, LUA_TFUNCTION); }
    lua_settop(L, 2);
    if (count < 2) { return 0; }
    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_geti(L, 1, i) == LUA_TNIL) { return luaL_error(L, "the list has a hole at index %I", i); }
        lua_rawseti(L, 3, i);
        hg_bounded_work(L, 1);
    }
    sorting *s = lua_newuserdatauv(L, sizeof *s, 0);
    *s = (sorting){.count = count, .width = 1, .start = 1};
    return sort_run(L, false);
}

void hg_open_tables(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"concat", concatenate}, {"insert", insert}, {"move", move},     {"pack", pack},
        {"remove", remove_element}, {"sort", sort},     {"unpack", unpack}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
