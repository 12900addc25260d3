"""Rows 81 to 90, 94: files, reloads, stopping, machines that are full, many pipelines."""

import json
import os
import pathlib
import resource
import select
import signal
import socket
import subprocess
import threading
import time

from corpus import data
from ground import CANARY, GOOD, Finding, Skipped, end_to_end, require, row
from harness import Load, Wire, request
from harness.backend import after, reply

HERE = pathlib.Path(__file__).resolve().parents[1]
FILES = json.loads((HERE / "files.json").read_text())


def check_files(ground, number):
    for case in FILES:
        if case["row"] != number:
            continue
        file = ground.folder() / "case.yaml"
        text = b"".join(data(case["text"]))
        if not case.get("latin"):
            text = text.decode("latin-1").encode() if text.isascii() else text
        file.write_bytes(text)
        status, said, took = ground.command("check", file, seconds=90)
        require(status in case.get("exit", [1]), f"{case['name']}: exit {status}: {said[-300:]}")
        require(status == 0 or "case.yaml" in said, f"{case['name']}: no place is told: {said[:300]}")
        require(case.get("says", "") in said, f"{case['name']}: {said[:400]}")
        require(said.count("error: ") >= case.get("errors", 0), f"{case['name']}: not all is told: {said}")
        require(len(said) < 1 << 20, f"{case['name']}: {len(said)} bytes are said")
        require(took < (60 if "debug" in os.environ["HEADGATE_BIN"] else 10), f"{case['name']}: {took:.1f} s")


row(81, "YAML that is a bomb, broken, typed or of another encoding: refused with its place, in time", seconds=180)(
    lambda ground: check_files(ground, 81))
row(82, "what a file refers to and is not there, unknown keys and wrong types: all told, with a place", seconds=60)(
    lambda ground: check_files(ground, 82))


@row(82, "files that are wrong are not served, and what serves goes on")
def kept(ground):
    gateway = ground.gateway({})
    for case in FILES:
        if case["row"] == 82:
            gateway.write("case.yaml", "".join(piece for piece in case["text"] if isinstance(piece, str)))
            gateway.signal(signal.SIGHUP)
            ground.well(gateway)
    require(gateway.wait_for_log("not reloaded"), "nobody is told")


for test in ("test_folder_vanishes", "test_directory_in_place_of_a_file", "test_bad_files_under_load"):
    end_to_end(83, f"test_reload.Reload.{test}")


@row(83, "files that are unreadable, pipes, half written or links to elsewhere in a reload: the last good ones serve")
def odd_files(ground):
    gateway = ground.gateway({})
    folder = gateway.folder
    os.mkfifo(folder / "pipe.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    (folder / "dangling.yaml").symlink_to("/nowhere/at/all.yaml")
    (folder / "device.yaml").symlink_to("/dev/zero")
    (folder / "half.yaml").write_text(GOOD[: len(GOOD) // 2])
    for _ in range(3):
        gateway.signal(signal.SIGHUP)
        time.sleep(0.3)
        ground.well(gateway, 5)
    for name in ("pipe", "loop", "dangling", "device", "half"):
        (folder / f"{name}.yaml").unlink()
    gateway.write("new.yaml", GOOD.replace("good", "new"))
    gateway.signal(signal.SIGHUP)
    ground.until(lambda: ground.ask(gateway, "/new").status == 200, 10, "a good reload afterwards is not taken")
    require(len(gateway.log.splitlines()) < 400, "a storm of lines")


def reload_often(ground, seconds):
    gateway = ground.gateway({})
    load = Load(gateway.port, "/good", clients=4)
    load.wait_for(200)
    before = gateway.rss_megabytes()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        number += 1
        gateway.write("more.yaml", GOOD.replace("good", f"more{number % 7}"))
        gateway.signal(signal.SIGHUP)
        time.sleep(0.1)
    load.stop()
    require(load.failures == [], f"{load.failures[:3]}")
    require(load.count > 20 * seconds, f"only {load.count} answers")
    require(gateway.rss_megabytes() - before < 60, f"memory grew from {before:.0f} to {gateway.rss_megabytes():.0f} MB")
    ground.well(gateway)


@row(84, "reloads ten times a second for a while, under load: no request fails", seconds=30)
def reloads(ground):
    reload_often(ground, 6)


@row(84, "reloads ten times a second for a minute, under load", long=True, seconds=90)
def reloads_long(ground):
    reload_often(ground, 60)


for test in (
    "test_idle", "test_in_flight", "test_in_mid_stream", "test_under_load", "test_second_signal", "test_half_a_request",
):
    end_to_end(85, f"test_shutdown.Shutdown.{test}")


@row(85, "SIGTERM while it starts, while it reloads, and while a script waits: exit 0")
def stops(ground):
    for delay in (0, 0.02, 0.1, 0.3):
        process = subprocess.Popen(
            [os.environ["HEADGATE_BIN"], "serve", str(folder_of(ground)), "--port", "0"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        # Before its handlers are there the signal ends it as any other program.
        require(process.wait(10) in (0, -signal.SIGTERM), f"{process.returncode} after {delay} s")
    gateway = ground.gateway({"wait.yaml": "name: wait\nroute: GET /wait\nstages:\n  - script: |\n      host.time.sleep(1)\n      return ctx:respond{status = 200}\n  - mock: {status: 200}\n"})
    with Wire(gateway.port) as wire:
        wire.send(request("/wait"))
        time.sleep(0.2)
        gateway.write("more.yaml", GOOD.replace("good", "more"))
        gateway.signal(signal.SIGHUP)
        gateway.signal(signal.SIGTERM)
        require(wire.response().status == 200, "the script that waited got no answer out")
    require(gateway.wait(10) == 0, "the exit status")


def folder_of(ground):
    folder = ground.folder()
    (folder / "good.yaml").write_text(GOOD)
    return folder


end_to_end(86, "test_shutdown.Shutdown.test_port_in_use")
end_to_end(86, "test_tls.ServerCertificates.test_files_that_cannot_be_used")


def start(ground, *options, stdout=None, stderr=None, before=None, limits=None):
    """The program on a port of its own, with outputs of the case's making; the process and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*(before or []), os.environ["HEADGATE_BIN"], "serve", str(folder_of(ground)), "--port", str(port), *options],
        stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, preexec_fn=limits)

    def end():
        process.kill()
        process.wait()

    ground.stack.callback(end)

    def answers():
        require(process.poll() is None, f"it ended with {process.returncode}")
        try:
            with Wire(port, 5) as wire:
                return wire.ask("/good").status == 200
        except (OSError, Exception) as error:
            if isinstance(error, Finding):
                raise
            return False

    ground.until(answers, 20, "it does not serve")
    return process, port


def many(port, count, target="/good"):
    with Wire(port, 10) as wire:
        for _ in range(count):
            wire.send(request(target))
            require(wire.response().status == 200, "a request failed")


@row(87, "the log's pipe is closed, is full, or its disk is: requests are not touched", seconds=60)
def outputs(ground):
    reader, writer = os.pipe()
    process, port = start(ground, stdout=subprocess.DEVNULL, stderr=writer)
    os.close(writer)
    os.close(reader)
    many(port, 300)
    require(process.poll() is None, f"a closed pipe ended it: {process.returncode}")
    reader, writer = os.pipe()
    process, port = start(ground, stdout=subprocess.DEVNULL, stderr=writer)
    os.close(writer)
    many(port, 3000)
    require(process.poll() is None, "a full pipe ended it")
    os.close(reader)
    with open("/dev/full", "wb") as full:
        process, port = start(ground, stdout=full, stderr=full)
        many(port, 300)
        require(process.poll() is None, "a full disk ended it")


@row(88, "few descriptors, one processor: it sheds what it cannot take, and recovers", seconds=60)
def exhausted(ground):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))

    process, port = start(ground, "--loops", "1", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, limits=few)
    wires = []
    for _ in range(300):
        try:
            wires.append(socket.create_connection(("127.0.0.1", port), 2))
        except OSError:
            pass
    time.sleep(0.5)
    require(process.poll() is None, "it died of descriptors")
    for wire in wires:
        wire.close()
    ground.until(lambda: works(port), 10, "it does not recover")
    if pathlib.Path("/usr/bin/taskset").exists():
        _, port = start(
            ground, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, before=["/usr/bin/taskset", "-c", "0"])
        many(port, 500)


def works(port):
    try:
        many(port, 1)
        return True
    except (OSError, Exception):
        return False


end_to_end(88, "test_overload.Memory.test_pressure")


@row(89, "a thousand pipelines: it serves in time, and one that is broken is told with its file", seconds=60)
def thousand(ground):
    texts = {f"p{number}.yaml": GOOD.replace("good", f"p{number}") for number in range(1000)}
    began = time.monotonic()
    gateway = ground.gateway(texts)
    took = time.monotonic() - began
    require(took < 20, f"{took:.1f} s")
    require(ground.ask(gateway, "/p999").status == 200, "the last one does not serve")
    gateway.write("p500.yaml", "name: broken\nroute: nowhere\n")
    gateway.signal(signal.SIGHUP)
    require(gateway.wait_for_log("p500.yaml", 20), "the broken one is not named")
    require(ground.ask(gateway, "/p500").status == 200, "the old one is gone")
    ground.well(gateway)


@row(90, "two gateways in one process, started and stopped a hundred times: nothing is left", seconds=300)
def embedded(ground):
    swift = ground.program("swift")
    root = HERE.parents[1]
    binary = pathlib.Path(os.environ["HEADGATE_BIN"])
    if "debug" not in binary.parts or not list(binary.parent.glob("*PackageTests.xctest")):
        raise Skipped("the unit tests are not built beside this binary")
    done = subprocess.run(
        [swift, "test", "--skip-build", "--filter", "LifecycleTests"], cwd=root, capture_output=True, text=True, check=False)
    require(done.returncode == 0 and "LifecycleTests" in done.stdout + done.stderr, done.stdout[-1500:] + done.stderr[-500:])


for test in ("test_liveness_and_readiness", "test_apart_from_the_traffic"):
    end_to_end(94, f"test_admin.Admin.{test}")


@row(94, "the admin listener changes nothing, is closed unless asked for, and has one meaning for every path")
def admin(ground):
    gateway = ground.gateway({})
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        with Wire(gateway.admin_port) as wire:
            status = ground.keep(wire.ask("/status", method)).status
            require(status in (403, 404, 405), f"{method}: {status}")
    for target in ("/../metrics", "/%2e%2e/status", "//status", "/status/", "/metrics;x", "/STATUS", "/debug", "/reload", "/quit"):
        with Wire(gateway.admin_port) as wire:
            status = ground.keep(wire.ask(target)).status
            require(status in (400, 403, 404) or target in ("//status", "/status/"), f"{target}: {status}")
    for target in ("/metrics", "/status", "/livez"):
        require(ground.ask(gateway, target).status == 403, f"{target} on the traffic's listener")
    listening = subprocess.run(["ss", "-ltnp"], capture_output=True, text=True, check=False).stdout if ground.program("ss") else ""
    own = [line for line in listening.splitlines() if f"pid={gateway.process.pid}," in line]
    require(all("127.0.0.1:" in line.split()[3] for line in own), f"{own}")
    ground.well(gateway)
