"""Which tables of built-in rules there are, by file, and the form of each (rule_shapes.py)."""
from rule_shapes import Addresses, Rows, Words, a_text

FILES = {
    "keep": {
        "hosts": Words(),
        "users": Words(),
        "names": Words(),
        "clusters": Words(),
        "attributes": Words(),
        "interfaces": Words(),
        "lettered-interfaces": Words(),
        "units": Words(),
        "resolvers": Addresses(4),
        "resolvers6": Addresses(6),
        "keys": Words(),
    },
    "domains": {
        "vendors": Words(),
        "services": Words(),
        "top-level": Words(),
        "private": Words(),
        "second-level": Words(),
        "documentation": Words(),
        "words": Words(),
        "directories": Words(),
        "privileges": Words(is_lower=False),
        "schemes": Words(),
        "exports": Words(),
        "no-servers": Words(),
        "webhooks": Rows("Webhook", ("host", a_text, None), ("path", a_text, None)),
    },
}
