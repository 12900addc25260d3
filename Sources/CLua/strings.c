// string.rep and string.format within limits; everything else that is linear stays Lua's own.
#include "internal.h"

#include <string.h>

static int repeat(lua_State *L) {
    size_t length, separator_length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_length);
    if (count <= 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t piece, total;
    hg_thread *thread = hg_thread_of(L);
    if (__builtin_add_overflow(length, separator_length, &piece)
        || __builtin_mul_overflow(piece, (size_t)count, &total)
        || (thread && total > thread->limits.allocated)) {
        return luaL_error(L, "resulting string too large");
    }
    total -= separator_length;
    hg_work(L, total >> 6);
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, total);
    // Each round doubles what is there.
    size_t done = 0;
    if (total > 0) {
        size_t first = piece < total ? piece : total;
        memcpy(out, text, length);
        if (first > length) { memcpy(out + length, separator, first - length); }
        done = first;
        while (done < total) {
            size_t more = done < total - done ? done : total - done;
            memcpy(out + done, out, more);
            done += more;
        }
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

/// `%s` calls __tostring, which may call format again: each level takes two kilobytes of native stack.
static int format(lua_State *L) {
    hg_check_stack(L);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void hg_open_strings(lua_State *L) {
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    lua_pushcfunction(L, repeat);
    lua_setfield(L, -2, "rep");
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, format, 1);
    lua_setfield(L, -2, "format");
}
