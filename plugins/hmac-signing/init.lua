-- Signs the request that goes to the backend: method, target, timestamp and a digest of the body.

local M = {}

function M.request(ctx, config)
  local key, missing = host.secret(config.key)
  if not key then return nil, missing end

  local request = ctx.integration.request
  local timestamp = tostring(math.floor(host.time.now()))
  local text = table.concat({
    request.method,
    request.target,
    timestamp,
    host.hex.encode(host.crypto.digest(config.algorithm, request.body:bytes())),
  }, "\n")

  request.headers:set(config.timestamp_header, timestamp)
  request.headers:set(config.header, host.hex.encode(host.crypto.hmac(config.algorithm, key, text)))
end

return M
