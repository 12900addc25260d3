"""Exact limits: one byte below passes, one byte above is refused with the right status."""

from harness import GatewayCase, files, request
from harness.wire import Closed

MEGABYTES_10 = 10 * 1024 * 1024
# API Gateway's limits: names, values and line ends of all headers together; the whole target.
HEADER_BYTES = 10_240
TARGET_BYTES = 10_240

PIPELINES = r"""
name: size
route: POST /size
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/size
  integrationResponses:
    - statusCode: "200"
---
name: hello
route: GET /hello/{name}
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
"""


class Limits(GatewayCase):
    pipelines = files(PIPELINES)

    def post(self, head, body=b""):
        wire = self.connect(30)
        wire.send("POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" + head + "\r\n")
        try:
            wire.send(body)
        except OSError:
            pass
        return wire, wire.response()

    def test_body_at_the_limit(self):
        """10 MB exactly pass"""
        _, response = self.post(f"Content-Length: {MEGABYTES_10}\r\n", b"x" * MEGABYTES_10)
        self.assertEqual(response.status, 200)
        [seen] = self.backend.received
        self.assertEqual(len(seen.body), MEGABYTES_10)

    def test_body_above_the_limit(self):
        """one byte more is 413, from the header alone, and the backend hears nothing"""
        wire, response = self.post(f"Content-Length: {MEGABYTES_10 + 1}\r\n")
        self.assertEqual(response.status, 413)
        self.assertIn(b"message", response.body)
        self.assertTrue(wire.ends())
        self.assertEqual(self.backend.received, [])

    def test_chunked_body_above_the_limit(self):
        """a chunked body is counted as it comes"""
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        wire, response = self.post("Transfer-Encoding: chunked\r\n", chunk * 10 + b"1\r\nx\r\n0\r\n\r\n")
        self.assertEqual(response.status, 413)
        self.assertEqual(self.backend.received, [])

    def test_chunked_body_at_the_limit(self):
        """a chunked body of exactly 10 MB passes, framed anew"""
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        _, response = self.post("Transfer-Encoding: chunked\r\n", chunk * 10 + b"0\r\n\r\n")
        self.assertEqual(response.status, 200)
        [seen] = self.backend.received
        self.assertEqual(len(seen.body), MEGABYTES_10)

    def test_absurd_lengths(self):
        """lengths beyond any integer are refused"""
        for length in ("9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 400):
            with self.subTest(length=length[:30]):
                wire, response = self.post(f"Content-Length: {length}\r\n")
                self.assertIn(response.status, (400, 413))
                self.assertEqual(self.backend.received, [])

    def headers_of(self, size):
        """Header fields of exactly `size` bytes with their line ends, in fields of modest length."""
        fields = [("Host", "gateway.test")]
        used = len("Host: gateway.test\r\n")
        number = 0
        while size - used > 1200:
            field = (f"X-{number:04}", "v" * 990)
            fields.append(field)
            used += len(f"{field[0]}: {field[1]}\r\n")
            number += 1
        fields.append(("X-Last", "v" * (size - used - len("X-Last: \r\n"))))
        return fields

    def test_headers(self):
        """10,240 bytes of headers pass, more are 431 and the end of the connection"""
        self.assertEqual(self.ask("/hello/a", headers=self.headers_of(HEADER_BYTES)).status, 200)
        wire = self.connect()
        wire.send(request("/hello/a", headers=self.headers_of(HEADER_BYTES + 1)))
        self.assertEqual(wire.response().status, 431)
        self.assertTrue(wire.ends())

    def test_one_huge_header(self):
        """a single header of a megabyte is 431 long before it ends"""
        wire = self.connect()
        try:
            wire.send(b"GET /hello/a HTTP/1.1\r\nHost: x\r\nX-Big: " + b"v" * (1 << 20))
        except OSError:
            pass
        try:
            self.assertEqual(wire.response().status, 431)
        except Closed:
            pass

    def test_many_headers(self):
        """thousands of short headers are refused too"""
        wire = self.connect()
        wire.send(request("/hello/a", headers=[(f"X{number}", "v") for number in range(5_000)]))
        self.assertEqual(wire.response().status, 431)

    def test_target(self):
        """a target of 10,240 bytes passes, a longer one is 414"""
        start = "/hello/a?x="
        self.assertEqual(self.ask(start + "y" * (TARGET_BYTES - len(start))).status, 200)
        self.assertEqual(self.ask(start + "y" * (TARGET_BYTES - len(start) + 1)).status, 414)

    def test_one_huge_target(self):
        """a target of a megabyte is 414 long before it ends"""
        wire = self.connect()
        try:
            wire.send(b"GET /hello/" + b"a" * (1 << 20))
        except OSError:
            pass
        try:
            self.assertEqual(wire.response().status, 414)
        except Closed:
            pass


class SmallLimit(GatewayCase):
    pipelines = files(PIPELINES)
    options = ("--payload-limit", "1024")

    def test_configured_limit(self):
        """the payload limit is configurable"""
        self.assertEqual(self.ask("/size", "POST", {"Content-Type": "text/plain"}, b"x" * 1024).status, 200)
        self.assertEqual(self.ask("/size", "POST", {"Content-Type": "text/plain"}, b"x" * 1025).status, 413)
