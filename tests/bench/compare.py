#!/usr/bin/env python3
"""Speed and memory beside the official TypeScript servers and beside a bare epoll loop.

Servers take turns in interleaved rounds, so that a busy machine hits all alike: the ratios count, not
the absolute figures. Every figure is the median of its rounds.

    ./dev bench              all of it, about 15 minutes
    ./dev bench --quick      shorter rounds, about 2 minutes

`fixture` is mcp-fixture with a bearer token, argument validation and 100 tools; `product` is
`proxmox-mpc serve --demo`, with the privacy gate and the audit trail, and PRODUCT_CALL for an echo.
"""
import argparse
import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import calls  # noqa: E402
import ending  # noqa: E402
import pve_client  # noqa: E402
import simulator  # noqa: E402
import streams  # noqa: E402
from drive import LEGACY, Cluster, wire  # noqa: E402
from servers import Makers  # noqa: E402
from tables import Table, median  # noqa: E402

PRODUCT_TOOLS = 7
PRODUCT_CALL = ("tools/call", {"name": "changes_list", "arguments": {"limit": 1}})


class Plan:
    """How long everything takes."""

    def __init__(self, quick):
        self.quick = quick
        self.rounds = 3 if quick else 5
        self.milliseconds = 400 if quick else 2000
        self.starts = 5 if quick else 20
        self.calls = 100_000 if quick else 1_000_000
        self.product_calls = 20_000 if quick else 200_000


class Bench:
    def __init__(self, makers, plan, requests):
        self.makers, self.plan, self.requests = makers, plan, requests
        self.client = makers.build / "bench_load"

    def call_of(self, server, call):
        return PRODUCT_CALL if server.name.startswith("product") and call == calls.ECHO else call

    def load(self, server, call, connections, count=0):
        """The figures of one load: rate, p50, p99, requests, and cpu in microseconds a request."""
        call = self.call_of(server, call)
        server.call(*call)  # it is a result, so that no refusal is measured
        file = self.requests.file(server.request(*call))
        # Some answers of a slow server must fit in.
        milliseconds = self.plan.milliseconds * (3 if server.name == "SDK v2" else 1)
        before = server.cpu()
        done = subprocess.run([self.client, "http", str(server.port), file, str(connections),
                               str(milliseconds), str(count)], check=True, capture_output=True)
        figures = json.loads(done.stdout)
        if figures["shortest"] != figures["longest"]:
            raise RuntimeError(f"{server.name}: answers to {call} of {figures['shortest']} to "
                               f"{figures['longest']} bytes: not all are the result")
        figures["cpu"] = (server.cpu() - before) / max(figures["requests"], 1)
        return figures

    def pipe_load(self, server, call, in_flight):
        file = self.requests.file((calls.message(server.era, *call) + "\n").encode())
        before = server.cpu()
        client = subprocess.run([self.client, "pipe", file, str(in_flight),
                                 str(self.plan.milliseconds)], stdin=server.process.stdout,
                                stdout=server.process.stdin, stderr=subprocess.PIPE, check=True)
        figures = json.loads(client.stderr)
        figures["cpu"] = (server.cpu() - before) / max(figures["requests"], 1)
        return figures

    def rounds(self, servers, measure):
        """name -> rows, the servers taking turns."""
        rows = {server.name: [] for server in servers}
        for _ in range(self.plan.rounds):
            for server in servers:
                rows[server.name].append(measure(server))
        return rows


def start(bench):
    """From spawn to the first answer, and memory then, beside an SDK's server with as many tools."""
    compared = {"product": PRODUCT_TOOLS, "fixture": 100}
    rows = {(name, tools): [] for ours, tools in compared.items()
            for name in (ours, "SDK v1", "SDK v2")}
    for _ in range(bench.plan.starts):
        for name, tools in rows:
            begun = time.perf_counter()
            with bench.makers.stdio(name, tools) as server:
                server.ask(wire.initialize() if server.era == LEGACY
                           else calls.message(server.era, "server/discover", {}))
                seconds = time.perf_counter() - begun
                rows[name, tools].append({"ms": seconds * 1000, "mb": server.resident()})
    for key, title, goal in (("ms", "Start to first answer, stdio (ms)", ("<=", 0.1)),
                             ("mb", "Resident then (MB)", ("<=", 0.25))):
        table = Table(title)
        for ours, tools in compared.items():
            for other in ("SDK v2", "SDK v1"):
                table.row(f"{ours} / {other}, {tools} tools", median(rows[ours, tools], key),
                          median(rows[other, tools], key), goal if other == "SDK v2" else None)


def shake_hands(server):
    """The handshake of an older version over pipes."""
    if server.era != LEGACY:
        return
    server.ask(wire.initialize())
    server.process.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')


def stdio(bench):
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(bench.makers.stdio(name))
                   for name in ("fixture", "SDK v1", "SDK v2")]
        for server in servers:
            shake_hands(server)
            server.ask(calls.message(server.era, *calls.ECHO))
        rows = bench.rounds(servers, lambda server: bench.pipe_load(server, calls.ECHO, 16))
    table = Table("Echo over stdio, 16 in flight (requests/s)")
    ours = median(rows["fixture"], "rate")
    table.row("fixture / SDK v1", ours, median(rows["SDK v1"], "rate"), (">=", 2))
    table.row("fixture / SDK v2", ours, median(rows["SDK v2"], "rate"))


def echo(bench, servers):
    """Echo over HTTP at three numbers of connections; returns all rows."""
    rows = {}
    for connections in (1, 16, 256):
        rows[connections] = bench.rounds(
            [s for s in servers if not (s.name == "SDK v2" and connections == 256)],
            lambda server, c=connections: bench.load(server, calls.ECHO, c))
    print("\nEcho over HTTP, all servers")
    print(f"  {'connections':<12} {'server':<20} {'requests/s':>11} {'p50 ms':>9} {'p99 ms':>9} "
          f"{'CPU us':>9}")
    for connections, found in rows.items():
        for name, figures in found.items():
            print(f"  {connections:<12} {name:<20} {median(figures, 'rate'):>11,.0f} "
                  f"{median(figures, 'p50'):>9.3f} {median(figures, 'p99'):>9.3f} "
                  f"{median(figures, 'cpu'):>9.1f}")
    return rows


def compare_echo(rows):
    goals = {("rate", 16, "SDK v1"): (">=", 10), ("p99", 16, "SDK v1"): ("<=", 1 / 8),
             ("rate", 16, "SDK v2"): (">=", 250)}
    for key, title in (("rate", "requests/s"), ("p99", "p99, ms"), ("cpu", "CPU, us/request")):
        table = Table(f"Echo over HTTP: {title}")
        for connections, found in rows.items():
            for ours in ("fixture", "fixture, session"):
                for other in ("SDK v1", "SDK v2"):
                    if other not in found or (other == "SDK v2" and ours != "fixture"):
                        continue
                    table.row(f"c{connections}: {ours} / {other}", median(found[ours], key),
                              median(found[other], key), goals.get((key, connections, other)))
        # What no server can do on this machine that reads JSON and writes it, whatever the goal says.
        table.row("c16: bound, raw-json / SDK v2", median(rows[16]["raw-json"], key),
                  median(rows[16]["SDK v2"], key))


def compare_cpu(rows):
    """Against the limit: the engine against a loop that knows no JSON, servers against one that does."""
    table = Table("CPU per echo against the epoll loop (us)")
    for connections, found in rows.items():
        def cpu(name, found=found):
            return median(found[name], "cpu")
        table.row(f"c{connections}: engine, inline / raw", cpu("inline"), cpu("raw"), ("<=", 1.5))
        table.row(f"c{connections}: engine, worker / raw", cpu("worker"), cpu("raw"), ("<=", 2.5))
        table.row(f"c{connections}: fixture / raw-json", cpu("fixture"), cpu("raw-json"), ("<=", 2.5))
        table.row(f"c{connections}: product / raw-json", cpu("product"), cpu("raw-json"),
                  ("<=", 5))


def answers(bench, servers):
    """tools/list and a large result."""
    for call, title, goals in (
            (calls.LIST, "tools/list of 100 tools, c16: CPU, us", {"SDK v1": (">=", 60)}),
            (calls.LARGE, "A result of 100 KB, c16: CPU, us", {"SDK v1": (">=", 4)})):
        rows = bench.rounds(servers, lambda server, c=call: bench.load(server, c, 16))
        table = Table(title + ", theirs / ours")
        for other in ("SDK v1", "SDK v2"):
            table.row(f"{other} / fixture", median(rows[other], "cpu"), median(rows["fixture"], "cpu"),
                      goals.get(other))


def memory(bench):
    """Resident memory after many calls against after few; the product keeps its state in files."""
    table = Table(f"Resident after {bench.plan.calls:,} calls against after 10,000, c16 (MB)")
    with bench.makers.fixture() as server:
        few = grown(bench, server, 10_000)
        table.row("fixture", grown(bench, server, bench.plan.calls - 10_000), few, ("<=", 1.05))
    with bench.makers.fixture(LEGACY) as server:
        few = grown(bench, server, 10_000)
        table.row("fixture, session", grown(bench, server, bench.plan.calls - 10_000), few,
                  ("<=", 1.05))
    with Cluster(bench.makers.binary) as cluster, \
            bench.makers.product(cluster=cluster) as server:
        few = grown(bench, server, 10_000)
        table.row(f"product, {bench.plan.product_calls:,} calls",
                  grown(bench, server, bench.plan.product_calls - 10_000), few, ("<=", 1.05))


def grown(bench, server, count):
    bench.load(server, calls.ECHO, 16, count)
    return server.resident()


def http(bench):
    make = bench.makers
    with contextlib.ExitStack() as stack:
        def run(server):
            return stack.enter_context(server)
        sdks = [run(make.sdk(1)), run(make.sdk(2))]
        fixture = run(make.fixture())
        rows = echo(bench, [*(run(make.alone(mode)) for mode in ("raw", "raw-json", "inline", "worker")),
                            fixture, run(make.fixture(LEGACY, "fixture, session")),
                            run(make.product()), *sdks])
        compare_echo(rows)
        compare_cpu(rows)
        answers(bench, [fixture, *sdks])


def anonymize(bench):
    """The privacy engine alone; its program measures, one JSON object a row."""
    megabytes = ["1"] if bench.plan.quick else []
    done = subprocess.run([bench.makers.build / "tests/anonymize_speed", *megabytes], check=True,
                          stdout=subprocess.PIPE, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    found = {kind: [row for row in rows if row["row"] == kind] for kind in ("start", "document", "log")}
    table = Table("Privacy engine: start, and results of 100 KB")
    for row in found["start"]:
        table.bound(f"start with {row['names']:,} names (ms)", row["ms"], ("<=", 50))
        table.bound(f"start with {row['names']:,} names, resident (MiB)", row["mib"], ("<=", 32))
    for row in found["document"]:
        table.bound(f"{row['path']}: anonymize, read for the first time (ms)", row["first_ms"])
        table.bound(f"{row['path']}: anonymize (ms)", row["anonymize_ms"])
        table.bound(f"{row['path']}: with check (ms)", row["both_ms"], ("<=", 1))
    table = Table("Privacy engine: log text (MB/s), other: one RE2 alternation")
    for row in found["log"]:
        what = f"{row['names']:,} names in {row['percent']} % of lines"
        table.bound(what, row["anonymize"], (">=", 150))
        table.bound(what + ", with check", row["both"], (">=", 100))
        table.row(what + " / RE2", row["anonymize"], row["re2"], (">=", 3))
    if not all(found.values()):
        raise RuntimeError(f"the privacy engine was not measured: {done.stdout}")


SUBJECTS = {"start": start, "stdio": stdio, "http": http, "memory": memory, "streams": streams.run,
            "end": ending.run, "anonymize": anonymize, "simulator": simulator.run, "client": pve_client.run}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=Path, help="a release build folder")
    parser.add_argument("--node", required=True, help="node 22.19 or later")
    parser.add_argument("--quick", action="store_true", help="shorter rounds, about 2 minutes")
    parser.add_argument("--only", choices=SUBJECTS, action="append", help="one subject alone")
    options = parser.parse_args()
    begun = time.monotonic()
    with calls.Requests() as requests:
        bench = Bench(Makers(options.build, options.node), Plan(options.quick), requests)
        for name in options.only or SUBJECTS:
            SUBJECTS[name](bench)
    print(f"\n{Table.missed} of {Table.judged} goals missed ({time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
