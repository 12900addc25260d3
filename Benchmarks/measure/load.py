"""One burst of load from wrk against one server, and what it cost that server."""

import dataclasses
import json
import pathlib
import subprocess

from . import accounting

REPORT = pathlib.Path(__file__).with_name("wrk.lua")


class LoadFailed(Exception):
    """A request of the load failed, so the figure would mean nothing."""


@dataclasses.dataclass
class Figures:
    """One burst. Latencies are milliseconds, as the client saw them under full load."""

    cpu_microseconds: float
    requests_per_second: float
    p50: float
    p99: float
    rss_megabytes: float


def burst(server, target, headers, seconds, connections, threads):
    """Full load on one target for some seconds. Raises LoadFailed when any request failed."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", REPORT]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = accounting.cpu_seconds(server.pid)
    output = subprocess.run(
        [*command, server.url + target], check=True, capture_output=True, text=True, timeout=seconds + 30
    ).stdout
    used = accounting.cpu_seconds(server.pid) - before

    line = next(line for line in output.splitlines() if line.startswith("wrk: "))
    wrk = json.loads(line[len("wrk: "):])
    if wrk["errors"] or not wrk["requests"]:
        raise LoadFailed(f"{server.name}, {target}: {wrk['errors']} of {wrk['requests']} requests failed\n{output}")
    return Figures(
        cpu_microseconds=used * 1e6 / wrk["requests"],
        requests_per_second=wrk["requests"] * 1e6 / wrk["microseconds"],
        p50=wrk["p50"] / 1000,
        p99=wrk["p99"] / 1000,
        rss_megabytes=accounting.rss_megabytes(server.pid),
    )
