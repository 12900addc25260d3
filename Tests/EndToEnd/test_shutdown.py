"""SIGTERM: what is in flight finishes, nothing new begins, the exit status is 0."""

import signal
import socket
import threading
import time
import unittest

from harness import Backend, Gateway, Load, Wire, files, reply, request
from harness.backend import after

PIPELINES = r"""
name: slow
route: GET /slow
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/slow
  integrationResponses:
    - statusCode: "200"
---
name: stream
route: GET /stream
integration:
  type: HTTP_PROXY
  httpMethod: GET
  uri: ${BACKEND}/stream
---
name: hello
route: GET /hello
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
"""


class Shutdown(unittest.TestCase):
    def setUp(self):
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.backend.behaviours["/slow"] = after(1.5, reply(body="slow"))
        self.gateway = Gateway(files(PIPELINES), environment={"BACKEND": self.backend.url})
        self.addCleanup(self.gateway.stop)

    def require_exit_0(self, seconds=10):
        status = self.gateway.wait(seconds)
        self.assertEqual(status, 0, f"exit status {status}\n{self.gateway.log[-2000:]}")

    def test_idle(self):
        """an idle gateway ends at once, though a client keeps a connection open"""
        with Wire(self.gateway.port) as wire:
            self.assertEqual(wire.ask("/hello").status, 200)
            self.gateway.signal(signal.SIGTERM)
            self.require_exit_0(5)
            self.assertTrue(wire.ends())

    def test_interrupt(self):
        """SIGINT, a Ctrl-C, is as graceful"""
        self.gateway.signal(signal.SIGINT)
        self.require_exit_0(5)

    def test_in_flight(self):
        """requests that wait for a backend are answered in full"""
        wires = [Wire(self.gateway.port) for _ in range(10)]
        for wire in wires:
            wire.send(request("/slow"))
        self.assertTrue(self.backend.wait_for(lambda backend: len(backend.received) == 10))
        self.gateway.signal(signal.SIGTERM)
        for wire in wires:
            response = wire.response()
            self.assertEqual((response.status, response.body), (200, b"slow"))
            self.assertEqual((response.header("Connection") or "").lower(), "close")
            self.assertTrue(wire.ends())
            wire.close()
        self.require_exit_0()

    def test_in_mid_stream(self):
        """a proxied body that is half-way comes to its end"""
        half = threading.Event()

        def stream(connection, _):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"a" * 100_000)
            half.set()
            time.sleep(1)
            connection.sendall(b"b" * 100_000)
            return True

        self.backend.behaviours["/stream"] = stream
        with Wire(self.gateway.port) as wire:
            wire.send(request("/stream"))
            self.assertTrue(half.wait(5))
            self.gateway.signal(signal.SIGTERM)
            self.assertEqual(wire.response().body, b"a" * 100_000 + b"b" * 100_000)
        self.require_exit_0()

    def test_nothing_new(self):
        """while it drains, new connections are refused"""
        with Wire(self.gateway.port) as wire:
            wire.send(request("/slow"))
            self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
            self.gateway.signal(signal.SIGTERM)
            time.sleep(0.5)
            with self.assertRaises(OSError):
                with Wire(self.gateway.port) as late:
                    if late.ends():
                        raise ConnectionRefusedError
            self.assertEqual(wire.response().body, b"slow")
        self.require_exit_0()

    def test_under_load(self):
        """under load no request fails"""
        load = Load(self.gateway.port, "/hello", clients=8)
        load.wait_for(500)
        load.may_refuse = True
        self.gateway.signal(signal.SIGTERM)
        self.require_exit_0()
        load.join()
        self.assertEqual(load.failures, [])

    def test_pipelined(self):
        """requests that were pipelined behind one in flight are answered or never begun, in order"""
        with Wire(self.gateway.port) as wire:
            wire.send(request("/slow") + request("/hello") + request("/hello"))
            self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
            self.gateway.signal(signal.SIGTERM)
            self.assertEqual(wire.response().body, b"slow")
            rest = wire.rest()
            self.assertEqual(rest.count(b"HTTP/1.1 200"), rest.count(b"HTTP/1.1"))
        self.require_exit_0()

    def test_second_signal(self):
        """a second SIGTERM stops hard"""
        self.backend.behaviours["/slow"] = after(20, reply(body="slow"))
        with Wire(self.gateway.port) as wire:
            wire.send(request("/slow"))
            self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
            self.gateway.signal(signal.SIGTERM)
            time.sleep(0.5)
            self.assertTrue(self.gateway.alive, "it did not wait for the request in flight")
            self.gateway.signal(signal.SIGTERM)
            self.assertIsNotNone(self.gateway.wait(5), "it waits on")

    def test_half_a_request(self):
        """a client that stopped in the middle of its request does not hold the end up"""
        with Wire(self.gateway.port) as wire:
            wire.send("GET /hello HTTP/1.1\r\nHost: ")
            time.sleep(0.2)
            self.gateway.signal(signal.SIGTERM)
            self.require_exit_0(15)

    def test_port_in_use(self):
        """a port that is taken is one clear line and an exit status"""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with self.assertRaises(AssertionError) as raised:
                Gateway(files(PIPELINES), "--port", str(port), environment={"BACKEND": "http://x"})
            self.assertIn(str(port), str(raised.exception))
            self.assertNotIn("Fatal error", str(raised.exception))
