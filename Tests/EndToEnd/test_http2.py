"""HTTP/2 for clients: the same gateway behind other frames, and what these frames may be abused for."""

import json
import shutil
import signal
import ssl
import subprocess
import time
import unittest

from harness import Backend, Gateway, files, reply
from harness import http2
from harness.authority import Authority
from harness.backend import after
from harness.http2 import HTTP2Wire, frame
from harness.python import use
from test_tls import PIPELINES as WHO
from test_tls import SecureWire

PIPELINES = r"""
name: echo
route: ANY /echo
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
    text/plain: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: |-
          {"protocol": "$context.protocol", "method": "$context.httpMethod", "host": "$input.params('Host')",
           "cookie": "$input.params('cookie')", "q": "$input.params('q')", "size": "$input.body.length()"}
---
name: mapped
route: ANY /mapped
integration:
  type: HTTP
  httpMethod: ANY
  uri: ${BACKEND}/mapped
  passthroughBehavior: WHEN_NO_MATCH
  integrationResponses:
    - statusCode: "200"
---
name: stream
route: ANY /stream/{proxy+}
integration:
  type: HTTP_PROXY
  httpMethod: ANY
  uri: ${BACKEND}/{proxy}
  responseTransferMode: STREAM
  timeoutInMillis: 60000
  requestParameters:
    integration.request.path.proxy: method.request.path.proxy
---
name: capped
route: GET /capped
maxInFlight: 5
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/capped
  integrationResponses:
    - statusCode: "200"
"""
MEGABYTE = 1 << 20
TEXT = [("content-type", "text/plain")]


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl program")
class HTTP2Case(unittest.TestCase):
    pipelines = {**files(PIPELINES), **files(WHO)}
    options = ()

    @classmethod
    def setUpClass(cls):
        use("h2")
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)
        cls.backend = Backend()
        cls.addClassCleanup(cls.backend.stop)
        cls.certificate, cls.key = cls.authority.issue("site", ["localhost"])
        cls.gateway = cls.start(*cls.options)
        cls.addClassCleanup(cls.gateway.stop)

    @classmethod
    def start(cls, *options):
        return Gateway(
            cls.pipelines, "--tls-cert", cls.certificate, "--tls-key", cls.key, *options,
            environment={"BACKEND": cls.backend.url})

    def setUp(self):
        self.backend.forget()
        self.backend.behaviours = {}
        self.addCleanup(self.check_alive)

    def check_alive(self):
        """Whatever a test did, the process lives, and serves at once."""
        if not self.gateway.alive:
            self.fail(f"the gateway died:\n{self.gateway.log[-3000:]}")
        began = time.monotonic()
        self.assertEqual(self.connect().ask("/echo").status, 200)
        self.assertLess(time.monotonic() - began, 2)

    def context(self):
        return ssl.create_default_context(cafile=self.authority.certificate)

    def connect(self, gateway=None, **options):
        wire = HTTP2Wire((gateway or self.gateway).port, self.context(), **options)
        self.addCleanup(wire.close)
        return wire


class Requests(HTTP2Case):
    def test_same_as_http11(self):
        """heads, payloads and failures are those of HTTP/1.1"""
        old, new = SecureWire(self.gateway.port, self.context()), self.connect()
        self.addCleanup(old.close)
        unique = {"x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id", "date", "connection"}
        for method, target, headers, body in (
            ("GET", "/echo?q=a%20b", (), None), ("HEAD", "/echo", (), None), ("POST", "/echo", TEXT, b"12345"),
            ("PUT", "/stream/x?y=1", TEXT, b"payload"), ("GET", "/nowhere", (), None), ("DELETE", "/mapped", (), None),
            ("POST", "/mapped", [("content-type", "application/json")], b'{"a":1}'), ("GET", "/a/../b", (), None),
        ):
            with self.subTest(f"{method} {target}"):
                if target == "/a/../b":
                    with SecureWire(self.gateway.port, self.context()) as one:
                        before = one.ask(target, method, dict(headers), body)
                else:
                    before = old.ask(target, method, dict(headers), body)
                now = new.ask(target, method, headers, body)
                self.assertEqual(now.status, before.status)
                told = {name.lower(): value for name, value in before.headers if name.lower() not in unique}
                self.assertEqual({name: value for name, value in now.headers if name not in unique}, told)
                self.assertEqual(now.body.replace(b"HTTP/2.0", b"HTTP/1.1"), before.body)
        sent = [(one.method, one.target, one.body) for one in self.backend.received]
        self.assertEqual(sent[0::2], sent[1::2])

    def test_fields(self):
        """the authority is the host, cookies are one field, trailers are dropped"""
        wire = self.connect()
        told = json.loads(wire.ask("/echo?q=1", headers=[("cookie", "a=1"), ("cookie", "b=2")]).body)
        self.assertEqual(
            told, {"protocol": "HTTP/2.0", "method": "GET", "host": "gateway.test", "cookie": "a=1; b=2", "q": "1", "size": "2"})
        self.assertEqual(wire.ask("/echo", headers=[("host", "Gateway.Test"), ("te", "trailers")]).status, 200)
        stream = wire.open("/mapped", "POST", TEXT, ends=False)
        wire.data(stream, b"body")
        wire.send(frame(http2.HEADERS, 5, stream, wire.encoder.encode([("x-checksum", "1")])))
        self.assertEqual(wire.answer(stream).status, 200)
        [seen] = self.backend.received
        self.assertEqual((seen.body, seen.header("X-Checksum")), (b"body", None))

    def test_malformed(self):
        """what is no request is answered with 400 or 405, nothing reaches a backend, and the connection goes on"""
        wire = self.connect()
        for name, expected, changes, headers in (
            ("no path", 400, {"path": None}, ()),
            ("no method", 400, {"method": None}, ()),
            ("no scheme", 400, {"scheme": None}, ()),
            ("empty path", 400, {"path": ""}, ()),
            ("absolute path", 400, {"path": "https://evil.test/mapped"}, ()),
            ("asterisk", 400, {"path": "*"}, ()),
            ("other pseudo field", 400, {"status": "200"}, ()),
            ("pseudo field twice", 400, {}, [(":path", "/echo")]),
            ("pseudo field behind others", 400, {}, [("a", "b"), (":authority", "x")]),
            ("CONNECT", 405, {"method": "CONNECT"}, ()),
            ("TRACE", 405, {"method": "TRACE"}, ()),
            ("method with a line end", 400, {"method": "GET /x HTTP/1.1\r\nA: b"}, ()),
            ("method in lower case", 400, {"method": "get"}, ()),
            ("path with a line end", 400, {"path": "/mapped\r\nX: y"}, ()),
            ("path with a blank", 400, {"path": "/mapped x"}, ()),
            ("dot segment", 400, {"path": "/a/%2e%2e/mapped"}, ()),
            ("NUL in the path", 400, {"path": "/a%00"}, ()),
            ("no authority", 400, {"authority": None}, ()),
            ("bad authority", 400, {"authority": "a/b@c"}, ()),
            ("two hosts", 400, {}, [("host", "other.test")]),
            ("name in upper case", 400, {}, [("X-Upper", "1")]),
            ("name with a blank", 400, {}, [("a b", "1")]),
            ("name with a line end", 400, {}, [("a\r\nb", "1")]),
            ("value with a line end", 400, {}, [("a", "1\r\nb: 2")]),
            ("value with NUL", 400, {}, [("a", "1\0")]),
            ("value that is no UTF-8", 400, {}, [(b"a", b"\xff")]),
            ("connection", 400, {}, [("connection", "close")]),
            ("transfer-encoding", 400, {}, [("transfer-encoding", "chunked")]),
            ("upgrade", 400, {}, [("upgrade", "websocket")]),
            ("te", 400, {}, [("te", "gzip")]),
            ("length without payload", 400, {}, [("content-length", "5")]),
            ("two lengths", 400, {}, [("content-length", "0"), ("content-length", "0")]),
            ("length that is none", 400, {}, [("content-length", "+1")]),
            ("unknown expectation", 417, {}, [("expect", "200-ok")]),
            ("confusable names", 400, {}, [("x_y", "1"), ("x-y", "2")]),
        ):
            with self.subTest(name):
                answer = wire.ask("/mapped", headers=headers, **changes)
                self.assertEqual(answer.status, expected, answer.reset)
                self.assertIn(b"message", answer.body)
        self.assertEqual(self.backend.received, [])
        self.assertEqual(wire.ask("/mapped").status, 200)

    def test_lengths_that_lie(self):
        """a payload that is longer or shorter than announced is a 400, and no backend is called"""
        wire = self.connect()
        for payload in (b"1234", b"123456"):
            stream = wire.open("/mapped", "POST", [*TEXT, ("content-length", "5")], ends=False)
            wire.data(stream, payload, True)
            self.assertEqual(wire.answer(stream).status, 400)
        stream = wire.open("/mapped", "POST", TEXT, ends=False)
        wire.data(stream, b"x")
        wire.send(frame(http2.HEADERS, 5, stream, wire.encoder.encode([(":path", "/mapped")])))
        self.assertEqual(wire.answer(stream).status, 400)
        self.assertEqual(self.backend.received, [])

    def test_limits(self):
        """fields, targets and payloads have the limits of HTTP/1.1, and decoding has one beyond them"""
        wire = self.connect()
        self.assertEqual(wire.ask("/echo", headers=[("a", "x" * 9000)]).status, 431)
        self.assertEqual(wire.ask("/echo", headers=[(f"a{number}", "x") for number in range(130)]).status, 431)
        self.assertEqual(wire.ask("/echo?" + "x" * 10_300).status, 414)
        announced = wire.open("/mapped", "POST", [*TEXT, ("content-length", str(11 * MEGABYTE))], ends=False)
        answer = wire.answer(announced)
        self.assertEqual((answer.status, answer.body), (413, b'{"message":"Request Too Long"}'))
        counted = wire.open("/mapped", "POST", TEXT, ends=False)
        wire.upload(counted, b"x" * (10 * MEGABYTE + 1), ends=False)
        self.assertEqual(wire.answer(counted).status, 413)
        self.assertTrue(wire.wait(lambda: wire.answers[counted].reset is not None, 5))
        self.assertEqual(wire.answers[counted].reset, http2.NO_ERROR)
        self.assertEqual(wire.ask("/echo").status, 200)
        self.assertEqual(self.backend.received, [])
        bomb = self.connect()
        bomb.send(frame(http2.HEADERS, 5, 1, bomb.head("/echo", headers=[("a", "x" * 4000)] * 20)))
        bomb.wait(lambda: bomb.closed, 5)
        self.assertTrue(bomb.closed)
        self.assertIsNone(bomb.answers[1].status)

    def test_expectation(self):
        """100 Continue comes where a payload is wanted, and not where it is refused"""
        wire = self.connect()
        expects = [*TEXT, ("expect", "100-continue")]
        stream = wire.open("/mapped", "POST", expects, ends=False)
        self.assertTrue(wire.wait(lambda: wire.answers[stream].interim, 5))
        wire.data(stream, b"body", True)
        self.assertEqual((wire.answer(stream).status, wire.answers[stream].interim), (200, [100]))
        stream = wire.open("/nowhere", "POST", expects, ends=False)
        self.assertEqual((wire.answer(stream).status, wire.answers[stream].interim), (403, []))


class Streams(HTTP2Case):
    def test_parallel(self):
        """a hundred requests of one connection are worked on at a time, answers overtake; one more ends it"""
        self.backend.behaviours["/mapped"] = after(1.5, reply(body="late"))
        wire = self.connect()
        began = time.monotonic()
        streams = [wire.open("/mapped") for _ in range(99)]
        quick = wire.open("/echo")
        wire.wait(lambda: wire.answers[quick].over)
        self.assertLess(time.monotonic() - began, 1.4)
        streams += [wire.open("/mapped")]
        wire.wait(lambda: all(wire.answers[stream].over for stream in streams))
        self.assertLess(time.monotonic() - began, 8)
        self.assertEqual({(wire.answers[stream].status, wire.answers[stream].reset) for stream in streams}, {(200, None)})
        self.assertEqual(len(self.backend.received), 100)
        for _ in range(101):
            wire.open("/mapped")
        self.assertTrue(wire.wait(lambda: wire.closed, 5))

    def test_library(self):
        """a client of another make, the h2 library, gets a hundred answers"""
        import h2.connection
        import h2.events

        wire = self.connect()
        peer = h2.connection.H2Connection()
        peer.initiate_connection()
        # The preface and settings that the raw client has sent are those of this one.
        peer.data_to_send()
        answered = {}
        for _ in range(100):
            stream = peer.get_next_available_stream_id()
            peer.send_headers(stream, [(":method", "GET"), (":scheme", "https"), (":authority", "x"), (":path", "/echo")], True)
        wire.send(peer.data_to_send())
        while len(answered) < 100:
            for event in peer.receive_data(wire.socket.recv(65_536)):
                if isinstance(event, h2.events.StreamEnded):
                    answered[event.stream_id] = True
                self.assertNotIsInstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated))
            wire.send(peer.data_to_send())

    def test_download(self):
        """20 MB stream down whole; a client that makes no room makes the backend wait, not the memory grow"""
        size, sent = 20 * MEGABYTE, []

        def down(connection, _):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for number in range(size // 65_536):
                connection.sendall(bytes([number % 251]) * 65_536)
                sent.append(number)
            return True

        self.backend.behaviours["/down"] = down
        expected = b"".join(bytes([number % 251]) * 65_536 for number in range(size // 65_536))
        wire = self.connect(reads=False)
        stream = wire.open("/stream/down")
        wire.wait(lambda: len(wire.answers[stream].body) >= 65_535, 5)
        time.sleep(1.5)
        waiting, memory = len(sent), self.gateway.rss_megabytes()
        time.sleep(1)
        self.assertEqual(len(sent), waiting, "the backend did not have to wait")
        self.assertLess(waiting * 65_536, size * 0.8)
        self.assertEqual(self.connect().ask("/echo").status, 200)
        wire.reads = True
        wire.grant(65_535)
        wire.grant(65_535, stream)
        self.assertEqual(wire.answer(stream, 30).body, expected)
        self.assertLess(self.gateway.rss_megabytes() - memory, 24)

    def test_upload(self):
        """5 MB stream up as the backend takes them; no room is made for more than it takes"""
        size = 5 * MEGABYTE
        wire = self.connect()
        stream = wire.open("/stream/up", "POST", [*TEXT, ("content-length", str(size))], ends=False)
        wire.upload(stream, b"a" * 100_000, ends=False)
        self.assertTrue(self.backend.wait_for(lambda backend: "/up" in backend.begun), "it waits for all of the payload")
        wire.upload(stream, b"b" * (size - 100_000))
        self.assertEqual(wire.answer(stream).status, 200)
        [seen] = self.backend.received
        self.assertEqual(seen.body, b"a" * 100_000 + b"b" * (size - 100_000))

    def test_cancel(self):
        """RST_STREAM gives the call to the backend up; the connection and its other streams go on"""
        noticed = []

        def watch(connection, _):
            connection.settimeout(10)
            try:
                noticed.append(connection.recv(1))
            except ConnectionError:
                noticed.append(b"")
            return False

        self.backend.behaviours["/mapped"] = watch
        wire = self.connect()
        stream = wire.open("/mapped")
        self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
        self.assertEqual(noticed, [])
        wire.reset(stream)
        self.assertTrue(self.backend.wait_for(lambda _: noticed, 5), "the backend was left waiting")
        self.backend.behaviours["/mapped"] = reply(body="well")
        self.assertEqual(wire.ask("/mapped").body, b"well")

    def test_client_gone(self):
        """a connection that ends takes the calls of all of its streams with it"""
        def watch(connection, _):
            connection.settimeout(15)
            connection.recv(1)
            return False

        self.backend.behaviours["/mapped"] = watch
        wire = self.connect()
        for _ in range(50):
            wire.open("/mapped")
        self.assertTrue(self.backend.wait_for(lambda backend: len(backend.received) == 50))
        wire.close()
        self.assertTrue(self.backend.wait_for(lambda backend: len(backend.ended) >= 50, 10))

    def test_in_flight(self):
        """more than a pipeline takes: a few wait, the rest get 503 with Retry-After"""
        self.backend.behaviours["/capped"] = after(2, reply(body="done"))
        wire = self.connect()
        streams = [wire.open("/capped") for _ in range(60)]
        wire.wait(lambda: all(wire.answers[stream].over for stream in streams))
        statuses = [wire.answers[stream].status for stream in streams]
        self.assertEqual((statuses.count(200), statuses.count(503)), (5, 55))
        refused = next(wire.answers[stream] for stream in streams if wire.answers[stream].status == 503)
        self.assertEqual(refused.header("Retry-After"), "1")

    @unittest.skipUnless(shutil.which("h2load"), "there is no h2load program (Debian: nghttp2-client)")
    def test_load(self):
        """four thousand requests of four connections, a hundred at a time each, by h2load: none fails"""
        done = subprocess.run(
            ["h2load", "-n", "4000", "-c", "4", "-m", "100", f"https://127.0.0.1:{self.gateway.port}/echo"],
            capture_output=True, text=True, timeout=120)
        self.assertIn("4000 succeeded, 0 failed, 0 errored", done.stdout)

    @unittest.skipUnless("HTTP2" in subprocess.run(["curl", "-V"], capture_output=True, text=True).stdout
                         if shutil.which("curl") else False, "there is no curl with HTTP/2")
    def test_curl(self):
        """curl speaks HTTP/2 with it, up and down"""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--http2", "--cacert", self.authority.certificate, "--write-out",
             "\n%{http_version} %{http_code}", "--data-binary", "@-", "--header", "Content-Type: text/plain",
             "--header", "Expect: 100-continue", f"https://localhost:{self.gateway.port}/mapped",
             "--resolve", f"localhost:{self.gateway.port}:127.0.0.1"],
            input="x" * 300_000, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.stdout.splitlines()[-1:], ["2 200"], done.stderr)
        self.assertEqual(len(self.backend.received[0].body), 300_000)


class Attacks(HTTP2Case):
    options = ("--write-timeout", "2", "--idle-timeout", "4", "--header-timeout", "2", "--body-timeout", "3")

    def setUp(self):
        super().setUp()
        self.memory = self.gateway.rss_megabytes()

    def check_alive(self):
        super().check_alive()
        self.assertLess(self.gateway.rss_megabytes() - self.memory, 48)

    def flood(self, wire, data, seconds=10):
        """Sends until the peer has enough; whether it ended the connection."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                wire.send(data)
        except OSError:
            pass
        wire.wait(lambda: wire.closed, max(0.1, end - time.monotonic()))
        return wire.closed

    def test_rapid_reset(self):
        """streams that are opened and reset at once: the connection ends, and most calls never reach a backend"""
        wire = self.connect()
        try:
            for _ in range(3000):
                wire.reset(wire.open("/mapped"))
        except OSError:
            pass
        wire.wait(lambda: wire.closed)
        self.assertTrue(wire.closed)
        self.assertLessEqual(len(self.backend.received), 250)

    def test_continuation_flood(self):
        """a head that never ends is cut off"""
        for part in (b"", b"x" * 16_000):
            wire = self.connect()
            # Its acknowledgement may not stand between the frames of a head.
            wire.wait(lambda: wire.settings)
            block = wire.encoder.encode([("a", part)]) if part else b""
            wire.send(frame(http2.HEADERS, 0, 1, wire.head("/echo")))
            self.assertTrue(self.flood(wire, frame(http2.CONTINUATION, 0, 1, block)))
            self.assertEqual(wire.answers[1].status, None)

    def test_control_floods(self):
        """settings, pings, priorities and empty data without end are more than a client needs"""
        for name, data in (
            ("SETTINGS", http2.settings()), ("PING", frame(http2.PING, 0, 0, bytes(8))),
            ("PRIORITY", frame(http2.PRIORITY, 0, 3, b"\0\0\0\0\x01")),
            ("unasked SETTINGS ACK", frame(http2.SETTINGS, 1)), ("settings of a table", http2.settings(table=4096)),
        ):
            with self.subTest(name):
                self.assertTrue(self.flood(self.connect(), data * 100), name)
        wire = self.connect()
        stream = wire.open("/mapped", "POST", TEXT, ends=False)
        self.assertTrue(self.flood(wire, frame(http2.DATA, 0, stream) * 100))

    def test_broken_frames(self):
        """frames that break the protocol end the connection"""
        for name, data in (
            ("too long", (1 << 23).to_bytes(3, "big") + bytes([http2.DATA, 0, 0, 0, 0, 1]) + bytes(70_000)),
            ("SETTINGS of 5 bytes", frame(http2.SETTINGS, payload=b"12345")),
            ("SETTINGS on a stream", frame(http2.SETTINGS, 0, 1)),
            ("PING of 3 bytes", frame(http2.PING, payload=b"123")),
            ("DATA on stream 0", frame(http2.DATA, 0, 0, b"x")),
            ("DATA on a stream that is not open", frame(http2.DATA, 0, 99, b"x")),
            ("even stream", frame(http2.HEADERS, 5, 2, b"\x82")),
            ("PUSH_PROMISE", frame(http2.PUSH, 4, 1, bytes(8))),
            ("CONTINUATION alone", frame(http2.CONTINUATION, 4, 1, b"\x82")),
            ("window of 0", frame(http2.WINDOW_UPDATE, 0, 0, bytes(4))),
            ("window too large", frame(http2.WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") * 2),
            ("stale index", frame(http2.HEADERS, 5, 1, b"\xff\xff\xff\xff\x0f")),
            ("index that overflows", frame(http2.HEADERS, 5, 1, b"\xff" * 30)),
            ("padding longer than the frame", frame(http2.HEADERS, 0xD, 1, b"\xff\x82")),
            ("initial window too large", http2.settings(window=(1 << 32) - 1)),
            ("frame size too small", http2.settings(frame=1)),
        ):
            with self.subTest(name):
                wire = self.connect()
                wire.wait(lambda: wire.settings)
                wire.reply(data)
                wire.wait(lambda: wire.closed, 4)
                self.assertTrue(wire.closed, name)
        with SecureWire(self.gateway.port, self.context_h2()) as wire:
            wire.send(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b" 200", wire.rest())

    def context_h2(self):
        context = self.context()
        context.set_alpn_protocols(["h2"])
        return context

    def test_zero_window(self):
        """a client that gives no room for its answers loses them, and what was kept for it"""
        self.backend.behaviours["/mapped"] = reply(body="x" * MEGABYTE)
        wire = self.connect(window=0)
        streams = [wire.open("/mapped") for _ in range(20)]
        began = time.monotonic()
        wire.wait(lambda: all(wire.answers[stream].over for stream in streams), 10)
        self.assertEqual({wire.answers[stream].reset for stream in streams}, {http2.CANCEL})
        self.assertLess(time.monotonic() - began, 8)

    def test_reads_nothing(self):
        """a client with all the room that reads nothing is cut off"""
        self.backend.behaviours["/mapped"] = reply(body="x" * MEGABYTE)
        wire = self.connect(window=(1 << 31) - 1, reads=False)
        wire.grant((1 << 31) - 1 - 65_535)
        for _ in range(20):
            wire.open("/mapped")
        # Long enough for a gateway that gets little of a busy machine to notice.
        time.sleep(12)
        wire.wait(lambda: wire.closed, 15)
        self.assertTrue(wire.closed)
        self.assertLess(sum(len(answer.body) for answer in wire.answers.values()), 20 * MEGABYTE)

    def test_slow_payload(self):
        """a payload that does not come is a 408, on its stream alone"""
        wire = self.connect()
        stream = wire.open("/mapped", "POST", TEXT, ends=False)
        wire.data(stream, b"x")
        began = time.monotonic()
        self.assertEqual(wire.answer(stream).status, 408)
        self.assertLess(time.monotonic() - began, 8)
        self.assertEqual(wire.ask("/echo").status, 200)
        self.assertEqual(self.backend.received, [])

    def test_idle(self):
        """a connection without a request is ended with GOAWAY, one whose head never ends as well"""
        for part in (0, 10):
            wire = self.connect()
            wire.wait(lambda: wire.settings)
            if part:
                wire.send(frame(http2.HEADERS, 0, 1, wire.head("/echo")[:part]))
            began = time.monotonic()
            wire.wait(lambda: wire.closed, 12)
            self.assertTrue(wire.closed)
            self.assertGreater(time.monotonic() - began, 3)
            self.assertEqual({code for _, code in wire.goaway}, {http2.NO_ERROR})


class Certificates(HTTP2Case):
    def test_names_and_renewal(self):
        """the certificate follows the name that the client asks for, and a renewed one serves at once"""
        base = self.authority.folder / "renewed-h2"
        certificate, key = self.authority.issue("b.test", ["b.test"], path=base)
        gateway = self.start("--tls-cert", certificate, "--tls-key", key)
        self.addCleanup(gateway.stop)

        def subject(name):
            wire = HTTP2Wire(gateway.port, self.context(), name=name)
            self.addCleanup(wire.close)
            self.assertEqual(wire.ask("/echo").status, 200)
            return dict(entry[0] for entry in wire.socket.getpeercert()["subject"])["commonName"], wire

        self.assertEqual(subject("localhost")[0], "site")
        name, kept = subject("b.test")
        self.assertEqual(name, "b.test")
        self.authority.issue("renewed", ["b.test"], path=base)
        self.assertTrue(gateway.wait_for_log("certificates are read anew"))
        self.assertEqual(subject("b.test")[0], "renewed")
        self.assertEqual(kept.ask("/echo").status, 200, "an open connection was harmed")

    def test_client_certificate(self):
        """a client's certificate is its identity on every stream"""
        gateway = self.start("--tls-client-ca", str(self.authority.certificate))
        self.addCleanup(gateway.stop)
        context = self.context()
        context.load_cert_chain(*self.authority.issue("client", subject="/O=Acme/CN=client-7"))
        wire = HTTP2Wire(gateway.port, context)
        self.addCleanup(wire.close)
        for _ in range(3):
            self.assertEqual(json.loads(wire.ask("/who").body)["subject"], "CN=client-7,O=Acme")

    def test_turned_off(self):
        """without HTTP/2, and for clients that do not offer it, HTTP/1.1 is chosen"""
        gateway = self.start("--no-http2")
        self.addCleanup(gateway.stop)
        for port, offered in ((gateway.port, ["h2", "http/1.1"]), (self.gateway.port, ["http/1.1"])):
            context = self.context()
            context.set_alpn_protocols(offered)
            with SecureWire(port, context) as wire:
                self.assertEqual(wire.socket.selected_alpn_protocol(), "http/1.1")
                self.assertEqual(wire.ask("/echo").status, 200)


class Stopping(HTTP2Case):
    def check_alive(self):
        pass

    def test_drain(self):
        """SIGTERM: the client is told, what runs is answered, what was on its way is left for another try; exit 0"""
        gateway = self.start()
        self.addCleanup(gateway.stop)
        self.backend.behaviours["/mapped"] = after(3, reply(body="late"))
        wire, idle = self.connect(gateway), self.connect(gateway)
        self.assertEqual(idle.ask("/echo").status, 200)
        slow = wire.open("/mapped")
        self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
        gateway.signal(signal.SIGTERM)
        self.assertTrue(wire.wait(lambda: wire.goaway, 5))
        self.assertEqual(wire.goaway, [(slow, http2.NO_ERROR)])
        late = wire.open("/mapped")
        self.assertEqual(wire.answer(slow).body, b"late")
        wire.wait(lambda: wire.closed, 5)
        self.assertEqual((len(self.backend.received), wire.answers[late].status), (1, None))
        idle.wait(lambda: idle.closed, 5)
        self.assertTrue(wire.closed and idle.closed)
        wire.close()
        idle.close()
        self.assertEqual(gateway.wait(10), 0)
