"""What became of a promise: held against orders, refunds and later messages, every doubt in the agent's favour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from auditor.ledger.made import SAME_BURST, Made
from auditor.model import Conversation, Message, Order, Outcome, PromiseKind
from auditor.reading.answers import tells_of_today, tells_sent
from auditor.reading.conditions import order_cut_off
from auditor.reading.normal import normal
from auditor.reading.when import deadline as resolve
from auditor.shard import Shard

_CLOCK_SKEW = timedelta(seconds=60)  # back offices round shipping times to the minute
_PARTS = (
    "运费",
    "邮费",
    "差价",
    "差额",
    "postage",
    "shipping",
    "difference",
    "różnic",
    "roznic",
    "wysyłki",
    "dostawy",
    "przesyłki",
)
_ADMITS = "procedure/admits_missed"
_AT_ONCE = timedelta(minutes=30)  # "if you order now"


@dataclass(frozen=True, slots=True)
class Held:
    """What became of a promise."""

    outcome: Outcome
    reason: str
    certain: bool = False
    order: Order | None = None
    event: str = ""
    event_at: datetime | None = None


def held(shard: Shard, conversation: Conversation, made: Made, due: datetime) -> Held:
    """The outcome at the audit's time of a promise that was due at `due`."""
    promise = made.promise
    found = _hold(shard, conversation, made, due)
    if promise.conditional:
        return _under_condition(shard, conversation, made, found)
    if promise.estimate and found.outcome == "broken":
        return Held("unverifiable", "estimate_not_promise", order=found.order)
    return found


def _under_condition(shard: Shard, conversation: Conversation, made: Made, found: Held) -> Held:
    """A promise that binds only those who order in time: seen to hold where the only order was paid in time."""
    if found.outcome not in ("broken", "pending"):
        return found
    cut_off = order_cut_off(normal(made.message.text), made.lang) if made.promise.kind == "ship" else None
    order, when = found.order, made.promise.when
    one = len(conversation.orders) == 1 and conversation.tie in ("order_id", "only_order")
    relative = when is None or when.unit in ("hours", "minutes")  # counted from when, is not said
    if cut_off is None or order is None or order.paid_at is None or not one or relative or made.anchor is not made.message:
        return Held("unverifiable", "condition_not_seen", order=order)
    said = made.message.at.astimezone(shard.zone(conversation, made.message))
    last = said + _AT_ONCE
    if cut_off.when is not None:
        place = shard.place(conversation.platform)
        last = resolve(cut_off.when, said, place.calendar, place.opens, place.closes).deadline or said
        if last.date() != said.date():
            last = said
    if not said < order.paid_at < last or order.paid_at.astimezone(said.tzinfo).date() != said.date():
        return Held("unverifiable", "condition_not_seen", order=order)
    return found if cut_off.when is not None else replace(found, certain=False)


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
        if told is not None and (_chased(conversation, due, told) or _sent_today(shard, conversation, told, due)):
            return Held("broken", "told_late", event="message", event_at=told.at)
        admitted = _admitted(shard, conversation, due, told)
        if admitted is not None and shard.as_of > due:
            return Held("broken", "admitted_undone", event="message", event_at=told.at if told else None)
    return Held("pending" if shard.as_of <= due else "unverifiable", "deadline_ahead" if shard.as_of <= due else "no_event_data")


def _told(shard: Shard, conversation: Conversation, promise: Message) -> Message | None:
    """The first later message of the shop that says it was sent."""
    for message, text_id in zip(conversation.messages, conversation.text_ids, strict=True):
        if message.role != "agent" or message.at <= promise.at:
            continue
        if any(c.slot == "shipped" and c.polarity for c in shard.texts.reading(text_id).claims):
            return message
        if tells_sent(shard.texts.normal(text_id), shard.texts.lang(text_id)):
            return message
    return None


def _admitted(shard: Shard, conversation: Conversation, due: datetime, told: Message | None) -> Message | None:
    """What the shop wrote after the deadline, before it told of any sending, that says it had not been done."""
    for message, text_id in zip(conversation.messages, conversation.text_ids, strict=True):
        late = message.role == "agent" and message.at > due and (told is None or message.at < told.at)
        if late and shard.texts.found(_ADMITS, text_id):
            return message
    return None


def _sent_today(shard: Shard, conversation: Conversation, told: Message, due: datetime) -> bool:
    """Whether it was told on a later day than the deadline's that it was sent that day."""
    at = conversation.messages.index(told)
    day = told.at.astimezone(shard.zone(conversation, told)).date()
    return day > due.date() and tells_of_today(normal(told.text), conversation.langs[at])


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
    end = made.message.seen_until
    if end is None or end <= due:
        return Held("unverifiable", "transcript_ends_before_deadline")
    if later:
        return Held("broken", "answered_late", True, event="message", event_at=later[0].at)
    return Held("broken", "never_answered", True)


def _same_breath(conversation: Conversation, one: Message, other: Message) -> bool:
    """Whether nobody else spoke between two lines of one agent less than three minutes apart."""
    if other.sender_id != one.sender_id or other.at - one.at > SAME_BURST:
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
        if not conversation.orders and kind == "ship":
            told = _told(shard, conversation, made.message)
            if _admitted(shard, conversation, due, told) is not None:
                return Held("broken", "admitted_undone", event="message", event_at=told.at if told else None)
        return Held("unverifiable", "no_order" if not conversation.orders else "order_does_not_fit")
    fates = [_fate(shard, order, due, kind) for order in meant]
    if kind == "refund" and any(word in made.text.lower() for word in _PARTS) and any(f.outcome == "broken" for f in fates):
        return Held("unverifiable", "no_event_data")  # orders tell of the price paid back, not of postage or a difference
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
    if (kind == "ship" and order.delivered_at is not None) or says_done(order, kind):
        return Held("unverifiable", "no_event_time", order=order)
    asked_back = kind != "refund" or order.refund_requested_at is not None  # else it may have been paid some other way
    if order.delivered_at is not None and not asked_back:
        return Held("unverifiable", "no_event_time", order=order)
    return Held("broken", "never_happened", asked_back and order.delivered_at is None, order)


def says_done(order: Order, kind: PromiseKind) -> bool:
    """A status that says the thing happened, or that the order was called off, although the time of it is missing."""
    status = (order.status or "").lower()
    over = ("关闭", "取消", "退款", "删除", "cancel", "closed", "void", "refund", "return", "anulow", "zwro", "zwró")
    shipped = (
        "已出库",
        "确认收货",
        "完成",
        "zrealizow",
        "sent",
        "deliver",
        "已发货",
        "已收货",
        "成功",
        "wysłan",
        "complete",
        "picked",
    )
    words = {
        "ship": ("ship", "待收货", *shipped, *over),
        "deliver": ("deliver", "已收货", "成功", "complete", "dostarcz", *over),
        "refund": ("refunded", "refund complete", "退款成功", "已退款", "退款完成", "zwrócon"),
    }
    return any(word in status for word in words.get(kind, ()))
