"""What ./dev decides by itself."""
import subprocess
import tempfile
import unittest
from pathlib import Path

DEV = Path(__file__).resolve().parents[2] / "dev"


class DevTest(unittest.TestCase):
    def is_new_enough(self, version):
        """What ./dev says of a node that calls itself this version."""
        with tempfile.TemporaryDirectory() as folder:
            node = Path(folder, "node")
            node.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
            node.chmod(0o700)
            script = f"source {DEV} help >/dev/null; new_enough {node}"
            return subprocess.run(["bash", "-c", script], check=False).returncode == 0

    def test_the_node_that_the_inspector_needs_is_asked_for(self):
        for version in ("", "v18.20.4", "v22.0.0", "v22.9.1", "v22.18.9"):
            self.assertFalse(self.is_new_enough(version), version)
        for version in ("v22.19.0", "v22.20.1", "v24.1.0"):
            self.assertTrue(self.is_new_enough(version), version)


if __name__ == "__main__":
    unittest.main()
