"""Builds the shim and runs the harness under it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def built(folder: Path) -> Path:
    """The shim, compiled."""
    library = folder / "shim.so"
    command = ["gcc", "-O1", "-fPIC", "-shared", "-w", "-o", str(library), str(HERE / "shim.c"), "-ldl"]
    subprocess.run(command, check=True)
    return library


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Injects faults into the nightly run.")
    parser.add_argument("--only", default="", help="names of faults, with commas between")
    parser.add_argument("--step", type=int, default=1, help="hit every so many calls")
    parser.add_argument("--kills", type=int, default=100, help="kills at random times")
    parser.add_argument("--budget", type=float, default=0, help="seconds after which no new fault is begun (0: none)")
    chosen = parser.parse_args()
    if "shim.so" in os.environ.get("LD_PRELOAD", ""):
        from tests.faults.faults import lane

        with tempfile.TemporaryDirectory(prefix="faults-") as name:
            return lane(
                Path(name).resolve(), chosen.only.split(",") if chosen.only else [], chosen.step, chosen.kills, chosen.budget
            )
    with tempfile.TemporaryDirectory(prefix="shim-") as name:
        environment = {**os.environ, "LD_PRELOAD": str(built(Path(name))), "POLARS_MAX_THREADS": "1"}
        return subprocess.run([sys.executable, "-m", "tests.faults", *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
