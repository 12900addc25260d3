#!/usr/bin/env python3
"""End-to-end tests: the built binary, real sockets, a backend that does on purpose what backends do by accident.

    HEADGATE_BIN=.build/release/headgate Tests/EndToEnd/run.py            all of them
    Tests/EndToEnd/run.py limits reload                                   the files test_limits.py, test_reload.py
    Tests/EndToEnd/run.py -k pipelin                                      whose name contains it

Needs Python 3.9 or later and nothing else. Everything listens on free ports of 127.0.0.1.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


class Result(unittest.TextTestResult):
    """One line a test, with the time that it took."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = []

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.began = time.monotonic()

    def _line(self, mark, test, more=""):
        what = test.shortDescription() or test.id()
        topic = type(test).__module__.replace("test_", "")
        self.stream.writeln(f"{mark:>6} {time.monotonic() - self.began:5.1f} s  {topic}: {what}{more}")
        self.stream.flush()

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self.passed.append(test.id())
        self._line("ok", test)

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self._line("FAIL", test)

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        if isinstance(test, unittest.TestCase):
            self._line("ERROR", test)

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self._line("skip", test, f" ({reason})")

    def addSubTest(self, test, subtest, err):
        unittest.TestResult.addSubTest(self, test, subtest, err)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", help="files to run, without test_ and .py")
    parser.add_argument("-k", metavar="TEXT", help="only tests whose name contains TEXT")
    options = parser.parse_args()

    binary = pathlib.Path(os.environ.get("HEADGATE_BIN", ".build/release/headgate")).resolve()
    if not binary.exists():
        sys.exit(f"end to end: there is no binary at {binary}; run `make build`, or set HEADGATE_BIN.")
    os.environ["HEADGATE_BIN"] = str(binary)

    loader = unittest.TestLoader()
    if options.k:
        loader.testNamePatterns = [f"*{options.k}*"]
    names = [f"test_{topic}" for topic in options.topics] or sorted(file.stem for file in HERE.glob("test_*.py"))
    suite = loader.loadTestsFromNames(names)
    if suite.countTestCases() == 0:
        sys.exit("end to end: no test has such a name.")
    result = unittest.TextTestRunner(resultclass=Result, verbosity=0).run(suite)
    remember(binary, result.passed)
    sys.exit(not result.wasSuccessful())


def remember(binary, passed):
    """Notes what passed with this binary: Tests/Hostile/run.py, which stands on some of it, need not run it again."""
    file, mark = binary.parent / "end-to-end.json", binary.stat().st_mtime_ns
    try:
        noted = json.loads(file.read_text())
        before = noted["passed"] if noted["binary"] == mark else []
    except (OSError, ValueError, KeyError):
        before = []
    file.write_text(json.dumps({"binary": mark, "passed": sorted({*before, *passed})}, indent=1) + "\n")


if __name__ == "__main__":
    main()
