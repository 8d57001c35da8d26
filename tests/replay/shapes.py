"""The structure of a JSON value as text: its keys and types, not its values.

    {"a": [1, "x"], "b": null}  ->  {a:[n|s],b:z}

s, n, b and z are a string, a number, a boolean and null. The items of a list become one: of
objects the union of their keys, since PVE leaves out keys that have no value. What
/cluster/resources lists has one object for each type.
"""

import json

CUT = "__truncated__"
RESOURCES = ("node", "qemu", "lxc", "storage", "pool", "sdn", "network")


def _merge(shapes):
    """One shape of several: objects by their keys, lists by their items, the rest side by side."""
    objects = [s for s in shapes if isinstance(s, dict)]
    lists = [s for s in shapes if isinstance(s, list)]
    plain = sorted({s for s in shapes if isinstance(s, str)})
    merged = list(plain)
    if objects:
        keys = {key for one in objects for key in one}
        merged.append({key: _merge([one[key] for one in objects if key in one]) for key in keys})
    if lists:
        items = [item for one in lists for item in one]
        merged.append([_merge(items)] if items else [])
    return merged[0] if len(merged) == 1 else tuple(json.dumps(m, sort_keys=True) for m in merged)


def _kind(item):
    """What tells the items of one list apart."""
    kind = item.get("type") if isinstance(item, dict) and "id" in item else ""
    return kind if kind in RESOURCES else ""


def _shape(value):
    if value is None:
        return "z"
    if isinstance(value, bool):
        return "b"
    if isinstance(value, (int, float)):
        return "n"
    if isinstance(value, str):
        return "s"
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    items = [item for item in value if not (isinstance(item, dict) and CUT in item)]
    kinds = sorted({_kind(item) for item in items})
    return [_merge([_shape(item) for item in items if _kind(item) == kind]) for kind in kinds]


def _text(shape):
    if isinstance(shape, str):
        return shape
    if isinstance(shape, tuple):
        return "|".join(sorted(_text(_parsed(part)) for part in shape))
    if isinstance(shape, list):
        return "[" + ";".join(sorted(_text(item) for item in shape)) + "]"
    return "{" + ",".join(f"{key}:{_text(shape[key])}" for key in sorted(shape)) + "}"


def _parsed(part):
    return json.loads(part)


def shape_of(value):
    """The structure of `value` in one line."""
    return _text(_shape(value))
