"""What a call of a function on this machine costs the gateway itself."""

import pathlib
import shutil
import statistics

from . import accounting, load, servers

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "pipelines" / "functions"
PIPELINE = """
functions:
  - name: hello
    command: python3 runtime.py hello.handler
    code: functions
    concurrency: 8
pipelines:
  - name: hello
    route: GET /hello
    stages:
      - lambda-proxy: hello
"""


def measure(program, folder, rounds, shape):
    """CPU microseconds of the gateway's process a call, the functions' own left out; the median of the rounds."""
    pipelines = pathlib.Path(folder) / "function-pipelines"
    if not pipelines.exists():
        shutil.copytree(SAMPLES, pipelines / "functions")
        (pipelines / "hello.yaml").write_text(PIPELINE)
    taken = []
    with servers.headgate(program, pipelines, folder, {"AWS_EC2_METADATA_DISABLED": "true"}) as gateway:
        alone = Alone(gateway)
        # More calls than processes would be refused.
        shape = {**shape, "connections": 8}
        load.burst(alone, "/hello?name=Ada", {}, **{**shape, "seconds": 1})
        for _ in range(rounds):
            taken.append(load.burst(alone, "/hello?name=Ada", {}, **shape).cpu_microseconds)
    return statistics.median(taken)


class Alone:
    """A server whose children are not counted."""

    def __init__(self, server):
        self.name, self.url, self.pid = server.name, server.url, accounting.Alone(server.pid)
