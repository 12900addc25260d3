"""What the cases of `rows/` stand on: a registry by row, gateways and backends that end with their case."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from harness import Backend, Gateway, Wire, request

CANARY = "canary-7f3a9c-never-to-be-seen"
# What tells of the inside; no answer of the gateway's own may hold any of it.
INSIDE = [CANARY, "127.0.0.1", "NIO", "Error(", ".swift", ".yaml", "0x"]
GOOD = "name: good\nroute: ANY /good\nintegration: {type: MOCK, requestTemplates: {application/json: '{\"statusCode\": 200}'}, integrationResponses: [{statusCode: \"200\"}]}\n"
CASES = []


class Finding(Exception):
    """What is not as it should be."""


class Skipped(Exception):
    """What a case needs is not on this machine."""


def require(condition, text):
    if not condition:
        raise Finding(text)


def cpu_seconds(gateway):
    """User and system time that its process has taken so far."""
    fields = pathlib.Path(f"/proc/{gateway.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(number, name, long=False, seconds=15):
    """Registers a function of a Ground as a case of this row, which may take so many seconds."""

    def register(body):
        CASES.append({"row": number, "name": name, "body": body, "long": long, "seconds": seconds})
        return body

    return register


def end_to_end(number, test):
    """Registers an end-to-end test, `test_file.Class.test`, as a case of this row."""
    CASES.append({"row": number, "name": test, "test": test, "long": False, "seconds": 120})


class Ground:
    """Starts what a case needs, and ends it. Whatever is written goes where secrets are looked for."""

    def __init__(self, outputs):
        self.stack = contextlib.ExitStack()
        self.outputs = outputs
        self.gateways = []
        self._backend = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    @property
    def backend(self):
        if self._backend is None:
            self._backend = self.stack.enter_context(Backend())
        return self._backend

    def folder(self):
        return pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="headgate-hostile-")))

    def gateway(self, pipelines, *options, environment=None, **more):
        """A gateway of these pipelines (text of one file, or file name to text) and one that is always good."""
        texts = pipelines if isinstance(pipelines, dict) else {"case.yaml": pipelines}
        gateway = Gateway(
            {"good.yaml": GOOD, **texts}, *options,
            environment={"BACKEND": self.backend.url, "CANARY_SECRET": CANARY, **(environment or {})}, **more)
        gateway.scratch_is_gone = False
        self.gateways.append(gateway)
        self.stack.callback(self.stop, gateway)
        return gateway

    def stop(self, gateway):
        if gateway.scratch_is_gone:
            return
        self.outputs += gateway.log_file.read_bytes()
        gateway.scratch_is_gone = True
        gateway.stop()

    def well(self, gateway, within=2):
        """The gateway lives, and serves a good request in time."""
        require(gateway.alive, f"the gateway died:\n{gateway.log[-2000:]}")
        began = time.monotonic()
        require(self.ask(gateway, "/good").status == 200, "the next good request failed")
        require(time.monotonic() - began < within, "the next good request was slow")

    def ask(self, gateway, target, method="GET", headers=(), body=None, timeout=15):
        with Wire(gateway.port, timeout) as wire:
            wire.send(request(target, method, headers, body))
            return self.keep(wire.response(method))

    def keep(self, response):
        """Keeps an answer for the search for secrets; one of the gateway's own tells nothing of the inside."""
        head = "".join(f"{name}: {value}\n" for name, value in response.headers)
        self.outputs += head.encode() + response.body
        if response.status >= 400 and b'"message"' in response.body:
            # An identifier of random letters may hold any word.
            told = re.sub(r"(?im)^(x-amz-apigw-id|x-amzn-requestid|x-amzn-trace-id):.*$", "", head)
            told += response.body.decode("latin-1")
            for word in INSIDE:
                require(word not in told, f"the answer holds {word!r}")
        return response

    def command(self, *arguments, text=None, seconds=20, environment=None):
        """Runs the program; its exit status and all that it said."""
        began = time.monotonic()
        try:
            done = subprocess.run(
                [os.environ["HEADGATE_BIN"], *map(str, arguments)], input=text, capture_output=True, timeout=seconds,
                env={**os.environ, "CANARY_SECRET": CANARY, **(environment or {})}, check=False)
        except subprocess.TimeoutExpired:
            raise Finding(f"{arguments[0]} is not done after {seconds} s") from None
        require(done.returncode >= 0, f"{arguments[0]} died of signal {-done.returncode}")
        said = done.stdout + done.stderr
        self.outputs += said
        return done.returncode, said.decode("utf-8", "replace"), time.monotonic() - began

    def program(self, name):
        path = shutil.which(name)
        if not path:
            raise Skipped(f"there is no {name} program")
        return path

    def root(self):
        if os.geteuid() != 0:
            raise Skipped("only root may")

    @staticmethod
    def descriptors(gateway):
        return len(os.listdir(f"/proc/{gateway.process.pid}/fd"))

    @staticmethod
    def until(condition, seconds=10, what="it never came"):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        raise Finding(what)

    def ends(self, gateway, seconds=10):
        """SIGTERM, and the exit status is 0."""
        gateway.signal(signal.SIGTERM)
        status = gateway.wait(seconds)
        require(status == 0, f"the exit status is {status}\n{gateway.log[-1500:]}")
