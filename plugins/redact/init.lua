-- Removes or masks fields of the client's JSON response.

local path = require("lib.path")

local M = {}

-- Paths are read once for each lane, and a path that cannot be read is found when the pipeline is loaded.
function M.init(config)
  local parsed = {}
  for _, text in ipairs(config.paths) do
    local steps, problem = path.parse(text)
    if not steps then return nil, "the path " .. text .. " cannot be used: " .. problem end
    parsed[#parsed + 1] = steps
  end
  return { paths = parsed }
end

local function masked(value, config)
  if type(value) == "table" then return config.mask end
  local text = tostring(value)
  local kept = math.min(config.keep_last, utf8.len(text) or 0)
  return config.mask .. (kept > 0 and text:sub(utf8.offset(text, -kept)) or "")
end

function M.response(ctx, config, state)
  local body = ctx.response.body
  if body:size() == 0 then return end
  local value, problem = body:json()
  if type(value) ~= "table" then
    if config.require_json then
      return nil, { code = "NOT_JSON", status = 502, message = "Bad Gateway", details = { reason = problem } }
    end
    return
  end

  local count = 0
  for _, steps in ipairs(state.paths) do
    path.each(value, steps, function(owner, key)
      count = count + 1
      if config.mask then
        owner[key] = masked(owner[key], config)
      elseif type(key) == "number" then
        table.remove(owner, key)
      else
        owner[key] = nil
      end
    end)
  end
  if count > 0 then body:set_json(value) end
  host.trace.note("redacted", count)
end

return M
