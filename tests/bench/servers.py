"""The servers under comparison as child processes: how each starts, and what it costs."""
import http.client
import os
import subprocess
import tempfile
import time
from pathlib import Path

from calls import message
from drive import LEGACY, MODERN, wire
from drive.http import listening_port, show_token
from drive.server import clean_environment

PAGE = os.sysconf("SC_PAGESIZE")
TOKEN = "0123456789abcdef0123456789abcdef"
CONNECTIONS = "12000"


class Process:
    """One child. `name` is what the tables call it; `era` is the version that it is spoken to in."""

    def __init__(self, name, command, era=MODERN, environment=None, stderr=None):
        self.name, self.era = name, era
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=stderr, bufsize=0, env=clean_environment(environment))

    def cpu(self):
        """Microseconds of processor time so far, of all threads."""
        return time.clock_gettime((~self.process.pid << 3) | 2) * 1e6

    def resident(self):
        """Resident memory in MB."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE / 1e6

    def line(self):
        """The next line of its output."""
        text = b""
        while not text.endswith(b"\n"):
            byte = self.process.stdout.read(1)
            if not byte:
                raise RuntimeError(f"{self.name} ended")
            text += byte
        return text.decode()

    def ask(self, request):
        """The result of one request over pipes."""
        self.process.stdin.write(request.encode() + b"\n")
        return self.result(self.line())

    def result(self, text, check=True):
        """What an answer of this server says. What is no result is an error; `check`: nor is
        isError one."""
        answer = wire.answer_of(text)
        if "result" not in answer or (check and answer["result"].get("isError")):
            raise RuntimeError(f"{self.name}: {text[:2000]}")
        return answer["result"]

    def stop(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class HttpServer(Process):
    """A server that prints its port. `more`: headers that every request to it needs."""

    def __init__(self, name, command, era=MODERN, more=(), **options):
        super().__init__(name, command, era, **options)
        self.more = list(more)
        self.port = self.listening()
        if era == LEGACY:
            self.open_session()

    def listening(self):
        return int(self.line())

    def open_session(self):
        answer, _ = self.post("initialize", {}, wire.initialize())
        self.more.append(("Mcp-Session-Id", answer.headers["Mcp-Session-Id"]))

    def headers(self, method, params):
        return wire.headers(self.era, method, params, self.more)

    def request(self, method, params):
        """The bytes of a POST to this server."""
        return wire.post(self.port, self.headers(method, params),
                         message(self.era, method, params).encode())

    def post(self, method, params, body):
        """(the HTTP answer, its text) of one POST."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/mcp", body, self.headers(method, params))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def call(self, method, params, check=True):
        """The result of one POST, as result() judges it."""
        _, text = self.post(method, params, message(self.era, method, params))
        return self.result(text, check)


class Product(HttpServer):
    """`proxmox-mpc serve --http` over a demo, or over a Cluster of tools/drive."""

    def __init__(self, binary, name, cluster=None):
        self._home = tempfile.TemporaryDirectory(prefix="proxmox-mpc-home-")
        config = Path(self._home.name, "proxmox-mpc", "config.yml")
        config.parent.mkdir()
        # The load is one caller, and none of its requests is to be refused.
        config.write_text("limits: {calls_per_minute: 100000000, requests: 10000}\n", encoding="utf-8")
        environment = {"HOME": self._home.name, "XDG_CONFIG_HOME": self._home.name,
                       "PROXMOX_MPC_LOG_LEVEL": "warn"}
        if cluster:
            environment = cluster.environment("operate") | environment
        command = [binary, "serve", "--http", "127.0.0.1:0", *([] if cluster else ["--demo"])]
        self._token = lambda: show_token(binary, environment)
        super().__init__(name, command, environment=environment, stderr=subprocess.PIPE)

    def listening(self):
        port, _ = listening_port(self.process.stderr)
        self.more.append(("Authorization", "Bearer " + self._token()))
        return port

    def stop(self):
        super().stop()
        self._home.cleanup()


class Makers:
    """How to start each server; `build` is the release folder, `scripts` the one of tests/bench."""

    def __init__(self, build, node):
        self.build, self.node = Path(build).resolve(), node
        self.scripts = Path(__file__).resolve().parent
        self.binary = self.build / "proxmox-mpc"

    def fixture_command(self, *more):
        return [self.build / "mcp-fixture", "--tools", "100", "--token", TOKEN,
                "--connections", CONNECTIONS, *more]

    def fixture(self, era=MODERN, name="fixture"):
        return HttpServer(name, self.fixture_command("--http", "127.0.0.1:0"), era,
                          [("Authorization", f"Bearer {TOKEN}")])

    def alone(self, mode):
        return HttpServer(mode, [self.build / "bench_serve", mode],
                          more=[("Authorization", f"Bearer {TOKEN}")])

    def product(self, name="product", cluster=None):
        return Product(self.binary, name, cluster)

    def sdk(self, number):
        era = {1: LEGACY, 2: MODERN}[number]
        return HttpServer(f"SDK v{number}", [self.node, self.scripts / f"sdk_v{number}.mjs", "http"],
                          era)

    def stdio(self, name, tools=100):
        """A server on pipes, by its name in the tables; the SDKs' with so many tools."""
        commands = {
            "product": [self.binary, "serve", "--demo"],
            "fixture": self.fixture_command("--stdio"),
            "SDK v1": [self.node, self.scripts / "sdk_v1.mjs", "stdio", str(tools)],
            "SDK v2": [self.node, self.scripts / "sdk_v2.mjs", "stdio", str(tools)],
        }
        era = LEGACY if name == "SDK v1" else MODERN
        return Process(name, commands[name], era, {"PROXMOX_MPC_LOG_LEVEL": "warn"},
                       subprocess.DEVNULL)
