"""The near end of the reader's process: starts it, gives it limits, and says what became of a file; the run goes on."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from array import array
from dataclasses import dataclass
from typing import BinaryIO, cast

import polars as pl

from auditor.sandbox import sheets

MEMORY = 700 << 20  # what reading a small file may take
MEMORY_A_BYTE = 40  # more for each byte of a large one
SECONDS = 8  # of the processor
SECONDS_A_MEGABYTE = 4
PATIENCE = 5  # seconds by the wall for one of the processor: the machine may be busy
_SIGXCPU = 24


class Failed(Exception):  # noqa: N818 - it is a verdict
    """The file cannot be read; the message is a sentence that says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: columns "0", "1" … and `row`; the rows that have cells far right of it; what was passed over."""

    frame: pl.DataFrame
    far: tuple[int, ...]
    note: str


@dataclass(slots=True)
class _Reader:
    """The process, once one is running."""

    process: subprocess.Popen[bytes] | None = None

    def running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", sheets.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
            _part(self.process)  # it is ready: starting costs no file its time
        return self.process

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    stream.close()
            self.process = None


_READER = _Reader()
atexit.register(_READER.end)


def read(kind: str, data: bytes) -> Sheet:
    """Read a "workbook" or a "page" (HTML in UTF-8) in the other process. Raises Failed: it says no, dies, or takes too long."""
    try:
        process = _READER.running()
    except (OSError, EOFError):
        raise Failed("the reader's process could not be started; see `auditor doctor`") from None
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    seconds = SECONDS + SECONDS_A_MEGABYTE * len(data) // 2**20
    timer = threading.Timer(PATIENCE * seconds, stop)
    timer.start()
    try:
        answer = _asked(process, kind, data, seconds)
    finally:
        timer.cancel()
    if answer is None:
        _READER.end()
        if late.is_set() or process.returncode == -_SIGXCPU:
            raise Failed(f"reading the {kind} took too long; export smaller pieces or CSV")
        raise Failed(f"the {kind} could not be read (out of memory, or a crafted file); save it anew as .xlsx, or export CSV")
    if isinstance(answer, str):
        raise Failed(answer)
    return answer


def _asked(process: subprocess.Popen[bytes], kind: str, data: bytes, seconds: int) -> Sheet | str | None:
    """The table, or why there is none; None where the process ended instead."""
    try:
        limits = f"{MEMORY + MEMORY_A_BYTE * len(data)} {seconds}"
        sheets.send(cast(BinaryIO, process.stdin), kind.encode(), limits.encode(), data)
        if _part(process) != b"ok":
            return _part(process).decode("utf-8", "replace")
        note, rows, far = _part(process).decode("utf-8", "replace"), _numbers(_part(process)), _numbers(_part(process))
        width = int(_part(process))
        columns = [_column(str(index), _part(process)) for index in range(width)]
    except (OSError, EOFError):
        return None
    return Sheet(pl.DataFrame([*columns, pl.Series("row", rows, dtype=pl.Int64)]), tuple(far), note)


def _part(process: subprocess.Popen[bytes]) -> bytes:
    part = sheets.receive(cast(BinaryIO, process.stdout))
    if part is None:
        raise EOFError
    return part


def _numbers(data: bytes) -> array[int]:
    found = array("q")
    found.frombytes(data)
    return found


def _column(name: str, joined: bytes) -> pl.Series:
    """The cells that were joined; empty ones are null."""
    cells = pl.Series(name, [joined.decode("utf-8")], dtype=pl.String)
    split = pl.col(name).str.split(sheets.SEPARATOR).explode()
    return cells.to_frame().select(split).select(pl.when(pl.col(name) != "").then(pl.col(name))).to_series().alias(name)
