"""Plugins, and what scripts do beyond their exchange: requests, secrets, numbers, log lines. Over sockets."""

import base64
import hashlib
import hmac
import json
import pathlib
import socket
import tempfile
import threading
import time

from harness import Backend, GatewayCase, Wire, files, reply

PIPELINES = files(r"""
name: parallel
route: GET /parallel
stages:
  - script:
      permissions: {http: ["${BACKEND}/*"]}
      script: |
        local base = ctx.request.headers["X-Backend"]
        local answers, problems = host.http.all{
          { url = base .. "/slow/1" }, { url = base .. "/slow/2", json = { n = 2 } },
        }
        host.metrics.increment("asked_total", #answers, { kind = "pair" })
        host.log.info("both answered", { first = answers[1].status })
        return ctx:respond{ json = { answers[1].status, answers[2].status, problems } }
  - mock: {status: 200}
---
name: elsewhere
route: GET /elsewhere
stages:
  - script:
      permissions: {http: ["http://${INNER_NAME}/*"]}
      script: |
        local answer, problem = host.http.get("http://" .. ctx.request.headers["X-Name"] .. "/")
        return ctx:respond{ json = { answered = answer ~= nil, problem = problem } }
  - mock: {status: 200}
---
name: pooled
route: GET /pooled
stages:
  - script:
      permissions: {http: ["http://${INNER_NAME}:${BACKEND_PORT}/*"]}
      script: |
        if ctx.request.query.script then
          local answer, problem = host.http.get("http://" .. ctx.request.headers["X-Name"] .. "/inner")
          return ctx:respond{ json = { answered = answer ~= nil, problem = problem } }
        end
  - http-proxy: {uri: "http://${INNER_NAME}:${BACKEND_PORT}/inner"}
---
name: redirected
route: GET /redirected
stages:
  - script:
      permissions: {http: ["${BACKEND}/*"]}
      script: |
        local answer = host.http.get(ctx.request.headers["X-Backend"] .. "/moved")
        return ctx:respond{ json = { answer.status, answer.headers.location } }
  - mock: {status: 200}
---
name: signed
route: GET /signed
stages:
  - script:
      permissions: {http: ["${BACKEND}/*"], secrets: [api-key, private-key]}
      limits: {cpu: 5s}
      script: |
        local request = { url = ctx.request.headers["X-Backend"] .. "/queue?b=2&a=1", json = { limit = 5 } }
        request.headers = { ["X-Token"] = host.crypto.jwt_sign({ sub = "gateway" }, host.secret("private-key")) }
        request.headers = host.crypto.sigv4(request, {
          service = "sqs", region = "eu-central-1", access_key = "AKIDEXAMPLE", secret_key = host.secret("api-key"),
          time = 1440938160,
        })
        return ctx:respond{ status = host.http.request(request).status }
  - mock: {status: 200}
---
name: secret
route: GET /secret
stages:
  - script:
      permissions: {secrets: [api-key, from-file]}
      script: |
        local headers = ctx.integration.request.headers
        headers["Authorization"] = "Bearer " .. host.secret("api-key")
        headers["X-File"] = host.secret("from-file")
        host.log.info("the key is " .. tostring(host.secret("api-key")))
  - http-proxy: {uri: "${BACKEND}/secret"}
---
name: once
route: GET /once
stages:
  - script:
      permissions: {http: ["${BACKEND}/*"], cache: 64KiB}
      script: |
        local base = ctx.request.headers["X-Backend"]
        local value = host.cache.fetch("value", { ttl = 60 }, function()
          return host.http.get(base .. "/slow/once").body
        end)
        return ctx:respond{ body = value }
  - mock: {status: 200}
---
name: stamped
route: GET /stamped
stages:
  - stamp: {value: one}
  - http-proxy: {uri: "${BACKEND}/stamped"}
""")

PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqLI0h9zQeCA/QilU
8fNe60WY3cI9yfpPxD1pJz30VO+hRANCAAT/5hjqamu2HXwD54Jt6JAdeESE2aar
/p3FZNBFSqo16mgtzOg/zB4471DbU3jipZiAsI9BoYGZe8UHmsLCbdqR
-----END PRIVATE KEY-----
"""

MANIFEST = """
manifest: 1
name: stamp
version: 1.0.0
summary: Puts a header into the backend's request.
phases: [request]
example: "stamp: {value: x}"
config:
  value: {type: string, required: true, description: The value.}
"""

SCRIPT = """
local words = require("lib.words")
local M = {}
function M.request(ctx, config)
  ctx.integration.request.headers["X-Stamp"] = words.%s .. config.value
end
return M
"""

WORDS = 'return { hello = "hello ", bye = "bye " }\n'


def inner_name():
    """A host name, not an address and not localhost, that leads into this machine."""
    for name in ("ip6-localhost", "localhost.localdomain", socket.gethostname()):
        try:
            if socket.getaddrinfo(name, 80):
                return name
        except OSError:
            continue
    return None


class Plugins(GatewayCase):
    pipelines = PIPELINES

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="headgate-plugins-")
        cls.addClassCleanup(scratch.cleanup)
        cls.plugins = pathlib.Path(scratch.name) / "plugins"
        (cls.plugins / "stamp" / "lib").mkdir(parents=True)
        cls.write_script("hello")
        (cls.plugins / "stamp" / "plugin.yaml").write_text(MANIFEST)
        (cls.plugins / "stamp" / "lib" / "words.lua").write_text(WORDS)
        secrets = pathlib.Path(scratch.name) / "secrets"
        secrets.mkdir()
        (secrets / "from-file").write_text("canary-of-file\n")
        cls.inner = inner_name()
        cls.options = ("--plugins", cls.plugins, "--secrets", secrets)
        (secrets / "private-key").write_text(PRIVATE_KEY)
        cls.environment = {"HEADGATE_SECRET_API_KEY": "canary-of-key", "INNER_NAME": cls.inner or "unknown.invalid"}
        backend = Backend()
        cls.addClassCleanup(backend.stop)
        cls.environment["BACKEND_PORT"] = backend.url.rsplit(":", 1)[1]
        cls.inner_backend = backend
        super().setUpClass()

    @classmethod
    def write_script(cls, word):
        new = cls.plugins / "stamp" / ".init.lua.new"
        new.write_text(SCRIPT % word)
        new.replace(cls.plugins / "stamp" / "init.lua")

    def slow(self, connection, request):
        time.sleep(0.3)
        return reply(200, b'"done"')(connection, request)

    def from_script(self, target):
        return self.ask(target, headers=[("X-Backend", self.backend.url)])

    def test_parallel(self):
        """requests of a script go out at the same time, and are logged and counted with pipeline and stage"""
        self.backend.behaviours = {"/slow/1": self.slow, "/slow/2": self.slow}
        began = time.monotonic()
        response = self.from_script("/parallel")
        took = time.monotonic() - began
        self.assertEqual((response.status, response.body), (200, b"[200,200,{}]"), self.gateway.log[-1500:])
        self.assertLess(took, 0.59)
        sent = {request.target: request for request in self.backend.received}
        self.assertEqual(sent["/slow/1"].method, "GET")
        self.assertEqual((sent["/slow/2"].method, sent["/slow/2"].json), ("POST", {"n": 2}))
        self.assertTrue(self.gateway.wait_for_log("both answered"))
        line = next(line for line in self.gateway.log.splitlines() if "both answered" in line)
        for part in ("pipeline=parallel", "stage=script", "first=200", "parallel.yaml:12", "requestId="):
            self.assertIn(part, line)
        with Wire(self.gateway.admin_port) as wire:
            metrics = wire.ask("/metrics").body.decode()
        self.assertIn('headgate_script_asked_total{', metrics)
        self.assertIn('kind="pair"', metrics)

    def test_inner_addresses(self):
        """a permitted name that leads into the operator's network is not called"""
        if not self.inner:
            self.skipTest("no name but localhost leads to this machine")
        response = self.ask("/elsewhere", headers=[("X-Name", self.inner)])
        self.assertEqual(response.status, 200)
        self.assertIn(b'"answered":false', response.body)
        self.assertIn(b"no address that a script may call", response.body)

    def test_connections_are_not_shared(self):
        """a connection that the pipeline itself keeps to an inner address is not one that its script may use"""
        if not self.inner:
            self.skipTest("no name but localhost leads to this machine")
        self.assertEqual(self.ask("/pooled").status, 200)
        response = self.ask("/pooled?script=1", headers=[("X-Name", f"{self.inner}:{self.environment['BACKEND_PORT']}")])
        self.assertIn(b"no address that a script may call", response.body)
        self.assertEqual(len(self.inner_backend.received), 1)

    def test_redirects_are_not_followed(self):
        """a permitted service cannot send a script elsewhere: its redirect is an answer like any other"""
        self.backend.behaviours = {"/moved": reply(302, b"", headers=[("Location", self.backend.url + "/elsewhere")])}
        response = self.from_script("/redirected")
        self.assertEqual(response.body, f'[302,"{self.backend.url}/elsewhere"]'.encode())
        self.assertEqual([request.target for request in self.backend.received], ["/moved"])

    def test_signatures(self):
        """requests are signed, and tokens too, with keys that the script cannot see"""
        self.assertEqual(self.from_script("/signed").status, 200, self.gateway.log[-1500:])
        request = self.backend.received[-1]
        host = self.backend.url.removeprefix("http://")
        token = request.header("X-Token")
        canonical = "\n".join([
            "POST", "/queue", "a=1&b=2", "content-type:application/json", f"host:{host}", "x-amz-date:20150830T123600Z",
            f"x-token:{token}", "", "content-type;host;x-amz-date;x-token", hashlib.sha256(b'{"limit":5}').hexdigest(),
        ])
        scope = "20150830/eu-central-1/sqs/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", "20150830T123600Z", scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4canary-of-key"
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        self.assertTrue(request.header("Authorization").endswith("Signature=" + signature), request.header("Authorization"))
        head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        self.assertEqual(head["alg"], "ES256")
        self.assertEqual(len(token.split(".")[2]), 86)
        self.assertNotIn("canary", self.gateway.log)

    def test_secrets(self):
        """secrets reach the backend and nothing else"""
        self.assertEqual(self.ask("/secret").status, 200)
        request = self.backend.received[-1]
        self.assertEqual(request.header("Authorization"), "Bearer canary-of-key")
        self.assertEqual(request.header("X-File"), "canary-of-file")
        self.assertTrue(self.gateway.wait_for_log("the key is [secret]"))
        self.assertNotIn("canary", self.gateway.log)

    def test_single_flight(self):
        """thirty clients at once make one request for what is cached"""
        self.backend.behaviours = {"/slow/once": self.slow}
        bodies = []

        def client():
            bodies.append(self.from_script("/once").body)

        threads = [threading.Thread(target=client) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(bodies), {b'"done"'})
        self.assertEqual(len([r for r in self.backend.received if r.target == "/slow/once"]), 1)

    def test_client_leaves(self):
        """a client that leaves while a script waits costs nothing"""
        self.backend.behaviours = {"/slow/1": self.slow, "/slow/2": self.slow}
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", self.gateway.port)) as connection:
                head = f"GET /parallel HTTP/1.1\r\nHost: x\r\nX-Backend: {self.backend.url}\r\n\r\n"
                connection.sendall(head.encode())
                time.sleep(0.05)
        self.assertEqual(self.from_script("/parallel").status, 200)

    def stamp(self):
        self.ask("/stamped")
        return self.backend.received[-1].header("X-Stamp")

    def test_reload(self):
        """a changed plugin serves without being told, a broken one changes nothing and is named"""
        self.assertEqual(self.stamp(), "hello one")
        self.write_script("bye")
        self.wait_until(lambda: self.stamp() == "bye one")
        self.write_script("bye end")
        self.assertTrue(self.gateway.wait_for_log("init.lua:5"), self.gateway.log[-1500:])
        self.assertEqual(self.stamp(), "bye one")
        self.write_script("hello")
        self.wait_until(lambda: self.stamp() == "hello one")
