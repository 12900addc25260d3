"""When a client goes away, what runs for it ends."""

import time

from harness import GatewayCase, files, request
from harness.backend import reply

PIPELINES = r"""
name: mapped
route: GET /mapped
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/slow
  integrationResponses:
    - statusCode: "200"
---
name: proxy
route: GET /proxy
integration:
  type: HTTP_PROXY
  httpMethod: GET
  uri: ${BACKEND}/endless
"""


class Cancellation(GatewayCase):
    pipelines = files(PIPELINES)

    def test_mapped(self):
        """the call to the backend is given up, and the next request gets a connection of its own"""
        noticed = []

        def watch(connection, received):
            connection.settimeout(10)
            began = time.monotonic()
            try:
                noticed.append((connection.recv(1), time.monotonic() - began))
            except ConnectionError:
                noticed.append((b"", time.monotonic() - began))
            return False

        self.backend.behaviours["/slow"] = watch
        wire = self.connect()
        wire.send(request("/mapped"))
        self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
        wire.close()
        self.assertTrue(self.backend.wait_for(lambda _: noticed, 10), "the backend was left waiting")
        self.assertEqual(noticed[0][0], b"")
        self.assertLess(noticed[0][1], 3)
        self.backend.behaviours["/slow"] = reply(body="well")
        self.assertEqual(self.ask("/mapped").body, b"well")

    def test_stream(self):
        """a stream that nobody reads any more is ended"""
        def endless(connection, _):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
                time.sleep(0.01)

        self.backend.behaviours["/endless"] = endless
        wire = self.connect()
        wire.send(request("/proxy"))
        self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
        wire.socket.recv(1000)
        wire.close()
        number = self.backend.received[0].connection
        self.assertTrue(self.backend.wait_for(lambda backend: number in backend.ended, 5), "it streams to nobody")

    def test_many(self):
        """two hundred clients that leave at once leave nothing behind"""
        def watch(connection, _):
            """Never answers, and ends with the connection."""
            connection.settimeout(15)
            connection.recv(1)
            return False

        self.backend.behaviours["/slow"] = watch
        wires = [self.connect() for _ in range(200)]
        for wire in wires:
            wire.send(request("/mapped"))
        self.backend.wait_for(lambda backend: len(backend.received) > 100)
        for wire in wires:
            wire.close()
        self.assertTrue(self.backend.wait_for(lambda backend: len(backend.ended) >= len(backend.received), 10))
        self.backend.behaviours["/slow"] = reply(body="well")
        self.assertEqual(self.ask("/mapped").body, b"well")
