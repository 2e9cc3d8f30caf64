"""Findings and promises as tables that are read back as objects where somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from operator import attrgetter
from typing import Any, overload

import orjson
import polars as pl

from auditor.model.found import Finding
from auditor.model.understood import LedgerEntry

FINDING_TEXTS = (
    *("finding_id", "rule_id", "pack", "pack_version", "clause", "family", "severity", "certainty", "platform", "shop_id"),
    *("agent_id", "conversation_id", "order_id", "measured", "threshold", "explanation", "quote", "suppressed_by", "basis"),
    *("currency", "arithmetic"),
)
LEDGER_TEXTS = (
    *("conversation_id", "agent_id", "platform", "shop_id", "kind", "text", "arithmetic", "outcome", "reason"),
    *("order_id", "event"),
)
LEDGER_FLAGS = ("vague", "conditional", "hedged", "certain")
LEDGER_TIMES = {"made": "made_at", "due": "deadline", "event_local": "event_at"}  # column → attribute

_LOCAL = pl.Datetime("us")
_Schema = dict[str, pl.DataType | type[pl.DataType]]
# `local`: naive time on the message's own clock, `offset_s` seconds east of Greenwich.
FINDING_COLUMNS: _Schema = {
    **dict.fromkeys(FINDING_TEXTS, pl.String),
    "message_ids": pl.List(pl.String),
    "local": _LOCAL,
    "offset_s": pl.Int32,
    "cents": pl.Int64,
}
# `made`, `due` and `event_local`: naive times on their own clocks, each with its offset beside it.
LEDGER_COLUMNS: _Schema = {
    **dict.fromkeys(LEDGER_TEXTS, pl.String),
    **dict.fromkeys(LEDGER_FLAGS, pl.Boolean),
    **{name: kind for column in LEDGER_TIMES for name, kind in ((column, _LOCAL), (f"{column}_offset_s", pl.Int32))},
    "message_ids": pl.List(pl.String),
}


def findings_table(findings: Sequence[Finding]) -> pl.DataFrame:
    """The findings as given, one row each: FINDING_COLUMNS."""
    if isinstance(findings, Findings):
        return findings.frame
    times = _clocks([f.occurred_at for f in findings], "local", "offset_s")
    cents = pl.Series("cents", [f.cents for f in findings], dtype=pl.Int64)
    return _texts(findings, FINDING_TEXTS).with_columns(_lists([f.message_ids for f in findings]), *times, cents)


def ledger_table(ledger: Sequence[LedgerEntry]) -> pl.DataFrame:
    """The promises as given, one row each: LEDGER_COLUMNS."""
    if isinstance(ledger, Ledger):
        return ledger.frame
    flags = [pl.Series(name, [getattr(e, name) for e in ledger], dtype=pl.Boolean) for name in LEDGER_FLAGS]
    times = [
        one
        for column, name in LEDGER_TIMES.items()
        for one in _clocks([getattr(e, name) for e in ledger], column, f"{column}_offset_s")
    ]
    return _texts(ledger, LEDGER_TEXTS).with_columns(*flags, *times, _lists([e.message_ids for e in ledger]))


class Findings(Sequence[Finding]):
    """The rows of a table (FINDING_COLUMNS) as findings; their `facts` are not kept, as the wording is made."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        if isinstance(index, slice):
            return Findings(self.frame[index])
        return _finding(self.frame.row(index, named=True))

    def __iter__(self) -> Iterator[Finding]:
        return map(_finding, self.frame.iter_rows(named=True))

    def of(self, conversations: Sequence[str]) -> tuple[Finding, ...]:
        """Those of the conversations, in their order."""
        return tuple(Findings(self.frame.filter(pl.col("conversation_id").is_in(conversations))))


class Ledger(Sequence[LedgerEntry]):
    """The rows of a table (LEDGER_COLUMNS) as promises."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, index: int) -> LedgerEntry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LedgerEntry]: ...
    def __getitem__(self, index: int | slice) -> LedgerEntry | Sequence[LedgerEntry]:
        if isinstance(index, slice):
            return Ledger(self.frame[index])
        return _entry(self.frame.row(index, named=True))

    def __iter__(self) -> Iterator[LedgerEntry]:
        return map(_entry, self.frame.iter_rows(named=True))

    def of(self, conversations: Sequence[str]) -> tuple[LedgerEntry, ...]:
        """Those of the conversations, in their order."""
        return tuple(Ledger(self.frame.filter(pl.col("conversation_id").is_in(conversations))))


def _finding(row: dict[str, Any]) -> Finding:
    at = row.pop("local").replace(tzinfo=_zone(row.pop("offset_s")))
    ids = tuple(row.pop("message_ids"))
    return Finding(**{name: row[name] for name in FINDING_TEXTS}, message_ids=ids, occurred_at=at, cents=row["cents"])


def _entry(row: dict[str, Any]) -> LedgerEntry:
    times: dict[str, Any] = {}
    for column, name in LEDGER_TIMES.items():
        at, offset = row[column], row[f"{column}_offset_s"]
        times[name] = at.replace(tzinfo=_zone(offset)) if at is not None else None
    plain = {name: row[name] for name in (*LEDGER_TEXTS, *LEDGER_FLAGS)}
    return LedgerEntry(**plain, **times, message_ids=tuple(row["message_ids"]))


@cache
def _zone(offset_s: int) -> timezone:
    return timezone(timedelta(seconds=offset_s))


def _clocks(times: Sequence[datetime | None], local: str, offset: str) -> tuple[pl.Series, pl.Series]:
    """Aware times as what their own clocks showed, and those clocks' offsets."""
    naive = [at and at.replace(tzinfo=None) for at in times]
    seconds = [int(shift.total_seconds()) if at and (shift := at.utcoffset()) is not None else None for at in times]
    return pl.Series(local, naive, dtype=_LOCAL), pl.Series(offset, seconds, dtype=pl.Int32)


def _lists(lists: Sequence[tuple[str, ...]]) -> pl.Series:
    """Lists of texts as a column, by way of JSON: row by row would take longer than all the rest."""
    found = pl.Series("message_ids", [orjson.dumps(ids).decode() for ids in lists], dtype=pl.String)
    return found.str.json_decode(pl.List(pl.String))


def _texts(rows: Sequence[Finding] | Sequence[LedgerEntry], names: tuple[str, ...]) -> pl.DataFrame:
    """The named attributes of some objects, all texts or None, as columns."""
    values = list(zip(*map(attrgetter(*names), rows), strict=True)) or [()] * len(names)
    return pl.DataFrame([pl.Series(name, column, dtype=pl.String) for name, column in zip(names, values, strict=True)])
