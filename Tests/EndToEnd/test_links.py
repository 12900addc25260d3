"""Links: targets in a network of their own, which only the gateway's way leads to; and what becomes of their failures."""

import collections
import concurrent.futures
import http.client
import json
import os
import shutil
import threading
import time
import unittest

from harness import Backend, Gateway, GatewayCase, reply
from harness.authority import Authority
from harness.backend import Nobody, after, close, drip, raw
from harness.network import PrivateNetwork, missing
from harness.wire import Wire, request

WHY_NOT = missing()


def proxied(name, link="", scheme="http", more=""):
    """A pipeline that passes everything below /NAME on, through a link if there is one."""
    connection = f"connectionType: VPC_LINK\n  connectionId: {link}" if link else "connectionType: INTERNET"
    return f"""
name: {name}
route: ANY /{name}/{{proxy+}}
integration:
  type: HTTP_PROXY
  httpMethod: ANY
  uri: {scheme}://orders.private/{{proxy}}
  timeoutInMillis: 6000
  {connection}
  requestParameters:
    integration.request.path.proxy: method.request.path.proxy
{more}"""


def metrics(gateway, prefix):
    """The series with this prefix, as their lines."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.admin_port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(prefix)}


def targets(gateway, link):
    """What `/status` says of a link's targets: their standings by name."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.admin_port, timeout=10)
    connection.request("GET", "/status")
    status = json.loads(connection.getresponse().read())
    connection.close()
    found = next(entry for entry in status["links"] if entry["name"] == link)
    return {target["target"]: target["standing"] for target in found["targets"]}


class Clients:
    """Clients that ask one thing after the other, each with a name of its own, and keep what failed."""

    def __init__(self, port, path, phase, count=6):
        self.port, self.path, self.phase = port, path, phase
        self.over = threading.Event()
        self.failures = collections.defaultdict(list)
        self.sent = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def _run(self, number):
        turn = 0
        while not self.over.is_set():
            turn += 1
            method = "POST" if turn % 2 else "GET"
            target = f"{self.path}/{self.phase}-{number}-{turn}"
            try:
                with Wire(self.port, timeout=15) as wire:
                    status = wire.ask(target, method, body=b"{}" if method == "POST" else None).status
            except Exception as error:
                status = repr(error)
            with self.lock:
                self.sent.append((method, target))
                if status != 200:
                    self.failures[number].append((method, target, status))
            time.sleep(0.005)

    def count(self):
        with self.lock:
            return len(self.sent)

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class PrivateTargets(unittest.TestCase):
    """nginx in a network namespace."""

    @classmethod
    def setUpClass(cls):
        cls.network = PrivateNetwork()
        cls.addClassCleanup(cls.network.close)
        cls.trio = [cls.network.target(number) for number in (11, 12, 13)]

    def setUp(self):
        for target in self.trio:
            target.forget()

    def serve(self, links, pipelines, *options):
        files = {f"{number}.yaml": text for number, text in enumerate(pipelines)}
        gateway = Gateway({"links.yaml": links, **files}, *options)
        self.addCleanup(gateway.stop)
        return gateway

    def ask(self, gateway, target, method="GET", **options):
        with Wire(gateway.port, timeout=15) as wire:
            return wire.ask(target, method, **options)

    def wait_until(self, condition, what, seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"{what}: it never came")

    # -- ways in

    def test_only_the_link_leads_there(self):
        """A private target is out of reach without a link, and reached out of an interface or from an address."""
        gateway = self.serve(
            f"""
links:
  - {{name: no-way, targets: ["10.199.0.11:80"]}}
  - {{name: by-interface, targets: ["10.199.0.11:80"], interface: {self.network.interface}}}
  - {{name: by-source, targets: ["10.199.0.11:80"], source: {self.network.source}}}
  - {{name: no-interface, targets: ["10.199.0.11:80"], interface: no-such-device}}
""",
            (proxied(name, name) for name in ("no-way", "by-interface", "by-source", "no-interface")))
        for name in ("by-interface", "by-source"):
            answer = self.ask(gateway, f"/{name}/a?b=c")
            self.assertEqual((answer.status, json.loads(answer.body)["target"]), (200, "10.199.0.11"), name)
            self.assertEqual(json.loads(answer.body)["host"], "orders.private")
        self.assertEqual(self.trio[0].seen, ["GET /a?b=c 200"] * 2)
        for name in ("no-way", "no-interface"):
            self.assertEqual(self.ask(gateway, f"/{name}/a").status, 504, name)
        self.assertEqual(len(self.trio[0].seen), 2)
        self.assertTrue(gateway.wait_for_log("attempts="), gateway.log)

    def test_sockets(self):
        """A Unix socket is a target like others, beside others."""
        target = self.network.target(31, socket="app.sock")
        gateway = self.serve(
            f"""
links:
  - {{name: socket, targets: ["unix:{target.socket}"], health: /health}}
  - {{name: mixed, targets: ["unix:{target.socket}", "10.199.0.11:80"], interface: {self.network.interface}}}
""",
            [proxied("socket", "socket"), proxied("mixed", "mixed")])
        for turn in range(4):
            answer = self.ask(gateway, f"/socket/{turn}", "POST", body=b"{}")
            self.assertEqual((answer.status, json.loads(answer.body)["host"]), (200, "orders.private"), gateway.log)
        self.assertEqual(len(target.seen), 4)
        self.wait_until(lambda: self.ask(gateway, "/mixed/x").status == 200 and len(self.trio[0].seen) > 2, "calls for both")
        self.assertGreater(len(target.seen), 4)

    def test_proxies(self):
        """HTTP CONNECT and SOCKS 5, with and without a password; the proxy knows the names."""
        names = ["orders.private=10.199.0.12"]
        connect, secret = self.network.tunnel("connect", 3128, *names), self.network.tunnel("connect", 3129, "me:se cret", *names)
        socks, guarded = self.network.tunnel("socks5", 1080, *names), self.network.tunnel("socks5", 1081, "me:se cret", *names)
        at = self.network.border
        gateway = self.serve(
            f"""
links:
  - {{name: connect, targets: ["orders.private:80"], proxy: "http://{at}:3128", health: /health}}
  - {{name: secret, targets: ["10.199.0.12:80"], proxy: "http://me:se%20cret@{at}:3129"}}
  - {{name: socks, targets: ["orders.private:80"], proxy: "socks5://{at}"}}
  - {{name: guarded, targets: ["10.199.0.12:80"], proxy: "socks5://me:se%20cret@{at}:1081"}}
  - {{name: wrong, targets: ["10.199.0.12:80"], proxy: "socks5://me:wrong@{at}:1081", retries: 1}}
  - {{name: stranger, targets: ["10.199.0.12:80"], proxy: "http://{at}:3129", retries: 1}}
  - {{name: nobody, targets: ["10.199.0.12:80"], proxy: "http://{at}:9", retries: 1}}
""",
            (proxied(name, name) for name in ("connect", "secret", "socks", "guarded", "wrong", "stranger", "nobody")),
            "--loops", "1")
        for name in ("connect", "secret", "socks", "guarded"):
            for turn in range(3):
                answer = self.ask(gateway, f"/{name}/{turn}", "POST", body=b"{}")
                self.assertEqual((answer.status, json.loads(answer.body)["target"]), (200, "10.199.0.12"), f"{name}\n{gateway.log}")
        self.assertEqual(set(connect.lines), {"orders.private:80"})
        self.assertEqual(socks.lines, ["orders.private:80"], "connections are kept")
        self.assertEqual(guarded.lines, ["10.199.0.12:80"])
        for name in ("wrong", "stranger", "nobody"):
            self.assertEqual(self.ask(gateway, f"/{name}/x").status, 504, name)
        self.assertTrue(gateway.wait_for_log("answers 407 to CONNECT"), gateway.log)
        self.assertTrue(gateway.wait_for_log("does not take the name and password"), gateway.log)
        self.assertNotIn("se cret", gateway.log)
        self.assertEqual(sum("/x" in line for line in self.trio[1].seen), 0)

    def test_names_are_resolved_again(self):
        """A name that leads elsewhere is followed; one that leads nowhere keeps its last address."""
        hosts, wrapper = self.network.folder / "hosts", self.network.folder / "headgate"
        hosts.write_text("127.0.0.1 localhost\n10.199.0.11 moving.private\n")
        binary = os.environ["HEADGATE_BIN"]
        # In a mount namespace of its own, so that no name changes for anybody else.
        wrapper.write_text(
            f"#!/bin/sh\nexec unshare -m sh -c 'mount --bind {hosts} /etc/hosts && exec {binary} \"$@\"' headgate \"$@\"\n")
        wrapper.chmod(0o755)
        os.environ["HEADGATE_BIN"] = str(wrapper)
        try:
            gateway = self.serve(
                f'links: [{{name: moving, targets: ["moving.private:80"], interface: {self.network.interface}, refresh: 1s}}]',
                [proxied("moving", "moving")])
        finally:
            os.environ["HEADGATE_BIN"] = binary

        def answers(turn):
            return json.loads(self.ask(gateway, f"/moving/{turn}").body).get("target")

        self.assertEqual(answers(1), "10.199.0.11", gateway.log)
        self.wait_until(lambda: "moving.private:80 (10.199.0.11)" in targets(gateway, "moving"), "a resolved name")
        hosts.write_text("127.0.0.1 localhost\n10.199.0.12 moving.private\n")
        self.wait_until(lambda: answers(2) == "10.199.0.12", "another address")
        hosts.write_text("127.0.0.1 localhost\n")
        self.assertTrue(gateway.wait_for_log("moving.private cannot be resolved"))
        self.assertEqual(answers(3), "10.199.0.12")

    # -- certificates

    @unittest.skipUnless(shutil.which("openssl"), "there is no openssl program")
    def test_certificates(self):
        """An authority of its own, a client's certificate, a name to verify; and each of them wrong."""
        authority, other = Authority(), Authority("Other")
        self.addCleanup(authority.close)
        self.addCleanup(other.close)
        files = self.network.folder
        server = authority.issue("orders.private", ["orders.private"], path=files / "server")
        elsewhere = authority.issue("elsewhere.private", ["elsewhere.private"], path=files / "elsewhere")
        nameless = authority.issue("nameless", subject="/CN=orders.private", path=files / "nameless")
        client = authority.issue("gateway", ["gateway"], path=files / "client")
        stranger = other.issue("stranger", ["gateway"], path=files / "stranger")
        self.network.target(21, port=443, tls=server, client_authority=authority.certificate)
        self.network.target(22, port=443, tls=elsewhere)
        self.network.target(23, port=443, tls=nameless)
        trust = f"certificateAuthorities: {authority.certificate}"
        way = f"interface: {self.network.interface}, retries: 1"
        link = 'links: [{{name: {0}, targets: ["10.199.0.{1}:443"], ' + way + ", tls: {{{2}}}}}]"
        cases = {
            "mutual": (21, f"{trust}, certificate: {client[0]}, key: {client[1]}", 200),
            "named": (22, f"{trust}, serverName: elsewhere.private", 200),
            "loose": (22, "insecureSkipVerification: true", 200),
            "other-name": (22, trust, 502),
            "common-name": (23, trust, 502),
            "other-authority": (22, f"certificateAuthorities: {other.certificate}, serverName: elsewhere.private", 502),
            "system": (22, "serverName: elsewhere.private", 502),
            "no-client": (21, trust, 400),
            "other-client": (21, f"{trust}, certificate: {stranger[0]}, key: {stranger[1]}", 400),
        }
        links = "\n---\n".join(link.format(name, number, tls) for name, (number, tls, _) in cases.items())
        gateway = self.serve(links, (proxied(name, name, "https") for name in cases))
        for name, (_, _, expected) in cases.items():
            answer = self.ask(gateway, f"/{name}/x")
            self.assertEqual(answer.status, expected, f"{name}\n{gateway.log}")
            if name == "mutual":
                self.assertEqual(json.loads(answer.body)["user"], "CN=gateway")
        self.assertIn("UNSAFE: the link loose takes any certificate", gateway.log)
        self.assertEqual(gateway.log.count("UNSAFE"), 1)
        self.assertTrue(gateway.wait_for_log("no subject alternative name"), gateway.log)

    # -- balance and failures

    def trio_link(self, more=""):
        return f"""
links:
  - name: trio
    targets: ["10.199.0.11:80", "10.199.0.12:80", "10.199.0.13:80"]
    interface: {self.network.interface}
    connectTimeout: 500ms
    health: {{path: /health, interval: 100ms, timeout: 300ms}}
    ejection: {{failures: 3, duration: 1s}}
    retries: {{attempts: 3, perTryTimeout: 2s, budget: 100}}
{more}"""

    def counts(self):
        return [len(target.seen) for target in self.trio]

    def assert_sent_once(self, clients):
        """What is not idempotent reached one target, once; nothing that succeeded is missing."""
        seen = collections.Counter(line.split(" ")[1] for target in self.trio for line in target.seen)
        failed = {target for failures in clients.failures.values() for _, target, _ in failures}
        for method, target in clients.sent:
            times = seen["/" + target.split("/", 2)[2]]
            if method == "POST":
                self.assertLessEqual(times, 1, target)
            if target not in failed:
                self.assertGreaterEqual(times, 1, target)

    def assert_few_failures(self, clients, what):
        """No client saw more than the request that was in flight, and that was none that may be repeated."""
        for number, failures in clients.failures.items():
            self.assertLessEqual(len(failures), 1, f"{what}: client {number}: {failures}")
            self.assertEqual([method for method, _, _ in failures], ["POST"] * len(failures), what)

    def test_a_target_is_stopped_cut_off_and_slow(self):
        """One of three is stopped, then cut off, then slow, under traffic: only what was in flight fails, nothing is sent twice."""
        gateway = self.serve(self.trio_link(), [proxied("trio", "trio")])
        names = [f"{target.address}:80" for target in self.trio]
        stopped, cut, slow = self.trio

        def standing(target):
            return targets(gateway, "trio")[f"{target.address}:80"]

        self.wait_until(lambda: targets(gateway, "trio") == dict.fromkeys(names, "healthy"), "three healthy targets")

        # Stopped, and back.
        clients = Clients(gateway.port, "/trio", "stopped")
        self.addCleanup(clients.stop)
        self.wait_until(lambda: min(self.counts()) > 10, "calls for all three")
        stopped.stop()
        self.wait_until(lambda: standing(stopped) != "healthy", "a target that is out")
        before = clients.count()
        self.wait_until(lambda: clients.count() > before + 60, "calls for the others")
        stopped.start()
        self.wait_until(lambda: standing(stopped) == "healthy", "a target that is back")
        before = len(stopped.seen)
        self.wait_until(lambda: len(stopped.seen) > before + 5, "calls for it")
        clients.stop()
        self.assert_few_failures(clients, "stopped")
        self.assert_sent_once(clients)

        # Cut off: what it sends is dropped, so that nobody hears of it.
        clients = Clients(gateway.port, "/trio", "cut")
        self.addCleanup(clients.stop)
        before = len(cut.seen)
        self.wait_until(lambda: len(cut.seen) > before + 10, "calls for the one")
        self.network.cut(cut)
        self.wait_until(lambda: standing(cut) != "healthy", "a target that is out")
        before = clients.count()
        self.wait_until(lambda: clients.count() > before + 60, "calls for the others")
        time.sleep(2.5)
        self.network.mend(cut)
        self.wait_until(lambda: standing(cut) == "healthy", "a target that is back", 30)
        clients.stop()
        self.assert_few_failures(clients, "cut off")
        self.assert_sent_once(clients)

        # Slow: it hangs again and again, for less than its time.
        for target in self.trio:
            target.forget()
        clients = Clients(gateway.port, "/trio", "slow")
        self.addCleanup(clients.stop)
        for _ in range(8):
            slow.pause()
            time.sleep(0.2)
            slow.resume()
            time.sleep(0.02)
        clients.stop()
        self.assertEqual(dict(clients.failures), {}, "slow")
        self.assert_sent_once(clients)
        self.assertLess(self.counts()[2] * 2, min(self.counts()[:2]), f"the slow one gets less: {self.counts()}")

        series = 'headgate_link_attempts_total{link="trio",outcome="success"}'
        self.wait_until(lambda: metrics(gateway, "headgate_link_").get(series, 0) > 100, "metrics")
        found = metrics(gateway, "headgate_link_")
        self.assertEqual(found['headgate_link_calls_in_flight{link="trio"}'], 0)

    def test_weights_and_stickiness(self):
        """Calls follow the weights; those with the same value of a header stay together."""
        gateway = self.serve(
            f"""
links:
  - name: weighted
    targets: [{{address: "10.199.0.11:80", weight: 8}}, "10.199.0.12:80"]
    interface: {self.network.interface}
  - name: sticky
    targets: ["10.199.0.11:80", "10.199.0.12:80", "10.199.0.13:80"]
    stickyHeader: X-User
    interface: {self.network.interface}
""",
            [proxied("weighted", "weighted"), proxied("sticky", "sticky")])
        with Wire(gateway.port) as wire:
            for turn in range(180):
                self.assertEqual(wire.ask(f"/weighted/{turn}").status, 200)
            first, second, _ = self.counts()
            self.assertEqual(first + second, 180)
            self.assertTrue(8 <= second <= 38, (first, second))
            homes = collections.defaultdict(set)
            for turn in range(60):
                user = f"user-{turn % 12}"
                answer = wire.ask("/sticky/x", headers=[("X-User", user)])
                homes[user].add(json.loads(answer.body)["target"])
        self.assertEqual({len(home) for home in homes.values()}, {1})
        self.assertGreater(len(set.union(*homes.values())), 1)


class Policies(GatewayCase):
    """Retries, bounds, breakers and hedging, on backends that fail on command."""

    pipelines = {
        "links.yaml": r"""
links:
  - name: pair
    targets: ["127.0.0.1:${FIRST}", "127.0.0.1:${SECOND}"]
    retries: {attempts: 2, perTryTimeout: 400ms}
    ejection: {failures: 0}
  - name: dead-and-alive
    targets: [{address: "127.0.0.1:${DEAD}", weight: 100}, "127.0.0.1:${SECOND}"]
    ejection: {failures: 2, duration: 60s}
  - name: bounded
    targets: ["127.0.0.1:${FIRST}"]
    limits: {inFlight: 2}
  - name: fragile
    targets: ["127.0.0.1:${FIRST}"]
    retries: 1
    ejection: 0
    breaker: {failures: 50, minimumRequests: 4, openFor: 1s, probes: 1}
  - name: hedged
    targets: ["127.0.0.1:${FIRST}", "127.0.0.1:${SECOND}"]
    hedgeAfter: 100ms
  - name: socket
    targets: ["unix:${SOCKET}"]
""",
        **{f"{name}.yaml": proxied(name, name) for name in
           ("pair", "dead-and-alive", "bounded", "fragile", "hedged", "socket")},
        "variable.yaml": proxied("variable", "${stageVariables.link}", more="stageVariables: {link: pair}\n"),
        "lost.yaml": proxied("lost", "${stageVariables.link}", more="stageVariables: {link: nowhere}\n"),
        "policy.yaml": r"""
name: policy
route: ANY /policy/{proxy+}
stages:
  - http-proxy:
      uri: http://127.0.0.1:${FIRST}/{proxy}
      parameters: {path.proxy: method.request.path.proxy}
      policy: {retries: {attempts: 2}, limits: {inFlight: 1}}
""",
        "mock.yaml": "name: mock\nroute: GET /mock\nstages:\n  - mock: {status: 200}\n",
    }

    @classmethod
    def setUpClass(cls):
        cls.first, cls.second = Backend(), Backend()
        cls.addClassCleanup(cls.first.stop)
        cls.addClassCleanup(cls.second.stop)
        dead = Nobody()
        cls.addClassCleanup(dead.stop)
        cls.environment = {
            "FIRST": str(cls.first.port), "SECOND": str(cls.second.port), "DEAD": str(dead.port),
            "SOCKET": "/run/headgate-no-such.sock",
        }
        super().setUpClass()

    def setUp(self):
        super().setUp()
        for backend in (self.first, self.second):
            backend.forget()
            backend.behaviours = {}

    def received(self, target):
        return sum(entry.target == target for backend in (self.first, self.second) for entry in backend.received)

    def both(self, target, behaviour):
        self.first.behaviours[target] = self.second.behaviours[target] = behaviour

    def test_what_may_be_repeated(self):
        """An idempotent call that got no answer is made again at the other target; a POST never is."""
        self.both("/cut", close)
        self.assertEqual(self.ask("/pair/cut").status, 502)
        self.assertEqual((len(self.first.received), len(self.second.received)), (1, 1))
        self.assertEqual(self.ask("/pair/cut", "PUT", body=b"{}").status, 502)
        self.assertEqual(self.received("/cut"), 4)
        self.assertEqual(self.ask("/pair/cut", "POST", body=b"{}").status, 502)
        self.assertEqual(self.received("/cut"), 5)
        self.both("/part", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "close"))
        with self.assertRaises(Exception):
            self.ask("/pair/part")
        self.assertEqual(self.received("/part"), 1, "a part of the answer was out already")

    def test_statuses(self):
        """503 is as good as no answer; the last one's goes to the client."""
        self.both("/busy", reply(503, b"busy"))
        answer = self.ask("/pair/busy")
        self.assertEqual((answer.status, answer.body), (503, b"busy"))
        self.assertEqual(self.received("/busy"), 2)
        self.first.behaviours["/busy"] = reply(200, b"fine")
        for _ in range(6):
            self.assertEqual(self.ask("/pair/busy").body, b"fine")
        self.assertEqual(self.ask("/pair/busy", "POST").status in (200, 503), True)

    def test_each_attempt_has_its_time(self):
        """One that takes too long is given up and made again; all of them end by the deadline."""
        self.both("/late", after(1.5, reply()))
        began = time.monotonic()
        self.assertEqual(self.ask("/pair/late").status, 504)
        self.assertTrue(0.7 < time.monotonic() - began < 1.4)
        self.assertEqual(self.received("/late"), 2)

    def test_nothing_was_sent(self):
        """A POST whose target refuses the connection goes to the other one; after two of these that one is left out."""
        for turn in range(12):
            self.assertEqual(self.ask(f"/dead-and-alive/{turn}", "POST", body=b"{}").status, 200)
            self.assertEqual(self.received(f"/{turn}"), 1)
        self.assertEqual(set(targets(self.gateway, "dead-and-alive").values()), {"ejected", "healthy"})
        self.assertIn("gets no calls for a while", self.gateway.log)
        series = 'headgate_link_attempts_total{link="dead-and-alive",outcome="connect"}'
        self.wait_until(lambda: metrics(self.gateway, "headgate_link_attempts_total").get(series) == 2)
        self.assertTrue(self.gateway.wait_for_log("outcomes=connect,success"))

    def test_no_more_than_may_run(self):
        """The third of two is refused at once, and told when to come again."""
        self.first.behaviours["/slow"] = after(0.6, reply())
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda _: self.ask("/bounded/slow"), range(3)))
        self.assertEqual(sorted(answer.status for answer in answers), [200, 200, 503])
        refused = next(answer for answer in answers if answer.status == 503)
        self.assertEqual(refused.header("Retry-After"), "1")
        self.assertEqual(self.received("/slow"), 2)

    def test_a_streamed_answer_runs_until_its_end(self):
        """A call counts as running until the last byte of its answer, longer than one attempt may wait for its head."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"

        def behave(connection, _):
            connection.sendall(head)
            return drip(b"0123456789" * 2, 0.05)(connection, None)

        self.both("/drip", behave)
        with Wire(self.gateway.port) as wire:
            wire.send(request("/pair/drip"))
            series = 'headgate_link_calls_in_flight{link="pair"}'
            self.wait_until(lambda: self.received("/drip") == 1)
            time.sleep(0.2)
            self.assertEqual(metrics(self.gateway, "headgate_link_calls_in_flight")[series], 1)
            self.assertEqual(wire.response().body, b"0123456789" * 2)
            self.assertEqual(metrics(self.gateway, "headgate_link_calls_in_flight")[series], 0)

    def test_breaker(self):
        """Opens after failures, refuses without calling, tries once, and closes."""
        self.first.behaviours["/x"] = close
        for _ in range(4):
            self.assertEqual(self.ask("/fragile/x", "POST").status, 502)
        answer = self.ask("/fragile/x", "POST")
        self.assertEqual((answer.status, answer.header("Retry-After")), (503, "1"))
        self.assertEqual(self.received("/x"), 4)
        self.assertEqual(metrics(self.gateway, "headgate_link_breaker_open")['headgate_link_breaker_open{link="fragile"}'], 1)
        time.sleep(1.1)
        self.first.behaviours["/x"] = reply()
        self.assertEqual(self.ask("/fragile/x", "POST").status, 200)
        self.assertEqual(metrics(self.gateway, "headgate_link_breaker_open")['headgate_link_breaker_open{link="fragile"}'], 0)
        self.assertTrue(self.gateway.wait_for_log("failure=link-open"))

    def test_hedging(self):
        """A second call beside a slow one; never of a POST."""
        self.first.behaviours["/x"] = after(2, reply(body=b"slow"))
        for _ in range(4):
            began = time.monotonic()
            self.assertEqual(self.ask("/hedged/x").status, 200)
            self.assertLess(time.monotonic() - began, 1.5)
        self.first.behaviours["/p"] = self.second.behaviours["/p"] = after(0.5, reply())
        self.assertEqual(self.ask("/hedged/p", "POST").status, 200)
        self.assertEqual(self.received("/p"), 1)

    def test_stage_variables_name_links(self):
        """A link named by a stage variable; one that leads nowhere is a configuration error."""
        self.assertEqual(self.ask("/variable/x").status, 200)
        self.assertEqual(self.received("/x"), 1)
        self.assertEqual(self.ask("/lost/x").status, 500)
        self.assertTrue(self.gateway.wait_for_log("failure=no-link"))

    def test_a_policy_without_a_link(self):
        """A pipeline's own backend has retries and bounds, too."""
        self.first.behaviours["/cut"] = close
        self.assertEqual(self.ask("/policy/cut").status, 502)
        self.assertEqual(self.received("/cut"), 2)
        self.first.behaviours["/slow"] = after(0.6, reply())
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: self.ask("/policy/slow").status, range(2)))
        self.assertEqual(sorted(answers), [200, 503])

    def test_a_socket_that_is_not_there(self):
        """504, as for every backend that cannot be reached."""
        self.assertEqual(self.ask("/socket/x").status, 504)

    def test_mocks_have_no_backend_time(self):
        """What answers without a backend reports no time of one."""
        self.assertEqual(self.ask("/mock").status, 200)
        self.assertTrue(self.gateway.wait_for_log("GET /mock 200"))
        line = next(line for line in self.gateway.log.splitlines() if "GET /mock 200" in line)
        self.assertNotIn("backend-ms", line)
        self.assertEqual([key for key in metrics(self.gateway, "headgate_backend_duration") if "mock" in key], [])


class Reload(GatewayCase):
    """Links that change while they serve, and links of documents."""

    pipelines = {
        "links.yaml": 'links: [{name: one, targets: ["127.0.0.1:${FIRST}"]}]',
        "one.yaml": proxied("one", "one"),
    }

    @classmethod
    def setUpClass(cls):
        cls.first, cls.second = Backend(reply(body=b"first")), Backend(reply(body=b"second"))
        cls.addClassCleanup(cls.first.stop)
        cls.addClassCleanup(cls.second.stop)
        cls.environment = {"FIRST": str(cls.first.port), "SECOND": str(cls.second.port)}
        super().setUpClass()

    def test_other_targets(self):
        """A changed link serves from its new targets; a broken file changes nothing."""
        self.assertEqual(self.ask("/one/x").body, b"first")
        self.gateway.write("links.yaml", 'links: [{name: one, targets: ["127.0.0.1:${SECOND}"]}]')
        self.wait_until(lambda: self.ask("/one/x").body == b"second")
        self.gateway.write("links.yaml", 'links: [{name: won, targets: ["127.0.0.1:${FIRST}"]}]')
        self.assertTrue(self.gateway.wait_for_log('no link is called "one"'))
        self.assertEqual(self.ask("/one/x").body, b"second")

    def test_documents(self):
        """An OpenAPI document whose integrations name a link that --links declares."""
        document = json.dumps({
            "openapi": "3.0.1", "info": {"title": "linked", "version": "1"},
            "paths": {"/x": {"get": {
                "responses": {"200": {"description": "fine"}},
                "x-amazon-apigateway-integration": {
                    "type": "http_proxy", "httpMethod": "GET", "uri": "http://orders.private/y",
                    "connectionType": "VPC_LINK", "connectionId": "one"}}}},
        })
        links = self.gateway.folder / "more-links"
        links.write_text(f'links: [{{name: one, targets: ["127.0.0.1:{self.second.port}"]}}]')
        with Gateway({"api.json": document}, "--links", str(links), documents=["api.json"]) as gateway:
            with Wire(gateway.port) as wire:
                self.assertEqual(wire.ask("/x").body, b"second")


if __name__ == "__main__":
    unittest.main()
