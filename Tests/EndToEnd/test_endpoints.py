"""Where services are called: what the environment, the shared configuration and a pipeline say, and AWS's own hosts."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import Gateway, files
from harness.aws import FakeAWS
from harness.wire import Wire

SERVICES = ["sqs", "states", "sns", "kinesis"]


def call(name, service, more="", region="us-east-1"):
    return f"""name: {name}
route: GET /{name}
stages:
  - request: {{backend: aws}}
  - aws: {{method: GET, uri: 'arn:aws:apigateway:{region}:{service}:path/{name}'{more}}}
  - response
"""


CONFIG = """
[default]
services = local
endpoint_url = {general}
[services local]
sqs =
  endpoint_url = {special}
"""


class Endpoints(unittest.TestCase):
    def setUp(self):
        self.servers = {name: FakeAWS() for name in ("general", "special", "other")}
        for server in self.servers.values():
            self.addCleanup(server.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def reached(self, environment, more=None, pipelines=None):
        """Which of the servers each service is called at."""
        (self.folder / "config").write_text(CONFIG.format(**{name: server.url for name, server in self.servers.items()}))
        given = {
            "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CONFIG_FILE": "/nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", **environment}
        parts = pipelines or [call(name, name, more or "") for name in SERVICES]
        with Gateway(files("\n---\n".join(parts)), environment=given) as gateway:
            for name in re.findall(r"^name: (\S+)", "\n".join(parts), re.MULTILINE):
                with Wire(gateway.port) as wire:
                    self.assertEqual(wire.ask("/" + name).status, 200, gateway.log)
        return {call.path[1:]: name for name, server in self.servers.items() for call in server.calls}

    def test_environment(self):
        """AWS_ENDPOINT_URL is for all services, AWS_ENDPOINT_URL_SERVICE for one, by its id in the SDKs"""
        self.assertEqual(
            self.reached({
                "AWS_ENDPOINT_URL": self.servers["general"].url, "AWS_ENDPOINT_URL_SQS": self.servers["special"].url,
                "AWS_ENDPOINT_URL_SFN": self.servers["other"].url + "/"}),
            {"sqs": "special", "states": "other", "sns": "general", "kinesis": "general"})

    def test_files(self):
        """the shared configuration has endpoint_url and services; the environment is stronger, a pipeline strongest"""
        config = {"AWS_CONFIG_FILE": str(self.folder / "config")}
        self.assertEqual(
            self.reached(config), {"sqs": "special", "states": "general", "sns": "general", "kinesis": "general"})
        for server in self.servers.values():
            server.forget()
        self.assertEqual(
            self.reached({**config, "AWS_ENDPOINT_URL_KINESIS": self.servers["other"].url}, pipelines=[
                call("sqs", "sqs", f", endpoint: '{self.servers['other'].url}'"), call("kinesis", "kinesis")]),
            {"sqs": "other", "kinesis": "other"})

    def test_region_of_the_stage(self):
        """a stage variable may be the region; the signature is for it, and what is no region is the gateway's failure"""
        pipeline = call("sqs", "sqs", region="${stageVariables.where}")
        parts = {
            "there.yaml": pipeline + "stageVariables: {where: eu-central-1}\n",
            "nowhere.yaml": pipeline.replace("/sqs\n", "/none\n").replace("name: sqs", "name: none")
            + "stageVariables: {where: 'Not A Region'}\n"}
        environment = {
            "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": self.servers["general"].url}
        with Gateway(parts, environment=environment) as gateway:
            with Wire(gateway.port) as wire:
                self.assertEqual(wire.ask("/sqs").status, 200, gateway.log)
                failed = wire.ask("/none")
            self.assertEqual((failed.status, failed.body), (500, b'{"message": "Internal server error"}'))
            self.assertTrue(gateway.wait_for_log('the stage variable where holds no region: "Not A Region"'))
        calls = self.servers["general"].calls
        self.assertEqual(len(calls), 1)
        self.assertIn("/eu-central-1/sqs/aws4_request", calls[0].headers["Authorization"])

    def test_hosts(self):
        """AWS's own hosts, with validated cryptography, with IPv6, and in other partitions"""
        plain = call("a", "sqs")
        china = call("b", "sqs", region="cn-north-1").replace("arn:aws:", "arn:aws-cn:")
        government = call("c", "iam", region="us-gov-west-1").replace("arn:aws:", "arn:aws-us-gov:")
        fips = call("d", "sqs", ", useFipsEndpoint: true")
        dual = call("e", "sqs", ", useDualstackEndpoint: true")
        folder = self.folder / "pipelines"
        folder.mkdir()
        for name, text in files("\n---\n".join([plain, china, government, fips, dual])).items():
            (folder / name).write_text(text)

        def hosts(**environment):
            done = subprocess.run(
                [os.environ["HEADGATE_BIN"], "explain", "--pipelines", folder], capture_output=True, text=True, timeout=60,
                env={**os.environ, "AWS_CONFIG_FILE": "/nowhere", **environment})
            return re.findall(r"https://([^/ ]+)", done.stdout)

        self.assertEqual(hosts(), [
            "sqs.us-east-1.amazonaws.com", "sqs.cn-north-1.amazonaws.com.cn", "iam.us-gov.amazonaws.com",
            "sqs-fips.us-east-1.amazonaws.com", "sqs.us-east-1.api.aws"])
        self.assertEqual(hosts(AWS_USE_FIPS_ENDPOINT="true")[0], "sqs-fips.us-east-1.amazonaws.com")
        self.assertEqual(hosts(AWS_USE_DUALSTACK_ENDPOINT="true")[1], "sqs.cn-north-1.api.amazonwebservices.com.cn")

    def test_refused(self):
        """what cannot be called is refused before it is served, with what is meant instead"""
        def integration(type_, uri):
            text = f"name: x\nroute: GET /x\nintegration: {{type: {type_}, httpMethod: POST, uri: '{uri}', integrationResponses: [{{statusCode: 200}}]}}\n"
            (self.folder / "x.yaml").write_text(text)
            done = subprocess.run(
                [os.environ["HEADGATE_BIN"], "check", self.folder / "x.yaml"], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            return " ".join((done.stdout + done.stderr).split())

        arn = "arn:aws:apigateway:us-east-1:"
        for type_, uri, said in [
            ("AWS", arn + "stepfunctions:action/StartExecution", "write states"),
            ("AWS", arn + "sqss:action/SendMessage", 'did you mean "sqs"?'),
            ("AWS", arn + "sqs:SendMessage", "AWS ARN for integration must contain path or action"),
            ("AWS", arn + "${stageVariables.service}:action/X", "the protocol of a call follows from the service"),
            ("AWS", "arn:aws:apigateway:Mars:sqs:action/X", '"Mars" is no region'),
            ("AWS_PROXY", arn + "sqs:path/1/q", "currently only supports Lambda function and Firehose stream invocations"),
            ("AWS_PROXY", arn + "firehose:action/PutRecord", "write type AWS and …:firehose:action/PutRecord"),
        ]:
            with self.subTest(uri):
                self.assertIn(said, integration(type_, uri))
