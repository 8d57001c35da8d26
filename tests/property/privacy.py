#!/usr/bin/env python3
"""Anonymizes a seeded corpus through the command line and prints how well it went.

    tests/property/privacy.py --binary build/release/proxmox-mpc --seed 7 --documents 3000
    tests/property/privacy.py --documents 500 --examples 10
"""
import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus.generate import FAMILIES, corpus, write_jsonl
from corpus.score import Score

ROOT = Path(__file__).resolve().parents[2]
# The figures that must be 0; the rest is told for tuning.
MUST_BE_ZERO = ["leak, pattern", "leak, field", "leak, dictionary", "leak, variant", "leak, context", "kept substring lost",
                "word of a name left",
                "text between values changed", "answer held back", "clean line changed", "clean leaf changed", "JSON broken", "values sharing a pseudonym",
                "values with two pseudonyms", "encoding with another pseudonym", "UPID damaged", "not idempotent", "round trip inexact",
                "round trip inexact around secrets", "same /24 lost"]


class Tool:
    """The binary with a key, names and a state directory of its own."""

    def __init__(self, binary, folder, world, key):
        self.binary, self.folder = Path(binary).resolve(), Path(folder)
        (self.folder / "key").write_bytes(key)
        (self.folder / "names.json").write_text(json.dumps(world.names(), ensure_ascii=False), encoding="utf-8")
        self.seconds = 0.0

    def run(self, command, texts):
        """The texts through `anonymize` or `deanonymize`, by id."""
        with open(self.folder / "in.jsonl", "w", encoding="utf-8") as file:
            for ident, text in texts.items():
                file.write(json.dumps({"id": ident, "text": text}, ensure_ascii=False) + "\n")
        started = time.monotonic()
        done = subprocess.run([self.binary, command, self.folder / "in.jsonl", "--jsonl", "--key-file", self.folder / "key", "--names",
                               self.folder / "names.json", "--state-dir", self.folder / "state"], capture_output=True, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder)})
        self.seconds += time.monotonic() - started
        if done.stderr:
            print(done.stderr.decode()[:2000], file=sys.stderr)
        rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if [row["id"] for row in rows] != list(texts):
            raise RuntimeError(f"{command}: {len(rows)} of {len(texts)} texts came back (exit code {done.returncode})")
        return {row["id"]: row["text"] for row in rows}


def measure(binary, seed, count, keep=None, family="first"):
    """The score of a corpus, and the seconds the tool took. The key follows from the seed too: a failure comes again."""
    world, documents = corpus(seed, count, family)
    key = random.Random(f"key {seed}").randbytes(32)
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(binary, folder, world, key)
        out = tool.run("anonymize", {d.id: d.text for d in documents})
        again = tool.run("anonymize", out)
        back = tool.run("deanonymize", out)
    score = Score()
    for document in documents:
        score.document(document, out[document.id], again[document.id], back[document.id])
    score.finish()
    if keep:
        write_jsonl(documents, Path(keep, "corpus.jsonl"))
        Path(keep, "out.jsonl").write_text("".join(json.dumps({"id": i, "text": t}, ensure_ascii=False) + "\n" for i, t in out.items()), encoding="utf-8")
    return score, tool.seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=ROOT / "build/release/proxmox-mpc")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--family", choices=FAMILIES, default="first", help="whose documents")
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--keep", help="a folder for corpus and output")
    arguments = parser.parse_args()
    score, seconds = measure(arguments.binary, arguments.seed, arguments.documents, arguments.keep, arguments.family)
    print(score.table(arguments.examples))
    bad = score.bad(MUST_BE_ZERO)
    print(f"\nseed {arguments.seed}, {arguments.documents} documents, {seconds:.1f} s in the tool: " + ("NOT 0, or not checked: " + ", ".join(bad) if bad else "all that must be 0 is 0"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
