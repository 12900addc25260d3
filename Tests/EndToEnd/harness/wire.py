"""A client that sends exactly the bytes it is told to, and reads responses strictly."""

import dataclasses
import socket


class Closed(Exception):
    """The connection ended where more was due; `partial` is what came of it."""

    def __init__(self, partial=b""):
        super().__init__(f"connection closed after {len(partial)} bytes: {partial[:300]!r}")
        self.partial = partial


@dataclasses.dataclass
class Response:
    status: int
    headers: list
    body: bytes

    def header(self, name):
        """The header's value, None when absent; several lines joined."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None


class Wire:
    """One connection."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def ask(self, target, method="GET", headers=(), body=None):
        """Sends one well-formed request and reads its response."""
        self.send(request(target, method, headers, body))
        return self.response(method)

    def response(self, method="GET"):
        """The next response, framed as RFC 9112 section 6.3 says. Raises Closed when it is cut short."""
        head = self._through(b"\r\n\r\n")
        line, *fields = head[:-4].decode("latin-1").split("\r\n")
        version, status = line.split(" ", 2)[:2]
        if not version.startswith("HTTP/1."):
            raise AssertionError(f"not a status line: {line!r}")
        headers = []
        for field in fields:
            name, colon, value = field.partition(":")
            if not colon or not name or name != name.strip():
                raise AssertionError(f"not a header field: {field!r}")
            headers.append((name, value.strip()))
        found = Response(int(status), headers, b"")
        if method != "HEAD" and found.status not in (204, 304) and found.status >= 200:
            found.body = self._body(found)
        return found

    def rest(self, limit=None):
        """Everything until the peer closes."""
        while limit is None or len(self.buffer) < limit:
            piece = self._receive()
            if not piece:
                break
            self.buffer += piece
        taken, self.buffer = self.buffer, b""
        return taken

    def ends(self):
        """Whether the peer closes now without sending anything more."""
        return not self.buffer and not self._receive()

    def _body(self, response):
        if (response.header("Transfer-Encoding") or "").lower() == "chunked":
            body = b""
            while True:
                size = int(self._through(b"\r\n")[:-2].split(b";")[0], 16)
                if size == 0:
                    while self._through(b"\r\n") != b"\r\n":
                        pass
                    return body
                body += self._exactly(size)
                if self._exactly(2) != b"\r\n":
                    raise AssertionError("a chunk does not end where it said")
        length = response.header("Content-Length")
        return self.rest() if length is None else self._exactly(int(length))

    def _through(self, mark):
        while mark not in self.buffer:
            self._more()
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken + mark

    def _exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _more(self):
        piece = self._receive()
        if not piece:
            raise Closed(self.buffer)
        self.buffer += piece

    def _receive(self):
        try:
            return self.socket.recv(1 << 16)
        except ConnectionError:
            return b""


def request(target, method="GET", headers=(), body=None):
    """The bytes of a well-formed request. `headers` is a dictionary or a list of pairs."""
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    if not any(name.lower() == "host" for name, _ in pairs):
        pairs.insert(0, ("Host", "gateway.test"))
    if body is not None:
        body = body if isinstance(body, bytes) else body.encode()
        pairs.append(("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + (body or b"")
