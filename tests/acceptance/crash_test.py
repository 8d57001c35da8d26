"""kill -9 at random points: the next start works, and no change that was reported is lost."""
import json
import random
import threading
import unittest

import here  # noqa: F401
from drive import LEGACY, MODERN, Client, Cluster, NoAnswer, Server, start_any
from here import BINARY

ROUNDS = 20
SEED = 20260728


def key_of(change):
    """What must stay the same of a change once it was reported."""
    return json.dumps([change["time"], change["kind"], change.get("vmid"), change["before"],
                       change["after"]], sort_keys=True)


def guests_of(cluster, status):
    """VMID -> (node, type) of the guests that the cluster itself says are in `status`."""
    return {r["vmid"]: (r["node"], r["type"]) for r in cluster.api("GET", "/cluster/resources")
            if r["type"] in ("qemu", "lxc") and r.get("status") == status
            and not r.get("template") and not r.get("lock")}


class Life:
    """One server process that works until it is killed. What it reported goes into `reported`."""

    def __init__(self, cluster, version, reported):
        self.cluster, self.version, self.reported = cluster, version, reported
        self.calls = 0

    def run(self, seconds, vmids):
        with Server(BINARY, self.cluster.environment()) as server:
            timer = threading.Timer(seconds, server.process.kill)
            timer.start()
            try:
                self.work(Client(server, self.version), vmids)
            except (NoAnswer, ValueError):
                pass  # the kill: no answer, or half a line
            finally:
                timer.cancel()

    def work(self, client, vmids):
        """Asks for all starts at once and reads the changes while they run."""
        for vmid in vmids:
            client.server.send({"jsonrpc": "2.0", "id": f"start-{vmid}", "method": "tools/call",
                                "params": client.params({"name": "guest_start",
                                                         "arguments": {"guest": vmid}})})
        while True:
            for change in client.call("changes_list", {"limit": 200})["changes"]:
                self.reported.add(key_of(change))
            self.calls += 1


class CrashTest(unittest.TestCase):
    def test_twenty_kills_lose_nothing_that_was_reported(self):
        pick = random.Random(SEED)
        reported, calls = set(), 0
        with Cluster(BINARY) as cluster:
            vmids = sorted(guests_of(cluster, "stopped"))
            self.assertTrue(vmids, "the cluster has stopped guests")
            for turn in range(ROUNDS):
                life = Life(cluster, (MODERN, LEGACY)[turn % 2], reported)
                life.run(pick.uniform(0.01, 4.0), pick.sample(vmids, len(vmids)))
                calls += life.calls
                self.check_restart(cluster, reported)
                self.stop_some(cluster, pick, vmids)
        self.assertGreater(calls, 0, "some calls were answered before a kill")
        self.assertTrue(reported, "changes were reported before a kill")

    def check_restart(self, cluster, reported):
        """A new process starts at once and still knows every reported change."""
        with Server(BINARY, cluster.environment()) as server:
            client = Client(server, MODERN)
            self.assertEqual(len(client.call("cluster_overview")["clusters"]), 1)
            known = self.all_changes(client)
            self.assertEqual(reported - known, set(), "changes were lost")
            reported |= known
            self.assertEqual(server.close()[0], 0, server.stderr())

    def all_changes(self, client):
        known, page = set(), {"limit": 200, "since": "7d"}
        while True:
            answer = client.call("changes_list", page)
            known |= {key_of(change) for change in answer["changes"]}
            if "next" not in answer:
                return known
            page = page | {"before": answer["next"]}

    def stop_some(self, cluster, pick, vmids):
        """Stops two running guests behind the server's back, so that there is work again."""
        running = {v: g for v, g in guests_of(cluster, "running").items() if v in vmids}
        for vmid in pick.sample(sorted(running), min(2, len(running))):
            node, kind = running[vmid]
            cluster.api("POST", f"/nodes/{node}/{kind}/{vmid}/status/stop")


class ManyProcessesTest(unittest.TestCase):
    def test_two_servers_share_a_state_directory_and_agree(self):
        with Cluster(BINARY) as cluster, \
                Server(BINARY, cluster.environment()) as one, \
                Server(BINARY, cluster.environment()) as two:
            first, second = Client(one, MODERN), Client(two, LEGACY)
            names = [{g["vmid"]: g["name"] for g in c.call("guest_list", {"limit": 500})["guests"]}
                     for c in (first, second)]
            self.assertEqual(names[0], names[1], "one guest has one pseudonym everywhere")
            started = start_any(first)
            changes = second.call("changes_list", {"guest": started["name"]})["changes"]
            self.assertTrue(any((c["after"] or {}).get("status") == "running" for c in changes),
                            "one process sees what another one did")

    def test_pseudonyms_stay_the_same_after_a_restart(self):
        with Cluster(BINARY) as cluster:
            seen = []
            for _ in range(2):
                with Server(BINARY, cluster.environment()) as server:
                    guests = Client(server).call("guest_list", {"limit": 500})["guests"]
                    seen.append({g["vmid"]: g["name"] for g in guests})
                    server.close()
            self.assertEqual(seen[0], seen[1])


if __name__ == "__main__":
    unittest.main()
