"""The scorer itself: each kind of damage must be found in a small document."""
import sys
import unittest
from pathlib import Path
from random import Random
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))
from corpus import score as scoring  # noqa: E402
from corpus.document import CONTEXT, DICTIONARY, FIELD, PATTERN, VARIANT, Builder, Kept, Value  # noqa: E402
from corpus.score import Score  # noqa: E402
from privacy import MUST_BE_ZERO  # noqa: E402


def secret(text, label="password"):
    return Value(text, text, label, FIELD, secret=True)


def document(*parts, is_json=False):
    builder = Builder(Random(1), None)
    return builder.finish("d-1", "note", "".join(p if isinstance(p, str) else builder.put(p) for p in parts), is_json)


def judged(output, *parts, back=None, **more):
    score, made = Score(), document(*parts, **more)
    score.document(made, output, output, made.text if back is None else back)
    score.finish()
    return score


class ScoreTest(unittest.TestCase):
    def assert_found(self, figure, score, times=1):
        self.assertEqual(score.failed[figure], times, score.table())

    def test_what_is_well_replaced_is_no_failure(self):
        score = judged("guest vm-1 at 10.0.0.4\npassword: [secret:x] end", "guest ", Value("kalomi", "kalomi", "guest", DICTIONARY), " at ",
                       Value("1.2.3.4", "1.2.3.4", "ipv4", PATTERN), "\npassword: ", secret("tomatoes7"), " end", back="guest kalomi at 1.2.3.4\npassword: [secret:x] end")
        self.assertEqual(sum(score.failed.values()), 0, score.table())

    def test_six_characters_of_a_secret_are_a_leak(self):
        self.assert_found("leak, field", judged("key [secret]/hunter end", "key ", secret("my-hunter-42"), " end"))
        self.assert_found("leak, field", judged("key [secret]/hunte end", "key ", secret("my-hunter-42"), " end"), 0)

    def test_six_digits_of_a_fingerprint_are_a_leak_and_two_pairs_are_none(self):
        print_of = secret("ab:cd:ef:01:23:45", "cert_fingerprint")
        self.assert_found("leak, field", judged("fp cd:ef:01 end", "fp ", print_of, " end"))
        self.assert_found("leak, field", judged("fp cd:ef:99 end", "fp ", print_of, " end"), 0)

    def test_one_line_of_a_key_is_a_leak(self):
        body = secret("QUJDREVG\nZ2hpamts", "pem")
        self.assert_found("leak, field", judged("key\nZ2hpamts end", "key\n", body, " end"))

    def test_a_value_in_an_encoding_is_judged_by_itself(self):
        packed = Value("first", "cGFja2Vk", "host", VARIANT, inner=[secret("tomatoes7")], whole=False)
        self.assert_found("leak, variant", judged("x dG9tYXRvZXM3 y", "x ", packed, " y"))

    def test_one_word_of_a_name_is_told(self):
        person = Value("Anneke Hrubesch", "Anneke Hrubesch", "person", DICTIONARY)
        self.assert_found("word of a name left", judged("ask person-1 Hrubesch now", "ask ", person, " now"))

    def test_damage_to_the_text_does_not_hide_a_word_that_is_known_here_only(self):
        web = Value("web", "web", "guest", CONTEXT)
        score = judged("VM (web) was halted\nsame", "VM (", web, ") was stopped\nsame")
        self.assert_found("leak, context", score)
        self.assert_found("text between values changed", score)
        self.assert_found("leak, context", judged("VM (vm-1) was halted", "VM (", web, ") was stopped"), 0)

    def test_a_lost_line_is_told_in_documents_with_keys_and_soft_breaks(self):
        for text in ("-----BEGIN X-----\none\ntwo\n", "soft=\none\ntwo\n"):
            self.assert_found("clean line changed", judged(text.replace("\ntwo", ""), text))

    def test_a_kept_part_that_stands_elsewhere_is_lost(self):
        self.assert_found("kept substring lost", judged("port x now\nsee 22", "port ", Kept("22"), " now\nsee xx"))

    def test_equal_separators_do_not_shift_what_replaced_a_value(self):
        one, two = (Value(m, m, "mac", PATTERN) for m in ("aa:bb:cc:00:00:01", "aa:bb:cc:00:00:02"))
        score = judged("MAC=0a:11:22:33:44:01:0a:11:22:33:44:02:08", "MAC=", one, ":", two, ":08")
        self.assertEqual(set(score.pseudonyms), {"0a:11:22:33:44:01", "0a:11:22:33:44:02"})

    def test_two_spellings_of_an_address_have_one_pseudonym_in_two_spellings(self):
        one, two = Value("aa:bb:cc:00:00:01", "aabb.cc00.0001", "mac", PATTERN), Value("2001:db8::1", "2001:DB8:0:0::1", "ipv6", PATTERN)
        parts = [Value("aa:bb:cc:00:00:01", "aa:bb:cc:00:00:01", "mac", PATTERN), " ", one, " ", Value("2001:db8::1", "2001:db8::1", "ipv6", PATTERN), " ", two]
        self.assert_found("values with two pseudonyms", judged("0a:11:22:33:44:01 0a11.2233.4401 fd01::1 FD01:0:0::1", *parts), 0)
        self.assert_found("values with two pseudonyms", judged("0a:11:22:33:44:01 0a11.2233.4402 fd01::1 FD01:0:0::2", *parts), 2)

    def test_an_encoding_has_the_pseudonym_of_its_value(self):
        plain, encoded = Value("kalomi", "kalomi", "guest", DICTIONARY), Value("kalomi", "kalo%6di", "guest/url", VARIANT)
        self.assert_found("encoding with another pseudonym", judged("vm-abc and vm-xyz", plain, " and ", encoded))
        self.assert_found("encoding with another pseudonym", judged("vm-abc and vm-%61bc", plain, " and ", encoded), 0)

    def test_what_stands_around_a_secret_must_come_back(self):
        parts = ["guest ", Value("kalomi", "kalomi", "guest", DICTIONARY), " pw ", secret("tomatoes7"), "\n"]
        self.assert_found("round trip inexact around secrets", judged("guest vm-1 pw [x]\n", *parts, back="guest vm-1 pw [x]\n"))
        self.assert_found("round trip inexact around secrets", judged("guest vm-1 pw [x]\n", *parts, back="guest kalomi pw [x]\n"), 0)

    def test_an_answer_that_was_held_back_is_told(self):
        self.assert_found("answer held back", judged("[secret:text]", "all is well"))

    def test_a_figure_that_nothing_was_checked_for_is_bad(self):
        self.assertEqual(Score().bad(MUST_BE_ZERO), MUST_BE_ZERO)

    def test_a_known_gap_is_counted_apart(self):
        with mock.patch.dict(scoring.KNOWN_GAPS, {"answer held back: note": 1}):
            score = judged("[secret:text]", "all is well")
        self.assert_found("answer held back", score, 0)
        self.assertEqual(score.gaps["answer held back: note"], 1)
        self.assertIn("answer held back: note", score.table())


if __name__ == "__main__":
    unittest.main()
