"""The table of formats that can be read, and which of them a file is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from auditor.errors import Fault, UsageError
from auditor.ingest import (
    allegro_messages,
    allegro_orders,
    canonical,
    facts,
    pinduoduo_chat,
    pinduoduo_orders,
    qianniu_page,
    qianniu_text,
    transcript_text,
    wangwang_text,
)
from auditor.ingest.mapped import Mapped
from auditor.ingest.mapping import load_mapping
from auditor.ingest.source import Source
from auditor.ingest.tables import Kind, Match, RawRows, Refused


class Recogniser(Protocol):
    """A module that knows a format by its content."""

    @property
    def ID(self) -> str: ...  # noqa: D102, N802
    @property
    def TITLE(self) -> str: ...  # noqa: D102, N802
    @property
    def KINDS(self) -> tuple[Kind, ...]: ...  # noqa: D102, N802

    def recognise(self, source: Source) -> Match | None:
        """How it knows the file, or None."""


class Reader(Recogniser, Protocol):
    """A module that also reads the format's rows."""

    def read(self, source: Source, match: Match) -> RawRows:
        """The rows under canonical names. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table."""

    id: str
    kinds: tuple[Kind, ...]
    description: str
    module: Recogniser
    reader: Reader | None


def _row(module: Reader) -> Format:
    return Format(module.ID, module.KINDS, module.TITLE, module, module)


_KNOWN = Path(__file__).parent / "known"  # the formats that are data

FORMATS: tuple[Format, ...] = (
    _row(canonical),
    _row(pinduoduo_orders),
    _row(pinduoduo_chat),
    _row(qianniu_text),
    _row(qianniu_page),
    _row(wangwang_text),
    _row(transcript_text),
    _row(allegro_messages),
    _row(allegro_orders),
    *(_row(Mapped(load_mapping(path))) for path in sorted(_KNOWN.glob("*.yaml"))),
    Format(facts.ID, facts.KINDS, facts.TITLE, facts, None),
)


def of_mappings(paths: Sequence[str | Path]) -> tuple[Format, ...]:
    """The formats that a user's mapping files describe. Raises UsageError with the faults of all of them."""
    faults: list[Fault] = []
    found: dict[str, Format] = {}
    for path in paths:
        try:
            row = _row(Mapped(load_mapping(Path(path))))
        except UsageError as error:
            faults += error.faults
            continue
        if row.id in found or any(row.id == known.id for known in FORMATS):
            faults.append(Fault(str(path), f"the id {row.id} is taken", "give the mapping an id of its own"))
        found[row.id] = row
    if faults:
        raise UsageError(faults)
    return tuple(found.values())


def recognise(source: Source, kind: str | None, only: str | None, own: Sequence[Format] = ()) -> tuple[Format, Match]:
    """The one format that knows the file; the user's own mappings (`own`) go before the known ones.

    Raises Refused where none or several do, or where it is of another kind than said.
    """
    found: list[tuple[Format, Match]] = []
    for rows in (own, FORMATS):
        asked = [row for row in rows if only in (None, row.id)]
        found = found or [(row, match) for row in asked if (match := row.module.recognise(source)) is not None]
    if not found:
        raise Refused(f"no known format{f' ({only} was asked for)' if only else ''}; {_seen(source)}; see `auditor formats list`")
    if len(found) > 1:
        raise Refused(f"{' and '.join(row.id for row, _ in found)} both recognise it; say which with --format")
    row, match = found[0]
    if kind is not None and match.kind != kind:
        raise Refused(f"given as {kind}, but it holds {match.kind} ({row.id}); {_seen(source)}")
    return row, match


def _seen(source: Source) -> str:
    """The header or the keys that were seen."""
    if source.objects:
        keys = sorted({str(key) for value in source.objects for key in value})
        return f"its keys are: {', '.join(keys)[:200]}"
    filled = [cells for cells in source.rows if any(cell.strip() for cell in cells)]
    if filled:
        return f"its first line is: {', '.join(cell.strip() for cell in filled[0])[:200]}"
    return f"it is {source.shape} without rows"
