// Writes the strings and numbers of JSON texts.
#include "json_sink.h"
#include "utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/// What follows the backslash for a byte that must be escaped; 'u' for the long form, 1 for a byte of
/// UTF-8 that is to be checked.
static const unsigned char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    ['"'] = '"', ['\\'] = '\\', [0x80 ... 0xFF] = 1,
};

/// Goes on with a string of which something has to be looked at or written otherwise.
static void put_escaped(hg_sink *to, const unsigned char *at, const unsigned char *end) {
    const unsigned char *run = at;
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
        hg_put(to, (const char *)run, (size_t)(at - run));
        if (escape == 1) {
            hg_put(to, "\xEF\xBF\xBD", 3);
        } else if (escape == 'u') {
            char long_form[8];
            snprintf(long_form, sizeof long_form, "\\u%04x", *at);
            hg_put(to, long_form, 6);
        } else {
            hg_put_byte(to, '\\');
            hg_put_byte(to, (char)escape);
        }
        run = ++at;
    }
    hg_put(to, (const char *)run, (size_t)(at - run));
    hg_put_byte(to, '"');
}

void hg_put_string(hg_sink *to, const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + length;
    hg_sink_reserve(to, length + 2);
    char *out = to->buffer->bytes + to->buffer->length;
    *out++ = '"';
    // Most strings are plain: they are copied while they are looked at.
    uint64_t word;
    while (end - at >= 8 && hg_plain_word(at, &word)) {
        memcpy(out, &word, 8);
        out += 8;
        at += 8;
    }
    while (at < end && escapes[*at] == 0) { *out++ = (char)*at++; }
    to->buffer->length = (size_t)(out - to->buffer->bytes);
    if (at == end) {
        hg_put_byte(to, '"');
    } else {
        put_escaped(to, at, end);
    }
}

void hg_put_integer(hg_sink *to, lua_Integer value) {
    char digits[20];
    int at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) { hg_put_byte(to, '-'); }
    hg_put(to, digits + at, sizeof digits - (size_t)at);
}

/// A decimal number with few digits, which most are; false where it needs the long way.
static bool put_short_decimal(hg_sink *to, double value) {
    double size = fabs(value);
    if (size >= 1e9 || size < 1e-5) { return false; }
    static const double powers[] = {1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (int digits = 1; digits <= 6; digits++) {
        double scaled = nearbyint(size * powers[digits - 1]);
        // Both are exact, so the quotient is what reading the digits gives.
        if (scaled / powers[digits - 1] != size) { continue; }
        uint64_t all = (uint64_t)scaled;
        uint64_t power = (uint64_t)powers[digits - 1];
        if (value < 0) { hg_put_byte(to, '-'); }
        hg_put_integer(to, (lua_Integer)(all / power));
        char fraction[8] = ".";
        uint64_t rest = all % power;
        for (int digit = digits; digit > 0; digit--) {
            fraction[digit] = (char)('0' + rest % 10);
            rest /= 10;
        }
        hg_put(to, fraction, (size_t)digits + 1);
        return true;
    }
    return false;
}

void hg_put_double(hg_sink *to, double value) {
    if (put_short_decimal(to, value)) { return; }
    char text[40];
    int length = 0;
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) { break; }
    }
    hg_put(to, text, (size_t)length);
    // A float stays one.
    if (strpbrk(text, ".e") == NULL) { hg_put(to, ".0", 2); }
}
