"""Promises that were not kept: the deadline as said, held against orders, refunds and later messages.

2026-03-02 10:00:00 agent xiaoyue: 今天给您发        flagged: shipped on 2026-03-04
2026-03-02 10:00:00 agent xiaoyue: 尽快给您发        passes: no deadline
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from auditor.ledger import ledger
from auditor.model import Hit, LedgerEntry, NotEvaluated, left_out
from auditor.shard import Shard

NAME = "promises"
FACTS = frozenset({"kind", "promise", "made", "deadline", "happened", "event", "late_by", "arithmetic", "order"})


@dataclass(frozen=True, slots=True)
class Params:
    """`kinds` of promises (model.PromiseKind) whose `outcome` is a violation; hedged ones only where `hedged` says so."""

    kinds: tuple[str, ...] = ("ship",)
    outcome: str = "broken"
    hedged: bool = False


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """One hit for all messages of an agent that promised the same thing by the same moment."""
    mine = [entry for entry in ledger(shard) if entry.kind in params.kinds]
    yield from _not_judged(mine)
    broken = [e for e in mine if e.outcome == params.outcome and (params.hedged or not e.hedged)]
    for _, group in groupby(sorted(broken, key=_same), key=_same):
        yield _hit(list(group), shard)


def _same(entry: LedgerEntry) -> tuple[str, str, str, datetime]:
    return entry.conversation_id, entry.agent_id or "", entry.kind, entry.deadline or entry.made_at


def _not_judged(entries: list[LedgerEntry]) -> Iterator[NotEvaluated]:
    left = sorted((e for e in entries if e.outcome in ("unverifiable", "pending")), key=lambda e: e.reason)
    for reason, group in groupby(left, key=lambda e: e.reason):
        yield left_out(f"promise_{reason}", (e.conversation_id for e in group))


def _moment(deadline: datetime) -> datetime:
    """The end of a day is written 23:59:59; lateness counts from midnight."""
    return deadline + timedelta(seconds=1) if (deadline.hour, deadline.minute, deadline.second) == (23, 59, 59) else deadline


def _known_until(shard: Shard, entry: LedgerEntry) -> datetime:
    """Until when it is known that nothing happened: the end of the order's export, else of the chat's, never past the audit's."""
    order = shard.orders.get(entry.order_id or "")
    if order is not None and order.seen_until is not None:
        return min(shard.as_of, order.seen_until)
    messages = shard.conversation(entry.conversation_id).messages
    return min([shard.as_of, *(m.seen_until for m in messages if m.seen_until and m.message_id in entry.message_ids)])


def _hit(entries: list[LedgerEntry], shard: Shard) -> Hit:
    entry = entries[0]
    deadline = entry.deadline or entry.made_at
    late_by = (entry.event_at or _known_until(shard, entry)) - _moment(deadline)
    happened = entry.event_at.astimezone(deadline.tzinfo) if entry.event_at else None
    event = (
        f"{entry.event} {happened.isoformat(sep=' ', timespec='seconds')}"
        if happened
        else f"no {entry.kind} event by the end of the export"
    )
    return Hit(
        at=entry.made_at,
        conversation_id=entry.conversation_id,
        message_ids=tuple(dict.fromkeys(i for e in entries for i in e.message_ids)),
        agent_id=entry.agent_id,
        certainty="proven" if all(e.certain for e in entries) else "suspected",
        quote=" … ".join(dict.fromkeys(e.text for e in entries)),
        facts={
            "kind": entry.kind,
            "promise": entry.text,
            "made": entry.made_at,
            "deadline": deadline,
            "happened": happened,
            "event": entry.event or None,
            "late_by": late_by,
            "arithmetic": entry.arithmetic,
            "order": entry.order_id,
        },
        measured=event,
        threshold=entry.arithmetic or deadline.isoformat(sep=" "),
        order_id=entry.order_id,
        basis="" if all(e.certain for e in entries) else entry.reason,
    )
