"""The table of formats that can be read, and which of them a file is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from auditor.errors import Fault, UsageError
from auditor.ingest import (
    allegro_issues,
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
    whatsapp_text,
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
    """One row of the table. `platform` is None where the rows say it themselves; `sample` lies in sample_transcripts/."""

    id: str
    kinds: tuple[Kind, ...]
    description: str
    module: Recogniser
    reader: Reader | None
    platform: str | None = None
    sample: str = ""


def _row(module: Reader, platform: str | None = None, sample: str = "") -> Format:
    return Format(module.ID, module.KINDS, module.TITLE, module, module, platform, f"sample_transcripts/{sample or module.ID}")


def _mapped(path: Path) -> Format:
    mapping = load_mapping(path)
    return _row(Mapped(mapping), mapping.platform, _FOLDERS.get(mapping.id, mapping.id))


_KNOWN = Path(__file__).parent / "known"  # the formats that are data
# Samples that lie with others of their platform.
_FOLDERS = {
    **dict.fromkeys(("taobao_main_orders", "taobao_sub_orders"), "taobao_order_pair"),
    "amazon_all_orders": "amazon_orders",
    "taobao_items": "taobao_orders",
}

FORMATS: tuple[Format, ...] = (
    _row(canonical, None, "canonical_csv"),
    _row(pinduoduo_orders, "pinduoduo", "pinduoduo"),
    _row(pinduoduo_chat, "pinduoduo", "pinduoduo"),
    _row(qianniu_text, "taobao", "qianniu"),
    _row(qianniu_page, "taobao"),
    _row(wangwang_text, "taobao", "wangwang"),
    _row(transcript_text),
    _row(allegro_messages, "allegro", "allegro"),
    _row(allegro_issues, "allegro"),
    _row(allegro_orders, "allegro", "allegro"),
    _row(whatsapp_text, None, "whatsapp"),
    *(_mapped(path) for path in sorted(_KNOWN.glob("*.yaml"))),
    Format(facts.ID, facts.KINDS, facts.TITLE, facts, None, None, "sample_transcripts/facts.yaml"),
)


def _own(path: Path) -> Format:
    """A user's mapping, whose note says which file it was."""
    mapping = load_mapping(path)
    by = f"read by {path.name} (SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]})"
    mapped = Mapped(replace(mapping, note="; ".join(filter(None, (mapping.note, by)))))
    return Format(mapped.ID, mapped.KINDS, mapped.TITLE, mapped, mapped, mapping.platform, str(path))


def of_mappings(paths: Sequence[str | Path]) -> tuple[Format, ...]:
    """The formats that a user's mapping files describe. Raises UsageError with the faults of all of them."""
    faults: list[Fault] = []
    found: dict[str, Format] = {}
    for path in paths:
        try:
            row = _own(Path(path))
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
        found = [one for one in found if one[1].sure]
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
