"""A backend that answers with whatever bytes it is told, and keeps every byte that reached it.

What was never sent is proven by its log: `received` holds each request as it arrived, so a second
request smuggled into a connection would stand there as a request of its own.
"""

import dataclasses
import json
import socket
import struct
import threading
import time


@dataclasses.dataclass
class Received:
    """One request as it arrived. `connection` counts the accepted connections from 1."""

    method: str
    target: str
    headers: list
    body: bytes
    raw_head: bytes
    connection: int

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def json(self):
        return json.loads(self.body)


def reply(status=200, body=b'{"ok": true}', headers=(), reason="Reason"):
    """A behaviour: a whole, correct response."""
    body = body if isinstance(body, bytes) else body.encode()
    fields = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers]
    head = f"HTTP/1.1 {status} {reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    return raw(head.encode("latin-1") + body)


def raw(data, then="keep"):
    """A behaviour: these bytes, then keep the connection, `close` it, or `reset` it."""

    def behave(connection, _):
        connection.sendall(data)
        if then == "reset":
            reset(connection, None)
        return then == "keep"

    return behave


def close(connection, _):
    """A behaviour: no answer, the connection closes."""
    return False


def reset(connection, _):
    """A behaviour: the connection is reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def after(seconds, behaviour):
    """A behaviour: another one, later."""

    def behave(connection, received):
        time.sleep(seconds)
        return behaviour(connection, received)

    return behave


def drip(data, seconds_a_byte):
    """A behaviour: these bytes, one at a time, until the peer has enough."""

    def behave(connection, _):
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(seconds_a_byte)
        return True

    return behave


def once(*behaviours):
    """A behaviour: each of these for one request, the last one for all that follow."""
    waiting = list(behaviours)

    def behave(connection, received):
        now = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return now(connection, received)

    return behave


class Nobody:
    """A port at which nobody listens, on any address of this machine; nobody else gets it while this lives."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.socket.close()


class Backend:
    """Listens on a free port; `behaviours` maps a target (without query) to what happens there."""

    def __init__(self, behaviour=None):
        self.otherwise = behaviour or reply()
        self.behaviours = {}
        self.received = []
        # Targets whose head has arrived, and numbers of connections that are over.
        self.begun, self.ended = [], []
        self.lock = threading.Lock()
        self.connections = 0
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        # shutdown wakes the accepting thread; close alone would leave it waiting on the port.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def forget(self):
        """Empties the log."""
        with self.lock:
            self.received, self.begun, self.ended = [], [], []

    def wait_for(self, condition, seconds=5):
        """Whether condition(self) comes true within the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition(self):
                return True
            time.sleep(0.01)
        return False

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
                self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        try:
            while True:
                received = self._read(reader, number)
                if received is None:
                    break
                with self.lock:
                    self.received.append(received)
                behaviour = self.behaviours.get(received.target.split("?")[0], self.otherwise)
                if not behaviour(connection, received):
                    break
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.ended.append(number)
                self.open.discard(connection)
            reader.close()
            connection.close()

    def _read(self, reader, number):
        """The next request, or None at the end of the connection."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return None
            head += line
        first, *fields = head[:-4].decode("latin-1").split("\r\n")
        # What is not a request is kept as one too, so that the log shows it.
        method, target = (first.split(" ") + ["", ""])[:2]
        headers = [(name, value.strip()) for name, _, value in (field.partition(":") for field in fields)]
        received = Received(method, target, headers, b"", head, number)
        with self.lock:
            self.begun.append(target)
        if (received.header("Transfer-Encoding") or "").lower() == "chunked":
            while True:
                size = int(reader.readline().split(b";")[0], 16)
                received.body += reader.read(size)
                reader.readline()
                if size == 0:
                    break
        elif received.header("Content-Length"):
            received.body = reader.read(int(received.header("Content-Length")))
        return received
