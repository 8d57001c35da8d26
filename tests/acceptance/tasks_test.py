"""Tasks of the protocol between processes that share a state directory, as a client's windows do."""
import itertools
import unittest

import here  # noqa: F401
from drive import MODERN, Client, Cluster, Server, startable
from here import BINARY

ENDLESS = 600_000  # milliseconds
EXTENSION = "io.modelcontextprotocol/tasks"


class TaskClient(Client):
    """Declares tasks with every request."""

    def params(self, params, progress_token=None):
        params = super().params(params, progress_token)
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {
            "extensions": {EXTENSION: {}}}
        return params

    def begin(self, guest):
        """Starts a guest as a task; the task's id."""
        result = self.request("tools/call", {"name": "guest_start", "arguments": {"guest": guest}})
        return result.get("taskId")

    def listen(self, task):
        self.server.send({"jsonrpc": "2.0", "id": "listen", "method": "subscriptions/listen",
                          "params": self.params({"notifications": {"taskIds": [task]}})})

    def news(self, task, status):
        """The next notification that says this of the task."""
        while True:
            message = self.server.receive()
            params = message.get("params", {})
            if message.get("method") == "notifications/tasks" and params["taskId"] == task:
                if params["status"] == status:
                    return params


class SharedTasksTest(unittest.TestCase):
    def open(self, work_time):
        """Two windows on a cluster whose starts take so many milliseconds."""
        self.cluster = Cluster(BINARY, work_time=work_time)
        self.addCleanup(self.cluster.stop)
        self.here = self.window()
        self.there = self.window()

    def window(self):
        server = Server(BINARY, self.cluster.environment())
        self.addCleanup(server.__exit__)
        return TaskClient(server, MODERN)

    def begin_any(self):
        """A task that is still at work in `here`."""
        for guest in itertools.islice(startable(self.here), 8):
            task = self.here.begin(guest["vmid"])
            if task and self.here.request("tasks/get", {"taskId": task})["status"] == "working":
                return task
        raise AssertionError("no start took long enough to be cancelled")

    def test_a_task_that_another_window_cancels_is_stopped_and_told_here(self):
        self.open(ENDLESS)
        task = self.begin_any()
        self.here.listen(task)
        self.here.news(task, "working")
        self.there.request("tasks/cancel", {"taskId": task})
        self.here.news(task, "cancelled")
        self.assertEqual(self.there.request("tasks/get", {"taskId": task})["status"], "cancelled")

    def test_a_task_of_a_killed_window_can_be_cancelled(self):
        self.open(ENDLESS)
        task = self.begin_any()
        self.here.server.kill()
        self.there.request("tasks/cancel", {"taskId": task})
        self.assertEqual(self.there.request("tasks/get", {"taskId": task})["status"], "cancelled")

    def test_what_one_window_begins_another_hears_the_end_of(self):
        self.open(4000)
        task = self.begin_any()
        self.there.listen(task)
        self.assertIn("result", self.there.news(task, "completed"))


if __name__ == "__main__":
    unittest.main()
