"""Integrations of AWS services against moto: what was sent is really there."""

import json
import os
import pathlib
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from harness import GatewayCase, files
from harness.python import environment

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/gateway"
CANARY = "canary-secret-wJalrXUtnFEMI"
ARN = "arn:aws:apigateway:us-east-1:"

PIPELINES = f"""
name: enqueue
route: POST /jobs
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}sqs:path/{ACCOUNT}/jobs
  credentials: {ROLE}
  requestParameters:
    integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"
  requestTemplates:
    application/json: Action=SendMessage&MessageBody=$util.urlEncode($input.body)
  integrationResponses:
    - statusCode: 200
      responseTemplates:
        application/json: '{{"sent": true}}'
    - {{statusCode: 502, selectionPattern: '[45]\\d\\d'}}
---
name: enqueue-json
route: POST /jobs-json
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}sqs:action/SendMessage
  requestTemplates:
    application/json: '{{"QueueUrl": "$stageVariables.queue", "MessageBody": "$util.escapeJavaScript($input.body)"}}'
  integrationResponses: [{{statusCode: 200}}]
stageVariables:
  queue: ${{MOTO}}/{ACCOUNT}/jobs
---
name: put-item
route: PUT /items/{{id}}
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}dynamodb:action/PutItem
  requestTemplates:
    application/json: |
      {{"TableName": "items", "Item": {{"id": {{"S": "$input.params('id')"}}, "v": {{"S": "$input.path('$.v')"}}}}}}
  integrationResponses: [{{statusCode: 201, selectionPattern: '200'}}, {{statusCode: 500}}]
---
name: get-item
route: GET /items/{{id}}
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}dynamodb:action/GetItem
  requestTemplates:
    application/json: '{{"TableName": "items", "Key": {{"id": {{"S": "$input.params("id")"}}}}}}'
  integrationResponses:
    - statusCode: 200
      responseTemplates:
        application/json: '{{"v": "$input.path("$.Item.v.S")"}}'
---
name: put-object
route: PUT /files/{{key+}}
integration:
  type: AWS
  httpMethod: PUT
  uri: {ARN}s3:path/files/{{key}}
  requestParameters:
    integration.request.path.key: method.request.path.key
  integrationResponses: [{{statusCode: 200}}]
---
name: get-object
route: GET /files/{{key+}}
integration:
  type: AWS
  httpMethod: GET
  uri: {ARN}s3:path/files/{{key}}
  requestParameters:
    integration.request.path.key: method.request.path.key
  integrationResponses:
    - statusCode: 200
      responseParameters:
        method.response.header.Content-Type: integration.response.header.content-type
    - {{statusCode: 404, selectionPattern: '404'}}
---
name: delete-object
route: DELETE /files/{{key+}}
integration:
  type: AWS
  httpMethod: DELETE
  uri: {ARN}s3:path/files/{{key}}
  requestParameters:
    integration.request.path.key: method.request.path.key
  integrationResponses: [{{statusCode: 204}}]
---
name: list-objects
route: GET /files
integration:
  type: AWS
  httpMethod: GET
  uri: {ARN}s3:path/files?list-type=2
  integrationResponses: [{{statusCode: 200}}]
---
name: publish
route: POST /publish
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}sns:action/Publish
  requestParameters:
    integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"
  requestTemplates:
    application/json: TopicArn=arn:aws:sns:us-east-1:{ACCOUNT}:news&Message=$util.urlEncode($input.body)
  integrationResponses: [{{statusCode: 200}}]
---
name: record
route: POST /records
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}kinesis:action/PutRecord
  requestTemplates:
    application/json: |
      {{"StreamName": "records", "Data": "$util.base64Encode($input.body)", "PartitionKey": "k"}}
  integrationResponses: [{{statusCode: 200}}]
---
name: deliver
route: POST /deliveries
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}firehose:action/PutRecord
  requestTemplates:
    application/json: '{{"DeliveryStreamName": "deliveries", "Record": {{"Data": "$util.base64Encode($input.body)"}}}}'
  integrationResponses: [{{statusCode: 200}}]
---
name: event
route: POST /events
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}events:action/PutEvents
  requestTemplates:
    application/json: |
      {{"Entries": [{{"Source": "web", "DetailType": "order", "Detail": "$util.escapeJavaScript($input.json('$'))",
        "EventBusName": "default"}}]}}
  integrationResponses: [{{statusCode: 200}}]
---
name: parameter
route: GET /parameters/{{name}}
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}ssm:action/GetParameter
  requestTemplates:
    application/json: '{{"Name": "$input.params("name")"}}'
  integrationResponses:
    - statusCode: 200
      responseTemplates: {{application/json: '{{"value": "$input.path("$.Parameter.Value")"}}'}}
---
name: execution
route: POST /executions
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}states:action/StartExecution
  requestTemplates:
    application/json: |
      {{"stateMachineArn": "arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m",
        "input": "$util.escapeJavaScript($input.json('$'))"}}
  integrationResponses: [{{statusCode: 200}}, {{statusCode: 502, selectionPattern: '[45].*'}}]
---
name: who
route: GET /who
stages:
  - credentials:
      role: {ROLE}
      sessionName: orders
      tags: {{team: a}}
  - request: {{backend: aws}}
  - aws: {ARN}sts:action/GetCallerIdentity
  - response
---
name: who-itself
route: GET /who-itself
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}sts:action/GetCallerIdentity
  integrationResponses: [{{statusCode: 200}}]
---
name: caller
route: GET /caller
integration:
  type: AWS
  httpMethod: POST
  uri: {ARN}sts:action/GetCallerIdentity
  credentials: arn:aws:iam::*:user/*
  integrationResponses: [{{statusCode: 200}}]
"""


class Moto:
    """moto_server in a process of its own."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.process = subprocess.Popen(
            [folder / "moto_server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT})
        for _ in range(150):
            try:
                urllib.request.urlopen(self.url + "/moto-api/", timeout=2).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise unittest.SkipTest("moto_server does not start")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def run(self, code):
        """Runs Python with boto3 against it, and gives what `result` is then."""
        program = (
            "import boto3, json\n"
            f"def client(name): return boto3.client(name, endpoint_url={self.url!r}, region_name='us-east-1',"
            "aws_access_key_id='test', aws_secret_access_key='test')\n"
            "result = None\n" + code + "\nprint(json.dumps(result, default=str))"
        )
        done = subprocess.run([self.folder / "python", "-c", program], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(done.stderr[-2000:])
        return json.loads(done.stdout)


class AWS(GatewayCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = Moto(environment("moto[server]", "boto3"))
        cls.addClassCleanup(cls.moto.stop)
        cls.moto.run(
            "client('sqs').create_queue(QueueName='jobs')\n"
            "client('sqs').create_queue(QueueName='news')\n"
            "client('dynamodb').create_table(TableName='items', BillingMode='PAY_PER_REQUEST',"
            "  KeySchema=[dict(AttributeName='id', KeyType='HASH')],"
            "  AttributeDefinitions=[dict(AttributeName='id', AttributeType='S')])\n"
            "client('s3').create_bucket(Bucket='files')\n"
            "topic = client('sns').create_topic(Name='news')['TopicArn']\n"
            f"client('sns').subscribe(TopicArn=topic, Protocol='sqs', Endpoint='arn:aws:sqs:us-east-1:{ACCOUNT}:news')\n"
            "client('kinesis').create_stream(StreamName='records', ShardCount=1)\n"
            "client('ssm').put_parameter(Name='colour', Value='green', Type='String')\n"
            "client('firehose').create_delivery_stream(DeliveryStreamName='deliveries', S3DestinationConfiguration=dict("
            f"  RoleARN='{ROLE}', BucketARN='arn:aws:s3:::files'))\n"
            f"client('stepfunctions').create_state_machine(name='m', roleArn='{ROLE}', definition=json.dumps("
            "  dict(StartAt='a', States=dict(a=dict(Type='Pass', End=True)))))\n"
            "client('iam').create_role(RoleName='gateway', AssumeRolePolicyDocument='{}')\n")
        cls.pipelines = files(PIPELINES)
        cls.environment = {
            "MOTO": cls.moto.url, "AWS_ENDPOINT_URL": cls.moto.url, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": CANARY, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }
        super().setUpClass()

    def check_alive(self):
        super().check_alive()
        self.assertNotIn("canary", self.gateway.log)

    def answer(self, target, method="GET", body=None, status=200, headers=(("Content-Type", "application/json"),)):
        response = self.ask(target, method, headers, body)
        self.assertEqual(response.status, status, f"{response.body}\n{self.gateway.log[-1500:]}")
        self.assertNotIn(b"canary", response.body)
        return response

    def test_queue(self):
        """a message is in the queue: by form, as an assumed role, and by JSON"""
        self.assertEqual(self.answer("/jobs", "POST", b'{"a": "x & y=z"}').body, b'{"sent": true}')
        self.assertIn(b"MessageId", self.answer("/jobs-json", "POST", b'{"b": "\xc3\xbc"}').body)
        bodies = self.moto.run(
            f"q = client('sqs'); url = '{self.moto.url}/{ACCOUNT}/jobs'\n"
            "result = []\nfor _ in range(2): result += [m['Body'] for m in q.receive_message(QueueUrl=url)['Messages']]")
        self.assertEqual(sorted(bodies), ['{"a": "x & y=z"}', '{"b": "ü"}'])

    def test_table(self):
        """an item is in the table, and comes back"""
        self.answer("/items/7", "PUT", b'{"v": "seven"}', status=201)
        item = self.moto.run("result = client('dynamodb').get_item(TableName='items', Key=dict(id=dict(S='7')))['Item']")
        self.assertEqual(item, {"id": {"S": "7"}, "v": {"S": "seven"}})
        self.assertEqual(self.answer("/items/7").body, b'{"v": "seven"}')

    def test_bucket(self):
        """an object is in the bucket, comes back with its type, is listed, and can be deleted"""
        kind = (("Content-Type", "text/plain"),)
        self.answer("/files/a/b%20c(1).txt", "PUT", b"text", headers=kind)
        keys = self.moto.run("result = [o['Key'] for o in client('s3').list_objects_v2(Bucket='files')['Contents']]")
        self.assertIn("a/b c(1).txt", keys)
        response = self.answer("/files/a/b%20c(1).txt")
        self.assertEqual((response.body, response.header("Content-Type")), (b"text", "text/plain"))
        self.assertIn(b"<Key>a/b c(1).txt</Key>", self.answer("/files").body)
        self.answer("/files/a/b%20c(1).txt", "DELETE", status=204)
        self.answer("/files/a/b%20c(1).txt", status=404)

    def test_topic(self):
        """a message is published, and reaches the queue that has subscribed"""
        self.answer("/publish", "POST", b'{"headline": 1}')
        body = self.moto.run(
            f"result = client('sqs').receive_message(QueueUrl='{self.moto.url}/{ACCOUNT}/news')['Messages'][0]['Body']")
        self.assertEqual(json.loads(body)["Message"], '{"headline": 1}')

    def test_stream(self):
        """a record is in the stream, and one is delivered"""
        self.answer("/records", "POST", b'{"n": 1}')
        data = self.moto.run(
            "k = client('kinesis'); i = k.get_shard_iterator(StreamName='records', ShardId='shardId-000000000000',"
            " ShardIteratorType='TRIM_HORIZON')['ShardIterator']\n"
            "result = k.get_records(ShardIterator=i)['Records'][0]['Data'].decode()")
        self.assertEqual(data, '{"n": 1}')
        self.assertIn(b"RecordId", self.answer("/deliveries", "POST", b'{"n": 2}').body)

    def test_actions(self):
        """events, parameters and executions by action alone"""
        self.assertIn(b'"FailedEntryCount": 0', self.answer("/events", "POST", b'{"n": 1}').body.replace(b'":0', b'": 0'))
        self.assertEqual(self.answer("/parameters/colour").body, b'{"value": "green"}')
        arn = json.loads(self.answer("/executions", "POST", b'{"n": 1}').body)["executionArn"]
        given = self.moto.run(f"result = client('stepfunctions').describe_execution(executionArn='{arn}')['input']")
        self.assertEqual(json.loads(given), {"n": 1})

    def test_roles(self):
        """the caller is the assumed role with its session's name, or the gateway itself"""
        self.assertIn(f"arn:aws:sts::{ACCOUNT}:assumed-role/gateway/orders", self.answer("/who").body.decode())
        self.assertNotIn("assumed-role", self.answer("/who-itself").body.decode())

    def test_no_secret_in_traces(self):
        """a trace shows who signs, and neither secret nor session token"""
        done = subprocess.run(
            [os.environ["HEADGATE_BIN"], "invoke", "--pipelines", self.gateway.folder, "who"],
            env={**os.environ, **self.environment}, capture_output=True, text=True, timeout=30)
        said = done.stdout + done.stderr
        self.assertIn("GetCallerIdentity", said)
        for secret in ("canary", "Security-Token", "Signature="):
            self.assertNotIn(secret, said)

    def test_caller_without_identity(self):
        """the caller's own credentials need a caller who has signed"""
        response = self.answer("/caller", status=500)
        self.assertEqual(response.body, b'{"message": "Internal server error"}')
        self.gateway.wait_for_log("AWS_IAM Auth type is required")


class WithoutCredentials(GatewayCase):
    pipelines = files(
        "\n---\n".join(part for part in PIPELINES.split("---\n") if "name: who-itself" in part or "name: put-item" in part))
    environment = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "",
        "AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    }

    def test_none(self):
        """without credentials the client learns nothing, and the log says where they were looked for"""
        response = self.ask("/who-itself")
        self.assertEqual((response.status, response.body), (500, b'{"message": "Internal server error"}'))
        self.gateway.wait_for_log("there are no AWS credentials; looked in: the environment, the profile default")


class BrokenFiles(GatewayCase):
    pipelines = WithoutCredentials.pipelines

    @classmethod
    def setUpClass(cls):
        import tempfile

        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = pathlib.Path(cls.folder.name) / "credentials"
        path.write_text(f"[default]\naws_access_key_id = AKIA\naws_secret_access_key {CANARY}\n")
        cls.environment = {
            **WithoutCredentials.environment, "AWS_SHARED_CREDENTIALS_FILE": str(path)}
        super().setUpClass()

    def test_syntax(self):
        """a credentials file with a syntax error is named with its line, without its text"""
        self.assertEqual(self.ask("/who-itself").status, 500)
        self.gateway.wait_for_log("credentials:3: expected NAME = VALUE")
        self.assertNotIn("canary", self.gateway.log)


if __name__ == "__main__":
    unittest.main()
