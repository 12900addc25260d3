"""More requests at a time than a pipeline takes: some wait, the rest are refused at once, and the others do not notice."""

import threading
import time

from harness import GatewayCase, Wire, files, reply
from harness.backend import after
from harness.wire import Closed

PIPELINES = r"""
name: slow
route: GET /slow
maxInFlight: 10
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/slow
  integrationResponses:
    - statusCode: "200"
---
name: fast
route: GET /fast
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
"""


class Overload(GatewayCase):
    pipelines = files(PIPELINES)
    options = ("--loops", "1")

    def test_flood(self):
        """300 at once to a pipeline that takes 10: 10 run, the rest get 503 within their time; others keep theirs"""
        self.backend.behaviours["/slow"] = after(2, reply(body="done"))
        outcomes, lock = [], threading.Lock()

        def call():
            began = time.monotonic()
            response = self.ask("/slow")
            with lock:
                outcomes.append((response.status, time.monotonic() - began, response.header("Retry-After")))

        threads = [threading.Thread(target=call) for _ in range(300)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        for _ in range(20):
            began = time.monotonic()
            self.assertEqual(self.ask("/fast").status, 200)
            self.assertLess(time.monotonic() - began, 0.5)
        for thread in threads:
            thread.join(20)
        statuses = [status for status, _, _ in outcomes]
        self.assertEqual((statuses.count(200), statuses.count(503)), (10, 290))
        self.assertEqual(len(self.backend.received), 10)
        for status, took, retry in outcomes:
            if status == 503:
                self.assertEqual(retry, "1")
                self.assertLess(took, 1.9)
        # The places are free again.
        self.backend.behaviours = {}
        self.assertEqual(self.ask("/slow").status, 200)


class Memory(GatewayCase):
    pipelines = files(PIPELINES.replace("GET /slow", "ANY /slow").replace("maxInFlight: 10\n", "").replace("httpMethod: GET", "httpMethod: POST"))
    options = ("--max-memory", "160")

    def test_pressure(self):
        """more held than may be: new requests get 503 with Retry-After, those that run are answered, then all is well"""
        release = threading.Event()

        def wait(connection, received):
            release.wait(30)
            return reply(body="done")(connection, received)

        self.backend.behaviours["/slow"] = wait
        statuses = []

        def upload():
            try:
                with Wire(self.gateway.port, 60) as wire:
                    statuses.append(wire.ask("/slow", "POST", {"Content-Type": "text/plain"}, b"x" * 8_000_000).status)
            except (Closed, OSError):
                # Refused by its head, and ended while it still sent.
                statuses.append(503)

        uploads = [threading.Thread(target=upload) for _ in range(24)]
        for thread in uploads:
            thread.start()
            time.sleep(0.05)
        self.wait_until(lambda: self.ask("/fast").status == 503, 20)
        refused = self.ask("/fast")
        self.assertEqual((refused.status, refused.header("Retry-After")), (503, "1"))
        self.assertEqual(refused.body, b'{"message": "Service Unavailable"}')
        with Wire(self.gateway.admin_port) as wire:
            self.assertEqual(wire.ask("/readyz").status, 200)
            metrics = wire.ask("/metrics").body.decode()
        self.assertIn('reason="memory-pressure"', metrics)
        self.assertGreater(float(metrics.split("\nheadgate_memory_resident_bytes ")[1].split()[0]), 150 << 20)
        release.set()
        for thread in uploads:
            thread.join(30)
        self.assertEqual(set(statuses), {200, 503})
        self.wait_until(lambda: self.ask("/fast").status == 200, 20)
        for word in ("requests are refused", "requests are taken again"):
            self.assertTrue(self.gateway.wait_for_log(word), word)


class Stalls(GatewayCase):
    pipelines = files(PIPELINES)

    def test_probe(self):
        """the longest stall of a loop and of a lane are metrics"""
        time.sleep(0.5)
        with Wire(self.gateway.admin_port) as wire:
            metrics = wire.ask("/metrics").body.decode()
        for place in ("loop", "lane"):
            longest = float(metrics.split(f'headgate_longest_stall_seconds{{on="{place}"}} ')[1].split()[0])
            self.assertTrue(0 < longest < 5, longest)
