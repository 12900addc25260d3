"""Starts and stops the servers of a run, each on a free port of 127.0.0.1, in a folder of its own."""

import http.client
import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
NGINX_FILES = HERE / "nginx"
START_SECONDS = 20


class StartFailed(Exception):
    """A server did not come up; the text says which, and what it wrote."""


class Server:
    """A process that listens on `port`; `pid` is the root of what is accounted."""

    def __init__(self, name, process, port, log, scheme="http"):
        self.name, self.process, self.port, self.log, self.scheme = name, process, port, log, scheme

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def request(self, target, headers=None, method="GET", body=None):
        """One request on a connection of its own: status, headers in lower case, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(configuration, folder, **values):
    """nginx with one worker, from nginx/NAME.conf with its @PLACEHOLDERS@ filled."""
    folder = pathlib.Path(folder)
    values = {
        # A master that runs as root would hand its worker to an account that may not enter `folder`.
        "USER": "user root;" if os.geteuid() == 0 else "",
        "HERE": NGINX_FILES,
        "MODULES": "/usr/lib/nginx/modules",
        "PET": (NGINX_FILES / "pet.json").read_text().strip(),
        **values,
    }
    text = (NGINX_FILES / f"{configuration}.conf").read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    file = folder / f"{configuration}.conf"
    file.write_text(text)

    program = shutil.which("nginx") or "/usr/sbin/nginx"
    port = values["BACKEND_PORT"] if configuration == "backend" else values["PORT"]
    log = folder / f"{configuration}.log"
    with open(log, "w") as sink:
        process = subprocess.Popen(
            [program, "-p", folder, "-c", file, "-e", "stderr"], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    server = Server(f"nginx ({configuration})", process, port, log, "https" if configuration == "secure" else "http")
    _await_port(server)
    return server


def headgate(program, pipelines, folder, environment, options=()):
    """The gateway under test with one event loop, on the port that it picks and prints itself."""
    log = pathlib.Path(folder) / "headgate.log"
    with open(log, "w") as sink:
        process = subprocess.Popen(
            [program, "serve", pipelines, "--host", "127.0.0.1", "--port", "0", "--loops", "1", "--no-access-log", *options],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=sink,
            stdin=subprocess.DEVNULL,
        )
    server = Server("headgate", process, None, log)
    # Its first line on stdout is the address. A pipe that nobody reads on could block it later, but
    # it writes no more than a few lines there.
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline().decode() if ready else ""
    found = re.match(r"(https?)://127\.0\.0\.1:(\d+)", line)
    if not found:
        _fail(server, f"its first line was {line!r}")
    server.scheme, server.port = found.group(1), int(found.group(2))
    return server


def _await_port(server):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", server.port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    _fail(server, f"nothing answers on port {server.port}")


def _fail(server, why):
    server.__exit__()
    written = server.log.read_text(errors="replace").strip()
    raise StartFailed(f"{server.name} did not start: {why}\n{written}")
