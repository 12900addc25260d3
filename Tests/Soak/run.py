#!/usr/bin/env python3
"""Good, hostile and slow traffic at once, while the pipelines are loaded anew and a backend dies and returns; then SIGTERM.

    HEADGATE_BIN=.build/release/headgate Tests/Soak/run.py                    ten minutes, `make soak`
    HEADGATE_BIN=.build/debug/headgate Tests/Soak/run.py --seconds 60         what `make test` runs

No good request may fail, memory and descriptors must come back to where they were, and the end must be clean. No event
loop and no lane may keep others waiting for more than 50 ms: a probe in the process measures that. On a machine that
is busy with other things, or with a debug build, the probe measures those as well: there it fails only with --strict, as
runs of ten minutes and more with a release build do.
Needs Python 3.9 or later and nothing else.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "EndToEnd"), str(HERE.parent / "Hostile")]

import corpus  # noqa: E402
from harness import Backend, Gateway, Wire, files, reply, request  # noqa: E402
from harness.wire import Closed  # noqa: E402

PIPELINES = r"""
name: mock
route: ANY /a
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: '{"generation": "GENERATION"}'
---
name: mapped
route: POST /mapped
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/mapped
  requestTemplates:
    application/json: '{"id": $input.json("$.id")}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: '{"ok": $input.json("$.ok")}'
---
name: proxied
route: GET /proxied
integration:
  type: HTTP_PROXY
  httpMethod: GET
  uri: ${BACKEND}/proxied
---
name: dying
route: GET /dying
integration:
  type: HTTP
  httpMethod: GET
  uri: ${DYING}/dying
  timeoutInMillis: 500
  integrationResponses:
    - statusCode: "200"
"""

GOOD = [
    request("/a"),
    request("/mapped", "POST", {"Content-Type": "application/json"}, '{"id": 7}'),
    request("/proxied"),
]
BROKEN = "name: mapped\nroute: nowhere\nintegration: [\n"


STALL_MILLISECONDS = 50


class Soak:
    def __init__(self, options):
        self.options = options
        is_release = "debug" not in pathlib.Path(os.environ["HEADGATE_BIN"]).parts
        self.is_strict = options.strict or options.seconds >= 600 and is_release
        self.stopped = threading.Event()
        self.refusing = threading.Event()
        self.lock = threading.Lock()
        self.latencies, self.failures = [], []
        self.sent = self.hostile = self.slow = self.reloads = self.deaths = 0
        self.corpus = [
            case for case in json.loads((HERE.parent / "Hostile" / "requests.json").read_text()) if not case.get("long")
        ]

    def run(self):
        self.backend = Backend(reply(body=json.dumps({"ok": True, "text": "x" * 500})))
        self.dying = Backend()
        environment = {"BACKEND": self.backend.url, "DYING": self.dying.url}
        texts = files(PIPELINES)
        limits = ("--header-timeout", "3", "--body-timeout", "5", "--idle-timeout", "10", "--log-level", "warning")
        with Gateway(texts, *limits, environment=environment) as self.gateway:
            warm = [self.thread(self.good) for _ in range(3)]
            time.sleep(min(5, self.options.seconds / 6))
            self.before = self.measure()
            others = [self.thread(work) for work in (self.attack, self.attack, self.crawl, self.kill)]
            self.reload_all(texts)
            self.stopped.set()
            for thread in others:
                thread.join(15)
            # Slow and hostile connections have gone; what they cost must have gone with them.
            time.sleep(6)
            self.after = self.measure()
            self.stalls = self.longest_stalls()
            good = list(self.latencies)
            self.stop_under_load(warm)
        self.backend.stop()
        self.dying.stop()
        return self.report(good)

    def thread(self, work):
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def measure(self):
        """Memory in megabytes, open descriptors."""
        descriptors = len(os.listdir(f"/proc/{self.gateway.process.pid}/fd"))
        return self.gateway.rss_megabytes(), descriptors

    def longest_stalls(self):
        """Milliseconds, of a loop and of a lane, since the start."""
        with Wire(self.gateway.admin_port) as wire:
            metrics = wire.ask("/metrics").body.decode()
        return [
            1000 * float(metrics.split(f'headgate_longest_stall_seconds{{on="{place}"}} ')[1].split()[0])
            for place in ("loop", "lane")
        ]

    # The traffic

    def good(self):
        """Requests on connections that are used again and now and then made anew; each must be answered."""
        dice = random.Random(self.options.seed)
        while True:
            try:
                wire = Wire(self.gateway.port)
            except OSError as error:
                if not self.refusing.is_set():
                    self.fail(f"connect: {error}")
                return
            with wire:
                for _ in range(dice.randint(1, 200)):
                    began = time.monotonic()
                    with self.lock:
                        self.sent += 1
                    try:
                        wire.send(dice.choice(GOOD))
                        response = wire.response()
                    except (Closed, OSError) as error:
                        self.fail(f"{type(error).__name__}: {error}")
                        return
                    took = time.monotonic() - began
                    with self.lock:
                        self.latencies.append(took)
                    if response.status != 200:
                        self.fail(f"{response.status} {response.body[:200]!r}")
                    if (response.header("Connection") or "").lower() == "close":
                        break
                    # Some pace: what is measured is the gateway beside its enemies, not this client.
                    time.sleep(0.002)

    def fail(self, what):
        with self.lock:
            self.failures.append(what)

    def attack(self):
        """The corpus' requests, in any order, some cut short, some reset."""
        dice = random.Random(self.options.seed + 1)
        while not self.stopped.is_set():
            case = dice.choice(self.corpus)
            try:
                with Wire(self.gateway.port, timeout=1) as wire:
                    for piece in corpus.data(case["send"]):
                        if isinstance(piece, dict):
                            wire.finish_sending()
                        else:
                            wire.send(piece if dice.random() < 0.8 else piece[: dice.randrange(len(piece) + 1)])
                    if dice.random() < 0.7:
                        wire.rest(1 << 20)
            except (OSError, Closed, AssertionError):
                pass
            with self.lock:
                self.hostile += 1
            time.sleep(0.005)

    def crawl(self):
        """Clients that send a byte now and then, read nothing, or say nothing at all."""
        dice = random.Random(self.options.seed + 2)
        starts = [b"", b"GET /a HTTP/1.1\r\nHost: x\r\nX-Slow: ", request("/a", "POST", {"Content-Length": "1000"}), GOOD[0] * 50]
        wires = []
        while not self.stopped.is_set():
            try:
                if len(wires) < 40:
                    wires.append(Wire(self.gateway.port, timeout=1))
                    wires[-1].send(dice.choice(starts))
                    self.slow += 1
                dice.choice(wires).send(b"x")
            except OSError:
                pass
            if dice.random() < 0.1 and wires:
                wires.pop(dice.randrange(len(wires))).close()
            time.sleep(0.05)
        for wire in wires:
            wire.close()

    def kill(self):
        """A backend dies and returns; its callers get a 504 or a 502 in time, and answers when it lives."""
        statuses = {200, 502, 504}
        while not self.stopped.is_set():
            self.deaths += 1
            self.dying.behaviours["/dying"] = (reply(), lambda *_: False, lambda *_: time.sleep(1))[self.deaths % 3]
            for _ in range(20):
                if self.stopped.is_set():
                    break
                try:
                    with Wire(self.gateway.port, timeout=5) as wire:
                        status = wire.ask("/dying").status
                    if status not in statuses:
                        self.fail(f"a dying backend gave {status}")
                except (OSError, Closed) as error:
                    self.fail(f"a dying backend: {error}")
                time.sleep(0.05)

    # Reloads and the end

    def reload_all(self, texts):
        """Loads the directory anew, a hundred times over the whole run; every tenth time it is broken first."""
        began = time.monotonic()
        for number in range(self.options.reloads):
            due = began + (number + 1) * self.options.seconds / self.options.reloads
            if number % 10 == 5:
                self.gateway.write("mapped.yaml", BROKEN)
                self.gateway.signal(signal.SIGHUP)
                time.sleep(0.1)
                self.gateway.write("mapped.yaml", texts["mapped.yaml"])
            self.gateway.write("mock.yaml", texts["mock.yaml"].replace("GENERATION", str(number)))
            self.gateway.signal(signal.SIGHUP)
            self.reloads += 1
            if not self.gateway.alive:
                raise SystemExit(f"soak: the gateway died:\n{self.gateway.log[-3000:]}")
            time.sleep(max(0, due - time.monotonic()))
        # The last one serves.
        end = time.monotonic() + 5
        expected = b'{"generation": "%d"}' % (self.options.reloads - 1)
        while time.monotonic() < end:
            with Wire(self.gateway.port) as wire:
                if wire.ask("/a").body == expected:
                    return
            time.sleep(0.1)
        self.fail("the last reload does not serve")

    def stop_under_load(self, threads):
        """SIGTERM in mid-traffic: what was sent is answered, then no more connections, then the exit."""
        self.refusing.set()
        self.gateway.signal(signal.SIGTERM)
        self.exit = self.gateway.wait(20)
        for thread in threads:
            thread.join(15)

    def report(self, good):
        good.sort()
        percentile = [1000 * good[min(len(good) - 1, int(len(good) * part))] for part in (0.5, 0.99, 1)]
        (memory, descriptors), (memory_after, descriptors_after) = self.before, self.after
        print(f"soak: {self.options.seconds} s, {self.reloads} reloads, {self.hostile} hostile and {self.slow} slow "
              f"connections, a backend died {self.deaths * 2 // 3} times")
        print(f"  good requests   {self.sent} sent, {len(self.failures)} failed")
        print(f"  their latency   p50 {percentile[0]:.1f} ms, p99 {percentile[1]:.1f} ms, longest {percentile[2]:.0f} ms")
        print(f"  memory          {memory:.0f} MB at the start, {memory_after:.0f} MB at the end")
        print(f"  descriptors     {descriptors} at the start, {descriptors_after} at the end")
        print(f"  longest stall   loop {self.stalls[0]:.1f} ms, lane {self.stalls[1]:.1f} ms")
        print(f"  SIGTERM         exit {self.exit}")
        findings = self.failures[:10]
        if memory_after > memory * 1.25 + 24:
            findings.append(f"memory grew from {memory:.0f} to {memory_after:.0f} MB")
        if descriptors_after > descriptors + 16:
            findings.append(f"descriptors grew from {descriptors} to {descriptors_after}")
        if max(self.stalls) > STALL_MILLISECONDS and self.is_strict:
            findings.append(f"a loop or a lane kept others waiting for {max(self.stalls):.0f} ms")
        if not (good and self.hostile and self.slow and self.deaths):
            findings.append("one kind of traffic never came")
        if self.exit != 0:
            findings.append(f"the exit status is {self.exit}")
        for finding in findings:
            print(f"  FAILED  {finding}")
        return not findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--reloads", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strict", action="store_true", help="fail for a stall, whatever is measured")
    options = parser.parse_args()
    binary = pathlib.Path(os.environ.get("HEADGATE_BIN", ".build/release/headgate")).resolve()
    if not binary.exists():
        sys.exit(f"soak: there is no binary at {binary}; run `make build`, or set HEADGATE_BIN.")
    os.environ["HEADGATE_BIN"] = str(binary)
    sys.exit(not Soak(options).run())


if __name__ == "__main__":
    main()
