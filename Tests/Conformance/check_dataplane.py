#!/usr/bin/env python3
"""Runs the data-plane cases, and those of single rules, through the built binary, over real sockets, and compares
with the known gaps.

    check_dataplane.py [HEADGATE]

Fails when a case fails that is not in known-gaps.json, and when one passes that is: the list only
shrinks. Each entry has a reason that somebody can check.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SERVE = "{headgate} serve --openapi {{openapi}} --stage-file {{stage_file}} --port {{port}}"


def known_gaps():
    """The reason of each listed case."""
    with open(os.path.join(HERE, "known-gaps.json"), encoding="utf-8") as file:
        entries = json.load(file)
    gaps = {}
    for entry in entries:
        for case in entry["cases"]:
            if case in gaps:
                sys.exit("known-gaps.json: %s stands there twice" % case)
            gaps[case] = entry["reason"]
    return gaps


def spell_out(folder):
    """Writes the cases of spec/ as the runner reads them: each with the document that it names."""
    source = os.path.join(HERE, "spec")
    with open(os.path.join(source, "apis.jsonl"), encoding="utf-8") as file:
        apis = {entry["name"]: entry["api"] for entry in map(json.loads, file)}
    for name in sorted(os.listdir(source)):
        if not name.endswith(".jsonl") or name == "apis.jsonl":
            continue
        with open(os.path.join(source, name), encoding="utf-8") as file:
            cases = [json.loads(line) for line in file]
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            for case in cases:
                case["api"] = apis[case["api"]]
                file.write(json.dumps(case) + "\n")


def run(headgate, cases, report, only=()):
    """The runner's table, and the results by id; of these cases alone, if any are named."""
    process = subprocess.run(
        [
            sys.executable, os.path.join(HERE, "run_dataplane.py"),
            "--start", SERVE.format(headgate=headgate),
            "--cases", os.path.join(HERE, "dataplane"),
            "--cases", cases,
            "--jobs", str(max(2, os.cpu_count() or 2)),
            "--report", report,
            *[argument for case in only for argument in ("--id", "^%s$" % re.escape(case))],
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    if process.returncode == 2 or not os.path.exists(report):
        sys.exit("the runner failed:\n" + process.stdout)
    with open(report, encoding="utf-8") as file:
        results = {result["id"]: result for result in json.load(file)}
    start = process.stdout.rfind("\narea ")
    return process.stdout[start + 1:], results


def main():
    headgate = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".build/debug/headgate")
    gaps = known_gaps()
    with tempfile.TemporaryDirectory() as folder:
        cases = os.path.join(folder, "spec")
        os.mkdir(cases)
        spell_out(cases)
        table, results = run(headgate, cases, os.path.join(folder, "report.json"))
        failed = [case for case, result in results.items() if not result["ok"] and case not in gaps]
        if failed:
            # The runner picks a port before the gateway binds it: what fails because another took it passes now.
            print("once more: " + ", ".join(failed))
            results.update(run(headgate, cases, os.path.join(folder, "again.json"), failed)[1])
    print(table.rstrip())
    failed = [result for result in results.values() if not result["ok"] and result["id"] not in gaps]
    closed = sorted(case for case in gaps if case not in results or results[case]["ok"])
    if gaps:
        print("\n%d known gaps" % len(gaps))
    for result in failed:
        print("\nFAIL %s" % result["id"])
        for problem in result["problems"]:
            print("  " + problem)
    for case in closed:
        state = "passes" if case in results else "is no case"
        print("\nknown-gaps.json: %s %s; take it out of the list" % (case, state))
    if failed or closed:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
