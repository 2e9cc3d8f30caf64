"""A short lane of the faults: a few calls of each kind; `python -m tests.faults` hits every one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READY = sys.platform.startswith("linux") and shutil.which("gcc") is not None


@pytest.mark.skipif(not READY, reason="needs Linux and gcc, to build what lets file-system calls go wrong")
def test_a_night_survives_kills_power_cuts_and_full_disks() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.faults",
        "--only",
        "killed,power,ENOSPC_from,torn_writes",
        "--step",
        "40",
        "--budget",
        "40",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert " 0 broken promises" in done.stdout.splitlines()[-1]
