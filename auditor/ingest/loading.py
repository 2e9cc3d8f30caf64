"""All the files of a run, read one after the other into one set of tables; no file's fault touches another file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from auditor.conversations import spread
from auditor.errors import Fault, UsageError
from auditor.gaps import with_gaps
from auditor.ingest import encoding, formats, instants
from auditor.ingest import facts as facts_format
from auditor.ingest.arrival import WRITING, Arrival, arrivals
from auditor.ingest.cells import Frame
from auditor.ingest.files import Named, find
from auditor.ingest.shape import shape
from auditor.ingest.source import Source, digest, open_source
from auditor.ingest.tables import Match, RawRows, Refused, RowFault
from auditor.model import MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS, InputFile, Quarantined, Shop

_TABLES = {"transcript": MESSAGE_COLUMNS, "orders": ORDER_COLUMNS, "penalties": NOTICE_COLUMNS}
Progress = Callable[[str, int, int], None]
Sink = Callable[[int, pl.DataFrame], None]  # (place among the inputs, messages of that file with model.MESSAGE_COLUMNS)
Known = Callable[[str], InputFile | None]  # sha256 → what became of that file on an earlier night


@dataclass(frozen=True)
class Options:
    """What the user says of the inputs; `as_of` (aware) is the audit's clock, `timezone` an IANA name or "+08:00"."""

    as_of: datetime
    platform: str | None = None
    shop: str | None = None
    timezone: str | None = None
    format: str | None = None
    mappings: tuple[str, ...] = ()
    encoding: str | None = None  # of files that are neither marked nor UTF-8
    settle: float = 0.0  # seconds for which a fresh file has to stay as it is before it is read
    zones: Mapping[str, str] = field(default_factory=dict)  # platform → zone of its times without offset


@dataclass(frozen=True)
class Loaded:
    """The tables of model.py, the shops by id, every file and every row that could not be used."""

    messages: pl.DataFrame
    orders: pl.DataFrame
    notices: pl.DataFrame
    shops: Mapping[str, Shop] = field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    silent: frozenset[int] = frozenset()  # inputs that tell of orders but have no column for when they were shipped


@dataclass(slots=True)
class _Opened:
    """A file on its way: its source and format once they are known, and what became of it."""

    arrival: Arrival
    source: Source | None = None
    match: Match | None = None
    format: formats.Format | None = None
    refusal: str = ""
    postponed: bool = False
    table: pl.DataFrame | None = None
    faults: tuple[RowFault, ...] = ()
    rows: int = 0
    blank: int = 0
    note: str = ""
    silent: bool = False
    known: InputFile | None = None

    @property
    def named(self) -> Named:
        """The file as the user named it."""
        return self.arrival.named


def load(
    inputs: Sequence[str],
    orders: Sequence[str] = (),
    penalties: Sequence[str] = (),
    facts: str | None = None,
    *,
    options: Options,
    progress: Progress | None = None,
    sink: Sink | None = None,
    known: Known | None = None,
) -> Loaded:
    """Read files, folders and globs, each file by what it holds. `progress` is told (path, files done, files in all).

    With a `sink` messages go there, file by file, and not into the result. A file that is `known` is not read again.
    Raises UsageError, for paths that are not there and options that make no sense, before anything is read.
    """
    own = formats.of_mappings(options.mappings)
    _check(options, own)
    found = arrivals(find(inputs, orders, penalties, facts), options.settle)
    opened = [
        _Opened(each, refusal=each.refusal, postponed=each.postponed or (each.cut and each.recent(options.as_of)))
        for each in found
    ]
    tell = progress or (lambda path, done, total: None)
    for item in opened:
        if not item.refusal and _may_be_facts(item.named):
            _open(item, options, own)
    shops = _shops(opened)
    for done, item in enumerate(opened):
        tell(item.named.shown, done, len(opened))
        if known is not None and item.source is None and not item.refusal:
            item.known = known(digest(item.named.path))
        if item.source is None and not item.refusal and item.known is None:
            _open(item, options, own)
        if item.source and item.match and item.format and item.format.reader:
            _read(item, item.source, item.match, item.format.reader, options, shops)
        _check_unchanged(item)
        item.source = _without_data(item.source)
        if sink is not None and item.table is not None and item.match is not None and item.match.kind == "transcript":
            sink(done, item.table.with_columns(pl.lit(done, dtype=pl.UInt32).alias("source")).select(list(MESSAGE_COLUMNS)))
            item.table = None
    tell("", len(opened), len(opened))
    return _gather(opened, shops)


def _check(options: Options, own: Sequence[formats.Format]) -> None:
    faults = []
    if options.timezone is not None and instants.zone(options.timezone) is None:
        faults.append(Fault("--timezone", f"{options.timezone!r} is not a known zone", "write Asia/Shanghai or +08:00"))
    known = [row.id for row in (*own, *formats.FORMATS)]
    if options.format is not None and options.format not in known:
        faults.append(Fault("--format", f"{options.format!r} is not known", f"known: {', '.join(known)}"))
    if options.encoding is not None and encoding.known(options.encoding) is None:
        names = ", ".join(encoding.ENCODINGS)
        faults.append(Fault("--encoding", f"{options.encoding!r} is not known", f"known: {names}"))
    if options.as_of.tzinfo is None:
        faults.append(Fault("--as-of", "has no zone", "write 2026-11-21T06:00:00+08:00"))
    if faults:
        raise UsageError(faults)


def _may_be_facts(named: Named) -> bool:
    """Facts are read first, since they say the shops' zones; only small text files can be facts."""
    try:
        if not named.path.is_file():
            return False
        with named.path.open("rb") as stream:
            head = stream.read(1 << 16)
    except OSError:
        return False
    return named.kind == "facts" or (named.kind is None and b"shops:" in head)


def _open(item: _Opened, options: Options, own: Sequence[formats.Format]) -> None:
    try:
        item.source = open_source(item.named.path, item.named.shown, item.named.member, options.encoding)
        only = None if item.source.shape == "yaml" else options.format
        item.format, item.match = formats.recognise(item.source, item.named.kind, only, own)
    except Refused as refusal:
        _refuse(item, refusal, options)


def _refuse(item: _Opened, refusal: Refused, options: Options) -> None:
    """A file that was cut and is fresh may still be on its way: it is asked for again the next night."""
    item.refusal = str(refusal)
    item.postponed = refusal.cut and item.arrival.recent(options.as_of)


def _check_unchanged(item: _Opened) -> None:
    """What was written to while it was read is not whole, whatever it read as."""
    if not item.postponed and item.arrival.changed():
        item.refusal, item.postponed, item.table, item.faults = WRITING, True, None, ()


def _shops(opened: Sequence[_Opened]) -> dict[str, Shop]:
    """All facts files' shops; a shop that two files name is taken from the first, and the second file is refused."""
    shops: dict[str, Shop] = {}
    for item in opened:
        if item.source is None or item.match is None or item.match.kind != "facts":
            continue
        try:
            found, count = facts_format.read_shops(item.source)
        except Refused as refusal:
            item.refusal = str(refusal)
            continue
        doubled = sorted(set(found) & set(shops))
        if doubled:
            item.refusal = f"shop {', '.join(doubled)} is already described in another facts file; keep one"
        else:
            shops.update(found)
            item.rows = count
    return dict(sorted(shops.items()))


def _read(
    item: _Opened, source: Source, match: Match, reader: formats.Reader, options: Options, shops: Mapping[str, Shop]
) -> None:
    zones = {shop.shop_id: shop.timezone for shop in shops.values() if shop.timezone}
    platform = options.platform.lower() if options.platform else None
    settings = Frame(options.as_of, platform, options.shop, options.timezone, zones, options.zones)
    source_note = source.note
    try:
        raw = reader.read(source, match)
        item.source = _without_data(source)
        del source  # the file's bytes are not needed any more, and may be many
        shaped = shape(raw, match, settings)
    except Refused as refusal:
        _refuse(item, refusal, options)
        return
    item.table = shaped.table
    item.faults = tuple(sorted((*raw.faults, *_weighted(raw, shaped.faults)), key=lambda fault: fault.row))
    if match.kind == "transcript":
        item.table = with_gaps(shaped.table, [fault.raw for fault in item.faults])
    item.silent = match.kind == "orders" and not set(raw.understood) & {"shipped_at", "first_scan_at"}
    item.rows, item.blank = raw.rows, raw.blank + shaped.blank
    item.note = "; ".join(note for note in (source_note, raw.note, "" if raw.rows else "the file has no rows") if note)


def _weighted(raw: RawRows, faults: Sequence[RowFault]) -> list[RowFault]:
    """A fault for each line of the file: an order of three lines that fails fails three times."""
    return [fault for fault in faults for _ in range(raw.lines_per_row.get(fault.row, 1))]


def _without_data(source: Source | None) -> Source | None:
    if source is None:
        return None
    return Source(source.path, source.sha256, source.encoding, source.shape)


def _gather(opened: Sequence[_Opened], shops: Mapping[str, Shop]) -> Loaded:
    parts: dict[str, list[pl.DataFrame]] = {kind: [] for kind in _TABLES}
    quarantined: list[Quarantined] = []
    for index, item in enumerate(opened):
        if item.refusal:
            quarantined.append(Quarantined(item.named.shown, 0, item.refusal, ""))
        quarantined.extend(
            Quarantined(item.named.shown, fault.row, fault.reason, fault.raw, fault.column) for fault in item.faults
        )
        if item.table is not None and item.match is not None:
            parts[item.match.kind].append(item.table.with_columns(pl.lit(index, dtype=pl.UInt32).alias("source")))
        item.table = None
    tables = {kind: _table(parts.pop(kind), columns) for kind, columns in _TABLES.items()}
    messages = spread(tables["transcript"], ("platform", "shop_id", "buyer_id")).with_columns(
        pl.col("platform").fill_null("unknown")
    )
    inputs = tuple(_input(item) for item in opened)
    silent = frozenset(index for index, item in enumerate(opened) if item.silent)
    return Loaded(messages, tables["orders"], tables["penalties"], shops, inputs, tuple(quarantined), silent)


def _table(parts: list[pl.DataFrame], columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=columns), *(part.select(list(columns)) for part in parts)])


def _input(item: _Opened) -> InputFile:
    if item.known is not None:
        return item.known
    source = item.source
    bad = len(item.faults)
    refused = bool(item.refusal)
    return InputFile(
        path=item.named.shown,
        sha256=source.sha256 if source else digest(item.named.path),
        kind=item.match.kind if item.match else "unknown",
        format=item.format.id if item.format else "unknown",
        encoding=source.encoding if source else "unknown",
        status="postponed" if item.postponed else "refused" if refused else "read",
        reason=item.refusal or item.note,
        rows=0 if refused else item.rows,
        accepted=0 if refused else item.rows - bad - item.blank,
        quarantined=0 if refused else bad,
        blank=0 if refused else item.blank,
    )
