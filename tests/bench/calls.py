"""The requests of the comparison, as files for bench_load."""
import tempfile
from pathlib import Path

from drive import wire

ID = 1000000  # what bench_load replaces, kIdPlace in load.h
ECHO = ("tools/call", {"name": "echo", "arguments": {"text": "hello world"}})
LARGE = ("tools/call", {"name": "large", "arguments": {"text": "hello world"}})
LIST = ("tools/list", {})


def message(version, method, params):
    """One JSON-RPC request as text, with the id that bench_load replaces."""
    return wire.message(version, method, params, ID)


class Requests:
    """A folder with requests; each is written once."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="proxmox-mpc-bench-")
        self._files = {}

    def file(self, content):
        if content not in self._files:
            path = Path(self._folder.name, str(len(self._files)))
            path.write_bytes(content)
            self._files[content] = str(path)
        return self._files[content]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()
