// Where a JSON text is written to.
#ifndef HEADGATE_CLUA_JSON_SINK_H
#define HEADGATE_CLUA_JSON_SINK_H

#include "internal.h"

#include <string.h>

typedef struct {
    hg_buffer *buffer;
    /// Where an error is raised when there is no memory.
    lua_State *L;
} hg_sink;

static inline void hg_sink_reserve(hg_sink *to, size_t count) {
    if (!hg_buffer_reserve(to->buffer, count)) { luaL_error(to->L, "not enough memory"); }
}

static inline void hg_put(hg_sink *to, const char *bytes, size_t length) {
    hg_sink_reserve(to, length);
    memcpy(to->buffer->bytes + to->buffer->length, bytes, length);
    to->buffer->length += length;
}

static inline void hg_put_byte(hg_sink *to, char byte) {
    hg_sink_reserve(to, 1);
    to->buffer->bytes[to->buffer->length++] = byte;
}

/// In quotes; what is no UTF-8 becomes U+FFFD.
void hg_put_string(hg_sink *to, const char *text, size_t length);
void hg_put_integer(hg_sink *to, lua_Integer value);
/// The shortest digits that read as the same number, which must be finite; with a point or an exponent.
void hg_put_double(hg_sink *to, double value);

#endif
