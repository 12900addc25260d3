"""An HTTP/2 client that sends whatever frames it is told to, right or wrong, and keeps those that come."""

import collections
import socket
import ssl
import struct
import time

from .python import use

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR = range(4)
REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 7, 8, 11
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

Frame = collections.namedtuple("Frame", "kind flags stream payload")


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def settings(**values):
    numbers = {"table": 1, "push": 2, "streams": 3, "window": 4, "frame": 5, "list": 6}
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", numbers[name], value) for name, value in values.items()))


class Answer:
    """What came of one stream."""

    def __init__(self):
        self.status, self.headers, self.pieces, self.ended, self.reset = None, [], [], False, None
        self.interim = []

    @property
    def body(self):
        return b"".join(self.pieces)

    @property
    def over(self):
        return self.ended or self.reset is not None

    def header(self, name):
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None


class HTTP2Wire:
    """One connection. `reads` says whether room is made for what comes (WINDOW_UPDATE); `window` is a stream's."""

    def __init__(self, port, context, name="localhost", timeout=10, window=None, reads=True):
        use("h2")
        import hpack

        plain = socket.create_connection(("127.0.0.1", port), timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.socket = context.wrap_socket(plain, server_hostname=name)
        if self.socket.selected_alpn_protocol() != "h2":
            raise AssertionError("h2 was not chosen")
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 20
        self.buffer, self.block, self.next, self.reads, self.closed = b"", b"", 1, reads, False
        self.answers = collections.defaultdict(Answer)
        self.goaway, self.settings, self.pongs = [], {}, 0
        self.room, self.stream_room = 65_535, {}
        self.send(PREFACE + (settings(window=window) if window is not None else settings()))

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def reply(self, data):
        """Sends what the protocol asks for, if anybody is there."""
        try:
            self.send(data)
        except OSError:
            self.closed = True

    # Requests

    def head(self, target, method="GET", headers=(), **changes):
        """The block of a head; `changes` replace what stands in front, None leaves it out."""
        front = {":method": method, ":scheme": "https", ":authority": "gateway.test", ":path": target}
        front.update({":" + name: value for name, value in changes.items()})
        fields = [(name, value) for name, value in front.items() if value is not None] + list(headers)
        return self.encoder.encode([(name, value) for name, value in fields], huffman=False)

    def open(self, target, method="GET", headers=(), ends=True, **changes):
        """Sends a head; the number of its stream."""
        number, self.next = self.next, self.next + 2
        flags = END_HEADERS | (END_STREAM if ends else 0)
        self.send(frame(HEADERS, flags, number, self.head(target, method, headers, **changes)))
        return number

    def data(self, stream, payload, ends=False):
        self.send(frame(DATA, END_STREAM if ends else 0, stream, payload))

    def upload(self, stream, payload, ends=True):
        """Sends a payload as there is room for it."""
        while payload:
            count = min(len(payload), 16_384, self.room, self.stream_room.get(stream, self.settings.get(4, 65_535)))
            if count <= 0:
                self.receive()
                if self.closed or self.answers[stream].over:
                    return
                continue
            self.data(stream, payload[:count])
            payload = payload[count:]
            self.room -= count
            self.stream_room[stream] = self.stream_room.get(stream, self.settings.get(4, 65_535)) - count
        if ends:
            self.data(stream, b"", True)

    def reset(self, stream, code=CANCEL):
        self.send(frame(RST_STREAM, 0, stream, struct.pack(">I", code)))

    def grant(self, count, stream=0):
        self.reply(frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", count)))

    def ask(self, target, method="GET", headers=(), body=None, **changes):
        stream = self.open(target, method, headers, ends=body is None, **changes)
        if body is not None:
            self.upload(stream, body)
        return self.answer(stream)

    # What comes

    def answer(self, stream, seconds=15):
        self.wait(lambda: self.answers[stream].over, seconds)
        return self.answers[stream]

    def wait(self, condition, seconds=15):
        """Reads until `condition` holds, the connection ends, or time is over; whether it holds."""
        end = time.monotonic() + seconds
        while not condition() and not self.closed and time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            self.receive()
        return condition()

    def receive(self):
        try:
            piece = self.socket.recv(1 << 16)
        except TimeoutError:
            return
        except (OSError, ssl.SSLError):
            piece = b""
        if not piece:
            self.closed = True
            return
        self.buffer += piece
        while len(self.buffer) >= 9:
            length = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + length:
                break
            kind, flags, stream = self.buffer[3], self.buffer[4], int.from_bytes(self.buffer[5:9], "big") & 0x7FFFFFFF
            payload, self.buffer = self.buffer[9:9 + length], self.buffer[9 + length:]
            self.take(Frame(kind, flags, stream, payload))

    def take(self, it):
        answer = self.answers[it.stream] if it.stream else None
        if it.kind == SETTINGS and not it.flags & ACK:
            for at in range(0, len(it.payload), 6):
                number, value = struct.unpack(">HI", it.payload[at:at + 6])
                self.settings[number] = value
            self.reply(frame(SETTINGS, ACK))
        elif it.kind == PING and not it.flags & ACK:
            self.reply(frame(PING, ACK, 0, it.payload))
        elif it.kind == PING:
            self.pongs += 1
        elif it.kind == GOAWAY:
            self.goaway.append(struct.unpack(">II", it.payload[:8]))
        elif it.kind == WINDOW_UPDATE:
            count = int.from_bytes(it.payload, "big")
            if it.stream:
                self.stream_room[it.stream] = self.stream_room.get(it.stream, self.settings.get(4, 65_535)) + count
            else:
                self.room += count
        elif it.kind == RST_STREAM:
            answer.reset = int.from_bytes(it.payload, "big")
        elif it.kind in (HEADERS, CONTINUATION):
            self.block += it.payload
            if it.flags & END_HEADERS:
                fields = [(str(name), str(value)) for name, value in self.decoder.decode(self.block)]
                self.block = b""
                status = int(dict(fields).get(":status", "0"))
                if 100 <= status < 200:
                    answer.interim.append(status)
                elif answer.status is None:
                    answer.status, answer.headers = status, [field for field in fields if field[0] != ":status"]
            if it.kind == HEADERS and it.flags & END_STREAM:
                answer.ended = True
        elif it.kind == DATA:
            answer.pieces.append(it.payload)
            if self.reads and it.payload:
                self.grant(len(it.payload))
                if not it.flags & END_STREAM:
                    self.grant(len(it.payload), it.stream)
            if it.flags & END_STREAM:
                answer.ended = True
