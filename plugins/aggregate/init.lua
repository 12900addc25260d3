-- Asks several backends at the same time and answers with all they said.

local M = {}

function M.init(config)
  local names = {}
  for name in pairs(config.parts) do names[#names + 1] = name end
  if #names == 0 then return nil, "there is no part" end
  if #names > 8 then return nil, "there are more than eight parts" end
  table.sort(names)
  local is_required = {}
  for _, name in ipairs(config.required) do
    if not config.parts[name] then return nil, "the required part '" .. name .. "' is not among the parts" end
    is_required[name] = true
  end
  return { names = names, is_required = is_required }
end

local function requests(ctx, config, names)
  local headers = { Accept = "application/json" }
  for _, name in ipairs(config.forward) do headers[name] = ctx.request.headers:all(name) end
  local params, list = ctx.request.params, {}
  for index, name in ipairs(names) do
    list[index] = {
      url = config.parts[name]:gsub("{([%w_]+)}", function(param) return host.url.encode(params[param] or "") end),
      headers = headers,
      timeout_ms = math.ceil(config.timeout * 1000),
    }
  end
  return list
end

-- The value of an answer, or nil and what is wrong with it.
local function value_of(answer, problem)
  if not answer then return nil, problem end
  if answer.status >= 400 then return nil, "status " .. answer.status end
  return host.json.decode(answer.body)
end

function M.request(ctx, config, state)
  local answers, problems = host.http.all(requests(ctx, config, state.names))
  local result, errors = {}, {}
  for index, name in ipairs(state.names) do
    local value, problem = value_of(answers[index], problems[index])
    if value == nil then
      host.log.warn("a part failed", { part = name, reason = problem })
      if state.is_required[name] then
        return nil, { code = "PART_FAILED", status = 502, message = "Bad Gateway", details = { part = name, reason = problem } }
      end
      value = host.json.null
      errors[#errors + 1] = name
    end
    result[name] = value
  end
  if #errors > 0 then result.errors = errors end
  return ctx:respond{ json = result }
end

return M
