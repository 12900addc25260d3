"""Rows 47, 57 to 60, 65 and 66: backends by name, by certificate, by address, and those that fail."""

import os
import socket
import struct
import subprocess
import threading
import time

from ground import Skipped, cpu_seconds, end_to_end, require, row
from harness import Wire, request
from harness.backend import after, once, raw, reply

for test in ("test_refused", "test_no_such_host", "test_stalls"):
    end_to_end(47, f"test_backend_faults.BackendFaults.{test}")
end_to_end(57, "test_tls.Backends.test_backends")
end_to_end(57, "test_backend_faults.BackendFaults.test_tls_to_a_plain_port")

CALL = """
name: call-{name}
route: ANY /{name}
integration:
  type: HTTP
  httpMethod: ANY
  uri: {uri}/{name}
  timeoutInMillis: 1500
  integrationResponses:
    - statusCode: "200"
    - statusCode: "500"
      selectionPattern: "5\\\\d\\\\d"
"""


def calls(**uris):
    return {f"{name}.yaml": CALL.format(name=name, uri=uri) for name, uri in uris.items()}


class Resolver:
    """A DNS server for the tests' own names: `answers` gives the addresses of each question, by its number."""

    def __init__(self, answers):
        self.answers, self.asked = answers, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, client = self.socket.recvfrom(4096)
            except OSError:
                return
            end = query.index(0, 12)
            kind = struct.unpack(">H", query[end + 1:end + 3])[0]
            name = self.name(query)
            addresses = self.answers(name, self.asked) if kind == 1 else []
            self.asked += kind == 1
            records = b"".join(
                b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address) for address in addresses)
            truncated = 0x0200 if len(records) > 3000 else 0
            records = records[:16 * 180]
            head = query[:2] + struct.pack(">HHHHH", 0x8580 | truncated, 1, len(records) // 16, 0, 0)
            self.socket.sendto(head + query[12:end + 5] + records, client)

    @staticmethod
    def name(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
            at += query[at] + 1
        return ".".join(labels)

    def close(self):
        self.socket.close()


def with_resolver(ground, answers, pipelines, *options, **environment):
    """A gateway that asks `answers` for names: in a mount namespace where the resolver's file says so."""
    ground.root()
    ground.program("unshare")
    try:
        resolver = Resolver(answers)
    except OSError as error:
        raise Skipped(f"port 53 of 127.0.0.1 is taken: {error}") from None
    ground.stack.callback(resolver.close)
    folder = ground.folder()
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    wrapper = folder / "headgate"
    wrapper.write_text(
        "#!/bin/sh\nexec unshare -m sh -c 'mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"' "
        f"{folder / 'resolv.conf'} {os.environ['HEADGATE_BIN']} \"$@\"\n")
    wrapper.chmod(0o755)
    if subprocess.run([str(wrapper), "--version"], capture_output=True, check=False).returncode:
        raise Skipped("mount namespaces cannot be made here")
    before, os.environ["HEADGATE_BIN"] = os.environ["HEADGATE_BIN"], str(wrapper)
    try:
        return resolver, ground.gateway(pipelines, *options, environment=environment)
    finally:
        os.environ["HEADGATE_BIN"] = before


@row(47, "a name with a thousand addresses and no lifetime: an answer by the deadline, no storm of questions")
def many_records(ground):
    addresses = [f"127.{number // 250}.{number % 250}.9" for number in range(1000)]
    uri = f"http://many.test:{ground.backend.port}"
    resolver, gateway = with_resolver(ground, lambda name, _: addresses if name == "many.test" else [], calls(many=uri))
    began = time.monotonic()
    for _ in range(5):
        status = ground.ask(gateway, "/many").status
        require(status in (200, 502, 504), f"{status}")
    require(time.monotonic() - began < 12, f"{time.monotonic() - began:.1f} s")
    require(resolver.asked <= 20, f"it was asked {resolver.asked} times")
    ground.well(gateway)


@row(58, "a backend that fails five times, then is slow, then well: its own callers see it, those of others nothing")
def failing(ground):
    other = ground.stack.enter_context(type(ground.backend)())
    gateway = ground.gateway(calls(bad="${BACKEND}", well="${OTHER}"), environment={"OTHER": other.url})
    ground.backend.behaviours["/bad"] = once(*[lambda *_: False] * 5, after(3, reply()), reply())
    outcomes = []
    for _ in range(8):
        outcomes.append(ground.ask(gateway, "/bad", "POST", {"Content-Type": "text/plain"}, "x").status)
        began = time.monotonic()
        require(ground.ask(gateway, "/well").status == 200, "another backend's callers suffer")
        require(time.monotonic() - began < 1, "another backend's callers wait")
    require(outcomes[-1] == 200, f"it does not come back: {outcomes}")
    require(set(outcomes) <= {200, 502, 503, 504}, f"{outcomes}")
    with Wire(gateway.admin_port) as wire:
        metrics = wire.ask("/metrics").body.decode()
    require('headgate_failures_total{pipeline="call-bad"' in metrics, "failures are not counted")
    ground.well(gateway)


@row(59, "every address of a backend is bad: an answer at once, no busy loop")
def all_bad(ground):
    gateway = ground.gateway(calls(gone="http://127.0.0.1:1"))
    before = cpu_seconds(gateway)
    for _ in range(50):
        require(ground.ask(gateway, "/gone").status in (502, 503, 504), "a status")
    time.sleep(1)
    require(cpu_seconds(gateway) - before < 3, f"{cpu_seconds(gateway) - before:.1f} s of CPU time")
    ground.well(gateway)


@row(60, "one call in ten fails: what is safe is sent twice at most and seldom, a POST once", seconds=40)
def retries(ground):
    counts = {"GET": 0, "POST": 0}

    def sometimes(connection, received):
        counts[received.method] += 1
        if counts[received.method] % 10 == 0:
            return False
        return reply()(connection, received)

    ground.backend.behaviours["/some"] = sometimes
    gateway = ground.gateway(calls(some="${BACKEND}"))
    statuses = []
    for number in range(400):
        method = ("GET", "POST")[number % 2]
        body = {"headers": {"Content-Type": "text/plain", "X-Number": str(number)}, "body": f"number {number}"} if method == "POST" else {}
        statuses.append(ground.ask(gateway, "/some", method, **body).status)
    posts = [one.body for one in ground.backend.received if one.method == "POST"]
    require(len(posts) == len(set(posts)) == 200, "a POST was repeated")
    require(counts["GET"] <= 200 * 1.25 + 3, f"200 became {counts['GET']} calls")
    require(statuses.count(200) >= 350, f"{statuses.count(200)} of 400")
    ground.well(gateway)


end_to_end(60, "test_backend_faults.BackendFaults.test_post_is_never_sent_twice")
end_to_end(60, "test_backend_faults.BackendFaults.test_dead_connection_is_retried_when_idempotent")

SCRIPT = r"""
name: fetch
route: GET /fetch
stages:
  - script:
      permissions: {http: ["http://*.test", "http://*.local", "http://*.test:PORT"]}
      script: |
        local answer, problem = host.http.get(ctx.request.headers:get("X-Url"), {timeout = 2})
        return ctx:respond{status = 200, body = answer and "answered" or "refused: " .. tostring(problem)}
  - mock: {status: 200}
"""

HOSTS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "[fe80::1]", "10.0.0.1",
    "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[ff02::1]", "[fc00::1]",
    "user@127.0.0.1", "evil.test@127.0.0.1", "127.0.0.1\\@evil.test", "127.0.0.1#@evil.test", "a" * 300 + ".test", "printer.local",
    "\u2460\u2461\u2466.0.0.1", "127\u30020.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
]


@row(65, "hosts from data in every spelling of an inner address: none is connected to", seconds=60)
def inner(ground):
    listener = ground.backend
    gateway = ground.gateway(SCRIPT.replace("PORT", str(listener.port)))
    for host in HOSTS:
        for url in (f"http://{host}:{listener.port}/inner", f"http://{host}/inner"):
            response = ground.ask(gateway, "/fetch", "GET", [("X-Url", url.encode().decode("latin-1"))])
            require(response.body != b"answered", f"{url[:80]}: {response.body!r}")
    for url in ("file:///etc/passwd", "http+unix://%2fvar%2frun%2fdocker.sock/", "gopher://127.0.0.1:1/", "//127.0.0.1/", "http:127.0.0.1",
                "http://127.0.0.1:22/", "http:///etc/passwd", "javascript:1", "http://", "http://[", "http://a b/", "http://%31%32%37.0.0.1/"):
        require(ground.ask(gateway, "/fetch", "GET", [("X-Url", url)]).body != b"answered", url)
    require(listener.connections == 0, f"{listener.connections} connections were made")
    ground.well(gateway)


@row(66, "a name that is public first and inner then: the address that is connected to is the one that was checked", seconds=40)
def rebinding(ground):
    ground.backend
    answers = {"first": ["192.0.2.1"], "then": ["127.0.0.1"]}

    def addresses(name, number):
        if name == "mixed.test":
            return ["127.0.0.1", "192.0.2.1", "10.0.0.1"]
        return answers["first"] if number % 2 == 0 else answers["then"]

    _, gateway = with_resolver(ground, addresses, SCRIPT.replace("PORT", str(ground.backend.port)))
    for host in ("rebind.test", "rebind.test", "mixed.test", "rebind.test"):
        response = ground.ask(gateway, "/fetch", "GET", [("X-Url", f"http://{host}:{ground.backend.port}/inner")], timeout=20)
        require(response.body != b"answered", f"{host}: {response.body!r}")
    require(ground.backend.connections == 0, f"{ground.backend.connections} connections were made to this machine")
    ground.well(gateway)
