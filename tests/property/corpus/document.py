"""A document under construction: text with marks where labelled values and kept substrings stand.

A value is put into the text as a mark, and the marks survive whatever the text is put into (json.dumps, a
layer of escapes), so that afterwards the place of every value is known.
"""
import html
import json
import re
import urllib.parse
from dataclasses import dataclass, field

MARK = re.compile("\ue000([\ue100-\uf0ff]+)\ue001")

# How a value can be found.
PATTERN, FIELD, DICTIONARY, VARIANT, CONTEXT, HUMAN = "pattern", "field", "dictionary", "variant", "context", "human"


@dataclass
class Value:
    """One occurrence of something sensitive."""
    real: str        # canonical: equal for all spellings of one value
    surface: str     # as it is written at this place
    label: str       # class
    found_by: str
    secret: bool = False
    whole: bool = True   # surface is one value and gets one pseudonym (not: a line with several inside)
    inner: list = field(default_factory=list)   # the values inside an encoding over all


@dataclass
class Kept:
    """A substring that must survive."""
    surface: str


@dataclass
class Document:
    id: str
    kind: str
    text: str
    parts: list      # str, Value and Kept, in order; the text is their surfaces
    json: bool = False
    values: list = field(default_factory=list)

    def __post_init__(self):
        self.values = [p for p in self.parts if isinstance(p, Value)]

    @property
    def has_secret(self):
        return any(v.secret for v in self.values)


def index_text(index):
    return "\ue000" + chr(0xE100 + index // 2000) + chr(0xE100 + index % 2000) + "\ue001"


class Builder:
    """Collects marks; finish() makes the document."""

    def __init__(self, rng, world):
        self.rng, self.world, self.items = rng, world, []

    def put(self, item):
        self.items.append(item)
        return index_text(len(self.items) - 1)

    def item(self, mark):
        return self.items[(ord(mark[1]) - 0xE100) * 2000 + ord(mark[2]) - 0xE100]

    # Values.

    def value(self, real, label, found_by, surface=None, secret=False, whole=True):
        return self.put(Value(real, real if surface is None else surface, label, found_by, secret, whole))

    def known(self, name, label):
        return self.value(name, label, DICTIONARY)

    def typed(self, name, label):
        return self.value(name, label, FIELD)

    def word(self, name, label):
        """A known name that is an English word or short: sensitive in this context only."""
        return self.value(name, label, CONTEXT)

    def shape(self, text, label, real=None):
        return self.value(real or text, label, PATTERN, surface=text)

    def secret(self, text, label, found_by=FIELD):
        return self.value(text, label, found_by, secret=True)

    def human(self, text, label):
        return self.value(text, label, HUMAN)

    def keep(self, text):
        return self.put(Kept(str(text)))

    def variant(self, name, label):
        """The name as people write it: other case, joined, in the plural or the genitive."""
        rng = self.rng
        style = rng.randint(0, 9)
        if style == 0:
            return self.value(name, label, VARIANT, surface=name.upper())
        if style == 1:
            return self.value(name, label, VARIANT, surface=name[:1].upper() + name[1:].lower())
        if style == 2:
            return self.known(name, label) + "'s"
        if style == 3:
            return self.put(Value(name, name + "s", label, VARIANT, whole=False))
        if style == 4:
            return f"pre_{self.known(name, label)}_upgrade"
        if style == 5:
            return f"{self.known(name, label)}-backup-2026"
        if style == 6 and not name[-1].isdigit():
            return self.put(Value(name, f"{name}{rng.randint(2, 9)}", label, VARIANT, whole=False))
        if style == 7:
            return f"gw_{self.known(name, label)}"
        if style == 8:
            return self.value(name, label, VARIANT, surface=name.lower())
        return f"{self.known(name, label)}+{self.known(name, label)}"

    def cue(self):
        """Words that point at a person, none of which the engine's own tables hold."""
        return self.rng.choice(["consult", "wake", "speak with", "agreed with", "the desk of", "on call is", "handed over by hand with"])

    def any_guest(self):
        guest = self.rng.choice(self.world.strong_guests())
        return guest, self.known(guest["name"], "guest")

    # Layers: `text` may hold marks; what they stand for is escaped with the rest.

    def layer(self, text, escape):
        out, at = [], 0
        for mark in MARK.finditer(text):
            out.append(escape(text[at:mark.start()]))
            item = self.item(mark.group())
            item.surface = escape(item.surface)
            if isinstance(item, Value) and item.found_by == DICTIONARY and item.surface != item.real:
                item.found_by = VARIANT
            out.append(mark.group())
            at = mark.end()
        return "".join(out) + escape(text[at:])

    def url(self, text):
        return self.layer(text, lambda t: urllib.parse.quote(t, safe=""))

    def html(self, text):
        return self.layer(text, html.escape)

    def json_string(self, text):
        """One more layer of JSON escapes, without the quotes around."""
        return self.layer(text, lambda t: json.dumps(t)[1:-1])

    def plain(self, text):
        """The text without marks, and the values in it."""
        values = [self.item(m.group()) for m in MARK.finditer(text)]
        return MARK.sub(lambda m: self.item(m.group()).surface, text), [v for v in values if isinstance(v, Value)]

    def packed(self, text, encode):
        """The text in an encoding that leaves no byte in its place (base64, hex): one value over all."""
        plain, values = self.plain(text)
        surface = encode(plain)
        secret = any(v.secret for v in values)
        first = values[0]
        return self.put(Value(first.real, surface, first.label, VARIANT, secret, whole=False, inner=values))

    # The end.

    def finish(self, ident, kind, text, is_json=False):
        parts, at = [], 0
        for mark in MARK.finditer(text):
            if mark.start() > at:
                parts.append(text[at:mark.start()])
            parts.append(self.item(mark.group()))
            at = mark.end()
        if at < len(text):
            parts.append(text[at:])
        rendered = "".join(p if isinstance(p, str) else p.surface for p in parts)
        return Document(ident, kind, rendered, parts, is_json)

    def finish_json(self, ident, kind, value):
        """Marks inside strings; what they stand for is escaped as JSON wants it."""
        style = self.rng.choice([{}, {"indent": 2}, {"separators": (",", ":")}])
        ascii_only = self.rng.random() < .3
        text = json.dumps(value, ensure_ascii=False, **style)
        for item in {id(i): i for i in map(self.item, (m.group() for m in MARK.finditer(text)))}.values():
            item.surface = json.dumps(item.surface, ensure_ascii=ascii_only)[1:-1]
        return self.finish(ident, kind, text, is_json=True)
