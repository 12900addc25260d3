"""What a call of a function on this machine costs the gateway itself."""

import concurrent.futures
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
    concurrency: 16
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
        # Calls whose client has gone at the end of a burst go on for a moment: there are more processes than that.
        shape = {**shape, "connections": 8}
        # Eight at once start the eight processes, however long that takes here.
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: gateway.request("/hello?name=Ada"), range(64)))
        for _ in range(rounds):
            taken.append(load.burst(alone, "/hello?name=Ada", {}, **shape).cpu_microseconds)
    return statistics.median(taken)


class Alone:
    """A server whose children are not counted."""

    def __init__(self, server):
        self.name, self.url, self.pid = server.name, server.url, accounting.Alone(server.pid)
