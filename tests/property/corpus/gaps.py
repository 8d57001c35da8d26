"""What the engine is known to fail: "figure: class" -> how often in the corpus of privacy_test.py, at most.

Counted apart and told in every report, never as a success. A bound may only fall, and an entry whose defect is mended goes.
"""
ROUND_TRIP, TEXT, PSEUDONYM = "round trip inexact around secrets", "text between values changed", "encoding with another pseudonym"

KNOWN_GAPS = {
    # Left readable.
    "leak, variant: ipv4/soft-break": 9,          # 91.45.=\n199.143, the soft line break of quoted-printable
    # An address in these encodings is taken for a name: it gets no address, and not the pseudonym of its plain spelling.
    # One of the eight stands in a document that was refused as a whole before.
    f"{PSEUDONYM}: ipv4/html": 8, f"{PSEUDONYM}: ipv4/html-hex": 7, f"{PSEUDONYM}: ipv4/json": 3, f"{PSEUDONYM}: ipv4/percent-all": 8,
    f"{PSEUDONYM}: ipv4/soft-hyphen": 8, f"{PSEUDONYM}: ipv4/url": 7, f"{PSEUDONYM}: ipv4/wide": 5, f"{PSEUDONYM}: ipv4/zero-width": 8,
    # The case of a pseudonym's letters tells spellings apart; vm-15ht408 has 16, the next one is another guest.
    f"{PSEUDONYM}: too many spellings": 4,
    # More is hidden than is secret: the URL of a webhook behind "ticket: ".
    f"{ROUND_TRIP}: cloud_tokens": 6, f"{TEXT}: cloud_tokens": 6,
}

# What fails of the documents of authors who had not seen the engine: figure -> how often, at most. Not one of these is right; a
# figure that is not here must be 0. A bound may only fall.
OTHER_AUTHORS = {
    "second": {"values with two pseudonyms": 1},
    "third": {"leak, pattern": 4, "text between values changed": 10, "answer held back": 2, "values with two pseudonyms": 3,
              "not idempotent": 1},
    "fourth": {},
    "fifth": {"values with two pseudonyms": 1},
    # On the day it was written: 153 patterns, 789 fields, 38 variants, 11 of context, 257 texts between, 84 clean lines and leaves.
    "sixth": {"leak, field": 9, "leak, variant": 5, "word of a name left": 4, "text between values changed": 27,
              "clean line changed": 6, "values with two pseudonyms": 12},
}
