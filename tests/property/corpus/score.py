"""What came out, judged against the labels: leaks, damage, shape, consistency, the way back."""
import base64
import binascii
import html
import ipaddress
import itertools
import json
import re
import unicodedata
import urllib.parse
from collections import Counter, defaultdict
from dataclasses import dataclass

from .document import CONTEXT, HUMAN, PATTERN, Kept, Value
from .gaps import KNOWN_GAPS

UPID = re.compile(r"UPID:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s]+:[^:\s]*:[^:\s]+:")
CONFUSABLE = str.maketrans("аеорсхуАЕОРСХУіІ", "aeopcxyAEOPCXYiI")
MIN_ANYWHERE = 5   # shorter values are looked for at their own place only
PIECE = 6          # characters of a secret that are a leak
HELD_BACK = "[secret:text]"   # stands for a document that the tool's own leak check refused
PLACEHOLDER = re.compile(r"\[secret:[a-z-]+\]|SECRET_[a-z]+")   # its words are no pieces of a secret
LINE_END = re.compile(r"\\+n|\n")
NAMES_OF_WORDS = ("person", "customer")   # each of their words names somebody


def folded(text):
    """Without what hides a value from plain search."""
    text = unicodedata.normalize("NFKC", text).translate(CONFUSABLE)
    return re.sub("[\u200b-\u200f\u2060\ufeff\u00ad]", "", text).replace("=\n", "").casefold()


def stands_in(value, text):
    """Whether a value can be read in a text. A short one counts as a word only: any code may hold two letters."""
    if len(value) >= MIN_ANYWHERE:
        return value in text
    return stands_as_word(value, text)


def stands_as_word(value, text):
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


@dataclass
class Line:
    """One line of a document, and what became of it."""
    parts: list           # str, Value and Kept, in order
    output: str
    pairs: list | None    # what align() says of the two

    @property
    def values(self):
        return [p for p in self.parts if isinstance(p, Value)]

    def kept(self):
        return [p.surface for p in self.parts if isinstance(p, Kept) and p.surface.strip()]

    def literals(self):
        return "\n".join(surface_of(p) for p in self.parts if not isinstance(p, Value))


def plain_spelling(text, label):
    """An address without the choices of its writer: what two spellings of one must have in common."""
    digits = re.sub("[:.-]", "", text.casefold())
    if label == "mac" and len(digits) == 12:
        return ":".join(digits[at:at + 2] for at in range(0, 12, 2))
    try:
        return str(ipaddress.ip_address(text)) if label == "ipv6" else text
    except ValueError:
        return text


def surface_of(part):
    return part if isinstance(part, str) else part.surface


def align(parts, output):
    """(values, their replacement) in order, when all text between the values stands in its place; else None."""
    # A replacement has the separators of its value, as often: "{mac}:{mac}". Where it has not, the first place that fits
    # leaves most room for what follows.
    runs = [(is_value, list(group)) for is_value, group in itertools.groupby(parts, lambda p: isinstance(p, Value))]
    return align_runs(runs, output, True) or align_runs(runs, output, False)


def align_runs(runs, output, alike):
    pairs, waiting, at = [], [], 0
    for index, (is_value, run) in enumerate(runs):
        if is_value:
            waiting = run
            continue
        literal = "".join(map(surface_of, run))
        found = output.find(literal, at)
        for _ in range(sum(v.surface.count(literal) for v in waiting) if alike else 0):
            found = max(found, output.find(literal, found + 1))
        if index == len(runs) - 1:   # the last run ends the output
            found = len(output) - len(literal)
        if found < at or (not waiting and found != at) or not output.startswith(literal, found):
            return None
        if waiting:
            pairs.append((waiting, output[at:found]))
        waiting, at = [], found + len(literal)
    if waiting:
        pairs.append((waiting, output[at:]))
    return pairs if waiting or at == len(output) else None


def split_lines(parts):
    """The parts line by line; the escape of a line's end counts as one."""
    lines = [[]]
    for part in parts:
        if isinstance(part, Value):
            lines[-1].append(part)
            continue
        for index, piece in enumerate(LINE_END.split(surface_of(part))):
            if index:
                lines.append([])
            if piece:
                lines[-1].append(piece if isinstance(part, str) else Kept(piece))
    return lines


def lines_of(document, output):
    """The document line by line; in one piece when lines were lost."""
    before, after = split_lines(document.parts), LINE_END.split(output)
    if len(before) != len(after):
        before, after = [document.parts], [output]
    return [Line(parts, text, align(parts, text)) for parts, text in zip(before, after)]


def mark_of(value, output):
    """Stands for a value; with the ends of its lines when it came out as it was, which is a leak and no lost line."""
    return "\ue000" + ("\n\ue000" * value.surface.count("\n") if value.surface in output else "")


def windows(secret):
    """Every piece of a secret that holds PIECE characters beside colons: what must not be readable."""
    at = [i for i, c in enumerate(secret) if c != ":"]
    if len(at) <= PIECE:
        return [secret]
    return [secret[at[i]:at[i + PIECE - 1] + 1] for i in range(len(at) - PIECE + 1)]


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
    """Figures and examples of each failure. What KNOWN_GAPS names is counted there and not as a failure."""

    def __init__(self):
        self.total, self.failed, self.gaps = Counter(), Counter(), Counter()
        self.examples, self.gap_examples = defaultdict(list), defaultdict(list)
        self.by_class, self.class_total = Counter(), Counter()
        self.pseudonyms, self.values = defaultdict(set), defaultdict(set)
        self.nets, self.encoded, self.spellings = {}, [], defaultdict(set)

    def judge(self, figure, good, example="", kind=""):
        """Counts one check; `kind` is the class that a known gap is told by."""
        self.total[figure] += 1
        self.class_total[figure, kind] += 1
        if good:
            return
        gap = f"{figure}: {kind}"
        if gap in KNOWN_GAPS:
            self.gaps[gap] += 1
            self.gap_examples[gap].append(example)
            return
        self.failed[figure] += 1
        self.by_class[figure, kind] += 1
        self.examples[figure].append(example)

    def bad(self, figures):
        """Those of the figures that are not 0, or that nothing was checked for."""
        return [f for f in figures if self.failed[f] or not self.total[f]]

    # One document.

    def leaks(self, document, lines, output):
        seen, common = readings(PLACEHOLDER.sub("", output)), folded("\n".join(line.literals() for line in lines))
        for line in lines:
            shown = {id(value): text for values, text in line.pairs or [] for value in values}
            for value in line.values:
                figure = "leak, only for a human" if value.found_by == HUMAN else f"leak, {value.found_by}"
                leaked = (self.leaks_here(value, line, shown.get(id(value)))
                          or self.leaks_anywhere(value, seen, common))
                example = f"{document.id}: {value.label} {value.surface!r} -> {shown.get(id(value))!r}"
                self.judge(figure, not leaked, example, value.label)
                for inner in value.inner:
                    leaked = self.leaks_anywhere(inner, seen, common)
                    self.judge(figure, not leaked, f"{inner.surface!r} in {example}", inner.label)
                self.words(document, value, shown.get(id(value), line.output), common)

    @staticmethod
    def leaks_here(value, line, shown):
        """Whether the value can be read at its own place: in what replaced it, or else in its line."""
        if shown is not None:
            return value.surface != "" and (shown == value.surface or stands_in(folded(value.real), readings(shown)))
        surface = folded(value.surface)
        if value.found_by == CONTEXT:
            return stands_as_word(surface, folded(line.output)) and not stands_as_word(surface, folded(line.literals()))
        return value.surface in line.output and surface not in folded(line.literals())

    @staticmethod
    def leaks_anywhere(value, seen, common):
        """Whether the value, or a piece of a secret, can be read anywhere; not what also stands in what has to stay."""
        if value.found_by == CONTEXT or value.inner:
            return False
        wanted = re.split(r"\s+|\\+n", value.real) if value.label == "pem" else [value.real]
        wanted = [folded(text) for text in wanted if len(text) >= MIN_ANYWHERE]
        if value.secret and value.label != "pem":
            wanted = [piece for text in wanted for piece in windows(text)]
        return any(text in seen and text not in common for text in wanted)

    def words(self, document, value, shown, common):
        """One word of somebody's name that stays names them still."""
        kind = value.label.split("/")[0]
        if kind not in NAMES_OF_WORDS or " " not in value.real:
            return
        seen = readings(shown)
        left = [w for w in map(folded, value.real.split()) if len(w) >= MIN_ANYWHERE and w in seen and w not in common]
        self.judge("word of a name left", not left, f"{document.id}: {value.label} {value.surface!r} leaves {left}", value.label)

    def damage(self, document, lines, output):
        kind = document.kind.removesuffix("+json")
        for line in lines:
            self.judge("text between values changed", line.pairs is not None, f"{document.id}: {first_difference(line)}", kind)
            kept = line.kept()
            for surface in kept:
                good = line.pairs is not None or line.output.count(surface) >= kept.count(surface)
                self.judge("kept substring lost", good, f"{document.id}: {surface!r}", kind)
        if not document.json:
            self.lines(document, output)

    def lines(self, document, output):
        marked = "".join(p if isinstance(p, str) else p.surface.replace("\n", "\0") if isinstance(p, Kept) else mark_of(p, output) for p in document.parts)
        before, after = marked.split("\n"), output.split("\n")
        if len(before) != len(after):
            self.judge("clean line changed", False, f"{document.id}: {len(before)} lines became {len(after)}", document.kind)
            return
        for old, new in zip(before, after):
            if "\ue000" not in old and "\0" not in old and old.strip():
                self.judge("clean line changed", old == new, f"{document.id}: {old!r} -> {new!r}", document.kind)

    def json(self, document, output):
        if not document.json:
            return
        try:
            before, after = read_json(document.text), read_json(output)
        except ValueError:
            self.judge("JSON broken", False, f"{document.id}: not valid any more")
            return
        self.judge("JSON broken", shape(before) == shape(after), f"{document.id}: types, order or numbers")
        marked = read_json("".join("\ue000" if isinstance(p, Value) else surface_of(p) for p in document.parts))
        for (_, old), (_, new) in zip(leaves(marked), leaves(after)):
            if isinstance(old, str) and "\ue000" not in old:
                self.judge("clean leaf changed", old == new, f"{document.id}: {old!r} -> {new!r}", document.kind)

    def consistency(self, document, lines):
        for values, shown in (pair for line in lines for pair in line.pairs or []):
            value = values[0]
            if len(values) > 1 or value.secret or not value.whole or value.found_by == HUMAN or not shown or value.surface == shown:
                continue
            self.spellings[value.real.casefold()].add(value.surface)
            if "/" in value.label:
                self.encoded.append((value, shown, document.id))
                continue
            shown = plain_spelling(shown, value.label)
            self.pseudonyms[shown.casefold()].add(value.real.casefold())
            self.values[value.real.casefold()].add((shown.casefold(), value.label, document.id))
            if value.label == "ipv4" and value.found_by == PATTERN and re.fullmatch(r"[\d.]+", value.real) and re.fullmatch(r"[\d.]+", shown):
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

    def way_back(self, document, back):
        """All comes back but the secrets; what stands around those does too."""
        kind = document.kind.removesuffix("+json")
        if not document.has_secret:
            self.judge("round trip inexact", back == document.text, f"{document.id}: {difference(document.text, back)}", kind)
            return
        parts = [p if isinstance(p, Value) and p.secret else surface_of(p) for p in document.parts]
        line = Line(parts, back, align(parts, back))
        self.judge("round trip inexact around secrets", line.pairs is not None, f"{document.id}: {first_difference(line)}", kind)

    def document(self, document, output, again, back):
        held = output == HELD_BACK
        self.judge("answer held back", not held, f"{document.id}: {document.text!r}", document.kind.removesuffix("+json"))
        if held:
            return   # nothing came out that could be judged
        lines = lines_of(document, output)
        self.leaks(document, lines, output)
        self.damage(document, lines, output)
        self.json(document, output)
        self.consistency(document, lines)
        self.upids(document, output)
        self.judge("not idempotent", output == again, f"{document.id}: {difference(output, again)}")
        self.way_back(document, back)

    def finish(self):
        for shown, reals in self.pseudonyms.items():
            self.judge("values sharing a pseudonym", len(reals) == 1, f"{shown}: {sorted(reals)}")
        for real, shown in self.values.items():
            self.judge("values with two pseudonyms", len({s for s, _, _ in shown}) == 1, f"{real}: {dict((text, (kind, document)) for text, kind, document in sorted(shown))}")
        for value, shown, ident in self.encoded:
            wanted = self.expected(value)
            if wanted:
                kind = "too many spellings" if self.out_of_spellings(value, wanted) else value.label
                self.judge("encoding with another pseudonym", any(w in readings(shown) for w in wanted),
                           f"{ident}: {value.label} {value.surface!r} -> {shown!r}, not {sorted(wanted)}", kind)

    def out_of_spellings(self, value, wanted):
        """Whether a value has more spellings than its pseudonym can tell apart: a bit for each letter, by its case."""
        letters = max(sum(c.isalpha() for c in w) for w in wanted)
        return letters > 0 and len(self.spellings[value.real.casefold()]) >= 2 ** letters

    def expected(self, value):
        """The pseudonyms that other places gave a value; an address has that of its net."""
        block, _, last = value.real.rpartition(".")
        if value.label.startswith("ipv4/") and block in self.nets:
            return {f"{self.nets[block]}.{last}"}
        return {shown for shown, _, _ in self.values.get(value.real.casefold(), ())}

    # The table.

    def table(self, examples=3):
        rows = [f"{'figure':46} {'failed':>7} {'of':>8}   rate"]
        for figure in sorted(self.total):
            failed, total = self.failed[figure], self.total[figure]
            rows.append(f"{figure:46} {failed:7} {total:8}   {100 * failed / total:.2f} %")
        rows.append("")
        for (figure, kind), failed in sorted(self.by_class.items()):
            rows.append(f"  {figure:34} {kind:24} {failed:5} of {self.class_total[figure, kind]}")
        rows += self.gap_rows(examples)
        for figure in sorted(self.examples):
            rows.append(f"\n{figure}")
            rows += [f"    {e[:400]}" for e in self.examples[figure][:examples]]
        return "\n".join(rows)

    def gap_rows(self, examples):
        rows = ["", f"{'known gaps':62} {'count':>7} {'of':>8}"]
        for gap in sorted(self.gaps):
            figure, kind = gap.split(": ", 1)
            rows.append(f"{gap:62} {self.gaps[gap]:7} {self.class_total[figure, kind]:8}")
            rows += [f"    {e[:400]}" for e in self.gap_examples[gap][:examples]]
        return rows


def difference(one, other):
    """The places around the first byte that differs."""
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 30):at + 50]!r} != {other[max(0, at - 30):at + 50]!r}"


def first_difference(line):
    """The first literal that is not found where it was."""
    at = 0
    for part in line.parts:
        if isinstance(part, Value):
            continue
        text = surface_of(part)
        found = line.output.find(text, at)
        if found < 0:
            return f"{text[:80]!r} not in {line.output[at:at + 120]!r}"
        at = found + len(text)
    return "order"
