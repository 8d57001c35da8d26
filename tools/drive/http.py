"""`proxmox-mpc serve --http` as a child process, spoken to in 2026-07-28: each POST stands alone."""
import http.client
import json
import re
import signal
import subprocess
import threading

from .client import INFO, META, MODERN, RpcError
from .server import NoAnswer, clean_environment


def listening_port(stderr):
    """Reads the standard error of a server that starts up to the line that names its port."""
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
        self.port = listening_port(self.process.stderr)
        self._drain = threading.Thread(target=self.process.stderr.read, daemon=True)
        self._drain.start()
        self.token = show_token(binary, environment)

    def post(self, method, params=None, number=1):
        """Sends one request; returns its HTTPResponse, unread, and the connection that it is on."""
        params = dict(params or {}) | {"_meta": {
            META + "protocolVersion": MODERN, META + "clientCapabilities": {},
            META + "clientInfo": INFO}}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}",
                   "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN,
                   "Mcp-Method": method}
        if "name" in params:
            headers["Mcp-Name"] = params["name"]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/mcp", json.dumps(
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}), headers)
        return connection.getresponse(), connection

    def request(self, method, params=None):
        """The result of one request; raises RpcError."""
        answer, connection = self.post(method, params)
        text = answer.read().decode()
        connection.close()
        data = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
        message = json.loads(data[-1] if data else text)
        if "error" in message:
            raise RpcError(message["error"])
        return message["result"]

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
