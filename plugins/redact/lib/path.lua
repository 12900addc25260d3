-- JSONPath as far as redaction needs it: names, indices, wildcards and any depth.

local path = {}

local function name_step(name) return { name = name } end

-- A step from between brackets.
local function bracket_step(text)
  if text == "*" then return { every = true } end
  local index = text:match("^%-?%d+$")
  if index then return { index = math.tointeger(tonumber(index)) } end
  local quoted = text:match("^'(.*)'$") or text:match('^"(.*)"$')
  if quoted then return name_step((quoted:gsub("\\(.)", "%1"))) end
end

-- The steps of a path as a list, or nil and what is wrong.
function path.parse(text)
  if text:sub(1, 1) ~= "$" then return nil, "it must start with $" end
  local steps, at = {}, 2
  while at <= #text do
    local deep = text:sub(at, at + 1) == ".."
    if deep then at = at + 1 end
    local step, stop
    local dot = text:sub(at, at) == "."
    local first = dot and at + 1 or at
    if text:sub(first, first) == "[" and (deep or not dot) then
      stop = text:find("]", first, true)
      step = stop and bracket_step(text:sub(first + 1, stop - 1))
    elseif dot then
      local name = text:match("^[^%.%[]+", first)
      stop = name and first + #name - 1
      step = name and (name == "*" and { every = true } or name_step(name))
    end
    if not step then return nil, "it cannot be read from character " .. at .. " on" end
    step.deep = deep
    steps[#steps + 1] = step
    at = stop + 1
  end
  if #steps == 0 then return nil, "it names the whole document" end
  return steps
end

-- Calls change(owner, key) for each place that the steps from number `at` find below `value`.
local function visit(value, steps, at, change)
  if type(value) ~= "table" then return end
  local step = steps[at]
  local keys = {}
  if step.every then
    for key in pairs(value) do keys[#keys + 1] = key end
  elseif step.index then
    local count = #value
    keys[1] = step.index < 0 and count + 1 + step.index or step.index + 1
  else
    keys[1] = step.name
  end
  -- Elements are removed from the end on, so that those in front stay where they are.
  table.sort(keys, function(a, b) return type(a) == "number" and type(b) == "number" and a > b end)
  for _, key in ipairs(keys) do
    if value[key] ~= nil then
      if at == #steps then change(value, key) else visit(value[key], steps, at + 1, change) end
    end
  end
  if step.deep then
    for _, child in pairs(value) do visit(child, steps, at, change) end
  end
end

function path.each(value, steps, change) visit(value, steps, 1, change) end

return path
