"""Functions on this machine: real runtime clients, and what happens when they misbehave."""

import json
import pathlib
import tempfile
import time
import urllib.error
import urllib.request

from harness import GatewayCase, files
from harness.gateway import _free_port
from harness.python import environment

INVOKE = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"

APP = '''
import json, os, sys, time
def handler(event, context):
    do = (event or {}).get("do") or ((event or {}).get("queryStringParameters") or {}).get("do")
    if do == "raise": raise ValueError("Bad: qty")
    if do == "exit": os._exit(3)
    if do == "sleep": time.sleep(30)
    if do == "garbage": return 42
    if do == "huge": return {"body": "x" * 7_000_000}
    if do == "say": print("a word from the function")
    if do == "pid": return {"body": str(os.getpid())}
    if "httpMethod" in event:
        return {"statusCode": 201, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": json.dumps(event)}
    return {"got": event, "memory": context.memory_limit_in_mb, "id": context.aws_request_id, "x": os.environ["X"]}
'''

ASGI = '''
from mangum import Mangum
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
async def hello(request):
    return JSONResponse({"name": request.path_params["name"], "q": request.query_params.getlist("q"),
                         "body": (await request.body()).decode()}, headers={"X-From": "starlette"})
handler = Mangum(Starlette(routes=[Route("/asgi/{name}", hello, methods=["GET", "POST"])]), lifespan="off")
'''

WSGI = '''
from apig_wsgi import make_lambda_handler
from flask import Flask, request
app = Flask(__name__)
@app.route("/wsgi/<name>", methods=["GET", "POST"])
def hello(name): return {"name": name, "q": request.args.getlist("q"), "body": request.get_data(as_text=True)}
handler = make_lambda_handler(app)
'''

BOOTSTRAP = '''#!/bin/sh
set -eu
while true; do
  HEADERS=$(mktemp)
  EVENT=$(curl -sS -D "$HEADERS" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  ID=$(grep -i lambda-runtime-aws-request-id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  rm -f "$HEADERS"
  echo "shell serves $ID"
  curl -sS -X POST "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$ID/response" \\
    -d "{\\"statusCode\\": 200, \\"body\\": \\"from the shell\\"}" > /dev/null
done
'''


def pipelines(python, code):
    def proxy(name, route, function):
        return f"""---
name: {name}
route: {route}
stages:
  - lambda-proxy: {function}
"""

    functions = "functions:\n"
    for name, handler in (("app", "app.handler"), ("asgi", "asgi.handler"), ("wsgi", "wsgi.handler")):
        functions += f"""
  - name: {name}
    command: {python} -m awslambdaric {handler}
    handler: {handler}
    code: {code}
    timeout: 2
    memory: 256
    environment: {{X: "y"}}
"""
    functions += f"  - {{name: shell, command: [/bin/sh, bootstrap], code: {code}}}\n"
    functions += "  - {name: never, command: /no/such/program}\n"
    custom = f"""---
name: custom
route: POST /custom
integration:
  type: AWS
  httpMethod: POST
  uri: {INVOKE.format("arn:aws:lambda:us-east-1:000000000000:function:app")}
  integrationResponses:
    - statusCode: 200
    - statusCode: 400
      selectionPattern: 'Bad:.*'
      responseTemplates:
        application/json: '{{"why": "$input.path("$.errorMessage")"}}'
    - {{statusCode: 504, selectionPattern: '.*timed out.*'}}
    - {{statusCode: 502, selectionPattern: '(\\n|.)+'}}
---
name: event
route: POST /event
integration:
  type: AWS
  httpMethod: POST
  uri: {INVOKE.format("app")}
  requestParameters:
    integration.request.header.X-Amz-Invocation-Type: "'Event'"
  integrationResponses: [{{statusCode: 202}}]
"""
    parts = files(
        custom[4:] + proxy("proxy", "ANY /proxy/{id}", "app") + proxy("asgi", "ANY /asgi/{name}", "asgi")
        + proxy("wsgi", "ANY /wsgi/{name}", "wsgi") + proxy("shell", "GET /shell", "shell") + proxy("never", "GET /never", "never"))
    return {"functions.yaml": functions, **parts}


class Functions(GatewayCase):
    @classmethod
    def setUpClass(cls):
        folder = environment("awslambdaric", "mangum", "starlette", "apig-wsgi", "flask")
        code = tempfile.TemporaryDirectory()
        cls.addClassCleanup(code.cleanup)
        cls.code = pathlib.Path(code.name)
        for name, text in (("app.py", APP), ("asgi.py", ASGI), ("wsgi.py", WSGI), ("bootstrap", BOOTSTRAP)):
            (cls.code / name).write_text(text)
        cls.pipelines = pipelines(folder / "python", code.name)
        cls.invoke_port = _free_port()
        cls.environment = {"HEADGATE_FUNCTIONS_PORT": str(cls.invoke_port), "AWS_EC2_METADATA_DISABLED": "true"}
        super().setUpClass()

    def post(self, target, value):
        return self.ask(target, "POST", (("Content-Type", "application/json"),), json.dumps(value).encode())

    def test_custom(self):
        """a custom integration maps payload and result, and chooses by errorMessage"""
        response = self.post("/custom", {"a": 1})
        self.assertEqual(response.status, 200, self.gateway.log[-2000:])
        answer = json.loads(response.body)
        self.assertEqual((answer["got"], answer["memory"], answer["x"]), ({"a": 1}, "256", "y"))
        response = self.post("/custom", {"do": "raise"})
        self.assertEqual((response.status, response.body), (400, b'{"why": "Bad: qty"}'))

    def test_event(self):
        """an asynchronous invocation is answered at once"""
        began = time.monotonic()
        self.assertEqual(self.post("/event", {"do": "sleep"}).status, 202)
        self.assertLess(time.monotonic() - began, 1.5)

    def test_proxy(self):
        """the proxy's event is complete, and its response is the client's"""
        response = self.ask("/proxy/7?tag=a&tag=b", "POST", (("Content-Type", "text/plain"), ("X-One", "1"), ("X-One", "2")), b"hello")
        self.assertEqual(response.status, 201, self.gateway.log[-2000:])
        event = json.loads(response.body)
        self.assertEqual(event["resource"], "/proxy/{id}")
        self.assertEqual(event["pathParameters"], {"id": "7"})
        self.assertEqual(event["queryStringParameters"], {"tag": "b"})
        self.assertEqual(event["multiValueQueryStringParameters"], {"tag": ["a", "b"]})
        self.assertEqual((event["headers"]["X-One"], event["multiValueHeaders"]["X-One"]), ("2", ["1", "2"]))
        self.assertEqual((event["body"], event["isBase64Encoded"], event["stageVariables"]), ("hello", False, None))
        self.assertEqual(event["requestContext"]["resourcePath"], "/proxy/{id}")
        self.assertEqual(event["requestContext"]["identity"]["sourceIp"], "127.0.0.1")

    def test_proxy_failures(self):
        """errors, garbage, an exit, 7 MB and a timeout are all 502, and nothing is told"""
        for do, said in (("raise", "Bad: qty"), ("garbage", "Malformed Lambda proxy response"), ("exit", "exit status 3"),
                         ("huge", "Response payload size"), ("sleep", "Task timed out after 2.00 seconds")):
            with self.subTest(do):
                response = self.ask("/proxy/7?do=" + do)
                self.assertEqual((response.status, response.body), (502, b'{"message": "Internal server error"}'))
                self.gateway.wait_for_log(said)
        self.assertEqual(self.ask("/proxy/7").status, 201)

    def test_never_starts(self):
        """a program that does not exist is a 502"""
        self.assertEqual(self.ask("/never").status, 502)
        self.gateway.wait_for_log("/no/such/program")

    def test_warm_and_reloaded(self):
        """a process is kept, until the code changes"""
        first = self.ask("/proxy/1?do=pid").body
        self.assertEqual(self.ask("/proxy/1?do=pid").body, first)
        (self.code / "other.py").write_text("# new\n")
        time.sleep(0.25)
        self.assertNotEqual(self.ask("/proxy/1?do=pid").body, first)

    def test_logs(self):
        """what a function prints is logged with the request's id"""
        self.ask("/proxy/1?do=say")
        self.gateway.wait_for_log("a word from the function")

    def test_shell(self):
        """a bootstrap in shell"""
        response = self.ask("/shell")
        self.assertEqual((response.status, response.body), (200, b"from the shell"))

    def test_adapters(self):
        """mangum with Starlette and apig-wsgi with Flask are content with the event"""
        for path in ("/asgi/ada", "/wsgi/ada"):
            with self.subTest(path):
                response = self.ask(path + "?q=1&q=2", "POST", (("Content-Type", "text/plain"),), b"body")
                self.assertEqual(response.status, 200, self.gateway.log[-2000:])
                self.assertEqual(json.loads(response.body), {"name": "ada", "q": ["1", "2"], "body": "body"})

    def test_invoke_api(self):
        """the Invoke API, with its errors and its log"""
        url = f"http://127.0.0.1:{self.invoke_port}/2015-03-31/functions/"
        request = urllib.request.Request(url + "app/invocations", data=b'{"do": "raise"}', headers={"X-Amz-Log-Type": "Tail"})
        with urllib.request.urlopen(request, timeout=10) as response:
            self.assertEqual(response.headers["X-Amz-Function-Error"], "Unhandled")
            self.assertTrue(response.headers["X-Amz-Log-Result"])
            self.assertEqual(json.load(response)["errorMessage"], "Bad: qty")
        with self.assertRaises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(url + "nobody/invocations", data=b"{}", timeout=10)
        self.assertEqual(missing.exception.code, 404)
