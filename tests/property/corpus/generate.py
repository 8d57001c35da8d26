"""Seeds to documents."""
import json
import random

from . import api, files, logs, prose
from .document import Builder
from .world import World

KINDS = [k for m in (api, files, logs, prose) for k in m.KINDS]


def wrapped(builder, ident, kind, content):
    """A text as it is, or inside a JSON document as an answer carries it."""
    if not isinstance(content, str):
        return builder.finish_json(ident, kind, content)
    if builder.rng.random() < .25 and kind not in ("pem_layers",):
        return builder.finish_json(ident, kind + "+json", {"content": [{"type": "text", "text": content}]})
    return builder.finish(ident, kind, content)


def corpus(seed, count):
    """(world, documents)."""
    rng = random.Random(seed)
    world = World(rng)
    documents = []
    for index in range(count):
        make = KINDS[index % len(KINDS)] if index < len(KINDS) else rng.choice(KINDS)
        builder = Builder(rng, world)
        content = make(builder)
        documents.append(wrapped(builder, f"{make.__name__}-{index}", make.__name__, content))
    return world, documents


def write_jsonl(documents, path):
    with open(path, "w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps({"id": document.id, "text": document.text}, ensure_ascii=False) + "\n")
