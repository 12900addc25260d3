"""APIs served from their OpenAPI documents, and from the pipeline files that `headgate import` makes of them."""

import gzip
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import zlib

from harness import Gateway, GatewayCase
from harness.wire import Wire

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = pathlib.Path(os.environ.get("HEADGATE_OPENAPI_CORPUS", CHECKOUT.parent / "shared/conformance/openapi"))


NAMED = """
openapi: 3.0.1
info: {title: named, version: "1"}
paths:
  /pets:
    get:
      operationId: ListPets
      responses: {"200": {description: well}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses:
          default:
            statusCode: "200"
            responseTemplates: {application/json: '{"operation": "$context.operationName"}'}
"""


def headgate(*arguments):
    return subprocess.run(
        [os.environ["HEADGATE_BIN"], *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def mock(text, more=""):
    return f"""
      responses: {{"200": {{description: ok}}}}
      {more}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {{application/json: '{{"statusCode": 200}}'}}
        responses:
          default:
            statusCode: 200
            responseTemplates: {{application/json: '{text}'}}
"""


def document(title, paths, more=""):
    return f"openapi: 3.0.1\ninfo: {{title: {title}, version: '1'}}\n{more}\npaths:\n{paths}"


PETS = document(
    "Pets",
    "  /pets/{id}:\n    get:" + mock('{"pet": "$input.params(\'\'id\'\')", "stage": "$context.stage"}')
    + "  /long:\n    get:" + mock("again " * 100)
    + "  /echo:\n    post:" + mock("$input.body")
    + "  /secret:\n    get:" + mock("open", "security: [{key: []}]"),
    """
x-amazon-apigateway-minimum-compression-size: 50
x-amazon-apigateway-gateway-responses:
  INVALID_API_KEY:
    statusCode: 401
    responseParameters: {gatewayresponse.header.X-Path: context.path}
    responseTemplates: {text/plain: 'no: $context.error.message'}
x-stage:
  name: prod
  apiKeys: [{id: one, value: a-key-of-twenty-characters, quota: {limit: 2, period: MONTH}}]
components:
  securitySchemes: {key: {type: apiKey, name: x-api-key, in: header}}
""",
)
SHOP = document("Shop", "  /shop:\n    get:" + mock("a shop") + "  /pets/{id}:\n    get:" + mock("a pet in a shop"))


class Served(GatewayCase):
    pipelines = {"pets.yaml": PETS, "shop.yaml": SHOP}
    documents = ("pets.yaml", "shop.yaml")

    def body(self, target, method="GET", headers=(), body=None):
        response = self.ask(target, method, headers, body)
        return response.status, response.body.decode()

    def test_urls(self):
        """at /, at /STAGE, and by host name; APIs that share a path are told apart"""
        pet = '{"pet": "7", "stage": "prod"}'
        self.assertEqual(self.body("/pets/7"), (200, pet))
        self.assertEqual(self.body("/prod/pets/7"), (200, pet))
        self.assertEqual(self.body("/local/pets/7"), (200, "a pet in a shop"))
        self.assertEqual(self.body("/local/shop"), (200, "a shop"))
        self.assertEqual(self.body("/test/shop")[0], 403)
        unknown = [("Host", "unknown.execute-api.localhost")]
        self.assertEqual(self.body("/shop", headers=unknown)[0], 403)

    def test_refusals(self):
        """an API's own words for what it refuses"""
        refused = self.ask("/prod/secret")
        self.assertEqual((refused.status, refused.body), (401, b"no: Forbidden"))
        self.assertEqual(refused.header("X-Path"), "/prod/secret")
        self.assertEqual(refused.header("Content-Type"), "text/plain")
        self.assertEqual(self.ask("/prod/nothing").status, 403)

    def test_quota(self):
        """a key is let through as often as its plan allows"""
        key = [("x-api-key", "a-key-of-twenty-characters")]
        self.assertEqual([self.ask("/prod/secret", headers=key).status for _ in range(3)], [200, 200, 429])

    def test_compression(self):
        """responses by Accept-Encoding, from the size that the API says; requests are unpacked"""
        for header, unpack in [("gzip", gzip.decompress), ("deflate", zlib.decompress)]:
            packed = self.ask("/prod/long", headers=[("Accept-Encoding", header)])
            self.assertEqual(packed.header("Content-Encoding"), header)
            self.assertEqual(unpack(packed.body), b"again " * 100)
        self.assertIsNone(self.ask("/prod/long").header("Content-Encoding"))
        small = self.ask("/prod/pets/7", headers=[("Accept-Encoding", "gzip")])
        self.assertIsNone(small.header("Content-Encoding"))
        packed = gzip.compress(b"x" * 1000)
        coding = [("Content-Encoding", "gzip")]
        self.assertEqual(self.ask("/prod/echo", "POST", coding, b"no gzip").status, 415)
        self.assertEqual(self.ask("/prod/echo", "POST", coding, packed).status, 200)


class Changed(GatewayCase):
    pipelines = {"shop.yaml": SHOP}
    documents = ("shop.yaml",)

    def test_reload(self):
        """a document that changes is served anew; one with a mistake is not"""
        self.assertEqual(self.ask("/shop").body, b"a shop")
        self.gateway.write("shop.yaml", SHOP.replace("a shop", "another shop"))
        self.wait_until(lambda: self.ask("/shop").body == b"another shop")
        self.gateway.write("shop.yaml", SHOP.replace("type: mock", "type: mok"))
        self.assertTrue(self.gateway.wait_for_log("failed to satisfy constraint"))
        self.assertEqual(self.ask("/shop").body, b"another shop")


class Imported(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headgate-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_round_trip(self):
        """pipeline files answer like the document; what is exported from them is imported the same"""
        source = self.folder / "pets.yaml"
        source.write_text(PETS)
        first, second = self.folder / "first", self.folder / "second"
        self.assertEqual(headgate("import", source, first).returncode, 0)
        exported = self.folder / "exported.json"
        self.assertEqual(headgate("export", first, "--output", exported).returncode, 0)
        self.assertEqual(headgate("import", exported, second).returncode, 0)
        names = sorted(file.name for file in first.iterdir())
        self.assertIn("api.yaml", names)
        for name in names:
            self.assertEqual((first / name).read_text(), (second / name).read_text())
        with Gateway(first) as gateway, Wire(gateway.port) as wire:
            self.assertEqual(wire.ask("/prod/pets/7").body, b'{"pet": "7", "stage": "prod"}')
            self.assertEqual(wire.ask("/prod/secret").status, 401)

    def test_mistakes(self):
        """what API Gateway refuses is refused with its words, where it stands; --strict refuses warnings too"""
        source = self.folder / "bad.yaml"
        source.write_text(SHOP.replace("type: mock", "type: mok", 1))
        answer = headgate("serve", "--openapi", source, "--port", "0")
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stderr, r"bad\.yaml:\d+:\d+: error: .*failed to satisfy constraint")
        self.assertEqual(answer.stdout, "")
        source.write_text(SHOP + "x-amazon-apigateway-nonsense: 1\n")
        self.assertEqual(headgate("check", "--openapi", source).returncode, 0)
        self.assertEqual(headgate("check", "--openapi", source, "--strict").returncode, 1)

    def test_operation_name(self):
        """a method's operationId is $context.operationName"""
        (self.folder / "named.yaml").write_text(NAMED)
        with Gateway(self.folder, documents=("named.yaml",)) as gateway, Wire(gateway.port) as wire:
            self.assertEqual(wire.ask("/pets").body, b'{"operation": "ListPets"}')

    @unittest.skipUnless(CORPUS.is_dir(), "no real documents here; name their folder in HEADGATE_OPENAPI_CORPUS")
    def test_real_documents(self):
        """real documents import without an error and are served"""
        kinds = headgate("stages").stdout.split("\n")
        if not any(line.startswith("aws ") for line in kinds):
            self.skipTest("this gateway has no stage for AWS services, which these documents call")
        for file in sorted(CORPUS.iterdir()):
            if file.suffix not in (".json", ".yaml"):
                continue
            with self.subTest(document=file.name), Gateway(CORPUS, documents=(file.name,)) as gateway:
                with Wire(gateway.port) as wire:
                    answer = wire.ask("/no/such/path/in/any/of/them")
                    self.assertGreaterEqual(answer.status, 400)
                    self.assertIn("message", {key.lower() for key in json.loads(answer.body)})
