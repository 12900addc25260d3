-- W3 by hand: GET /pets/{id}?kind=x becomes a POST whose body is made from the path, the query and
-- a header; the backend's answer becomes a status, one header and a smaller body.
local cjson = require "cjson.safe"

local decode, encode = cjson.decode, cjson.encode
local capture, unescape_uri = ngx.location.capture, ngx.unescape_uri
local post = ngx.HTTP_POST

local function answer(status, body)
    ngx.status = status
    ngx.header["Content-Length"] = #body
    ngx.print(body)
end

local function handle()
    local var = ngx.var
    local backend = capture("/_backend", {
        method = post,
        body = encode {
            id = var.id,
            kind = unescape_uri(var.arg_kind or ""),
            tenant = var.http_x_tenant or "",
        },
    })

    if backend.status == 404 then
        return answer(404, '{"error":"no such pet"}')
    end
    local pet = backend.status >= 200 and backend.status < 300 and not backend.truncated and decode(backend.body)
    if not pet then
        return answer(502, '{"error":"the pet store is not well"}')
    end

    local visits = {}
    for index, visit in ipairs(pet.visits) do
        visits[index] = visit.id
    end
    ngx.header["X-Pet-Revision"] = backend.header["X-Revision"]
    answer(200, encode { id = pet.id, name = pet.name, kind = pet.kind, visits = visits })
end

return { handle = handle }
