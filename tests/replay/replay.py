#!/usr/bin/env python3
"""Replays recorded exchanges with real PVE clusters against the simulator, and compares.

    replay.py --binary build/release/proxmox-mpc [--pve 8.4|9.2] [--group NAME]... [--show N]
              [--least PERCENT] [--record ID]

Two answers are equal when their status, reason phrase, names of errors and structure (keys and
types, shapes.py) are. Line numbers in Perl's messages, process ids and temporary names are not
compared. Every difference is printed with what was asked; known.json gives reasons for those
that stay. Ends with 1 when fewer than PERCENT of the records of a version are equal.
"""

import argparse
import base64
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from shapes import shape_of

HERE = Path(__file__).resolve().parent
VERSIONS = ("8.4", "9.2")
SPEED = 60
ORIGIN = re.compile(r"\{\{(\S+) ([^}]*)\}\}")
# What differs between two runs of the real thing.
VOLATILE = ((re.compile(r" line \d+"), " line N"), (re.compile(r"\.tmp\.\d+"), ".tmp.N"),
            (re.compile(r"UPID:[^\s]+:"), "UPID"), (re.compile(r"\b[0-9a-f]{40}\b"), "DIGEST"),
            (re.compile(r"pid \d+"), "pid N"), (re.compile(r"\([0-9A-Fx]+\)"), "(N)"))


class Simulator:
    """A simulated lab of one version, as a process; `with` ends it."""

    def __init__(self, binary, version):
        self._folder = tempfile.TemporaryDirectory()
        self._ready = Path(self._folder.name) / "ready.json"
        self._binary = binary
        self._process = subprocess.Popen(
            [binary, "sim", "--scenario", "lab", "--pve", version, "--http", "--listen",
             "127.0.0.1:0", "--speed", str(SPEED), "--ready-file", str(self._ready)],
            stderr=subprocess.DEVNULL)
        while not self._ready.exists() and self._process.poll() is None:
            time.sleep(0.01)
        self.nodes = json.loads(self._ready.read_text())["nodes"]

    def control(self, action, *arguments):
        subprocess.run([self._binary, "sim", "ctl", "--ready-file", str(self._ready), action,
                        *arguments], check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def filled(value):
    """A body's value as it is sent."""
    if isinstance(value, dict) and "__repeat__" in value:
        text, count = value["__repeat__"]
        return text * count
    return value


def multipart(body):
    lines = []
    for name, value in body.items():
        lines.append("--recorded")
        if isinstance(value, dict):
            content = filled(value.get("__content__", ""))
            if "__base64__" in value:
                content = base64.b64decode(value["__base64__"]).decode("latin-1")
            lines += [f'Content-Disposition: form-data; name="{name}"; filename="{value["__file__"]}"',
                      "Content-Type: application/octet-stream", "", content]
        else:
            lines += [f'Content-Disposition: form-data; name="{name}"', "", str(value)]
    return "\r\n".join(lines + ["--recorded--", ""]).encode("latin-1"), "multipart/form-data; boundary=recorded"


def encoded(request):
    """The body and its type."""
    body, kind = request.get("body"), request.get("content_type")
    if body is None:
        return None, None if kind in (None, "form", "json") else kind
    body = filled(body)
    if isinstance(body, str):
        types = {"form": "application/x-www-form-urlencoded", "json": "application/json"}
        return body.encode(), types.get(kind, kind)
    body = {key: filled(value) for key, value in body.items()}
    if kind == "json":
        return json.dumps(body).encode(), "application/json"
    if kind == "multipart":
        return multipart(body)
    return urlencode(body, doseq=True).encode(), "application/x-www-form-urlencoded"


class Client:
    """Sends recorded requests; remembers tickets, tokens and what was answered."""

    def __init__(self, simulator):
        self._simulator = simulator
        self._tickets = {}
        self._tokens = {}
        self._answers = {}

    def send(self, record):
        request = self._resolved(record["request"])
        if record.get("sleep_before"):
            time.sleep(record["sleep_before"] / SPEED)
        poll = record.get("poll")
        until = time.monotonic() + (poll["timeout"] if poll else 0) / SPEED
        answer = self._exchange(request)
        while poll and not self._holds(poll["until"], answer) and time.monotonic() < until:
            time.sleep(0.01)
            answer = self._exchange(request)
        self._remember(record["id"], request, answer)
        return answer

    def _resolved(self, value):
        if isinstance(value, str):
            return ORIGIN.sub(lambda found: self._answered(*found.groups()), value)
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        return [self._resolved(item) for item in value] if isinstance(value, list) else value

    def _answered(self, identity, pointer):
        value = self._answers.get(identity)
        for key in pointer.split("/")[1:]:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and int(key) < len(value):
                value = value[int(key)]
            else:
                value = None
        return value if isinstance(value, str) else f"unanswered-{identity}"

    def _headers(self, request):
        headers = dict(request.get("headers", {}))
        auth, who = request["auth"], request.get("as")
        if auth in ("token", "user-token", "token-privsep"):
            headers["Authorization"] = f"PVEAPIToken={who}={self._tokens.get(who, '')}"
        elif auth in ("ticket", "cookie-only", "user-limited"):
            ticket, csrf = self._tickets.get(who, ("", ""))
            headers["Cookie"] = "PVEAuthCookie=" + ticket.replace("+", "%2B").replace("=", "%3D")
            if auth != "cookie-only":
                headers.setdefault("CSRFPreventionToken", csrf)
        return headers

    def _exchange(self, request):
        body, kind = encoded(request)
        headers = self._headers(request)
        if kind:
            headers["Content-Type"] = kind
        query = request.get("query")
        path = "/api2/json" + request["path"]
        if query:
            path += "?" + (query if isinstance(query, str) else urlencode(query, doseq=True))
        address = urlsplit(self._simulator.nodes[request.get("node", "pve1")])
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        try:
            connection.request(request["method"], path, body, headers)
            response = connection.getresponse()
            return self._read(response)
        except (OSError, http.client.HTTPException) as failure:
            return {"status": 0, "reason": type(failure).__name__, "text": ""}
        finally:
            connection.close()

    @staticmethod
    def _read(response):
        body = response.read()
        if response.getheader("Content-Encoding") == "gzip":
            import gzip
            body = gzip.decompress(body)
        out = {"status": response.status, "reason": response.reason}
        try:
            out["json"] = json.loads(body)
        except ValueError:
            out["text"] = body.decode("utf-8", "replace")
        return out

    @staticmethod
    def _holds(wanted, answer):
        data = answer.get("json", {}).get("data")
        if not isinstance(data, dict):
            return True
        return all(data.get(key) == value for key, value in wanted.items())

    def _remember(self, identity, request, answer):
        body = answer.get("json")
        if not isinstance(body, dict):
            return
        self._answers[identity] = body
        data = body.get("data")
        if not isinstance(data, dict):
            return
        if "CSRFPreventionToken" in data and not data.get("NeedTFA"):
            self._tickets[data["username"]] = (data["ticket"], data["CSRFPreventionToken"])
        if "full-tokenid" in data:
            self._tokens[data["full-tokenid"]] = data["value"]


def steady(reason):
    for pattern, name in VOLATILE:
        reason = pattern.sub(name, reason)
    return reason.strip()


def observed(answer):
    out = {"status": answer["status"], "reason": answer["reason"]}
    body = answer.get("json")
    if not isinstance(body, dict):
        out["text"] = bool(answer.get("text"))
        return out
    if isinstance(body.get("errors"), dict):
        out["errors"] = sorted(body["errors"])
    out["shape"] = shape_of({key: item for key, item in body.items() if key != "errors"})
    return out


def differences(expected, answer):
    """[(what, expected, seen)]; empty when equal."""
    seen = observed(answer)
    keys = ("status", "reason", "errors", "shape", "text")
    pairs = [(key, expected.get(key), seen.get(key)) for key in keys]
    pairs[1] = ("reason", steady(expected["reason"]), steady(seen["reason"]))
    return [pair for pair in pairs if pair[1] != pair[2]]


def records_of(version, groups):
    with open(HERE / f"recorded-{version}.jsonl", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return [r for r in records if not groups or r["group"] in groups or r["group"] == "setup"]


def replay(binary, version, groups):
    """[(record, answer, differences)] of all that were sent."""
    out = []
    with Simulator(binary, version) as simulator:
        client = Client(simulator)
        for record in records_of(version, groups):
            if "action" in record:
                simulator.control(record["action"], *filter(None, [record.get("node")]))
                continue
            answer = client.send(record)
            out.append((record, answer, differences(record["answer"], answer)))
    return out


def describe(record, answer, found):
    request = record["request"]
    print(f"\n{record['id']}: {request['method']} {request['path']}"
          f" {json.dumps(request.get('query') or '', ensure_ascii=False)}"
          f" {json.dumps(request.get('body') or '', ensure_ascii=False)[:600]} as {request.get('as')}")
    for what, expected, seen in found:
        print(f"  {what}: expected {expected}\n  {' ' * len(what)}  answered {seen}")
    if "errors" in answer.get("json", {}):
        print(f"  errors: {json.dumps(answer['json']['errors'], ensure_ascii=False)[:600]}")


def report(version, results, known, show):
    total, equal = Counter(), Counter()
    shown = 0
    for record, answer, found in results:
        total[record["group"]] += 1
        equal[record["group"]] += not found
        if found and record["id"] not in known and shown < show:
            describe(record, answer, found)
            shown += 1
    print(f"\nPVE {version}")
    for group in total:
        print(f"  {group:24} {equal[group]:4} of {total[group]:4}")
    percent = 100 * sum(equal.values()) / max(1, sum(total.values()))
    reasons = Counter(known.get(r["id"], "not explained") for r, _, found in results if found)
    for reason, count in reasons.most_common():
        print(f"  differs {count:4} times: {reason}")
    print(f"replay {version}: {sum(equal.values())} of {sum(total.values())} equal, {percent:.1f} %")
    return percent


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("--binary", required=True)
    options.add_argument("--pve", choices=VERSIONS, action="append")
    options.add_argument("--group", action="append", default=[])
    options.add_argument("--show", type=int, default=20, help="differences to print (20)")
    options.add_argument("--least", type=float, default=0, help="percent that must be equal")
    arguments = options.parse_args()
    known = json.loads((HERE / "known.json").read_text())
    good = True
    for version in arguments.pve or VERSIONS:
        results = replay(os.path.abspath(arguments.binary), version, arguments.group)
        good &= report(version, results, known.get(version, {}), arguments.show) >= arguments.least
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
