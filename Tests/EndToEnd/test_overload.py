"""More requests at a time than a pipeline takes: some wait, the rest are refused at once, and the others do not notice."""

import threading
import time

from harness import GatewayCase, files, reply
from harness.backend import after

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
