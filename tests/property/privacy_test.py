"""The seeded corpus in the test run: what must be 0 is 0, and what is known to fail fails no more often."""
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from corpus.gaps import KNOWN_GAPS, OTHER_AUTHORS  # noqa: E402
from privacy import MUST_BE_ZERO, ROOT, measure  # noqa: E402

BINARY = Path(os.environ.get("PROXMOX_MPC_BINARY", ROOT / "build/release/proxmox-mpc"))
SEED, DOCUMENTS = 20261128, 2000
# What an author's documents say nothing of.
UNMARKED = {"second": ["kept substring lost", "encoding with another pseudonym"], "third": ["encoding with another pseudonym"],
            "fourth": ["encoding with another pseudonym"], "fifth": ["encoding with another pseudonym"],
            "sixth": ["encoding with another pseudonym"]}


class PrivacyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.score, _ = measure(BINARY, SEED, DOCUMENTS)
        print("\n".join(cls.score.gap_rows(0)))

    def test_the_corpus_holds_every_kind_of_value_and_document(self):
        for figure, least in {"leak, pattern": 4000, "leak, field": 2500, "leak, dictionary": 10000, "leak, variant": 900,
                              "leak, context": 300, "clean line changed": 4000, "round trip inexact": 1000,
                              "round trip inexact around secrets": 600, "encoding with another pseudonym": 600}.items():
            self.assertGreater(self.score.total[figure], least, figure)

    def test_nothing_leaks_and_nothing_else_is_touched(self):
        bad = self.score.bad(MUST_BE_ZERO)
        for figure in MUST_BE_ZERO:
            with self.subTest(figure=figure):
                self.assertNotIn(figure, bad, "\n".join(self.score.examples[figure][:10] or ["nothing was checked"]))

    def test_what_is_known_to_fail_fails_no_more_often(self):
        for gap, bound in KNOWN_GAPS.items():
            with self.subTest(gap=gap):
                self.assertLessEqual(self.score.gaps[gap], bound, "\n".join(self.score.gap_examples[gap][:10]))


class OtherAuthorsTest(unittest.TestCase):
    def test_documents_of_those_who_had_not_seen_the_engine_fail_no_more_often(self):
        for family, known in OTHER_AUTHORS.items():
            score, _ = measure(BINARY, SEED, DOCUMENTS, family=family)
            self.assertGreater(score.total["leak, dictionary"], 5000)
            for figure in MUST_BE_ZERO:
                with self.subTest(family=family, figure=figure):
                    self.assertEqual(score.total[figure] == 0, figure in UNMARKED[family])
                    self.assertLessEqual(score.failed[figure], known.get(figure, 0), "\n".join(score.examples[figure][:10]))


if __name__ == "__main__":
    unittest.main()
