"""Functions on this machine that misbehave, stream, and end: each has its answer, and the log names what happened."""

import json
import pathlib
import shutil
import tempfile
import threading
import time
import unittest
import urllib.request

from harness import Gateway, GatewayCase
from harness.gateway import _free_port
from harness.wire import Closed, Wire, request

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "pipelines" / "functions"

APP = r'''
import os, signal, sys, time
def handler(event, context):
    do = (event.get("queryStringParameters") or {}).get("do", "")
    if do == "memory":
        hog = b"x" * (400 << 20)
        time.sleep(5)
    if do == "exit": os._exit(3)
    if do == "crash": os.kill(os.getpid(), signal.SIGSEGV)
    if do == "orphan":
        # A process that goes on, in a session of its own, and holds the output.
        if os.fork() == 0:
            os.setsid()
            time.sleep(20)
            os._exit(0)
        os._exit(4)
    if do == "huge": return {"body": "x" * 7_000_000}
    if do == "sleep": time.sleep(30)
    if do == "nap": time.sleep(1.5)
    if do == "say":
        sys.stdout.buffer.write(b"plain\nred \x1b[31m \xff\xfe bell \x07 line\r\n" + b"y" * 70_000 + b"\n")
        sys.stdout.flush()
    if do == "stubborn": signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return {"body": str(os.getpid())}
'''

# A bootstrap that does not get as far as its first invocation.
STUCK = "import time\ntime.sleep(60)\n"
# One that says what nobody understands, and then works.
GARBAGE = r'''
import os, socket, sys
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
for text in (b"\x16\x03\x01garbage\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"POST /2018-06-01/runtime/invocation/none/response HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc"):
    with socket.create_connection((host, int(port))) as s:
        s.sendall(text)
import runtime
os.environ["_"] = ""
def handler(event, context): return float("nan") if False else "no response"
sys.modules["garbage"] = sys.modules["__main__"]
runtime.main("garbage.handler")
'''

STREAM = r'''
import http.client, json, os, time
api = os.environ["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime/invocation/"
while True:
    ask = http.client.HTTPConnection(api)
    ask.request("GET", BASE + "next")
    got = ask.getresponse()
    event, identifier = json.loads(got.read()), got.headers["Lambda-Runtime-Aws-Request-Id"]
    do = (event.get("queryStringParameters") or {}).get("do", "")
    answer = http.client.HTTPConnection(api)
    answer.putrequest("POST", BASE + identifier + "/response")
    answer.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    answer.putheader("Content-Type", "application/vnd.awslambda.http-integration-response")
    answer.putheader("Transfer-Encoding", "chunked")
    answer.endheaders()
    def send(data): answer.send(b"%x\r\n%s\r\n" % (len(data), data))
    head = {"statusCode": 201, "headers": {"X-One": "1"}}
    if do != "plain": head["cookies"] = ["a=1"]
    send(json.dumps(head).encode() + bytes(8))
    send(b"first;")
    if do == "slow": time.sleep(1)
    if do == "exit": os._exit(5)
    if do in ("some", "much"):
        for _ in range(32 if do == "some" else 320): send(b"z" * 65536)
    if do == "error":
        answer.send(b"0\r\nLambda-Runtime-Function-Error-Type: Bad.Luck\r\nLambda-Runtime-Function-Error-Body: e30=\r\n\r\n")
    else:
        send(b"last")
        answer.send(b"0\r\n\r\n")
    answer.getresponse().read()
'''

NODE = r'''
const http = require("http");
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(base + path, { method }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve({ headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
const { handler } = require("./" + process.env._HANDLER.split(".")[0] + ".js");
(async () => {
  for (;;) {
    const { headers, text } = await call("GET", "next");
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await call("POST", id + "/response", JSON.stringify(await handler(JSON.parse(text))));
    } catch (error) {
      await call("POST", id + "/error", JSON.stringify({ errorMessage: error.message, errorType: error.name }));
    }
  }
})();
'''
NODE_APP = '''
exports.handler = async (event) => {
  if (event.queryStringParameters && event.queryStringParameters.do === "raise") throw new Error("from node");
  return { statusCode: 200, body: "node " + process.env.AWS_LAMBDA_FUNCTION_NAME };
};
'''
STREAMING = "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/stream/response-streaming-invocations"


def proxy(name, more=""):
    return f"name: {name}\nroute: GET /{name}\nstages:\n  - lambda-proxy: {{function: {name}{more}}}\n"


class Faults(GatewayCase):
    @classmethod
    def setUpClass(cls):
        code = tempfile.TemporaryDirectory()
        cls.addClassCleanup(code.cleanup)
        cls.code = pathlib.Path(code.name)
        for name, text in (("app.py", APP), ("stuck.py", STUCK), ("garbage.py", GARBAGE), ("stream.py", STREAM),
                           ("bootstrap.js", NODE), ("napp.js", NODE_APP), ("broken.py", "import no_such_module\n")):
            (cls.code / name).write_text(text)
        shutil.copy(SAMPLES / "runtime.py", cls.code)
        functions = "functions:\n"
        for name, command, more in (
            ("app", "python3 runtime.py app.handler", ", timeout: 2, memory: 256"),
            ("single", "python3 runtime.py app.handler", ", timeout: 3, concurrency: 1"),
            ("broken", "python3 runtime.py broken.handler", ""), ("stuck", "python3 stuck.py", ""),
            ("garbage", "python3 garbage.py", ""), ("stream", "python3 stream.py", ", timeout: 30"),
            ("missing", "/no/such/program", ""), ("node", "node bootstrap.js", ", handler: napp.handler"),
            ("patient", "python3 runtime.py app.handler", ", timeout: 20")):
            functions += f"  - {{name: {name}, command: {command}, code: {cls.code}{more}}}\n"
        cls.pipelines = {
            "functions.yaml": functions, "stream.yaml": f"""name: stream
route: GET /stream
stages:
  - lambda-proxy: {{uri: '{STREAMING}', responseTransferMode: STREAM}}
""", "buffered.yaml": proxy("buffered").replace("function: buffered", "function: stream")}
        for name in ("app", "single", "broken", "stuck", "garbage", "missing", "node"):
            cls.pipelines[name + ".yaml"] = proxy(name)
        cls.pipelines["patient.yaml"] = proxy("patient", ", timeoutInMillis: 500")
        cls.invoke_port = _free_port()
        cls.environment = {"HEADGATE_FUNCTIONS_PORT": str(cls.invoke_port), "AWS_EC2_METADATA_DISABLED": "true"}
        super().setUpClass()

    def failed(self, target, said, status=502):
        response = self.ask(target)
        self.assertEqual((response.status, response.body), (status, b'{"message": "Internal server error"}'))
        self.assertTrue(self.gateway.wait_for_log(said), f"{said!r} is not in\n{self.gateway.log[-3000:]}")

    def works(self, target="/app"):
        response = self.ask(target)
        self.assertEqual(response.status, 200, self.gateway.log[-2000:])
        return response.body

    def test_memory(self):
        """a function that uses more than its memory is killed, and the next call has a new process"""
        self.works()
        began = time.monotonic()
        self.failed("/app?do=memory", "MB of memory, more than its 256 MB, and was killed")
        self.assertLess(time.monotonic() - began, 2)
        self.works()

    def test_ends(self):
        """an exit, a crash, a process that leaves another behind, and too long an answer"""
        self.failed("/app?do=exit", "function app: Runtime exited with error: exit status 3")
        self.failed("/app?do=crash", "function app: Runtime exited with error: signal 11")
        began = time.monotonic()
        self.failed("/app?do=orphan", "function app: Runtime exited with error: exit status 4")
        self.assertLess(time.monotonic() - began, 1.5)
        self.failed("/app?do=huge", "function app: Response payload size exceeded maximum allowed payload size")
        self.failed("/app?do=sleep", "function app: Task timed out after 2.00 seconds")
        self.works()

    def test_starts(self):
        """a module that cannot be imported, a program that is missing, and one that never asks for anything"""
        self.failed("/broken", "function broken: it did not start")
        self.assertTrue(self.gateway.wait_for_log("No module named 'no_such_module'"))
        self.failed("/missing", "function missing: it cannot be started: /no/such/program: No such file or directory")
        with Wire(self.gateway.port, 15) as wire:
            self.assertEqual(wire.ask("/stuck").status, 502)
        self.assertTrue(self.gateway.wait_for_log("function stuck: the function did not start within 10 seconds"))

    def test_garbage(self):
        """nonsense on the Runtime API harms nobody; a result that is no response is a 502"""
        self.failed("/garbage", "Malformed Lambda proxy response")

    def test_output(self):
        """what a function prints is a line of the log, whatever is in it"""
        self.works("/app?do=say")
        self.assertTrue(self.gateway.wait_for_log("red \\x1b[31m"))
        self.assertTrue(self.gateway.wait_for_log("y" * 8000))
        for byte in "\x1b\x07\r":
            self.assertNotIn(byte, self.gateway.log)

    def test_patience(self):
        """an integration does not wait longer than its own time; the function goes on"""
        began = time.monotonic()
        response = self.ask("/patient?do=nap")
        self.assertEqual((response.status, response.body), (504, b'{"message": "Endpoint request timed out"}'))
        self.assertLess(time.monotonic() - began, 1.4)
        time.sleep(1.2)
        self.works("/patient")

    def test_concurrency(self):
        """more calls at once than processes are refused, as Lambda throttles them"""
        self.works("/single")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.ask("/single?do=nap").status)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [200, 500, 500])
        self.assertTrue(self.gateway.wait_for_log("function single: its 1 processes are busy: a call is refused"))

    def test_streams(self):
        """a response comes while the function writes it, with its status, headers and cookies"""
        with Wire(self.gateway.port) as wire:
            self.assertEqual(wire.ask("/stream").body, b"first;last")
            began = time.monotonic()
            wire.send(request("/stream?do=slow"))
            head = b""
            while b"first;" not in head:
                head += wire.socket.recv(65536)
            self.assertLess(time.monotonic() - began, 0.8)
            self.assertIn(b" 201 ", head)
            self.assertIn(b"X-One: 1", head)
            self.assertIn(b"a=1", head)
            while b"last" not in head:
                head += wire.socket.recv(65536)
            self.assertGreater(time.monotonic() - began, 0.9)
        self.assertEqual(len(self.works_with("/stream?do=some", 201)), 32 * 65536 + 10)

    def works_with(self, target, status):
        response = self.ask(target)
        self.assertEqual(response.status, status, self.gateway.log[-2000:])
        return response.body

    def test_slow_reader(self):
        """a client that does not read keeps the function waiting, and costs no memory"""
        self.works_with("/stream", 201)
        before = self.gateway.rss_megabytes()
        with Wire(self.gateway.port, 30) as wire:
            wire.send(request("/stream?do=much"))
            time.sleep(1)
            self.assertLess(self.gateway.rss_megabytes() - before, 12)
            self.assertEqual(len(wire.response().body), 320 * 65536 + 10)

    def test_broken_streams(self):
        """a function that ends in the middle of its response, or says that it failed, breaks the client's off"""
        for do in ("exit", "error"):
            with self.subTest(do), Wire(self.gateway.port) as wire:
                try:
                    # The end of the process may be known before what it wrote is read: then all of it is a failure.
                    self.assertEqual(wire.ask("/stream?do=" + do).status, 502)
                except Closed:
                    pass
        self.assertTrue(self.gateway.wait_for_log("function stream: Runtime exited with error: exit status 5"))
        self.assertEqual(self.works_with("/stream", 201), b"first;last")

    def test_streamed_and_buffered(self):
        """who wants it whole gets status and headers; who calls the Invoke API gets events"""
        response = self.ask("/buffered?do=plain")
        self.assertEqual((response.status, response.body, response.header("X-One")), (201, b"", "1"))
        url = f"http://127.0.0.1:{self.invoke_port}/2021-11-15/functions/stream/response-streaming-invocations"
        with urllib.request.urlopen(urllib.request.Request(url, data=b"{}"), timeout=10) as answer:
            self.assertEqual(answer.headers["Content-Type"], "application/vnd.amazon.eventstream")
            self.assertIn(b"InvokeComplete", answer.read())

    @unittest.skipUnless(shutil.which("node"), "node is not installed")
    def test_node(self):
        """a runtime client in Node"""
        self.assertEqual(self.works("/node"), b"node node")
        self.failed("/node?do=raise", "from node")


class Ends(unittest.TestCase):
    """What becomes of processes when the gateway ends, or their definition changes."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.code = pathlib.Path(folder.name)
        (self.code / "app.py").write_text(APP)
        shutil.copy(SAMPLES / "runtime.py", self.code)
        self.gateway = Gateway({"functions.yaml": self.functions(10), "app.yaml": proxy("app")})
        self.addCleanup(self.gateway.stop)

    def functions(self, timeout):
        return ("functions:\n  - {name: app, command: python3 runtime.py app.handler, "
                f"code: {self.code}, timeout: {timeout}}}\n")

    def process(self, do=""):
        with Wire(self.gateway.port) as wire:
            response = wire.ask("/app?do=" + do)
        self.assertEqual(response.status, 200, self.gateway.log)
        return pathlib.Path("/proc") / response.body.decode()

    def gone(self, process, seconds=5):
        end = time.monotonic() + seconds
        while process.exists() and time.monotonic() < end:
            time.sleep(0.02)
        return not process.exists()

    def test_shutdown(self):
        """with the gateway its processes end, also those that ignore SIGTERM"""
        process = self.process("stubborn")
        began = time.monotonic()
        self.gateway.signal(15)
        self.assertEqual(self.gateway.wait(10), 0)
        self.assertFalse(process.exists())
        self.assertGreater(time.monotonic() - began, 1.9)
        self.assertIn("function app: it ignored SIGTERM for 2 seconds and was killed", self.gateway.log)

    def test_changed_code(self):
        """with its code the process changes, the former one ends"""
        process = self.process()
        (self.code / "more.py").write_text("# new\n")
        time.sleep(0.25)
        self.assertNotEqual(self.process(), process)
        self.assertTrue(self.gone(process))

    def test_changed_definition(self):
        """with its definition too; who is being served is served to the end"""
        process = self.process()
        busy = Wire(self.gateway.port)
        busy.send(request("/app?do=nap"))
        time.sleep(0.2)
        self.gateway.write("functions.yaml", self.functions(11))
        self.gateway.signal(1)
        self.assertTrue(self.gateway.wait_for_log("eneration"))
        self.assertEqual(busy.response().status, 200)
        self.assertTrue(self.gone(process))
        self.assertNotEqual(self.process(), process)
