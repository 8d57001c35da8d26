"""The simulator against what clusters of both releases answered; and the comparer itself."""
import os
import unittest
from pathlib import Path

import condense
import replay
from shapes import shape_of

BINARY = os.environ.get("PROXMOX_MPC_BINARY",
                        Path(__file__).resolve().parents[2] / "build/release/proxmox-mpc")
# Percent of the recorded answers that the simulator gives too; they only rise. A point below
# what is reached: sixty seconds pass in one, and what a loaded machine sends late finds later states.
LEAST = {"8.4": 97.2, "9.2": 97.0}


class RecordedTest(unittest.TestCase):
    def test_the_lab_answers_as_real_clusters_did(self):
        for version, least in LEAST.items():
            with self.subTest(version):
                results = replay.replay(str(BINARY), version, [])
                percent = replay.report(version, results, {}, show=0)
                self.assertGreaterEqual(percent, least)


class ShapesTest(unittest.TestCase):
    def test_values_do_not_count_and_keys_and_types_do(self):
        self.assertEqual(shape_of({"a": 1, "b": ["x"]}), shape_of({"b": ["y", "z"], "a": 2.5}))
        for other in ({"a": "1", "b": ["x"]}, {"a": 1}, {"a": 1, "b": []}, {"a": 1, "b": [1]},
                      {"a": None, "b": ["x"]}, {"a": True, "b": ["x"]}):
            self.assertNotEqual(shape_of({"a": 1, "b": ["x"]}), shape_of(other))

    def test_items_of_a_list_are_one_with_all_their_keys(self):
        self.assertEqual(shape_of([{"a": 1}, {"b": "x"}]), "[{a:n,b:s}]")
        self.assertEqual(shape_of([{"a": 1}, {"a": "1"}]), "[{a:n|s}]")
        self.assertEqual(shape_of([{"a": [1]}, {"a": []}]), "[{a:[n]}]")
        self.assertEqual(shape_of([{"a": 1}, {"__truncated__": 40}]), "[{a:n}]")

    def test_resources_are_compared_by_their_type(self):
        rows = [{"id": "node/x", "type": "node", "cpu": 1}, {"id": "qemu/1", "type": "qemu"}]
        self.assertEqual(shape_of(rows), "[{cpu:n,id:s,type:s};{id:s,type:s}]")


class CondenseTest(unittest.TestCase):
    def test_what_an_answer_made_up_is_asked_for_by_its_place(self):
        upid = "UPID:pve1:0000AB12:0009F25E:6B017D0B:qmstart:100:root@pam:"
        records = [
            {"id": "a-1", "group": "a", "note": "",
             "request": {"method": "POST", "path": "/x", "query": {}, "body": None, "node": "pve1",
                         "content_type": None, "auth": "token", "as": "root@pam!rec"},
             "response": {"status": 200, "reason": "OK", "json": {"data": upid}}},
            {"id": "a-2", "group": "a", "note": "",
             "request": {"method": "GET", "path": "/tasks/" + upid.replace(":", "%3A").replace(
                 "@", "%40"), "query": {}, "body": None, "node": "pve2", "content_type": None,
                         "auth": "token", "as": "root@pam!rec"},
             "response": {"status": 400, "reason": "no",
                          "json": {"data": None, "errors": {"b": "x", "a": "y"}}}},
            {"id": "a-3", "group": "a", "action": "node-down", "node": "pve3", "request": None}]
        first, second, third = condense.condensed(records)
        self.assertEqual(first["answer"], {"status": 200, "reason": "OK", "shape": "{data:s}"})
        self.assertEqual(second["request"]["path"], "/tasks/{{a-1 /data}}")
        self.assertEqual(second["request"]["node"], "pve2")
        self.assertEqual(second["answer"]["errors"], ["a", "b"])
        self.assertEqual(third, {"id": "a-3", "group": "a", "action": "node-down", "node": "pve3"})


class DifferencesTest(unittest.TestCase):
    EXPECTED = {"status": 500, "reason": "died at /x line 12.", "shape": "{data:z,message:s}"}

    def seen(self, **changes):
        answer = {"status": 500, "reason": "died at /x line 7.",
                  "json": {"data": None, "message": "m"}}
        return [what for what, _, _ in replay.differences(self.EXPECTED, {**answer, **changes})]

    def test_line_numbers_are_no_difference_and_the_rest_is(self):
        self.assertEqual(self.seen(), [])
        self.assertEqual(self.seen(status=501), ["status"])
        self.assertEqual(self.seen(reason="died at /y line 7."), ["reason"])
        self.assertEqual(self.seen(json={"data": None}), ["shape"])
        self.assertEqual(self.seen(json={"data": None, "message": "m", "errors": {"a": "b"}}),
                         ["errors"])
        self.assertEqual(self.seen(json=None, text="plain"), ["shape", "text"])


if __name__ == "__main__":
    unittest.main()
