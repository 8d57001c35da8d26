"""The generated tool table: fresh after a run, found stale after a change."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/gen_docs.py"
sys.path.insert(0, str(TOOL.parent))
import gen_docs  # noqa: E402


class GenDocsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        Path(self.root, "schemas/tools").mkdir(parents=True)
        self.readme = Path(self.root, "README.md")
        self.readme.write_text(f"# x\n{gen_docs.BEGIN}\n{gen_docs.END}\nend\n", encoding="utf-8")
        self.add("guest_start", False, {"guest": {}, "timeout": {}}, ["guest"])

    def add(self, name, read_only, properties, required):
        Path(self.root, f"schemas/tools/{name}.json").write_text(json.dumps({
            "name": name, "description": "Does it. And more.",
            "annotations": {"readOnlyHint": read_only},
            "inputSchema": {"properties": properties, "required": required}}), encoding="utf-8")

    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, TOOL, "--root", self.root, *arguments],
                              capture_output=True, text=True, check=False)

    def test_the_table_is_written_between_the_markers(self):
        self.assertEqual(self.run_tool().returncode, 0)
        text = self.readme.read_text(encoding="utf-8")
        self.assertIn("| `guest_start` | Does it. | **guest**, timeout | operate |", text)
        self.assertTrue(text.startswith("# x\n"))
        self.assertTrue(text.endswith("end\n"))

    def test_check_finds_a_stale_table_and_changes_nothing(self):
        self.run_tool()
        self.assertEqual(self.run_tool("--check").returncode, 0)
        self.add("task_get", True, {"task": {}}, ["task"])
        before = self.readme.read_text(encoding="utf-8")
        done = self.run_tool("--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("stale", done.stderr)
        self.assertEqual(self.readme.read_text(encoding="utf-8"), before)

    def test_a_document_without_markers_is_an_error(self):
        self.readme.write_text("nothing\n", encoding="utf-8")
        self.assertNotEqual(self.run_tool("--check").returncode, 0)


if __name__ == "__main__":
    unittest.main()
