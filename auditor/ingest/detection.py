"""What one file is taken for, and why: the answer of `auditor formats detect`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from auditor.errors import Fault, UsageError
from auditor.ingest import facts, formats, instants
from auditor.ingest.cells import Frame
from auditor.ingest.shape import shape
from auditor.ingest.source import Source, open_source
from auditor.ingest.tables import Match, RawRows, Refused

_FIRST = 3


@dataclass(frozen=True, slots=True)
class Detection:
    """`format` and `kind` are "unknown" where `why` says why the file would be refused. `header_row` counts from 1, 0: none."""

    path: str
    format: str
    kind: str
    encoding: str
    header_row: int
    zone: str
    understood: tuple[str, ...]
    ignored: tuple[str, ...]
    first_rows: tuple[Mapping[str, str], ...]
    why: str
    note: str = ""


def detect(path: str | Path, platform: str | None = None, timezone: str | None = None) -> Detection:
    """What the file is taken for. Raises UsageError where there is no such file."""
    if not Path(path).exists():
        raise UsageError(Fault(str(path), "there is no such file", "check the spelling"))
    try:
        source = open_source(Path(path), str(path))
    except Refused as refusal:
        return Detection(str(path), "unknown", "unknown", "unknown", 0, "", (), (), (), str(refusal))
    try:
        row, match = formats.recognise(source, None, None)
    except Refused as refusal:
        return Detection(str(path), "unknown", "unknown", source.encoding, 0, "", (), (), (), str(refusal))
    try:
        return _understood(str(path), source, row, match, platform, timezone)
    except Refused as refusal:
        header = match.header + 1 if source.shape == "table" else 0
        return Detection(
            str(path), row.id, match.kind, source.encoding, header, "", (), (), (), f"{match.why}; refused: {refusal}"
        )


def _understood(
    path: str, source: Source, row: formats.Format, match: Match, platform: str | None, timezone: str | None
) -> Detection:
    if row.reader is None:
        shops, count = facts.read_shops(source)
        return Detection(path, row.id, "facts", source.encoding, 0, "", tuple(shops), (), (), match.why, f"{count} facts")
    raw = row.reader.read(source, match)
    zone = instants.zone_name(raw.platform or platform, None, timezone)
    header = match.header + 1 if source.shape == "table" and row.id != "qianniu_text" else 0
    rows = _first_rows(raw, match, platform, timezone)
    return Detection(
        path, row.id, match.kind, source.encoding, header, zone, raw.understood, raw.ignored, rows, match.why, raw.note
    )


def _first_rows(raw: RawRows, match: Match, platform: str | None, timezone: str | None) -> tuple[Mapping[str, str], ...]:
    head = RawRows(raw.frame.head(_FIRST), platform=raw.platform, utc_clock=raw.utc_clock)
    shaped = shape(head, match, Frame(datetime.now(UTC), platform, None, timezone))
    good = [
        {name: str(cell) for name, cell in record.items() if cell is not None} for record in shaped.table.iter_rows(named=True)
    ]
    return (*good, *({"fault": f"row {fault.row}: {fault.reason}"} for fault in shaped.faults))[:_FIRST]
