"""`proxmox-mpc serve` as a child process: lines in, lines out, and every byte it wrote is kept."""
import json
import os
import queue
import subprocess
import tempfile
import threading
import time


class NoAnswer(Exception):
    """The server ended, or did not answer in time. The text holds the end of its stderr."""


class Server:
    """Starts the server. `stdout` holds all bytes it wrote so far; stderr goes to a temporary file.

    `options` go to subprocess.Popen. One thread of ours reads stdout; all methods are for the thread that made the object.
    """

    subcommand = ("serve",)

    def __init__(self, binary, environment=None, arguments=(), **options):
        self.stdout = b""
        self._lines = queue.Queue()
        self._stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [str(binary), *self.subcommand, *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._stderr, env=clean_environment(environment), **options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.stdout += line
            self._lines.put(line)
        self._lines.put(None)

    def send(self, message):
        """Writes one message: a dict, or raw bytes without the newline."""
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        try:
            self.process.stdin.write(data + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise NoAnswer(f"the server closed its input\n{self.stderr()[-2000:]}") from None

    def receive(self, timeout=20.0):
        """The next message as a dict; raises NoAnswer at the end of output or after `timeout` s."""
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise NoAnswer(f"no answer in {timeout} s\n{self.stderr()[-2000:]}") from None
        if line is None:
            raise NoAnswer(f"the server ended\n{self.stderr()[-2000:]}")
        return json.loads(line)

    def stderr(self):
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def resident_kib(self):
        """Resident memory now, in KiB."""
        return resident_kib(self.process.pid)

    def close(self, timeout=10.0):
        """Closes stdin and waits. Returns (exit code, seconds until it was gone)."""
        started = time.monotonic()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise NoAnswer(f"still running {timeout} s after its input ended") from None
        seconds = time.monotonic() - started
        self._finish()
        return code, seconds

    def kill(self):
        """SIGKILL, as a crash test wants it."""
        self.process.kill()
        self.process.wait()
        self._finish()

    def _finish(self):
        self._reader.join(timeout=5)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Kills a server that still runs. Safe to call again."""
        if self.process.poll() is None:
            self.kill()
        self._finish()
        self._stderr.close()


def resident_kib(pid):
    """Resident memory of a process, in KiB (VmRSS of /proc)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def clean_environment(extra=None):
    """The environment without our own variables and with a home that holds no configuration."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PROXMOX_MPC_")}
    return kept | {"XDG_CONFIG_HOME": "/nonexistent"} | (extra or {})
