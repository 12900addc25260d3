#!/usr/bin/env python3
"""CPU time a request of headgate beside nginx, on this machine, in one run. See README.md."""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

from measure import equality, functions, load, process, report, secure, servers, signatures, templates
from measure.workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent
PIPELINES = HERE / "pipelines"


def setting(name, default):
    """A number from the environment, so that `make bench ROUNDS=3` reads well."""
    return int(os.environ.get(name) or default)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headgate", metavar="FILE", help="the binary to measure; without it nginx is measured alone")
    options = parser.parse_args()
    rounds = setting("ROUNDS", 5)
    seconds = setting("SECONDS", 4)
    connections = setting("CONNECTIONS", 64)
    threads = setting("THREADS", 1)
    only = (os.environ.get("ONLY") or "W1,W2,W3,W4,W2K,W2L,W2J,TLS,H2,process,templates,functions").split(",")
    shape = {"seconds": seconds, "connections": connections, "threads": threads}
    chosen = [workload for workload in WORKLOADS if workload.name in only]

    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as folder:
        print("The two do the same work: ", end="", flush=True)
        require_equality(options.headgate, folder)
        print("yes." if options.headgate else "nginx does, headgate was not given.")
        print(
            f"{rounds} rounds of {seconds} s, {connections} keep-alive connections, {threads} wrk thread(s), "
            "one worker, one event loop, interleaved; medians."
        )
        busy = os.getloadavg()[0]
        if busy > 0.5:
            print(f"This machine is busy with something else (load {busy:.1f}): look at the ratios, not the figures.")
        results = {"machine": machine(), "rounds": rounds, **shape, "workloads": {}, "process": {}, "templates": {}}
        if chosen:
            results["workloads"] = measure_workloads(options.headgate, folder, chosen, rounds, shape)
        if {"TLS", "H2"} & set(only):
            start = options.headgate and (
                lambda port, *more: headgate_start(options.headgate, PIPELINES, folder, port, *more)())
            results["workloads"].update(secure.measure(start, folder, only, rounds, shape))
        if options.headgate and "process" in only:
            results["process"] = measure_process(options.headgate, folder, rounds, shape)
        if options.headgate and "functions" in only:
            results["functions"] = functions.measure(options.headgate, folder, rounds, shape)
            report.process([("headgate's CPU µs a call of a function", results["functions"], 150, "{:.0f}")])
        if options.headgate and "templates" in only:
            results["templates"] = templates.measure(options.headgate, rounds)
            templates.report(results["templates"])
    print(f"\nEverything, by round: {os.path.relpath(keep(results))}")


def headgate_start(program, pipelines, folder, backend_port, *options):
    """A function that starts headgate on a folder of pipelines."""
    environment = {
        "BACKEND": f"http://127.0.0.1:{backend_port}", "BACKEND_PORT": str(backend_port), **signatures.CREDENTIALS}
    return lambda: servers.headgate(program, pipelines, folder, environment, options)


def require_equality(program, folder):
    with equality.NotingBackend() as backend:
        with servers.nginx("gateway", folder, PORT=servers.free_port(), BACKEND_PORT=backend.port) as nginx:
            nginx_saw = equality.observe(nginx, backend)
        equality.require_sense(nginx_saw)
        if program:
            with headgate_start(program, PIPELINES, folder, backend.port)() as headgate:
                equality.require(nginx_saw, equality.observe(headgate, backend))


def measure_workloads(program, folder, chosen, rounds, shape):
    """All rounds of all chosen workloads, printed as medians, returned as they were taken."""
    backend_port = servers.free_port()
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers.nginx("backend", folder, BACKEND_PORT=backend_port))
        contestants = {
            "nginx": stack.enter_context(
                servers.nginx("gateway", folder, PORT=servers.free_port(), BACKEND_PORT=backend_port)
            )
        }
        if program:
            contestants["headgate"] = stack.enter_context(
                headgate_start(program, PIPELINES, folder, backend_port)()
            )
        taken = {}
        for workload in chosen:
            rows = taken[workload.name] = {name: [] for name in contestants}
            for server in contestants.values():
                load.burst(server, workload.target, workload.headers, **{**shape, "seconds": 1})
            for number in range(rounds):
                # Whoever went first in one round goes last in the next, so that a drift hits both.
                for name in sorted(contestants, reverse=number % 2 == 1):
                    figures = load.burst(contestants[name], workload.target, workload.headers, **shape)
                    rows[name].append(dataclasses.asdict(figures))
            report.workload(workload, rows["nginx"], rows.get("headgate"))
            if program and workload.beside in taken:
                report.scripts(workload, *[taken[name][who] for name in (workload.name, workload.beside) for who in ("nginx", "headgate")])
    return taken


def measure_process(program, folder, rounds, shape):
    """Memory at rest, start-up, and the cost of many routes."""
    backend_port = servers.free_port()
    samples = headgate_start(program, process.SAMPLES, folder, backend_port, "--demo-backend")
    generated = {
        count: headgate_start(program, process.generate(folder, count), folder, backend_port) for count in (10, 1000)
    }
    idle = process.idle_megabytes(samples)
    first = process.start_milliseconds(samples, process.SAMPLE, rounds)
    first_of_many = process.start_milliseconds(generated[1000], process.HELLO, rounds)
    idle_of_many = process.idle_megabytes(generated[1000])
    by_routes = process.by_routes(generated, rounds, **shape)
    report.process(
        [
            ("idle RSS with the samples, MB", idle, 30, "{:.1f}"),
            ("exec to first 200, samples, ms", first, 150, "{:.0f}"),
            ("exec to first 200, 1000 files, ms", first_of_many, 1000, "{:.0f}"),
            ("CPU of W1, 1000 routes : 10", by_routes[1000] / by_routes[10], 1.05, "{:.2f}"),
        ]
    )
    print(
        f"  With 1000 pipelines: {idle_of_many:.1f} MB idle; "
        f"W1 costs {by_routes[1000]:.1f} µs, with 10 it costs {by_routes[10]:.1f} µs."
    )
    return {
        "idle_megabytes": idle,
        "idle_megabytes_1000": idle_of_many,
        "first_200_milliseconds": first,
        "first_200_milliseconds_1000": first_of_many,
        "cpu_microseconds_by_routes": by_routes,
    }


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release()}


def keep(results):
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    commit = subprocess.run(
        ["git", "-C", HERE, "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    file = folder / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps({"commit": commit, **results}, indent=2) + "\n")
    return file


if __name__ == "__main__":
    try:
        main()
    except (equality.Unequal, servers.StartFailed, load.LoadFailed) as failure:
        sys.exit(f"\nbench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
