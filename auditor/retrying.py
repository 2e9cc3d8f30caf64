"""The quarantine of an earlier run tried again: what its files hold now that could not be read then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor import ingest, quarantine
from auditor.errors import Fault, UsageError
from auditor.model import InputFile, Quarantined
from auditor.normalise import normalise

_BY_OPTION = ("orders", "penalties")


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of one file that had trouble."""

    file: str
    before: str  # read, refused, postponed
    now: str  # the same, or "gone"
    mended: int  # rows that failed then and do not now
    rows: int  # rows that are read now
    still: tuple[Quarantined, ...]

    def __str__(self) -> str:
        """One line, without the rows that still fail."""
        if self.now == "gone":
            return f"{self.file}: is no longer there; put it back to try it again"
        if self.before != "read" and self.now == "read":
            left = f"; {len(self.still):,} still fail" if self.still else ""
            return f"{self.file}: was {self.before}, is read now: {self.rows:,} rows{left}"
        if self.before != "read":
            return f"{self.file}: still {self.now}"
        return f"{self.file}: {self.mended:,} rows are read now, {len(self.still):,} still fail"


def retried(folder: Path, options: ingest.Options) -> tuple[Retried, ...]:
    """Read the files of the run in `folder` again under `options`. Writes nothing. Raises UsageError."""
    inputs = _inputs(folder)
    old = quarantine.read(folder / "quarantine.jsonl")
    troubled = sorted({row.file for row in old} | {file.path for file in inputs if file.status != "read"})
    there = {file.path: place for file in inputs if (place := _on_disk(file.path)) is not None}
    loaded = normalise(_loaded(inputs, there, options)) if there else None
    now = {file.path: file for file in loaded.inputs} if loaded else {}
    failing = loaded.quarantined if loaded else ()
    return tuple(_retried(path, inputs, old, now, failing) for path in troubled)


def _loaded(inputs: Sequence[InputFile], there: Mapping[str, str], options: ingest.Options) -> ingest.Loaded:
    by_kind: dict[str, list[str]] = {kind: [] for kind in _BY_OPTION}
    rest: list[str] = []
    for file in inputs:
        if file.path in there:
            by_kind.get(file.kind, rest).append(there[file.path])
    return ingest.load(sorted(set(rest)), sorted(set(by_kind["orders"])), sorted(set(by_kind["penalties"])), options=options)


def _retried(
    path: str,
    inputs: Sequence[InputFile],
    old: Sequence[Quarantined],
    now: Mapping[str, InputFile],
    failing: Sequence[Quarantined],
) -> Retried:
    before = next((file.status for file in inputs if file.path == path), "refused")
    file = now.get(path)
    if file is None:
        return Retried(path, before, "gone", 0, 0, ())
    still = tuple(row for row in failing if row.file == path)
    rows = {row.row for row in old if row.file == path and row.row}
    mended = len(rows - {row.row for row in still}) if file.status == "read" else 0
    return Retried(path, before, file.status, mended, file.accepted, still)


def _on_disk(path: str) -> str | None:
    """The file itself, or the zip file that it lies in; None where neither is there."""
    for place in (Path(path), *Path(path).parents):
        if place.is_file():
            return place.as_posix()
    return None


def _inputs(folder: Path) -> list[InputFile]:
    try:
        record: Any = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        known = InputFile.__dataclass_fields__
        return [InputFile(**{name: each[name] for name in known if name in each}) for each in record["inputs"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(Fault(str(folder / "run.json"), f"cannot be read ({error})", "name the folder of a run")) from error


def as_of_the_run(folder: Path, options: ingest.Options) -> ingest.Options:
    """The options under the clock of that run. Raises UsageError."""
    from datetime import datetime

    try:
        record: Any = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return replace(options, as_of=datetime.fromisoformat(record["as_of"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(Fault(str(folder / "run.json"), f"cannot be read ({error})", "name the folder of a run")) from error
