"""`proxmox-mpc sim` as people start it: scenarios, events, faults, several clusters at once."""
import json
import ssl
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import here  # noqa: F401
from drive.cluster import Simulator
from here import BINARY, run

SCENARIO = """title: A test of two nodes
nodes: {names: [left, right]}
guests: {count: 12}
events:
  - {at: -1h, do: node-down right}
"""


class Simulated(Simulator):
    """A simulator with any options, its switches and its answers."""

    def __init__(self, *options):
        super().__init__(BINARY, *options)

    def ctl(self, *words):
        return run("sim", "ctl", "--ready-file", str(self.ready_file), *words)

    @staticmethod
    def get(entry, path):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        request = urllib.request.Request(entry["url"] + "/api2/json" + path, headers={
            "Authorization": "PVEAPIToken=" + entry["token"]})
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            return json.loads(answer.read())["data"]


def online(rows):
    return {row["node"]: row["status"] for row in rows if row["type"] == "node"}


class SimulatorTest(unittest.TestCase):
    def test_a_file_of_ones_own_is_a_scenario(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "mine.yml")
            file.write_text(SCENARIO, encoding="utf-8")
            with Simulated("--scenario", str(file)) as simulator:
                rows = simulator.get(simulator.ready, "/cluster/resources")
        self.assertEqual(online(rows), {"left": "online", "right": "offline"})
        self.assertEqual(sum("vmid" in row for row in rows), 12)

    def test_a_bad_file_stops_the_start_with_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "mine.yml")
            for text, place in [(SCENARIO.replace("right}", "nowhere}"), ":5: "),
                                (SCENARIO.replace("count: 12", "count: many"), ":3: ")]:
                file.write_text(text, encoding="utf-8")
                done = run("sim", "--listen", "127.0.0.1:0", "--scenario", str(file))
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(str(file) + place, done.stderr)

    def test_what_is_given_wins_over_the_scenario(self):
        with Simulated("--scenario", "homelab", "--guests", "3", "--pve", "8.4") as simulator:
            rows = simulator.get(simulator.ready, "/cluster/resources")
            version = simulator.get(simulator.ready, "/version")
        self.assertEqual(online(rows), {"pve": "online"})
        self.assertEqual(sum("vmid" in row for row in rows), 3)
        self.assertTrue(version["version"].startswith("8.4"))

    def test_several_clusters_stand_in_the_ready_file_and_are_switched_one_by_one(self):
        with Simulated("--scenario", "generated", "--scenario", "homelab", "--clusters",
                       "3") as simulator:
            clusters = simulator.ready["clusters"]
            self.assertEqual(len(clusters), 3)
            self.assertEqual(simulator.ready["url"], clusters[0]["url"])
            self.assertEqual(len({entry["url"] for entry in clusters}), 3)
            names = [sorted(entry["nodes"]) for entry in clusters]
            self.assertEqual(names[1], ["pve"])
            self.assertEqual(len(names[2]), 3)
            self.assertNotEqual(names[0], names[2])
            self.assertEqual(simulator.ctl("--cluster", "2", "fault", "drop").returncode, 0)
            self.assertEqual(len(simulator.get(clusters[0], "/nodes")), 3)
            with self.assertRaises(OSError):
                simulator.get(clusters[1], "/nodes")
            wrong = simulator.ctl("--cluster", "4", "fault", "drop")
            self.assertIn("there is no cluster 4", wrong.stderr)

    def test_one_cluster_has_the_shape_it_always_had(self):
        with Simulated() as simulator:
            self.assertEqual(set(simulator.ready), {
                "url", "nodes", "fingerprint", "token", "username", "password", "control",
                "control_url"})

    def test_faults_come_and_go(self):
        with Simulated() as simulator:
            ready = simulator.ready
            self.assertEqual(
                simulator.ctl("fault", "status", "503", "reason=busy here", "for=1").returncode, 0)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                simulator.get(ready, "/version")
            self.assertEqual((refused.exception.code, refused.exception.reason), (503, "busy here"))
            refused.exception.close()
            simulator.ctl("fault", "garbage", "path=/version")
            with self.assertRaises(ValueError):
                simulator.get(ready, "/version")
            self.assertEqual(len(simulator.get(ready, "/nodes")), 3)
            self.assertEqual(simulator.ctl("fault-off").returncode, 0)
            self.assertIn("version", simulator.get(ready, "/version"))
            unknown = simulator.ctl("explode")
            self.assertNotEqual(unknown.returncode, 0)
            self.assertIn("fault KIND", unknown.stderr)


if __name__ == "__main__":
    unittest.main()
