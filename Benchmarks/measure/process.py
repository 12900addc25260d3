"""What the process itself costs: memory at rest, time to the first answer, and many pipelines."""

import contextlib
import pathlib
import statistics
import time

from . import accounting, load, servers

SAMPLES = servers.HERE.parent / "pipelines"
SAMPLE = "/greetings/Ada"
HELLO = "/hello/ada"
# Long enough for start-up work in the background to end, so that the memory is what stays.
REST_SECONDS = 2

PIPELINE = """\
name: generated-{n}
route: GET /generated/{n}/{{id}}
integration:
  type: HTTP
  httpMethod: POST
  uri: ${{BACKEND}}/items/{n}
  requestTemplates:
    application/json: '{{"id": "$input.params(''id'')", "kind": "$input.params(''kind'')", "n": {n}}}'
  integrationResponses:
    - statusCode: "200"
      selectionPattern: 2\\d\\d
      responseParameters:
        method.response.header.X-Revision: integration.response.header.X-Revision
      responseTemplates:
        application/json: '{{"name": $input.json(''$.name''), "n": {n}}}'
    - statusCode: "502"
      responseTemplates:
        application/json: '{{"error": "backend {n} is not well"}}'
"""


def generate(folder, count):
    """A folder of `count` pipelines, a file each; one of them is W1's."""
    folder = pathlib.Path(folder) / f"generated-{count}"
    folder.mkdir()
    (folder / "hello.yaml").write_text((servers.HERE / "pipelines" / "hello.yaml").read_text())
    for n in range(1, count):
        (folder / f"generated-{n:04}.yaml").write_text(PIPELINE.format(n=n))
    return folder


def start_milliseconds(start, target, times):
    """From exec to the first 200, the median of `times` starts."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        with start() as server:
            status, _, body = server.request(target)
            taken.append((time.perf_counter() - before) * 1000)
            if status != 200:
                raise load.LoadFailed(f"{server.name}, {target}: {status} {body[:200]!r}, not 200")
    return statistics.median(taken)


def idle_megabytes(start):
    """Resident memory of a server that was started and asked nothing."""
    with start() as server:
        time.sleep(REST_SECONDS)
        return accounting.rss_megabytes(server.pid)


def by_routes(starts, rounds, seconds, connections, threads):
    """CPU microseconds of W1's request for each of `starts`, which differ in the number of routes only."""
    with contextlib.ExitStack() as stack:
        running = {count: stack.enter_context(start()) for count, start in starts.items()}
        taken = {count: [] for count in running}
        for server in running.values():
            load.burst(server, HELLO, {}, 1, connections, threads)
        for number in range(rounds):
            for count in sorted(running, reverse=number % 2 == 1):
                figures = load.burst(running[count], HELLO, {}, seconds, connections, threads)
                taken[count].append(figures.cpu_microseconds)
        return {count: statistics.median(values) for count, values in taken.items()}
