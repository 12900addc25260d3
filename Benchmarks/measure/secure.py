"""What TLS and HTTP/2 towards clients cost: the work of W2 behind both, reported without a limit."""

import contextlib
import dataclasses
import pathlib
import re
import shutil
import subprocess

from . import accounting, load, report, servers
from .workloads import Workload

TLS = Workload("TLS", "W2, HTTP/1.1 over TLS, keep-alive", "/proxy/items/7", {}, None)
H2 = Workload("H2", "W2, HTTP/2 over TLS, 16 requests at a time a connection", "/proxy/items/7", {}, None)
STREAMS = 16


def certificate(folder):
    """A certificate for this run, by the openssl program: the paths of it and of its key."""
    paths = [str(pathlib.Path(folder) / name) for name in ("bench.pem", "bench.key")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    return paths


def measure(headgate_start, folder, chosen, rounds, shape):
    """All rounds of TLS and H2 as far as they are `chosen`, printed as medians, returned as they were taken.

    `headgate_start` makes a server from more options, None measures nginx alone.
    """
    if not shutil.which("openssl"):
        print("\nTLS, H2: not measured, there is no openssl program.")
        return {}
    chain, key = certificate(folder)
    backend_port = servers.free_port()
    taken = {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers.nginx("backend", folder, BACKEND_PORT=backend_port))
        contestants = {
            "nginx": stack.enter_context(
                servers.nginx(
                    "secure", folder, PORT=servers.free_port(), BACKEND_PORT=backend_port, CERTIFICATE=chain, KEY=key))
        }
        if headgate_start:
            contestants["headgate"] = stack.enter_context(
                headgate_start(backend_port, "--tls-cert", chain, "--tls-key", key))
        for workload, burst in ((TLS, load.burst), (H2, multiplexed)):
            if workload.name not in chosen:
                continue
            if burst is multiplexed and not shutil.which("h2load"):
                print("\nH2: not measured, there is no h2load program (Debian: nghttp2-client).")
                continue
            rows = taken[workload.name] = {name: [] for name in contestants}
            for server in contestants.values():
                # Handshakes may take all of it.
                with contextlib.suppress(load.LoadFailed):
                    burst(server, workload.target, workload.headers, **{**shape, "seconds": 2})
            for number in range(rounds):
                for name in sorted(contestants, reverse=number % 2 == 1):
                    figures = burst(contestants[name], workload.target, workload.headers, **shape)
                    rows[name].append(dataclasses.asdict(figures))
            report.workload(workload, rows["nginx"], rows.get("headgate"))
    return taken


def multiplexed(server, target, headers, seconds, connections, threads):
    """Full load by h2load: as many requests at a time as `connections`, on a few connections."""
    command = [
        "h2load", f"-t{threads}", f"-c{max(connections // STREAMS, 1)}", f"-m{STREAMS}", f"-D{seconds}",
        server.url + target,
    ]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = accounting.cpu_seconds(server.pid)
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    used = accounting.cpu_seconds(server.pid) - before
    counts = re.search(r"requests: .* (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", output)
    done, succeeded, *bad = (int(number) for number in counts.groups())
    if not succeeded or any(bad):
        raise load.LoadFailed(f"{server.name}, {target}: of {done} requests {succeeded} succeeded\n{output}")
    return load.Figures(
        cpu_microseconds=used * 1e6 / succeeded,
        requests_per_second=succeeded / seconds,
        # It tells the mean, not percentiles; the longest stands for the 99th.
        p50=milliseconds(output, 3),
        p99=milliseconds(output, 2),
        rss_megabytes=accounting.rss_megabytes(server.pid),
    )


def milliseconds(output, column):
    """A column of the line `time for request`: 1 the shortest, 2 the longest, 3 the mean."""
    line = next(line for line in output.splitlines() if line.startswith("time for request"))
    text = line.split(":")[1].split()[column - 1]
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
