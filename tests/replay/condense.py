#!/usr/bin/env python3
"""Makes a replay file of recorded PVE exchanges: what is asked, and what the answer must be like.

    condense.py RECORDED.jsonl > recorded-9.2.jsonl

RECORDED holds one exchange a line: {"id", "group", "request": {"method", "path", "query", "body",
"content_type", "auth", "as", "node", "headers"}, "response": {"status", "reason", "json" or
"text"}, "poll", "sleep_before"}, or {"id", "group", "action", "node"} for what is done to the
cluster otherwise.

Of an answer remain its status, its reason phrase, the names of its errors and its structure
(shapes.py). What a later request repeats of an answer (a UPID, a digest, a ticket, the secret of
a token) is written there as {{ID /pointer}}: the answer's value at replay takes its place.
"""

import json
import re
import sys
from urllib.parse import quote

from shapes import shape_of

# What PVE makes up and a client can only have from an answer.
MADE_UP = re.compile(
    r"UPID:[^\s\"]+:|[0-9a-f]{40}|PVE:[^\s\"]+::[^\s\"]+|[0-9A-F]{8}:Lab[A-Za-z0-9]+"
    r"|0{8}-0000-4000-8000-[0-9]{12}|[0-9A-F]{2}(?::[0-9A-F]{2}){5}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def strings_of(value, pointer=""):
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings_of(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings_of(item, f"{pointer}/{index}")


class Origins:
    """Where each value that PVE made up was answered first."""

    def __init__(self):
        self._first = {}

    def note(self, record):
        for pointer, text in strings_of(record["response"].get("json")):
            for found in MADE_UP.findall(text):
                whole = found == text
                if whole or found not in self._first:
                    self._first.setdefault(found, (record["id"], pointer, whole))

    def put(self, text):
        """`text` with each known value replaced by its origin."""
        for value, (identity, pointer, whole) in self._first.items():
            if not whole:
                continue
            for spelled in (value, quote(value, safe="")):
                if spelled in text:
                    text = text.replace(spelled, "{{%s %s}}" % (identity, pointer))
        return text


def rewritten(value, origins):
    if isinstance(value, str):
        return origins.put(value)
    if isinstance(value, dict):
        return {key: rewritten(item, origins) for key, item in value.items()}
    if isinstance(value, list):
        return [rewritten(item, origins) for item in value]
    return value


def request_of(record, origins):
    request = {key: value for key, value in record["request"].items() if value not in (None, {})}
    if request.get("node") == "pve1":
        del request["node"]
    return rewritten(request, origins)


def answer_of(response):
    answer = {"status": response["status"], "reason": response["reason"]}
    body = response.get("json")
    if body is None:
        answer["text"] = bool(response.get("text"))
        return answer
    if isinstance(body.get("errors"), dict):
        answer["errors"] = sorted(body["errors"])
    answer["shape"] = shape_of({key: item for key, item in body.items() if key != "errors"})
    return answer


def condensed(records):
    origins = Origins()
    for record in records:
        if record.get("request") is None:
            yield {key: record[key] for key in ("id", "group", "action", "node")}
            continue
        out = {"id": record["id"], "group": record["group"],
               "request": request_of(record, origins), "answer": answer_of(record["response"])}
        for key in ("poll", "sleep_before"):
            if record.get(key):
                out[key] = record[key]
        yield out
        origins.note(record)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    for record in condensed(records):
        print(json.dumps(record, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
