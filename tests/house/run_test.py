"""The test run itself: what proved nothing is no success."""
import contextlib
import io
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import run  # noqa: E402

SKIPPED = '''
import unittest
class Some{number}(unittest.TestCase):
    def test_passes(self): pass
    @unittest.skip("not here")
    def test_skips(self): pass
    @unittest.expectedFailure
    def test_is_meant_to_fail(self): self.fail()
'''
JUNIT = '''<testsuite><testcase name="unit.x" status="run"><system-out>
[doctest] test cases:  5 |  3 passed | 1 failed | 1 skipped
</system-out></testcase></testsuite>'''
# Takes the place of node: prints what `node --test` prints at its end.
NODE = """#!/bin/sh
printf '# tests 5\\n# pass 2\\n# fail 0\\n# cancelled 0\\n# skipped 2\\n# todo 1\\n'
"""


class RunTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def assert_counts(self, count, passed, failed):
        self.assertEqual((count.passed, count.failed), (passed, failed))

    def test_a_python_test_that_is_skipped_or_meant_to_fail_counts_as_failed(self):
        self.write("skipping_sample.py", SKIPPED.format(number=1))
        self.assert_counts(run.run_python(self.folder, "skipping_sample.py"), 1, 2)

    def test_a_doctest_case_that_is_skipped_counts_as_failed(self):
        self.assert_counts(run.count_junit(self.write("report.xml", JUNIT)), 3, 2)

    def test_a_node_test_that_is_skipped_or_to_do_counts_as_failed(self):
        node = self.write("node", NODE)
        node.chmod(0o700)
        self.write("some.test.mjs", "")
        self.assert_counts(run.run_node(str(node), self.folder, "*.test.mjs"), 2, 3)


if __name__ == "__main__":
    unittest.main()
