#!/usr/bin/env python3
"""Checks that the source tree keeps the rules of docs/design.md, section "The house".

Prints one line per violation, "file:line: rule: what is wrong", and exits 1 when there is any.
Rules: include directions, confined third-party headers, include cycles, CMake links, file length,
banned code, a README per folder, a complete set of files per tool, words that must not be committed,
files and tests that docs/protocol.md names.

    tools/check_house.py [--root DIR]
"""
import argparse
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

# Folder -> the folders it may include and link. The order is the order of the house, top first.
MAY_INCLUDE = {
    "base": set(),
    "schemas": set(),
    "proxmox": {"base", "schemas"},
    "anonymize": {"base"},
    "state": {"base", "anonymize"},
    "prompts": {"base"},
    "mcp": {"base", "schemas"},
    "ops": {"base", "schemas", "proxmox", "anonymize", "state"},
    "sim": {"base", "schemas", "proxmox"},
    "app": {"base", "schemas", "proxmox", "anonymize", "state", "prompts", "mcp", "ops", "sim"},
}

# Where a folder may see only part of another: (from, to) -> allowed headers.
ONLY_HEADERS = {
    ("state", "anonymize"): {"anonymize/mapping.h", "anonymize/kind.h"},
    ("sim", "proxmox"): {"proxmox/model.h", "proxmox/upid.h"},
}

# Third-party header (by pattern) -> the files that may include it (by pattern). Tests are free.
CONFINED = [
    (r"httplib\.h", r"proxmox/httplib_http\.cpp"),
    (r"boost/.*", r"mcp/transport/.*|sim/server\.cpp|sim/asio_src\.cpp"),
    (r"sqlite3\.h", r"state/sqlite\.(h|cpp)"),
    (r"re2/.*", r"anonymize/.*|mcp/schema/pattern\.cpp|sim/(pattern|verify)\.cpp"),
    (r"openssl/.*",
     r"base/crypto\.cpp|proxmox/(httplib_http|tls|wire)\.cpp|sim/(certificate|server)\.cpp"),
    (r"spdlog/.*", r"base/log\.cpp"),
    (r"CLI/.*|CLI11.*", r"app/cli[^/]*(/.*)?"),
    (r"yaml-cpp/.*", r"base/yaml\.cpp"),
    (r"nlohmann/.*", r"base/json\.(h|cpp)"),
]

BANNED_CODE = [
    (r"\bdetach\s*\(", "a detached thread outlives its owner; use base/executor.h"),
    (r"\bsleep_(for|until)\b|\b(u|nano)sleep\s*\(", "a sleep cannot be cancelled; wait on the clock"),
    (r"\bstd::regex\b", "std::regex overflows the stack; use RE2"),
]
BANNED_TEXT = [
    (r"\b(TO" r"DO|FIX" r"ME)\b", "open work belongs into an issue"),
]
# Brackets keep each pattern from matching its own source.
FORBIDDEN_WORDS = [
    (r"(?<![\w.-])/wor[k]/", "a path of one machine"),
    (r"(?<![\w/.-])share[d]/(?=[a-z])|\.\./share[d]/", "a folder outside the repository"),
    (r"npmjs[.]org|deb[.]debian[.]org|pypi[.]org|pythonhosted[.]org|crates[.]io|proxy[.]golang"
     r"|repo1?[.]maven", "the host of a package registry"),
]

PROTOCOL = "docs/protocol.md"
MAX_LINES = 700
CODE = {".h", ".cpp"}
SOURCE = CODE | {".py", ".mjs", ".cmake"}
TEXT = SOURCE | {".md", ".txt", ".json", ".jsonl", ".yml", ".1", ".bash", ".zsh", ".fish", ".in", ""}
SKIPPED = {".git", "build", ".cache", "node_modules", "__pycache__"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


@dataclass(frozen=True, order=True)
class Violation:
    """One broken rule. `line` is 0 when the whole file (or a missing file) is meant."""

    file: str
    line: int
    rule: str
    what: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.rule}: {self.what}"


class Tree:
    """The files of a source tree, read once. Paths are relative with forward slashes."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = {}
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(d for d in folders if d not in SKIPPED)
            for name in sorted(names):
                path = Path(folder, name)
                if name not in SKIPPED and path.is_file() and path.suffix in TEXT:
                    relative = path.relative_to(self.root).as_posix()
                    self.files[relative] = path.read_text(encoding="utf-8", errors="replace")

    def having(self, suffixes):
        return {f: text for f, text in self.files.items() if Path(f).suffix in suffixes}

    def folders(self):
        return [f for f in MAY_INCLUDE if any(p.startswith(f + "/") for p in self.files)]


def without_comments(text):
    """The code with comments and string contents blanked; line numbers stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"', re.S)

    def blank(match):
        found = match.group(0)
        if found.startswith(('"', "R")):
            return '""' + "\n" * found.count("\n")
        return "\n" * found.count("\n")

    return pattern.sub(blank, text)


def includes(text):
    """(line, is_quoted, header) of each #include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def top(path):
    return path.split("/", 1)[0]


def check_includes(tree):
    for file, text in tree.having(CODE).items():
        folder = top(file)
        for line, quoted, header in includes(text):
            target = top(header)
            if quoted and folder in MAY_INCLUDE and "/" in header:
                yield from include_direction(file, line, folder, target, header)
            if folder != "tests":
                yield from confinement(file, line, header)


def include_direction(file, line, folder, target, header):
    if target == "tests":
        yield Violation(file, line, "include", "the product never includes tests/")
    elif target in MAY_INCLUDE and target != folder:
        if target not in MAY_INCLUDE[folder]:
            yield Violation(file, line, "include", f"{folder}/ may not include {target}/")
        elif header not in ONLY_HEADERS.get((folder, target), {header}):
            yield Violation(file, line, "include", f"{folder}/ may not see {header}")


def confinement(file, line, header):
    for headers, places in CONFINED:
        if re.fullmatch(headers, header) and not re.fullmatch(places, file):
            yield Violation(file, line, "confined", f"<{header}> is confined to {places}")


def include_graph(tree):
    code = tree.having(CODE)
    graph = {}
    for file, text in code.items():
        edges = []
        for line, quoted, header in includes(text):
            beside = (Path(file).parent / header).as_posix()
            target = header if header in code else beside
            if quoted and target in code:
                edges.append((target, line))
        graph[file] = edges
    return graph


def check_cycles(tree):
    graph = include_graph(tree)
    state = {}

    def visit(file, trail):
        state[file] = "open"
        for target, line in graph[file]:
            if state.get(target) == "open":
                cycle = trail[trail.index(target):] + [target]
                yield Violation(file, line, "cycle", " -> ".join(cycle))
            elif target not in state:
                yield from visit(target, trail + [target])
        state[file] = "done"

    for file in sorted(graph):
        if file not in state:
            yield from visit(file, [file])


def check_links(tree):
    """pmx_* names in <folder>/CMakeLists.txt: only allowed folders, and every folder included."""
    links = {}
    for folder in tree.folders():
        text = tree.files.get(f"{folder}/CMakeLists.txt", "")
        links[folder] = set()
        for number, line in enumerate(text.splitlines(), 1):
            for name in re.findall(r"\bpmx_([a-z]+)\b", line.split("#")[0]):
                if name in MAY_INCLUDE and name != folder:
                    links[folder].add(name)
                    if name not in MAY_INCLUDE[folder]:
                        yield Violation(f"{folder}/CMakeLists.txt", number, "link",
                                        f"pmx_{folder} may not link pmx_{name}")
    yield from unlinked_includes(tree, links)


def unlinked_includes(tree, links):
    reachable = {folder: reach(folder, links) for folder in links}
    for file, text in tree.having(CODE).items():
        folder = top(file)
        if f"{folder}/CMakeLists.txt" not in tree.files or folder not in links:
            continue
        for line, quoted, header in includes(text):
            target = top(header)
            allowed = target in MAY_INCLUDE.get(folder, set()) and "/" in header
            if quoted and allowed and target not in reachable[folder]:
                yield Violation(file, line, "link", f"pmx_{folder} does not link pmx_{target}")


def reach(folder, links):
    seen, todo = set(), [folder]
    while todo:
        for name in links.get(todo.pop(), ()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def check_length(tree):
    for file, text in tree.having(SOURCE).items():
        lines = text.count("\n")
        if lines > MAX_LINES:
            yield Violation(file, lines, "length", f"{lines} lines, at most {MAX_LINES}")


def matches(file, text, patterns, rule):
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, why in patterns:
            if re.search(pattern, line):
                yield Violation(file, number, rule, why)


def check_banned(tree):
    for file, text in tree.having(CODE).items():
        yield from matches(file, without_comments(text), BANNED_CODE, "banned")
    for file, text in tree.having(SOURCE).items():
        yield from matches(file, text, BANNED_TEXT, "banned")


def check_words(tree):
    for file, text in tree.files.items():
        if not file.startswith("schemas/pve/"):
            yield from matches(file, text, FORBIDDEN_WORDS, "word")


def check_readmes(tree):
    for folder in tree.folders() + ["tests", "tools"]:
        present = any(f.startswith(folder + "/") for f in tree.files)
        if present and f"{folder}/README.md" not in tree.files:
            yield Violation(f"{folder}/README.md", 0, "readme", "every folder says what lives in it")


def check_tools(tree):
    documents = "\n".join(t for f, t in tree.files.items() if f == "README.md" or f.startswith("docs/"))
    tests = {Path(f).name for f in tree.files if f.startswith("tests/unit/app/")}
    for file, text in tree.files.items():
        if re.fullmatch(r"schemas/tools/[^/]+\.json", file):
            yield from one_tool(tree, file, text, documents, tests)


def one_tool(tree, file, text, documents, tests):
    tool = Path(file).stem
    try:
        name = json.loads(text).get("name")
    except ValueError as error:
        yield Violation(file, getattr(error, "lineno", 0), "tool", f"not JSON: {error}")
        return
    if name != tool:
        yield Violation(file, 0, "tool", f'its "name" is {name!r}, not the name of the file')
    if f"app/tools/{tool}.cpp" not in tree.files:
        yield Violation(file, 0, "tool", f"app/tools/{tool}.cpp is missing")
    if f"{tool}_test.cpp" not in tests:
        yield Violation(file, 0, "tool", f"tests/unit/app/tools/{tool}_test.cpp is missing")
    if f"`{tool}`" not in documents:
        yield Violation(file, 0, "tool", f"`{tool}` is in no document; run tools/gen_docs.py")


def test_titles(tree):
    """The titles of all tests: doctest cases, Python methods, Node tests."""
    titles = set()
    for file, text in tree.having(SOURCE).items():
        if not file.startswith("tests/"):
            continue
        titles.update(re.findall(r"\bdef (test_\w+)\(", text))
        titles.update(re.findall(r"^\s*test\('([^']*)'", text, re.M))
        for literals in re.findall(r'TEST_CASE\(\s*((?:"(?:\\.|[^"\\])*"\s*)+)\)', text):
            titles.add("".join(re.findall(r'"((?:\\.|[^"\\])*)"', literals)))
    return titles


def check_protocol(tree):
    """Each clause of docs/protocol.md names files and tests that exist."""
    titles = test_titles(tree)
    places = set(tree.files) | {f"{parent.as_posix()}/" for f in tree.files for parent in Path(f).parents}
    for number, line in enumerate(tree.files.get(PROTOCOL, "").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "a server must" or set(line) <= set("|-"):
            continue
        for name, known in [(1, places), (2, titles)]:
            named = re.findall(r"`([^`]*)`", cells[name]) if len(cells) == 3 else []
            if not named:
                yield Violation(PROTOCOL, number, "protocol", "names no file or no test")
            for missing in set(named) - known:
                yield Violation(PROTOCOL, number, "protocol", f"there is no {missing}")


CHECKS = [check_includes, check_cycles, check_links, check_length, check_banned, check_words,
          check_readmes, check_tools, check_protocol]


def violations(root):
    """All violations of the tree at `root`, sorted."""
    tree = Tree(root)
    return sorted({v for check in CHECKS for v in check(tree)})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=Path(__file__).resolve().parent.parent)
    found = violations(parser.parse_args().root)
    for violation in found:
        print(violation)
    print(f"house check: {len(found)} violations" if found else "house check: clean", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
