// UTF-8 (RFC 3629), as the JSON functions read and write it.
#ifndef HEADGATE_CLUA_UTF8_H
#define HEADGATE_CLUA_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Loads eight bytes, and tells whether a string of JSON may have them as they are: no control character, no
/// quote, no backslash, nothing but ASCII.
static inline int hg_plain_word(const unsigned char *p, uint64_t *word) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    memcpy(word, p, 8);
    uint64_t quote = *word ^ ones * '"', backslash = *word ^ ones * '\\';
    return (((*word - ones * 0x20) | (quote - ones) | (backslash - ones) | *word) & tops) == 0;
}

/// The first byte from `p` on that is a control character, a quote, a backslash or no ASCII. Looks at
/// eight bytes at once (a byte's top bit in `found` says that it is one of these; the lowest such bit is exact).
static inline const unsigned char *hg_plain_end(const unsigned char *p, const unsigned char *end) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
        uint64_t found = ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & tops;
        if (found) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return p + (__builtin_ctzll(found) >> 3);
#else
            break;
#endif
        }
        p += 8;
    }
    while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') { p++; }
    return p;
}

/// The length of the well-formed sequence that starts with a byte of 0x80 or more at `p`, else 0.
static inline size_t hg_utf8_length(const unsigned char *p, const unsigned char *end) {
    size_t left = (size_t)(end - p);
    unsigned char lead = p[0];
    if (lead < 0xC2 || lead > 0xF4 || left < 2 || (p[1] & 0xC0) != 0x80) { return 0; }
    if (lead < 0xE0) { return 2; }
    if (left < 3 || (p[2] & 0xC0) != 0x80) { return 0; }
    if (lead < 0xF0) {
        if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F)) { return 0; }
        return 3;
    }
    if (left < 4 || (p[3] & 0xC0) != 0x80) { return 0; }
    if ((lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F)) { return 0; }
    return 4;
}

/// Writes a code point below 0x110000; returns the number of bytes.
static inline size_t hg_utf8_write(uint32_t point, char *out) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

#endif
