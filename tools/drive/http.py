"""`proxmox-mpc serve --http` as a child process, spoken to in 2026-07-28: each POST stands alone."""
import http.client
import json
import re
import signal
import subprocess
import threading

from . import wire
from .server import NoAnswer, clean_environment, resident_kib
from .wire import MODERN


def listening_port(stderr):
    """Reads the standard error of a server that starts up to the line that names its port, and goes
    on reading it in a thread, which is the second result: a full pipe would stop the server."""
    port = _read_port(stderr)
    drain = threading.Thread(target=stderr.read, daemon=True)
    drain.start()
    return port, drain


def _read_port(stderr):
    seen = b""
    for line in iter(stderr.readline, b""):
        seen += line
        found = re.search(rb"serves MCP at \S+:(\d+)/", line)
        if found:
            return int(found[1])
    raise NoAnswer(f"the server does not listen\n{seen.decode(errors='replace')[-2000:]}")


def show_token(binary, environment):
    """The bearer token that `serve --http` asks for."""
    return subprocess.run([str(binary), "token", "show"], env=clean_environment(environment),
                          check=True, capture_output=True, text=True).stdout.strip()


class HttpServer:
    """Listens on a free port of 127.0.0.1 when constructed. Methods may be called from any thread."""

    def __init__(self, binary, environment, arguments=()):
        self.process = subprocess.Popen(
            [str(binary), "serve", "--http", "127.0.0.1:0", *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=clean_environment(environment))
        self.port, self._drain = listening_port(self.process.stderr)
        self.token = show_token(binary, environment)

    def resident_kib(self):
        """Resident memory now, in KiB."""
        return resident_kib(self.process.pid)

    def headers(self, method, params=None, **more):
        """The headers of a POST; `more` are others of it, or other values, with _ for -."""
        known = wire.headers(MODERN, method, params,
                             [("Authorization", f"Bearer {self.token}")])
        return known | {name.replace("_", "-"): value for name, value in more.items()}

    def raw(self, method, body):
        """The bytes of one POST."""
        return wire.post(self.port, self.headers(method), body)

    def post_body(self, body, headers):
        """Sends one POST; returns its HTTPResponse, unread, and the connection that it is on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/mcp", body, headers)
        return connection.getresponse(), connection

    def post(self, method, params=None, number=1):
        """As post_body, with one request."""
        return self.post_body(wire.message(MODERN, method, params, number),
                              self.headers(method, params))

    def request(self, method, params=None):
        """The result of one request; raises RpcError."""
        answer, connection = self.post(method, params)
        text = answer.read().decode()
        connection.close()
        return wire.result_of(text)

    def call_result(self, tool, arguments=None):
        """The whole result of a tool call, isError or not."""
        return self.request("tools/call", {"name": tool, "arguments": arguments or {}})

    def call(self, tool, arguments=None):
        """structuredContent of a tool call that must succeed."""
        result = self.call_result(tool, arguments)
        if result.get("isError"):
            raise AssertionError(f"{tool} {arguments}: {result['content']}")
        return result["structuredContent"]

    def stop(self):
        """Ends it as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self._drain.join()
        self.process.stderr.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._drain.join()
        self.process.stderr.close()


class EventStream:
    """One subscription and the messages that it brings."""

    def __init__(self, server, notifications, number):
        self._answer, self._connection = server.post(
            "subscriptions/listen", {"notifications": notifications}, number)
        if self._answer.status != 200:
            raise NoAnswer(f"{self._answer.status}: {self._answer.read()!r}")

    def message(self):
        """The next one; None at the end of the stream."""
        for line in iter(self._answer.readline, b""):
            if line.startswith(b"data: {"):
                return json.loads(line[6:])
        return None

    def close(self):
        self._answer.close()
        self._connection.close()
