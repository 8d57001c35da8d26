"""The seeded corpus in the test run: what must be 0 is 0."""
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from privacy import MUST_BE_ZERO, ROOT, measure  # noqa: E402

BINARY = Path(os.environ.get("PROXMOX_MPC_BINARY", ROOT / "build/release/proxmox-mpc"))
SEED, DOCUMENTS = 20261127, 1200


class PrivacyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.score, _ = measure(BINARY, SEED, DOCUMENTS)

    def test_the_corpus_holds_every_kind_of_value_and_document(self):
        for figure, least in {"leak, pattern": 2000, "leak, field": 1000, "leak, dictionary": 5000, "leak, variant": 200,
                              "leak, context": 100, "clean line changed": 1000, "round trip inexact": 400}.items():
            self.assertGreater(self.score.total[figure], least, figure)

    def test_nothing_leaks_and_nothing_else_is_touched(self):
        for figure in MUST_BE_ZERO:
            with self.subTest(figure=figure):
                self.assertEqual(self.score.failed[figure], 0, "\n".join(self.score.examples[figure][:10]))


if __name__ == "__main__":
    unittest.main()
