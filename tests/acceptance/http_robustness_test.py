"""Hostile clients over HTTP: each costs only itself. Whatever one does, others are served meanwhile,
and the server neither ends nor grows."""
import http.client
import json
import re
import signal
import socket
import subprocess
import tempfile
import unittest

import here  # noqa: F401
from drive.server import clean_environment
from here import BINARY

MODERN = "2026-07-28"
MIB = 1 << 20
GROWTH = 16 * MIB  # a quarter of the largest body that is sent here


class Listening:
    """`serve --demo --http` on a free port, with a state directory of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        environment = clean_environment({"HOME": self.folder.name,
                                         "PROXMOX_MPC_STATE_DIR": self.folder.name + "/state"})
        self.process = subprocess.Popen(
            [BINARY, "serve", "--demo", "--http", "127.0.0.1:0"], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"serves MCP at http://127\.0\.0\.1:(\d+)/mcp", line)
            if found:
                break
        else:
            raise AssertionError("the server did not listen")
        self.port = int(found[1])
        self.token = subprocess.run([BINARY, "token", "show"], env=environment, check=True,
                                    capture_output=True, text=True).stdout.strip()

    def end(self):
        """Its exit code; ends it if it runs."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.process.stderr.close()
        self.folder.cleanup()
        return code

    def resident(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def headers(self, method="tools/list", **more):
        known = {"Host": f"127.0.0.1:{self.port}", "Authorization": f"Bearer {self.token}",
                 "Content-Type": "application/json",
                 "Accept": "application/json, text/event-stream",
                 "MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        return known | {name.replace("_", "-"): value for name, value in more.items()}

    def raw(self, method, body, **more):
        """The bytes of one POST."""
        lines = [f"{name}: {value}" for name, value in self.headers(method, **more).items()]
        head = "\r\n".join(["POST /mcp HTTP/1.1", *lines, f"Content-Length: {len(body)}"])
        return head.encode() + b"\r\n\r\n" + body

    def post(self, body, method="tools/list", **more):
        """(status, headers, body) of one POST on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/mcp", body, self.headers(method, **more))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()


def modern(method, **params):
    params["_meta"] = {"io.modelcontextprotocol/protocolVersion": MODERN,
                       "io.modelcontextprotocol/clientCapabilities": {}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def status_of(connection):
    """The status code that the server sent, or None when it only closed the connection."""
    try:
        line = connection.makefile("rb").readline()
    except ConnectionError:
        return None
    return int(line.split()[1]) if line else None


class HostileClientsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Listening()
        for _ in range(20):
            cls.server.post(modern("tools/list"))

    @classmethod
    def tearDownClass(cls):
        code = cls.server.end()
        assert code == 0, f"the server ended with {code}"

    def setUp(self):
        self.before = self.server.resident()
        self.open = []
        self.addCleanup(self.close_all)

    def close_all(self):
        for connection in self.open:
            connection.close()

    def connect(self):
        connection = self.server.connect()
        self.open.append(connection)
        return connection

    def assert_unharmed(self):
        """Another client gets its answer, and nothing was kept."""
        body = modern("tools/call", name="cluster_overview", arguments={})
        status, _, answer = self.server.post(body, "tools/call", Mcp_Name="cluster_overview")
        self.assertEqual(status, 200)
        self.assertNotIn("isError", json.loads(answer)["result"])
        self.assertIsNone(self.server.process.poll())
        self.assertLess(self.server.resident() - self.before, GROWTH)

    def assert_refused(self, body, code):
        status, headers, answer = self.server.post(body)
        self.assertEqual((status, headers["Content-Type"]), (400, "application/json"))
        self.assertEqual(json.loads(answer)["error"]["code"], code)
        self.assert_unharmed()

    def test_two_hundred_clients_that_never_finish_their_headers(self):
        for _ in range(200):
            self.connect().sendall(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for connection in self.open:
            connection.sendall(b"a")
        self.assert_unharmed()

    def test_a_client_that_sends_ahead_and_never_reads(self):
        request = self.server.raw("tools/list", modern("tools/list"))
        connection = self.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(1)
        sent = 0
        try:
            while sent < 64 * MIB:  # it is not read that far
                sent += connection.send(request * 64)
        except TimeoutError:
            pass
        self.assertLess(sent, 64 * MIB)
        self.assert_unharmed()

    def test_subscriptions_that_nobody_reads(self):
        body = modern("subscriptions/listen", notifications={"resourcesListChanged": True})
        for _ in range(100):
            self.connect().sendall(self.server.raw("subscriptions/listen", body))
        self.assert_unharmed()

    def test_a_body_of_64_mb_with_its_length(self):
        connection = self.connect()
        connection.sendall(self.server.raw("tools/list", b"").replace(
            b"Content-Length: 0", b"Content-Length: %d" % (64 * MIB)))
        self.assertEqual(status_of(connection), 413)
        self.assert_unharmed()

    def test_a_body_of_64_mb_in_chunks(self):
        connection = self.connect()
        connection.sendall(self.server.raw("tools/list", b"").replace(
            b"Content-Length: 0", b"Transfer-Encoding: chunked"))
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            for _ in range(64 * MIB // 0x10000):
                connection.sendall(chunk)
        except ConnectionError:
            pass
        self.assertIn(status_of(connection), (413, None))  # a reset may overtake the answer
        self.assert_unharmed()

    def test_json_that_is_ten_thousand_deep(self):
        self.assert_refused(b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":'
                            + b"[" * 10_000 + b"]" * 10_000 + b"}}", -32600)

    def test_invalid_utf_8(self):
        for bad in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
            self.assert_refused(modern("tools/list").replace(b"tools/list", b"tools/" + bad), -32700)

    def test_a_thousand_clients_that_come_and_go(self):
        whole = self.server.raw("tools/list", modern("tools/list"))
        for number in range(1000):
            with self.server.connect() as connection:
                connection.sendall(whole[:number * len(whole) // 999])
        self.assert_unharmed()

    def test_offered_compression_costs_nothing(self):
        plain = self.server.post(modern("tools/list"))
        offered = self.server.post(modern("tools/list"), Accept_Encoding="br, gzip;q=0.5")
        self.assertEqual(offered[0], 200)
        self.assertNotIn("Content-Encoding", offered[1])
        self.assertEqual(offered[2], plain[2])


if __name__ == "__main__":
    unittest.main()
