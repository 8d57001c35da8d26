#!/usr/bin/env python3
"""Takes out of recorded PVE exchanges what the tests of the client are fed with.

    extract.py 8.4=RECORDED.jsonl 9.2=RECORDED.jsonl

RECORDED is what condense.py reads. Writes beside this file, one JSON object a line and each thing once:

  property-strings.jsonl  every property string that was sent or answered, and the method and parameter
                          whose facts tell its format; "refused" when the request was
  refusals.jsonl          every answer that is no success; digits that only count are made alike first.
                          "kind" is judged by a person, and kept; a new one has none, which fails the test
  answers.jsonl           every success of the calls that have a decoder, one of each structure
"""

import json
import re
import sys
from pathlib import Path

from shapes import shape_of

HERE = Path(__file__).resolve().parent
FACTS = HERE.parent.parent / "schemas" / "pve"

# The decoders of proxmox/decode.h -> the calls whose answers they read.
DECODED = {
    "resources": r"GET /cluster/resources",
    "cluster_status": r"GET /cluster/status",
    "version": r"GET (?:/nodes/[^/]+)?/version",
    "task_status": r"GET /nodes/[^/]+/tasks/[^/]+/status",
    "task_log": r"GET /nodes/[^/]+/tasks/[^/]+/log",
}


class Api:
    """The facts of one release: which of a method's parameters are property strings."""

    def __init__(self, version):
        self._named = json.loads((FACTS / "formats.json").read_text())
        self._methods = []
        for line in (FACTS / f"api-{version}.jsonl").read_text().splitlines():
            facts = json.loads(line)
            pattern = re.sub(r"\{[^}]*\}", "[^/]+", facts["path"])
            self._methods.append((re.compile(pattern), facts))

    def _is_property_string(self, facts):
        facts = facts.get("items", facts) if isinstance(facts, dict) else {}
        form = facts.get("format")
        return isinstance(form, dict) or form in self._named

    def sources(self, method, path):
        """(method, path, parameters) of the facts that tell what stands at this path."""
        for pattern, facts in self._methods:
            if not pattern.fullmatch(path):
                continue
            if method == "GET" or facts["method"] == method:
                yield facts["method"], facts["path"], facts.get("params", {})

    def parameter(self, params, key):
        """The parameter of property strings that `key` is, or None."""
        for name in (key, re.sub(r"\d+$", "[n]", key)):
            if name in params and self._is_property_string(params[name]):
                return name
        return None


def pairs_of(value):
    """(key, text) of what in an answer may be a parameter's value; an object inside an object is one
    that PVE took apart already."""
    if isinstance(value, list):
        for item in value:
            yield from pairs_of(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        for text in item if isinstance(item, list) else [item]:
            if isinstance(text, str):
                yield key, text
    for member in ("value", "pending"):  # of .../pending, which lists keys
        if isinstance(value.get("key"), str) and isinstance(value.get(member), str):
            yield value["key"], value[member]


def where_set(path):
    """The paths whose parameters the objects answered at `path` have."""
    yield path
    yield re.sub(r"/pending$", "/config", path)
    yield re.sub(r"/(?:qemu|lxc)/\d+/snapshot/[^/]+/config$", lambda found: found[0].split("/snapshot")[0] + "/config",
                 path)
    yield re.sub(r"/[^/]+$", "", path)


def property_strings(version, api, record):
    request, response = record["request"], record["response"]
    method, path, good = request["method"], request["path"], response["status"] == 200
    told = []
    for place in (request.get("query"), request.get("body")):
        told += [(method, path, pair, not good) for pair in pairs_of(place)]
    if method == "GET" and good and isinstance(response.get("json"), dict):
        for place in dict.fromkeys(where_set(path)):
            told += [("GET", place, pair, False) for pair in pairs_of(response["json"].get("data"))]
    for verb, place, (key, text), refused in told:
        if "[__truncated__" in text:
            continue
        for owner, template, params in api.sources(verb, place):
            name = api.parameter(params, key)
            if name:
                yield {"version": version, "method": owner, "path": template, "parameter": name,
                       "text": text, "refused": refused}
                break


def alike(text):
    """`text` with the numbers of lines and processes made one."""
    return re.sub(r"(line |perl|\.tmp\.|pid )\d+", r"\g<1>1", text)


def refusal(version, record):
    request, response = record["request"], record["response"]
    body = response.get("text") or ""
    if isinstance(response.get("json"), dict):
        body = json.dumps(response["json"], ensure_ascii=False, sort_keys=True)
    return {"version": version, "method": request["method"], "path": request["path"],
            "status": response["status"], "reason": alike(response["reason"]),
            "body": alike(body)}


def without_marks(value):
    """Without the items that stand for what the recorder cut off."""
    if isinstance(value, list):
        return [without_marks(item) for item in value
                if not (isinstance(item, dict) and "__truncated__" in item)]
    if isinstance(value, dict):
        return {key: without_marks(item) for key, item in value.items()}
    return value


def answers(version, record):
    request, response = record["request"], record["response"]
    call = f"{request['method']} {request['path']}"
    for decoder, pattern in DECODED.items():
        if response["status"] == 200 and re.fullmatch(pattern, call) and response.get("json"):
            yield {"version": version, "decoder": decoder, "json": without_marks(response["json"])}


class Once:
    """Lines of a file, each kind of thing once."""

    def __init__(self):
        self._lines = {}

    def add(self, key, value):
        self._lines.setdefault(key, json.dumps(value, ensure_ascii=False))

    def write(self, name):
        (HERE / name).write_text("".join(line + "\n" for line in self._lines.values()), encoding="utf-8")
        print(name, len(self._lines))


def refusal_kind(line):
    """What makes two refusals the same thing: the numbers and ids in them do not."""
    errors = re.sub(r"\d+", "1", line["body"])
    return line["status"], re.sub(r"\d+", "1", line["reason"]), errors


def judged_kinds():
    """The kinds that stand in the file already."""
    file = HERE / "refusals.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {refusal_kind(line): line.get("kind", "") for line in map(json.loads, lines)}


def main():
    kinds = judged_kinds()
    strings, refusals, answered = Once(), Once(), Once()
    for argument in sys.argv[1:]:
        version, file = argument.split("=", 1)
        api = Api(version)
        for text in Path(file).read_text(encoding="utf-8").splitlines():
            record = json.loads(text)
            if record.get("request") is None:
                continue
            for line in property_strings(version, api, record):
                strings.add(tuple(line.values()), line)
            if record["response"]["status"] >= 300:
                line = refusal(version, record)
                same = refusal_kind(line)
                refusals.add(same, line | {"kind": kinds.get(same, "")})
            for line in answers(version, record):
                answered.add((line["decoder"], shape_of(line["json"])), line)
    strings.write("property-strings.jsonl")
    refusals.write("refusals.jsonl")
    answered.write("answers.jsonl")


if __name__ == "__main__":
    main()
