#!/usr/bin/env python3
"""The demo: a simulated cluster, the server, a conversation, and both sides of it.

Each step shows what the assistant sees (pseudonyms) and what the cluster really saw. Non-zero when
any step fails. Stops everything it started and removes its temporary files.

    tools/demo.py --binary build/release/proxmox-mpc
"""
import argparse
import collections
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from drive import Client, Cluster, NoAnswer, RpcError, Server, text_of  # noqa: E402
from drive.server import clean_environment  # noqa: E402

COLOURS = {"step": "1;36", "ask": "33", "answer": "32", "real": "35", "dim": "2"}


def counted(requests):
    """Each request once, in the order of the first time, with how often it came: polling repeats itself."""
    counts = collections.Counter(requests)
    return [request + (f"  ({times} times)" if times > 1 else "") for request, times in counts.items()]


class Paper:
    """Prints the conversation; colours only on a terminal."""

    def __init__(self, out):
        self.out = out
        self.colour = out.isatty()

    def line(self, style, label, text):
        first, *rest = text.splitlines() or [""]
        self.write(style, f"  {label:<13}{first}")
        for more in rest:
            self.write(style, " " * 15 + more)

    def title(self, text):
        print(file=self.out)
        self.write("step", text)

    def write(self, style, text):
        if self.colour:
            text = f"\033[{COLOURS[style]}m{text}\033[0m"
        print(text, file=self.out, flush=True)


class Demo:
    """One conversation. Every method is one step and raises on failure."""

    def __init__(self, binary, cluster, server, paper):
        self.binary, self.cluster, self.paper = binary, cluster, paper
        self.client = None
        self.server = server
        self.environment = cluster.environment()

    def run(self):
        self.discover()
        self.call("What is running?", "cluster_overview", {}, overview)
        listed = self.call("Which guests are stopped?", "guest_list",
                           {"status": "stopped", "fields": ["name", "type", "node", "status",
                                                            "template", "lock", "hastate"]}, guests)
        started = self.start_one(listed["guests"])
        self.reveal(started)
        self.call("What did the task say?", "task_get", {"task": started["task"]}, task)
        self.call("What changed?", "changes_list", {}, changes)

    def discover(self):
        self.paper.title("The assistant connects")
        self.client = Client(self.server)
        hello = self.client.hello
        self.paper.line("ask", "asks", "server/discover")
        self.paper.line("answer", "is told", f"protocol {', '.join(hello['supportedVersions'])}, "
                        f"offers {', '.join(sorted(hello['capabilities']))}")
        tools = self.client.request("tools/list")["tools"]
        self.paper.line("answer", "tools", ", ".join(t["name"] for t in tools))

    def call(self, title, tool, arguments, show, may_fail=False):
        """Calls a tool, shows both sides, returns its structured content."""
        self.cluster.new_requests()
        self.paper.title(title)
        self.paper.line("ask", "asks", f"{tool} {json.dumps(arguments)}")
        result = self.client.call_result(tool, arguments)
        failed = result.get("isError", False)
        self.paper.line("answer", "sees", text_of(result) if failed
                        else show(result["structuredContent"]))
        requests = counted(self.cluster.new_requests())
        self.paper.line("real", "cluster saw", "\n".join(requests) or "nothing: answered from memory")
        if failed and not may_fail:
            raise AssertionError(f"{tool} failed")
        return None if failed else result["structuredContent"]

    def start_one(self, listed):
        """Starts a stopped guest; the simulated cluster holds one whose start fails, too."""
        for guest in reversed(listed):
            if not (guest.get("template") or guest.get("lock") or guest.get("hastate")):
                started = self.call(f"Start {guest['name']}.", "guest_start",
                                    {"guest": guest["name"]}, start, may_fail=True)
                if started:
                    return started
        raise AssertionError("no stopped guest could be started")

    def reveal(self, guest):
        """The operator's own look at the pseudonym, and the cluster's word for the same VMID."""
        done = subprocess.run([self.binary, "reveal", guest["name"]], capture_output=True, text=True,
                              env=clean_environment(self.environment), check=True, timeout=30)
        real = next(r["name"] for r in self.cluster.api("GET", "/cluster/resources")
                    if r.get("vmid") == guest["vmid"])
        if done.stdout.strip() != real:
            raise AssertionError(f"reveal said {done.stdout!r}, the cluster says {real!r}")
        self.paper.line("real", "you know", f"{guest['name']} is {real} (VMID {guest['vmid']}): "
                        f"proxmox-mpc reveal {guest['name']}\n"
                        "(run here with this demo's state directory, which is removed at the end; "
                        "serve --demo has none)")

    def prove(self):
        """No real guest or node name is in what the assistant received."""
        truth = self.cluster.truth()
        names = [n for kind in ("node", "guest") for n in truth[kind] if len(n) > 4]
        text = self.server.stdout.decode()
        leaked = [n for n in names if n in text]
        if leaked:
            raise AssertionError(f"real names reached the assistant: {leaked}")
        self.paper.title(f"{len(text)} bytes went to the assistant; none of the cluster's "
                         f"{len(names)} node and guest names is among them.")


def overview(content):
    cluster = content["clusters"][0]
    nodes = [f"{n['node']}  {n['status']}  {n['running']} of {n['guests']} guests running"
             for n in cluster["nodes"]]
    return "\n".join(nodes + [f"{cluster['guests']['total']} guests: {cluster['guests']['by_status']}"])


def guests(content):
    rows = [f"{g['vmid']}  {g['name']:<14} {g['type']:<5} on {g['node']}" for g in content["guests"]]
    return "\n".join([f"{content['matched']} of {content['total']}"] + rows)


def start(content):
    lines = [f"{content['name']} (VMID {content['vmid']}): {content['action']}, "
             f"now {content['status']}, exit status {content.get('exitstatus')}"]
    return "\n".join(lines + [content.get("task", "")])


def task(content):
    return "\n".join([f"{content['type']} by {content['user']}: {content['status']}"] + content["log"])


def changes(content):
    return "\n".join(f"{c['time']}  {c['kind']} {c.get('name', '')}  "
                     f"{json.dumps(c['before'])} -> {json.dumps(c['after'])}"
                     for c in content["changes"][:8]) or "nothing"


def client_configuration(binary, paper):
    """The text to paste into an MCP client, for the demo and for a real cluster."""
    paper.title("To use it from your own MCP client, paste one of these:")
    for options in (["--demo"], []):
        done = subprocess.run([binary, "client-config", *options], capture_output=True, text=True,
                              env=clean_environment(), check=True, timeout=30)
        print(file=paper.out)
        print(done.stdout, file=paper.out, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default="build/release/proxmox-mpc")
    binary = str(Path(parser.parse_args().binary).resolve())
    paper = Paper(sys.stdout)
    try:
        with Cluster(binary) as cluster, Server(binary, cluster.environment()) as server:
            demo = Demo(binary, cluster, server, paper)
            demo.run()
            code, _ = server.close()
            if code != 0:
                raise AssertionError(f"the server ended with {code}: {server.stderr()}")
            demo.prove()
        client_configuration(binary, paper)
    except (AssertionError, NoAnswer, RpcError, RuntimeError, StopIteration, OSError,
            subprocess.SubprocessError) as error:
        print(f"demo: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
