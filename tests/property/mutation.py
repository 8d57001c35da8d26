#!/usr/bin/env python3
"""Plants every known name at random places of every kind of document, in every encoding, and prints what leaves.

    tests/property/mutation.py --seed 7
"""
import argparse
import json
import random
import re
import secrets
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from corpus.document import VARIANT, Builder, Document
from corpus.generate import KINDS
from corpus.prose import ENCODINGS
from corpus.score import HELD_BACK, difference, folded, read_json, readings, shape, stands_as_word
from corpus.world import SHORT_GUESTS, WORD_GUESTS, World
from privacy import ROOT, Tool

# Six spellings that keep bytes, four that do not, wide letters, and letters with something invisible between them.
CHOSEN = ("plain", "upper", "url", "double-url", "json", "html", "base64-0", "base64-1", "base64-2", "hex", "wide", "zero-width")
CODES = {name: encode for name, _, encode in ENCODINGS if name in CHOSEN}
PAYLOADS = sorted(set(KINDS), key=lambda kind: kind.__name__)
# What may stand around a planted value: all that ends a word.
AROUND = [(" ", " "), (" (", ") "), (" '", "' "), ("\n", "\n"), (" =", " "), (" /", "/ "), (" <", "> "), (", ", ", ")]
PLACE = re.compile(r"(?<=[ ,;\n])")
# Where a name that is an English word is one.
CONTEXTS = {"guest": ["VM {n} ({v})", "qm set {n} --name {v}", "hostname: {v}", "VM Name: {v}"],
            "storage": ["/mnt/pve/{v}/images/{n}", "{v}:vm-{n}-disk-0"], "token": ["root@pam!{v}"]}
WORDS = {*WORD_GUESTS, *SHORT_GUESTS, "backup", "terraform"}


@dataclass
class Plant:
    """One value at one place. `text` is the value, or the words that make it one."""
    value: str
    kind: str
    text: str
    encoding: str

    @property
    def is_word(self):
        return self.text != self.value


@dataclass
class Grown:
    """A document with what was planted in it."""
    document: Document
    plants: list = field(default_factory=list)


def known_values(world):
    """(category, value) of each value that the tool is told."""
    for category, values in world.names().items():
        for value in values:
            yield category.removesuffix("s"), value["name"] if isinstance(value, dict) else value


def plant_of(rng, category, value, encoding):
    if value not in WORDS:
        return Plant(value, category, value, encoding)
    number = rng.randint(10**6, 10**7)
    return Plant(value, category, rng.choice(CONTEXTS[category]).format(v=value, n=number), encoding)


def put_into(rng, text, mark):
    """The text with a mark at a place between two words."""
    at = rng.choice([0, len(text), *(m.start() for m in PLACE.finditer(text))])
    left, right = rng.choice(AROUND)
    return text[:at] + left + mark + right + text[at:]


def string_places(value, found):
    """(container, key) of each string of a JSON value."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, str):
            found.append((value, key))
        elif isinstance(item, (dict, list)):
            string_places(item, found)
    return found


def grow(rng, world, kind, ident, plants):
    """A document of this kind with the plants in it."""
    builder = Builder(rng, world)
    content = kind(builder)
    if not isinstance(content, str):
        content = json.loads(json.dumps(content))   # no part may occur twice
    places = [] if isinstance(content, str) else string_places(content, []) or [(content, "note")]
    for plant in plants:
        mark = builder.value(plant.value, plant.kind, VARIANT, surface=CODES[plant.encoding](plant.text), whole=False)
        if isinstance(content, str):
            content = put_into(rng, content, mark)
        else:
            container, key = rng.choice(places)
            container[key] = put_into(rng, container.get(key, "") if isinstance(container, dict) else container[key], mark)
    finish = builder.finish if isinstance(content, str) else builder.finish_json
    return Grown(finish(ident, kind.__name__, content), plants)


def garden(seed, at_once):
    """The world, and for every kind and encoding documents in which all known values are planted, `at_once` in each."""
    rng = random.Random(f"mutation {seed}")
    world = World(rng)
    values = sorted(set(known_values(world)))
    grown = []
    for kind in PAYLOADS:
        for encoding in CODES:
            rng.shuffle(values)
            for begin in range(0, len(values), at_once):
                plants = [plant_of(rng, c, v, encoding) for c, v in values[begin:begin + at_once]]
                grown.append(grow(rng, world, kind, f"{kind.__name__}-{encoding}-{begin}", plants))
    return world, grown


class Verdict:
    """What was found, by figure; examples of each failure."""

    def __init__(self):
        self.total, self.failed, self.by_encoding = Counter(), Counter(), Counter()
        self.examples = defaultdict(list)

    def judge(self, figure, good, example, encoding=""):
        self.total[figure] += 1
        if good:
            return
        self.failed[figure] += 1
        self.by_encoding[figure, encoding] += 1
        self.examples[figure].append(example)

    def grown(self, one, output, again, back):
        document = one.document
        encoding = one.plants[0].encoding
        self.judge("held back", output != HELD_BACK, document.text, encoding)
        if output == HELD_BACK:
            return
        seen = readings(output)
        for plant in one.plants:
            self.judge("planted word left" if plant.is_word else "planted name left", not left_in(plant, seen, output), f"{document.id}: {plant.value!r} as {plant.text!r} in {around(plant, output)!r}", encoding)
        self.judge("not idempotent", output == again, f"{document.id}: {difference(output, again)}", encoding)
        secret = document.has_secret or output.count("[secret:") > document.text.count("[secret:")   # planted in a secret's place
        if not secret and "W3NlY3JldDp" not in output:   # nor in base64
            self.judge("round trip inexact", back == document.text, f"{document.id}: {difference(document.text, back)}", encoding)
        if document.json:
            self.judge("JSON broken", shape_of(output) == shape_of(document.text), document.id, encoding)

    def table(self, examples):
        rows = [f"{figure:24} {self.failed[figure]:6} of {self.total[figure]}" for figure in sorted(self.total)]
        rows += [f"    {figure:24} {encoding:12} {count}" for (figure, encoding), count in sorted(self.by_encoding.items())]
        for figure, found in sorted(self.examples.items()):
            rows += ["", figure, *(f"    {e[:500]}" for e in found[:examples])]
        return "\n".join(rows)


def shape_of(text):
    try:
        return shape(read_json(text))
    except ValueError:
        return None


def left_in(plant, seen, output):
    """Whether a planted value can be read in what left."""
    if plant.is_word:
        return folded(plant.text) in seen
    wanted = folded(plant.value)
    return stands_as_word(wanted, seen) if len(wanted) < 5 else wanted in seen


def around(plant, output):
    at = folded(output).find(folded(plant.text))
    return output[max(0, at - 60):at + 60] if at >= 0 else output[:200]


def measure(binary, seed, at_once=40):
    world, grown = garden(seed, at_once)
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(binary, folder, world, random.Random(f"key {seed}").randbytes(32))
        out = tool.run("anonymize", {g.document.id: g.document.text for g in grown})
        again = tool.run("anonymize", out)
        back = tool.run("deanonymize", out)
    verdict = Verdict()
    for one in grown:
        ident = one.document.id
        verdict.grown(one, out[ident], again[ident], back[ident])
    return verdict, grown, out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=ROOT / "build/release/proxmox-mpc")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--at-once", type=int, default=40, help="values in one document")
    parser.add_argument("--examples", type=int, default=5)
    arguments = parser.parse_args()
    verdict, grown, _ = measure(Path(arguments.binary), arguments.seed, arguments.at_once)
    print(verdict.table(arguments.examples))
    print(f"\nseed {arguments.seed}, {len(grown)} documents")
    return 1 if sum(verdict.failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
