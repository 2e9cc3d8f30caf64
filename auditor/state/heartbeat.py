"""Small files beside the state that monitoring reads: how the last run went, and which penalties can still be appealed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from auditor.state.publish import sync

HEARTBEAT = "heartbeat.json"
DEADLINES = "deadlines.json"


def put(folder: Path, name: str, told: Mapping[str, Any] | Sequence[Any]) -> None:
    """Replace a file whole or not at all. Raises OSError."""
    aside = folder / f".{name}.new"
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        rest = memoryview(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    aside.replace(folder / name)
    sync(folder)


def beat(folder: Path, told: Mapping[str, Any]) -> None:
    """Say how a run went; that it cannot be said changes nothing, as a beat that does not come is itself the alarm."""
    with suppress(OSError):
        if folder.is_dir():
            put(folder, HEARTBEAT, told)


def read(folder: Path, name: str) -> Any:
    """What was said last; None where nothing was."""
    try:
        return orjson.loads((folder / name).read_bytes())
    except (OSError, ValueError):
        return None


def running(folder: Path) -> int | None:
    """The process that holds the state's lock, if it is alive."""
    try:
        pid = int((folder / "lock").read_text(encoding="ascii").strip() or 0)
        if pid:
            os.kill(pid, 0)
    except (OSError, ValueError, OverflowError):
        return None
    return pid or None
