"""The truth that the simulator tells, and what may be known of it when the cluster refuses and on the disk.

That none of it leaves in a whole session is surfaces_test.py.
"""
import re
import unittest
from pathlib import Path

import here  # noqa: F401
from drive import MODERN, Client, Cluster, Server
from here import BINARY
from truth import finders, hits


class PlantedSecretTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(BINARY)
        cls.addClassCleanup(cls.cluster.stop)
        cls.truth = cls.cluster.truth()
        cls.patterns = list(finders(cls.truth))

    def test_the_truth_is_rich_and_the_search_can_find_it(self):
        self.assertGreater(len(self.patterns), 100)
        for kind in ["node", "guest"]:
            name = self.truth[kind][0]
            self.assertTrue(hits(f'{{"x":"{name}"}}', self.patterns))
            self.assertTrue(hits(f"a {name.upper()}.", self.patterns))

    def test_nothing_real_when_the_cluster_refuses(self):
        wrong = re.sub(r"=.*", "=00000000-0000-0000-0000-000000000000", self.cluster.ready["token"])
        environment = self.cluster.environment(state="state-401", token=wrong)
        with Server(BINARY, environment) as server:
            client = Client(server, MODERN)
            result = client.call_result("cluster_overview")
            server.close()
            text = server.stdout.decode() + server.stderr()
        self.assertTrue(result.get("isError"))
        self.assertEqual(hits(text, self.patterns), [])

    def test_the_state_directory_is_private(self):
        with Server(BINARY, self.cluster.environment(state="private")) as server:
            Client(server, MODERN).call("guest_list")
            directory = Path(self.cluster.directory, "private")
            self.assertEqual(directory.stat().st_mode & 0o777, 0o700)
            self.assertLessEqual({"key", "state.db"}, {file.name for file in directory.iterdir()})
            for file in directory.rglob("*"):
                self.assertEqual(file.stat().st_mode & 0o077, 0, file.name)


if __name__ == "__main__":
    unittest.main()
