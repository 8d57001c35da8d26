"""Streamable HTTP under many clients at once."""
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from here import BINARY
from drive import Cluster, EventStream, HttpServer, start_any

STREAMS = 200
BUSY = 8
OVERVIEW = "pve://default/overview"


class ManyClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(BINARY))
        cls.config = cls.cluster.directory / "busy.yml"  # one token for all who are busy here
        cls.config.write_text("limits: {calls_per_minute: 100000000}\n", encoding="utf-8")
        cls.config.chmod(0o600)

    def setUp(self):
        self.server = self.enterContext(HttpServer(
            BINARY, self.cluster.environment(), ["--config", str(self.config)]))

    def listen(self, number):
        stream = EventStream(self.server, {"resourceSubscriptions": [OVERVIEW]}, number)
        self.addCleanup(stream.close)
        return stream

    def keep_busy(self, stop, answered):
        while not stop.is_set():
            self.server.call("changes_list", {"limit": 1})
            answered.release()

    def test_every_subscriber_hears_of_a_change_while_others_call(self):
        streams = [self.listen(number) for number in range(STREAMS)]
        for stream in streams:
            self.assertEqual(stream.message()["method"],
                             "notifications/subscriptions/acknowledged")
        stop = threading.Event()
        answered = [threading.Semaphore(0) for _ in range(BUSY)]
        with ThreadPoolExecutor(BUSY) as pool:
            callers = [pool.submit(self.keep_busy, stop, mine) for mine in answered]
            try:
                self.hear_of_a_start(streams)
                for number, mine in enumerate(answered):
                    while mine.acquire(blocking=False):
                        pass  # answers from before the events
                    self.assertTrue(mine.acquire(timeout=30), f"caller {number} is served too")
            finally:
                stop.set()
            for caller in callers:
                caller.result()

    def hear_of_a_start(self, streams):
        """Starts a guest; every stream tells."""
        start_any(self.server)
        for number, stream in enumerate(streams):
            with self.subTest(stream=number):
                update = stream.message()
                self.assertEqual(update["method"], "notifications/resources/updated")
                self.assertEqual(update["params"]["uri"], OVERVIEW)

    def test_the_end_of_the_server_is_the_result_of_every_subscription(self):
        streams = [self.listen(number) for number in range(20)]
        for stream in streams:
            stream.message()
        self.assertEqual(self.server.stop(), 0)
        for number, stream in enumerate(streams):
            last = stream.message()
            self.assertEqual(last["id"], number)
            self.assertEqual(last["result"]["resultType"], "complete")
            self.assertIsNone(stream.message())

    def test_strangers_are_turned_away_and_others_go_on(self):
        token, self.server.token = self.server.token, "wrong"
        answer, connection = self.server.post("tools/list")
        connection.close()
        self.assertEqual(answer.status, 401)
        self.server.token = token
        self.assertTrue(self.server.request("tools/list")["tools"])


if __name__ == "__main__":
    unittest.main()
