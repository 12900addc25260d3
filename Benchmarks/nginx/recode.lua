-- W2J by hand: reads a header of the client and one of the backend, sets one, and decodes the backend's JSON
-- and encodes it again with one member more.
local cjson = require "cjson.safe"

local decode, encode = cjson.decode, cjson.encode

local function headers()
    local header = ngx.header
    header["X-Seen-By"] = ngx.var.http_x_tenant .. " at " .. header["X-Revision"]
    -- The length changes.
    header["Content-Length"] = nil
end

local function body()
    local arg, ctx = ngx.arg, ngx.ctx
    local chunk = arg[1]
    if not arg[2] then
        ctx.kept = ctx.kept and ctx.kept .. chunk or chunk
        arg[1] = nil
        return
    end
    if ctx.kept then chunk = ctx.kept .. chunk end
    local pet = decode(chunk)
    pet.seen = true
    arg[1] = encode(pet)
end

return { headers = headers, body = body }
