"""The forms that a table of built-in rules may have: how it is read from YAML and written in C++.

A shape has `read(node)`, which gives rows or raises RuleError with the line, `declare(name, rows)`, which gives the C++
declaration, and `ordered`: whether the order in the file is what the rules go by. Else they are sorted.
"""
import ipaddress
import re
from dataclasses import dataclass

import yaml

try:
    from re import _constants as constants
    from re import _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as constants
    import sre_parse as parser

TEXT_TAG = "tag:yaml.org,2002:str"
# A class as the operator's rules name it: what pseudonyms begin with, or in full.
KINDS = {"cl": "Cluster", "cluster": "Cluster", "node": "Node", "vm": "Vm", "ct": "Container", "container": "Container",
         "sto": "Storage", "storage": "Storage", "pool": "Pool", "usr": "User", "user": "User", "rlm": "Realm",
         "realm": "Realm", "grp": "Group", "group": "Group", "tok": "Token", "token": "Token", "tag": "Tag",
         "n": "Network", "network": "Network", "host": "Host", "dom": "Domain", "domain": "Domain", "person": "Person",
         "nam": "Name", "name": "Name"}
# What a value is treated as (anonymize/field_rules.h).
TREATMENTS = {"text": "Text", "keep": "Keep", "secret": "Secret", "maybe-key": "MaybeKey", "name": "Name",
              "names": "Names", "guest": "Guest", "user": "UserId", "host": "Host", "person": "Person",
              "phone": "Phone", "encoded": "Encoded", "path": "Path", "reference": "Reference", "serial": "Serial",
              "dn": "Dn", "keyring": "Keyring"}


class RuleError(Exception):
    """What is wrong, and where. `line` is 0 when the whole file is meant."""

    def __init__(self, line, what, file=""):
        super().__init__(what)
        self.line, self.what, self.file = line, what, file

    def __str__(self):
        return f"{self.file}:{self.line}: error: {self.what}"


@dataclass
class Row:
    """A rule: its line, what it says, its C++ initializer, and what two rules cannot share."""

    line: int
    text: str
    code: str
    key: object = None


def line_of(node):
    return node.start_mark.line + 1


def quoted(text):
    """A C++ string literal."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def text_of(node):
    """The text of a scalar. YAML takes some plain words for something else; others that read the file would too."""
    if not isinstance(node, yaml.ScalarNode):
        raise RuleError(line_of(node), "must be a text")
    if not node.value:
        raise RuleError(line_of(node), "is empty")
    if not node.style and node.tag != TEXT_TAG:
        raise RuleError(line_of(node), f"{node.value} needs quotes: YAML takes it for {node.tag.rsplit(':', 1)[-1]}")
    if any(ord(c) < 0x20 and c not in "\n\t" or ord(c) == 0x7F for c in node.value):
        raise RuleError(line_of(node), "holds a control character")
    return node.value


def items_of(node):
    """The nodes of a list that is not empty."""
    if not isinstance(node, yaml.SequenceNode):
        raise RuleError(line_of(node), "must be a list")
    if not node.value:
        raise RuleError(line_of(node), "is empty")
    return node.value


def members_of(node):
    """(name, its node, value) of a mapping that is not empty; no name stands there twice."""
    if not isinstance(node, yaml.MappingNode):
        raise RuleError(line_of(node), "must have names with values")
    if not node.value:
        raise RuleError(line_of(node), "is empty")
    seen = set()
    for key, value in node.value:
        name = text_of(key)
        if name in seen:
            raise RuleError(line_of(key), f"\"{name}\" stands here twice")
        seen.add(name)
        yield name, key, value


def words_of(node, is_lower, ordered=False):
    """(text, line) of a list of words, which are sorted by their bytes."""
    before = ""
    for item in items_of(node):
        word, line = text_of(item), line_of(item)
        if is_lower and re.search("[A-Z]", word):
            raise RuleError(line, f"\"{word}\" must be in lower case")
        if not ordered and word.encode() < before.encode():
            raise RuleError(line, f"\"{word}\" must stand before \"{before}\": words are sorted by their bytes")
        before = word
        yield word, line


def chosen(names, what, word, line):
    if word not in names:
        raise RuleError(line, f"there is no {what} \"{word}\"; there are {', '.join(names)}")
    return names[word]


class Shape:
    """A table of one-line C++ rows of type `row`."""

    ordered = False
    row = "std::string_view"

    def read(self, node):
        """All rows, no two with one key."""
        rows, first = list(self.rows(node)), {}
        for row in rows:
            if row.key in first:
                raise RuleError(row.line, f"\"{row.text}\" stands in line {first[row.key]} already")
            first[row.key] = row.line
        return rows if self.ordered else sorted(rows, key=lambda row: row.key)

    def declare(self, name, rows):
        lines = "".join(f"    {row.code},\n" for row in rows)
        return f"inline constexpr {self.row} {name}[] = {{\n{lines}}};\n"


class Words(Shape):
    """A list of words, or groups with names that are lists of words."""

    def __init__(self, is_lower=True, ordered=False):
        self.is_lower, self.ordered = is_lower, ordered

    def rows(self, node):
        lists = [value for _, _, value in members_of(node)] if isinstance(node, yaml.MappingNode) else [node]
        for part in lists:
            for word, line in words_of(part, self.is_lower, self.ordered):
                yield Row(line, word, quoted(word), word.encode())


class Classed(Shape):
    """CLASS: [word...], as the operator's words are written."""

    row = "ClassedWord"

    def rows(self, node):
        for name, key, value in members_of(node):
            kind = chosen(KINDS, "class", name, line_of(key))
            for word, line in words_of(value, False):
                yield Row(line, f"{word}: {name}", f"{{{quoted(word)}, Kind::k{kind}}}", word.encode())


def field_rule(members, line):
    """(what it says, C++) of {is: TREATMENT, class: CLASS, placeholder: WORD, learn: true}, taken out of `members`."""
    if "is" not in members:
        raise RuleError(line, "\"is\" is missing: what a value is treated as")
    texts = {name: text_of(members.pop(name)) for name in ("is", "class", "placeholder") if name in members}
    learn = members.pop("learn", None)
    treatment = chosen(TREATMENTS, "treatment", texts["is"], line)
    if (treatment == "Secret") != ("placeholder" in texts):
        raise RuleError(line, "a secret has a placeholder, and nothing else has one")
    if treatment in ("Name", "Names") and "class" not in texts:
        raise RuleError(line, "a name has a class")
    kind = chosen(KINDS, "class", texts.get("class", "name"), line)
    if learn is not None and learn.value != "true":
        raise RuleError(line_of(learn), "\"learn\" is true or left out")
    says = " ".join(texts.values()) + (", learned" if learn is not None else "")
    return says, (f"{{Treatment::k{treatment}, Kind::k{kind}, {quoted(texts.get('placeholder', ''))}, "
                  f"{'true' if learn is not None else 'false'}}}")


def unknown(members):
    for name, node in members.items():
        raise RuleError(line_of(node), f"there is nothing called \"{name}\" in such a rule")


class Ruled(Shape):
    """Groups {is, class, placeholder, learn, words}: what the value behind each of the words is."""

    row = "RuledWord"

    def rows(self, node):
        for item in items_of(node):
            members = {name: value for name, _, value in members_of(item)}
            words = members.pop("words", None)
            if words is None:
                raise RuleError(line_of(item), "\"words\" is missing")
            says, rule = field_rule(members, line_of(item))
            unknown(members)
            for word, line in words_of(words, True):
                yield Row(line, f"{word}: {says}", f"{{{quoted(word)}, {rule}}}", word.encode())


class Rows(Shape):
    """Rules with columns. A column is (name, reader, default); the first rule that fits is the one."""

    ordered = True

    def __init__(self, row, *columns, field=False):
        self.row, self.columns, self.field = row, columns, field

    def rows(self, node):
        for item in items_of(node):
            members = {name: value for name, _, value in members_of(item)}
            texts, codes = [], []
            for name, reader, default in self.columns:
                if name not in members and default is None:
                    raise RuleError(line_of(item), f"\"{name}\" is missing")
                if name in members:
                    value = members.pop(name)
                    codes.append(reader(value))
                    texts.append(value.value)
                else:
                    codes.append(default)
            if self.field:
                says, code = field_rule(members, line_of(item))
                texts, codes = texts + [says], codes + [code]
            unknown(members)
            code = "{" + ", ".join(codes) + "}"
            yield Row(line_of(item), " ".join(texts), code, code)


def a_text(node):
    return quoted(text_of(node))


def a_letter(node):
    if not re.fullmatch(r"[A-Za-z]", text_of(node)):
        raise RuleError(line_of(node), "must be a letter")
    return f"'{node.value}'"


def a_number(node):
    if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"\d+", node.value):
        raise RuleError(line_of(node), "must be a number")
    return node.value


def a_column(node):
    """A number, or "last"."""
    return "ProgramTable::kLast" if getattr(node, "value", "") == "last" else a_number(node)


def one_of(names):
    """Reads a word; `names` has its C++ for each."""
    return lambda node: chosen(names, "value", text_of(node), line_of(node))


class Addresses(Shape):
    """IP addresses of one version; of IPv6 the eight groups."""

    ordered = True

    def __init__(self, version):
        self.version = version
        self.row = "std::uint32_t" if version == 4 else "std::array<std::uint16_t, 8>"

    def rows(self, node):
        for item in items_of(node):
            try:
                address = ipaddress.ip_address(text_of(item))
            except ValueError as error:
                raise RuleError(line_of(item), str(error)) from error
            if address.version != self.version:
                raise RuleError(line_of(item), f"must be IPv{self.version}")
            code = f"{int(address):#010x}" if self.version == 4 else self.groups(address)
            yield Row(line_of(item), str(address), code, int(address))

    @staticmethod
    def groups(address):
        return "{" + ", ".join(f"0x{group}" for group in address.exploded.split(":")) + "}"


# What the runs of a text are made of (anonymize/chars.h), for patterns: a token is looked at where such a run begins.
RUN = set(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+"))
HEAD_LENGTH = 3


class Patterns(Shape):
    """RE2 expressions, as the operator's patterns are written, and from them how a token may begin.

    Declares NAME, one expression of all, and NAMEHeads: the first three bytes of tokens, and how many bytes of a run
    the shortest one has.
    """

    ordered = True

    def rows(self, node):
        for item in items_of(node):
            members = {name: value for name, _, value in members_of(item)}
            for name in ("pattern", "class"):
                if name not in members:
                    raise RuleError(line_of(item), f"\"{name}\" is missing")
            pattern = text_of(members.pop("pattern"))
            if text_of(members.pop("class")) != "secret":
                raise RuleError(line_of(item), "the class must be secret")
            unknown(members)
            try:
                heads = heads_of(parser.parse(pattern))
            except re.error as error:
                raise RuleError(line_of(item), f"is no expression: {error}") from error
            except ValueError as error:
                raise RuleError(line_of(item), str(error)) from error
            yield Row(line_of(item), pattern, heads, pattern)

    def declare(self, name, rows):
        least = {}
        for row in rows:
            for head, length in row.code.items():
                least[head] = min(length, least.get(head, length))
        heads = "".join(f"    {{{quoted(head)}, {length}}},\n" for head, length in least.items())
        expression = "".join(f"    {quoted(('|' if i else '(') + row.text)}\n" for i, row in enumerate(rows))
        return (f"inline constexpr TokenHead {name}Heads[] = {{\n{heads}}};\n\n"
                f"inline constexpr char {name}[] =\n{expression}    \")\";\n")


def heads_of(parsed):
    """{first bytes: bytes of a run at least} of what an expression matches."""
    heads = {}
    for choices in alternatives(parsed):
        length = 0
        for characters in choices:
            if not characters <= RUN:
                break
            length += 1
        texts = [""]
        for characters in choices[:HEAD_LENGTH]:
            texts = [text + chr(c) for text in texts for c in sorted(characters)]
        if len(choices) < HEAD_LENGTH or len(texts) > 8 or length < HEAD_LENGTH:
            raise ValueError(f"a pattern begins with {HEAD_LENGTH} letters, digits, dots or dashes, most of them one by one")
        for text in texts:
            heads[text] = min(length, heads.get(text, length))
    return heads


def alternatives(parsed):
    """For each way through an expression at its shortest, the characters that may stand at each place."""
    ways = [[]]
    for operator, argument in parsed:
        if operator == constants.LITERAL:
            steps = [[{argument}]]
        elif operator == constants.IN:
            steps = [[members_in(argument)]]
        elif operator == constants.SUBPATTERN:
            steps = alternatives(argument[3])
        elif operator == constants.BRANCH:
            steps = [way for branch in argument[1] for way in alternatives(branch)]
        elif operator == constants.MAX_REPEAT:
            inner = alternatives(argument[2])
            if len(inner) > 1 and argument[0] > 1:
                raise ValueError("a choice may not be repeated")
            steps = [way * argument[0] for way in inner]
        else:
            raise ValueError(f"the built-in patterns do without {operator}")
        ways = [way + step for way in ways for step in steps]
    return ways


def members_in(items):
    characters = set()
    for operator, argument in items:
        if operator == constants.LITERAL:
            characters.add(argument)
        elif operator == constants.RANGE:
            characters |= set(range(argument[0], argument[1] + 1))
        else:
            raise ValueError("the built-in patterns list the characters of a class")
    return characters
