"""The PVE client at a large cluster that is 20 ms away: its inventory in one call, then every configuration."""
import json
import subprocess

from drive import Cluster
from tables import Table

NODES = 50
GUESTS = 10_000
LATENCY = 20  # milliseconds, of every answer
AT_ONCE = 6   # calls for one node


def most_at_once(calls, seconds):
    """Calls under way at any moment, on average: by Little's law no fewer than this."""
    return calls / seconds * LATENCY / 1000


def run(bench):
    with Cluster(bench.makers.binary, nodes=NODES, guests=GUESTS, truth=False) as cluster:
        subprocess.run([bench.makers.binary, "sim", "ctl", "--ready-file", cluster.ready_file,
                        "fault", "latency", str(LATENCY)], check=True, stdout=subprocess.DEVNULL)
        cluster.new_requests()
        done = subprocess.run(
            [bench.makers.build / "bench_client", cluster.ready["url"], cluster.ready["fingerprint"]],
            input=cluster.ready["token"] + "\n", check=True, stdout=subprocess.PIPE, encoding="utf-8")
        measured = json.loads(done.stdout)
        arrived = cluster.new_requests()
    lists = sum("/cluster/resources" in line for line in arrived)
    configs = sum("/config" in line for line in arrived)
    table = Table(f"PVE client, {NODES} nodes and {GUESTS:,} guests, {LATENCY} ms away")
    table.bound("calls for the inventory", lists, ("<=", 1))
    table.bound("the inventory (s)", measured["inventory_seconds"], ("<=", 1))
    table.bound("calls for all configurations", configs, ("<=", GUESTS))
    table.bound("of them failed", measured["failed"], ("<=", 0))
    table.bound(f"all configurations, {AT_ONCE} calls at once (s)", measured["config_seconds"], ("<=", 60))
    table.bound("calls under way, on average", most_at_once(configs, measured["config_seconds"]),
                ("<=", AT_ONCE))
    table.bound("connections opened", measured["connections"], ("<=", AT_ONCE))
