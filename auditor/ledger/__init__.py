"""The ledger: every promise of a conversation tied to its deadline and held against orders, refunds and later messages.

Lenient throughout: the latest moment a reasonable buyer would accept, the earliest event that keeps the promise, and
`unverifiable` wherever an order, an event or the end of an export leaves room for the agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from auditor.ledger.held import Held, held
from auditor.ledger.made import Made, made, promising
from auditor.model import Conversation, LedgerEntry, Message, When
from auditor.reading.answers import TakenBack, taken_back
from auditor.reading.when import deadline as resolve
from auditor.shard import Shard

__all__ = ["conversation_ledger", "ledger"]


def ledger(shard: Shard) -> tuple[LedgerEntry, ...]:
    """All promises of the shard's agents, by conversation and time; worked out once a shard."""
    return shard.once(_ledger)


def _ledger(shard: Shard) -> tuple[LedgerEntry, ...]:
    return tuple(entry for one in shard.conversations(promising(shard)) for entry in conversation_ledger(shard, one))


def conversation_ledger(shard: Shard, conversation: Conversation) -> list[LedgerEntry]:
    """The promises of one conversation, corrections taken into account."""
    entries = [_entry(shard, conversation, one) for one in made(shard, conversation)]
    entries = [_withdrawn(entry, entries[i + 1 :]) for i, entry in enumerate(entries)]
    return [_taken_back(shard, conversation, entry) for entry in entries]


# ---- until when ----------------------------------------------------------------------------------------------------------


def _entry(shard: Shard, conversation: Conversation, made: Made) -> LedgerEntry:
    promise = made.promise
    due, arithmetic, problem = _deadline(shard, conversation, made)
    if problem:
        fate = Held("unverifiable", problem)
    elif due is None:
        fate = Held("unverifiable", "no_deadline")
    elif made.message.time_doubt or made.anchor.time_doubt:
        fate = Held("unverifiable", "time_in_doubt")
    else:
        fate = held(shard, conversation, made, due)
    return LedgerEntry(
        conversation_id=conversation.conversation_id,
        message_ids=made.message_ids,
        agent_id=made.message.sender_id,
        platform=conversation.platform,
        shop_id=conversation.shop_id,
        made_at=made.message.at,
        kind=promise.kind,
        text=made.text,
        deadline=due,
        arithmetic=arithmetic,
        vague=due is None and not problem,
        conditional=promise.conditional,
        hedged=promise.hedged or promise.estimate,
        outcome=fate.outcome,
        reason=fate.reason,
        certain=fate.certain and not promise.hedged,
        order_id=fate.order.order_id if fate.order else None,
        event=fate.event,
        event_at=fate.event_at,
    )


def _deadline(shard: Shard, conversation: Conversation, made: Made) -> tuple[datetime | None, str, str]:
    """(deadline, arithmetic, problem)."""
    when = made.promise.when
    if when is None:
        return None, "", ""
    zone = shard.zone(conversation, made.anchor)
    anchor = made.anchor.at.astimezone(zone)
    if when.anchor != "message":
        found, problem = _anchor_event(conversation, when.anchor)
        if found is None:
            return None, "", problem
        anchor = found.astimezone(zone)
    place = shard.place(conversation.platform)
    resolved = resolve(when, anchor, place.calendar, place.opens, place.closes)
    return resolved.deadline, resolved.arithmetic, resolved.problem or ""


def _anchor_event(conversation: Conversation, anchor: str) -> tuple[datetime | None, str]:
    if len(conversation.orders) != 1 or conversation.tie == "several":
        return None, "no_order_for_anchor"
    order = conversation.orders[0]
    event = {"payment": order.paid_at, "order": order.created_at or order.paid_at, "delivery": order.delivered_at}.get(anchor)
    return event, "" if event else "no_anchor_event"


def _withdrawn(entry: LedgerEntry, later: Sequence[LedgerEntry]) -> LedgerEntry:
    """A dated promise that the shop replaced, before it was due, by a later date of the same kind."""
    if entry.deadline is None or entry.outcome not in ("broken", "pending", "unverifiable"):
        return entry
    for other in later:
        if other.kind == entry.kind and other.deadline is not None and other.made_at <= entry.deadline < other.deadline:
            return replace(entry, outcome="withdrawn", reason="corrected_before_due", certain=False)
    return entry


def _taken_back(shard: Shard, conversation: Conversation, entry: LedgerEntry) -> LedgerEntry:
    """A promise that the shop went back on before it was due, in words that make no new promise themselves."""
    if entry.deadline is None or entry.outcome not in ("broken", "pending"):
        return entry
    for message, text_id in zip(conversation.messages, conversation.text_ids, strict=True):
        if message.role != "agent" or not entry.made_at < message.at <= entry.deadline:
            continue
        times = list(_later_times(shard, text_id, entry))
        if any(_due(shard, conversation, message, when) > entry.deadline for when in times):
            return replace(entry, outcome="withdrawn", reason="corrected_before_due", certain=False)
        if _goes_back(shard, text_id) and not any(p.kind == entry.kind for p in shard.texts.reading(text_id).promises):
            entry = replace(entry, certain=False)
    return entry


def _later_times(shard: Shard, text_id: int, entry: LedgerEntry) -> Iterator[When]:
    """The times that a text proposes instead: asked ("would Friday do?"), or beside words that correct or deny."""
    for request in shard.texts.reading(text_id).requests:
        if request.kind in (entry.kind, "other") and request.when is not None:
            yield request.when
    back = _goes_back(shard, text_id)
    yield from back.times if back else ()


def _goes_back(shard: Shard, text_id: int) -> TakenBack | None:
    known = shard.once(_known)
    if text_id not in known:
        known[text_id] = taken_back(shard.texts.normal(text_id), shard.texts.lang(text_id))
    return known[text_id]


def _known(_: Shard) -> dict[int, TakenBack | None]:
    return {}


def _due(shard: Shard, conversation: Conversation, message: Message, when: When) -> datetime:
    place = shard.place(conversation.platform)
    anchor = message.at.astimezone(shard.zone(conversation, message))
    return resolve(replace(when, anchor="message"), anchor, place.calendar, place.opens, place.closes).deadline or anchor
