"""The tables of the bench: a goal is judged, or the bench says that it was not."""
import contextlib
import io
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
from tables import Table  # noqa: E402


class TablesTest(unittest.TestCase):
    def setUp(self):
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))
        self.enterContext(mock.patch.multiple(Table, judged=0, missed=0))
        self.table = Table("some figures")

    def test_goals_are_counted_and_so_are_those_missed(self):
        self.table.row("met", 3, 2, (">=", 1))
        self.table.bound("missed", 3, ("<=", 1))
        self.table.row("without a goal", 3, 2)
        self.assertEqual((Table.judged, Table.missed), (2, 1))

    def test_a_goal_that_cannot_be_judged_is_an_error(self):
        with self.assertRaises(RuntimeError):
            self.table.row("nothing came", 3, 0, (">=", 1))
        with self.assertRaises(RuntimeError):
            self.table.row("nothing to compare with", 3, None, (">=", 1))


if __name__ == "__main__":
    unittest.main()
