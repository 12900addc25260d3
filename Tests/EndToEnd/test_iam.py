"""Callers who sign with IAM credentials: botocore signs, the gateway verifies, and calls AWS as the caller."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from harness import Gateway
from harness.aws import CANARY, FakeAWS
from harness.python import environment
from harness.wire import Wire

METHOD = """
  {path}:
    {method}:
      x-amazon-apigateway-auth: {{type: AWS_IAM}}
      responses: {{"200": {{description: ok}}}}
      x-amazon-apigateway-integration:
"""
WHO = METHOD.format(path="/who", method="get") + """
        type: aws
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:dynamodb:path/who
        credentials: arn:aws:iam::*:user/*
        responses: {default: {statusCode: "200"}}
"""
ME = METHOD.format(path="/me/{id}", method="post") + """
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses:
          default:
            statusCode: "200"
            responseTemplates:
              application/json: '{"arn": "$context.identity.userArn", "key": "$context.identity.accessKey"}'
"""
DOCUMENT = f"openapi: 3.0.1\ninfo: {{title: signed, version: '1'}}\npaths:{WHO}{ME}"

STAGE = """
name: prod
callers:
  - accessKeyId: AKIAANA
    secretAccessKey: ${ANAS_SECRET}
    userArn: arn:aws:iam::000000000000:user/ana
    policy: {Statement: {Effect: Allow, Action: execute-api:Invoke, Resource: '*'}}
  - accessKeyId: ASIABEN
    secretAccessKey: ${BENS_SECRET}
    sessionToken: ${BENS_TOKEN}
    userArn: arn:aws:sts::000000000000:assumed-role/reader/ben
    policy: {Statement: {Effect: Allow, Action: execute-api:Invoke, Resource: 'arn:aws:execute-api:*:*:*/*/GET/who'}}
"""
ANA = ("AKIAANA", CANARY + "-ana", None)
BEN = ("ASIABEN", CANARY + "-ben", CANARY + "-token")

SIGN = """
import json, sys
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
jobs = json.load(sys.stdin)
for job in jobs:
    request = AWSRequest(job["method"], job["url"], data=job["body"].encode(), headers=job["headers"])
    sign = SigV4QueryAuth if job["presigned"] else SigV4Auth
    sign(Credentials(*job["credentials"]), job["service"], job["region"]).add_auth(request)
    done = request.prepare()
    job["url"], job["headers"] = done.url, {k: v.decode() if isinstance(v, bytes) else v for k, v in done.headers.items()}
json.dump(jobs, sys.stdout)
"""


class Signed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = environment("botocore") / "python"
        cls.aws = FakeAWS()
        cls.addClassCleanup(cls.aws.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "stage.yaml").write_text(STAGE)
        cls.environment = {
            "AWS_ENDPOINT_URL": cls.aws.url, "AWS_EC2_METADATA_DISABLED": "true", "ANAS_SECRET": ANA[1],
            "BENS_SECRET": BEN[1], "BENS_TOKEN": BEN[2]}
        cls.gateway = Gateway(
            {"api.yaml": DOCUMENT}, "--stage-file", str(cls.folder / "stage.yaml"), documents=("api.yaml",),
            environment=cls.environment)
        cls.addClassCleanup(cls.gateway.stop)

    def tearDown(self):
        self.assertTrue(self.gateway.alive)
        self.assertNotIn("canary", self.gateway.log)

    def sign(self, target, credentials, method="GET", body="", region="us-east-1", service="execute-api", presigned=False):
        job = {"method": method, "url": "http://gateway.test" + target, "body": body, "headers": {}, "presigned": presigned,
               "credentials": credentials, "region": region, "service": service}
        done = subprocess.run([self.python, "-c", SIGN], input=json.dumps([job]), capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)[0]

    def send(self, job, gateway=None, body=None, headers=()):
        target = job["url"].removeprefix("http://gateway.test")
        given = {k: v for k, v in job["headers"].items() if k.lower() not in ("host", "content-length")}
        given.update(headers)
        with Wire((gateway or self.gateway).port) as wire:
            content = job["body"] if body is None else body
            return wire.ask(target, job["method"], given, content if job["method"] == "POST" else None)

    def test_as_the_caller(self):
        """a signed request is let through, and the service is called with the caller's own keys and token"""
        for target in ("/who", "/prod/who", "/prod/who?b=2&a=%20x&a="):
            response = self.send(self.sign(target, ANA))
            self.assertEqual((response.status, json.loads(response.body)), (200, {"key": "AKIAANA", "token": False}), target)
        response = self.send(self.sign("/prod/who", BEN))
        self.assertEqual(json.loads(response.body), {"key": "ASIABEN", "token": True})
        self.assertEqual(self.aws.calls[-1].headers["X-Amz-Security-Token"], BEN[2])

    def test_presigned(self):
        """a URL that carries the signature does as well"""
        response = self.send(self.sign("/prod/who?q=1", ANA, presigned=True))
        self.assertEqual((response.status, response.body), (200, b'{"key": "AKIAANA", "token": false}'))

    def test_identity(self):
        """templates see who has called"""
        job = self.sign("/prod/me/a%20b", ANA, "POST", '{"a": "\u00fc"}')
        response = self.send(job, headers={"Content-Type": "application/json"})
        self.assertEqual(json.loads(response.body), {"arn": "arn:aws:iam::000000000000:user/ana", "key": "AKIAANA"})

    def test_refused(self):
        """whoever has not signed, or not this, or may not, is told so; AWS is not called"""
        self.aws.forget()
        signed = self.sign("/prod/me/7", ANA, "POST", "{}")
        kind = {"Content-Type": "application/json"}
        self.assertEqual(self.send(signed, headers=kind).status, 200)
        for what, response, said in [
            ("unsigned", self.send({**signed, "headers": {}}, headers=kind), b"Missing Authentication Token"),
            ("another body", self.send(signed, body='{"x": 1}', headers=kind), b"does not match the signature you provided"),
            ("another path", self.send({**signed, "url": "http://gateway.test/prod/me/8"}, headers=kind), b"does not match"),
            ("another secret", self.send(self.sign("/prod/who", ("AKIAANA", "wrong", None))), b"does not match"),
            ("nobody's key", self.send(self.sign("/prod/who", ("AKIANOBODY", "x", None))), b"security token included in the request"),
            ("another region", self.send(self.sign("/prod/who", ANA, region="eu-west-1")), b"scoped to a valid region"),
            ("another service", self.send(self.sign("/prod/who", ANA, service="s3")), b"correct service: 'execute-api'"),
            ("no token", self.send(self.sign("/prod/who", BEN[:2] + (None,))), b"security token"),
            ("not allowed", self.send(self.sign("/prod/me/7", BEN, "POST", "{}"), headers=kind), b"not authorized to perform: execute-api:Invoke"),
        ]:
            with self.subTest(what):
                self.assertEqual(response.status, 403)
                self.assertIn(said, response.body)
        self.assertEqual(self.aws.calls, [])

    def test_imported(self):
        """pipeline files that are made of a definition keep its callers, and ${NAME} in them"""
        out = self.folder / "imported"
        (self.folder / "api.yaml").write_text(DOCUMENT)
        done = subprocess.run(
            [os.environ["HEADGATE_BIN"], "import", self.folder / "api.yaml", out, "--stage-file",
             self.folder / "stage.yaml"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        written = "".join(file.read_text() for file in out.rglob("*.yaml"))
        self.assertIn("${ANAS_SECRET}", written)
        exported = subprocess.run(
            [os.environ["HEADGATE_BIN"], "export", out], env={**os.environ, **self.environment}, capture_output=True, text=True,
            timeout=60)
        self.assertIn("/me/{id}", exported.stdout, exported.stderr)
        self.assertNotIn("canary", exported.stdout + exported.stderr)
        with Gateway(out, environment=self.environment) as gateway:
            self.assertEqual(self.send(self.sign("/prod/who", ANA), gateway).status, 200)
            self.assertEqual(self.send(self.sign("/prod/who", ("AKIAANA", "wrong", None)), gateway).status, 403)

    def test_explained(self):
        """who may call is explained by name, not by secret"""
        done = subprocess.run(
            [os.environ["HEADGATE_BIN"], "explain", "--openapi", self.gateway.folder / "api.yaml", "--stage-file",
             self.folder / "stage.yaml", "--json"],
            env={**os.environ, **self.environment}, capture_output=True, text=True, timeout=60)
        self.assertIn("user/ana", done.stdout, done.stderr)
        self.assertNotIn("canary", done.stdout + done.stderr)
