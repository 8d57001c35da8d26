"""The simulated cluster with many guests: its start, the one call that names them all, its memory."""
import time

from drive import Cluster
from tables import Table, median

NODES = 50
GUESTS = 10_000
PATH = "/cluster/resources"


def milliseconds(cluster, connection):
    """Of one answer over TLS, read to its end, and the simulator's processor time for it."""
    clock = (~cluster.process.pid << 3) | 2
    begun, before = time.perf_counter(), time.clock_gettime(clock)
    cluster.body(connection, "GET", PATH)
    return {"wall": (time.perf_counter() - begun) * 1000,
            "cpu": (time.clock_gettime(clock) - before) * 1000}


def peak(process):
    """Most memory that it had so far, in MB."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1000


def run(bench):
    begun = time.perf_counter()
    with Cluster(bench.makers.binary, nodes=NODES, guests=GUESTS, truth=False) as cluster:
        started = time.perf_counter() - begun
        with cluster.connection() as connection:
            rows = [milliseconds(cluster, connection) for _ in range(bench.plan.starts)]
        table = Table(f"Simulated cluster, {NODES} nodes and {GUESTS:,} guests")
        table.bound("start until it listens (s)", started, ("<=", 1))
        table.bound(f"GET {PATH} (ms)", median(rows, "wall"), ("<=", 50))
        table.bound("its processor time (ms)", median(rows, "cpu"))
        table.bound("most memory (MB)", peak(cluster.process), ("<=", 300))
