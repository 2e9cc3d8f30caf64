"""Runs a program as a child process and measures what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE_EVERY = 0.05  # seconds between two looks at the memory of the process tree


class ProgramError(RuntimeError):
    """The program ended with an exit code that is none of the expected; the message ends with what it wrote to stderr."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds on the clock, CPU seconds of it and its children, peak memory in MiB."""

    wall: float
    cpu: float
    largest: float  # peak of the largest single process (the kernel's figure)
    tree: float  # peak of the sum over the process tree (sampled; 0 where /proc is missing)
    code: int


def auditor() -> list[str]:
    """The auditor of the Python that runs this, as the front of a command line."""
    script = Path(sys.executable).with_name("auditor.exe" if os.name == "nt" else "auditor")
    return [str(script)] if script.exists() else [sys.executable, "-m", "auditor"]


def _resident(pid: int) -> int:
    """Bytes of the process and all that it started, shared pages counted once for each; 0 if it is gone."""
    total = 0
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        total += int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                total += _resident(int(child))
    except OSError:
        pass
    return total


def run(command: Sequence[str], folder: Path, codes: Sequence[int] = (0,)) -> Cost:
    """Runs `command` in `folder` to its end. Raises ProgramError for an exit code not in `codes`."""
    peak = 0
    with tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        child = subprocess.Popen(
            list(command),
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        over = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not over.wait(SAMPLE_EVERY):
                peak = max(peak, _resident(child.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        cpu, largest, code = _reap(child)
        wall = time.perf_counter() - started
        over.set()
        watcher.join()
        if code not in codes:
            complaints.seek(0)
            told = complaints.read().decode("utf-8", "replace")[-2000:]
            raise ProgramError(f"{' '.join(command)} ended with exit code {code}\n{told}")
    return Cost(wall, cpu, largest, peak / 2**20, code)


def _reap(child: subprocess.Popen[bytes]) -> tuple[float, float, int]:
    """(CPU seconds, peak MiB of its largest process, exit code); figures are 0 where the system does not tell them."""
    if not hasattr(os, "wait4"):
        return 0.0, 0.0, child.wait()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, child.returncode
