"""What a session may cost and how it ends. Times are measured by ./dev bench, never asserted here."""
import unittest

import here  # noqa: F401
from drive import Client, Cluster, Server
from here import BINARY

DEMO = ["--demo"]


class LimitsTest(unittest.TestCase):
    def test_resident_memory_stays_under_30_mb_after_a_session(self):
        with Server(BINARY, arguments=DEMO) as server:
            client = Client(server)
            for guest in client.call("guest_list", {"limit": 500})["guests"]:
                client.call("guest_describe", {"guest": guest["vmid"]})
            for _ in range(200):
                client.call("guest_list", {"limit": 50})
            self.assertLessEqual(server.resident_kib(), 30 * 1024)

    def test_it_ends_cleanly_when_its_input_ends_whatever_is_running(self):
        for pending in (0, 3):
            with Cluster(BINARY) as cluster, Server(BINARY, cluster.environment()) as server:
                client = Client(server)
                stopped = client.call("guest_list", {"status": "stopped"})["guests"]
                for number, guest in enumerate(stopped[:pending]):
                    server.send({"jsonrpc": "2.0", "id": f"p{number}", "method": "tools/call",
                                 "params": client.params({"name": "guest_start", "arguments": {
                                     "guest": guest["vmid"]}})})
                code, _ = server.close()
                self.assertEqual(code, 0, server.stderr())


if __name__ == "__main__":
    unittest.main()
