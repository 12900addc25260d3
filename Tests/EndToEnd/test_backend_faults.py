"""A backend that refuses, stalls, cuts its answer short or talks nonsense: 504 or 5xx, never a partial 200."""

import time

from harness import Backend, GatewayCase, files, reply, request
from harness.backend import Nobody, after, close, drip, once, raw, reset
from harness.wire import Closed

MAPPED = r"""
name: mapped
route: ANY /mapped/{fault}
integration:
  type: HTTP
  httpMethod: ANY
  uri: ${BACKEND}/{fault}
  timeoutInMillis: 1500
  requestParameters:
    integration.request.path.fault: method.request.path.fault
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: 'mapped $input.body'
"""

PROXY = r"""
name: proxy
route: ANY /proxy/{fault}
integration:
  type: HTTP_PROXY
  httpMethod: ANY
  uri: ${BACKEND}/{fault}
  timeoutInMillis: 1500
  requestParameters:
    integration.request.path.fault: method.request.path.fault
"""

REFUSED = r"""
name: refused
route: GET /refused
integration:
  type: HTTP
  httpMethod: GET
  uri: http://127.0.0.1:${REFUSED_PORT}/
  integrationResponses:
    - statusCode: "200"
---
name: no-such-host
route: GET /no-such-host
integration:
  type: HTTP
  httpMethod: GET
  uri: http://no-such-host.invalid/
  timeoutInMillis: 3000
  integrationResponses:
    - statusCode: "200"
---
name: no-tls
route: GET /no-tls
integration:
  type: HTTP
  httpMethod: GET
  uri: https://127.0.0.1:${BACKEND_PORT}/
  timeoutInMillis: 1500
  integrationResponses:
    - statusCode: "200"
"""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENOUGH = b'{"whole": false}'

FAULTS = {
    "close": close,
    "reset": reset,
    "half-status-line": raw(b"HTTP/1.1 20", "close"),
    "half-head": raw(HEAD + b"X-Half: ", "close"),
    "short-body": raw(HEAD + b"Content-Length: 100\r\n\r\n" + ENOUGH, "close"),
    "short-body-reset": raw(HEAD + b"Content-Length: 100\r\n\r\n" + ENOUGH, "reset"),
    "chunks-without-end": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n" + ENOUGH + b"\r\n", "close"),
    "bad-chunk": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + ENOUGH + b"\r\n0\r\n\r\n"),
    "both-framings": raw(HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    "two-lengths": raw(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    "chunked-twice": raw(HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    "garbage": raw(b"I am a teapot, short and stout\r\n\r\n", "close"),
    "zeros": raw(bytes(4096), "close"),
    "status-099": raw(b"HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"),
    "status-1000": raw(b"HTTP/1.1 1000 High\r\nContent-Length: 0\r\n\r\n"),
    "status-abc": raw(b"HTTP/1.1 abc Odd\r\nContent-Length: 0\r\n\r\n"),
    "http-2": raw(b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "switching": raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
    "nul-in-header": raw(HEAD + b"X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
    "5000-headers": raw(HEAD + b"".join(b"X-%d: v\r\n" % n for n in range(5000)) + b"Content-Length: 2\r\n\r\n{}"),
    "header-of-1-mb": raw(HEAD + b"X-Big: " + b"v" * (1 << 20) + b"\r\nContent-Length: 2\r\n\r\n{}"),
}

STALLS = {
    "says-nothing": after(8, close),
    "half-then-nothing": lambda connection, _: (connection.sendall(HEAD), time.sleep(8), False)[2],
    "body-then-nothing": lambda connection, _: (
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n" + ENOUGH), time.sleep(8), False)[2],
    "dripping-head": drip(HEAD + b"X: " + b"v" * 100, 0.2),
    "endless-interim": lambda connection, _: _endless(connection),
}


def _endless(connection):
    end = time.monotonic() + 8
    while time.monotonic() < end:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        time.sleep(0.05)
    return False


class BackendFaults(GatewayCase):
    # One loop has one pool of connections, so that a test knows which one it gets.
    options = ("--loops", "1")
    pipelines = files("---".join([MAPPED, PROXY, REFUSED]))

    @classmethod
    def setUpClass(cls):
        # The TLS case needs the port alone, so the backend has to exist before the environment does.
        cls.plain, nobody = Backend(), Nobody()
        cls.addClassCleanup(cls.plain.stop)
        cls.addClassCleanup(nobody.stop)
        cls.environment = {"BACKEND_PORT": str(cls.plain.port), "REFUSED_PORT": str(nobody.port)}
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.backend.behaviours = {f"/{name}": behaviour for name, behaviour in {**FAULTS, **STALLS}.items()}

    def test_mapped_faults(self):
        """a broken answer is a 5xx with a message that tells nothing, and the next request is well"""
        for name in FAULTS:
            with self.subTest(name):
                response = self.ask(f"/mapped/{name}")
                self.assertIn(response.status, (500, 502, 504))
                self.assertNotIn(b"whole", response.body)
                self.assertNotIn(b"mapped", response.body, "the mapping ran on a broken answer")
                for inside in (b"NIO", b"127.0.0.1", b"swift", b"Error("):
                    self.assertNotIn(inside, response.body)
                self.assertEqual(self.ask("/mapped/well").body, b'mapped {"ok": true}')

    def test_proxied_faults(self):
        """a proxied answer that breaks off is an error, or a response that visibly does not end"""
        for name in FAULTS:
            with self.subTest(name):
                wire = self.connect()
                wire.send(request(f"/proxy/{name}"))
                try:
                    response = wire.response()
                    self.assertIn(response.status, (500, 502, 504), "a complete answer made of a broken one")
                except Closed:
                    pass
                self.assertEqual(self.ask("/proxy/well").status, 200)

    def test_stalls(self):
        """a backend that stalls is a 504 when the integration's time is over, not before and not much later"""
        for name in STALLS:
            with self.subTest(name):
                began = time.monotonic()
                response = self.ask(f"/mapped/{name}")
                took = time.monotonic() - began
                self.assertEqual((response.status, response.body), (504, b'{"message": "Endpoint request timed out"}'))
                self.assertGreater(took, 1.4)
                self.assertLess(took, 3)

    def test_a_stalled_connection_is_given_up(self):
        """after a timeout the connection to the backend is closed, not kept"""
        self.ask("/mapped/says-nothing")
        [seen] = self.backend.received
        self.backend.forget()
        self.assertEqual(self.ask("/mapped/well").status, 200)
        self.assertNotEqual(self.backend.received[0].connection, seen.connection)

    def test_refused(self):
        """nobody listens: a 5xx at once"""
        began = time.monotonic()
        self.assertIn(self.ask("/refused").status, (500, 502, 504))
        self.assertLess(time.monotonic() - began, 2)

    def test_no_such_host(self):
        """a name that does not resolve: a 5xx by the deadline"""
        began = time.monotonic()
        self.assertIn(self.ask("/no-such-host").status, (500, 502, 504))
        self.assertLess(time.monotonic() - began, 5)

    def test_tls_to_a_plain_port(self):
        """TLS that cannot be spoken is a 5xx, never plain text instead"""
        self.assertIn(self.ask("/no-tls").status, (500, 502, 504))
        for seen in self.plain.received:
            self.assertNotIn("HTTP", seen.raw_head.decode("latin-1"))

    def test_interim_responses(self):
        """100 and 103 before the answer are passed over"""
        hints = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 5
        self.backend.behaviours["/interim"] = raw(hints + HEAD + b"Content-Length: 2\r\n\r\n{}")
        self.assertEqual(self.ask("/mapped/interim").body, b"mapped {}")

    def test_poisoned_connection(self):
        """bytes after a response never become the next client's answer"""
        poison = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned"
        self.backend.behaviours["/poison"] = raw(HEAD + b"Content-Length: 2\r\n\r\n{}" + poison)
        for _ in range(10):
            self.ask("/mapped/poison")
            self.assertEqual(self.ask("/mapped/well").body, b'mapped {"ok": true}')

    def test_body_until_close(self):
        """a response without a length ends with its connection"""
        self.backend.behaviours["/until-close"] = raw(b"HTTP/1.1 200 OK\r\n\r\n{}", "close")
        self.assertEqual(self.ask("/mapped/until-close").body, b"mapped {}")

    def test_dead_connection_is_retried_when_idempotent(self):
        """a kept connection that died meanwhile costs a GET nothing"""
        for fault in (close, reset):
            self.backend.behaviours["/flaky"] = once(reply(body="one"), fault, reply(body="two"))
            self.assertEqual(self.ask("/mapped/flaky").body, b"mapped one")
            self.assertEqual(self.ask("/mapped/flaky").body, b"mapped two")

    def test_post_is_never_sent_twice(self):
        """a POST that may have been acted upon is not repeated"""
        self.backend.behaviours["/flaky"] = once(reply(body="one"), close, reply(body="two"))
        headers = {"Content-Type": "text/plain"}
        self.assertEqual(self.ask("/mapped/flaky", "POST", headers, "a").body, b"mapped one")
        self.assertIn(self.ask("/mapped/flaky", "POST", headers, "b").status, (500, 502, 504))
        self.assertEqual([seen.body for seen in self.backend.received], [b"a", b"b"])

    def test_connection_closed_between_requests(self):
        """a backend that closes every kept connection after its answer harms no request, POST or GET"""
        self.backend.behaviours["/closing"] = raw(HEAD + b"Content-Length: 2\r\n\r\n{}", "close")
        for number in range(30):
            method = ("GET", "POST")[number % 2]
            response = self.ask("/mapped/closing", method, {"Content-Type": "text/plain"}, "x" if number % 2 else None)
            self.assertEqual(response.status, 200, f"request {number}")
            # Long enough for the end of the connection to arrive before the next request does.
            time.sleep(0.02)

    def test_answer_above_the_limit(self):
        """a mapped answer above 10 MB is a 5xx, and memory does not follow the backend"""
        self.backend.behaviours["/huge"] = lambda connection, _: _endless_body(connection)
        before = self.gateway.rss_megabytes()
        self.assertIn(self.ask("/mapped/huge").status, (500, 502))
        self.assertLess(self.gateway.rss_megabytes() - before, 60)

    def test_early_answer(self):
        """a backend that answers before it has read the request is heard"""
        self.backend.behaviours["/early"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "close")
        response = self.ask("/mapped/early", "POST", {"Content-Type": "text/plain"}, b"x" * 1000)
        self.assertEqual(response.body, b"mapped {}")


def _endless_body(connection):
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(1600):
        connection.sendall(piece)
    return False
