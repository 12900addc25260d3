-- Adds the total of an order and says how many lines it has.
-- Runs after the response was mapped: ctx.response is what the client will get.

if ctx.response.status ~= 200 then
  return
end

local order = ctx.response.body:json()
local total = 0
for _, line in ipairs(order.lines) do
  total = total + line.quantity * line.price
end
order.total = total

ctx.response.body:set_json(order)
ctx.response.headers:set("X-Order-Lines", tostring(#order.lines))
host.log.info("order enriched", { order = order.id, total = total })
