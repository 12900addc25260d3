#!/usr/bin/env python3
"""The hostile corpus: requests, payloads, answers and files that nobody well-meaning sends, against the built binary.

    HEADGATE_BIN=.build/debug/headgate Tests/Hostile/run.py               what `make test` runs
    HEADGATE_BIN=.build/debug/headgate Tests/Hostile/run.py --long        the long ones as well
    Tests/Hostile/run.py -k chunk                                         cases whose name contains it
    Tests/Hostile/run.py --row 42 --row 65                                cases of these rows

Cases are data (requests.json: bytes of a client; paths.json: targets; upstreams.json: bytes of a backend; scripts.json:
Lua; files.json: pipeline files) or, where something has to happen in time, functions of `rows/`. README.md says what
each row is. What was sent to a backend, and what was not, is proven by the scripted backend's own log; a secret that the
pipelines hold is looked for in every output. A row without a case is a failure.
"""

import argparse
import importlib
import json
import os
import pathlib
import re
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))

import ground  # noqa: E402
from corpus import data  # noqa: E402
from ground import CANARY, INSIDE, Finding, Ground, Skipped, require  # noqa: E402
from harness import Backend, Gateway, Wire, files, request  # noqa: E402
from harness.wire import Closed  # noqa: E402

GOOD = request("/a")


class Corpus:
    def __init__(self, options):
        self.options = options
        self.findings, self.count = [], 0
        self.answers = bytearray()
        # Row: what its cases came to.
        self.rows = {}

    def __enter__(self):
        self.backend = Backend()
        environment = {"BACKEND": self.backend.url, "CANARY_SECRET": CANARY}
        pipelines = files((HERE / "pipelines.txt").read_text())
        self.gateway = Gateway(pipelines, "--log-level", "trace", "--header-timeout", "3", environment=environment)
        return self

    def __exit__(self, *_):
        self.gateway.stop()
        self.backend.stop()

    def cases(self, name):
        for case in json.loads((HERE / name).read_text()):
            if self.is_wanted(case):
                yield case

    def is_wanted(self, case):
        if case.get("long") and not self.options.long:
            self.note(case, "long")
            return False
        if self.options.row and case["row"] not in self.options.row:
            return False
        return not self.options.k or self.options.k in case["name"]

    def note(self, case, outcome, why=""):
        self.rows.setdefault(case["row"], []).append((outcome, case["name"], why))

    def fail(self, kind, case, error):
        self.note(case, "fail")
        self.findings.append(f"{kind} {case['row']}, {case['name']}: {type(error).__name__}: {error}")
        print("FAIL", self.findings[-1][:1500], flush=True)

    def run(self, kind, case, body):
        """Runs one case; afterwards the gateway lives and serves a good request at once."""
        self.count += 1
        self.backend.forget()
        self.backend.behaviours = {}
        began = time.monotonic()
        try:
            body(case)
            took = time.monotonic() - began
            require(took < case.get("seconds", 4), f"it took {took:.1f} s")
            self.well()
            self.note(case, "pass")
        except (Finding, Closed, OSError, AssertionError) as error:
            self.fail(kind, case, error)
        if not self.gateway.alive:
            sys.exit(f"hostile: the gateway died of {case['name']!r}:\n{self.gateway.log[-3000:]}")

    def well(self):
        """A good request is answered, and quickly."""
        began = time.monotonic()
        with Wire(self.gateway.port) as wire:
            wire.send(GOOD)
            require(wire.response().status == 200, "the next good request failed")
        require(time.monotonic() - began < 1, "the next good request was slow")

    def keep(self, response):
        """Keeps an answer for the search for secrets, and looks for what is inside."""
        head = "".join(f"{name}: {value}\n" for name, value in response.headers)
        self.answers += head.encode() + response.body
        if response.status >= 400 and b'"message"' in response.body:
            # An identifier of random letters may hold any word.
            told = re.sub(r"(?im)^(x-amz-apigw-id|x-amzn-requestid):.*$", "", head) + response.body.decode("latin-1")
            for word in INSIDE:
                require(word not in told, f"the answer holds {word!r}")
        return response

    # Requests

    def request_case(self, case):
        with Wire(self.gateway.port, timeout=case.get("seconds", 6)) as wire:
            try:
                for piece in data(case["send"]):
                    if isinstance(piece, dict):
                        wire.finish_sending()
                    else:
                        wire.send(piece)
            except OSError:
                # It is not read to its end; the answer may still be there.
                pass
            for expected in case["expect"]:
                expected = expected if isinstance(expected, list) else [expected]
                response = self.keep(wire.response())
                if response.status not in expected and len(case["expect"]) == 1 and case["expect"][0] is expected:
                    require(False, f"{response.status} {response.body!r}, expected one of {expected}")
                require(response.status in expected, f"{response.status} {response.body!r}, expected one of {expected}")
            stays = case.get("stays", False)
            if stays is False:
                require(wire.ends(), "the connection goes on")
        reached = [seen.target.split("?")[0] for seen in self.backend.received]
        require("/smuggled" not in reached, "a smuggled request reached the backend")
        if "upstream" in case:
            require(reached == case["upstream"], f"the backend got {reached}, expected {case['upstream']}")
        elif case["expect"] != [200] and stays is False:
            require(reached == [], f"the backend got {reached}")
        for seen in self.backend.received:
            require(seen.method == case.get("upstream_method", seen.method), f"the backend got {seen.method}")
            require(case.get("never", "\0") not in seen.raw_head.decode("latin-1"), "what was to be dropped was passed on")

    # Paths

    def path_case(self, case):
        with Wire(self.gateway.port) as wire:
            forged = {"X-Forwarded-For": "10.9.8.7", "X-Real-IP": "10.9.8.7"} if case["row"] == 40 else {}
            wire.send(request(case["target"], case["method"], forged))
            response = self.keep(wire.response(case["method"]))
        require(response.status in case["expect"], f"{response.status} {response.body!r}, expected {case['expect']}")
        reached = [seen.target for seen in self.backend.received]
        require(response.status == 200 or reached == [], f"refused, but the backend got {reached}")
        if case["upstream"]:
            require(reached == case["upstream"], f"the backend got {reached}, expected {case['upstream']}")
        # However it was written, what a route of its own guards is reached by that route alone.
        for target in reached:
            require("admin" not in target or response.status == 200, f"the backend got {target}")
        for seen in self.backend.received:
            address = seen.header("X-Forwarded-For") or "127.0.0.1"
            require(address.split(",")[-1].strip() != "10.9.8.7", "the client's word for its address was the last")

    # Answers of backends

    def upstream_case(self, case):
        for kind in ("mapped", "proxied"):
            if case.get("mapped") and kind == "proxied":
                continue
            self.backend.forget()
            self.backend.behaviours = {"/fault/x": self.behaviour(case)}
            with Wire(self.gateway.port) as wire:
                wire.send(request(f"/{kind}/x"))
                cut = False
                try:
                    response = self.keep(wire.response())
                except Closed:
                    # The head of a streamed answer was with the client before the rest went wrong.
                    require(kind == "proxied" and case["expect"] >= 500, "the answer was cut off")
                    cut = True
            if not cut:
                require(response.status == case["expect"], f"{kind}: {response.status}, expected {case['expect']}")
                if "body" in case:
                    require(response.body == case["body"].encode(), f"{kind}: the body is {response.body[:80]!r}")
                for name in case.get("absent", []):
                    require(response.header(name) is None, f"{kind}: {name} was passed on")
            # Twice only where the first connection had been used before and ended without a byte of an answer.
            asked = len(self.backend.received)
            require(1 <= asked <= case.get("asked", 1), f"{kind}: the backend was asked {asked} times")
            broken = self.backend.received[-1]
            self.backend.forget()
            self.backend.behaviours = {}
            self.well()
            if case["expect"] >= 500 or case["row"] == 51:
                [next_one] = self.backend.received
                require(next_one.connection != broken.connection, f"{kind}: the connection was used again")

    def behaviour(self, case):
        def behave(connection, _):
            if case["then"] == "drip":
                for piece in data(case["upstream"]):
                    for byte in piece:
                        connection.sendall(bytes([byte]))
                        time.sleep(0.05)
                return True
            for piece in data(case["upstream"]):
                connection.sendall(piece)
            if case["then"] == "stall":
                time.sleep(1.5)
            if case["then"] == "reset":
                from harness.backend import reset
                reset(connection, None)
            return case["then"] == "keep"

        return behave

    # What comes out

    def outputs(self):
        """The secret, and whatever acts on a terminal or forges a line, stands in no output."""
        with Wire(self.gateway.admin_port) as wire:
            metrics = wire.ask("/metrics").body
            series = metrics.count(b"headgate_requests_total{")
            self.answers += metrics
            self.answers += wire.ask("/status").body
        time.sleep(0.3)
        log = self.gateway.log_file.read_bytes()
        for place, text in (("the log", log), ("an answer, /metrics or /status", bytes(self.answers))):
            for secret in (CANARY, "Bearer a", "10.9.8.7"):
                require(secret.encode() not in text, f"{secret!r} stands in {place}")
        require(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", log), "the log holds control characters")
        for line in log.decode("utf-8").splitlines():
            require(re.match(r"\d{4}-\d\d-\d\dT", line), f"not a line of the log: {line[:200]!r}")
            require(len(line) < 8000, f"a line of {len(line)} characters")
        require(series < 120, f"{series} series of requests")


    # Cases of rows/

    def row_case(self, case):
        """A case with gateways of its own."""
        if not self.is_wanted(case):
            return
        self.count += 1
        began = time.monotonic()
        try:
            if "test" in case:
                self.end_to_end(case["test"])
            else:
                with Ground(self.answers) as place:
                    case["body"](place)
            took = time.monotonic() - began
            require(took < case["seconds"] * (3 if "debug" in os.environ["HEADGATE_BIN"] else 1), f"it took {took:.1f} s")
            self.note(case, "pass")
        except (Skipped, unittest.SkipTest) as reason:
            self.note(case, "skip", str(reason))
        except (Finding, Closed, OSError, AssertionError, ValueError, KeyError) as error:
            self.fail("row", case, error)

    def end_to_end(self, name):
        """One of Tests/EndToEnd; those that have just passed with this binary have passed."""
        binary = pathlib.Path(os.environ["HEADGATE_BIN"])
        try:
            noted = json.loads((binary.parent / "end-to-end.json").read_text())
            if noted["binary"] == binary.stat().st_mtime_ns and name in noted["passed"]:
                return
        except (OSError, ValueError, KeyError):
            pass
        suite = unittest.defaultTestLoader.loadTestsFromName(name)
        result = unittest.TestResult()
        suite.run(result)
        if result.skipped:
            raise Skipped(result.skipped[0][1])
        for _, text in result.errors + result.failures:
            raise Finding(text[-1200:])
        require(result.testsRun == 1, f"{result.testsRun} tests have this name")

    # What came of it

    def table(self):
        """A line a row; whether every row has a case."""
        named, complete = titles(), True
        print("\n row  cases  outcome")
        for number in range(1, 96):
            cases = self.rows.get(number, [])
            outcomes = [outcome for outcome, _, _ in cases]
            if "fail" in outcomes:
                word = "FAIL"
            elif "pass" in outcomes:
                word = "pass"
            elif cases:
                word = "skip: " + next((why for outcome, _, why in cases if outcome == "skip"), "with --long")
            else:
                word, complete = "NO CASE", False
            print(f"{number:4}  {len(cases):5}  {word:8}  {named.get(number, '')}")
        return complete


def titles():
    """What README.md calls the rows."""
    found = {}
    for line in (HERE / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 4 and cells[1].isdigit():
            found[int(cells[1])] = cells[2]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="also what takes minutes")
    parser.add_argument("-k", metavar="TEXT", help="only cases whose name contains TEXT")
    parser.add_argument("--row", type=int, action="append", help="only cases of this row")
    options = parser.parse_args()
    binary = pathlib.Path(os.environ.get("HEADGATE_BIN", ".build/release/headgate")).resolve()
    if not binary.exists():
        sys.exit(f"hostile: there is no binary at {binary}; run `make build`, or set HEADGATE_BIN.")
    os.environ["HEADGATE_BIN"] = str(binary)
    for file in sorted((HERE / "rows").glob("*.py")):
        importlib.import_module(f"rows.{file.stem}")
    began = time.monotonic()
    with Corpus(options) as corpus:
        corpus.well()
        before = corpus.gateway.rss_megabytes()
        for kind, name, body in (
            ("request", "requests.json", corpus.request_case),
            ("path", "paths.json", corpus.path_case),
            ("backend", "upstreams.json", corpus.upstream_case),
        ):
            for case in corpus.cases(name):
                corpus.run(kind, case, body)
        after = corpus.gateway.rss_megabytes()
        for case in ground.CASES:
            corpus.row_case(case)
        # At the end, because all that was said before is searched.
        for number, name in (
            (91, "the secret stands in no output of any case"), (92, "no line of the log is forged"),
            (93, "the series of the metrics are few"), (95, "answers of failures tell nothing of the inside"),
        ):
            case = {"row": number, "name": name}
            if corpus.is_wanted(case):
                corpus.run("output", case, lambda _: corpus.outputs())
    all_asked = not (options.k or options.row)
    complete = corpus.table() if all_asked else True
    print(f"hostile: {corpus.count} cases, {len(corpus.findings)} findings, {time.monotonic() - began:.0f} s, "
          f"memory {before:.0f} MB before, {after:.0f} MB after")
    for finding in corpus.findings:
        print("  FAIL", finding[:300])
    sys.exit(bool(corpus.findings) or not complete)


if __name__ == "__main__":
    main()
