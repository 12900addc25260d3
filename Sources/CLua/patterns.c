// string.find, match, gmatch and gsub. Each can pause between two places of the subject, so that a long
// search gives others their turn.
// For memmem.
#define _GNU_SOURCE
#include "patterns.h"

#include <string.h>

static size_t start_offset(lua_Integer position, size_t length) {
    if (position > 0) { return (lua_Unsigned)position - 1 > length ? length + 1 : (size_t)position - 1; }
    if (position == 0 || (lua_Unsigned)0 - (lua_Unsigned)position > length) { return 0; }
    return length - (size_t)(-position);
}

// MARK: find and match

enum { IS_FIND = 1 };

static int search_continue(lua_State *L, int status, lua_KContext context);

static int search(lua_State *L, size_t offset, int kind) {
    hg_matcher m;
    hg_matcher_init(&m, L, 1, 2);
    for (const char *from = m.subject + offset; from <= m.subject_end; from++) {
        const char *end = hg_match_at(&m, from);
        if (end) {
            if (kind != IS_FIND) { return hg_push_captures(&m, from, end); }
            lua_pushinteger(L, from - m.subject + 1);
            lua_pushinteger(L, end - m.subject);
            return 2 + (m.captures == 0 ? 0 : hg_push_captures(&m, from, end));
        }
        if (m.is_anchored) { break; }
        hg_verdict verdict = hg_charge(L, 1 + m.steps);
        if (verdict != HG_GO_ON) {
            lua_KContext next = (lua_KContext)(((size_t)(from - m.subject) + 1) << 1 | (size_t)kind);
            hg_obey(L, verdict, next, search_continue);
        }
    }
    lua_pushnil(L);
    return 1;
}

static int search_continue(lua_State *L, int status, lua_KContext context) {
    (void)status;
    return search(L, (size_t)context >> 1, (int)(context & 1));
}

static bool is_plain(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] != '\0' && strchr("^$*+?.([%-", pattern[i])) { return false; }
    }
    return true;
}

static int find(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t offset = start_offset(luaL_optinteger(L, 3, 1), length);
    if (offset > length) {
        lua_pushnil(L);
        return 1;
    }
    if (!lua_toboolean(L, 4) && !is_plain(pattern, pattern_length)) {
        lua_settop(L, 2);
        return search(L, offset, IS_FIND);
    }
    hg_work(L, (length - offset) >> 4);
    const char *found =
        pattern_length == 0 ? subject + offset : memmem(subject + offset, length - offset, pattern, pattern_length);
    if (found == NULL) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)pattern_length);
    return 2;
}

static int match(lua_State *L) {
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t offset = start_offset(luaL_optinteger(L, 3, 1), length);
    if (offset > length) {
        lua_pushnil(L);
        return 1;
    }
    lua_settop(L, 2);
    return search(L, offset, 0);
}

// MARK: gmatch

typedef struct {
    size_t next;
    /// Where the last match ended: an empty match may not follow it there. SIZE_MAX before the first.
    size_t last_end;
} iteration;

static int gmatch_continue(lua_State *L, int status, lua_KContext context);

static int gmatch_step(lua_State *L) {
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    iteration *state = lua_touserdata(L, lua_upvalueindex(3));
    hg_matcher m;
    hg_matcher_init(&m, L, 1, 2);
    // A ^ in gmatch has no meaning, as the manual says.
    if (m.is_anchored) {
        m.pattern--;
        m.is_anchored = false;
    }
    size_t length = (size_t)(m.subject_end - m.subject);
    while (state->next <= length) {
        const char *from = m.subject + state->next;
        const char *end = hg_match_at(&m, from);
        if (end && (size_t)(end - m.subject) != state->last_end) {
            state->next = state->last_end = (size_t)(end - m.subject);
            return hg_push_captures(&m, from, end);
        }
        state->next++;
        hg_verdict verdict = hg_charge(L, 1 + m.steps);
        if (verdict != HG_GO_ON) { hg_obey(L, verdict, 0, gmatch_continue); }
    }
    return 0;
}

/// The userdata knows the place: after a pause the step simply starts again.
static int gmatch_continue(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    return gmatch_step(L);
}

static int gmatch(lua_State *L) {
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t offset = start_offset(luaL_optinteger(L, 3, 1), length);
    lua_settop(L, 2);
    iteration *state = lua_newuserdatauv(L, sizeof *state, 0);
    *state = (iteration){.next = offset, .last_end = SIZE_MAX};
    lua_pushcclosure(L, gmatch_step, 3);
    return 1;
}

// MARK: gsub
//
// Stack: 1 subject, 2 pattern, 3 replacement, 4 pieces (a list), 5 the state.

typedef struct {
    lua_Integer most;
    lua_Integer count;
    lua_Integer pieces;
    size_t next;
    size_t last_end;
    /// Begin of the text that no piece holds yet.
    size_t copied;
    /// The match whose replacement is being computed.
    size_t match_start, match_end;
    /// Of all pieces, in bytes.
    size_t length;
} substitution;

static int gsub_continue(lua_State *L, int status, lua_KContext context);
enum { AFTER_PAUSE = 0, AFTER_CALL = 1 };

static void add_piece(lua_State *L, substitution *s) {
    s->length += lua_rawlen(L, -1);
    lua_rawseti(L, 4, ++s->pieces);
}

static void add_text(lua_State *L, substitution *s, const char *subject, size_t from, size_t to) {
    if (from == to) { return; }
    lua_pushlstring(L, subject + from, to - from);
    add_piece(L, s);
}

/// The value on top replaces the match; nil and false keep it.
static void replace_match(lua_State *L, substitution *s) {
    if (!lua_toboolean(L, -1)) {
        lua_settop(L, 5);
        return;
    }
    if (!lua_isstring(L, -1)) { luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1)); }
    lua_tolstring(L, -1, NULL);
    add_text(L, s, lua_tostring(L, 1), s->copied, s->match_start);
    add_piece(L, s);
    s->copied = s->match_end;
    lua_settop(L, 5);
}

/// Pushes the replacement text with its `%0` to `%9` filled in.
static void push_template(lua_State *L, hg_matcher *m, const char *start, const char *end) {
    size_t length;
    const char *text = lua_tolstring(L, 3, &length);
    if (memchr(text, '%', length) == NULL) {
        lua_pushvalue(L, 3);
        return;
    }
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    const char *text_end = text + length;
    while (text < text_end) {
        if (*text != '%') {
            luaL_addchar(&buffer, *text++);
            continue;
        }
        text++;
        if (text == text_end || (*text != '%' && (*text < '0' || *text > '9'))) {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
        if (*text == '%') {
            luaL_addchar(&buffer, '%');
        } else if (*text == '0') {
            luaL_addlstring(&buffer, start, (size_t)(end - start));
        } else {
            hg_push_capture(m, *text - '1', start, end);
            luaL_tolstring(L, -1, NULL);
            lua_remove(L, -2);
            luaL_addvalue(&buffer);
        }
        text++;
    }
    luaL_pushresult(&buffer);
}

static int gsub_finish(lua_State *L, substitution *s) {
    size_t length;
    const char *subject = lua_tolstring(L, 1, &length);
    add_text(L, s, subject, s->copied, length);
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, s->length);
    for (lua_Integer i = 1; i <= s->pieces; i++) {
        size_t size;
        lua_rawgeti(L, 4, i);
        const char *piece = lua_tolstring(L, -1, &size);
        memcpy(out, piece, size);
        out += size;
        lua_pop(L, 1);
    }
    luaL_pushresultsize(&buffer, s->length);
    lua_pushinteger(L, s->count);
    return 2;
}

static int gsub_run(lua_State *L, bool has_answer) {
    substitution *s = lua_touserdata(L, 5);
    if (has_answer) { replace_match(L, s); }
    hg_matcher m;
    hg_matcher_init(&m, L, 1, 2);
    size_t length = (size_t)(m.subject_end - m.subject);
    while (s->count < s->most && s->next <= length) {
        const char *from = m.subject + s->next;
        const char *end = hg_match_at(&m, from);
        if (end && (size_t)(end - m.subject) != s->last_end) {
            s->count++;
            s->match_start = s->next;
            s->match_end = s->next = s->last_end = (size_t)(end - m.subject);
            if (m.is_anchored) { s->next = length + 1; }
            switch (lua_type(L, 3)) {
            case LUA_TFUNCTION:
                lua_pushvalue(L, 3);
                lua_callk(L, hg_push_captures(&m, from, end), 1, AFTER_CALL, gsub_continue);
                break;
            case LUA_TTABLE:
                hg_push_capture(&m, 0, from, end);
                lua_gettable(L, 3);
                break;
            default: push_template(L, &m, from, end); break;
            }
            replace_match(L, s);
        } else if (m.is_anchored) {
            break;
        } else {
            s->next++;
        }
        hg_verdict verdict = hg_charge(L, 2 + m.steps);
        if (verdict != HG_GO_ON) { hg_obey(L, verdict, AFTER_PAUSE, gsub_continue); }
    }
    return gsub_finish(L, s);
}

static int gsub_continue(lua_State *L, int status, lua_KContext context) {
    (void)status;
    return gsub_run(L, context == AFTER_CALL);
}

static int gsub(lua_State *L) {
    hg_check_stack(L);
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    int type = lua_type(L, 3);
    luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE || type == LUA_TFUNCTION, 3,
                     "string/function/table");
    if (type == LUA_TNUMBER) { lua_tolstring(L, 3, NULL); }
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    lua_settop(L, 3);
    lua_newtable(L);
    substitution *s = lua_newuserdatauv(L, sizeof *s, 0);
    *s = (substitution){.most = most, .last_end = SIZE_MAX};
    return gsub_run(L, false);
}

void hg_open_patterns(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", find}, {"gmatch", gmatch}, {"gsub", gsub}, {"match", match}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
