-- W4 by hand: GET /items/{id}?kind=x becomes DynamoDB's GetItem, a POST with a JSON body made from path and query,
-- signed with Signature Version 4. Codes and digests come from OpenSSL, which nginx has loaded anyway.
local ffi = require "ffi"
local cjson = require "cjson.safe"

ffi.cdef [[
typedef struct evp_md_st EVP_MD;
const EVP_MD *EVP_sha256(void);
unsigned char *SHA256(const char *data, size_t length, unsigned char *digest);
unsigned char *HMAC(const EVP_MD *type, const char *key, int key_length, const char *data, size_t length,
    unsigned char *code, unsigned int *code_length);
]]

local crypto, sha256 = ffi.C, ffi.C.EVP_sha256()
local digest = ffi.new("unsigned char[32]")
local digits = {}
for byte = 0, 255 do digits[byte] = string.format("%02x", byte) end
local pieces = {}

local function hex()
    for index = 0, 31 do pieces[index + 1] = digits[digest[index]] end
    return table.concat(pieces, "", 1, 32)
end

local function hash(text)
    crypto.SHA256(text, #text, digest)
    return hex()
end

local function code(key, text)
    crypto.HMAC(sha256, key, #key, text, #text, digest, nil)
    return ffi.string(digest, 32)
end

local access_key, secret = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
local scope_tail = "/us-east-1/dynamodb/aws4_request"
local names = "content-type;host;x-amz-date;x-amz-target"
local type, target = "application/x-amz-json-1.0", "DynamoDB_20120810.GetItem"

-- A key holds for a day, a time for a second.
local now, time, day, key

local function tick()
    local seconds = ngx.time()
    if seconds == now then return end
    now = seconds
    time = os.date("!%Y%m%dT%H%M%SZ", seconds)
    local today = time:sub(1, 8)
    if today ~= day then
        day = today
        key = code(code(code(code("AWS4" .. secret, day), "us-east-1"), "dynamodb"), "aws4_request")
    end
end

local function prepare(host)
    local var, request = ngx.var, ngx.req
    local body = cjson.encode {
        TableName = "pets",
        Key = { id = { S = var.id }, kind = { S = ngx.unescape_uri(var.arg_kind or "") } },
    }
    tick()
    local canonical = "POST\n/\nAction=GetItem\ncontent-type:" .. type .. "\nhost:" .. host .. "\nx-amz-date:" .. time
        .. "\nx-amz-target:" .. target .. "\n\n" .. names .. "\n" .. hash(body)
    local scope = day .. scope_tail
    code(key, "AWS4-HMAC-SHA256\n" .. time .. "\n" .. scope .. "\n" .. hash(canonical))
    request.set_method(ngx.HTTP_POST)
    request.set_uri("/")
    request.set_uri_args("Action=GetItem")
    request.read_body()
    request.set_body_data(body)
    request.set_header("Content-Type", type)
    request.set_header("X-Amz-Target", target)
    request.set_header("X-Amz-Date", time)
    request.set_header("Authorization", "AWS4-HMAC-SHA256 Credential=" .. access_key .. "/" .. scope
        .. ", SignedHeaders=" .. names .. ", Signature=" .. hex())
end

return { prepare = prepare }
