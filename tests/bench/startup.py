#!/usr/bin/env python3
"""Start-up, memory and exit of the release binary, beside the TypeScript SDK when node is given.

The exit is measured idle and with calls that wait for a cluster which accepts and never answers.

Both servers start alternately, so that a busy machine hits both alike: the ratio counts, not the
absolute figure.

    tests/bench/startup.py --binary build/release/proxmox-mpc --node /usr/bin/node
"""
import argparse
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from drive import LEGACY, MODERN, Client, Server  # noqa: E402

RUNS = 20
BLOCKED_CALLS = 3
EXIT_GOAL = 200  # milliseconds


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


class SilentCluster:
    """A listener on loopback that accepts connections and never says a word."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepted = []
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                self._accepted.append(self._listener.accept()[0])
            except OSError:
                return
            self._first.set()

    def wait_connected(self):
        if not self._first.wait(20):
            raise RuntimeError("the server did not connect to the silent cluster")

    def environment(self, folder):
        """Points a server at this cluster, with its state in `folder`."""
        return {"PROXMOX_MPC_URL": f"https://127.0.0.1:{self._listener.getsockname()[1]}",
                "PROXMOX_MPC_TOKEN": "root@pam!bench=00000000-0000-4000-8000-000000000001",
                "PROXMOX_MPC_FINGERPRINT": ":".join(["AB"] * 32),
                "PROXMOX_MPC_STATE_DIR": str(Path(folder, "state")),
                "HOME": str(folder), "XDG_CONFIG_HOME": str(Path(folder, "config"))}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for connection in self._accepted:
            connection.close()


def blocked_exit(binary):
    """Milliseconds from the end of the input to the exit, while tool calls wait for the cluster."""
    with tempfile.TemporaryDirectory() as folder, SilentCluster() as cluster, \
            Server(binary, cluster.environment(folder)) as server:
        client = Client(server)
        for number in range(BLOCKED_CALLS):
            server.send({"jsonrpc": "2.0", "id": f"b{number}", "method": "tools/call",
                         "params": client.params({"name": "cluster_overview", "arguments": {}})})
        client.request("tools/list")  # all three were read before this was answered
        cluster.wait_connected()
        code, seconds = server.close()
        if code != 0:
            raise RuntimeError(f"the server ended with {code}: {server.stderr()}")
        return seconds * 1000


def print_exit(what, milliseconds):
    print(f"{'exit, ' + what:<46} {statistics.median(milliseconds):6.1f} ms median, "
          f"{max(milliseconds):6.1f} ms at most (goal {EXIT_GOAL} ms)")


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
    print(f"after a session of {len(guests) + 102} calls: {statistics.median(rss):.1f} MiB resident")
    print_exit("idle", exits)


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
    print_exit(f"{BLOCKED_CALLS} calls blocked on a silent cluster",
               [blocked_exit(binary) for _ in range(5)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
