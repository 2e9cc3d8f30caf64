"""What one file is taken for, and why: the answer of `auditor formats detect`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import timezone as tzone
from pathlib import Path

import polars as pl

from auditor.errors import Fault, UsageError
from auditor.ingest import encoding as encodings
from auditor.ingest import facts, formats, instants
from auditor.ingest.arrival import arrivals
from auditor.ingest.cells import Frame
from auditor.ingest.files import Named
from auditor.ingest.mapping import TIMES
from auditor.ingest.nearest import what_it_saw
from auditor.ingest.shape import shape
from auditor.ingest.source import Source, open_source
from auditor.ingest.tables import Match, RawRows, Refused, RowFault

_FIRST = 3
_SHOWN = 400
_REASONS = 8
_HEADLESS = ("qianniu_text", "wangwang_text")  # chats as text, which have no header


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
    refused: str = ""
    note: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # field → the header it was found under, where there is one
    counts: str = ""  # how many rows are read, blank, and bad
    quarantine: tuple[str, ...] = ()  # what would be quarantined, the most frequent reason first
    nearest: str = ""  # of an unknown file: the format that comes nearest

    @property
    def readable(self) -> bool:
        """Whether a run would read the file."""
        return self.format != "unknown" and not self.refused

    def __str__(self) -> str:
        """What a person reads: one aligned `key: value` a line."""
        pairs = [("file", self.path), ("format", self.format), ("kind", self.kind), ("why", self.why)]
        pairs += [("encoding", self.encoding)] * (self.encoding != "unknown")
        pairs += [("header", f"row {self.header_row}")] * (self.header_row > 0)
        pairs += [("zone", f"{self.zone}, for times without an offset")] * bool(self.zone)
        pairs += _many("read", [_arrow(name, self.headers.get(name)) for name in self.understood])
        pairs += [("ignored", ", ".join(self.ignored))] * bool(self.ignored)
        pairs += [("rows", self.counts)] * bool(self.counts)
        pairs += _many("quarantine", list(self.quarantine))
        pairs += [("note", self.note)] * bool(self.note)
        for number, row in enumerate(self.first_rows, 1):
            pairs += _many(f"row {number}", [f"{name} = {_plain(cell)}" for name, cell in row.items() if name != "row"])
        pairs += [("refused", self.refused)] * bool(self.refused)
        pairs += [("nearest", self.nearest)] * bool(self.nearest)
        pairs += _many("mend", [] if self.readable else _mends(self))
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


def _mends(found: Detection) -> list[str]:
    """What to do with a file that is not read."""
    export = "export it again in one of the formats of `auditor formats list`"
    if found.encoding == "unknown":  # it could not even be opened
        return [] if "formats list" in found.why else [export]
    draft = f"or let `auditor formats map {_quoted(found.path)} --out my_mapping.yaml` draft a mapping, correct it,"
    return [export, draft, "and give it with `--mapping my_mapping.yaml`"]


def _quoted(path: str) -> str:
    return shlex.quote(_plain(path))


def detect(
    path: str | Path,
    platform: str | None = None,
    timezone: str | None = None,
    mappings: Sequence[str | Path] = (),
    encoding: str | None = None,
) -> Detection:
    """What the file is taken for; of a zip file, the first file in it. Raises UsageError as `detect_all`."""
    return next(iter(detect_all(path, platform, timezone, mappings, encoding)))


def detect_all(
    path: str | Path,
    platform: str | None = None,
    timezone: str | None = None,
    mappings: Sequence[str | Path] = (),
    encoding: str | None = None,
) -> Iterator[Detection]:
    """The file, or each file in a zip file.

    Raises UsageError where there is no such file, it is a folder, or a mapping, zone or encoding is wrong.
    """
    if Path(path).is_dir():
        raise UsageError(Fault(str(path), "is a folder", "name one of the files in it"))
    if not Path(path).exists():
        raise UsageError(Fault(str(path), "there is no such file", "check the spelling"))
    own = formats.of_mappings(mappings)
    _check(timezone, encoding)
    for part in arrivals([Named(Path(path), str(path), None)], 0):
        if part.refusal and not part.postponed:
            yield replace(_unknown(part.named.shown), why=part.refusal)
        else:
            yield _detected(part.named, own, platform, timezone, encoding)


def _check(timezone: str | None, encoding: str | None) -> None:
    if timezone is not None and instants.zone(timezone) is None:
        raise UsageError(Fault("--timezone", f"{timezone!r} is not a known zone", "write Asia/Shanghai or +08:00"))
    if encoding is not None and encodings.known(encoding) is None:
        raise UsageError(Fault("--encoding", f"{encoding!r} is not known", f"known: {', '.join(encodings.ENCODINGS)}"))


def _unknown(path: str) -> Detection:
    return Detection(path, "unknown", "unknown", "unknown", 0, "", (), (), (), "")


def _detected(
    named: Named, own: Sequence[formats.Format], platform: str | None, timezone: str | None, encoding: str | None
) -> Detection:
    unknown = _unknown(named.shown)
    try:
        source = open_source(named.path, named.shown, named.member, encoding)
    except Refused as refusal:
        return replace(unknown, why=str(refusal))
    try:
        row, match = formats.recognise(source, None, None, own)
    except Refused as refusal:
        header, seen, near = what_it_saw(source)
        shown = header + 1 if source.shape == "table" else 0
        why = f"{str(refusal).partition(';')[0]}; it has {seen}"
        return replace(unknown, encoding=source.encoding, header_row=shown, why=why, nearest=near)
    header = match.header + 1 if source.shape == "table" and row.id not in _HEADLESS else 0
    known = replace(unknown, format=row.id, kind=match.kind, encoding=source.encoding, header_row=header, why=match.why)
    try:
        return _understood(known, source, row, match, platform, timezone)
    except Refused as refusal:
        return replace(known, refused=str(refusal))


def _understood(
    known: Detection, source: Source, row: formats.Format, match: Match, platform: str | None, timezone: str | None
) -> Detection:
    if row.reader is None:
        shops, count = facts.read_shops(source)
        return replace(known, kind="facts", understood=tuple(shops), note=f"{count} facts")
    raw = row.reader.read(source, match)
    zone = instants.zone_name(raw.platform or platform, raw.timezone, timezone)
    if "platform" in raw.understood and not timezone:
        zone = "that of each row's platform"
    shaped = shape(raw, match, Frame(_latest(raw, match, zone), platform, None, timezone))
    faults = (*raw.faults, *shaped.faults)
    bad, blank = len(faults), raw.blank + shaped.blank
    return replace(
        known,
        zone=zone,
        understood=raw.understood,
        ignored=raw.ignored,
        note=raw.note,
        headers=raw.headers,
        first_rows=tuple(_shown(record) for record in shaped.table.head(_FIRST).iter_rows(named=True)),
        counts=f"{raw.rows} in the file: {raw.rows - bad - blank} good, {blank} blank or left out, {bad} for the quarantine",
        quarantine=_grouped(faults),
    )


def _latest(raw: RawRows, match: Match, zone: str) -> datetime:
    """The file's own last instant, so that what is said of it does not change from day to day."""
    tz = zone if instants.zone(zone) is not None else instants.DEFAULT_ZONE
    found = []
    for name in TIMES[match.kind]:
        if name in raw.frame.columns:
            cells = raw.frame[name]
            found += [at for at in [instants.column(cells, pl.repeat(tz, len(cells), eager=True))["at"].max()] if at is not None]
    latest = max((at for at in found if isinstance(at, datetime)), default=datetime.now(UTC))
    return latest + timedelta(days=1)  # zones of single rows may lie further west


def _grouped(faults: Sequence[RowFault]) -> tuple[str, ...]:
    """Reasons with the first rows that they hit."""
    rows: dict[tuple[str, str], list[int]] = {}
    for fault in faults:
        rows.setdefault((fault.column, fault.reason), []).append(fault.row)
    most = sorted(rows.items(), key=lambda one: (-len(one[1]), one[1][0]))[:_REASONS]
    return tuple(
        f"{len(found)} × {f'{column}: ' if column else ''}{reason} (row {', '.join(map(str, sorted(found)[:_FIRST]))})"
        for (column, reason), found in most
    )


def _shown(record: Mapping[str, object]) -> dict[str, str]:
    """A row as read: its filled fields, times by the clock that they were written by."""
    seconds = record.get("offset_s")
    clock = tzone(timedelta(seconds=seconds)) if isinstance(seconds, int) else UTC
    found = {}
    for name, cell in record.items():
        if cell is not None and cell is not False and name != "offset_s":
            found[name] = cell.astimezone(clock).isoformat() if isinstance(cell, datetime) else str(cell)
    return found
