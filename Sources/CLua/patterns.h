// Lua's patterns (reference manual, section 6.4.1) with a bound on every search.
#ifndef HEADGATE_CLUA_PATTERNS_H
#define HEADGATE_CLUA_PATTERNS_H

#include "internal.h"

enum { MOST_CAPTURES = 32 };

typedef struct {
    const char *start;
    /// Bytes, or one of the markers below.
    ptrdiff_t length;
} hg_capture;

enum { CAPTURE_OPEN = -1, CAPTURE_POSITION = -2 };

/// One attempt after another to match a pattern somewhere in a subject.
typedef struct {
    lua_State *L;
    const char *subject;
    const char *subject_end;
    const char *pattern;
    const char *pattern_end;
    bool is_anchored;
    /// Steps that the attempt at one place may still take.
    uint32_t allowance;
    uint32_t steps;
    int depth;
    int captures;
    hg_capture capture[MOST_CAPTURES];
} hg_matcher;

/// Prepares to search; raises where subject or pattern are too long.
void hg_matcher_init(hg_matcher *matcher, lua_State *L, int subject_index, int pattern_index);
/// Tries to match at `from`; the end of the match, or NULL.
const char *hg_match_at(hg_matcher *matcher, const char *from);
/// Pushes capture number `index`, or the whole match for 0 where the pattern has no captures.
void hg_push_capture(hg_matcher *matcher, int index, const char *start, const char *end);
/// Pushes all captures, or the whole match if there are none; returns their number.
int hg_push_captures(hg_matcher *matcher, const char *start, const char *end);

#endif
