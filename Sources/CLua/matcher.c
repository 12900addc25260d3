// The matcher itself: backtracking with a count of steps and a bound on nesting.
#include "patterns.h"

#include <ctype.h>
#include <string.h>

enum {
    /// Steps at one place of the subject: some milliseconds.
    MOST_STEPS = 500000,
    DEEPEST = 200,
    LONGEST_PATTERN = 4096,
};

void hg_matcher_init(hg_matcher *m, lua_State *L, int subject_index, int pattern_index) {
    size_t subject_length, pattern_length;
    m->L = L;
    m->subject = luaL_checklstring(L, subject_index, &subject_length);
    m->pattern = luaL_checklstring(L, pattern_index, &pattern_length);
    if (subject_length > SUBJECT_LIMIT) {
        luaL_error(L, "subject of %I bytes is too long for a pattern (limit %d)", (lua_Integer)subject_length,
                   SUBJECT_LIMIT);
    }
    if (pattern_length > LONGEST_PATTERN) {
        luaL_error(L, "pattern of %I bytes is too long (limit %d)", (lua_Integer)pattern_length, LONGEST_PATTERN);
    }
    m->subject_end = m->subject + subject_length;
    m->pattern_end = m->pattern + pattern_length;
    m->is_anchored = pattern_length > 0 && *m->pattern == '^';
    if (m->is_anchored) { m->pattern++; }
    m->captures = 0;
    m->steps = 0;
}

static void spend(hg_matcher *m, size_t steps) {
    m->steps += (uint32_t)steps;
    if (m->steps > m->allowance) {
        luaL_error(m->L, "pattern is too complex for this subject (more than %d steps at one place)", MOST_STEPS);
    }
}

/// The end of the single-character item at `p`: a character, a class or a set.
static const char *item_end(hg_matcher *m, const char *p) {
    if (*p == '%') {
        if (p + 1 == m->pattern_end) { luaL_error(m->L, "malformed pattern (ends with '%%')"); }
        return p + 2;
    }
    if (*p != '[') { return p + 1; }
    p++;
    if (p < m->pattern_end && *p == '^') { p++; }
    // A closing bracket in first place stands for itself.
    bool first = true;
    while (p < m->pattern_end && (first || *p != ']')) {
        first = false;
        p += *p == '%' && p + 1 < m->pattern_end ? 2 : 1;
    }
    if (p >= m->pattern_end) { luaL_error(m->L, "malformed pattern (missing ']')"); }
    return p + 1;
}

static bool in_class(unsigned char byte, unsigned char letter) {
    bool answer;
    switch (tolower(letter)) {
    case 'a': answer = isalpha(byte); break;
    case 'c': answer = iscntrl(byte); break;
    case 'd': answer = isdigit(byte); break;
    case 'g': answer = isgraph(byte); break;
    case 'l': answer = islower(byte); break;
    case 'p': answer = ispunct(byte); break;
    case 's': answer = isspace(byte); break;
    case 'u': answer = isupper(byte); break;
    case 'w': answer = isalnum(byte); break;
    case 'x': answer = isxdigit(byte); break;
    default: return letter == byte;
    }
    return isupper(letter) ? !answer : answer;
}

/// Whether `byte` is in the set from `p` (at the bracket) to `end` (behind the closing one).
static bool in_set(unsigned char byte, const char *p, const char *end) {
    const char *last = end - 1;
    bool found_means = true;
    p++;
    if (*p == '^') {
        found_means = false;
        p++;
    }
    while (p < last) {
        if (*p == '%' && p + 1 < last) {
            if (in_class(byte, (unsigned char)p[1])) { return found_means; }
            p += 2;
        } else if (p + 2 < last && p[1] == '-') {
            if ((unsigned char)p[0] <= byte && byte <= (unsigned char)p[2]) { return found_means; }
            p += 3;
        } else {
            if ((unsigned char)*p == byte) { return found_means; }
            p++;
        }
    }
    return !found_means;
}

static bool matches_one(hg_matcher *m, const char *s, const char *p, const char *end) {
    if (s >= m->subject_end) { return false; }
    unsigned char byte = (unsigned char)*s;
    switch (*p) {
    case '.': return true;
    case '%': return in_class(byte, (unsigned char)p[1]);
    case '[': spend(m, (size_t)(end - p) >> 2); return in_set(byte, p, end);
    default: return (unsigned char)*p == byte;
    }
}

static const char *match(hg_matcher *m, const char *s, const char *p);

/// `%bxy`: from x to the y that balances it.
static const char *match_balanced(hg_matcher *m, const char *s, const char *p) {
    if (m->pattern_end - p < 2) { luaL_error(m->L, "malformed pattern (missing arguments to '%%b')"); }
    if (s >= m->subject_end || *s != p[0]) { return NULL; }
    size_t open = 1;
    for (const char *at = s + 1; at < m->subject_end; at++) {
        if (*at == p[1]) {
            if (--open == 0) {
                spend(m, (size_t)(at - s));
                return at + 1;
            }
        } else if (*at == p[0]) {
            open++;
        }
    }
    spend(m, (size_t)(m->subject_end - s));
    return NULL;
}

/// `%f[set]`: the border where the set begins to hold.
static bool at_frontier(hg_matcher *m, const char *s, const char *set, const char *end) {
    unsigned char before = s == m->subject ? 0 : (unsigned char)s[-1];
    unsigned char after = s == m->subject_end ? 0 : (unsigned char)*s;
    return !in_set(before, set, end) && in_set(after, set, end);
}

static const char *match_reference(hg_matcher *m, const char *s, unsigned char digit) {
    int index = digit - '1';
    if (index < 0 || index >= m->captures || m->capture[index].length == CAPTURE_OPEN) {
        luaL_error(m->L, "invalid capture index %%%d", index + 1);
    }
    if (m->capture[index].length == CAPTURE_POSITION) { return s; }
    size_t length = (size_t)m->capture[index].length;
    spend(m, length >> 3);
    if ((size_t)(m->subject_end - s) < length || memcmp(m->capture[index].start, s, length) != 0) { return NULL; }
    return s + length;
}

static const char *open_capture(hg_matcher *m, const char *s, const char *p, ptrdiff_t marker) {
    if (m->captures >= MOST_CAPTURES) { luaL_error(m->L, "too many captures"); }
    m->capture[m->captures] = (hg_capture){.start = s, .length = marker};
    m->captures++;
    const char *end = match(m, s, p);
    if (end == NULL) { m->captures--; }
    return end;
}

static const char *close_capture(hg_matcher *m, const char *s, const char *p) {
    int index = m->captures - 1;
    while (index >= 0 && m->capture[index].length != CAPTURE_OPEN) { index--; }
    if (index < 0) { luaL_error(m->L, "invalid pattern capture"); }
    m->capture[index].length = s - m->capture[index].start;
    const char *end = match(m, s, p);
    if (end == NULL) { m->capture[index].length = CAPTURE_OPEN; }
    return end;
}

/// As many as there are, then fewer.
static const char *match_most(hg_matcher *m, const char *s, const char *p, const char *item) {
    const char *last = s;
    while (matches_one(m, last, p, item)) { last++; }
    spend(m, (size_t)(last - s));
    for (; last >= s; last--) {
        const char *end = match(m, last, item + 1);
        if (end) { return end; }
    }
    return NULL;
}

/// As few as will do.
static const char *match_fewest(hg_matcher *m, const char *s, const char *p, const char *item) {
    for (;;) {
        const char *end = match(m, s, item + 1);
        if (end) { return end; }
        if (!matches_one(m, s, p, item)) { return NULL; }
        s++;
    }
}

/// Matches the rest of the pattern at `s`. Consecutive simple items are a loop; only what may have to come
/// back recurses.
static const char *match_rest(hg_matcher *m, const char *s, const char *p) {
    while (p < m->pattern_end) {
        spend(m, 1);
        switch (*p) {
        case '(':
            if (p + 1 < m->pattern_end && p[1] == ')') { return open_capture(m, s, p + 2, CAPTURE_POSITION); }
            return open_capture(m, s, p + 1, CAPTURE_OPEN);
        case ')': return close_capture(m, s, p + 1);
        case '$':
            if (p + 1 == m->pattern_end) { return s == m->subject_end ? s : NULL; }
            break;
        case '%':
            if (p + 1 == m->pattern_end) { break; }
            if (p[1] == 'b') {
                s = match_balanced(m, s, p + 2);
                if (s == NULL) { return NULL; }
                p += 4;
                continue;
            }
            if (p[1] == 'f') {
                p += 2;
                if (p >= m->pattern_end || *p != '[') {
                    luaL_error(m->L, "missing '[' after '%%f' in pattern");
                }
                const char *end = item_end(m, p);
                if (!at_frontier(m, s, p, end)) { return NULL; }
                p = end;
                continue;
            }
            if (isdigit((unsigned char)p[1])) {
                s = match_reference(m, s, (unsigned char)p[1]);
                if (s == NULL) { return NULL; }
                p += 2;
                continue;
            }
            break;
        default: break;
        }
        const char *item = item_end(m, p);
        switch (item < m->pattern_end ? *item : '\0') {
        case '?': {
            if (matches_one(m, s, p, item)) {
                const char *end = match(m, s + 1, item + 1);
                if (end) { return end; }
            }
            p = item + 1;
            continue;
        }
        case '+':
            if (!matches_one(m, s, p, item)) { return NULL; }
            return match_most(m, s + 1, p, item);
        case '*': return match_most(m, s, p, item);
        case '-': return match_fewest(m, s, p, item);
        default:
            if (!matches_one(m, s, p, item)) { return NULL; }
            s++;
            p = item;
        }
    }
    return s;
}

static const char *match(hg_matcher *m, const char *s, const char *p) {
    if (++m->depth > DEEPEST) { luaL_error(m->L, "pattern too complex"); }
    const char *end = match_rest(m, s, p);
    m->depth--;
    return end;
}

const char *hg_match_at(hg_matcher *m, const char *from) {
    m->captures = 0;
    m->depth = 0;
    m->allowance = MOST_STEPS;
    m->steps = 0;
    return match(m, from, m->pattern);
}

void hg_push_capture(hg_matcher *m, int index, const char *start, const char *end) {
    if (index >= m->captures) {
        if (index != 0) { luaL_error(m->L, "invalid capture index %%%d", index + 1); }
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    const hg_capture *capture = &m->capture[index];
    if (capture->length == CAPTURE_POSITION) {
        lua_pushinteger(m->L, capture->start - m->subject + 1);
    } else if (capture->length == CAPTURE_OPEN) {
        luaL_error(m->L, "unfinished capture");
    } else {
        lua_pushlstring(m->L, capture->start, (size_t)capture->length);
    }
}

int hg_push_captures(hg_matcher *m, const char *start, const char *end) {
    int count = m->captures == 0 ? 1 : m->captures;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) { hg_push_capture(m, i, start, end); }
    return count;
}
