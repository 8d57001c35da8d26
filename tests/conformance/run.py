#!/usr/bin/env python3
"""Runs the official MCP conformance suite against the fixture server, both requirement sets.

    python3 tests/conformance/run.py --fixture build/release/mcp-fixture --node NODE [--scenario NAME]

Every check of every scenario counts, scored or not. Ends with "N passed, M failed"; exit code 1 when
anything failed.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SUITE = HERE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
REVISIONS = ("2025-11-25", "2026-07-28")
SCENARIO_LIMIT = 240  # seconds; one set takes about 30


class Fixture:
    """The fixture server on a free port; it ends when its input does."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "--http", "127.0.0.1:0"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"http://localhost:{int(self.process.stdout.readline())}/mcp"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        code = self.process.wait(timeout=20)
        if code != 0:
            raise SystemExit(f"the fixture server ended with {code}")


def checks_of(folder):
    """(scenario, check) for every check that the suite wrote below `folder`."""
    for file in sorted(folder.rglob("checks.json")):
        scenario = file.parent.name.removeprefix("server-").rsplit("-20", 1)[0]
        for check in json.loads(file.read_text()):
            yield scenario, check


def run_set(node, url, revision, scenario, folder):
    selection = ["--scenario", scenario, "--spec-version", revision] if scenario \
        else ["--requirements", revision]
    command = [node, str(SUITE), "server", "--url", url, *selection, "-o", str(folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=SCENARIO_LIMIT, check=False)
    return done.stdout


def report(revision, folder, output):
    """Prints what failed; returns the counts."""
    passed = failed = 0
    for scenario, check in checks_of(folder):
        status = check.get("status")
        if status == "SUCCESS":
            passed += 1
        elif status in ("FAILURE", "WARNING"):
            failed += 1
            print(f"FAIL {revision} {scenario}: {check.get('id')}: "
                  f"{check.get('errorMessage') or check.get('description')}")
    if passed == 0:
        print(f"FAIL {revision}: the suite checked nothing\n{output[-3000:]}")
        failed += 1
    print(f"{revision}: {passed} passed, {failed} failed")
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fixture", required=True)
    parser.add_argument("--node", required=True)
    parser.add_argument("--scenario", help="one scenario alone")
    parser.add_argument("--revision", choices=REVISIONS, help="one requirement set alone")
    arguments = parser.parse_args()
    total_passed = total_failed = 0
    for revision in [arguments.revision] if arguments.revision else REVISIONS:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="mcp-conformance-"))
        with Fixture(arguments.fixture) as fixture:
            output = run_set(arguments.node, fixture.url, revision, arguments.scenario, folder)
        passed, failed = report(revision, folder, output)
        total_passed += passed
        total_failed += failed
        shutil.rmtree(folder)
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed else 0


if __name__ == "__main__":
    sys.exit(main())
