"""Where the acceptance tests find the binary and the code that drives it."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from drive.server import clean_environment  # noqa: E402

BINARY = Path(os.environ.get("PROXMOX_MPC_BINARY", ROOT / "build/release/proxmox-mpc"))


def run(*arguments, text="", environment=None):
    """One command of the binary, as people type it in a terminal."""
    return subprocess.run([BINARY, *arguments], input=text, capture_output=True, text=True,
                          timeout=60, env=clean_environment(environment), check=False)
