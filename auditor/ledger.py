"""The ledger: every promise of a conversation tied to its deadline and held against orders, refunds and later messages.

Lenient throughout: the latest moment a reasonable buyer would accept, the earliest event that keeps the promise, and
`unverifiable` wherever an order, an event or the end of an export leaves room for the agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from auditor.model import Conversation, Lang, LedgerEntry, Message, Order, Outcome, Promise, PromiseKind, When
from auditor.reading.answers import assent, elliptic
from auditor.reading.normal import normal
from auditor.reading.promises import promises as read_promises
from auditor.reading.when import deadline as resolve
from auditor.shard import Shard

_SAME_BURST = timedelta(minutes=3)
_YES = "acts/assent"  # the word list of plain yeses
_LONGEST_SHORT_ANSWER: dict[Lang, int] = {"zh": 24, "en": 60, "pl": 60}  # characters
_CLOCK_SKEW = timedelta(seconds=60)  # back offices round shipping times to the minute


@dataclass(frozen=True, slots=True)
class Made:
    """A promise with the messages that make it up: an assent brings the buyer's request along."""

    promise: Promise
    message: Message  # the agent's, at whose time it was made
    message_ids: tuple[str, ...]
    anchor: Message  # whose clock its words are relative to
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What became of a promise."""

    outcome: Outcome
    reason: str
    certain: bool = False
    order: Order | None = None
    event: str = ""
    event_at: datetime | None = None


def ledger(shard: Shard) -> tuple[LedgerEntry, ...]:
    """All promises of the shard's agents, by conversation and time; worked out once a shard."""
    return shard.once(_ledger)


def _ledger(shard: Shard) -> tuple[LedgerEntry, ...]:
    texts = shard.texts
    by_agent = texts.frame.filter("by_agent")
    promising = by_agent.filter(pl.col("text_id").is_in(sorted(texts.passing("promises"))))["text_id"].to_list()
    assenting = by_agent.filter(pl.col("text_id").is_in(sorted(texts.may_match([_YES]))))["text_id"].to_list()
    made = {i for i in promising if texts.reading(i).promises or _time_alone(shard, i)}
    wanted = shard.with_texts(made | {i for i in assenting if _assent(shard, i)})
    return tuple(entry for one in shard.conversations(wanted) for entry in conversation_ledger(shard, one))


def _time_alone(shard: Shard, text_id: int) -> When | None:
    """The time that is all a short text says ("明天"), else None."""
    if text_id not in shard.texts.passing("promises") or not _is_short(shard, text_id):
        return None
    return elliptic(shard.texts.normal(text_id), shard.texts.lang(text_id))


def _assent(shard: Shard, text_id: int) -> str | None:
    """Whether a short text is a plain yes ("yes", or "conditional")."""
    if text_id not in shard.texts.may_match([_YES]) or not _is_short(shard, text_id):
        return None
    return assent(shard.texts.normal(text_id), shard.texts.lang(text_id))


def _is_short(shard: Shard, text_id: int) -> bool:
    return len(shard.texts.normal(text_id).text) <= _LONGEST_SHORT_ANSWER[shard.texts.lang(text_id)]


def conversation_ledger(shard: Shard, conversation: Conversation) -> list[LedgerEntry]:
    """The promises of one conversation, corrections taken into account."""
    made = list(_made(shard, conversation))
    entries = [_entry(shard, conversation, one) for one in made]
    return [_withdrawn(entry, entries[i + 1 :]) for i, entry in enumerate(entries)]


# ---- who promised what ---------------------------------------------------------------------------------------------------


def _made(shard: Shard, conversation: Conversation) -> Iterator[Made]:
    messages = conversation.messages
    asked: list[tuple[Message, int]] = []  # the buyer's messages since the last human answer, with their texts
    pending: Message | None = None  # a time alone ("明天"), waiting for its verb in the next line
    for i, message in enumerate(messages):
        if message.role == "buyer":
            asked.append((message, conversation.text_ids[i]))
            pending = None
            continue
        if message.role != "agent" or message.content_type != "text":
            continue
        lang = conversation.langs[i]
        alone = _time_alone(shard, conversation.text_ids[i])
        promises = shard.texts.reading(conversation.text_ids[i]).promises
        if pending and alone is None and message.at - pending.at <= _SAME_BURST and not any(p.when for p in promises):
            spread = _read_together(pending, message, lang)
            yield from (_one(p, message, (pending.message_id, message.message_id)) for p in spread or promises)
        elif promises:
            yield from (_one(p, message, (message.message_id,)) for p in promises)
        elif asked:
            answers = list(_answered(shard, asked, message, alone, _assent(shard, conversation.text_ids[i])))
            yield from answers
            alone = None if answers else alone
        pending = message if alone is not None else None
        asked = asked if pending else []


def _one(promise: Promise, message: Message, ids: tuple[str, ...]) -> Made:
    return Made(promise, message, ids, message, promise.text)


def _read_together(before: Message, message: Message, lang: Lang) -> tuple[Promise, ...]:
    """A sentence typed in two lines, read as one."""
    joined = before.text + ("" if lang == "zh" else " ") + message.text
    return tuple(p for p in read_promises(normal(joined), lang)[0] if p.when is not None)


def _answered(
    shard: Shard, asked: Sequence[tuple[Message, int]], message: Message, alone: When | None, yes: str | None
) -> Iterator[Made]:
    """What an answer makes of the question before it: "When does it ship?" – "Tomorrow.", "Can you ship before 3?" – "Sure"."""
    if alone is None and not yes:
        return
    requests = [(buyer, request) for buyer, text_id in asked for request in shard.texts.reading(text_id).requests]
    if not requests:
        return
    buyer, request = requests[-1]
    if alone is not None:
        promise = replace(request, when=alone, vague=False, request=False, text=message.text)
        yield Made(promise, message, (message.message_id,), message, f"{request.text} – {message.text}")
    elif request.when is not None:
        promise = replace(request, request=False, conditional=request.conditional or yes == "conditional")
        yield Made(promise, message, (buyer.message_id, message.message_id), buyer, f"{request.text} – {message.text}")


# ---- until when ----------------------------------------------------------------------------------------------------------


def _entry(shard: Shard, conversation: Conversation, made: Made) -> LedgerEntry:
    promise = made.promise
    due, arithmetic, problem = _deadline(shard, conversation, made)
    if problem:
        held = Held("unverifiable", problem)
    elif due is None:
        held = Held("unverifiable", "no_deadline")
    elif made.message.time_doubt or made.anchor.time_doubt:
        held = Held("unverifiable", "time_in_doubt")
    else:
        held = _hold(shard, conversation, made, due)
        if promise.conditional and held.outcome in ("broken", "pending"):
            held = Held("unverifiable", "condition_not_seen", order=held.order)
        elif promise.estimate and held.outcome == "broken":
            held = Held("unverifiable", "estimate_not_promise", order=held.order)
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
        outcome=held.outcome,
        reason=held.reason,
        certain=held.certain and not promise.hedged,
        order_id=held.order.order_id if held.order else None,
        event=held.event,
        event_at=held.event_at,
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


# ---- what became of it -----------------------------------------------------------------------------------------------------


def _hold(shard: Shard, conversation: Conversation, made: Made, due: datetime) -> Held:
    kind = made.promise.kind
    if kind == "reply":
        return _hold_reply(shard, conversation, made, due)
    if kind in ("ship", "deliver", "refund"):
        return _hold_orders(shard, conversation, made, due, kind)
    if kind == "reship":
        told = _told(shard, conversation, made.message)
        if told is not None and told.at <= due + _CLOCK_SKEW:
            return Held("kept", "told_in_chat", event="message", event_at=told.at)
        if told is not None and _chased(conversation, due, told):
            return Held("broken", "told_late_after_reminder", event="message", event_at=told.at)
    return Held("pending" if shard.as_of <= due else "unverifiable", "deadline_ahead" if shard.as_of <= due else "no_event_data")


def _told(shard: Shard, conversation: Conversation, promise: Message) -> Message | None:
    """The first later message of the shop that says it was sent."""
    for message, text_id in zip(conversation.messages, conversation.text_ids, strict=True):
        if message.role != "agent" or message.at <= promise.at:
            continue
        if any(c.slot == "shipped" and c.polarity for c in shard.texts.reading(text_id).claims):
            return message
    return None


def _chased(conversation: Conversation, due: datetime, told: Message) -> bool:
    """Whether the buyer wrote between the deadline and the shop's word that it was sent."""
    return any(m.role == "buyer" and due < m.at < told.at for m in conversation.messages)


def _hold_reply(shard: Shard, conversation: Conversation, made: Made, due: datetime) -> Held:
    answers = [m for m in conversation.messages if m.role == "agent" and m.at > made.message.at]
    later = [m for m in answers if not _same_breath(conversation, made.message, m)]
    if later and later[0].at <= due + _CLOCK_SKEW:
        return Held("kept", "answered_in_time", True, event="message", event_at=later[0].at)
    if shard.as_of <= due:
        return Held("pending", "deadline_ahead")
    end = shard.seen_until.get(made.message.source)
    if end is None or end <= due:
        return Held("unverifiable", "transcript_ends_before_deadline")
    if later:
        return Held("broken", "answered_late", True, event="message", event_at=later[0].at)
    return Held("broken", "never_answered", True)


def _same_breath(conversation: Conversation, one: Message, other: Message) -> bool:
    """Whether nobody else spoke between two lines of one agent less than three minutes apart."""
    if other.sender_id != one.sender_id or other.at - one.at > _SAME_BURST:
        return False
    return not any(one.at < m.at < other.at and m.role == "buyer" for m in conversation.messages)


_EVENTS: dict[PromiseKind, tuple[str, ...]] = {
    "ship": ("shipped_at", "first_scan_at"),
    "deliver": ("delivered_at",),
    "refund": ("refunded_at",),
}


def _hold_orders(shard: Shard, conversation: Conversation, made: Made, due: datetime, kind: PromiseKind) -> Held:
    meant = [o for o in conversation.orders if _may_be_meant(o, made, due, kind)]
    if not meant:
        if shard.as_of <= due:
            return Held("pending", "deadline_ahead")
        return Held("unverifiable", "no_order" if not conversation.orders else "order_does_not_fit")
    fates = [_fate(shard, order, due, kind) for order in meant]
    certain = len(conversation.orders) == 1 and conversation.tie in ("order_id", "only_order")
    if len({f.outcome for f in fates}) > 1:
        return Held("unverifiable", "which_order_is_unknown")
    return replace(fates[0], certain=fates[0].certain and certain)


def _may_be_meant(order: Order, made: Made, due: datetime, kind: PromiseKind) -> bool:
    """Not an order that was over before the promise, nor one that was placed after its deadline."""
    started = order.paid_at or order.created_at
    if started is not None and started > due:
        return False
    done = _earliest(order, kind)
    return done is None or done[1] >= made.anchor.at


def _earliest(order: Order, kind: PromiseKind) -> tuple[str, datetime] | None:
    happened = [(name, at) for name in _EVENTS[kind] if (at := getattr(order, name)) is not None]
    if kind == "ship" and not happened and order.delivered_at is not None:
        happened = [("delivered_at", order.delivered_at)]
    return min(happened, key=lambda event: event[1]) if happened else None


def _fate(shard: Shard, order: Order, due: datetime, kind: PromiseKind) -> Held:
    event = _earliest(order, kind)
    if event and event[1] <= due + _CLOCK_SKEW:
        return Held("kept", "in_time", True, order, *event)
    if shard.as_of <= due:
        return Held("pending", "deadline_ahead", order=order)
    ended = [at for at in (order.cancelled_at, order.refunded_at if kind != "refund" else None) if at is not None]
    if ended and min(ended) <= due:
        return Held("unverifiable", "order_ended_before_deadline", order=order)
    if event:
        if event[0] == "delivered_at" and kind == "ship":
            return Held("unverifiable", "no_ship_time", order=order)
        return Held("broken", "after_deadline", kind != "deliver", order, *event)
    if order.seen_until is None or order.seen_until <= due or ended:
        return Held("unverifiable", "order_export_ends_before_deadline", order=order)
    if kind == "deliver":  # exports often lack deliveries, and what arrives may be the shop's own stock
        return Held("unverifiable", "no_event_time", order=order)
    if order.delivered_at is not None or _says_done(order, kind):
        return Held("unverifiable", "no_event_time", order=order)
    return Held("broken", "never_happened", True, order)


def _says_done(order: Order, kind: PromiseKind) -> bool:
    """A status that says the thing happened although its time is missing."""
    status = (order.status or "").lower()
    words = {
        "ship": ("ship", "sent", "deliver", "已发货", "已收货", "成功", "wysłan", "complete", "待收货", "picked"),
        "deliver": ("deliver", "已收货", "成功", "complete", "dostarcz"),
        "refund": ("refund", "退款成功", "zwróc"),
    }
    return any(word in status for word in words.get(kind, ()))


def _withdrawn(entry: LedgerEntry, later: Sequence[LedgerEntry]) -> LedgerEntry:
    """A dated promise that the shop replaced, before it was due, by a later date of the same kind."""
    if entry.deadline is None or entry.outcome not in ("broken", "pending", "unverifiable"):
        return entry
    for other in later:
        if other.kind == entry.kind and other.deadline is not None and other.made_at <= entry.deadline < other.deadline:
            return replace(entry, outcome="withdrawn", reason="corrected_before_due", certain=False)
    return entry
