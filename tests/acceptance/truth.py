"""What is real in the simulated cluster, and how to find it in bytes that left."""
import html
import json
import re
import urllib.parse

# Values that stand for themselves everywhere: PVE's built-in names.
KEPT = {"root", "local", "localhost", "pam", "pve", "root@pam", "local-lvm", "127.0.0.1"}
# English words that are names too: replaced where a name stands, and not elsewhere.
NO_GREP = ["word_names"]


def spellings(value):
    """The value as it is, percent-encoded, JSON-escaped and HTML-escaped."""
    quoted = json.dumps(value)[1:-1]
    return {value, urllib.parse.quote(value, safe=""), urllib.parse.quote(value), quoted,
            json.dumps(value, ensure_ascii=False)[1:-1], html.escape(value),
            quoted.replace("/", "\\/")}


def finders(truth):
    """(kind, value, compiled pattern) of each value that must not appear."""
    words = KEPT | {value.lower() for kind in NO_GREP for value in truth.get(kind, [])}
    for kind, values in truth.items():
        for value in values:
            if value and value.lower() not in words:
                alternatives = "|".join(sorted(map(re.escape, spellings(value)), key=len))
                yield kind, value, re.compile(rf"(?<![0-9A-Za-z_])(?:{alternatives})(?![0-9A-Za-z_])",
                                              re.IGNORECASE)


def hits(text, patterns):
    """"kind value: ...context..." of each true value in the text."""
    found = []
    for kind, value, pattern in patterns:
        match = pattern.search(text)
        if match:
            around = text[max(0, match.start() - 60):match.end() + 30].replace("\n", " ")
            found.append(f"{kind} {value!r}: ...{around}...")
    return found
