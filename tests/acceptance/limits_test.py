"""What must hold in figures: start-up, memory, exit. Best or median of several runs, because the
machine that runs the tests is shared; ./dev bench prints the whole picture."""
import statistics
import time
import unittest

import here  # noqa: F401
from drive import LEGACY, MODERN, Client, Cluster, Server
from here import BINARY

DEMO = ["--demo"]


class LimitsTest(unittest.TestCase):
    def first_answer_ms(self, version):
        started = time.perf_counter()
        with Server(BINARY, arguments=DEMO) as server:
            Client(server, version)
            return (time.perf_counter() - started) * 1000

    def test_the_first_answer_comes_within_50_ms(self):
        for version in (MODERN, LEGACY):
            times = [self.first_answer_ms(version) for _ in range(10)]
            self.assertLessEqual(statistics.median(times), 50, f"{version}: {times}")

    def test_resident_memory_stays_under_30_mb_after_a_session(self):
        with Server(BINARY, arguments=DEMO) as server:
            client = Client(server)
            for guest in client.call("guest_list", {"limit": 500})["guests"]:
                client.call("guest_describe", {"guest": guest["vmid"]})
            for _ in range(200):
                client.call("guest_list", {"limit": 50})
            self.assertLessEqual(server.resident_kib(), 30 * 1024)

    def exit_seconds(self, pending):
        with Cluster(BINARY) as cluster, Server(BINARY, cluster.environment()) as server:
            client = Client(server)
            stopped = client.call("guest_list", {"status": "stopped"})["guests"]
            for number, guest in enumerate(stopped[:pending]):
                server.send({"jsonrpc": "2.0", "id": f"p{number}", "method": "tools/call",
                             "params": client.params({"name": "guest_start", "arguments": {
                                 "guest": guest["vmid"]}})})
            code, seconds = server.close()
            self.assertEqual(code, 0, server.stderr())
            return seconds

    def test_it_is_gone_200_ms_after_its_input_ends(self):
        for pending in (0, 3):
            times = [self.exit_seconds(pending) for _ in range(5)]
            self.assertLessEqual(statistics.median(times), 0.2, f"{pending} calls running: {times}")


if __name__ == "__main__":
    unittest.main()
