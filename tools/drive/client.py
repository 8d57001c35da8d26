"""A small MCP client for both protocol eras, over the lines of a Server."""
import itertools

from .wire import INFO, MODERN, RpcError, meta


class Client:
    """Speaks `version` from the first request on; legacy versions do the handshake first.

    Notifications that arrive while waiting are kept in `notifications`.
    """

    def __init__(self, server, version=MODERN):
        self.server = server
        self.version = version
        self.notifications = []
        self._ids = itertools.count(1)
        if version == MODERN:
            self.hello = self.request("server/discover")
        else:
            self.hello = self.request("initialize", {
                "protocolVersion": version, "capabilities": {}, "clientInfo": INFO})
            self.notify("notifications/initialized")

    def request(self, method, params=None, timeout=20.0, progress_token=None):
        """The result of one request; raises RpcError or NoAnswer."""
        number = next(self._ids)
        self.server.send({"jsonrpc": "2.0", "id": number, "method": method,
                          "params": self.params(params, progress_token)})
        return self.answer(number, timeout)

    def answer(self, number, timeout=20.0):
        """Waits for the answer to request `number`."""
        while True:
            message = self.server.receive(timeout)
            if message.get("id") == number and "method" not in message:
                break
            self.notifications.append(message)
        if "error" in message:
            raise RpcError(message["error"])
        return message["result"]

    def notify(self, method, params=None):
        self.server.send({"jsonrpc": "2.0", "method": method, "params": self.params(params, None)})

    def params(self, params, progress_token=None):
        """`params` with the `_meta` that this version wants on a request."""
        params, about = dict(params or {}), meta(self.version)
        if progress_token is not None:
            about["progressToken"] = progress_token
        return params | ({"_meta": about} if about else {})

    def call(self, tool, arguments=None, timeout=30.0, progress_token=None):
        """structuredContent of a tool call that must succeed."""
        result = self.call_result(tool, arguments, timeout, progress_token)
        if result.get("isError"):
            raise AssertionError(f"{tool} {arguments}: {text_of(result)}")
        return result["structuredContent"]

    def call_result(self, tool, arguments=None, timeout=30.0, progress_token=None):
        """The whole result of a tool call, isError or not."""
        return self.request("tools/call", {"name": tool, "arguments": arguments or {}}, timeout,
                            progress_token)


def startable(client):
    """Stopped guests without a template, lock or HA in the way, as guest_list gives them."""
    listed = client.call("guest_list", {
        "status": "stopped", "limit": 500,
        "fields": ["name", "type", "node", "status", "template", "lock", "hastate"]})
    return [g for g in listed["guests"]
            if not (g.get("template") or g.get("lock") or g.get("hastate"))]


def start_any(client, **options):
    """Starts the first guest that does start (some are meant to fail); returns the answer."""
    refusals = []
    for guest in startable(client):
        result = client.call_result("guest_start", {"guest": guest["name"]}, **options)
        if not result.get("isError"):
            return result["structuredContent"]
        refusals.append(text_of(result))
    raise AssertionError(f"no guest could be started: {refusals}")


def text_of(result):
    """The text blocks of a tool result."""
    return "\n".join(c.get("text", "") for c in result.get("content", []))
