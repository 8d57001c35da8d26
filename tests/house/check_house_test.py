"""The house check must find each kind of fault: every test feeds it a small bad tree."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import check_house  # noqa: E402


def tool_files(name):
    """A complete tool, as files."""
    return {
        f"schemas/tools/{name}.json": json.dumps({"name": name}),
        f"app/tools/{name}.cpp": "int x;\n",
        f"tests/unit/app/tools/{name}_test.cpp": "int y;\n",
        "README.md": f"`{name}`\n",
        "app/README.md": "a\n", "schemas/README.md": "s\n", "tests/README.md": "t\n",
    }


class HouseTest(unittest.TestCase):
    def found(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check_house.violations(root)

    def expect(self, rule, file, files, line=None):
        """Exactly one violation of `rule`, at file:line. Missing READMEs of the tree do not count."""
        found = [v for v in self.found(files) if v.rule == rule]
        self.assertEqual([v.file for v in found], [file], found)
        if line is not None:
            self.assertEqual(found[0].line, line)

    def clean(self, files):
        self.assertEqual([v for v in self.found(files) if v.rule != "readme"], [])

    def test_the_project_itself_is_read_and_has_files(self):
        tree = check_house.Tree(Path(__file__).resolve().parents[2])
        self.assertIn("base/result.h", tree.files)

    def test_a_lower_folder_may_not_include_a_higher_one(self):
        self.expect("include", "base/a.h", {"base/a.h": '\n#include "state/b.h"\n'}, line=2)

    def test_what_a_clause_of_the_protocol_names_exists(self):
        head = "| a server must | kept in | shown by |\n|---|---|---|\n"
        files = {"mcp/a.cpp": "int a;\n",
                 "tests/unit/a_test.cpp": 'TEST_CASE("a: is one, "\n  "and two") {}\n',
                 "tests/b_test.py": "    def test_b(self):\n",
                 "tests/c.test.mjs": "test('c is', () => {});\n"}

        def document(row):
            return files | {"docs/protocol.md": f"{head}{row}\n"}

        self.clean(document("| x | `mcp/a.cpp`, `mcp/` | `a: is one, and two`; `test_b`; `c is` |"))
        for row in ("| x | `mcp/b.cpp` | `test_b` |", "| x | `mcp/a.cpp` | `a: is one,` |",
                    "| x | `mcp/a.cpp` | none |", "| x | here | `test_b` |", "| x | `mcp/a.cpp` |"):
            found = [v for v in self.found(document(row)) if v.rule == "protocol"]
            self.assertEqual({v.line for v in found}, {3}, row)

    def test_siblings_do_not_see_each_other(self):
        self.expect("include", "mcp/server/a.cpp", {"mcp/server/a.cpp": '#include "proxmox/b.h"\n'})

    def test_state_sees_only_the_map_interface_of_anonymize(self):
        self.clean({"state/a.h": '#include "anonymize/mapping.h"\n'})
        self.expect("include", "state/a.h", {"state/a.h": '#include "anonymize/engine.h"\n'})

    def test_the_simulator_sees_only_the_model_of_proxmox(self):
        self.clean({"sim/a.h": '#include "proxmox/model.h"\n'})
        self.expect("include", "sim/a.h", {"sim/a.h": '#include "proxmox/client.h"\n'})

    def test_the_product_never_includes_tests(self):
        self.expect("include", "app/a.cpp", {"app/a.cpp": '#include "tests/unit/fake.h"\n'})

    def test_every_confined_header_is_found_outside_its_place(self):
        headers = ["httplib.h", "boost/asio.hpp", "sqlite3.h", "re2/re2.h", "openssl/evp.h",
                   "spdlog/spdlog.h", "CLI/CLI.hpp", "yaml-cpp/yaml.h", "nlohmann/json.hpp"]
        for header in headers:
            with self.subTest(header):
                self.expect("confined", "ops/a.cpp", {"ops/a.cpp": f"#include <{header}>\n"}, line=1)

    def test_confined_headers_are_allowed_in_their_place_and_in_tests(self):
        self.clean({
            "proxmox/httplib_http.cpp": "#include <httplib.h>\n#include <openssl/x509.h>\n",
            "state/sqlite.h": "#include <sqlite3.h>\n",
            "base/json.h": "#include <nlohmann/json.hpp>\n",
            "app/cli_serve.cpp": "#include <CLI/CLI.hpp>\n",
            "tests/unit/state/a_test.cpp": "#include <sqlite3.h>\n",
        })

    def test_an_include_cycle_is_found_and_named(self):
        files = {"base/a.h": '#include "base/b.h"\n', "base/b.h": '#include "base/c.h"\n',
                 "base/c.h": '#include "base/a.h"\n'}
        self.expect("cycle", "base/c.h", files)
        cycle = [v.what for v in self.found(files) if v.rule == "cycle"][0]
        self.assertEqual(cycle, "base/a.h -> base/b.h -> base/c.h -> base/a.h")

    def test_a_diamond_is_no_cycle(self):
        self.clean({"base/a.h": '#include "base/b.h"\n#include "base/c.h"\n',
                    "base/b.h": '#include "base/d.h"\n', "base/c.h": '#include "base/d.h"\n',
                    "base/d.h": "\n"})

    def test_a_link_against_the_include_rule_is_found(self):
        self.expect("link", "mcp/CMakeLists.txt",
                    {"mcp/CMakeLists.txt": "pmx_library(mcp\n  PUBLIC pmx_base\n  PRIVATE pmx_state)\n"},
                    line=3)

    def test_an_included_folder_must_be_linked(self):
        files = {"mcp/CMakeLists.txt": "pmx_library(mcp PUBLIC pmx_base)\n",
                 "mcp/a.cpp": '#include "base/json.h"\n#include "schemas/embedded.h"\n'}
        self.expect("link", "mcp/a.cpp", files, line=2)

    def test_a_link_through_another_library_counts(self):
        self.clean({"ops/CMakeLists.txt": "pmx_library(ops PUBLIC pmx_state)\n",
                    "state/CMakeLists.txt": "pmx_library(state PUBLIC pmx_base)\n",
                    "ops/a.cpp": '#include "base/json.h"\n'})

    def test_a_long_file_is_found(self):
        self.clean({"base/a.cpp": "int x;\n" * 700})
        self.expect("length", "base/a.cpp", {"base/a.cpp": "int x;\n" * 701})

    def test_banned_calls_are_found_in_code_only(self):
        for call in ["t.detach();", "std::this_thread::sleep_for(1s);", "std::regex r;"]:
            with self.subTest(call):
                self.expect("banned", "base/a.cpp", {"base/a.cpp": f"\n\n{call}\n"}, line=3)
        self.clean({"base/a.cpp": '// never t.detach();\nauto s = "x.detach()";\n'})

    def test_open_work_is_found_in_comments_too(self):
        self.expect("banned", "base/a.h", {"base/a.h": "// TO" "DO: later\n"}, line=1)

    def test_forbidden_words_are_found(self):
        for word in ["/wor" "k/x", "../share" "d/notes.md", "https://registry.npmjs" ".org/x"]:
            with self.subTest(word):
                self.expect("word", "docs/a.md", {"docs/a.md": f"see {word}\n"}, line=1)
        self.clean({"docs/a.md": "workers share a lock; std::shared_ptr; is_shared/local\n"})

    def test_a_folder_without_readme_is_found(self):
        self.expect("readme", "base/README.md", {"base/a.h": "\n"})

    def test_a_complete_tool_is_clean(self):
        self.assertEqual(self.found(tool_files("guest_list")), [])

    def test_each_missing_part_of_a_tool_is_found(self):
        for part in ["app/tools/guest_list.cpp", "tests/unit/app/tools/guest_list_test.cpp"]:
            with self.subTest(part):
                files = tool_files("guest_list")
                del files[part]
                self.expect("tool", "schemas/tools/guest_list.json", files)
        self.expect("tool", "schemas/tools/guest_list.json",
                    tool_files("guest_list") | {"README.md": "nothing\n"})

    def test_a_tool_schema_with_another_name_is_found(self):
        files = tool_files("guest_list") | {"schemas/tools/guest_list.json": '{"name": "x"}'}
        self.expect("tool", "schemas/tools/guest_list.json", files)

    def test_a_tool_schema_that_is_not_json_is_found(self):
        files = tool_files("guest_list") | {"schemas/tools/guest_list.json": "{"}
        self.expect("tool", "schemas/tools/guest_list.json", files)


if __name__ == "__main__":
    unittest.main()
