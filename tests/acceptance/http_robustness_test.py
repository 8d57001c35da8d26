"""Hostile clients over HTTP: each costs only itself. Whatever one does, others are served meanwhile,
and the server neither ends nor grows."""
import json
import socket
import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
from drive import MODERN, EventStream, HttpServer, start_any
from drive.wire import message
from here import BINARY

MIB = 1 << 20
GROWTH = 16 * MIB  # a quarter of the largest body that is sent here
OVERVIEW = {"resourceSubscriptions": ["pve://default/overview"]}
STALLED = 20  # answers to others without a byte taken here: this client is not read any more


class Listening(HttpServer):
    """`serve --demo --http` on a free port, with a state directory of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        config = Path(self.folder.name, "busy.yml")
        config.write_text("limits: {calls_per_minute: 100000000}\n", encoding="utf-8")
        config.chmod(0o600)
        super().__init__(BINARY, {"HOME": self.folder.name,
                                  "PROXMOX_MPC_STATE_DIR": self.folder.name + "/state"},
                         ["--demo", "--config", str(config)])

    def end(self):
        """Its exit code."""
        code = self.stop()
        self.folder.cleanup()
        return code

    def resident(self):
        return self.resident_kib() * 1024

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def exchange(self, body, method="tools/list", **more):
        """(status, headers, body) of one POST on a connection of its own."""
        answer, connection = self.post_body(body, self.headers(method, **more))
        try:
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()


def modern(method, **params):
    return message(MODERN, method, params).encode()


def status_of(connection):
    """The status code that the server sent."""
    with connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])


class HostileClientsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Listening()
        for _ in range(20):
            cls.server.exchange(modern("tools/list"))

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
        self.server.call("cluster_overview")
        self.assertIsNone(self.server.process.poll())
        self.assertLess(self.server.resident() - self.before, GROWTH)

    def assert_refused(self, body, code):
        status, headers, answer = self.server.exchange(body)
        self.assertEqual((status, headers["Content-Type"]), (400, "application/json"))
        self.assertEqual(json.loads(answer)["error"]["code"], code)
        self.assert_unharmed()

    def test_two_hundred_clients_that_never_finish_their_headers(self):
        for _ in range(200):
            self.connect().sendall(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for connection in self.open:
            connection.sendall(b"a")
        self.assert_unharmed()

    def send_until_stalled(self, connection, stream):
        """The bytes of `stream`, over and over, that were taken before nothing more was."""
        connection.setblocking(False)
        sent = stalled = 0
        while stalled < STALLED and sent < 64 * MIB:  # it is not read that far
            try:
                sent += connection.send(stream[sent % len(stream):])
                stalled = 0
            except BlockingIOError:
                stalled += 1
                self.server.call("cluster_overview")
        return sent

    def test_a_client_that_sends_ahead_and_never_reads(self):
        connection = self.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = self.server.raw("tools/list", modern("tools/list"))
        self.assertLess(self.send_until_stalled(connection, request * 64), 64 * MIB)
        self.assert_unharmed()

    def listen(self, number):
        stream = EventStream(self.server, OVERVIEW, number)
        self.addCleanup(stream.close)
        self.assertEqual(stream.message()["method"], "notifications/subscriptions/acknowledged")
        return stream

    def test_subscriptions_that_nobody_reads(self):
        for number in range(100):
            self.listen(number)
        witness = self.listen(100)
        for _ in range(3):
            start_any(self.server)
            self.assertEqual(witness.message()["method"], "notifications/resources/updated")
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
        for _ in range(64 * MIB // 0x10000):
            connection.sendall(chunk)  # what follows the refusal is taken, so that no reset overtakes it
        self.assertEqual(status_of(connection), 413)
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
        plain = self.server.exchange(modern("tools/list"))
        offered = self.server.exchange(modern("tools/list"), Accept_Encoding="br, gzip;q=0.5")
        self.assertEqual(offered[0], 200)
        self.assertNotIn("Content-Encoding", offered[1])
        self.assertEqual(offered[2], plain[2])


if __name__ == "__main__":
    unittest.main()
