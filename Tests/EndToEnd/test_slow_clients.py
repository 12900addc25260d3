"""A slow client holds little, briefly: the head and the body have a total time, not one a byte."""

import time

from harness import GatewayCase, files, request

PIPELINES = r"""
name: hello
route: ANY /hello
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
---
name: mapped
route: POST /mapped
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/mapped
  integrationResponses:
    - statusCode: "200"
---
name: proxy
route: POST /proxy
integration:
  type: HTTP_PROXY
  httpMethod: POST
  uri: ${BACKEND}/proxy
"""


class SlowClients(GatewayCase):
    pipelines = files(PIPELINES)
    options = ("--header-timeout", "2", "--body-timeout", "3", "--idle-timeout", "4")

    def drip(self, wires, data, seconds):
        """Sends a byte of `data` to each every quarter second, and returns when each of them was ended."""
        began = time.monotonic()
        ended = {}
        for byte in data:
            if len(ended) == len(wires) or time.monotonic() - began > seconds:
                break
            for wire in wires:
                if wire in ended:
                    continue
                try:
                    wire.send(bytes([byte]))
                    wire.socket.setblocking(False)
                    piece = wire.socket.recv(1 << 16)
                    wire.buffer += piece
                    if not piece or wire.buffer:
                        ended[wire] = time.monotonic() - began
                except BlockingIOError:
                    pass
                except OSError:
                    ended[wire] = time.monotonic() - began
                finally:
                    if wire.socket.fileno() >= 0:
                        wire.socket.settimeout(10)
            time.sleep(0.25)
        return ended

    def test_slow_header(self):
        """a hundred clients that send a byte of header at a time are ended; others do not notice"""
        wires = [self.connect() for _ in range(100)]
        for wire in wires:
            wire.send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        began = time.monotonic()
        self.assertEqual(self.ask("/hello").status, 200)
        self.assertLess(time.monotonic() - began, 0.5)
        ended = self.drip(wires, b"v" * 100, 10)
        self.assertEqual(len(ended), 100, "some were never ended")
        self.assertLess(max(ended.values()), 5)
        self.assertGreater(min(ended.values()), 1)
        for wire in wires:
            self.assertIn(wire.rest()[:12], (b"", b"HTTP/1.1 408"))

    def test_slow_body(self):
        """a body that trickles is ended, and the backend never got a mapped request"""
        wire = self.connect()
        wire.send("POST /mapped HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n")
        ended = self.drip([wire], b"b" * 100, 12)
        self.assertIn(wire, ended, "it was never ended")
        self.assertIn(wire.rest()[:12], (b"", b"HTTP/1.1 408"))
        self.assertEqual(self.backend.received, [])

    def test_body_that_stops(self):
        """a body that stops half-way is ended; nothing complete reached the backend, mapped or proxied"""
        for target in ("/mapped", "/proxy"):
            with self.subTest(target):
                wire = self.connect(20)
                wire.send(f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n")
                wire.send("Content-Length: 10\r\n\r\nhello")
                began = time.monotonic()
                self.assertIn(wire.rest()[:12], (b"", b"HTTP/1.1 408"))
                self.assertLess(time.monotonic() - began, 8)
                for seen in self.backend.received:
                    self.assertNotEqual(len(seen.body), 10)

    def test_silence(self):
        """a connection on which nothing is ever sent is closed"""
        wire = self.connect(15)
        self.assertIn(wire.rest()[:12], (b"", b"HTTP/1.1 408"))

    def test_idle_keep_alive(self):
        """an idle kept connection is closed without a word"""
        wire = self.connect(15)
        self.assertEqual(wire.ask("/hello").status, 200)
        self.assertTrue(wire.ends())

    def test_timers_do_not_hit_the_patient(self):
        """requests with pauses between them, each quick in itself, live on"""
        wire = self.connect()
        for _ in range(4):
            time.sleep(1.5)
            wire.send(request("/hello", "POST", {"Content-Type": "application/json"}, "{}"))
            self.assertEqual(wire.response().status, 200)
