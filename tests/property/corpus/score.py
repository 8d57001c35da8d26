"""What came out, judged against the labels: leaks, damage, shape, consistency, the way back."""
import base64
import binascii
import html
import json
import re
import unicodedata
import urllib.parse
from collections import Counter, defaultdict

from .document import CONTEXT, HUMAN, Kept, Value

UPID = re.compile(r"UPID:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s]+:[^:\s]*:[^:\s]+:")
CONFUSABLE = str.maketrans("аеорсхуАЕОРСХУіІ", "aeopcxyAEOPCXYiI")
MIN_ANYWHERE = 5   # shorter values are looked for at their own place only


def folded(text):
    """Without what hides a value from plain search."""
    text = unicodedata.normalize("NFKC", text).translate(CONFUSABLE)
    return re.sub("[\u200b-\u200f\u2060\ufeff\u00ad]", "", text).replace("=\n", "").casefold()


def stands_in(value, text):
    """Whether a value can be read in a text. A short one counts as a word only: any code may hold two letters."""
    if len(value) >= MIN_ANYWHERE:
        return value in text
    return re.search(rf"(?<![0-9a-z]){re.escape(value)}(?![0-9a-z])", text) is not None


def base64_texts(text):
    for run in re.findall(r"[A-Za-z0-9+/]{8,}={0,2}", text):
        for offset in range(4):
            piece = run[offset:].rstrip("=")
            piece = piece[: len(piece) // 4 * 4 + (len(piece) % 4 if len(piece) % 4 > 1 else 0)]
            try:
                yield base64.b64decode(piece + "=" * (-len(piece) % 4)).decode("utf-8", "ignore")
            except (binascii.Error, ValueError):
                continue


def hex_texts(text):
    for run in re.findall(r"(?:[0-9a-fA-F]{2}){4,}", text):
        yield bytes.fromhex(run).decode("utf-8", "ignore")


def json_strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from json_strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from json_strings(item)
    elif isinstance(value, str):
        yield value


def readings(text):
    """The text in all the ways in which it can be read."""
    out = [text]
    if "\\u" in text:
        out.append(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text))
    if "%" in text:
        once = urllib.parse.unquote(text, errors="ignore")
        out += [once, urllib.parse.unquote(once, errors="ignore")]
    if "&" in text:
        out.append(html.unescape(text))
    out += base64_texts(text)
    out += hex_texts(text)
    return "\n".join(folded(t) for t in out)


def alignment(document, output):
    """The replacement of each value, when all text between the values stands in its order."""
    pairs, waiting, at = [], [], 0
    for part in document.parts:
        if isinstance(part, Value):
            waiting.append(part)
            continue
        literal = part if isinstance(part, str) else part.surface
        found = output.find(literal, at) if waiting else (at if output.startswith(literal, at) else -1)
        if found < 0:
            return None
        if waiting:
            pairs += [(value, output[at:found] if len(waiting) == 1 else None) for value in waiting]
        waiting, at = [], found + len(literal)
    if waiting:
        pairs += [(value, output[at:] if len(waiting) == 1 else None) for value in waiting]
    elif at != len(output):
        return None
    return pairs


def leaves(value, path=()):
    if isinstance(value, dict):
        for index, (key, item) in enumerate(value.items()):
            yield (*path, index, "key"), key
            yield from leaves(item, (*path, index))
    elif isinstance(value, list):
        yield (*path, "length"), len(value)
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


class Pairs(list):
    """An object with its keys in order, twice the same key and all."""


def read_json(text):
    return json.loads(text, object_pairs_hook=lambda pairs: {f"{i}\0{k}": v for i, (k, v) in enumerate(pairs)},
                      parse_float=lambda t: ("number", t), parse_int=lambda t: ("number", t))


def shape(value):
    """Types, order, lengths and the spelling of numbers; strings stand for themselves."""
    if isinstance(value, dict):
        return [shape(v) for v in value.values()]
    if isinstance(value, list):
        return ["list", *(shape(v) for v in value)]
    return "string" if isinstance(value, str) else value


class Score:
    """Figures and examples of each failure."""

    def __init__(self):
        self.total, self.failed = Counter(), Counter()
        self.examples = defaultdict(list)
        self.by_class, self.class_total = Counter(), Counter()
        self.pseudonyms, self.values = defaultdict(set), defaultdict(set)
        self.nets = {}

    def judge(self, figure, good, example=""):
        self.total[figure] += 1
        if not good:
            self.failed[figure] += 1
            self.examples[figure].append(example)

    # One document.

    def leaks(self, document, output, aligned):
        seen = readings(output)
        replaced = {id(part): text for part, text in aligned or []}
        for value in document.values:
            figure = "leak, only for a human" if value.found_by == HUMAN else f"leak, {value.found_by}"
            shown = replaced.get(id(value))
            if shown is not None:
                leaked = value.surface != "" and (shown == value.surface or stands_in(folded(value.real), readings(shown)))
            else:
                leaked = value.surface in output and value.found_by != CONTEXT and not self.is_common(document, value.surface)
            wanted = getattr(value, "inner", value.real.split("\n") if value.label == "pem" else [value.real])
            for text in wanted:
                anywhere = value.found_by != CONTEXT and len(text) >= MIN_ANYWHERE and not self.is_common(document, text)
                leaked = leaked or (anywhere and folded(text) in seen)
            key = (figure, value.label.split("/")[0] if figure != "leak, variant" else value.label)
            self.class_total[key] += 1
            self.by_class[key] += leaked
            self.judge(figure, not leaked, f"{document.id}: {value.label} {value.surface!r} -> {shown!r}")

    @staticmethod
    def is_common(document, text):
        """Whether the value also stands in what has to stay."""
        return any(text.casefold() in (p if isinstance(p, str) else p.surface).casefold() for p in document.parts if not isinstance(p, Value))

    def damage(self, document, output):
        for part in document.parts:
            if isinstance(part, Kept) and part.surface.strip():
                wanted = sum(isinstance(p, Kept) and p.surface == part.surface for p in document.parts)
                good = output.count(part.surface) >= wanted
                self.judge("kept substring lost", good, f"{document.id}: {part.surface!r}")
        if not document.json:
            self.lines(document, output)

    def lines(self, document, output):
        marked = "".join(p if isinstance(p, str) else p.surface.replace("\n", "\0") if isinstance(p, Kept) else "\ue000" for p in document.parts)
        before, after = marked.split("\n"), output.split("\n")
        if len(before) != len(after):
            pem = "BEGIN" in document.text   # a body becomes one line
            soft = "=\n" in document.text
            self.judge("clean line changed", pem or soft, f"{document.id}: {len(before)} lines became {len(after)}")
            return
        for old, new in zip(before, after):
            if "\ue000" not in old and "\0" not in old and old.strip():
                self.judge("clean line changed", old == new, f"{document.id}: {old!r} -> {new!r}")

    def json(self, document, output):
        if not document.json:
            return
        try:
            before, after = read_json(document.text), read_json(output)
        except ValueError:
            self.judge("JSON broken", False, f"{document.id}: not valid any more")
            return
        self.judge("JSON broken", shape(before) == shape(after), f"{document.id}: types, order or numbers")
        marked = read_json("".join(p if not isinstance(p, Value) else "\ue000" for p in (q.surface if isinstance(q, Kept) else q for q in document.parts)))
        for (_, old), (_, new) in zip(leaves(marked), leaves(after)):
            if isinstance(old, str) and "\ue000" not in old:
                self.judge("clean leaf changed", old == new, f"{document.id}: {old!r} -> {new!r}")

    def consistency(self, document, aligned):
        for value, shown in aligned or []:
            if value.secret or not value.whole or value.found_by == HUMAN or not shown or value.surface == shown:
                continue
            self.pseudonyms[shown.casefold()].add(value.real.casefold())
            self.values[value.real.casefold()].add((shown.casefold(), value.label, document.id))
            if value.label == "ipv4" and re.fullmatch(r"[\d.]+", value.real) and re.fullmatch(r"[\d.]+", shown):
                self.net(value.real, shown, document.id)

    def net(self, real, shown, ident):
        block, last = real.rsplit(".", 1)
        shown_block, shown_last = shown.rsplit(".", 1)
        known = self.nets.setdefault(block, shown_block)
        self.judge("same /24 lost", known == shown_block and last == shown_last, f"{ident}: {real} -> {shown}")

    def upids(self, document, output):
        for upid in UPID.findall(document.text):
            self.total["UPID damaged"] += 1
        lost = len(UPID.findall(document.text)) - len(UPID.findall(output))
        if lost > 0:
            self.failed["UPID damaged"] += lost
            self.examples["UPID damaged"].append(f"{document.id}: {lost} lost")

    def document(self, document, output, again, back):
        aligned = alignment(document, output)
        self.judge("literal text changed (stricter than required)", aligned is not None, f"{document.id}: {first_difference(document, output)}")
        self.leaks(document, output, aligned)
        self.damage(document, output)
        self.json(document, output)
        self.consistency(document, aligned)
        self.upids(document, output)
        self.judge("not idempotent", output == again, f"{document.id}: {difference(output, again)}")
        if not document.has_secret:
            self.judge("round trip inexact", back == document.text, f"{document.id}: {difference(document.text, back)}")

    def finish(self):
        for shown, reals in self.pseudonyms.items():
            self.judge("values sharing a pseudonym", len(reals) == 1, f"{shown}: {sorted(reals)}")
        for real, shown in self.values.items():
            self.judge("values with two pseudonyms", len({s for s, _, _ in shown}) == 1, f"{real}: {sorted(shown)[:4]}")

    # The table.

    def table(self, examples=3):
        rows = [f"{'figure':46} {'failed':>7} {'of':>8}   rate"]
        for figure in sorted(self.total):
            failed, total = self.failed[figure], self.total[figure]
            rows.append(f"{figure:46} {failed:7} {total:8}   {100 * failed / total:.2f} %")
        rows.append("")
        for (figure, label), failed in sorted(self.by_class.items()):
            if failed:
                rows.append(f"  {figure:28} {label:24} {failed:5} of {self.class_total[figure, label]}")
        for figure in sorted(self.examples):
            rows.append(f"\n{figure}")
            rows += [f"    {e[:400]}" for e in self.examples[figure][:examples]]
        return "\n".join(rows)


def difference(one, other):
    """The places around the first byte that differs."""
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 30):at + 50]!r} != {other[max(0, at - 30):at + 50]!r}"


def first_difference(document, output):
    """The first literal that is not found where it was."""
    at = 0
    for part in document.parts:
        if isinstance(part, Value):
            continue
        text = part if isinstance(part, str) else part.surface
        found = output.find(text, at)
        if found < 0:
            return f"{text[:80]!r} not in {output[at:at + 120]!r}"
        at = found + len(text)
    return "order"
