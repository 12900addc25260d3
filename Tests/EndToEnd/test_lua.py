"""A script that misbehaves costs its own request, and nobody else's."""

import threading
import time

from harness import GatewayCase, files

MOCK = """
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
"""

PIPELINES = "name: hello\nroute: GET /hello" + MOCK + r"""
---
name: endless
route: GET /endless
stages:
  - script: |
      while true do end
  - mock: {status: 200}
---
name: caught
route: GET /caught
stages:
  - script: |
      while true do pcall(function() while true do end end) end
  - mock: {status: 200}
---
name: raises
route: GET /raises
stages:
  - script: |
      local nothing = nil
      nothing.field = 1
  - mock: {status: 200}
"""


class Lua(GatewayCase):
    pipelines = files(PIPELINES)

    def test_endless_loop(self):
        """an endless loop is a 500, and others are served meanwhile"""
        for target in ("/endless", "/caught"):
            with self.subTest(target):
                took = []
                over = threading.Event()

                def others():
                    while not over.is_set():
                        began = time.monotonic()
                        if self.ask("/hello").status != 200:
                            took.append(99)
                        took.append(time.monotonic() - began)

                thread = threading.Thread(target=others)
                thread.start()
                response = self.ask(target)
                over.set()
                thread.join()
                self.assertEqual((response.status, response.body), (500, b'{"message": "Internal server error"}'))
                self.assertLess(max(took), 1)

    def test_error_names_its_line(self):
        """an error in a script is logged with the YAML file's line, and the client learns nothing"""
        response = self.ask("/raises")
        self.assertEqual((response.status, response.body), (500, b'{"message": "Internal server error"}'))
        self.assertTrue(self.gateway.wait_for_log("raises.yaml:6"), self.gateway.log[-1500:])
