-- Puts an access token into the backend's request (RFC 6749, section 4.4).

local M = {}

local function key(config)
  return table.concat({ config.token_url, config.client_id, config.scope or "", config.audience or "" }, " ")
end

-- The token, and how many seconds it may be used.
local function fetch_token(config)
  local password, missing = host.secret(config.client_secret)
  if not password then return nil, missing end

  local form = { grant_type = "client_credentials", scope = config.scope, audience = config.audience }
  local headers = { Accept = "application/json" }
  if config.credentials == "header" then
    -- Both encoded as in a form (section 2.3.1), so that neither can hold the colon.
    local credentials = host.url.encode(config.client_id) .. ":" .. host.url.encode(password)
    headers.Authorization = "Basic " .. host.base64.encode(credentials)
  else
    form.client_id = config.client_id
    form.client_secret = password
  end

  local answer, problem = host.http.post(config.token_url, { form = form, headers = headers })
  if not answer then return nil, "no token: " .. problem end
  if answer.status ~= 200 then return nil, "no token: the provider answered " .. answer.status end
  local token = host.json.decode(answer.body)
  if type(token) ~= "table" or type(token.access_token) ~= "string" then
    return nil, "no token: the provider's answer has none"
  end
  -- Another kind of token would have to be shown in another way (section 7.1).
  if type(token.token_type) == "string" and token.token_type:lower() ~= "bearer" then
    return nil, "no token: the provider's is not of the type Bearer"
  end
  local lasts = tonumber(token.expires_in) or config.default_ttl
  return token.access_token, lasts - config.refresh_before
end

function M.request(ctx, config)
  local token, problem = host.cache.fetch(key(config), nil, function() return fetch_token(config) end)
  if not token then return nil, { code = "NO_TOKEN", status = 502, message = "Bad Gateway", details = { reason = problem } } end
  ctx.integration.request.headers:set(config.header, "Bearer " .. token)
end

function M.response(ctx, config)
  if ctx.integration.response.status == 401 then
    host.log.warn("the backend refused the token; the next request gets a new one")
    host.cache.delete(key(config))
  end
end

return M
