"""The bytes of MCP requests, as files for bench_load."""
import json
import tempfile
from pathlib import Path

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
ID = 1000000  # what bench_load replaces, kIdPlace in load.h
META = "io.modelcontextprotocol/"
INFO = {"name": "bench", "version": "1"}
ECHO = ("tools/call", {"name": "echo", "arguments": {"text": "hello world"}})
LARGE = ("tools/call", {"name": "large", "arguments": {"text": "hello world"}})
LIST = ("tools/list", {})


def message(era, method, params):
    """One JSON-RPC request as text, with the _meta that 2026-07-28 wants."""
    if era == MODERN:
        params = params | {"_meta": {META + "protocolVersion": MODERN,
                                     META + "clientCapabilities": {}, META + "clientInfo": INFO}}
    return json.dumps({"jsonrpc": "2.0", "id": ID, "method": method, "params": params},
                      separators=(",", ":"))


def initialize():
    return message(LEGACY, "initialize",
                   {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": INFO})


def headers(era, method, params, more=()):
    """The headers of a POST; `more` are those of the server: token, session."""
    lines = [("Content-Type", "application/json"),
             ("Accept", "application/json, text/event-stream"), *more]
    if method != "initialize":
        lines.append(("MCP-Protocol-Version", era))
    if era == MODERN:
        lines.append(("Mcp-Method", method))
        if "name" in params:
            lines.append(("Mcp-Name", params["name"]))
    return lines


def post(era, port, method, params, more=()):
    """The same POST as bytes."""
    body = message(era, method, params).encode()
    lines = [("Host", f"127.0.0.1:{port}"), *headers(era, method, params, more),
             ("Content-Length", str(len(body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


class Requests:
    """A folder with requests; each is written once."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="proxmox-mpc-bench-")
        self._files = {}

    def file(self, content):
        if content not in self._files:
            path = Path(self._folder.name, str(len(self._files)))
            path.write_bytes(content)
            self._files[content] = str(path)
        return self._files[content]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()
