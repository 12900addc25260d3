"""Malformed HTTP: 400 and close, and nothing of it reaches a backend."""

from harness import GatewayCase
from harness.wire import Closed

PIPELINE = r"""
name: all
route: ANY /{proxy+}
integration:
  type: HTTP_PROXY
  httpMethod: ANY
  uri: ${BACKEND}/{proxy}
  requestParameters:
    integration.request.path.proxy: method.request.path.proxy
"""

SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


def get(*lines, target="/a", host="Host: x"):
    return "\r\n".join([f"GET {target} HTTP/1.1", *([host] if host else []), *lines, "", ""])


def post(*lines, body=""):
    return "\r\n".join(["POST /a HTTP/1.1", "Host: x", *lines, "", body])


MALFORMED = {
    "CL and TE": post("Content-Length: 4", "Transfer-Encoding: chunked", body="0\r\n\r\n" + SMUGGLED),
    "TE and CL": post("Transfer-Encoding: chunked", "Content-Length: 4", body="0\r\n\r\n" + SMUGGLED),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED),
    "a list of lengths": post("Content-Length: 5, 5", body="hello"),
    "length +5": post("Content-Length: +5", body="hello"),
    "length -1": post("Content-Length: -1"),
    "length 0x5": post("Content-Length: 0x5", body="hello"),
    "length 1_0": post("Content-Length: 1_0", body="hellohello"),
    "length 5 5": post("Content-Length: 5 5", body="hello"),
    "empty length": post("Content-Length:", body="hello"),
    "TE xchunked": post("Transfer-Encoding: xchunked", body="0\r\n\r\n"),
    "TE identity": post("Transfer-Encoding: identity", body="0\r\n\r\n"),
    "TE ,chunked": post("Transfer-Encoding: ,chunked", body="0\r\n\r\n"),
    "TE gzip, chunked": post("Transfer-Encoding: gzip, chunked", body="0\r\n\r\n"),
    "TE chunked twice": post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body="0\r\n\r\n"),
    "TE chunked;q=1": post("Transfer-Encoding: chunked;q=1", body="0\r\n\r\n"),
    "TE with a vertical tab": post("Transfer-Encoding: \x0bchunked", body="0\r\n\r\n"),
    "TE on HTTP/1.0": "POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "blank before the colon": get("X-A : b"),
    "folded line": get("X-A: b", " c"),
    "leading blank": get(" X-A: b"),
    "no colon": get("X-A"),
    "empty name": get(": b"),
    "bracket in a name": get("X[]: b"),
    "NUL in a value": get("X-A: a\0b"),
    "CR in a value": get("X-A: a\rb"),
    "BEL in a value": get("X-A: a\x07b"),
    "bare LF": "GET /a HTTP/1.1\nHost: x\n\n",
    "no Host": get(host=None),
    "empty Host": get(host="Host:"),
    "two Hosts": get("Host: y"),
    "Host with a path": get(host="Host: a/b"),
    "Host with a user": get(host="Host: u:p@h"),
    "Host with a blank": get(host="Host: a b"),
    "blank in the target": get(target="/a b"),
    "NUL in the target": get(target="/a\0b"),
    "8-bit in the target": b"GET /a\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "relative target": get(target="a"),
    "fragment": get(target="/a#b"),
    "asterisk with GET": get(target="*"),
    "unknown version 1.2": "GET /a HTTP/1.2\r\nHost: x\r\n\r\n",
    "unknown version 9.9": "GET /a HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/0.9": "GET /a\r\n\r\n",
    "lower-case method": "get /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "method of a kilobyte": "G" * 1024 + " /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)) + b"\r\n\r\n",
    "not HTTP at all": "hello, is this the gateway?\r\n\r\n",
    "chunk size 0x5": post("Transfer-Encoding: chunked", body="0x5\r\nhello\r\n0\r\n\r\n"),
    "chunk size +5": post("Transfer-Encoding: chunked", body="+5\r\nhello\r\n0\r\n\r\n"),
    "chunk size of 17 digits": post("Transfer-Encoding: chunked", body="10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "empty chunk size": post("Transfer-Encoding: chunked", body="\r\nhello\r\n0\r\n\r\n"),
    "chunk longer than it says": post("Transfer-Encoding: chunked", body="3\r\nhello\r\n0\r\n\r\n"),
    "bare LF after a chunk size": post("Transfer-Encoding: chunked", body="5\nhello\r\n0\r\n\r\n"),
}


class Malformed(GatewayCase):
    pipelines = {"all.yaml": PIPELINE}

    def test_refused(self):
        """every malformed request gets a 4xx or nothing, then the end, and no backend hears of it"""
        for name, data in MALFORMED.items():
            with self.subTest(name):
                self.backend.forget()
                wire = self.connect(5)
                wire.send(data if isinstance(data, bytes) else data.encode("latin-1"))
                try:
                    response = wire.response()
                    self.assertIn(response.status, (400, 405, 413, 414, 431, 501, 505), response.body)
                    self.assertNotIn("text/html", response.header("Content-Type") or "")
                except Closed as closed:
                    self.assertEqual(closed.partial, b"", "half an answer")
                except TimeoutError:
                    self.fail("the gateway waits for more of a request that can never become valid")
                self.assertTrue(wire.ends(), "the connection must not be used again")
                # A chunked body is refused while it arrives: its head may have been passed on, but
                # never a request that ended, and never one of the attacker's making.
                self.assertNotIn("/smuggled", [seen.target for seen in self.backend.received])
                self.assertEqual([seen for seen in self.backend.received if "chunk" not in name], [])
        self.assertEqual(self.ask("/a").status, 200)

    def test_400_is_said(self):
        """plain syntax errors are answered with 400, not with silence"""
        for name in ("no colon", "blank before the colon", "CL and TE", "no Host", "two Hosts", "relative target"):
            with self.subTest(name):
                wire = self.connect(5)
                wire.send(MALFORMED[name].encode("latin-1"))
                self.assertEqual(wire.response().status, 400)

    def test_a_body_is_a_body(self):
        """a request that stands in a body is not run"""
        wire = self.connect()
        response = wire.ask("/a", "POST", {"Content-Type": "text/plain"}, SMUGGLED)
        self.assertEqual(response.status, 200)
        self.assertEqual([seen.target for seen in self.backend.received], ["/a"])
        self.assertEqual(self.backend.received[0].body, SMUGGLED.encode())

    def test_absolute_form(self):
        """the authority of an absolute target and Host are one decision, never two"""
        wire = self.connect()
        wire.send("GET http://evil.test/a HTTP/1.1\r\nHost: x\r\n\r\n")
        response = wire.response()
        self.assertIn(response.status, (200, 400))
        for seen in self.backend.received:
            self.assertEqual(seen.target, "/a")
            self.assertEqual(seen.header("Host"), f"127.0.0.1:{self.backend.port}")

    def test_chunk_extensions_are_bounded(self):
        """a megabyte of chunk extensions is not a way to send for ever"""
        wire = self.connect(5)
        wire.send(post("Transfer-Encoding: chunked"))
        try:
            for _ in range(64):
                wire.send("1;" + "e" * 16_384 + "\r\nx\r\n")
            wire.send("0\r\n\r\n")
            status = wire.response().status
        except (OSError, Closed):
            return
        self.assertIn(status, (400, 413))
