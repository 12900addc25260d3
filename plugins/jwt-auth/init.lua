-- Lets in requests with a bearer token that a provider's JWK Set verifies.

local M = {}

local function refuse(ctx, status, code, description)
  local challenge = string.format('Bearer error="%s", error_description="%s"', code, description)
  return ctx:respond{
    status = status,
    headers = { ["WWW-Authenticate"] = status == 401 and challenge or nil },
    json = { message = status == 401 and "Unauthorized" or "Forbidden" },
  }
end

local function fetch_keys(config)
  local answer, problem = host.http.get(config.jwks_url, { headers = { Accept = "application/json" } })
  if not answer then return nil, "the JWK Set cannot be fetched: " .. problem end
  if answer.status ~= 200 then return nil, "the JWK Set's server answered " .. answer.status end
  local set, bad = host.json.decode(answer.body)
  if type(set) ~= "table" or type(set.keys) ~= "table" then
    return nil, "the JWK Set is none: " .. (bad or "it has no keys")
  end
  return set
end

local function keys(config)
  return host.cache.fetch(config.jwks_url, { ttl = config.cache_ttl }, function() return fetch_keys(config) end)
end

-- The keys, fetched anew unless that was tried a moment ago.
local function newer_keys(config)
  local tried = "tried " .. config.jwks_url
  if host.cache.get(tried) then return nil end
  host.cache.set(tried, true, { ttl = config.refetch_after })
  host.cache.delete(config.jwks_url)
  return keys(config)
end

local function has_key(set, id)
  if not id then return true end
  for _, key in ipairs(set.keys) do
    if key.kid == id then return true end
  end
  return false
end

local function missing_scope(claims, wanted)
  local granted = {}
  local scopes = claims.scope or claims.scp or ""
  if type(scopes) == "table" then scopes = table.concat(scopes, " ") end
  for scope in tostring(scopes):gmatch("%S+") do granted[scope] = true end
  for _, scope in ipairs(wanted) do
    if not granted[scope] then return scope end
  end
end

function M.authenticate(ctx, config)
  local token = (ctx.request.headers[config.header] or ""):match("^[Bb]earer +(%S+)$")
  if not token then return refuse(ctx, 401, "invalid_request", "a bearer token is needed") end

  local unverified, header = host.crypto.jwt_decode(token)
  if not unverified then return refuse(ctx, 401, "invalid_token", "the token is malformed") end

  local set, problem = keys(config)
  if not set then return nil, problem end
  if not has_key(set, header.kid) then set = newer_keys(config) or set end

  local claims, why = host.crypto.jwt_verify(token, set, {
    algorithms = config.algorithms,
    issuer = config.issuer,
    audience = config.audience,
    leeway = config.leeway,
  })
  if not claims then
    host.log.info("token refused", { reason = why })
    return refuse(ctx, 401, "invalid_token", "the token is not valid")
  end
  local missing = missing_scope(claims, config.scopes)
  if missing then
    host.log.info("scope missing", { scope = missing })
    return refuse(ctx, 403, "insufficient_scope", "a scope is missing")
  end

  claims.principalId = claims.sub
  ctx.identity = claims
end

return M
