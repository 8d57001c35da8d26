#!/usr/bin/env python3
"""Start-up, memory and exit of the release binary, beside the TypeScript SDK when node is given.

Both servers start alternately, so that a busy machine hits both alike: the ratio counts, not the
absolute figure.

    tests/bench/startup.py --binary build/release/proxmox-mpc --node /usr/bin/node
"""
import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from drive import LEGACY, MODERN, Client, Server  # noqa: E402

RUNS = 20


class SdkServer(Server):
    """The SDK server under node: its script is the only argument."""

    subcommand = ()


def first_answer(start, version):
    """Milliseconds from spawn to the first answer, and resident KiB then."""
    begun = time.perf_counter()
    with start() as server:
        Client(server, version)
        milliseconds = (time.perf_counter() - begun) * 1000
        return milliseconds, server.resident_kib()


def compare(starters, version):
    """name -> (median ms, median MiB), measured alternately."""
    results = {name: [] for name in starters}
    for _ in range(RUNS):
        for name, start in starters.items():
            results[name].append(first_answer(start, version))
    return {name: (statistics.median(r[0] for r in rows), statistics.median(r[1] for r in rows) / 1024)
            for name, rows in results.items()}


def report(starters):
    for version, question in ((MODERN, "server/discover"), (LEGACY, "initialize")):
        found = compare(starters, version)
        for name, (milliseconds, mebibytes) in found.items():
            print(f"{question:<16} {name:<22} {milliseconds:8.1f} ms  {mebibytes:6.1f} MiB")
        if len(found) > 1:
            ours, other = found.values()
            print(f"{question:<16} {'ratio':<22} {ours[0] / other[0]:8.3f}     {ours[1] / other[1]:6.3f}")


def session(start):
    """Resident memory after a scripted session, and how long the exit takes."""
    rss, exits = [], []
    for _ in range(5):
        with start() as server:
            client = Client(server)
            guests = client.call("guest_list", {"limit": 500})["guests"]
            for guest in guests:
                client.call("guest_describe", {"guest": guest["vmid"]})
            for _ in range(100):
                client.call("cluster_overview")
            rss.append(server.resident_kib() / 1024)
            exits.append(server.close()[1] * 1000)
    print(f"after a session of {len(guests) + 102} calls: {statistics.median(rss):.1f} MiB resident; "
          f"exit {statistics.median(exits):.1f} ms after the input ends")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--node", help="compare with the TypeScript SDK under this node")
    options = parser.parse_args()
    binary = str(Path(options.binary).resolve())

    def ours():
        return Server(binary, arguments=["--demo"])

    with tempfile.TemporaryDirectory() as folder:
        starters = {"proxmox-mpc": ours}
        if options.node:
            # Modules resolve beside the script, so it stands beside the installed packages.
            shutil.copy(ROOT / "tests/bench/sdk_server.mjs", folder)
            Path(folder, "node_modules").symlink_to(ROOT / "tests/acceptance/node_modules")
            starters["TypeScript SDK 2.x"] = lambda: SdkServer(
                options.node, arguments=[str(Path(folder, "sdk_server.mjs"))])
        report(starters)
    session(ours)
    return 0


if __name__ == "__main__":
    sys.exit(main())
