"""Seeds to documents."""
import json
import random

from . import api, files, logs, prose, template
from .campus import FIFTH, Campus
from .document import Builder
from .estate import Estate
from .fleet import THIRD, Fleet
from .harbour import SIXTH, Harbour
from .mosaic import FOURTH, Mosaic
from .world import World

KINDS = [k for m in (api, files, logs, prose) for k in m.KINDS]

FAMILIES = {   # each with an author of its own
    "first": (World, KINDS), "second": (Estate, template.makers()), "third": (Fleet, template.makers("third", THIRD)),
    "fourth": (Mosaic, template.makers("fourth", FOURTH)), "fifth": (Campus, template.makers("fifth", FIFTH)),
    "sixth": (Harbour, template.makers("sixth", SIXTH)),
}


def wrapped(builder, ident, kind, content):
    """A text as it is, or inside a JSON document as an answer carries it."""
    if not isinstance(content, str):
        return builder.finish_json(ident, kind, content)
    if builder.rng.random() < .25 and kind not in ("pem_layers",):
        return builder.finish_json(ident, kind + "+json", {"content": [{"type": "text", "text": content}]})
    return builder.finish(ident, kind, content)


def corpus(seed, count, family="first"):
    """(world, documents)."""
    rng = random.Random(seed)
    make_world, kinds = FAMILIES[family]
    world = make_world(rng)
    documents = []
    for index in range(count):
        make = kinds[index] if index < len(kinds) else rng.choice(kinds)
        builder = Builder(rng, world)
        content = make(builder)
        documents.append(wrapped(builder, f"{make.__name__}-{index}", make.__name__, content))
    return world, documents


def write_jsonl(documents, path):
    with open(path, "w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps({"id": document.id, "text": document.text}, ensure_ascii=False) + "\n")
