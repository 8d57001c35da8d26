"""A session that uses everything the server offers, for the tests that look for true values in what left.

Strict: what it asks must succeed, but for `attempt`, which may be refused, and `refuse`, which must be.
"""
import json
import re
import urllib.parse
from pathlib import Path

from drive import LEGACY, MODERN, Client, RpcError, start_any, startable, text_of

TASKS = "io.modelcontextprotocol/tasks"
METHOD_NOT_FOUND, NO_METHOD = -32601, "no/such/method"
OVERVIEW = "pve://default/overview"
# Arguments that make a tool say as much as it can, from the names of the session; a new tool needs a row.
TOOLS = {
    "cluster_overview": {}, "privacy_status": {},
    "guest_list": {"limit": 500, "fields": ["name", "type", "node", "status", "pool", "tags", "lock", "hastate", "template"]},
    "guest_describe": {"guest": None}, "guest_start": {"guest": None}, "task_get": {"task": None, "start": 0, "limit": 500},
    "changes_list": {"limit": 200}, "api_search": {"query": "list snapshots of a guest", "limit": 8},
    "api_describe": {"path": "/nodes/{node}/qemu", "method": "POST"},
    "api_get": {"path": "/cluster/resources", "limit": 500}}
FACTS = Path(__file__).resolve().parents[2] / "schemas/pve/api-9.2.jsonl"
LISTS = {"tools/list": "tools", "resources/list": "resources", "resources/templates/list": "resourceTemplates", "prompts/list": "prompts"}


def without_echo(text, uris):
    """The output without the URI of a resource that is not there, where it is one of these: the client's own, as it came."""
    def blank(match):
        return match[1] + ("null" if json.loads(match[2]) in uris else match[2])
    return re.sub(r'("data":\{"uri":)("(?:[^"\\]|\\.)*")', blank, text)


class Caller(Client):
    """Wants log messages with every request, and tasks while `tasks` is true. `uris` are those that it sent."""

    def __init__(self, server, version):
        self.tasks, self.uris = False, set()
        super().__init__(server, version)

    def params(self, params, progress_token=None):
        params = super().params(params, progress_token)
        self.uris |= {params["uri"]} if "uri" in params else set()
        if self.version == MODERN:
            params["_meta"]["io.modelcontextprotocol/logLevel"] = "debug"
            if self.tasks:
                params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {"extensions": {TASKS: {}}}
        return params


class Session:
    """`used` are the methods that answered with a result, `unknown` those that the server does not know, `refused` how many
    requests were refused, `listed` what the lists offer."""

    def __init__(self, client, truth):
        self.client, self.truth = client, truth
        self.used, self.unknown, self.refused, self.listed = set(), set(), 0, {}
        self.begun = set()

    def ask(self, method, params=None, **more):
        result = self.client.request(method, params, **more)
        self.used.add(method)
        return result

    def call(self, tool, arguments=None, **more):
        result = self.ask("tools/call", {"name": tool, "arguments": arguments or {}}, **more)
        if result.get("isError"):
            raise AssertionError(f"{tool} {arguments}: {text_of(result)}")
        return result["structuredContent"]

    def attempt(self, method, params=None):
        """Whether it was not refused."""
        try:
            refused = bool(self.client.request(method, params).get("isError"))
        except RpcError as refusal:
            refused = True
            self.unknown |= {method} if refusal.error["code"] == METHOD_NOT_FOUND else set()
        self.refused += refused
        return not refused

    def refuse(self, method, params=None):
        if self.attempt(method, params):
            raise AssertionError(f"{method} {params} was not refused")

    def refuse_call(self, tool, arguments):
        self.refuse("tools/call", {"name": tool, "arguments": arguments})

    def run(self, methods):
        """Uses what there is; those of `methods` that this takes no part in must be refused."""
        self.watch()
        for method, key in LISTS.items():
            self.listed[method] = self.ask(method)[key]
        guests = self.call("guest_list", TOOLS["guest_list"])["guests"]
        self.hear("notifications/resources/list_changed")
        self.real_values_typed_by_the_user(guests)
        started = start_any(self.client, progress_token="p")
        self.hear("notifications/progress")
        self.tools(guests, started)
        self.whole_api(guests, started)
        self.resources(guests, started)
        self.prompts(started)
        self.tasks()
        self.bad_input(guests)
        self.hear("notifications/resources/updated")
        self.ask("server/discover" if self.client.version == MODERN else "ping")
        if self.client.version == LEGACY:
            self.ask("resources/unsubscribe", {"uri": OVERVIEW})
        for method in methods - self.used:
            self.refuse(method, {"level": "debug", "uri": OVERVIEW, "notifications": {}})

    def watch(self):
        """From the first look at the cluster on."""
        if self.client.version == MODERN:
            self.listen("changes", {"resourcesListChanged": True, "resourceSubscriptions": [OVERVIEW]})
        else:
            self.ask("resources/subscribe", {"uri": OVERVIEW})
            self.refuse("resources/subscribe", {"uri": f"pve://{self.truth['cluster'][0]}/overview"})

    def listen(self, number, wanted):
        self.client.server.send({"jsonrpc": "2.0", "id": number, "method": "subscriptions/listen",
                                 "params": self.client.params({"notifications": wanted})})
        acknowledged = self.hear("notifications/subscriptions/acknowledged", lambda about: number in about["_meta"].values())
        assert acknowledged["notifications"] == wanted, acknowledged
        self.used.add("subscriptions/listen")

    def hear(self, method, right=lambda about: True):
        """The parameters of this notification, once it is there."""
        seen = 0
        while True:
            for message in self.client.notifications[seen:]:
                if message.get("method") == method and right(message.get("params", {})):
                    return message.get("params", {})
            seen = len(self.client.notifications)
            self.client.notifications.append(self.client.server.receive())

    def real_values_typed_by_the_user(self, guests):
        """A person may type a real name into the chat. It works, and the answer says the pseudonym."""
        name = next(n for n in self.truth["guest"] if len(n) > 4)
        self.call("guest_describe", {"guest": name})
        self.call("guest_list", {"node": self.truth["node"][0]})
        self.call("guest_list", {"pool": self.truth["pool"][0]})
        self.call("guest_list", {"search": name})
        self.attempt("prompts/get", {"name": "troubleshoot", "arguments": {"guest": name}})

    def tools(self, guests, started):
        fill = {"guest": started["name"], "task": started["task"]}
        for tool in self.listed["tools/list"]:
            given = {k: fill[k] if v is None else v for k, v in TOOLS[tool["name"]].items()}
            self.call(tool["name"], given, progress_token="t")
            self.errors_of(tool)
        for guest in guests:
            self.call("guest_describe", {"guest": guest["vmid"]})
        self.call("changes_list", {"guest": started["name"], "kind": "guest"})

    def whole_api(self, guests, started):
        """Every GET of the API whose variables the session has values for; most must answer."""
        values = self.values_of_variables(guests, started)
        answered = set()
        for path, params in gets():
            given = {name: values[name] for name in re.findall(r"\{([^}]+)\}", path) if name in values}
            given |= {name: words["enum"][0] for name, words in params.items()
                      if not words.get("optional") and name not in given and "enum" in words}
            if self.attempt("tools/call", {"name": "api_get", "arguments": {"path": path, "parameters": given, "limit": 500}}):
                answered.add(path)
        assert len(answered) > 120, f"only {len(answered)} paths answered"

    def values_of_variables(self, guests, started):
        """As answers show them."""
        def first(path, member):
            rows = self.call("api_get", {"path": path, "limit": 500})["data"]
            return next((row[member] for row in rows if row.get(member)), None)
        found = {
            "node": started["node"], "vmid": started["vmid"], "upid": started["task"],
            "storage": first("/storage", "storage"), "poolid": first("/pools", "poolid"),
            "userid": first("/access/users", "userid"), "groupid": first("/access/groups", "groupid"),
            "realm": first("/access/domains", "realm"), "roleid": first("/access/roles", "roleid"),
            "zone": first("/cluster/sdn/zones", "zone"), "vnet": first("/cluster/sdn/vnets", "vnet"),
            "id": first("/cluster/backup", "id"), "sid": first("/cluster/ha/resources", "sid"),
            "iface": first(f"/nodes/{started['node']}/network", "iface")}
        return {name: value for name, value in found.items() if value}

    def errors_of(self, tool):
        """Real values, wrong types and unknown arguments in every argument."""
        for name in tool["inputSchema"].get("properties", {}):
            for value in (self.truth["guest"][0], self.truth["node"][0], self.truth["ip"][0], 10**9, True, "vm-zzzzzzz"):
                self.attempt("tools/call", {"name": tool["name"], "arguments": {name: value}})
        self.refuse_call(tool["name"], {self.truth["guest"][0]: 1})

    def resources(self, guests, started):
        for resource in self.listed["resources/list"]:
            self.ask("resources/read", {"uri": resource["uri"]})
        fill = {"cluster": "default", "vmid": str(guests[0]["vmid"]), "upid": started["task"]}
        real = {"cluster": self.truth["cluster"][0], "vmid": self.truth["guest"][0],
                "upid": f"UPID:{self.truth['node'][0]}:00001234:0012D687:65F00000:qmstart:105:root@pam:"}
        for template in (t["uriTemplate"] for t in self.listed["resources/templates/list"]):
            self.ask("resources/read", {"uri": filled(template, fill)})
            for name in re.findall(r"\{(\w+)\}", template):
                self.refuse("resources/read", {"uri": filled(template, fill | {name: real[name]})})
                self.complete({"type": "ref/resource", "uri": template}, name)

    def prompts(self, started):
        for prompt in self.listed["prompts/list"]:
            for arguments in ({}, {"guest": started["name"]}):
                self.ask("prompts/get", {"name": prompt["name"], "arguments": arguments})
            self.complete({"type": "ref/prompt", "name": prompt["name"]}, "guest")

    def complete(self, reference, name):
        for value in ("", "v", self.truth["guest"][0][:3]):
            self.ask("completion/complete", {"ref": reference, "argument": {"name": name, "value": value}})

    def bad_input(self, guests):
        last = guests[0]["name"][-1]
        forged = guests[0]["name"][:-1] + ("a" if last != "a" else "b")
        for arguments in [{"guest": forged}, {"guest": 999999}, {"guest": "vm-zzzzzzz"}, {}, {"guest": True},
                          {"guest": guests[0]["vmid"], "wrong": 1}]:
            self.refuse_call("guest_describe", arguments)
        self.refuse_call("no_such_tool", {})
        self.refuse_call(self.truth["guest"][0], {})
        self.refuse_call("task_get", {"task": "UPID:x:y"})
        for uri in ("pve://default/guests/999999", "pve://elsewhere/overview", f"pve://{self.truth['node'][0]}/overview"):
            self.refuse("resources/read", {"uri": uri})
        self.refuse("prompts/get", {"name": "no_such_prompt"})
        self.refuse(NO_METHOD)

    def tasks(self):
        """A start that goes on as a task, to its good end; and another one, cancelled."""
        self.client.tasks = True
        while self.outcome(self.begin()).get("isError"):
            pass
        task = self.begin()
        self.ask("tasks/cancel", {"taskId": task})
        status = self.ask("tasks/get", {"taskId": task})["status"]
        assert status == "cancelled", status
        for method in ("tasks/get", "tasks/cancel"):
            self.refuse(method, {"taskId": self.truth["guest"][0]})
        self.client.tasks = False

    def begin(self):
        """Starts a guest that was not tried before; the task's id."""
        for guest in startable(self.client):
            if guest["vmid"] in self.begun:
                continue
            self.begun.add(guest["vmid"])
            more = {"task": {"ttl": 60000}} if self.client.version == LEGACY else {}
            result = self.ask("tools/call", {"name": "guest_start", "arguments": {"guest": guest["name"]}} | more)
            if "taskId" in result.get("task", result):
                return result.get("task", result)["taskId"]
        raise AssertionError("no start goes on as a task")

    def outcome(self, task):
        """What the task of a tool came to."""
        self.ask("tasks/get", {"taskId": task})
        if self.client.version == LEGACY:
            self.ask("tasks/list")
            result = self.ask("tasks/result", {"taskId": task})
            self.hear("notifications/tasks/status", lambda about: about["taskId"] == task)
            return result
        self.ask("tasks/update", {"taskId": task, "inputResponses": {}})
        self.listen(task, {"taskIds": [task]})
        self.hear("notifications/tasks", lambda about: about["taskId"] == task and about["status"] == "completed")
        return self.ask("tasks/get", {"taskId": task})["result"]


def gets():
    """(path, parameters) of each GET of the API."""
    for line in FACTS.read_text().splitlines():
        method = json.loads(line)
        if method["method"] == "GET":
            yield method["path"], method.get("params", {})


def filled(template, values):
    """The URI of a template."""
    return re.sub(r"\{(\w+)\}", lambda name: urllib.parse.quote(values[name[1]], safe=""), template)
