"""Every surface that bytes leave by is used, and none of them tells anything real.

The surfaces are read from the running server and from the method table; one that this file does not use fails it.
"""
import json
import re
import unittest
import urllib.parse

import here
from drive import LEGACY, MODERN, Client, Cluster, EventStream, HttpServer, RpcError, Server, start_any, startable
from here import BINARY
from truth import finders, hits

TASKS = "io.modelcontextprotocol/tasks"
# Arguments that make a tool say as much as it can; a new tool needs a row.
TOOLS = {
    "cluster_overview": {}, "privacy_status": {},
    "guest_list": {"limit": 500, "fields": ["name", "type", "node", "status", "pool", "tags", "lock", "hastate", "template"]},
    "guest_describe": {"guest": None}, "guest_start": {"guest": None}, "task_get": {"task": None, "start": 0, "limit": 500},
    "changes_list": {"limit": 200}}
PROMPTS = {"troubleshoot": {"guest": None}}
TEMPLATES = {"pve://{cluster}/overview", "pve://{cluster}/guests/{vmid}", "pve://{cluster}/tasks/{upid}/log"}
# What a client may ask, and the server may say by itself; each is used below, in the era that has it.
METHODS = {
    "server/discover", "ping", "tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read",
    "resources/subscribe", "resources/unsubscribe", "subscriptions/listen", "completion/complete", "logging/setLevel",
    "prompts/list", "prompts/get", "tasks/get", "tasks/update", "tasks/cancel", "tasks/result", "tasks/list"}
TOLD = {"notifications/message", "notifications/progress", "notifications/tasks", "notifications/tasks/status",
        "notifications/subscriptions/acknowledged", "notifications/resources/updated",
        "notifications/resources/list_changed"}
# Nothing of the product sends these yet: no tool asks, and the lists of tools and prompts never change.
NEVER_TOLD = {"elicitation/create", "sampling/createMessage", "roots/list", "notifications/tools/list_changed",
              "notifications/prompts/list_changed", "notifications/elicitation/complete"}
HEARD = {"notifications/cancelled", "notifications/initialized", "initialize", "notifications/roots/list_changed"}


class LogClient(Client):
    """Asks for log messages with every request."""

    def params(self, params, progress_token=None):
        params = super().params(params, progress_token)
        if self.version == MODERN:
            params["_meta"]["io.modelcontextprotocol/logLevel"] = "debug"
        return params


class TaskClient(LogClient):
    """Declares that it knows tasks, too."""

    def params(self, params, progress_token=None):
        params = super().params(params, progress_token)
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {"extensions": {TASKS: {}}}
        return params


class Sweep:
    """Uses what the server offers; `used` are the methods that were asked."""

    def __init__(self, client, truth):
        self.client, self.truth, self.used = client, truth, set()

    def ask(self, method, params=None, **more):
        """The result; a refusal is an answer too."""
        self.used.add(method)
        try:
            return self.client.request(method, params, **more)
        except RpcError as refusal:
            return {"refused": refusal.error}

    def call(self, tool, arguments, **more):
        return self.ask("tools/call", {"name": tool, "arguments": arguments}, **more)

    def run(self):
        listed = {method: self.ask(method) for method in
                  ("tools/list", "resources/list", "resources/templates/list", "prompts/list")}
        guests = self.call("guest_list", TOOLS["guest_list"])["structuredContent"]["guests"]
        started = start_any(self.client, progress_token="p")
        fill = {"guest": guests[0]["name"], "task": started["task"]}
        for tool in listed["tools/list"]["tools"]:
            given = {k: fill[k] if v is None else v for k, v in TOOLS[tool["name"]].items()}
            self.call(tool["name"], given, progress_token="t")
            self.errors_of(tool)
        for resource in listed["resources/list"]["resources"]:
            self.ask("resources/read", {"uri": resource["uri"]})
        self.templates(listed["resources/templates/list"]["resourceTemplates"], started)
        for prompt in listed["prompts/list"]["prompts"]:
            for guest in (fill["guest"], self.truth["guest"][0]):
                self.ask("prompts/get", {"name": prompt["name"], "arguments": {"guest": guest}})
            self.complete({"type": "ref/prompt", "name": prompt["name"]}, "guest")
        self.tasks()
        return listed

    def errors_of(self, tool):
        """Real values, wrong types and unknown arguments in every argument."""
        for name, about in tool["inputSchema"].get("properties", {}).items():
            for value in (self.truth["guest"][0], self.truth["node"][0], self.truth["ip"][0], 10**9, True, "vm-zzzzzzz"):
                self.call(tool["name"], {name: value})
        self.call(tool["name"], {self.truth["guest"][0]: 1})

    def templates(self, templates, started):
        upid = urllib.parse.quote(started["task"], safe="")
        real = f"UPID:{self.truth['node'][0]}:00001234:0012D687:65F00000:qmstart:105:root@pam:"
        for template in templates:
            for cluster in ("default", self.truth["cluster"][0]):
                for task in (upid, urllib.parse.quote(real, safe="")):
                    uri = template["uriTemplate"].replace("{cluster}", cluster).replace("{upid}", task)
                    self.ask("resources/read", {"uri": uri.replace("{vmid}", "100")})
            for name in re.findall(r"\{(\w+)\}", template["uriTemplate"]):
                self.complete({"type": "ref/resource", "uri": template["uriTemplate"]}, name)

    def complete(self, reference, name):
        for value in ("", "v", self.truth["guest"][0][:3]):
            self.ask("completion/complete", {"ref": reference, "argument": {"name": name, "value": value}})

    def tasks(self):
        for method in ("tasks/get", "tasks/update", "tasks/cancel", "tasks/result", "tasks/list"):
            self.ask(method, {"taskId": self.truth["guest"][0], "inputResponses": {}})


class SurfacesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(BINARY, work_time=1500))
        cls.truth = cls.cluster.truth()
        cls.patterns = list(finders(cls.truth))

    def nothing_real(self, **places):
        for place, text in places.items():
            found = [h for h in hits(text, self.patterns)]
            self.assertEqual(found, [], f"{len(found)} true values in {place}:\n" + "\n".join(found[:10]))

    def sweep(self, version):
        """One session; the sweep, what was listed, and the server after its end."""
        log = self.cluster.directory / f"surfaces-{version}.log"
        with Server(BINARY, self.cluster.environment(state=f"surfaces-{version}"),
                    ["--log-level", "debug", "--log-file", str(log)]) as server:
            client = LogClient(server, version)
            sweep = Sweep(client, self.truth)
            sweep.used.add("server/discover")
            if version == LEGACY:
                sweep.ask("logging/setLevel", {"level": "debug"})
                sweep.ask("ping")
                for method in ("resources/subscribe", "resources/unsubscribe"):
                    sweep.ask(method, {"uri": "pve://default/overview"})
                    sweep.ask(method, {"uri": f"pve://{self.truth['cluster'][0]}/overview"})
            listed = sweep.run()
            server.close()
            self.nothing_real(stdout=self.without_echo(server.stdout.decode()), log=log.read_text(), stderr=server.stderr())
            return sweep, listed

    def without_echo(self, text):
        """The output without the URI of a resource that is not there: that is the client's own, as it came."""
        return re.sub(r'("data":\{"uri":)"[^"]*"', r"\1null", text)

    def test_every_surface_that_is_offered_is_used(self):
        _, listed = self.sweep(MODERN)
        self.assertEqual({t["name"] for t in listed["tools/list"]["tools"]}, set(TOOLS), "TOOLS needs a row for each")
        self.assertEqual({p["name"] for p in listed["prompts/list"]["prompts"]}, set(PROMPTS))
        self.assertEqual({t["uriTemplate"] for t in listed["resources/templates/list"]["resourceTemplates"]}, TEMPLATES)

    def test_every_method_of_the_table_and_every_notification_is_known_here(self):
        text = "".join(f.read_text() for f in (here.ROOT / "mcp").rglob("*.cpp")) + "".join(
            f.read_text() for f in (here.ROOT / "mcp").rglob("*.h"))
        areas = "tools|resources|prompts|tasks|server|subscriptions|completion|logging|elicitation|sampling|roots|notifications"
        found = set(re.findall(rf'"((?:{areas})/[A-Za-z_/]*[A-Za-z])"', text))
        self.assertGreater(len(found), 20)
        self.assertEqual(found - METHODS - TOLD - NEVER_TOLD - HEARD, set(), "a new way out: use it in Sweep, then name it above")

    def test_both_eras_use_every_method_and_nothing_real_leaves(self):
        used = self.sweep(MODERN)[0].used | self.sweep(LEGACY)[0].used
        self.assertEqual(METHODS - used - {"subscriptions/listen"}, set())

    def test_what_is_told_unasked_tells_nothing_real(self):
        with Server(BINARY, self.cluster.environment(state="told")) as server:
            client = TaskClient(server, MODERN)
            server.send({"jsonrpc": "2.0", "id": "l", "method": "subscriptions/listen", "params": client.params({"notifications": {
                "resourcesListChanged": True, "resourceSubscriptions": ["pve://default/overview"]}})})
            begun = [client.request("tools/call", {"name": "guest_start", "arguments": {"guest": g["name"]}}, progress_token="p")
                     for g in startable(client)[:4]]
            tasks = [b["taskId"] for b in begun if "taskId" in b]
            self.assertTrue(tasks, "a start goes on as a task")
            server.send({"jsonrpc": "2.0", "id": "t", "method": "subscriptions/listen",
                         "params": client.params({"notifications": {"taskIds": tasks}})})
            told = {n.get("method") for n in client.notifications}
            while not {"notifications/tasks", "notifications/resources/updated"} <= told:
                told.add(server.receive(60).get("method"))
            server.close()
            self.assertLessEqual({"notifications/progress", "notifications/subscriptions/acknowledged"} & told, TOLD)
            self.assertLessEqual({m for m in told if m}, TOLD)
            self.nothing_real(stdout=server.stdout.decode(), stderr=server.stderr())

    def test_nothing_real_in_headers_bodies_and_streams_of_http(self):
        with HttpServer(BINARY, self.cluster.environment(state="surfaces-http")) as server:
            seen = []
            for method, params in (("tools/list", {}), ("tools/call", {"name": "guest_list", "arguments": TOOLS["guest_list"]}),
                                   ("tools/call", {"name": self.truth["guest"][0], "arguments": {}}),
                                   ("resources/read", {"uri": f"pve://{self.truth['cluster'][0]}/overview"}),
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
            self.nothing_real(http=self.without_echo("\n".join(seen)))

    def test_the_server_describes_pseudonyms_in_words_that_pass_its_own_gate(self):
        with Server(BINARY, self.cluster.environment(state="words")) as server:
            self.assertIn("[secret:password]. Send pseudonyms back", Client(server, MODERN).hello["instructions"])


if __name__ == "__main__":
    unittest.main()
