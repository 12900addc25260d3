"""The seed case: a GET becomes a POST with JSON, and the backend's status chooses the answer."""

from harness import GatewayCase, reply

SEED = r"""
name: seed
route: GET /{var}
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/
  requestParameters:
    integration.request.header.Content-Type: "'application/json'"
    integration.request.header.X-Request-Kind: method.request.querystring.query
  requestTemplates:
    application/json: |-
      #set($body = {"path": $input.params('var'), "type": $input.params('query')})
      {"path": "$util.escapeJavaScript($body.path)", "type": "$util.escapeJavaScript($body.type)"}
  integrationResponses:
    - statusCode: "200"
      selectionPattern: 2\d\d
      responseParameters:
        method.response.header.X-Item: integration.response.header.X-Item
        method.response.header.X-From: "'backend'"
      responseTemplates:
        application/json: '{"result": $input.json("$.value"), "of": "$input.params("var")"}'
    - statusCode: "404"
      selectionPattern: "404"
      responseTemplates:
        application/json: '{"error": "no such item"}'
    - statusCode: "502"
      responseTemplates:
        application/json: '{"error": "the backend is not well"}'
"""


class SeedCase(GatewayCase):
    pipelines = {"seed.yaml": SEED}

    def test_a_success(self):
        """2xx becomes 200, with a mapped header and a mapped body"""
        headers = [("X-Item", "i-7"), ("X-Other", "o")]
        self.backend.behaviours["/"] = reply(201, '{"value": {"b": 1, "a": [2.50]}}', headers)
        response = self.ask("/widget?query=big")

        self.assertEqual(response.status, 200)
        self.assertEqual(response.body, b'{"result": {"b":1,"a":[2.5]}, "of": "widget"}')
        self.assertEqual(response.header("X-Item"), "i-7")
        self.assertEqual(response.header("X-From"), "backend")
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertIsNone(response.header("X-Other"), "a header that is not mapped must not pass")

        [seen] = self.backend.received
        self.assertEqual((seen.method, seen.target), ("POST", "/"))
        self.assertEqual(seen.json, {"path": "widget", "type": "big"})
        self.assertEqual(seen.header("Content-Type"), "application/json")
        self.assertEqual(seen.header("X-Request-Kind"), "big")
        self.assertEqual(seen.header("Host"), f"127.0.0.1:{self.backend.port}")

    def test_b_not_found(self):
        """404 becomes 404 with its own body"""
        self.backend.behaviours["/"] = reply(404, "<html>secret stack trace</html>")
        response = self.ask("/widget?query=big")
        self.assertEqual((response.status, response.body), (404, b'{"error": "no such item"}'))

    def test_c_everything_else(self):
        """everything else becomes 502, and nothing of the backend's body passes"""
        for status in (301, 400, 403, 429, 500, 503, 599):
            with self.subTest(status=status):
                self.backend.behaviours["/"] = reply(status, "<html>secret stack trace</html>")
                response = self.ask("/widget?query=big")
                self.assertEqual((response.status, response.body), (502, b'{"error": "the backend is not well"}'))

    def test_d_values_stay_data(self):
        """quotes, templates, line breaks and other scripts arrive as the text that they are"""
        cases = [
            ("/a?query=%22%7D%2C%7B", {"path": "a", "type": '"},{'}),
            ("/a?query=%24input.body", {"path": "a", "type": "$input.body"}),
            ("/a?query=%23set(%24x%3D1)%24x", {"path": "a", "type": "#set($x=1)$x"}),
            ("/a?query=one+two%2Bthree", {"path": "a", "type": "one two+three"}),
            ("/a?query=%E6%97%A5%E6%9C%AC", {"path": "a", "type": "日本"}),
            ("/a?query=%F0%9F%90%B6", {"path": "a", "type": "🐶"}),
            ("/a?query=back%5Cslash", {"path": "a", "type": "back\\slash"}),
            ("/a?query=1&query=2", {"path": "a", "type": "2"}),
            ("/a", {"path": "a", "type": ""}),
        ]
        for target, expected in cases:
            with self.subTest(target=target):
                self.backend.forget()
                self.assertEqual(self.ask(target).status, 200)
                [seen] = self.backend.received
                self.assertEqual(seen.json, expected)

    def test_e_connections_to_the_backend_are_kept(self):
        """requests share connections to the backend"""
        before = self.backend.connections
        for _ in range(20):
            self.assertEqual(self.ask("/widget?query=big").status, 200)
        self.assertLess(self.backend.connections - before, 20)
