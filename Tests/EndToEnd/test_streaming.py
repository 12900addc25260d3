"""Proxied bodies pass through as they come: memory does not grow with them."""

import hashlib
import threading
import time

from harness import GatewayCase, files, request

PIPELINES = r"""
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
"""

MEGABYTE = 1 << 20
SIZE = 200 * MEGABYTE
# Room for buffers and the allocator; a body that were kept would need ten times as much.
MEMORY_MEGABYTES = 24


class Watch:
    """The highest memory of a process while the block runs."""

    def __init__(self, gateway):
        self.gateway, self.highest, self.over = gateway, gateway.rss_megabytes(), threading.Event()
        self.before = self.highest

    def __enter__(self):
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    @property
    def growth(self):
        return self.highest - self.before

    def _look(self):
        while not self.over.wait(0.02):
            self.highest = max(self.highest, self.gateway.rss_megabytes())


def pieces():
    """The body, a megabyte at a time, no two alike."""
    for number in range(SIZE // MEGABYTE):
        yield hashlib.sha256(number.to_bytes(4, "big")).digest() * (MEGABYTE // 32)


class Streaming(GatewayCase):
    pipelines = files(PIPELINES)

    def send_body(self, connection, chunked):
        if chunked:
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        for piece in pieces():
            connection.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n" if chunked else piece)
        if chunked:
            connection.sendall(b"0\r\n\r\n")
        return True

    def receive(self, wire):
        """The digest and length of a body, read without keeping it."""
        head = wire._through(b"\r\n\r\n").lower()
        digest, count = hashlib.sha256(), 0
        if b"transfer-encoding: chunked" in head:
            while True:
                size = int(wire._through(b"\r\n")[:-2].split(b";")[0], 16)
                if size == 0:
                    break
                digest.update(wire._exactly(size))
                wire._exactly(2)
                count += size
        else:
            while count < SIZE:
                piece = wire._exactly(min(MEGABYTE, SIZE - count))
                digest.update(piece)
                count += len(piece)
        return digest.hexdigest(), count

    def expected(self):
        digest = hashlib.sha256()
        for piece in pieces():
            digest.update(piece)
        return digest.hexdigest(), SIZE

    def test_down(self):
        """200 MB down arrive whole, with a length and chunked, in flat memory"""
        for chunked in (False, True):
            with self.subTest(chunked=chunked):
                self.backend.behaviours["/down"] = lambda connection, _: self.send_body(connection, chunked)
                wire = self.connect(60)
                with Watch(self.gateway) as watch:
                    wire.send(request("/stream/down"))
                    self.assertEqual(self.receive(wire), self.expected())
                self.assertLess(watch.growth, MEMORY_MEGABYTES)

    def test_down_to_a_client_that_does_not_read(self):
        """a client that reads nothing makes the backend wait, not the memory grow"""
        self.backend.behaviours["/down"] = lambda connection, _: self.send_body(connection, False)
        wire = self.connect(60)
        with Watch(self.gateway) as watch:
            wire.send(request("/stream/down"))
            time.sleep(3)
        self.assertLess(watch.growth, MEMORY_MEGABYTES)

    def test_first_bytes_do_not_wait(self):
        """what the backend sent first arrives before it sends the rest"""
        go_on = threading.Event()

        def two_halves(connection, _):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
            go_on.wait(10)
            connection.sendall(b"later")
            return True

        self.backend.behaviours["/halves"] = two_halves
        wire = self.connect(5)
        wire.send(request("/stream/halves"))
        wire._through(b"\r\n\r\n")
        try:
            self.assertEqual(wire._exactly(5), b"first")
        finally:
            go_on.set()
        self.assertEqual(wire._exactly(5), b"later")

    def test_up_is_passed_on_while_it_comes(self):
        """a request's body reaches the backend before it is complete"""
        wire = self.connect(10)
        wire.send("POST /stream/up HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 200000\r\n\r\n")
        wire.send(b"a" * 100_000)
        self.assertTrue(self.backend.wait_for(lambda backend: "/up" in backend.begun), "it waits for all of the body")
        wire.send(b"b" * 100_000)
        self.assertEqual(wire.response().status, 200)
        [seen] = self.backend.received
        self.assertEqual(seen.body, b"a" * 100_000 + b"b" * 100_000)
