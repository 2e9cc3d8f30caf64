"""What became of the parcel by the order's own events, and a tracking number that stands in the chat alone.

order: ship_by 2026-03-04 09:00, shipped_at 2026-03-04 11:00     flagged (kind late)
order: shipped_at 2026-03-04 09:00, first scan 26 hours later    flagged (kind unscanned, within 24h)
agent: Your tracking number is LX123456789CN                     flagged (kind number_in_chat) where the order holds none
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import polars as pl

from auditor.ledger.held import says_done
from auditor.model import Conversation, FactValue, Hit, Message, NotEvaluated, Order, left_out
from auditor.shard import Shard
from auditor.turns import is_text, may_say, passages

NAME = "shipment"
FACTS = frozenset({"order", "due", "happened", "late_by", "shipped", "within", "number"})
_NUMBERS = "shipping/tracking_number"


@dataclass(frozen=True, slots=True)
class Params:
    """`late`: shipped after `ship_by`, or after payment + `window` where the order names no time.

    `unscanned`: no scan of the carrier `within` so long after shipping was recorded. `number_in_chat`: an agent tells a
    tracking number, and `within` so long the order still holds none.
    """

    kind: Literal["late", "unscanned", "number_in_chat"] = "late"
    within: timedelta = timedelta(hours=24)
    window: timedelta | None = None


class _Missed(NamedTuple):
    """A moment by which something of an order had to happen, and when it did (None: never by the end of the export)."""

    due: datetime
    happened: datetime | None


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """One hit for each order of a conversation; proven by the order's events, or suspected from a number in a text."""
    if params.kind == "number_in_chat":
        yield from _numbers(shard, params)
        return
    missed = {order_id: found for order_id in _likely(shard, params) if (found := _missed(shard, shard.orders[order_id], params))}
    for conversation in shard.conversations(_about(shard, missed)):
        for order in conversation.orders:
            if order.order_id in missed and conversation.tie in ("order_id", "only_order"):
                yield _hit(conversation, order, missed[order.order_id], params)


# ---- events of the order ----------------------------------------------------------------------------------------------


def _likely(shard: Shard, params: Params) -> list[str]:
    """Ids of the orders whose columns say that they may have missed their time."""
    frame = shard.orders_frame
    if params.kind == "late":
        due = pl.col("ship_by")
        if params.window is not None:
            due = pl.coalesce(due, pl.col("paid_at") + params.window)
        likely = due.is_not_null() & (pl.col("shipped_at").is_null() | (pl.col("shipped_at") > due))
    else:
        scan = pl.col("first_scan_at")
        late = scan.is_null() | (scan - pl.col("shipped_at") > params.within)
        likely = pl.col("shipped_at").is_not_null() & late
    return frame.filter(likely)["order_id"].to_list()


def _missed(shard: Shard, order: Order, params: Params) -> _Missed | None:
    """The time that the order missed for certain; None where it did not, was called off before, or the export ends too soon."""
    if params.kind == "late":
        due = order.ship_by or (order.paid_at + params.window if order.paid_at and params.window else None)
        happened = order.shipped_at or order.first_scan_at
        if happened is None and (order.delivered_at is not None or order.seen_until is None or says_done(order, "ship")):
            return None  # it was sent or called off at a time that the export does not tell
    else:
        due = order.shipped_at + params.within if order.shipped_at else None
        happened = order.first_scan_at
        if happened is None and (not _scans_known(shard, order) or order.delivered_at is not None):
            return None
    if due is None or (happened is not None and happened <= due):
        return None
    ended = min((at for at in (order.cancelled_at, order.refund_requested_at, order.refunded_at) if at is not None), default=None)
    seen = min(order.seen_until or shard.as_of, shard.as_of)
    if (ended is not None and ended <= due) or (happened is None and seen <= due):
        return None
    return _Missed(due, happened)


def _scans_known(shard: Shard, order: Order) -> bool:
    """Whether the export that the order came from tells of scans at all."""
    return order.order_id in shard.once(_scanned)


def _scanned(shard: Shard) -> frozenset[str]:
    frame = shard.orders_frame
    known = frame.filter(pl.col("scans_known")) if "scans_known" in frame.columns else frame.clear()
    return frozenset(known["order_id"].to_list())


def _about(shard: Shard, missed: dict[str, _Missed]) -> list[str]:
    """Ids of the conversations that name one of these orders, or are of its buyer."""
    orders = shard.orders_frame.filter(pl.col("order_id").is_in(sorted(missed)))
    named = pl.col("order_id").is_in(sorted(missed))
    buyers = pl.col("buyer_id").is_in(orders["buyer_id"].drop_nulls().unique().sort().to_list())
    return sorted(shard.messages.filter(named | buyers)["conversation_id"].unique().to_list())


def _hit(conversation: Conversation, order: Order, missed: _Missed, params: Params) -> Hit:
    due = missed.due
    happened = missed.happened.astimezone(due.tzinfo) if missed.happened else None
    line = _telling(conversation, order)
    word = "shipped_at" if params.kind == "late" else "first_scan_at"
    facts: dict[str, FactValue] = {
        "order": order.order_id,
        "due": due,
        "happened": happened,
        "late_by": happened - due if happened else None,
        "shipped": order.shipped_at,
        "within": params.within,
    }
    return Hit(
        at=due,
        conversation_id=conversation.conversation_id,
        message_ids=(line.message_id,),
        agent_id=None,
        certainty="proven",
        quote=line.text,
        facts=facts,
        measured=f"{word} {happened.isoformat(sep=' ', timespec='seconds')}"
        if happened
        else "no ship event by the end of the export",
        threshold=f"{'ship_by' if params.kind == 'late' else 'due'} {due.isoformat(sep=' ', timespec='seconds')}",
        order_id=order.order_id,
    )


def _telling(conversation: Conversation, order: Order) -> Message:
    """The line that names the order, else the buyer's first one, else the first."""
    named = (m for m in conversation.messages if m.order_id == order.order_id)
    buyers = (m for m in conversation.messages if m.role == "buyer")
    return next(named, None) or next(buyers, None) or conversation.messages[0]


# ---- numbers in the chat ------------------------------------------------------------------------------------------------


def _numbers(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    unknown: list[str] = []
    for conversation in shard.conversations(shard.with_texts(may_say(shard, (_NUMBERS,)))):
        order = conversation.orders[0] if conversation.tie in ("order_id", "only_order") else None
        for position, message in enumerate(conversation.messages):
            found = passages(shard, conversation, position, (_NUMBERS,)) if message.role == "agent" and is_text(message) else ()
            if not found:
                continue
            if order is None:
                unknown.append(conversation.conversation_id)
            elif _in_chat_alone(shard, order, message, params):
                yield _number_hit(conversation, order, message, found[0])
                break
    if unknown:
        yield left_out("no_order", unknown)


def _in_chat_alone(shard: Shard, order: Order, message: Message, params: Params) -> bool:
    """Whether the order held no number for so long after it was told, and the export reaches that far."""
    if order.tracking_no or message.time_doubt:
        return False
    until = (message.at + params.within).astimezone(UTC)
    events = [at for at in (order.shipped_at, order.first_scan_at, order.delivered_at) if at is not None]
    seen = min(order.seen_until or shard.as_of, shard.as_of)
    return not any(at <= until for at in events) and seen > until


def _number_hit(conversation: Conversation, order: Order, message: Message, number: str) -> Hit:
    return Hit(
        at=message.at,
        conversation_id=conversation.conversation_id,
        message_ids=(message.message_id,),
        agent_id=message.sender_id,
        certainty="suspected",
        quote=message.text,
        facts={"order": order.order_id, "number": number, "shipped": order.shipped_at},
        measured=number,
        threshold="tracking_no of the order",
        order_id=order.order_id,
        basis="number_in_chat",
    )
