"""Every known name, planted in every kind of document in every encoding: what leaves, and what is known to fail."""
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutation import CODES, PAYLOADS, measure  # noqa: E402
from privacy import ROOT  # noqa: E402

BINARY = Path(os.environ.get("PROXMOX_MPC_BINARY", ROOT / "build/release/proxmox-mpc"))
SEED = 20261128
# What is known to fail, at most, and of how many that are judged, at least. A bound may only fall, and nothing is ever taken out of
# the garden. Of a document that is held back nothing else is judged, and no round trip where a secret was hidden.
KNOWN = {
    "held back": (0, 5400),
    "not idempotent": (0, 5400),
    "planted name left": (2, 53000),       # part of a longer name of the document that is not known (yarsalhul)
    "planted word left": (0, 7190),
    "round trip inexact": (0, 2820),
}


class MutationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.verdict, cls.grown = measure(BINARY, SEED, at_once=12)[:2]
        print(cls.verdict.table(0))

    def test_every_name_is_planted_in_every_kind_and_encoding(self):
        self.assertGreaterEqual(len(PAYLOADS), 50)
        self.assertEqual(len(CODES), 12)
        planted = {(g.document.kind, p.encoding, p.value) for g in self.grown for p in g.plants}
        values = {p.value for g in self.grown for p in g.plants}
        self.assertEqual(len(planted), len(PAYLOADS) * len(CODES) * len(values))

    def test_no_document_changes_its_shape(self):
        self.assertEqual(self.verdict.failed["JSON broken"], 0)
        self.assertGreater(self.verdict.total["JSON broken"], 1000)

    def test_what_is_known_to_fail_fails_no_more_often(self):
        for figure, (bound, judged) in KNOWN.items():
            with self.subTest(figure=figure):
                self.assertGreaterEqual(self.verdict.total[figure], judged)
                self.assertLessEqual(self.verdict.failed[figure], bound, "\n".join(self.verdict.examples[figure][:10]))


if __name__ == "__main__":
    unittest.main()
