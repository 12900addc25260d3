"""Canary secrets in every place that may hold one, through success and failure: none of them ever comes out."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from harness import GatewayCase, files
from harness.aws import CANARY, FakeAWS, sts_answer, sts_error
from harness.wire import request

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "pipelines" / "functions"
ROLE = "arn:aws:iam::123456789012:role/"
SECRETS = {name: f"{CANARY}-{name}" for name in (
    "environment", "session", "file", "explicit", "explicit-token", "process", "container", "caller", "function")}

APP = r'''
import os
def handler(event, context):
    do = (event.get("queryStringParameters") or {}).get("do", "")
    assert os.environ["HIDDEN"].startswith("canary"), "the function has its own environment"
    assert not any(value.startswith("canary") for name, value in os.environ.items() if name != "HIDDEN"), "and nobody else's"
    if do == "raise": raise ValueError("bad luck")
    if do == "exit": os._exit(3)
    if do == "garbage": return 42
    return {"body": "fine"}
'''


def service(name, credentials="", more=""):
    stage = f"  - credentials: {credentials}\n" if credentials else ""
    return (f"name: {name}\nroute: GET /{name}\nstages:\n{stage}  - request: {{backend: aws}}\n"
            f"  - aws: {{method: POST, uri: 'arn:aws:apigateway:us-east-1:dynamodb:path/{name}'{more}}}\n  - response\n")


ROLES = ["good", "denied", "cut", "stale", "html", "down"]
PARTS = [service(name, f"{{role: '{ROLE}{name}'}}") for name in ROLES] + [
    service("own"),
    service("explicit", "{accessKeyId: AKIAEXPLICIT, secretAccessKey: '${EXPLICIT}', sessionToken: '${EXPLICIT_TOKEN}'}"),
    service("file", "{profile: file}"),
    service("process", "{profile: process}"),
    service("failing", "{profile: failing}"),
    service("container", "{profile: container}"),
    service("unreachable", "", ", endpoint: 'http://127.0.0.1:1'"),
    service("expired", f"{{role: '{ROLE}expired'}}"),
    service("refused"),
    "name: function\nroute: GET /function\nstages:\n  - lambda-proxy: app\n",
    "name: signed\nroute: GET /signed\nstages:\n  - iam-authorizer:\n      callers:\n        - {accessKeyId: AKIACALLER, "
    "secretAccessKey: '${CALLER}', userArn: 'arn:aws:iam::1:user/c'}\n  - mock: {status: 200}\n  - response\n",
]
CONFIG = f"""
[profile process]
credential_process = printf '{{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "%s"}}' {SECRETS["process"]}
[profile failing]
credential_process = echo {SECRETS["process"]} && exit 1
[profile container]
role_arn = {ROLE}container
credential_source = EcsContainer
"""
CREDENTIALS = f"[file]\naws_access_key_id = AKIAFILE\naws_secret_access_key = {SECRETS['file']}\n"


class Secrets(GatewayCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = FakeAWS()
        cls.addClassCleanup(cls.aws.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.code = pathlib.Path(folder.name)
        (cls.code / "app.py").write_text(APP)
        (cls.code / "config").write_text(CONFIG)
        (cls.code / "credentials").write_text(CREDENTIALS)
        shutil.copy(SAMPLES / "runtime.py", cls.code)
        functions = (f"functions:\n  - name: app\n    command: python3 runtime.py app.handler\n    code: {cls.code}\n"
                     "    environment: {HIDDEN: '${FUNCTION}'}\n")
        cls.pipelines = {"functions.yaml": functions, **files("\n---\n".join(PARTS))}
        cls.environment = {
            "AWS_ACCESS_KEY_ID": "ASIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": SECRETS["environment"],
            "AWS_SESSION_TOKEN": SECRETS["session"], "AWS_ENDPOINT_URL": cls.aws.url, "AWS_ENDPOINT_URL_STS": cls.aws.url,
            "AWS_CONFIG_FILE": str(cls.code / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(cls.code / "credentials"),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": cls.aws.url + "/container-credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": SECRETS["container"], "EXPLICIT": SECRETS["explicit"],
            "EXPLICIT_TOKEN": SECRETS["explicit-token"], "CALLER": SECRETS["caller"], "FUNCTION": SECRETS["function"]}
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.arm()

    def arm(self):
        """What STS and the service answer, for one round of all pipelines."""
        self.aws.forget()
        half = sts_answer("AssumeRole", "ASIAHALF")
        self.aws.roles["denied"] = [sts_error("AccessDenied")] * 9
        self.aws.roles["cut"] = [(200, half[:len(half) - 120], {})] * 9
        self.aws.roles["stale"] = [(200, sts_answer("AssumeRole", "ASIASTALE", -60), {})] * 9
        self.aws.roles["html"] = [(200, f"<html>{CANARY}</html>", {})] * 9
        self.aws.roles["down"] = [(503, CANARY, {})] * 9
        expired = (400, '{"__type":"ExpiredTokenException","message":"expired"}', {"Content-Type": "application/json"})
        self.aws.services["/expired"] = [expired] * 2
        self.aws.services["/refused"] = [(403, '{"__type":"AccessDeniedException","message":"no"}', {})]

    # Every pipeline, with the status that the client gets.
    TARGETS = [
        ("/good", 200), ("/own", 200), ("/explicit", 200), ("/file", 200), ("/process", 200), ("/denied", 500), ("/cut", 500),
        ("/stale", 500), ("/html", 500), ("/down", 500), ("/failing", 500), ("/container", 500), ("/unreachable", 504),
        ("/expired", 400), ("/refused", 403), ("/function", 200), ("/function?do=raise", 502), ("/function?do=exit", 502),
        ("/function?do=garbage", 502), ("/signed", 403)]

    def clean(self, what, said):
        said = said if isinstance(said, bytes) else said.encode()
        self.assertNotIn(b"canary", said, what)
        for word in (b"X-Amz-Security-Token: ", b"Signature=", b"aws4_request"):
            self.assertNotIn(word, said, what)

    def test_served(self):
        """clients, standard output, the log, metrics and the admin pages show none"""
        for target, status in self.TARGETS:
            with self.subTest(target):
                with self.connect() as wire:
                    wire.send(request(target))
                    whole = wire.response()
                self.assertEqual(whole.status, status, f"{whole.body}\n{self.gateway.log[-1500:]}")
                self.clean(target, whole.body + repr(whole.headers).encode())
        # The secrets were there, and used.
        self.assertIn("ASIAENVIRONMENT", {call.key for call in self.aws.calls})
        self.assertIn(SECRETS["explicit-token"], {call.headers.get("X-Amz-Security-Token") for call in self.aws.calls})
        self.assertIn(SECRETS["container"], {call.headers.get("Authorization") for call in self.aws.calls})
        for page in ("/metrics", "/healthz", "/readyz", "/pipelines", "/stats"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.gateway.admin_port}{page}", timeout=5) as answer:
                    self.clean(page, answer.read())
            except urllib.error.HTTPError as error:
                self.clean(page, error.read())
        self.clean("standard output", self.gateway.first_line)
        self.assertTrue(self.gateway.wait_for_log("pipeline=signed"))
        self.clean("the log", self.gateway.log)

    def headgate(self, *arguments):
        done = subprocess.run(
            [os.environ["HEADGATE_BIN"], *map(str, arguments)], env={**os.environ, **self.environment}, capture_output=True,
            text=True, timeout=60)
        return done.stdout + done.stderr

    def test_traced(self):
        """traces of all of them, as text and as JSON, show none"""
        for target, _ in self.TARGETS:
            name = target[1:].split("?")[0]
            said = self.headgate("invoke", "--pipelines", self.gateway.folder, name, "--path", target)
            self.assertIn(name, said)
            self.clean("invoke " + target, said)
        for name in ("good", "explicit", "function"):
            said = self.headgate("invoke", "--pipelines", self.gateway.folder, name, "--json")
            self.assertTrue(json.loads(said[said.index("{"):said.rindex("}") + 1]))
            self.clean("invoke --json " + name, said)

    def test_explained(self):
        """what is explained, checked and exported shows none"""
        self.assertIn("AKIAEXPLICIT", self.headgate("explain", "--pipelines", self.gateway.folder))
        for arguments in (("explain", "--pipelines"), ("explain", "--json", "--pipelines"), ("check",), ("export",)):
            said = self.headgate(*arguments, self.gateway.folder)
            self.assertTrue(said, arguments)
            self.clean(" ".join(arguments), said)
