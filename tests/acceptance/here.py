"""Where the acceptance tests find the binary and the code that drives it."""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
BINARY = Path(os.environ.get("PROXMOX_MPC_BINARY", ROOT / "build/release/proxmox-mpc"))
