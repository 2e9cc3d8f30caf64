"""Conversations that lost a line to the quarantine: what was not read may be the very answer, so nothing rests on their times."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable

import polars as pl

_CELLS = re.compile(r"[,;\t|]")


def with_gaps(messages: pl.DataFrame, unread: Collection[str]) -> pl.DataFrame:
    """Messages with `time_doubt` set throughout each conversation that an unread row, given as it was kept, names."""
    if not unread or not messages.height:
        return messages
    known = set(messages["conversation_id"].unique().to_list())
    lost = sorted({name for raw in unread for name in _named(raw) if name in known})
    if not lost:
        return messages
    doubt = pl.col("time_doubt") | pl.col("conversation_id").is_in(lost)
    return messages.with_columns(doubt.alias("time_doubt"))


def _named(raw: str) -> Iterable[str]:
    """What in a row may be its conversation: the column of that name, or any cell where the row was not cut into columns."""
    try:
        record = json.loads(raw)
    except ValueError:
        return [cell.strip().strip('"') for cell in _CELLS.split(raw)]
    return [str(record["conversation_id"])] if isinstance(record, dict) and record.get("conversation_id") else []
