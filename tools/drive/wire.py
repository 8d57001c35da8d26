"""MCP over HTTP as bytes: messages, the headers of a POST, whole POSTs, and what an answer says."""
import json

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
META = "io.modelcontextprotocol/"
INFO = {"name": "drive", "version": "1"}


class RpcError(Exception):
    """A JSON-RPC error answer; `error` is its error object."""

    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.error = error


def meta(version):
    """The `_meta` that a request of this version carries."""
    if version != MODERN:
        return {}
    return {META + "protocolVersion": MODERN, META + "clientCapabilities": {},
            META + "clientInfo": INFO}


def message(version, method, params=None, number=1):
    """One JSON-RPC request as text."""
    params = dict(params or {})
    if about := meta(version):
        params["_meta"] = about
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params},
                      separators=(",", ":"))


def initialize(number=1):
    """The request that opens a session of the older version."""
    return message(LEGACY, "initialize", {"protocolVersion": LEGACY, "capabilities": {},
                                          "clientInfo": INFO}, number)


def headers(version, method, params=None, more=()):
    """The headers of a POST; `more` are those of the server: token, session."""
    found = {"Content-Type": "application/json",
             "Accept": "application/json, text/event-stream", **dict(more)}
    if method != "initialize":
        found["MCP-Protocol-Version"] = version
    if version == MODERN:
        found["Mcp-Method"] = method
        if "name" in (params or {}):
            found["Mcp-Name"] = params["name"]
    return found


def post(port, fields, body):
    """A POST with these headers and this body, as bytes."""
    lines = {"Host": f"127.0.0.1:{port}", **fields, "Content-Length": len(body)}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


def answer_of(text):
    """The JSON-RPC message of an answer: its body, or the last event of its stream."""
    events = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
    return json.loads(events[-1] if events else text)


def result_of(text):
    """The result of an answer; raises RpcError."""
    answer = answer_of(text)
    if "error" in answer:
        raise RpcError(answer["error"])
    return answer["result"]
