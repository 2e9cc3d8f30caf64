"""What counts towards a rule on a whole agent, buyer or shop, as a table: it is kept by conversation until all are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson
import polars as pl

from auditor.model.found import FactValue, Hit, Mark
from auditor.model.records import Order

MARK_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "conversation_id": pl.String,
    "rule_id": pl.String,
    "since": pl.Date,
    "platform": pl.String,
    "shop_id": pl.String,
    "who": pl.String,
    "text": pl.String,
    "counts": pl.Boolean,
    "hit": pl.String,  # JSON
    "order": pl.String,  # JSON, null where there is none
}
_PLAIN = ("rule_id", "since", "platform", "shop_id", "who", "text", "counts")


def marks_table(marks: Sequence[Mark]) -> pl.DataFrame:
    """The marks as given, one row each: MARK_COLUMNS."""
    rows = [
        (mark.hit.conversation_id, *(getattr(mark, name) for name in _PLAIN), _hit_text(mark.hit), _order_text(mark.order))
        for mark in marks
    ]
    return pl.DataFrame(rows, schema=MARK_COLUMNS, orient="row")


def marks_of(frame: pl.DataFrame) -> list[Mark]:
    """The marks of a table, in the order in which rules count them."""
    found = [
        Mark(_hit(row["hit"]), order=_order(row["order"]), **{name: row[name] for name in _PLAIN})
        for row in frame.iter_rows(named=True)
    ]
    return sorted(found, key=lambda m: (m.rule_id, m.since, m.hit.at, m.hit.conversation_id, m.hit.message_ids, m.counts))


def _told(value: FactValue) -> object:
    """A value as JSON can hold it; kinds that JSON does not know are named."""
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, timedelta):
        return {"microseconds": value // timedelta(microseconds=1)}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value


def _value(told: Any) -> Any:
    if not isinstance(told, Mapping):
        return told
    if "at" in told:
        return _instant(told["at"])
    if "microseconds" in told:
        return timedelta(microseconds=told["microseconds"])
    return Decimal(told["decimal"])


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.astimezone(timezone(at.utcoffset() or timedelta(0)))


def _hit_text(hit: Hit) -> str:
    values = {field.name: getattr(hit, field.name) for field in fields(Hit)}
    values["at"] = hit.at.isoformat()
    values["facts"] = {name: _told(value) for name, value in hit.facts.items()}
    return orjson.dumps(values).decode()


def _hit(text: str) -> Hit:
    values = orjson.loads(text)
    values["at"] = _instant(values["at"])
    values["message_ids"] = tuple(values["message_ids"])
    values["facts"] = {name: _value(told) for name, told in values["facts"].items()}
    return Hit(**values)


def _order_text(order: Order | None) -> str | None:
    return None if order is None else orjson.dumps({name: _told(value) for name, value in asdict(order).items()}).decode()


def _order(text: str | None) -> Order | None:
    return None if text is None else Order(**{name: _value(told) for name, told in orjson.loads(text).items()})
