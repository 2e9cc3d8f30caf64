"""Rows that could not be used, told so that a person can mend them: value and mend apart, a thousand alike as one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import Fault, UsageError
from auditor.model import Quarantined

_SHOWN_ROWS = 5
# What differs between faults of one kind: quoted values and numbers.
_OWN = re.compile(r"'[^']{0,400}'|\"[^\"]{0,400}\"|[0-9]+(?:[.,:][0-9]+)*")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one file that fail in one way; `example` is the first of them, `rows` the first few numbers."""

    file: str
    column: str
    reason: str
    mend: str
    count: int
    rows: tuple[int, ...]
    example: str

    def __str__(self) -> str:
        """One line: where, how many, why, how to mend it."""
        where = f"{self.file}, column {self.column}" if self.column else self.file
        places = ", ".join(map(str, self.rows)) + (" …" if self.count > len(self.rows) else "")
        many = f"{self.count:,} rows ({places})" if self.count > 1 else f"row {places}"
        shown = f", such as {self.example!r}" if self.example and self.example not in self.reason else ""
        what = f"{where}: {self.reason}" if self.rows == (0,) else f"{where}: {many}: {self.reason}{shown}"
        return f"{what}; {self.mend}" if self.mend else what


def what_and_mend(reason: str) -> tuple[str, str]:
    """What is wrong, and how to mend it: the two halves of a reason."""
    what, _, mend = reason.partition("; ")
    return what, mend


def value_of(row: Quarantined) -> str:
    """The cell that is at fault, where the row was kept by columns; else the row itself."""
    if not row.column:
        return row.raw
    try:
        record = json.loads(row.raw)
    except ValueError:
        return row.raw
    cell = record.get(row.column) if isinstance(record, dict) else None
    return row.raw if cell is None else str(cell)


def grouped(rows: Iterable[Quarantined]) -> tuple[Group, ...]:
    """Rows that fail alike as one group, in the order of files and first rows."""
    found: dict[tuple[str, str, str], list[Quarantined]] = {}
    for row in sorted(rows, key=lambda each: (each.file, each.row, each.column, each.reason)):
        found.setdefault((row.file, row.column, _OWN.sub("…", row.reason)), []).append(row)
    return tuple(_group(alike) for alike in found.values())


def _group(alike: list[Quarantined]) -> Group:
    first = alike[0]
    what, mend = what_and_mend(first.reason)
    numbers = tuple(row.row for row in alike[:_SHOWN_ROWS])
    example = "".join(sign if sign.isprintable() else " " for sign in value_of(first))[:80]
    return Group(first.file, first.column, what, mend, len(alike), numbers, example if first.row else "")


def read(path: Path) -> list[Quarantined]:
    """The rows of a run's quarantine.jsonl. Raises UsageError where it cannot be read."""
    try:
        with path.open(encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        return [Quarantined(r["file"], r["row"], r["reason"], r["raw"], r.get("column", "")) for r in records]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(Fault(str(path), f"cannot be read ({error})", "name the folder of a run")) from error
