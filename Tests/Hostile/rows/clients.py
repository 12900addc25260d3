"""Rows 21 to 36: what clients do with connections, time and size."""

import gzip
import os
import socket
import struct
import threading
import time
import zlib

from ground import end_to_end, require, row
from harness import Wire, request
from harness.backend import after, raw, reply

ECHO = """
name: echo
route: ANY /echo
integration:
  type: HTTP
  httpMethod: ANY
  uri: ${BACKEND}/echo
  passthroughBehavior: WHEN_NO_MATCH
  integrationResponses:
    - statusCode: "200"
---
name: status
route: ANY /status/{code}
stages:
  - script: |
      return ctx:respond{status = tonumber(ctx.request.path:match("%d+$")), body = "a body that some statuses have"}
"""
UNPACK = """
name: unpack
route: POST /unpack
stages:
  - decompress: 1MiB
  - request: {}
  - http: {method: POST, uri: "${BACKEND}/unpacked"}
  - select: [{status: 200}]
  - response
---
name: packed
route: POST /packed
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/packed
  integrationResponses: [{statusCode: "200"}]
---
name: fields
route: POST /fields
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/fields
  requestTemplates:
    application/json: |-
      {"a": $input.json("$.a"), "size": $input.json("$").length()}
  integrationResponses: [{statusCode: "200"}]
---
name: script
route: POST /script
stages:
  - script: |
      local form = ctx.request.body:form()
      return ctx:respond{status = 200, body = form and "read" or "not read"}
"""


@row(21, "every fragmentation of a request is the same request")
def fragments(ground):
    gateway = ground.gateway(ECHO)
    whole = request("/echo?a=b", "POST", {"Content-Type": "text/plain", "X-A": "1"}, "a body of some bytes")
    ground.ask(gateway, "/echo?a=b", "POST", {"Content-Type": "text/plain", "X-A": "1"}, "a body of some bytes")
    [expected] = ground.backend.received
    ground.backend.forget()
    with Wire(gateway.port) as wire:
        for cut in range(1, len(whole)):
            wire.send(whole[:cut])
            if cut % 8 == 0:
                time.sleep(0.002)
            wire.send(whole[cut:])
            require(ground.keep(wire.response()).status == 200, f"cut at {cut}")
    for seen in ground.backend.received:
        require((seen.method, seen.target, seen.body) == (expected.method, expected.target, expected.body), "another request")
    ground.well(gateway)


@row(23, "no byte of a body follows HEAD, 204 and 304")
def bodiless(ground):
    gateway = ground.gateway(ECHO)
    for method, target in (("GET", "/status/204"), ("GET", "/status/304"), ("HEAD", "/status/200"), ("HEAD", "/echo")):
        with Wire(gateway.port) as wire:
            wire.send(request(target, method, {"Connection": "close"}))
            everything = wire.rest()
            head, _, body = everything.partition(b"\r\n\r\n")
            require(head.startswith(b"HTTP/1.1 ") and body == b"", f"{method} {target}: {everything!r}")
    ground.well(gateway)


end_to_end(24, "test_slow_clients.SlowClients.test_slow_header")
end_to_end(25, "test_slow_clients.SlowClients.test_slow_body")
end_to_end(25, "test_slow_clients.SlowClients.test_body_that_stops")


@row(26, "a client that never reads 10 MB of an answer is cut off, and what is kept for it is little")
def never_reads(ground):
    ground.backend.behaviours["/echo"] = reply(body=b"x" * 9_000_000)
    gateway = ground.gateway(ECHO, "--write-timeout", "2")
    ground.well(gateway)
    before = gateway.rss_megabytes()
    sockets = []
    for _ in range(4):
        wire = Wire(gateway.port)
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.send(request("/echo"))
        sockets.append(wire)
    ground.until(lambda: len(ground.backend.received) == 4, 5)
    count = ground.descriptors(gateway)
    ground.until(lambda: ground.descriptors(gateway) <= count - 4, 12, "clients that do not read are kept")
    require(gateway.rss_megabytes() - before < 80, "memory")
    for wire in sockets:
        wire.close()
    ground.well(gateway)


def idle(ground, count):
    gateway = ground.gateway(ECHO, "--idle-timeout", "3")
    before = ground.descriptors(gateway)
    wires = [socket.create_connection(("127.0.0.1", gateway.port), 5) for _ in range(count)]
    ground.well(gateway)
    ground.until(lambda: ground.descriptors(gateway) <= before + 8, 20, "idle connections are kept")
    for wire in wires:
        wire.close()
    ground.well(gateway)


@row(27, "two hundred idle connections are ended in time")
def idle_few(ground):
    idle(ground, 200)


@row(27, "ten thousand idle connections", long=True, seconds=90)
def idle_many(ground):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 24_000), hard))
    try:
        idle(ground, min(10_000, min(hard, 24_000) // 2 - 200))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@row(28, "connections that come and go, reset or half closed, leave nothing; a half-closed one is answered")
def storm(ground):
    gateway = ground.gateway(ECHO)
    ground.ask(gateway, "/echo")
    before = ground.descriptors(gateway)
    for number in range(900):
        wire = Wire(gateway.port)
        if number % 3 == 1:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.send(request("/echo")[: number % 40])
        if number % 90 == 2:
            wire.send(request("/echo"))
            wire.finish_sending()
            require(wire.response().status == 200, "a half-closed connection got no answer")
        wire.close()
    ground.until(lambda: ground.descriptors(gateway) <= before + 4, 10, "descriptors are left")
    ground.well(gateway)


# Payloads


def deflate(data):
    return zlib.compress(data, 9)


@row(31, "compressed payloads: bombs, nests, damage, trailing bytes; as they are where nothing unpacks")
def compressed(ground):
    gateway = ground.gateway(UNPACK)
    ground.well(gateway)
    before = gateway.rss_megabytes()
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(512)) + bomb.flush()
    good = gzip.compress(b'{"a": 1}')
    for coding, body, expected in (
        ("gzip", good, [200]), ("deflate", deflate(b"text"), [200]), ("gzip, gzip", gzip.compress(good), [200]),
        ("gzip", packed, [413]), ("gzip, gzip", gzip.compress(packed), [413]), ("gzip", good[:-4], [415]),
        ("gzip", b"not at all", [415]), ("gzip", good + b"trailing", [415]), ("gzip", good[:10] + b"\xff" * 20, [415]),
        ("br", good, [415]), ("gzip, gzip, gzip, gzip, gzip, gzip", good, [415]), ("deflate", b"\x78\x9c\x00", [415]),
    ):
        ground.backend.forget()
        headers = {"Content-Type": "text/plain", "Content-Encoding": coding}
        status = ground.ask(gateway, "/unpack", "POST", headers, body).status
        require(status in expected, f"{coding}, {len(body)} bytes: {status}, expected {expected}")
        require((len(ground.backend.received) == 1) == (status == 200), "the backend was called for what was refused")
    ground.backend.forget()
    headers = {"Content-Type": "application/x-bytes", "Content-Encoding": "gzip"}
    require(ground.ask(gateway, "/packed", "POST", headers, packed).status == 200, "it is not passed as it is")
    require(len(ground.backend.received[0].body) < 4 * len(packed), "it was unpacked")
    require(gateway.rss_megabytes() - before < 60, "memory grew with the bomb")
    ground.well(gateway)


@row(32, "JSON that is deep, long, repeated or no JSON: an answer in time, in memory that is bounded", seconds=30)
def json_bombs(ground):
    gateway = ground.gateway(UNPACK)
    ground.well(gateway)
    before = gateway.rss_megabytes()
    keys = b"{" + b",".join(b'"k%d":1' % number for number in range(300_000)) + b"}"
    for name, body in (
        ("depth", b"[" * 100_000 + b"]" * 100_000), ("open brackets", b"[" * 9_000_000), ("open braces", b'{"a":' * 1_000_000),
        ("one key again and again", b"{" + b",".join([b'"a":1'] * 500_000) + b"}"), ("many keys", keys),
        ("a long number", b'{"a":' + b"7" * 1_000_000 + b"}"), ("1e999", b'{"a":1e999}'), ("1e-99999", b'{"a":1e-99999999999}'),
        ("lone surrogate", b'{"a":"\\ud800"}'), ("mark", b'\xef\xbb\xbf{"a":1}'), ("NUL", b'{"a":"\0"}'),
        ("invalid UTF-8", b'{"a":"\xff\xfe"}'), ("half", b'{"a":'), ("nothing", b""), ("two", b'{"a":1}{"a":2}'),
        ("scalar", b"7"), ("null", b"null"), ("quotes", b'"' * 1_000_001),
    ):
        began = time.monotonic()
        status = ground.ask(gateway, "/fields", "POST", {"Content-Type": "application/json"}, body, 20).status
        took = time.monotonic() - began
        require(status in (200, 400, 500), f"{name}: {status}")
        require(took < 5, f"{name}: {took:.1f} s")
    require(gateway.rss_megabytes() - before < 400, f"memory grew from {before:.0f} to {gateway.rss_megabytes():.0f} MB")
    ground.well(gateway)


XML = [
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + b"".join(
        b'<!ENTITY %s "%s">' % (bytes([99 + n]), b"&%s;" % bytes([98 + n]) * 10) for n in range(9)) + b"]><a>&k;</a>",
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/evil.dtd"><a/>',
    b"<a>" * 100_000, b"<a b='" + b"x" * 5_000_000 + b"'/>",
]


@row(33, "XML with entities, references to files and hosts, and depth is bytes; nothing is read or fetched")
def xml(ground):
    gateway = ground.gateway(ECHO + "---\n" + UNPACK.strip())
    for body in XML:
        ground.backend.forget()
        require(ground.ask(gateway, "/echo", "POST", {"Content-Type": "application/xml"}, body).status == 200, body[:40])
        [seen] = ground.backend.received
        require(seen.body == body, "it was changed")
        status = ground.ask(gateway, "/fields", "POST", {"Content-Type": "application/xml"}, body).status
        require(status in (200, 415), f"{status}")
        require(all(b"root:" not in one.body for one in ground.backend.received), "a file was read")
    ground.well(gateway)


@row(34, "forms and queries of a hundred thousand pairs, cut escapes, plus and %20: bounded")
def forms(ground):
    gateway = ground.gateway(ECHO + "---\n" + UNPACK.strip())
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for name, body in (
        ("pairs", b"&".join(b"a%d=1" % number for number in range(100_000))), ("one name", b"&".join([b"a=1"] * 100_000)),
        ("cut escape", b"a=%4"), ("no digits", b"a=%zz"), ("nest", b"a" + b"[b]" * 100_000 + b"=1"), ("equals", b"=" * 500_000),
        ("ampersands", b"&" * 500_000), ("plus", b"a=+%20+"),
    ):
        for target in ("/script", "/fields"):
            began = time.monotonic()
            status = ground.ask(gateway, target, "POST", form, body).status
            require(status in (200, 400, 413, 415, 500), f"{name}: {status}")
            require(time.monotonic() - began < 4, f"{name} took long")
    query = "&".join(f"a{number}=1" for number in range(1500))
    require(ground.ask(gateway, f"/echo?{query}").status in (200, 414), "a query of many pairs")
    require(ground.ask(gateway, "/echo?" + "a=1&" * 30_000).status == 414, "a query above the limit")
    ground.well(gateway)


@row(35, "multipart without a boundary, with many parts, with a part header of 64 KB: bytes")
def multipart(ground):
    gateway = ground.gateway(ECHO)
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    for kind, body in (
        ("multipart/form-data", part + b"--x--\r\n"), ("multipart/form-data; boundary=x", part * 100_000 + b"--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 100_000), ("multipart/form-data; boundary=", b"----"),
        ("multipart/form-data; boundary=x", b"--x\r\nX: " + b"y" * 65_536 + b"\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 5000, part),
    ):
        ground.backend.forget()
        require(ground.ask(gateway, "/echo", "POST", {"Content-Type": kind}, body).status == 200, kind[:60])
        require(ground.backend.received[0].body == body, "it was changed")
    ground.well(gateway)


@row(36, "a thousand at once to a pipeline that takes 50: 50 run, some wait, the rest are refused, quickly", seconds=40)
def flood(ground):
    ground.backend.behaviours["/echo"] = after(1.5, reply(body="done"))
    gateway = ground.gateway(ECHO.replace("route: ANY /echo", "route: ANY /echo\nmaxInFlight: 50"), "--loops", "1")
    wires = [Wire(gateway.port, 30) for _ in range(1000)]
    sent = {}
    outcomes, lock = [], threading.Lock()

    def send(part):
        for wire in part:
            sent[wire] = time.monotonic()
            wire.send(request("/echo"))

    def collect(part):
        for wire in part:
            status = wire.response().status
            with lock:
                outcomes.append((status, time.monotonic() - sent[wire]))
            wire.close()

    send(wires)
    # A debug build, on a machine that is busy with the tests themselves, says little about time.
    ground.well(gateway, 10 if "debug" in os.environ["HEADGATE_BIN"] else 1)
    threads = [threading.Thread(target=collect, args=(wires[number::50],)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    statuses = [status for status, _ in outcomes]
    require(statuses.count(200) == 50 and statuses.count(503) == 950, f"{statuses.count(200)} were answered")
    require(len(ground.backend.received) == 50, f"the backend was asked {len(ground.backend.received)} times")
    ground.well(gateway)


end_to_end(36, "test_overload.Overload.test_flood")
