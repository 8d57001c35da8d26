"""How fast the product ends: idle, and with calls that wait for a cluster that never answers."""
import socket
import statistics
import tempfile
import threading
from pathlib import Path

from drive import Client, Server
from tables import Table

BLOCKED_CALLS = 3
GOAL = ("<=", 200)  # milliseconds


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


def session(binary):
    """Resident MB after a scripted session, and milliseconds of the exit."""
    with Server(binary, arguments=["--demo"]) as server:
        client = Client(server)
        for guest in client.call("guest_list", {"limit": 500})["guests"]:
            client.call("guest_describe", {"guest": guest["vmid"]})
        for _ in range(100):
            client.call("cluster_overview")
        resident = server.resident_kib() / 1000
        return resident, server.close()[1] * 1000


def run(bench):
    binary = bench.makers.binary
    sessions = [session(binary) for _ in range(bench.plan.rounds)]
    blocked = [blocked_exit(binary) for _ in range(bench.plan.rounds)]
    table = Table("A session with every guest of the demo")
    table.bound("resident after it (MB)", statistics.median(s[0] for s in sessions))
    table.bound("slowest exit when idle (ms)", max(s[1] for s in sessions), GOAL)
    table.bound("slowest exit, calls blocked on a silent cluster (ms)", max(blocked), GOAL)
