// UTF-8 (RFC 3629), as the JSON functions read and write it.
#ifndef HEADGATE_CLUA_UTF8_H
#define HEADGATE_CLUA_UTF8_H

#include <stddef.h>
#include <stdint.h>

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
