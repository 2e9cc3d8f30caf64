"""What one file is taken for, and why: the answer of `auditor formats detect`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import timezone as tzone
from pathlib import Path

from auditor.errors import Fault, UsageError
from auditor.ingest import facts, formats, instants
from auditor.ingest.cells import Frame
from auditor.ingest.shape import shape
from auditor.ingest.source import Source, open_source
from auditor.ingest.tables import Match, RawRows, Refused

_FIRST = 3
_SHOWN = 400


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
    headers: Mapping[str, str] = field(default_factory=dict)  # field → the header it was found under, where there is one

    def __str__(self) -> str:
        """What a person reads: one aligned `key: value` a line."""
        pairs = [("file", self.path), ("format", self.format), ("kind", self.kind), ("why", self.why)]
        pairs += [("encoding", self.encoding)] * (self.encoding != "unknown")
        pairs += [("header", f"row {self.header_row}")] * (self.header_row > 0)
        pairs += [("zone", f"{self.zone}, for times without an offset")] * bool(self.zone)
        pairs += _many("read", [_arrow(name, self.headers.get(name)) for name in self.understood])
        pairs += [("ignored", ", ".join(self.ignored))] * bool(self.ignored)
        pairs += [("note", self.note)] * bool(self.note)
        for number, row in enumerate(self.first_rows, 1):
            pairs += _many(f"row {number}", [f"{name} = {_plain(cell)}" for name, cell in row.items() if name != "row"])
        if self.format == "unknown" and "formats list" not in self.why:
            pairs.append(("mend", "export it again in one of the formats of `auditor formats list`"))
        width = max(len(key) for key, _ in pairs if key) + 1
        return "\n".join(f"{key + ':' if key else '':{width}} {_plain(value)}".rstrip() for key, value in pairs)


def _many(key: str, lines: list[str]) -> list[tuple[str, str]]:
    return [("" if index else key, line) for index, line in enumerate(lines)]


def _arrow(name: str, header: str | None) -> str:
    return name if header in (None, name) else f"{name} ← {header}"


def _plain(text: str) -> str:
    """One line that a terminal shows as it is: no line ends, no control signs, not endless."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def detect(path: str | Path, platform: str | None = None, timezone: str | None = None) -> Detection:
    """What the file is taken for. Raises UsageError where there is no such file, or where it is a folder."""
    if Path(path).is_dir():
        raise UsageError(Fault(str(path), "is a folder", "name one of the files in it"))
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
    if "platform" in raw.understood and not timezone:
        zone = "that of each row's platform"
    header = match.header + 1 if source.shape == "table" and row.id != "qianniu_text" else 0
    rows = _first_rows(raw, match, platform, timezone)
    return Detection(
        path,
        row.id,
        match.kind,
        source.encoding,
        header,
        zone,
        raw.understood,
        raw.ignored,
        rows,
        match.why,
        raw.note,
        raw.headers,
    )


def _first_rows(raw: RawRows, match: Match, platform: str | None, timezone: str | None) -> tuple[Mapping[str, str], ...]:
    head = RawRows(raw.frame.head(_FIRST), platform=raw.platform, utc_clock=raw.utc_clock)
    shaped = shape(head, match, Frame(datetime.now(UTC), platform, None, timezone))
    good = [_shown(record) for record in shaped.table.iter_rows(named=True)]
    return (*good, *({"fault": f"row {fault.row}: {fault.reason}"} for fault in shaped.faults))[:_FIRST]


def _shown(record: Mapping[str, object]) -> dict[str, str]:
    """A row as read: its filled fields, times by the clock that they were written by."""
    seconds = record.get("offset_s")
    clock = tzone(timedelta(seconds=seconds)) if isinstance(seconds, int) else UTC
    found = {}
    for name, cell in record.items():
        if cell is not None and cell is not False and name != "offset_s":
            found[name] = cell.astimezone(clock).isoformat() if isinstance(cell, datetime) else str(cell)
    return found
