"""Where credentials come from, and what happens when they are refused: against a small AWS of the tests' own."""

import email.utils
import json
import os
import pathlib
import stat
import subprocess
import tempfile
import threading
import time

from harness import GatewayCase, files
from harness.aws import CANARY, FakeAWS, json_answer, sts_answer, sts_error
from harness.gateway import Gateway
from harness.wire import Wire

ACCOUNT = "arn:aws:iam::123456789012:role/"
PROFILES = ["keys", "session", "chain", "longer", "process", "web", "container", "instance", "environment", "itself",
            "circle", "nobody", "half", "broken-process", "failing-process", "slow-none"]


def who(name, settings):
    stage = f"  - credentials: {settings}\n" if settings else ""
    return f"""name: {name}
route: GET /{name}
stages:
{stage}  - request: {{backend: aws}}
  - aws: arn:aws:apigateway:us-east-1:dynamodb:path/{name}
  - response
"""


def role(name):
    return who(name, f"{{role: '{ACCOUNT}{name}'}}")


PIPELINES = files("\n---\n".join(
    [who(name, f"{{profile: {name}}}") for name in PROFILES]
    + [who("own", ""), who("explicit", f"{{accessKeyId: AKIAEXPLICIT, secretAccessKey: '{CANARY}', sessionToken: '{CANARY}-t'}}")]
    + [role(name) for name in ("once", "denied", "cut", "garbage", "stale", "dropped", "skewed", "hurried", "empty", "noted")]))

CONFIG = """
[default]
region = us-east-1

[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = {canary}

[profile chain]
role_arn = {account}chain
source_profile = keys
external_id = an-id
role_session_name = chained
duration_seconds = 900

[profile longer]
role_arn = {account}longer
source_profile = chain

[profile itself]
role_arn = {account}itself
source_profile = itself
aws_access_key_id = AKIAITSELF
aws_secret_access_key = {canary}

[profile circle]
role_arn = {account}circle
source_profile = round
[profile round]
role_arn = {account}round
source_profile = circle

[profile process]
credential_process = {folder}/process
[profile broken-process]
credential_process = echo "no JSON, but {canary}"
[profile failing-process]
credential_process = echo "{canary}" && exit 3

[profile web]
role_arn = {account}web
web_identity_token_file = {folder}/token
role_session_name = a-pod

[profile container]
role_arn = {account}container
credential_source = EcsContainer
[profile instance]
role_arn = {account}instance
credential_source = Ec2InstanceMetadata
[profile environment]
role_arn = {account}environment
credential_source = Environment
[profile half]
aws_access_key_id = AKIAHALF
[profile slow-none]
region = us-east-1
"""

CREDENTIALS = """
[session]
aws_access_key_id = ASIASESSION
aws_secret_access_key = {canary}
aws_session_token = {canary}-token
"""


class Case(GatewayCase):
    """A gateway whose AWS is the tests' own, and files in the form of the AWS tools."""

    pipelines = PIPELINES

    @classmethod
    def setUpClass(cls):
        cls.prepare()
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.aws = FakeAWS()
        cls.addClassCleanup(cls.aws.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.home = pathlib.Path(folder.name)
        values = {"canary": CANARY, "account": ACCOUNT, "folder": folder.name}
        for name, text in (("config", CONFIG), ("credentials", CREDENTIALS)):
            (cls.home / name).write_text(text.format(**values))
        (cls.home / "token").write_text(f"{CANARY}.web.token\n")
        (cls.home / "container-token").write_text("container-token\n")
        process = cls.home / "process"
        process.write_text(f"#!/bin/sh\ncat <<EOF\n{json_answer('ASIAPROCESS')}\nEOF\n")
        process.chmod(process.stat().st_mode | stat.S_IXUSR)
        cls.environment = {**cls.base(), **cls.more(cls)}

    @classmethod
    def base(cls):
        nothing = dict.fromkeys(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"], "")
        return {
            **nothing, "AWS_ENDPOINT_URL": cls.aws.url, "AWS_CONFIG_FILE": str(cls.home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(cls.home / "credentials"),
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": cls.aws.url, "AWS_REGION": "us-east-1"}

    def more(self):
        return {}

    def setUp(self):
        super().setUp()
        self.aws.forget()

    def check_alive(self):
        super().check_alive()
        self.assertNotIn("canary", self.gateway.log)

    def key(self, name):
        """Who signs the call of a pipeline."""
        response = self.ask("/" + name)
        self.assertEqual(response.status, 200, f"{response.body}\n{self.gateway.log[-2000:]}")
        return json.loads(response.body)

    def refused(self, name, said):
        """The client learns nothing, the log says why."""
        response = self.ask("/" + name)
        self.assertEqual((response.status, response.body), (500, b'{"message": "Internal server error"}'))
        self.assertTrue(self.gateway.wait_for_log(said), f"{said!r} is not in:\n{self.gateway.log[-2000:]}")


class Providers(Case):
    """Every place, named by a profile or by the stage."""

    def more(self):
        return {
            "AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": CANARY,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.aws.url + "/container-credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(self.home / "container-token")}

    def test_keys(self):
        """keys of the stage, the environment, the config file and the credentials file, with their tokens"""
        self.assertEqual(self.key("explicit"), {"key": "AKIAEXPLICIT", "token": True})
        self.assertEqual(self.key("own"), {"key": "AKIAOWN", "token": False})
        self.assertEqual(self.key("keys"), {"key": "AKIAKEYS", "token": False})
        self.assertEqual(self.key("session"), {"key": "ASIASESSION", "token": True})

    def test_chain(self):
        """a profile assumes its role with another profile, which may do so itself"""
        self.assertEqual(self.key("chain"), {"key": "ASIA.chain.1.by.AKIAKEYS", "token": True})
        asked = self.aws.named("AssumeRole")[0].form
        self.assertEqual((asked["RoleSessionName"], asked["ExternalId"], asked["DurationSeconds"]), ("chained", "an-id", "900"))
        self.assertEqual(self.key("longer")["key"], "ASIA.longer.1.by.ASIA.chain.2.by.AKIAKEYS")
        self.assertEqual(self.key("itself")["key"], "ASIA.itself.1.by.AKIAITSELF")

    def test_process(self):
        """credential_process gives keys, or a message that does not repeat what it printed"""
        self.assertEqual(self.key("process"), {"key": "ASIAPROCESS", "token": True})
        self.refused("broken-process", "credential_process of the profile broken-process gave what is no JSON")
        self.refused("failing-process", "credential_process of the profile failing-process failed: exit status 3")

    def test_sources(self):
        """web identity, container, instance and environment assume the roles of profiles"""
        self.assertEqual(self.key("web"), {"key": "ASIA.web.1.by.web", "token": True})
        asked = self.aws.named("AssumeRoleWithWebIdentity")[0]
        self.assertEqual((asked.form["WebIdentityToken"], asked.form["RoleSessionName"]), (f"{CANARY}.web.token", "a-pod"))
        self.assertIsNone(asked.headers.get("Authorization"))
        self.assertEqual(self.key("container")["key"], "ASIA.container.1.by.ASIACONTAINER")
        self.assertEqual(self.key("instance")["key"], "ASIA.instance.1.by.ASIAINSTANCE")
        self.assertEqual(self.key("environment")["key"], "ASIA.environment.1.by.AKIAOWN")

    def test_mistakes(self):
        """profiles that cannot work are named, and the client learns nothing"""
        self.refused("circle", "the profiles lean on each other in a circle: circle → round → circle")
        self.refused("nobody", 'there is no profile "nobody" in the shared configuration')
        self.refused("half", "the profile half has aws_access_key_id and no aws_secret_access_key")
        self.refused("slow-none", "the profile slow-none holds no credentials")


class Order(Case):
    """Without keys in the environment, the next place that is set up decides."""

    def setUp(self):
        pass

    @classmethod
    def setUpClass(cls):
        # Each test has a gateway of its own; the class has none.
        cls.prepare()

    def own(self, said=None, **environment):
        """Who signs, or the status where nobody does and the log says why."""
        environment = {**self.base(), **environment}
        with Gateway({"own.yaml": who("own", "")}, environment=environment) as gateway, Wire(gateway.port, 15) as wire:
            response = wire.ask("/own")
            if said:
                self.assertTrue(gateway.wait_for_log(said), gateway.log)
            self.assertNotIn("canary", gateway.log)
            return json.loads(response.body)["key"] if response.status == 200 else response.status

    def test_order(self):
        """profile, web identity, container, instance, and nothing at all"""
        self.assertEqual(self.own(AWS_PROFILE="process"), "ASIAPROCESS")
        self.assertEqual(self.own(
            AWS_WEB_IDENTITY_TOKEN_FILE=str(self.home / "token"), AWS_ROLE_ARN=ACCOUNT + "pod",
            AWS_CONTAINER_CREDENTIALS_FULL_URI=self.aws.url + "/container-credentials"), "ASIA.pod.1.by.web")
        self.assertEqual(self.own(
            AWS_CONTAINER_CREDENTIALS_FULL_URI=self.aws.url + "/container-credentials",
            AWS_CONTAINER_AUTHORIZATION_TOKEN="container-token"), "ASIACONTAINER")
        self.assertEqual(self.own(), "ASIAINSTANCE")
        self.assertEqual(self.own(
            "there are no AWS credentials; looked in: the environment, the profile default, web identity, the container's "
            "endpoint, the instance's metadata", AWS_EC2_METADATA_DISABLED="true"), 500)

    def test_container_hosts(self):
        """a container's endpoint without TLS is on this machine, or not asked"""
        for host in ("http://127.evil.example/x", "http://169.254.169.254/latest/", "http://8.8.8.8/"):
            self.assertEqual(self.own(
                "is neither https nor on this machine", AWS_CONTAINER_CREDENTIALS_FULL_URI=host,
                AWS_CONTAINER_AUTHORIZATION_TOKEN=CANARY), 500)

    def test_refusals(self):
        """an endpoint that refuses, and a token file that is missing, are named"""
        self.assertEqual(self.own(
            "the container's endpoint answered with status 401",
            AWS_CONTAINER_CREDENTIALS_FULL_URI=self.aws.url + "/container-credentials"), 500)
        self.assertEqual(self.own(
            "token file /no/such/token is missing", AWS_WEB_IDENTITY_TOKEN_FILE="/no/such/token",
            AWS_ROLE_ARN=ACCOUNT + "pod"), 500)


class Roles(Case):
    """AssumeRole, its refusals, and the one retry."""

    def more(self):
        return {"AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": CANARY}

    def test_one_flight(self):
        """a hundred requests at once assume a role once, and then nobody does"""
        threads = [threading.Thread(target=self.key, args=("once",)) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.key("once")["key"], "ASIA.once.1.by.AKIAOWN")
        self.assertEqual(len(self.aws.named("AssumeRole")), 1)

    def test_denied(self):
        """a role that may not be assumed is a 500, and STS is left alone for a moment"""
        self.aws.roles["denied"] = [sts_error("AccessDenied", "AKIAOWN may not assume it")]
        self.refused("denied", "API Gateway does not have permission to assume the provided role " + ACCOUNT + "denied")
        self.gateway.wait_for_log("AccessDenied: AKIAOWN may not assume it")
        self.refused("denied", "AccessDenied")
        self.assertEqual(len(self.aws.named("AssumeRole")), 1)
        self.assertEqual([call for call in self.aws.calls if call.path == "/denied"], [])
        time.sleep(1.1)
        self.assertEqual(self.key("denied")["key"], "ASIA.denied.1.by.AKIAOWN")

    def test_cut(self):
        """an answer that is cut off gives no credentials, whatever half of them there is"""
        whole = sts_answer("AssumeRole", "ASIAHALF")
        self.aws.roles["cut"] = [(200, whole[:len(whole) * 2 // 3], {})]
        self.refused("cut", "assuming " + ACCOUNT + "cut")

    def test_expired_at_birth(self):
        """credentials that had expired when they came are not used"""
        self.aws.roles["stale"] = [(200, sts_answer("AssumeRole", "ASIASTALE", -60), {})]
        self.refused("stale", "the credentials that were given had expired already")

    def test_expired_token(self):
        """a service that calls a token expired gets new ones, once"""
        expired = (400, '{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"expired"}', {})
        self.key("dropped")
        self.aws.services["/dropped"] = [expired]
        self.assertEqual(self.key("dropped")["key"], "ASIA.dropped.2.by.AKIAOWN")
        self.aws.forget()
        self.aws.services["/dropped"] = [expired, expired]
        self.assertIn(b"ExpiredTokenException", self.ask("/dropped").body)
        self.assertEqual(len([call for call in self.aws.calls if call.path == "/dropped"]), 2)

    def test_expired_source(self):
        """keys that can no longer assume a role are fetched anew, once"""
        self.aws.roles["hurried"] = [sts_error("ExpiredToken")]
        self.refused("hurried", "ExpiredToken")
        self.assertEqual(len(self.aws.named("AssumeRole")), 1, "keys of the environment do not change")

    def test_skew(self):
        """a clock that is an hour off is corrected by the service's, for the retry and for whoever comes next"""
        hour = email.utils.formatdate(time.time() + 3600, usegmt=True)
        tardy = (400, '{"__type":"InvalidSignatureException","message":"Signature expired"}', {"Date": hour})
        self.key("skewed")
        self.aws.forget()
        self.aws.services["/skewed"] = [tardy]
        self.key("skewed")
        self.key("skewed")
        first, second, third = [call.date for call in self.aws.calls]
        seconds = [time.mktime(time.strptime(date, "%Y%m%dT%H%M%SZ")) for date in (first, second, third)]
        self.assertAlmostEqual(seconds[1] - seconds[0], 3600, delta=5)
        self.assertAlmostEqual(seconds[2] - seconds[0], 3600, delta=5)
        back = (403, '{"message":"Signature not yet current","__type":"InvalidSignatureException"}', {})
        self.aws.services["/skewed"] = [back]
        self.key("skewed")

    def test_emulator_without_sts(self):
        """an emulator of everything that knows no STS gets the gateway's own signature, and a warning is logged"""
        self.aws.roles["empty"] = [(501, '{"message": "not implemented"}', {})]
        self.assertEqual(self.key("empty")["key"], "AKIAOWN")
        self.assertTrue(self.gateway.wait_for_log("has no STS; what is to be signed as a role is signed by AKIAOWN"))

    def test_trace(self):
        """a trace names who signs, and shows neither keys nor tokens"""
        done = subprocess.run(
            [os.environ["HEADGATE_BIN"], "invoke", "--pipelines", self.gateway.folder, "noted"],
            env={**os.environ, **self.environment}, capture_output=True, text=True, timeout=30)
        said = done.stdout + done.stderr
        self.assertIn("noted", said)
        for secret in ("canary", "Security-Token", "Signature="):
            self.assertNotIn(secret, said)


class OwnService(Case):
    """An STS that is named as such is taken at its word."""

    def more(self):
        return {"AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": CANARY, "AWS_ENDPOINT_URL_STS": self.aws.url}

    def test_garbage(self):
        """what is no answer of STS is a failure"""
        self.aws.roles["garbage"] = [(200, f"<html>{CANARY}</html>", {})]
        self.refused("garbage", "gave an answer without AccessKeyId and SecretAccessKey")
        self.aws.roles["empty"] = [(503, "", {})] * 3
        self.refused("empty", "status 503")
        self.assertEqual(len(self.aws.named("AssumeRole")), 1 + 3)
