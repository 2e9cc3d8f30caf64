"""The canonical tables as CSV, XLSX or JSON lines: transcripts, orders, penalty notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.ingest import objects
from auditor.ingest.source import Source, fold, header_in, renamed, table
from auditor.ingest.tables import Kind, Match, RawRows, Refused, RowFault, text_frame
from auditor.model import MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS

ID = "canonical"
TITLE = "canonical table (CSV, TSV, XLSX, JSON lines)"
KINDS: tuple[Kind, ...] = ("transcript", "orders", "penalties")

_HEAD_OBJECTS = 20
_INTERNAL = ("source", "row", "offset_s", "time_doubt")
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "transcript": tuple(name for name in MESSAGE_COLUMNS if name not in _INTERNAL),
    "orders": tuple(name for name in ORDER_COLUMNS if name not in _INTERNAL),
    "penalties": tuple(name for name in NOTICE_COLUMNS if name not in _INTERNAL),
}
NEEDED: dict[Kind, tuple[str, ...]] = {
    "transcript": ("conversation_id", "sent_at", "sender_role", "text"),
    "orders": ("order_id",),
    "penalties": ("platform", "issued_at"),
}
# What tells the kinds apart: names that only one of them has.
_MARKS: dict[Kind, frozenset[str]] = {
    "transcript": frozenset({"sent_at", "sender_role", "text", "sender_id", "message_id", "content_type", "channel"}),
    "orders": frozenset(
        {
            "paid_at",
            "ship_by",
            "shipped_at",
            "first_scan_at",
            "delivered_at",
            "refund_requested_at",
            "refunded_at",
            "cancelled_at",
        }
    )
    | {"created_at", "carrier", "tracking_no", "status"},
    "penalties": frozenset({"notice_id", "issued_at", "appeal_by", "agent_id", "clause", "reason"}),
}
_ALL = frozenset(name for names in COLUMNS.values() for name in names)


def recognise(source: Source) -> Match | None:
    """At least two canonical names, and those of one kind before the others."""
    if source.shape == "table":
        header = header_in(source, _ALL, 2)
        if header is None:
            return None
        names = {fold(cell) for cell in source.rows[header]}
    elif source.shape == "json" and _listed(source) == []:
        return Match("transcript", "a JSON list without entries")
    elif source.objects:
        header, names = 0, {fold(str(key)) for value in _head(source) for key in value} & _ALL
        if len(names) < 2:
            return None
    else:
        return None
    scores = sorted(((len(names & marks), len(names & set(NEEDED[kind])), kind) for kind, marks in _MARKS.items()), reverse=True)
    most, _, kind = scores[0]
    if most < 1 or (most == 1 and len(names & _ALL) < 3 and "order_id" not in names):
        return None
    why = f"its names are those of canonical {kind}: {', '.join(sorted(names & set(COLUMNS[kind])))}"
    return Match(kind, why, header, sure=names.issuperset(NEEDED[kind]))


def _listed(source: Source) -> list[Any]:
    """The entries of a JSON document: its list, or the one list of objects that an answer of an interface wraps."""
    value = source.value
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and len({fold(str(key)) for key in value} & _ALL) < 2:
        inner = [each for each in value.values() if isinstance(each, list) and any(isinstance(item, dict) for item in each)]
        if len(inner) == 1:
            return inner[0]
    return [value]


def _head(source: Source) -> Sequence[Mapping[str, Any]]:
    if source.shape != "json":
        return source.objects
    return [item for item in _listed(source)[:_HEAD_OBJECTS] if isinstance(item, dict)]


def read(source: Source, match: Match) -> RawRows:
    """The rows under their own names. Raises Refused where a needed column is missing."""
    wanted = COLUMNS[match.kind]
    if source.shape == "table":
        raw = renamed(table(source, match.header), {name: name for name in wanted})
        _check_needed(match.kind, raw.understood, source.rows[match.header])
        return raw
    faults: list[RowFault] = []
    keys: set[str] = set()
    if source.shape == "jsonl":
        frame, faults, rows, keys = objects.rows(source.data, wanted)
    else:
        listed = _listed(source)
        if not listed:
            return RawRows(text_frame({name: [] for name in wanted}, []))
        good = [(number, value) for number, value in enumerate(listed, 1) if isinstance(value, dict)]
        faults += [
            RowFault(number, "not a JSON object", str(value)[:200])
            for number, value in enumerate(listed, 1)
            if not isinstance(value, dict)
        ]
        frame, rows = objects.of_objects(good, wanted, faults, keys), len(listed)
    understood = tuple(name for name in wanted if name in keys)
    _check_needed(match.kind, understood, tuple(sorted(keys)))
    return RawRows(frame, tuple(faults), 0, rows, understood=understood, ignored=tuple(sorted(keys - set(wanted))))


def _check_needed(kind: Kind, understood: tuple[str, ...], seen: tuple[str, ...]) -> None:
    missing = [name for name in NEEDED[kind] if name not in understood]
    if missing:
        shown = ", ".join(cell.strip() for cell in seen[:30])
        raise Refused(f"the needed column {', '.join(missing)} is missing; the header is: {shown}")
