"""No real name, address or secret of the simulated cluster reaches the client or the logs.

The simulator says what is real (its truth file). A session uses everything the server offers, at
log level debug, in both protocol eras, and each true value is then looked for in every byte.
"""
import re
import unittest
import urllib.parse
from pathlib import Path

import here  # noqa: F401
from drive import LEGACY, MODERN, Client, Cluster, RpcError, Server, start_any
from here import BINARY
from truth import finders, hits

GUEST_FIELDS = ["name", "type", "node", "status", "pool", "tags", "lock", "hastate", "template"]


class Session:
    """Everything the server offers, once. Expected refusals are counted, never skipped silently."""

    def __init__(self, client, truth):
        self.client = client
        self.truth = truth
        self.refused = 0

    def run(self):
        listed = self.tools_and_lists()
        started = start_any(self.client, progress_token="p1")
        self.describe_all(listed)
        self.task_and_changes(started)
        self.resources(listed, started)
        self.prompts(listed)
        self.real_values_typed_by_the_user(listed)
        self.bad_input(listed)

    def tools_and_lists(self):
        self.client.request("tools/list")
        self.client.request("resources/list")
        self.client.request("resources/templates/list")
        self.client.request("prompts/list")
        self.client.call("cluster_overview")
        return self.client.call("guest_list", {"fields": GUEST_FIELDS, "limit": 500})["guests"]

    def describe_all(self, listed):
        for guest in listed:
            self.client.call("guest_describe", {"guest": guest["vmid"]})

    def task_and_changes(self, started):
        self.client.call("task_get", {"task": started["task"], "limit": 500, "start": 0})
        self.client.call("changes_list", {"limit": 200})
        self.client.call("privacy_status")
        self.client.call("changes_list", {"guest": started["name"], "kind": "guest"})

    def resources(self, listed, started):
        uris = ["pve://default/overview", "pve://privacy/stats",
                "pve://default/tasks/" + urllib.parse.quote(started["task"], safe="") + "/log"]
        uris += [f"pve://default/guests/{g['vmid']}" for g in listed]
        for uri in uris:
            self.client.request("resources/read", {"uri": uri})

    def prompts(self, listed):
        self.client.request("prompts/get", {
            "name": "troubleshoot", "arguments": {"guest": listed[0]["name"]}})

    def real_values_typed_by_the_user(self, listed):
        """A person may type a real name into the chat. It works, and the answer says the pseudonym."""
        name = next(n for n in self.truth["guest"] if len(n) > 4)
        self.attempt("tools/call", {"name": "guest_describe", "arguments": {"guest": name}})
        self.attempt("tools/call", {"name": "guest_list",
                                    "arguments": {"node": self.truth["node"][0]}})
        self.attempt("tools/call", {"name": "guest_list", "arguments": {"search": name}})
        self.attempt("prompts/get", {"name": "troubleshoot", "arguments": {"guest": name}})
        pool = listed[0].get("pool")
        self.attempt("tools/call", {"name": "guest_list", "arguments": {"pool": pool or "none"}})

    def bad_input(self, listed):
        forged = listed[0]["name"][:-1] + ("a" if listed[0]["name"][-1] != "a" else "b")
        for arguments in [{"guest": forged}, {"guest": 999999}, {"guest": "vm-zzzzzzz"}, {},
                          {"guest": True}, {"guest": listed[0]["vmid"], "wrong": 1}]:
            self.attempt("tools/call", {"name": "guest_describe", "arguments": arguments})
        self.attempt("tools/call", {"name": "no_such_tool", "arguments": {}})
        self.attempt("tools/call", {"name": "task_get", "arguments": {"task": "UPID:x:y"}})
        self.attempt("resources/read", {"uri": "pve://default/guests/999999"})
        self.attempt("resources/read", {"uri": "pve://elsewhere/overview"})
        self.attempt("prompts/get", {"name": "troubleshoot", "arguments": {}})
        self.attempt("no/such/method", {})

    def attempt(self, method, params):
        try:
            result = self.client.request(method, params)
            self.refused += bool(result.get("isError"))
        except RpcError:
            self.refused += 1


class PlantedSecretTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(BINARY)
        cls.addClassCleanup(cls.cluster.stop)
        cls.truth = cls.cluster.truth()
        cls.patterns = list(finders(cls.truth))

    def run_session(self, version, arguments=(), **settings):
        log = self.cluster.directory / f"{version}.{len(arguments)}.log"
        environment = self.cluster.environment(state=f"state-{version}", **settings)
        with Server(BINARY, environment, ["--log-level", "debug", "--log-file", str(log),
                                          *arguments]) as server:
            session = Session(Client(server, version), self.truth)
            session.run()
            server.send(b'{"jsonrpc":"2.0","id":7,')
            code, _ = server.close()
            self.assertEqual(code, 0, server.stderr())
            return session, server.stdout.decode(), log.read_text(), server.stderr()

    def check(self, version):
        session, stdout, log, stderr = self.run_session(version)
        self.assertGreater(session.refused, 8, "bad input was refused")
        self.assertGreater(len(stdout), 50_000, "the session read a lot")
        self.assertGreater(len(log), 1_000, "the debug log has lines")
        for place, text in [("stdout", stdout), ("log", log), ("stderr", stderr)]:
            found = hits(text, self.patterns)
            self.assertEqual(found, [], f"{len(found)} true values in {place}:\n" + "\n".join(found[:20]))

    def test_the_truth_is_rich_and_the_search_can_find_it(self):
        self.assertGreater(len(self.patterns), 100)
        for kind in ["node", "guest"]:
            name = self.truth[kind][0]
            self.assertTrue(hits(f'{{"x":"{name}"}}', self.patterns))
            self.assertTrue(hits(f"a {name.upper()}.", self.patterns))

    def test_nothing_real_in_a_2026_07_28_session(self):
        self.check(MODERN)

    def test_nothing_real_in_a_handshake_session(self):
        self.check(LEGACY)

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
        self.run_session(MODERN)
        directory = Path(self.cluster.directory, f"state-{MODERN}")
        self.assertEqual(directory.stat().st_mode & 0o777, 0o700)
        for file in directory.iterdir():
            self.assertEqual(file.stat().st_mode & 0o077, 0, file.name)


if __name__ == "__main__":
    unittest.main()
