"""Guessing names through all that answers: what is no whole value of a typed argument tells nothing."""
import json
import unittest
import urllib.parse

import here  # noqa: F401
from drive import MODERN, Client, Cluster, RpcError, Server, text_of
from here import BINARY

MOST_WRONG = 30  # an hour, unless configured otherwise
NEVER = "qzqzvokmar"  # no name has it


class Guesser:
    """Asks the same with a right and with a wrong guess."""

    def __init__(self, client, test):
        self.client, self.test = client, test

    def outcome(self, method, params):
        """All that the answer says, as text."""
        try:
            return json.dumps(self.client.request(method, params), sort_keys=True)
        except RpcError as refusal:
            return json.dumps(refusal.error, sort_keys=True)

    def alike(self, right, wrong, ask):
        """`ask(guess)` gives method and parameters; both answers must be the same bytes, but for the echo of a URI."""
        one, other = (self.outcome(*ask(g)).replace(g, "GUESS").replace(urllib.parse.quote(g, safe=""), "GUESS") for g in (right, wrong))
        self.test.assertEqual(one, other, f"{right!r} differs from {wrong!r}")

    def call(self, tool, **fixed):
        """A question to a tool: the guess goes into the argument that is None."""
        (name,) = (n for n, value in fixed.items() if value is None)
        return lambda guess: ("tools/call", {"name": tool, "arguments": fixed | {name: guess}})


class GuessingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(BINARY))
        cls.truth = cls.cluster.truth()

    def open(self, state):
        log = self.cluster.directory / f"{state}.log"
        server = self.enterContext(Server(BINARY, self.cluster.environment(state=state), ["--log-level", "debug", "--log-file", str(log)]))
        client = Client(server, MODERN)
        client.call("guest_list", {"limit": 500})
        return client, Guesser(client, self), log

    def names(self, *kinds):
        """Real names that are long enough to have parts."""
        return [name for kind in kinds for name in self.truth[kind] if len(name) > 6]

    def parts(self, *kinds):
        """The beginnings, ends and middles of real names."""
        for name in self.names(*kinds)[:8]:
            yield from (name[:1], name[:3], name[:-1], name[1:], name[2:5], name.upper()[:4])

    def test_search_reads_pseudonyms_only(self):
        _, guesser, _ = self.open("search")
        for name in self.names("guest", "node", "pool", "tag")[:16]:
            guesser.alike(name, NEVER, guesser.call("guest_list", search=None))
        shown = guesser.client.call("guest_list", {"limit": 500, "fields": ["name"]})["guests"]
        for part in self.parts("guest"):
            found = guesser.client.call("guest_list", {"search": part, "limit": 500, "fields": ["name"]})
            expected = [g["vmid"] for g in shown if part.lower() in g["name"].lower()]
            self.assertEqual([g["vmid"] for g in found["guests"]], expected, f"search {part!r}")

    def test_sorting_follows_the_pseudonyms_and_so_do_pages_of_it(self):
        client, _, _ = self.open("sort")
        for field in ("name", "node"):
            rows = client.call("guest_list", {"sort": field, "limit": 500, "fields": ["name", "node"]})["guests"]
            shown = [row[field].lower() for row in rows if row.get(field)]
            self.assertEqual(shown, sorted(shown), field)
            page = client.call("guest_list", {"sort": field, "limit": 3, "fields": ["name", "node"]})["guests"]
            self.assertEqual(page, rows[:3])

    def test_a_part_of_a_name_is_as_wrong_as_any_word_in_every_typed_argument(self):
        for argument, kind in (("node", "node"), ("pool", "pool"), ("tag", "tag")):
            _, guesser, _ = self.open(f"part-{argument}")
            for name in self.names(kind)[:3]:
                for part in (name[:-1], name[:4], name[1:]):
                    if part not in self.truth[kind]:
                        guesser.alike(part, NEVER, guesser.call("guest_list", **{argument: None}))
        _, guesser, _ = self.open("part-guest")
        for name in self.names("guest")[:4]:
            for part in (name[:-1], name[:4], name[1:]):
                guesser.alike(part, NEVER, guesser.call("guest_describe", guest=None))

    def test_completion_offers_what_begins_as_pseudonyms_do(self):
        _, guesser, _ = self.open("completion")
        templates = guesser.client.request("resources/templates/list")["resourceTemplates"]
        places = [({"type": "ref/prompt", "name": "troubleshoot"}, "guest")]
        places += [({"type": "ref/resource", "uri": t["uriTemplate"]}, name) for t in templates
                   for name in ("cluster", "vmid", "upid") if "{" + name + "}" in t["uriTemplate"]]
        for reference, argument in places:
            for name in self.names("guest", "node", "cluster")[:6]:
                for guess in (name, name[:5]):
                    guesser.alike(guess, NEVER, lambda value: ("completion/complete", {
                        "ref": reference, "argument": {"name": argument, "value": value}}))

    def test_prompts_resources_clusters_and_tasks_answer_right_and_wrong_alike(self):
        _, guesser, _ = self.open("others")
        node, guest, cluster = self.names("node")[0], self.names("guest")[0], self.names("cluster")[0]
        guesser.alike(guest, NEVER, lambda v: ("prompts/get", {"name": "troubleshoot", "arguments": {"guest": v}}))
        for text in ("pve://{}/overview", "pve://{}/guests/100"):
            guesser.alike(cluster, NEVER, lambda v: ("resources/read", {"uri": text.format(v)}))
        guesser.alike(guest, NEVER, lambda v: ("resources/read", {"uri": f"pve://default/guests/{v}"}))
        guesser.alike(cluster, NEVER, guesser.call("cluster_overview", cluster=None))
        upid = "UPID:{}:00001234:0012D687:65F00000:qmstart:105:root@pam:"
        guesser.alike(upid.format(node), upid.format(NEVER), guesser.call("task_get", task=None))
        guesser.alike(upid.format(node), upid.format(NEVER), lambda v: (
            "resources/read", {"uri": f"pve://default/tasks/{urllib.parse.quote(v, safe='')}/log"}))

    def test_the_whole_api_answers_no_guess_but_whole_values_that_are_counted(self):
        names = self.names("guest", "node", "pool")[:6]
        with Server(BINARY, self.cluster.environment(state="api-strange")) as server:
            stranger = Guesser(Client(server, MODERN), self)
            strange = {name: stranger.outcome(*stranger.call("api_search", query=None)(name)) for name in names}
        _, guesser, _ = self.open("api")
        for name in names:
            guesser.alike(name, NEVER, guesser.call("api_describe", path=None))
            guesser.alike(name, NEVER, guesser.call("api_get", path=None))
            guesser.alike(name, NEVER, lambda v: ("tools/call", {"name": "api_get", "arguments": {
                "path": "/cluster/resources", "fields": [v]}}))
            guesser.alike(name, NEVER, lambda v: ("tools/call", {"name": "api_get", "arguments": {
                "path": "/cluster/resources", "parameters": {v: 1}}}))
            guesser.alike(name, NEVER, lambda v: ("tools/call", {"name": "api_get", "arguments": {
                "path": "/cluster/resources", "parameters": {"type": v}}}))
            self.assertEqual(guesser.outcome(*guesser.call("api_search", query=None)(name)), strange[name],
                             "the API's own words answer, whatever the cluster's names are")
        user = self.truth["user"][0]
        for guess in (user, user[:3]):
            guesser.alike(guess, NEVER, lambda v: ("tools/call", {"name": "api_get", "arguments": {
                "path": "/nodes/{node}/tasks", "parameters": {"node": "localhost", "userfilter": v}}}))
        self.words_of_the_api_are_counted()
        self.numbers_are_counted_where_names_stand()

    def words_of_the_api_are_counted(self):
        """Where PVE takes free words, each is a guess that may come back in an answer."""
        client, guesser, _ = self.open("api-words")
        node = client.call("guest_list", {"limit": 1})["guests"][0]["node"]

        def ask(word):
            return "tools/call", {"name": "api_get", "arguments": {
                "path": "/nodes/{node}/tasks", "parameters": {"node": node, "typefilter": word}}}
        for number in range(MOST_WRONG):
            guesser.outcome(*ask(f"{NEVER}{number}"))
        for name in self.names("guest", "user")[:4]:
            guesser.alike(name, NEVER + "more", ask)

    def numbers_are_counted_where_names_stand(self):
        """A pool may be called 10000: the number of JSON is a guess like its text."""
        _, guesser, _ = self.open("api-numbers")

        def ask(value):
            return "tools/call", {"name": "api_get", "arguments": {"path": "/pools/{poolid}", "parameters": {"poolid": value}}}
        answers = [guesser.outcome(*ask(10000 + number)) for number in range(MOST_WRONG + 3)]
        late = set(answers[MOST_WRONG:])
        self.assertEqual(len(late), 1, "refused in the same words")
        self.assertNotIn(late.pop(), answers[:MOST_WRONG])
        for name in self.names("pool")[:2]:
            guesser.alike(name, NEVER, ask)

    def test_whole_values_are_counted_alarmed_and_then_refused_alike(self):
        client, guesser, log = self.open("limit")
        right = self.names("guest")
        self.assertFalse(client.call_result("guest_describe", {"guest": right[0]}).get("isError"), "a person may type a name")
        for number in range(MOST_WRONG):
            answer = client.call_result("guest_describe", {"guest": f"{NEVER}-{number}"})
            self.assertTrue(answer["isError"])
            self.assertNotIn(NEVER, text_of(answer))
        for name in (right[0], right[1]):
            guesser.alike(name, NEVER + "-more", guesser.call("guest_describe", guest=None))
        for argument, kind in (("node", "node"), ("pool", "pool"), ("tag", "tag")):
            guesser.alike(self.names(kind)[0], NEVER, guesser.call("guest_list", **{argument: None}))
        shown = client.call("guest_list", {"limit": 1})["guests"][0]
        self.assertFalse(client.call_result("guest_describe", {"guest": shown["name"]}).get("isError"), "pseudonyms still work")
        lines = log.read_text()
        for alarm in ("privacy.guessing", "privacy.guessing_refused"):
            self.assertIn(alarm, lines)
        self.assertNotIn(NEVER, lines)
        self.assertNotIn(right[0], lines)


if __name__ == "__main__":
    unittest.main()
