"""Which pipeline answers, and what is answered where there is none, as API Gateway does it."""

from harness import GatewayCase

MOCK = """
name: {name}
route: {route}
integration:
  type: MOCK
  requestTemplates:
    application/json: '{{"statusCode": 200}}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: '{name} $input.params("id")$input.params("rest")'
"""

ROUTES = [
    ("root", "GET /"),
    ("pets", "GET /pets"),
    ("pet", "GET /pets/{id}"),
    ("dog", "GET /pets/dog"),
    ("anything-on-dog", "ANY /pets/dog/{id}"),
    ("post-tree", "POST /tree"),
    ("tree", "ANY /tree/{rest+}"),
    ("deep", "GET /a/b/c"),
    ("wild", "GET /a/{id}/d"),
    ("options", "OPTIONS /{rest+}"),
]


class Routing(GatewayCase):
    pipelines = {f"{name}.yaml": MOCK.format(name=name, route=route) for name, route in ROUTES}

    def test_precedence(self):
        """a name beats a parameter beats a greedy one, going back where a branch ends"""
        cases = [
            ("GET", "/", "root "),
            ("GET", "/pets", "pets "),
            ("GET", "/pets/", "pets "),
            ("GET", "/pets?x=/y/z", "pets "),
            ("GET", "//pets", "pets "),
            ("GET", "/pets/cat", "pet cat"),
            ("GET", "/pets/dog", "dog "),
            ("GET", "/pets/a%2Fb", "pet a%2Fb"),
            ("DELETE", "/pets/dog/7", "anything-on-dog 7"),
            ("POST", "/tree", "post-tree "),
            ("GET", "/tree/a/b", "tree a/b"),
            ("GET", "/a/b/c", "deep "),
            ("GET", "/a/b/d", "wild b"),
            ("OPTIONS", "/tree", "options tree"),
            ("OPTIONS", "/some/where", "options some/where"),
        ]
        for method, target, expected in cases:
            with self.subTest(method=method, target=target):
                response = self.ask(target, method)
                self.assertEqual((response.status, response.body.decode()), (200, expected))

    def test_nothing_matches(self):
        """403 Missing Authentication Token for an unknown path and for an unknown method"""
        for method, target in [
            ("GET", "/nowhere"), ("DELETE", "/pets"), ("HEAD", "/pets"), ("GET", "/Pets"),
            ("GET", "/pets/a/b"), ("GET", "/tree"), ("PATCH", "/"), ("GET", "/pets%2Fdog"),
        ]:
            with self.subTest(method=method, target=target):
                response = self.ask(target, method)
                self.assertEqual(response.status, 403)
                if method != "HEAD":
                    self.assertEqual(response.body, b'{"message":"Missing Authentication Token"}')
                self.assertEqual(response.header("Content-Type"), "application/json")
                self.assertEqual(response.header("x-amzn-ErrorType"), "MissingAuthenticationTokenException")
                self.assertTrue(response.header("x-amzn-RequestId"))

    def test_dot_segments(self):
        """. and .. never walk to another route"""
        for target in ("/nowhere/../pets", "/nowhere/%2e%2e/pets", "/nowhere/.%2e/pets", "/./pets", "/pets/..%2fdog"):
            with self.subTest(target=target):
                response = self.ask(target)
                self.assertIn(response.status, (400, 403, 200))
                if response.status == 200:
                    # Taken literally, as one segment of a parameter, or normalised before everything else.
                    self.assertIn(response.body, (b"pets ", b"pet ..%2fdog"))

    def test_tunnels(self):
        """TRACE and CONNECT are no way in"""
        for line in ("TRACE /pets", "CONNECT pets:443"):
            with self.subTest(line=line):
                wire = self.connect()
                wire.send(f"{line} HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertIn(wire.response().status, (400, 403, 405, 501))

    def test_method_override_is_ignored(self):
        """X-HTTP-Method-Override does nothing"""
        self.assertEqual(self.ask("/tree", "GET", {"X-HTTP-Method-Override": "POST"}).status, 403)

    def test_request_id(self):
        """a request id that is a UUID is taken, anything else is replaced"""
        mine = "0d3d1a5c-7b0e-4b1c-9a53-2f3f1f0a9a11"
        self.assertEqual(self.ask("/pets", headers={"x-amzn-RequestId": mine}).header("x-amzn-RequestId"), mine)
        other = self.ask("/pets", headers={"x-amzn-RequestId": "mine"}).header("x-amzn-RequestId")
        self.assertRegex(other, r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
