"""Which stored outcomes no longer hold: the conversations that have to be judged tonight beside those with new messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from auditor.memory import ORDERS, Memory
from auditor.outcome import GEN
from auditor.part import added
from auditor.spool import RAW_COLUMNS

_CONTENT = [name for name in ORDERS if name not in ("source", "row", "seen_until", "scans_known")]


@dataclass(frozen=True, slots=True)
class Change:
    """What tonight brings: conversations with messages, orders as read (numbered by file), the time, or reason to judge all."""

    new: pl.LazyFrame
    orders: pl.DataFrame
    as_of: datetime
    everything: bool


def affected(change: Change, memory: Memory, ranks: Sequence[int]) -> pl.DataFrame | None:
    """Column conversation_id; None: all of them."""
    if change.everything:
        return None
    parts = [change.new.select("conversation_id"), fallen_due(memory, change.as_of), *_by_orders(change, memory, ranks)]
    return pl.concat(parts).unique().collect()


def fallen_due(memory: Memory, as_of: datetime) -> pl.LazyFrame:
    """Those for which the time that passed since they were judged makes a difference.

    A promise is pending up to and at its deadline; and nothing is waited for past the end of what was exported.
    """
    known = memory.live("conversations")
    parts = [pl.LazyFrame(schema={"conversation_id": pl.String})]
    for gen, told in memory.store.nights().items() if memory.paths("conversations") else ():
        then = datetime.fromisoformat(told)
        low, high = sorted((then.astimezone(UTC), as_of.astimezone(UTC)))
        if low == high:
            continue
        between = pl.col("deadlines").list.eval((pl.element() >= low) & (pl.element() < high)).list.any()
        moved = pl.col("end") >= low
        parts.append(known.filter((pl.col(GEN) == gen) & (between | moved)).select("conversation_id"))
    return pl.concat(parts)


def _by_orders(change: Change, memory: Memory, ranks: Sequence[int]) -> list[pl.LazyFrame]:
    """Those that an order may be about of which something new is known, or which an export names that reaches further."""
    if not change.orders.height or not memory.paths("messages"):
        return []
    before = memory.orders(change.orders["order_id"])
    fresh = added(change.orders, before, ranks)
    told = fresh.join(before.select(_CONTENT), on=_CONTENT, how="anti", nulls_equal=True)
    longer = fresh.join(told.select("order_id"), on="order_id", how="anti")
    every = pl.concat([before, change.orders])
    unsettled = memory.live("conversations").filter("unsettled").select("conversation_id")
    return [
        _about(told["order_id"], every, memory),
        _about(longer["order_id"], every, memory).join(unsettled, on="conversation_id", how="semi"),
    ]


def _about(order_ids: pl.Series, orders: pl.DataFrame, memory: Memory) -> pl.LazyFrame:
    ids = order_ids.unique().to_frame()
    buyers = orders.join(ids, on="order_id", how="semi").select("buyer_id").drop_nulls().unique()
    messages = memory.scan("messages", {name: RAW_COLUMNS[name] for name in ("conversation_id", "order_id", "buyer_id")})
    named = messages.join(ids.lazy(), on="order_id", how="semi")
    with_buyer = messages.join(buyers.lazy(), on="buyer_id", how="semi")
    return pl.concat([named, with_buyer]).select("conversation_id").unique()
