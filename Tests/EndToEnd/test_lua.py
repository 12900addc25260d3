"""A script that misbehaves costs its own request, and nobody else's."""

import threading
import time

from harness import GatewayCase, Wire, files

MOCK = """
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
"""

# What stock Lua lets through: a name, a script, and what the log says of its end.
ATTACKS = [
    ("loop", "while true do end", "CPU time"),
    ("caught", "while true do pcall(function() while true do end end) end", "CPU time"),
    ("handler", "local function f() while true do end end while true do xpcall(f, f) end", "CPU time"),
    ("raising-handler", "local function f() while true do end end xpcall(error, f)", "CPU time"),
    ("finalizer", "setmetatable({}, {__gc = function() while true do end end})", "'__gc' is not available"),
    ("closing", "setmetatable({}, {__close = function() while true do end end})", "'__close' is not available"),
    ("coroutines", "coroutine.wrap(function() while true do end end)()", "global 'coroutine'"),
    ("pattern", "return ('a'):rep(20000):find('a*a*a*a*b')", "too complex"),
    ("lazy-pattern", "return ('a'):rep(20000):find('.-.-.-.-b')", "too complex"),
    ("brackets", "return ('('):rep(2e5):find('%b()')", "too complex|CPU time|instructions"),
    ("large-strings", "while true do local s = ('x'):rep(8 << 20) end", "allocating|CPU time"),
    ("sorting", "local t = {} for i = 1, 2e6 do t[i] = -i end while true do table.sort(t) end", "CPU time|allocating"),
    ("methods-of-strings", "getmetatable('').__index.upper = print", "attempt to index a boolean value"),
    ("bytecode", "load(string.dump(function() end))", "field 'dump'|global 'load'"),
    ("gigabyte", "return #('x'):rep(1 << 30)", "too large"),
    ("doubling", "local s = 'x' while true do s = s .. s end", "allocating|not enough memory"),
    ("filling", "local t = {} while true do t[#t + 1] = {} end", "allocating|CPU time"),
    ("recursion", "local function f() return 1 + f() end return f()", "stack overflow|CPU time"),
    ("nested-pcall", "local function f() pcall(f) f() end f()", "stack overflow|CPU time|allocating"),
    ("tostring", "error(setmetatable({}, {__tostring = function() while true do end end}))", "without a message"),
    ("metamethod", "return setmetatable({}, {__index = function() while true do end end}).x", "CPU time"),
    ("comparator", "table.sort({3, 2, 1}, function() while true do end end)", "CPU time"),
    ("globals", "leak = 1", "global 'leak' cannot be set"),
]

PIPELINES = "name: hello\nroute: GET /hello" + MOCK + r"""
---
name: raises
route: GET /raises
stages:
  - script: |
      local nothing = nil
      nothing.field = 1
  - mock: {status: 200}
---
name: neighbour
route: GET /neighbour
stages:
  - script: |
      return ctx:respond{ json = { ctx.vars.mine or host.json.null } }
  - mock: {status: 200}
---
name: late
route: GET /late/{what}
stages:
  - script: |
      if ctx.request.params.what == "fail" then error("the reason") end
      if ctx.request.params.what == "loop" then while true do end end
      ctx.vars.mine = ctx.request.id
  - script: |
      local M = {}
      function M.error(ctx)
        return ctx:respond{ status = 503, json = { line = ctx.error.line, stage = ctx.error.stage } }
      end
      function M.log(ctx)
        host.log.info("settled", { status = ctx.response.status, reason = ctx.error and ctx.error.reason or "none" })
      end
      return M
  - mock: {status: 204}
""" + "".join(
    f"""
---
name: {name}
route: GET /{name}
stages:
  - script: |
      local _ = ctx
      {script}
  - mock: {{status: 200}}
"""
    for name, script, _ in ATTACKS
)


class Lua(GatewayCase):
    pipelines = files(PIPELINES)
    # Everybody shares one lane.
    options = ("--loops", "1")

    def test_attacks(self):
        """every attack on the sandbox is a 500 with its reason in the log, and others are served meanwhile"""
        for name, _, reasons in ATTACKS:
            with self.subTest(name):
                took = []
                over = threading.Event()

                def others():
                    with Wire(self.gateway.port) as wire:
                        while not over.is_set():
                            began = time.monotonic()
                            response = wire.ask("/neighbour")
                            took.append(time.monotonic() - began if response.body == b"[null]" else 99)

                thread = threading.Thread(target=others)
                thread.start()
                start = len(self.gateway.log)
                response = self.ask(f"/{name}")
                over.set()
                thread.join()
                self.assertEqual((response.status, response.body), (500, b'{"message": "Internal server error"}'))
                # A script may hold its lane for 50 ms of CPU time; the machine may have much else to do.
                self.assertLess(max(took), 2)
                written = lambda: any(reason in self.gateway.log[start:] for reason in reasons.split("|"))
                self.wait_until(written)
        self.assertEqual(self.ask("/hello").status, 200)
        self.assertLess(self.gateway.rss_megabytes(), 300)

    def test_error_names_its_line(self):
        """an error in a script is logged with the YAML file's line, and the client learns nothing"""
        response = self.ask("/raises")
        self.assertEqual((response.status, response.body), (500, b'{"message": "Internal server error"}'))
        self.assertTrue(self.gateway.wait_for_log("raises.yaml:6"), self.gateway.log[-1500:])

    def test_late_phases(self):
        """the function error makes another response of a failure, and log sees what became of each request"""
        for what, status, reason in (("go", 204, "none"), ("fail", 503, "lua-error"), ("loop", 503, "lua-limit")):
            with self.subTest(what):
                start = len(self.gateway.log)
                response = self.ask(f"/late/{what}")
                self.assertEqual(response.status, status, self.gateway.log[-1500:])
                if status == 503:
                    self.assertIn(b'"stage":"script"', response.body)
                self.wait_until(lambda: f"reason={reason}" in self.gateway.log[start:])
                line = next(line for line in self.gateway.log[start:].splitlines() if "settled" in line)
                self.assertIn(f"status={status}", line)
                self.assertIn("requestId=" + response.header("x-amzn-RequestId"), line)
