"""Many open subscriptions beside busy clients: memory, idle cost, delivery, and what POSTs feel."""
import json
import subprocess
import time

import calls
from drive import Cluster
from tables import Table, median

BUSY = 64
QUIET_SECONDS = 3
GOALS = {1000: {"open": 25, "loaded": 40, "idle": 1}, 10_000: {"open": 80, "idle": 8}}


class Client:
    """`bench_load streams`, told what to do line by line. All streams are open when constructed.

    "events N" is answered when every stream has had N, or after 30 seconds: what was lost by then
    shows in the figures.
    """

    def __init__(self, bench, server, count, listen, marker):
        server.call(*bench.call_of(server, calls.ECHO))  # it is a result: no refusal is measured
        files = [bench.requests.file(server.request(*call))
                 for call in (listen, bench.call_of(server, calls.ECHO))]
        self.process = subprocess.Popen(
            [bench.client, "streams", str(server.port), files[0], marker, files[1], str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the streams' client ended")
        return json.loads(line)

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        return self._answer()

    def busy(self, seconds, meanwhile):
        """Figures of a load that runs for `seconds`, and longer when `meanwhile()` takes longer."""
        begun = time.monotonic()
        self.tell(f"busy {BUSY}")
        meanwhile()
        time.sleep(max(0.0, begun + seconds - time.monotonic()))
        figures = self.tell("figures")
        self.tell("busy 0")
        return figures

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class PromptChange:
    """The fixture's tool that tells all who listen that the prompts changed: one event each time."""

    listen = ("subscriptions/listen", {"notifications": {"promptsListChanged": True}})
    marker = "notifications/prompts/list_changed"

    def __init__(self, server):
        self.publish = lambda: server.call(
            "tools/call", {"name": "test_trigger_prompt_change", "arguments": {}})


class GuestStart:
    """Guests that the product starts: at least one update of the overview each time."""

    listen = ("subscriptions/listen",
              {"notifications": {"resourceSubscriptions": ["pve://default/overview"]}})
    marker = "notifications/resources/updated"

    def __init__(self, server):
        self.server = server
        listed = self.call("guest_list", {
            "status": "stopped", "limit": 500, "fields": ["name", "template", "lock", "hastate"]})
        self.guests = [g["name"] for g in listed["structuredContent"]["guests"]
                       if not (g.get("template") or g.get("lock") or g.get("hastate"))]

    def call(self, tool, arguments):
        return self.server.call("tools/call", {"name": tool, "arguments": arguments}, check=False)

    def publish(self):
        while self.call("guest_start", {"guest": self.guests.pop()}).get("isError"):
            pass  # some are made to fail


def idle_share(server):
    """Per cent of a core while nothing happens."""
    before, begun = server.cpu(), time.monotonic()
    time.sleep(QUIET_SECONDS)
    return (server.cpu() - before) / ((time.monotonic() - begun) * 1e6) * 100


def measure(bench, server, source, count):
    """The figures of one number of streams."""
    rounds, seconds = bench.plan.rounds, bench.plan.milliseconds / 1000
    found = {"before": server.resident()}
    without, silent, loaded, delays = [], [], [], []
    with Client(bench, server, 0, source.listen, source.marker) as client:
        without += [client.busy(seconds, lambda: None) for _ in range(rounds)]
    with Client(bench, server, count, source.listen, source.marker) as client:
        found["open"], found["idle"] = server.resident(), idle_share(server)
        silent += [client.busy(seconds, lambda: None) for _ in range(rounds)]

        def tell_all():
            begun = time.monotonic()
            source.publish()
            client.tell(f"events {len(delays) + 1}")
            delays.append(time.monotonic() - begun)
        loaded += [client.busy(seconds, tell_all) for _ in range(rounds)]
        found["loaded"] = server.resident()
        time.sleep(QUIET_SECONDS)  # what is still on its way
        found |= client.tell(f"events {rounds}")
    with Client(bench, server, 0, source.listen, source.marker) as client:
        without += [client.busy(seconds, lambda: None) for _ in range(rounds)]
    return found | {"without": median(without, "p99"), "silent": median(silent, "p99"),
                    "events": median(loaded, "p99"), "told": rounds, "delay": max(delays) * 1000}


def report(name, count, found):
    goals = GOALS[count]
    table = Table(f"{name}: {count:,} open subscriptions, {BUSY} busy clients")
    table.bound("resident before (MB)", found["before"])
    for key, what in (("open", "resident with the streams (MB)"),
                      ("loaded", "resident after events and load (MB)"),
                      ("idle", "idle (% of a core)")):
        table.bound(what, found[key], ("<=", goals[key]) if key in goals else None)
    table.row("p99 of a POST, silent streams / none (ms)", found["silent"], found["without"],
              ("<=", 1.5))
    table.row("p99 of a POST while events go out / none (ms)", found["events"], found["without"])
    table.bound("slowest event, to all streams (ms)", found["delay"])
    table.row("events: fewest of a stream / most of one", found["least"], found["most"], (">=", 1))
    table.row("events: fewest of a stream / published", found["least"], found["told"], (">=", 1))


def run(bench):
    for count in (1000,) if bench.plan.quick else (1000, 10_000):
        with bench.makers.fixture() as server:
            report("fixture", count, measure(bench, server, PromptChange(server), count))
    with Cluster(bench.makers.binary, guests=80) as cluster, \
            bench.makers.product(cluster=cluster) as server:
        report("product", 1000, measure(bench, server, GuestStart(server), 1000))
