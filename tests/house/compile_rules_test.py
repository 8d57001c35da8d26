"""The compiler of the built-in privacy rules: what it refuses, with file and line, and what it writes."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import compile_rules  # noqa: E402
from rule_shapes import Addresses, Classed, Patterns, Rows, Ruled, RuleError, Words, a_letter, a_number, a_text  # noqa: E402
from rule_tables import FILES  # noqa: E402


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def compiled(self, text, shapes):
        """What one file is compiled to."""
        Path(self.folder, "x.yml").write_text(text, encoding="utf-8")
        compile_rules.compile_rules(self.folder, self.folder / "out", {"x": shapes})
        return Path(self.folder, "out/x.h").read_text(encoding="utf-8")

    def refused(self, text, shapes, line, what):
        with self.assertRaises(RuleError) as caught:
            self.compiled(text, shapes)
        error = caught.exception
        self.assertEqual((error.line, Path(error.file).name), (line, "x.yml"), error)
        self.assertIn(what, str(error))
        self.assertTrue(str(error).startswith(f"{self.folder}/x.yml:{line}: error: "), error)


class WordsTest(Folder):
    def test_words_of_all_groups_are_one_sorted_array(self):
        text = self.compiled("a:\n  one: [b, 'no']\n  two: [a, ö]\n", {"a": Words()})
        self.assertIn('kA[] = {\n    "a",\n    "b",\n    "no",\n    "ö",\n};', text)
        self.assertIn("namespace pmx::anonymize::rules::x {", text)

    def test_a_word_twice_is_refused_even_in_two_groups(self):
        self.refused("a:\n  one: [x]\n  two:\n    [w,\n     x]\n", {"a": Words()}, 5, "stands in line 2 already")

    def test_words_that_are_not_sorted_are_refused(self):
        self.refused("a: [b,\n  a]\n", {"a": Words()}, 2, '"a" must stand before "b"')
        self.compiled("a: [b, a]\n", {"a": Words(ordered=True)})

    def test_an_empty_list_and_an_empty_word_are_refused(self):
        self.refused("a: []\n", {"a": Words()}, 1, "is empty")
        self.refused("b: [x]\na:\n", {"b": Words(), "a": Words()}, 2, "must be a list")
        self.refused("a:\n  - ''\n", {"a": Words()}, 2, "is empty")

    def test_a_word_that_yaml_takes_for_something_else_needs_quotes(self):
        self.refused("a:\n - no\n", {"a": Words()}, 2, "needs quotes")
        self.refused("a:\n - 12\n", {"a": Words()}, 2, "needs quotes")
        self.compiled("a: ['12', 'no']\n", {"a": Words()})

    def test_capitals_are_refused_where_words_are_in_lower_case(self):
        self.refused("a: [Ab]\n", {"a": Words()}, 1, "lower case")
        self.compiled("a: [Ab]\n", {"a": Words(is_lower=False)})

    def test_a_control_character_is_refused(self):
        self.refused('a: ["a\\x07"]\n', {"a": Words()}, 1, "control character")

    def test_marks_of_cpp_are_escaped(self):
        self.assertIn('"\\"\\\\\\n"', self.compiled('a: ["\\"\\\\\\n"]\n', {"a": Words()}))


class TablesTest(Folder):
    def test_a_table_that_nobody_reads_is_refused(self):
        self.refused("a: [x]\nb: [x]\n", {"a": Words()}, 2, 'there is no table "b"')

    def test_a_table_twice_and_a_missing_one_are_refused(self):
        self.refused("a: [x]\na: [y]\n", {"a": Words()}, 2, "twice")
        self.refused("a: [x]\n", {"a": Words(), "b": Words()}, 1, '"b" is missing')

    def test_what_is_no_yaml_is_refused(self):
        self.refused("a: [x]\nb: [\n", {"a": Words(), "b": Words()}, 3, "is no YAML")
        self.refused("- a\n", {"a": Words()}, 1, "must be tables")

    def test_a_file_that_nobody_reads_and_a_missing_one_are_refused(self):
        Path(self.folder, "more.yml").write_text("a: [x]\n", encoding="utf-8")
        with self.assertRaises(RuleError) as caught:
            self.compiled("a: [x]\n", {"a": Words()})
        self.assertEqual(Path(caught.exception.file).name, "more.yml")
        with self.assertRaises(RuleError):
            compile_rules.compile_rules(self.folder, None, {"gone": {"a": Words()}})


class RowsTest(Folder):
    COLUMNS = {"a": Rows("Flag", ("command", a_text, None), ("letter", a_letter, None), ("words", a_number, "0"))}

    def test_rows_stay_in_their_order_and_have_defaults(self):
        text = self.compiled("a:\n- {command: z, letter: p}\n- {command: a, letter: p, words: 2}\n", self.COLUMNS)
        self.assertIn("""Flag kA[] = {\n    {"z", 'p', 0},\n    {"a", 'p', 2},\n};""", text)

    def test_a_column_that_is_unknown_or_missing_is_refused(self):
        self.refused("a:\n- {command: z, letter: p}\n- {command: z, leter: q}\n", self.COLUMNS, 3, '"letter" is missing')
        self.refused("a:\n- {command: z, letter: p, word: 1}\n", self.COLUMNS, 2, '"word"')

    def test_a_value_of_another_form_is_refused(self):
        self.refused("a:\n- {command: z, letter: pq}\n", self.COLUMNS, 2, "a letter")
        self.refused("a:\n- {command: z, letter: p, words: two}\n", self.COLUMNS, 2, "a number")
        self.refused("a:\n- {command: [z], letter: p}\n", self.COLUMNS, 2, "must be a text")

    def test_a_row_twice_is_refused(self):
        self.refused("a:\n- {command: z, letter: p}\n- {command: z, letter: p}\n", self.COLUMNS, 3, "line 2 already")


class FieldsTest(Folder):
    FIELDS = {"fields": Ruled()}

    def test_groups_become_one_sorted_table(self):
        text = self.compiled("fields:\n- {is: secret, placeholder: key, words: [psk]}\n"
                             "- {is: name, class: storage, learn: true, words: [store]}\n- {is: dn, words: [dn]}\n", self.FIELDS)
        self.assertIn('    {"dn", {Treatment::kDn, Kind::kName, "", false}},\n'
                      '    {"psk", {Treatment::kSecret, Kind::kName, "key", false}},\n'
                      '    {"store", {Treatment::kName, Kind::kStorage, "", true}},\n', text)

    def test_a_word_in_two_groups_is_refused(self):
        self.refused("fields:\n- {is: dn, words: [x]}\n- {is: host, words: [x]}\n", self.FIELDS, 3, "line 2 already")

    def test_what_a_rule_says_must_be_known_and_fit(self):
        self.refused("fields:\n- {is: hidden, words: [x]}\n", self.FIELDS, 2, 'no treatment "hidden"')
        self.refused("fields:\n- {is: name, class: box, words: [x]}\n", self.FIELDS, 2, 'no class "box"')
        self.refused("fields:\n- {is: secret, words: [x]}\n", self.FIELDS, 2, "placeholder")
        self.refused("fields:\n- {is: dn, placeholder: x, words: [x]}\n", self.FIELDS, 2, "placeholder")
        self.refused("fields:\n- {is: name, words: [x]}\n", self.FIELDS, 2, "a name has a class")
        self.refused("fields:\n- {is: dn, learn: 'no', words: [x]}\n", self.FIELDS, 2, "learn")
        self.refused("fields:\n- {is: dn}\n", self.FIELDS, 2, '"words" is missing')
        self.refused("fields:\n- {words: [x]}\n", self.FIELDS, 2, '"is" is missing')
        self.refused("fields:\n- {is: dn, words: [x], wrods: [y]}\n", self.FIELDS, 2, '"wrods"')
        self.refused("fields:\n- {is: dn, is: dn, words: [x]}\n", self.FIELDS, 2, "twice")

    def test_words_by_class(self):
        text = self.compiled("a:\n  storage: [dir, nfs]\n  realm: [ad]\n", {"a": Classed()})
        self.assertIn('    {"ad", Kind::kRealm},\n    {"dir", Kind::kStorage},\n', text)
        self.refused("a:\n  storage: [dir]\n  realm: [dir]\n", {"a": Classed()}, 3, "already")


class AddressesTest(Folder):
    def test_addresses_become_numbers(self):
        self.assertIn("0x08080404", self.compiled("a: [8.8.4.4]\n", {"a": Addresses(4)}))
        self.assertIn("{0xfe80, 0x0000, ", self.compiled("a: ['fe80::1']\n", {"a": Addresses(6)}))

    def test_what_is_none_of_the_version_is_refused(self):
        self.refused("a: [8.8.4]\n", {"a": Addresses(4)}, 1, "8.8.4")
        self.refused("a: [8.8.4.4]\n", {"a": Addresses(6)}, 1, "IPv6")


class PatternsTest(Folder):
    SHAPES = {"tokens": Patterns()}

    def heads(self, pattern):
        text = self.compiled(f"tokens:\n- {{pattern: '{pattern}', class: secret}}\n", self.SHAPES)
        return text[text.index("kTokensHeads[] = {") + 19:text.index("};")].split()

    def test_the_heads_of_a_pattern_follow_from_it(self):
        self.assertEqual(self.heads("gh[po]_[a-z]{20,}"), ['{"gho",', "24},", '{"ghp",', "24},"])
        self.assertEqual(self.heads("p(?:ve|bs)[12]-(?:arm-)?[0-9]{4}"), ['{"pve",', "9},", '{"pbs",', "9},"])
        self.assertEqual(self.heads("AQ[AB][A-Z/]{30}=="), ['{"AQA",', "3},", '{"AQB",', "3},"])

    def test_all_patterns_are_one_expression_in_their_order(self):
        text = self.compiled("tokens:\n- {pattern: 'b-c\\.d+', class: secret}\n- {pattern: 'abc', class: secret}\n", self.SHAPES)
        self.assertIn('kTokens[] =\n    "(b-c\\\\.d+"\n    "|abc"\n    ")";', text)

    def test_a_pattern_that_begins_anyhow_is_refused(self):
        for pattern in ("[a-z]{9}", "ab", "(", "x:abc", "^abc", ".abc"):
            self.refused(f"tokens:\n- {{pattern: '{pattern}', class: secret}}\n", self.SHAPES, 2, "")

    def test_another_class_is_refused(self):
        self.refused("tokens:\n- {pattern: abc, class: name}\n", self.SHAPES, 2, "must be secret")


class ToolTest(Folder):
    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, ROOT / "tools/compile_rules.py", *arguments], capture_output=True, text=True,
                              check=False)

    def test_the_rules_of_the_product_compile_and_every_rule_is_listed_with_its_line(self):
        done = self.run_tool("--rules", ROOT / "anonymize/rules", "--out", self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        listed = Path(self.folder, "entries.tsv").read_text(encoding="utf-8").splitlines()
        self.assertEqual({line.split("\t")[0] for line in listed}, {f"{name}.yml" for name in FILES})
        files = {name: Path(ROOT, f"anonymize/rules/{name}.yml").read_text(encoding="utf-8").splitlines() for name in FILES}
        for line in listed:
            file, number, _, text = line.split("\t")
            self.assertIn(text.split(": ")[0].split(" ")[0].replace("'", "''"), files[file.removesuffix(".yml")][int(number) - 1].replace("'", "''"))

    def test_a_bad_rule_ends_it_with_file_and_line(self):
        done = self.run_tool("--rules", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("keep.yml:0: error: is missing", done.stderr)

    def test_what_says_the_same_is_not_written_again(self):
        self.compiled("a: [x]\n", {"a": Words()})
        before = Path(self.folder, "out/x.h").stat().st_mtime_ns
        self.compiled("# a comment\n\na: [x]\n", {"a": Words()})
        self.assertEqual(Path(self.folder, "out/x.h").stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
