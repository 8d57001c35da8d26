"""Clients of others, written for real clusters, against the simulator."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from here import BINARY, ROOT

TOUR = ROOT / "tests/acceptance/third_party/tour.py"
PYTHON = ROOT / "build/python/bin/python"


class Lab:
    """The simulated lab over TLS, sixty times as fast; `with` ends it."""

    def __init__(self, version):
        self._folder = tempfile.TemporaryDirectory()
        self.ready = Path(self._folder.name, "ready.json")
        self._process = subprocess.Popen(
            [BINARY, "sim", "--scenario", "lab", "--pve", version, "--speed", "60", "--listen",
             "127.0.0.1:0", "--ready-file", self.ready], stderr=subprocess.PIPE)
        for line in self._process.stderr:
            if b"Stop it with" in line:
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stderr.close()
        self._folder.cleanup()


class ProxmoxerTest(unittest.TestCase):
    def tour(self, version, *options):
        with Lab(version) as lab:
            done = subprocess.run([PYTHON, TOUR, lab.ready, *options], capture_output=True,
                                  text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_guest_lives_and_dies_with_tickets_and_with_tokens(self):
        for version in ("8.4", "9.2"):
            for options in ([], ["--token"]):
                with self.subTest(version=version, options=options):
                    self.check(version, self.tour(version, *options))

    def check(self, version, seen):
        self.assertEqual(seen["release"], version)
        self.assertEqual(seen["nodes"], ["pve1", "pve2", "pve3"])
        for task in ("create", "start", "stop", "stop again", "upload", "delete"):
            self.assertEqual(seen[task], "OK", task)
        self.assertEqual(seen["config"], {
            "name": "tour", "cores": 2, "memory": "256", "tags": "a;b",
            "description": "first line\nsecond: x=y & z"})
        self.assertEqual(seen["running"], "running")
        self.assertTrue(seen["log"])
        self.assertEqual(seen["content"], ["local:iso/tour.iso"])
        self.assertEqual(seen["gone"][0], 500)
        self.assertIn("does not exist", seen["gone"][1])


if __name__ == "__main__":
    unittest.main()
