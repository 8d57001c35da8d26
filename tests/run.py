#!/usr/bin/env python3
"""Runs every suite, prints TAP-like progress, and ends with "N passed, M failed" alone on a line.

Suites: the tests of our own tools, the unit and wire tests (ctest), the acceptance tests in Python
and in JavaScript, the privacy corpus with the tests of its scorer, and the simulator beside
recorded clusters. A test that was skipped, or
is marked as one that fails, counts as failed: it proved nothing. Exit code 1 when anything failed
or a suite ran nothing.

    tests/run.py --binary build/release/proxmox-mpc --ctest build/release --node /usr/bin/node
    tests/run.py --binary build/release/proxmox-mpc --only crash      # one acceptance file
    tests/run.py --binary build/release/proxmox-mpc --only privacy    # the privacy corpus
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent


class Count:
    """Passed and failed tests of one suite or of all."""

    def __init__(self, passed=0, failed=0):
        self.passed, self.failed = passed, failed

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


class Lines(unittest.TestResult):
    """One "ok" or "not ok" line per Python test, with the traceback below a failed one."""

    def __init__(self):
        super().__init__()
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def line(self, word, test, trace=""):
        seconds = time.monotonic() - self.started
        print(f"{word} - {name_of(test)} ({seconds:.1f} s)", flush=True)
        for text in trace.splitlines():
            print(f"    {text}")

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("not ok", test, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self.line("not ok", test, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("not ok", test, f"skipped: {reason}")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.line("not ok", test, "marked as one that fails")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.line("not ok", test, "marked as one that fails, and passed")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.line("not ok", subtest, self._exc_info_to_string(err, test))


def name_of(test):
    parts = str(test).split(" ", 1)
    return parts[0].removeprefix("test_").replace("_", " ") + (
        f" {parts[1].rsplit(')', 1)[1].strip()}" if len(parts) > 1 and parts[1][-1] != ")" else "")


def run_python(folder, pattern):
    """All unittest files of a folder, in this process."""
    suite = unittest.TestLoader().discover(str(folder), pattern=pattern)
    if suite.countTestCases() == 0:
        print(f"not ok - no tests in {folder}/{pattern}")
        return Count(0, 1)
    result = Lines()
    suite.run(result)
    failed = sum(len(found) for found in (
        result.failures, result.errors, result.unexpectedSuccesses, result.expectedFailures,
        result.skipped))
    return Count(max(result.testsRun - failed, 0), failed)


def run_ctest(build, jobs):
    """ctest with its JUnit report; a doctest binary counts as its test cases."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = ["ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error",
                   "--parallel", str(jobs), "--timeout", "300", "--test-output-size-passed",
                   "1000000", "--output-junit", str(report)]
        code = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
        count = count_junit(report) if report.exists() else Count(0, 1)
    if code != 0 and count.failed == 0:
        count.failed = 1
    return count


def count_junit(report):
    total = Count()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        cases = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed \|\s*(\d+) skipped",
                          output)
        count = Count(int(cases[1]), int(cases[2]) + int(cases[3])) if cases else Count()
        crashed = case.get("status") != "run" and count.failed == 0
        silent = count.passed + count.failed == 0
        total += Count(count.passed + (silent and not crashed), count.failed + crashed)
    return total


def run_node(node, folder, pattern):
    """Node's own test runner over the .test.mjs files; the totals are its closing lines."""
    files = sorted(str(f) for f in folder.glob(pattern))
    command = [node, "--test", "--test-reporter=tap", "--test-concurrency=1", *files]
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    totals = {}
    for line in process.stdout:
        if not re.match(r"\s*(# Subtest|duration_ms|---|\.\.\.|type:|TAP version)", line):
            print(line, end="", flush=True)
        closing = re.match(r"# (tests|pass|fail|cancelled|skipped|todo) (\d+)", line)
        if closing:
            totals[closing[1]] = int(closing[2])
    code = process.wait()
    failed = sum(totals.get(name, 0) for name in ("fail", "cancelled", "skipped", "todo"))
    if failed == 0 and (code != 0 or totals.get("tests", 0) == 0):
        failed = 1
    return Count(totals.get("pass", 0), failed)


def suites(arguments):
    """(title, function) of each suite that was asked for; with `only`, those with such a file."""
    only = arguments.only
    chosen = []
    if not only:
        chosen.append(("house check", lambda: run_python(TESTS / "house", "*_test.py")))
    if arguments.ctest and not only:
        chosen.append(("unit tests", lambda: run_ctest(arguments.ctest, arguments.jobs)))
    part = f"*{only}*" if only else "*"
    folder = TESTS / "acceptance"
    if arguments.binary and list(folder.glob(part + "_test.py")):
        chosen.append(("acceptance", lambda: run_python(folder, part + "_test.py")))
    if arguments.binary and list((TESTS / "property").glob(part + "_test.py")):
        chosen.append(("privacy corpus", lambda: run_python(TESTS / "property", part + "_test.py")))
    if arguments.binary and list((TESTS / "replay").glob(part + "_test.py")):
        chosen.append(("recorded clusters", lambda: run_python(TESTS / "replay", part + "_test.py")))
    if arguments.binary and arguments.node and list(folder.glob(part + ".test.mjs")):
        chosen.append(("official clients",
                       lambda: run_node(arguments.node, folder, part + ".test.mjs")))
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", help="the release binary; without it no acceptance tests")
    parser.add_argument("--ctest", help="a build folder with ctest tests")
    parser.add_argument("--jobs", default=os.cpu_count())
    parser.add_argument("--node", help="node 22.19 or later, for the official clients")
    parser.add_argument("--only", help="part of a file's name: those of acceptance and property that hold it")
    arguments = parser.parse_args()
    if arguments.binary:
        os.environ["PROXMOX_MPC_BINARY"] = str(Path(arguments.binary).resolve())
    total = Count()
    for title, run in suites(arguments):
        print(f"\n# {title}", flush=True)
        started = time.monotonic()
        count = run()
        print(f"# {title}: {count} ({time.monotonic() - started:.0f} s)", flush=True)
        total += count
    if total.passed + total.failed == 0:
        total.failed = 1
    print(f"\n{total}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
