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
    "third": {"leak, pattern": 4, "text between values changed": 10, "answer held back": 2, "values with two pseudonyms": 10,
              "not idempotent": 2},
    "fourth": {"values with two pseudonyms": 3},
    "fifth": {"leak, pattern": 7, "values with two pseudonyms": 9},   # a MAC without separators behind ID_NET_NAME_MAC
    "sixth": {"leak, pattern": 153, "leak, field": 789, "leak, variant": 38, "leak, context": 11, "word of a name left": 9,
              "text between values changed": 257, "clean line changed": 53, "clean leaf changed": 31, "values with two pseudonyms": 18,
              "not idempotent": 2, "round trip inexact around secrets": 27},   # as they were on the day they were written
}
