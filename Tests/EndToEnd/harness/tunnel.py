"""Proxies into a private network, run as a program where that network is: HTTP CONNECT and SOCKS 5.

    python3 tunnel.py connect 10.0.0.1:3128 [USER:PASSWORD] [NAME=ADDRESS ...]
    python3 tunnel.py socks5  10.0.0.1:1080 [USER:PASSWORD] [NAME=ADDRESS ...]

Prints a line for each connection: where it is to go, and what became of it.
"""

import base64
import select
import socket
import struct
import sys
import threading


def main():
    kind, address, *rest = sys.argv[1:]
    credentials = next((word for word in rest if ":" in word and "=" not in word), None)
    names = dict(word.split("=", 1) for word in rest if "=" in word)
    host, port = address.rsplit(":", 1)
    listener = socket.create_server((host, int(port)), backlog=128)
    serve = {"connect": connect, "socks5": socks5}[kind]
    tell("ready")
    while True:
        client, _ = listener.accept()
        threading.Thread(target=guarded, args=(serve, client, credentials, names), daemon=True).start()


def tell(line):
    # In one write: each connection has a thread, and print would let one line end up within another.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def guarded(serve, client, credentials, names):
    with client:
        try:
            serve(client, credentials, names)
        except OSError:
            pass


def exactly(client, count):
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise OSError("closed")
        data += part
    return data


def dial(host, port, names):
    target = socket.create_connection((names.get(host, host), port), timeout=5)
    target.settimeout(None)
    return target


def connect(client, credentials, names):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(client, 1)
    line, *fields = head.decode().split("\r\n")
    method, authority, _ = line.split(" ")
    given = next((field.split(" ")[-1] for field in fields if field.lower().startswith("proxy-authorization:")), None)
    wanted = credentials and base64.b64encode(credentials.encode()).decode()
    if method != "CONNECT" or given != wanted:
        tell(f"{authority} refused")
        client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        return
    host, port = authority.rsplit(":", 1)
    try:
        target = dial(host, int(port), names)
    except OSError:
        client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        return
    tell(authority)
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    relay(client, target)


def socks5(client, credentials, names):
    _, count = exactly(client, 2)
    methods = exactly(client, count)
    if credentials:
        if 2 not in methods:
            client.sendall(b"\x05\xff")
            return
        client.sendall(b"\x05\x02")
        user = exactly(client, exactly(client, 2)[1])
        password = exactly(client, exactly(client, 1)[0])
        good = user + b":" + password == credentials.encode()
        client.sendall(b"\x01\x00" if good else b"\x01\x01")
        if not good:
            tell("refused")
            return
    else:
        client.sendall(b"\x05\x00")
    kind = exactly(client, 4)[3]
    if kind == 1:
        host = socket.inet_ntoa(exactly(client, 4))
    elif kind == 3:
        host = exactly(client, exactly(client, 1)[0]).decode()
    else:
        host = socket.inet_ntop(socket.AF_INET6, exactly(client, 16))
    port = struct.unpack("!H", exactly(client, 2))[0]
    try:
        target = dial(host, port, names)
    except OSError:
        client.sendall(b"\x05\x04\x00\x01\0\0\0\0\0\0")
        return
    tell(f"{host}:{port}")
    client.sendall(b"\x05\x00\x00\x01\0\0\0\0\0\0")
    relay(client, target)


def relay(one, other):
    with other:
        while True:
            for ready in select.select([one, other], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                (other if ready is one else one).sendall(data)


if __name__ == "__main__":
    main()
