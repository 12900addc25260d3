"""The gateway's process: started on pipelines written for one test, on ports of its own."""

import os
import pathlib
import random
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 30


def files(text):
    """Pipelines that stand in one text, a line of `---` between them, as a file each, named after its pipeline."""
    parts = [part.strip("\n") + "\n" for part in text.split("\n---\n")]
    return {re.search(r"^name: (\S+)", part, re.MULTILINE).group(1) + ".yaml": part for part in parts}


class Gateway:
    """`pipelines` maps file names to their text, or is a folder that exists.

    `port` and `admin_port` are where it listens, `log` is what it wrote to stderr so far.
    """

    def __init__(self, pipelines, *options, environment=None, documents=()):
        self.scratch = tempfile.TemporaryDirectory(prefix="headgate-e2e-")
        scratch = pathlib.Path(self.scratch.name)
        if isinstance(pipelines, dict):
            self.folder = scratch / "pipelines"
            self.folder.mkdir()
            for name, text in pipelines.items():
                self.write(name, text)
        else:
            self.folder = pathlib.Path(pipelines)
        served = [str(self.folder)]
        if documents:
            served = [word for name in documents for word in ("--openapi", str(self.folder / name))]
        self.log_file = scratch / "log"
        self.admin_port = _free_port()
        with open(self.log_file, "wb") as sink:
            self.process = subprocess.Popen(
                [
                    os.environ["HEADGATE_BIN"], "serve", *served,
                    "--host", "127.0.0.1", "--port", "0", "--admin-port", str(self.admin_port),
                    *options,
                ],
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=sink,
            )
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        self.first_line = self.process.stdout.readline().decode() if ready else ""
        found = re.fullmatch(r"https?://127\.0\.0\.1:(\d+)\n", self.first_line)
        if not found:
            self.wait(1)
            written = self.log
            self.stop()
            raise AssertionError(f"the first line on stdout must be the address, not {self.first_line!r}\n{written}")
        self.port = int(found.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    @property
    def alive(self):
        return self.process.poll() is None

    def write(self, name, text):
        """Replaces a file in one step, as an editor or a deployment does."""
        new = self.folder / f".{name}.new"
        new.write_text(text)
        new.replace(self.folder / name)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds):
        """The exit status; None when it still runs after that time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def rss_megabytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("the process has no memory")

    def wait_for_log(self, text, seconds=10):
        """Whether the log contains the text within the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in self.log:
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        if self.alive:
            self.process.send_signal(signal.SIGTERM)
            if self.wait(15) is None:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.scratch.cleanup()


def _free_port():
    """A port below those that the system gives to whoever asks for any, so that nobody gets it in between."""
    while True:
        port = random.randrange(15000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
