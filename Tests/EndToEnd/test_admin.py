"""The admin listener: metrics for Prometheus, liveness, readiness; apart from the traffic."""

import re
import signal
import time

from harness import GatewayCase, Wire, files, reply, request
from harness.backend import after

PIPELINES = r"""
name: hello
route: GET /hello/{name}
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
---
name: slow
route: GET /slow
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/slow
  integrationResponses:
    - statusCode: "200"
"""

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$')


class Admin(GatewayCase):
    pipelines = files(PIPELINES)

    def admin(self, target, method="GET"):
        with Wire(self.gateway.admin_port) as wire:
            return wire.ask(target, method)

    def samples(self):
        """Every sample of /metrics; fails on a line that Prometheus would not take."""
        response = self.admin("/metrics")
        self.assertEqual(response.status, 200)
        self.assertTrue(response.header("Content-Type").startswith("text/plain"))
        found = {}
        for line in response.body.decode().splitlines():
            if line and not line.startswith("#"):
                match = SAMPLE.match(line)
                self.assertTrue(match, f"not a sample: {line!r}")
                float(match.group(3))
                found[match.group(1) + (match.group(2) or "")] = float(match.group(3))
        return found

    def test_liveness_and_readiness(self):
        """both are 200 while it serves"""
        self.assertEqual(self.admin("/live").status, 200)
        self.assertEqual(self.admin("/ready").status, 200)
        self.assertEqual(self.admin("/nowhere").status, 404)

    def test_apart_from_the_traffic(self):
        """the traffic's port knows none of them"""
        for target in ("/metrics", "/live", "/ready"):
            self.assertEqual(self.ask(target).status, 403)

    def test_requests_are_counted(self):
        """requests are counted by pipeline and status, with a latency histogram"""
        def total():
            return sum(value for name, value in self.samples().items() if "hello" in name and "count" in name or
                       "hello" in name and "total" in name)

        before = total()
        for _ in range(10):
            self.ask("/hello/a")
        self.wait_until(lambda: total() - before >= 10)
        self.assertTrue([name for name in self.samples() if "_bucket" in name and "le=" in name])

    def test_labels_are_bounded(self):
        """a thousand different paths and agents make no more series than one"""
        self.ask("/hello/first")
        self.ask("/nowhere")
        # Records are counted a batch at a time.
        for series in ('{pipeline="hello",status="2xx"}', '{pipeline="unrouted",status="4xx"}'):
            self.wait_until(lambda: "headgate_requests_total" + series in self.samples())
        before = len(self.samples())
        with Wire(self.gateway.port) as wire:
            for number in range(1000):
                wire.ask(f"/hello/{number}?q={number}", headers={"User-Agent": f"agent {number}"})
                wire.ask(f"/nowhere-{number}")
        after = self.samples()
        self.assertLessEqual(len(after) - before, 5)
        self.assertNotIn("nowhere-7", "".join(after))

    def test_access_log(self):
        """one line a request, in which nothing of the request can make a second"""
        marker = f"marker-{time.monotonic_ns()}"
        self.ask(f"/hello/{marker}%0aforged%1b[31m?x=%0aforged", headers={"User-Agent": "agent\t\"forged\""})
        self.assertTrue(self.gateway.wait_for_log("hello"))
        time.sleep(0.5)
        for line in self.gateway.log.splitlines():
            self.assertFalse(line.startswith("forged"), line)
            self.assertNotIn("\x1b", line)

    def test_zz_readiness_ends_with_the_drain(self):
        """while it drains it is alive and not ready"""
        self.backend.behaviours["/slow"] = after(2, reply(body="slow"))
        with Wire(self.gateway.port) as wire:
            wire.send(request("/slow"))
            self.assertTrue(self.backend.wait_for(lambda backend: backend.received))
            self.gateway.signal(signal.SIGTERM)
            time.sleep(0.5)
            self.assertEqual(self.admin("/ready").status, 503)
            self.assertEqual(self.admin("/live").status, 200)
            self.assertEqual(wire.response().body, b"slow")
        self.assertEqual(self.gateway.wait(10), 0)

    def check_alive(self):
        """The last test ends the process on purpose; the others must not."""
        if "readiness_ends" not in self.id():
            super().check_alive()
