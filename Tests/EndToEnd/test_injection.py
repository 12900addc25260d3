"""Nothing that a client or a backend sends can become a header, a method or a request of its own."""

from harness import GatewayCase, files, reply, request
from harness.wire import Closed

PIPELINES = r"""
name: header
route: ANY /header/{name}
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/header
  requestParameters:
    integration.request.header.X-Mapped: method.request.querystring.value
    integration.request.header.X-Path: method.request.path.name
    integration.request.querystring.q: method.request.querystring.value
  integrationResponses:
    - statusCode: "200"
---
name: path
route: GET /path/{name}
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/path/{name}/end
  requestParameters:
    integration.request.path.name: method.request.querystring.value
  integrationResponses:
    - statusCode: "200"
---
name: override
route: GET /override
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/override
  requestTemplates:
    application/json: |-
      #set($context.requestOverride.header.X-Override = $input.params('value'))
      #set($context.requestOverride.querystring.q = $input.params('value'))
      {}
  integrationResponses:
    - statusCode: "200"
---
name: answer
route: GET /answer
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/answer
  integrationResponses:
    - statusCode: "200"
      responseParameters:
        method.response.header.X-Mapped: integration.response.body.value
        method.response.header.Location: integration.response.header.Location
---
name: answer-override
route: GET /answer-override
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: |-
          #set($context.responseOverride.header.X-Override = $input.params('value'))
          {}
---
name: proxy
route: ANY /proxy/{proxy+}
integration:
  type: HTTP_PROXY
  httpMethod: ANY
  uri: ${BACKEND}/{proxy}
  requestParameters:
    integration.request.path.proxy: method.request.path.proxy
"""

EVIL = "a%0d%0aX-Evil:%201%0d%0a%0d%0aGET%20/smuggled%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0a"
VARIANTS = [
    EVIL,
    "a%0aX-Evil:1",
    "a%0dX-Evil:1",
    "a%00X-Evil:1",
    "a%C4%8D%C4%8AX-Evil:1",
    "%0d%0aX-Evil:1",
]


class Injection(GatewayCase):
    pipelines = files(PIPELINES)

    def require_clean(self, targets):
        """Every request that reached the backend is one of `targets` and has no header of the attacker's."""
        for seen in self.backend.received:
            self.assertIn(seen.target.split("?")[0], targets)
            self.assertIsNone(seen.header("X-Evil"))
            self.assertNotIn("smuggled", seen.method)
            self.assertNotIn(b"\r\nX-Evil", seen.raw_head)
            self.assertEqual(seen.raw_head.count(b"\r\n\r\n"), 1)
            self.assertNotIn(b"\r", seen.raw_head.replace(b"\r\n", b""))
            self.assertNotIn(b"\n", seen.raw_head.replace(b"\r\n", b""))
            self.assertNotIn(b"\0", seen.raw_head)

    def test_request_header_and_query(self):
        """a value with line ends mapped to a header or a query parameter injects nothing"""
        for value in VARIANTS:
            for target in (f"/header/x?value={value}", f"/header/{value}"):
                with self.subTest(target=target):
                    self.backend.forget()
                    response = self.ask(target, "POST", {"Content-Type": "text/plain"}, "body")
                    self.assertIn(response.status, (200, 400, 403, 500))
                    self.assertIsNone(response.header("X-Evil"))
                    self.require_clean({"/header"})

    def test_request_path(self):
        """a value in the path stays one segment"""
        for value in [*VARIANTS, "..%2F..%2Fadmin", "a%2Fb", "a%3Fadmin=1", "a%23x", "%20HTTP/1.1%0d%0aX-Evil:1"]:
            with self.subTest(value=value):
                self.backend.forget()
                response = self.ask(f"/path/x?value={value}")
                self.assertIn(response.status, (200, 400, 403, 500))
                for seen in self.backend.received:
                    self.assertRegex(seen.target, r"^/path/[^/?#\x00-\x20]+/end$")
                    self.assertIsNone(seen.header("X-Evil"))

    def test_request_override(self):
        """an override from a template is checked like a mapping"""
        for value in VARIANTS:
            with self.subTest(value=value):
                self.backend.forget()
                self.assertIn(self.ask(f"/override?value={value}").status, (200, 400, 500))
                self.require_clean({"/override"})

    def test_response_header(self):
        """a backend's value mapped to a header cannot split the response"""
        for value in (
            r"a\r\nX-Evil: 1", r"a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", r"a\nX-Evil: 1", r"a\u0000b",
            r"a\u010d\u010aX-Evil: 1",
        ):
            with self.subTest(value=value):
                self.backend.behaviours["/answer"] = reply(body='{"value": "%s"}' % value)
                wire = self.connect()
                response = wire.ask("/answer")
                self.assertIn(response.status, (200, 500))
                self.assertIsNone(response.header("X-Evil"))
                self.assertEqual(wire.ask("/proxy/well").status, 200, "the connection is out of step")

    def test_response_override(self):
        """nor can an override from a response template"""
        for value in VARIANTS:
            with self.subTest(value=value):
                wire = self.connect()
                response = wire.ask(f"/answer-override?value={value}")
                self.assertIn(response.status, (200, 500))
                self.assertIsNone(response.header("X-Evil"))
                self.assertEqual(wire.ask("/proxy/well").status, 200, "the connection is out of step")

    def test_hop_by_hop(self):
        """hop-by-hop headers of the client end here, and those that Connection names"""
        hop = {
            "Connection": "keep-alive, X-Named", "X-Named": "1", "Keep-Alive": "timeout=5", "TE": "trailers",
            "Trailer": "X-T", "Upgrade": "h2c", "Proxy-Authenticate": "x", "Proxy-Connection": "keep-alive",
            "X-Kept": "yes",
        }
        self.assertEqual(self.ask("/proxy/a", headers=hop).status, 200)
        [seen] = self.backend.received
        self.assertEqual(seen.header("X-Kept"), "yes")
        for name in ("Keep-Alive", "TE", "Trailer", "Upgrade", "Proxy-Authenticate", "Proxy-Connection", "X-Named"):
            self.assertIsNone(seen.header(name), name)

    def test_framing_is_ours(self):
        """a chunked request goes on framed anew, with one framing"""
        wire = self.connect()
        wire.send(
            "POST /proxy/a HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n"
        )
        self.assertEqual(wire.response().status, 200)
        [seen] = self.backend.received
        self.assertEqual(seen.body, b"hello world")
        self.assertEqual((seen.header("Content-Length") is None) + (seen.header("Transfer-Encoding") is None), 1)
        self.assertIsNone(seen.header("X-Trailer"))

    def test_framing_in_trailers(self):
        """a trailer that would change how the message is read is refused"""
        wire = self.connect()
        wire.send(
            "POST /proxy/a HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n"
        )
        self.assertEqual(wire.response().status, 400)
        self.assertTrue(wire.ends())

    def test_backend_response_headers(self):
        """hop-by-hop headers of the backend end here"""
        self.backend.behaviours["/a"] = reply(headers=[
            ("Connection", "keep-alive, X-Named"), ("X-Named", "1"), ("Keep-Alive", "timeout=5"), ("X-Kept", "yes"),
        ])
        response = self.ask("/proxy/a")
        self.assertEqual(response.header("X-Kept"), "yes")
        self.assertIsNone(response.header("Keep-Alive"))
        self.assertEqual(len([1 for name, _ in response.headers if name.lower() == "content-length"]), 1)

    def test_set_cookies_stay_apart(self):
        """repeated Set-Cookie headers stay repeated"""
        self.backend.behaviours["/a"] = reply(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        response = self.ask("/proxy/a")
        self.assertEqual([v for n, v in response.headers if n.lower() == "set-cookie"], ["a=1", "b=2"])

    def test_forwarded_for(self):
        """X-Forwarded-For ends with the peer's address, whatever the client claims"""
        self.assertEqual(self.ask("/proxy/a", headers={"X-Forwarded-For": "1.2.3.4"}).status, 200)
        [seen] = self.backend.received
        self.assertTrue((seen.header("X-Forwarded-For") or "").endswith("127.0.0.1"), seen.header("X-Forwarded-For"))

    def test_proxied_path_stays_below_its_prefix(self):
        """a greedy value cannot climb out of the backend's prefix or change its host"""
        for rest in ("..%2f..%2fadmin", "%2e%2e/admin", "..%5cadmin", "@evil.test/", "/evil.test/"):
            with self.subTest(rest=rest):
                self.backend.forget()
                wire = self.connect()
                wire.send(request(f"/proxy/{rest}"))
                try:
                    wire.response()
                except Closed:
                    pass
                for seen in self.backend.received:
                    self.assertEqual(seen.header("Host"), f"127.0.0.1:{self.backend.port}")
                    self.assertNotEqual(seen.target, "/admin")
