"""A ship time stated in chat that is not the one the order was sold with (the order's `ship_by`).

order: paid 2026-03-02 09:00, ship_by 2026-03-03 09:00 (24 h)
2026-03-02 10:00:00 agent xiaoyue: 付款后48小时内发货      flagged: later than the order's promise
2026-03-02 10:00:00 agent xiaoyue: 付款后24小时内发货      passes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from auditor.ledger import ledger
from auditor.model import Hit, LedgerEntry, NotEvaluated, Order, left_out
from auditor.shard import Shard

NAME = "ship_window"
FACTS = frozenset({"promise", "deadline", "ship_by", "order", "difference"})


@dataclass(frozen=True, slots=True)
class Params:
    """`reading`: which difference counts; below `tolerance` none does (a promise by the day is not a promise by the hour)."""

    reading: Literal["stated_later", "stated_sooner", "either"] = "stated_later"
    tolerance: timedelta = timedelta(hours=24)


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """Ship promises held against the order's own window; suspected, as it rests on how the sentence was read."""
    unknown: list[str] = []
    for entry in ledger(shard):
        if entry.kind != "ship" or entry.deadline is None or entry.conditional or entry.hedged:
            continue
        order = shard.orders.get(entry.order_id or "")
        if order is None or order.ship_by is None:
            unknown.append(entry.conversation_id)
        elif _differs(entry.made_at, entry.deadline, order.ship_by, params):
            yield _hit(entry, order, entry.deadline, order.ship_by)
    if unknown:
        yield left_out("no_ship_by", unknown)


def _differs(made_at: datetime, deadline: datetime, ship_by: datetime, params: Params) -> bool:
    if made_at > ship_by:
        return False
    if deadline - ship_by > params.tolerance:
        return params.reading in ("stated_later", "either")
    return ship_by - deadline > params.tolerance and params.reading in ("stated_sooner", "either")


def _hit(entry: LedgerEntry, order: Order, deadline: datetime, promised: datetime) -> Hit:
    ship_by = promised.astimezone(deadline.tzinfo)
    return Hit(
        at=entry.made_at,
        conversation_id=entry.conversation_id,
        message_ids=entry.message_ids,
        agent_id=entry.agent_id,
        certainty="suspected",
        quote=entry.text,
        facts={
            "promise": entry.text,
            "deadline": deadline,
            "ship_by": ship_by,
            "order": order.order_id,
            "difference": abs(deadline - ship_by),
        },
        measured=entry.arithmetic,
        threshold=f"ship_by {ship_by.isoformat(sep=' ', timespec='seconds')}",
        order_id=order.order_id,
        basis="stated_time",
    )
