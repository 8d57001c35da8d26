#!/usr/bin/env python3
"""Compiles the built-in privacy rules, anonymize/rules/*.yml, to C++ tables.

    tools/compile_rules.py --rules anonymize/rules --out DIR    DIR/NAME.h of each NAME.yml, DIR/entries.tsv
    tools/compile_rules.py --rules anonymize/rules              change nothing, only check

The first bad rule ends it with exit code 1 and FILE:LINE: error: what is wrong. tools/rule_tables.py says which
tables a file has and of what form each of them is.
"""
import argparse
import sys
from pathlib import Path

import yaml

import rule_tables
from rule_shapes import RuleError

HEAD = """// Compiled by tools/compile_rules.py from anonymize/rules/{name}.yml, which says what it is.
#pragma once

#include "anonymize/rule_rows.h"

namespace pmx::anonymize::rules::{name} {{

"""
TAIL = "}}  // namespace pmx::anonymize::rules::{name}\n"


def compose(text):
    """The nodes of a document; their texts are what stands in the file, whatever YAML takes them for."""
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "no YAML"
        raise RuleError(mark.line + 1 if mark else 1, f"is no YAML: {what}") from error


def read_file(text, shapes):
    """(name of the table, its rows) for each table, in the order of the file."""
    root = compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise RuleError(1, "must be tables with names")
    tables = {}
    for key, node in root.value:
        line, name = key.start_mark.line + 1, key.value
        if name in tables:
            raise RuleError(line, f"the table \"{name}\" stands here twice")
        if name not in shapes:
            raise RuleError(line, f"there is no table \"{name}\" in this file; it has {', '.join(shapes)}")
        tables[name] = shapes[name].read(node)
    for name in shapes:
        if name not in tables:
            raise RuleError(1, f"the table \"{name}\" is missing")
    return tables


def constant(name):
    """kSecondLevel of second-level."""
    return "k" + "".join(word.capitalize() for word in name.split("-"))


def header(name, tables, shapes):
    text = HEAD.format(name=name)
    for table, rows in tables.items():
        text += shapes[table].declare(constant(table), rows) + "\n"
    return text + TAIL.format(name=name)


def entries(name, tables, shapes):
    """A line of each rule: file, line, table, text."""
    escapes = str.maketrans({"\t": "\\t", "\n": "\\n"})
    return "".join(f"{name}.yml\t{row.line}\t{table}\t{row.text.translate(escapes)}\n"
                   for table, rows in tables.items()
                   for row in (rows if shapes[table].ordered else sorted(rows, key=lambda r: r.line)))


def write(path, text):
    """What says the same stays as it is, so that nothing is built again because of it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def compile_rules(folder, out, files=None):
    """Writes the tables of all files to `out`, when there is one. RuleErrors have their file."""
    files = rule_tables.FILES if files is None else files
    listing = ""
    for name, shapes in files.items():
        path = Path(folder, f"{name}.yml")
        try:
            if not path.is_file():
                raise RuleError(0, "is missing")
            tables = read_file(path.read_text(encoding="utf-8"), shapes)
        except RuleError as error:
            raise RuleError(error.line, error.what, path) from error
        if out:
            write(Path(out, f"{name}.h"), header(name, tables, shapes))
        listing += entries(name, tables, shapes)
    for path in sorted(Path(folder).glob("*.y*ml")):
        if path.name not in {f"{name}.yml" for name in files}:
            raise RuleError(0, "no table is read from this file; tools/rule_tables.py names those that are", path)
    if out:
        write(Path(out, "entries.tsv"), listing)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", required=True, help="the folder of the rules")
    parser.add_argument("--out", help="the folder for what is compiled")
    arguments = parser.parse_args()
    try:
        compile_rules(arguments.rules, arguments.out)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
