-- The parser of paths by itself.
local path = require("lib.path")

local function steps(text) return assert(path.parse(text)) end

return {
  ["names, quoted names and indices"] = function()
    local found = steps("$.card['card number'].lines[-1]")
    assert(#found == 4)
    assert(found[1].name == "card" and found[2].name == "card number" and found[4].index == -1)
  end,

  ["wildcards and any depth"] = function()
    local found = steps("$..password.*")
    assert(found[1].deep and found[1].name == "password" and found[2].every)
    assert(steps("$.lines[*].cost")[2].every)
  end,

  ["what is no path says where"] = function()
    for text, problem in pairs({
      [""] = "it must start with $", ["$"] = "it names the whole document", ["$.a["] = "from character 4 on",
      ["$.a[1"] = "from character 4 on", ["$.a['b]"] = "from character 4 on",
    }) do
      local found, message = path.parse(text)
      assert(found == nil and message:find(problem, 1, true), text .. ": " .. tostring(message))
    end
  end,
}
