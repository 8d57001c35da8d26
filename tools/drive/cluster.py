"""`proxmox-mpc sim` as a child process, with its files in a private temporary directory."""
import contextlib
import hashlib
import http.client
import json
import ssl
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

from .server import clean_environment


class Simulator:
    """A simulator with any `options`, on free ports of 127.0.0.1. Ready when constructed.

    `ready` is what it wrote to its ready file: url, fingerprint, token, username, password, and
    `ready_file` names that. `directory` is private and removed at the end; servers may keep their
    state in it. `truth`: write the truth file.
    """

    def __init__(self, binary, *options, truth=False, timeout=30.0):
        self._directory = tempfile.TemporaryDirectory(prefix="proxmox-mpc-sim-")
        self.directory = Path(self._directory.name)
        self.ready_file = self.directory / "ready.json"
        self._access_log = self.directory / "access.log"
        self._seen = 0
        self._output = open(self.directory / "sim.log", "wb")
        self.process = subprocess.Popen(
            [str(binary), "sim", "--listen", "127.0.0.1:0", *options, "--ready-file",
             str(self.ready_file), "--access-log", str(self._access_log),
             *(["--truth-file", str(self.directory / "truth.json")] if truth else [])],
            stdin=subprocess.DEVNULL, stdout=self._output, stderr=subprocess.STDOUT,
            env=clean_environment())
        try:
            self.ready = self._wait_ready(self.ready_file, timeout)
        except BaseException:
            self.stop()
            raise

    def _wait_ready(self, file, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the simulator ended with {self.process.returncode}: {self.log()}")
            try:
                return json.loads(file.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                time.sleep(0.02)
        raise RuntimeError(f"the simulator was not ready after {timeout} s: {self.log()}")

    def log(self):
        """What the simulator itself printed."""
        return (self.directory / "sim.log").read_text(encoding="utf-8", errors="replace")

    def truth(self):
        """kind -> real values that nobody outside may see."""
        return json.loads((self.directory / "truth.json").read_text(encoding="utf-8"))

    def new_requests(self):
        """The access-log lines since the last call, as "METHOD /path STATUS"."""
        try:
            lines = self._access_log.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            lines = []
        fresh, self._seen = lines[self._seen:], len(lines)
        return fresh

    @contextlib.contextmanager
    def connection(self):
        """An open connection, its certificate checked against the ready file's fingerprint."""
        url = urllib.parse.urlsplit(self.ready["url"])
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with contextlib.closing(http.client.HTTPSConnection(
                url.hostname, url.port, timeout=20, context=context)) as connection:
            connection.connect()
            digest = hashlib.sha256(connection.sock.getpeercert(binary_form=True)).hexdigest()
            if digest != self.ready["fingerprint"].replace(":", "").lower():
                raise ConnectionError("this is not the simulator's certificate")
            yield connection

    def body(self, connection, method, path, **parameters):
        """The body of one PVE API call as root, read to its end."""
        connection.request(method, "/api2/json" + path, urllib.parse.urlencode(parameters) or None, {
            "Authorization": "PVEAPIToken=" + self.ready["token"],
            "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.reason}")
        return body

    def api(self, method, path, **parameters):
        """`data` of one PVE API call past the server, as an administrator at the console makes it."""
        with self.connection() as connection:
            return json.loads(self.body(connection, method, path, **parameters))["data"]

    def environment(self, access="operate", state="state", **overrides):
        """Environment variables that point a server at this cluster. None removes a variable."""
        values = {
            "PROXMOX_MPC_URL": self.ready["url"],
            "PROXMOX_MPC_TOKEN": self.ready["token"],
            "PROXMOX_MPC_FINGERPRINT": self.ready["fingerprint"],
            "PROXMOX_MPC_ACCESS": access,
            "PROXMOX_MPC_STATE_DIR": str(self.directory / state),
            "HOME": str(self.directory),
            "XDG_CONFIG_HOME": str(self.directory / "config"),
        }
        values |= {f"PROXMOX_MPC_{k.upper()}": v for k, v in overrides.items()}
        return {k: v for k, v in values.items() if v is not None}

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._output.close()
        self._directory.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Cluster(Simulator):
    """One cluster of the usual kind, with TLS. `work_time`: milliseconds of a start or stop; 0 = 1
    to 3 s."""

    def __init__(self, binary, nodes=3, guests=24, seed=7, timeout=30.0, work_time=0, truth=True):
        super().__init__(binary, "--nodes", str(nodes), "--guests", str(guests), "--seed", str(seed),
                         "--work-time", str(work_time), truth=truth, timeout=timeout)
