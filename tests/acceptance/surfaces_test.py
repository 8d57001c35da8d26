"""No real name, address or secret of the simulated cluster leaves by any way out, which are all used.

The simulator says what is real (its truth file). A session uses everything the server offers, at log level debug, in both
protocol eras, and each true value is then looked for in every byte. The ways out are read from the running server and from
the method table; one that the session does not use fails here.
"""
import json
import re
import unittest

import here
from drive import LEGACY, MODERN, Client, Cluster, EventStream, HttpServer, Server
from here import BINARY
from session import LISTS, NO_METHOD, TOOLS, Caller, Session, without_echo
from truth import finders, hits

PROMPTS = {"troubleshoot"}
TEMPLATES = {"pve://{cluster}/overview", "pve://{cluster}/guests/{vmid}", "pve://{cluster}/tasks/{upid}/log"}
# What a client may ask in each era. What the other one has is refused.
BOTH = {*LISTS, "tools/call", "resources/read", "completion/complete", "prompts/get", "tasks/get", "tasks/cancel"}
METHODS = {
    MODERN: BOTH | {"server/discover", "subscriptions/listen", "tasks/update"},
    LEGACY: BOTH | {"ping", "resources/subscribe", "resources/unsubscribe", "tasks/result", "tasks/list"}}
# In the table, and refused in both: no tool of the product logs to the client.
REFUSED = {"logging/setLevel"}
ALL_METHODS = {*METHODS[MODERN], *METHODS[LEGACY], *REFUSED}
# What the server says by itself.
TOLD_BOTH = {"notifications/progress", "notifications/resources/updated", "notifications/resources/list_changed"}
TOLD = {
    MODERN: TOLD_BOTH | {"notifications/tasks", "notifications/subscriptions/acknowledged"},
    LEGACY: TOLD_BOTH | {"notifications/tasks/status"}}
# Nothing of the product sends these yet: no tool asks or logs, and the lists of tools and prompts never change.
NEVER_TOLD = {"elicitation/create", "sampling/createMessage", "roots/list", "notifications/tools/list_changed",
              "notifications/prompts/list_changed", "notifications/elicitation/complete", "notifications/message"}
HEARD = {"notifications/cancelled", "notifications/initialized", "initialize", "notifications/roots/list_changed"}


def nothing_real(test, truth, **places):
    patterns = list(finders(truth))
    for place, text in places.items():
        found = hits(text, patterns)
        test.assertEqual(found, [], f"{len(found)} true values in {place}:\n" + "\n".join(found[:20]))


class Sweep:
    """One session, and all that the server wrote until it ended."""

    def __init__(self, version):
        with Cluster(BINARY, work_time=1500) as cluster:
            self.truth, log = cluster.truth(), cluster.directory / "server.log"
            self.grow(cluster)
            with Server(BINARY, cluster.environment(), ["--log-level", "debug", "--log-file", str(log)]) as server:
                client = Caller(server, version)
                self.session = Session(client, self.truth)
                self.session.run(ALL_METHODS)
                server.send(b'{"jsonrpc":"2.0","id":7,')
                self.code, _ = server.close()
                self.stdout, self.log, self.stderr = server.stdout.decode(), log.read_text(), server.stderr()
        self.told = {json.loads(line).get("method") for line in self.stdout.splitlines()} - {None}
        self.uris = client.uris

    def grow(self, cluster):
        """Lets a server see the cluster with fewer guests first: the others appear afterwards."""
        with Cluster(BINARY, guests=22) as smaller:
            state = {"PROXMOX_MPC_STATE_DIR": cluster.environment()["PROXMOX_MPC_STATE_DIR"]}
            with Server(BINARY, smaller.environment() | state) as server:
                Client(server, MODERN).call("guest_list")
                server.close()


class SweepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sweeps = {version: Sweep(version) for version in (MODERN, LEGACY)}

    def check(self, version):
        sweep = self.sweeps[version]
        self.assertEqual(sweep.code, 0, sweep.stderr)
        self.assertGreater(len(sweep.stdout), 50_000, "the session read a lot")
        self.assertGreater(len(sweep.log), 1_000, "the debug log has lines")
        nothing_real(self, sweep.truth, stdout=without_echo(sweep.stdout, sweep.uris), log=sweep.log, stderr=sweep.stderr)

    def test_nothing_real_in_a_2026_07_28_session(self):
        self.check(MODERN)

    def test_nothing_real_in_a_handshake_session(self):
        self.check(LEGACY)

    def test_every_surface_that_is_offered_is_used(self):
        for sweep in self.sweeps.values():
            listed = sweep.session.listed
            self.assertEqual({t["name"] for t in listed["tools/list"]}, set(TOOLS), "TOOLS needs a row for each")
            self.assertEqual({p["name"] for p in listed["prompts/list"]}, PROMPTS)
            self.assertEqual({t["uriTemplate"] for t in listed["resources/templates/list"]}, TEMPLATES)

    def test_every_method_of_an_era_is_used_in_it_and_all_others_are_unknown(self):
        for version, sweep in self.sweeps.items():
            self.assertEqual(sweep.session.used, METHODS[version], version)
            self.assertEqual(sweep.session.unknown - {NO_METHOD}, ALL_METHODS - METHODS[version], version)

    def test_all_that_is_told_unasked_was_told(self):
        for version, sweep in self.sweeps.items():
            self.assertEqual(sweep.told, TOLD[version], version)

    def test_every_method_of_the_table_and_every_notification_is_known_here(self):
        text = "".join(f.read_text() for f in (here.ROOT / "mcp").rglob("*.cpp")) + "".join(
            f.read_text() for f in (here.ROOT / "mcp").rglob("*.h"))
        areas = "tools|resources|prompts|tasks|server|subscriptions|completion|logging|elicitation|sampling|roots|notifications"
        found = set(re.findall(rf'"((?:{areas})/[A-Za-z_/]*[A-Za-z])"', text))
        self.assertGreater(len(found), 20)
        known = set().union(ALL_METHODS, *TOLD.values(), NEVER_TOLD, HEARD)
        self.assertEqual(found - known, set(), "a new way out: use it in Session, then name it above")

    def test_only_a_uri_of_the_client_s_own_counts_as_an_echo(self):
        text = '{"error":{"data":{"uri":"pve://one/a"}}} {"error":{"data":{"uri":"pve://two/a"}}}'
        self.assertEqual(without_echo(text, {"pve://one/a"}), text.replace('"pve://one/a"', "null"))


class OtherWaysTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(BINARY))
        cls.truth = cls.cluster.truth()

    def test_nothing_real_in_headers_bodies_and_streams_of_http(self):
        with HttpServer(BINARY, self.cluster.environment(state="surfaces-http")) as server:
            seen, absent = [], f"pve://{self.truth['cluster'][0]}/overview"
            for method, params in (("tools/list", {}), ("tools/call", {"name": "guest_list", "arguments": TOOLS["guest_list"]}),
                                   ("tools/call", {"name": self.truth["guest"][0], "arguments": {}}),
                                   ("resources/read", {"uri": absent}),
                                   ("resources/list", {}), ("prompts/list", {}), ("no/such", {})):
                answer, connection = server.post(method, params)
                seen += [str(answer.status), answer.reason, str(answer.headers), answer.read().decode()]
                connection.close()
            for headers in ({}, {"Authorization": "Bearer " + "0" * 43}):
                answer, connection = server.post_body("{}", {"Content-Type": "application/json"} | headers)
                seen += [answer.reason, str(answer.headers), answer.read().decode()]
                connection.close()
            stream = EventStream(server, {"resourceSubscriptions": ["pve://default/overview"]}, 9)
            seen.append(json.dumps(stream.message()))
            stream.close()
            nothing_real(self, self.truth, http=without_echo("\n".join(seen), {absent}))

    def test_the_server_describes_pseudonyms_in_words_that_pass_its_own_gate(self):
        with Server(BINARY, self.cluster.environment(state="words")) as server:
            self.assertIn("[secret:password]. Send pseudonyms back", Client(server, MODERN).hello["instructions"])


if __name__ == "__main__":
    unittest.main()
