"""What is too old leaves the state: chats, what was found in them, orders, notices, rows in quarantine; and what left is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from auditor.memory import ORDERS, Memory
from auditor.model import NOTICE_COLUMNS, ORDER_INSTANTS
from auditor.outcome import KEPT
from auditor.spool import RAW_COLUMNS
from auditor.state.store import Store


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of each table went, and how many stay; what the reports' folders hold is not the state's."""

    gone: Mapping[str, int]
    kept: Mapping[str, int]


def prune(folder: Path, before: datetime, dry_run: bool = False) -> Pruned:
    """Remove every conversation whose last message is older than `before` (aware), whole, with all that was made of it.

    Orders and notices go by their latest instant, unless a conversation that stays is about them; rows in quarantine by the
    night that read their file. A file that was read stays known by its hash, so that it does not come back.
    """
    with Store.opened(folder) as store:
        memory = Memory(store)
        limit = before.astimezone(UTC)
        last = memory.scan("messages", RAW_COLUMNS).group_by("conversation_id").agg(pl.col("sent_at").max())
        old = last.filter(pl.col("sent_at") < limit).select("conversation_id").collect()
        frames = {kind: _without(memory, kind, old) for kind in ("messages", *KEPT)}
        stays = frames["messages"][1]
        frames["orders"] = _orders(memory, stays, limit)
        frames["notices"] = _notices(memory, stays, limit)
        frames["quarantine"] = _quarantine(memory, limit)
        if not dry_run:
            _rewrite(memory, frames)
        gone = {kind: before_ - after.height for kind, (before_, after) in frames.items()}
        return Pruned(gone, {kind: after.height for kind, (_, after) in frames.items()})


Change = tuple[int, pl.DataFrame]  # rows before, what stays


def _without(memory: Memory, kind: str, old: pl.DataFrame) -> Change:
    rows = memory.scan(kind, RAW_COLUMNS) if kind == "messages" else memory.live(kind)
    before = sum(segment.rows for segment in memory.store.segments(kind))
    return before, rows.join(old.lazy(), on="conversation_id", how="anti").collect()


def _orders(memory: Memory, stays: pl.DataFrame, limit: datetime) -> Change:
    whole = memory.table("orders", ORDERS)
    latest = pl.max_horizontal(*ORDER_INSTANTS).max().over("order_id")
    recent = (latest >= limit).fill_null(False)
    named = pl.col("order_id").is_in(stays["order_id"].drop_nulls().unique().implode())
    return whole.height, whole.filter(recent | named)


def _notices(memory: Memory, stays: pl.DataFrame, limit: datetime) -> Change:
    whole = memory.table("notices", NOTICE_COLUMNS)
    about = pl.col("conversation_id").is_in(stays["conversation_id"].unique().implode())
    recent = pl.max_horizontal("issued_at", "appeal_by") >= limit
    return whole.height, whole.filter(recent | about.fill_null(False))


def _quarantine(memory: Memory, limit: datetime) -> Change:
    """Rows of pieces that a night before the limit wrote go: nobody mended them in time."""
    nights = {gen: datetime.fromisoformat(at) for gen, at in memory.store.nights().items()}
    paths = memory.paths("quarantine")
    whole = pl.concat([pl.read_parquet(path) for path in paths]) if paths else pl.DataFrame()
    kept = [path for path in paths if nights.get(int(Path(path).name[:6]), limit) >= limit]
    return whole.height, pl.concat([pl.read_parquet(path) for path in kept]) if kept else whole.clear()


def _rewrite(memory: Memory, frames: Mapping[str, Change]) -> None:
    """One piece a table for all that stays, in one transaction; the old pieces are unlinked."""
    store, gen = memory.store, memory.following
    new, gone = [], []
    for kind, (before, after) in frames.items():
        if before == after.height:
            continue
        gone += [segment.name for segment in store.segments(kind)]
        path = store.write(gen, kind, after)
        if path is not None:
            new.append(store.measured(kind, path))
    if gone:
        store.commit(new=new, gone=gone)
        store.db.execute("VACUUM")
