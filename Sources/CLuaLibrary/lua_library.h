// The headers of the system's Lua 5.4, found by pkg-config.
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
