"""What an agent said was so and the order or a fact proves was not: already sent, already refunded, the last piece.

Under one order, what is told and what is not:

    order: shipped_at 2026-03-04 09:00
    2026-03-02 10:00:00 agent xiaoyue: 亲昨天就寄出了        flagged: it was sent two days after that was said
    2026-03-04 10:00:00 agent xiaoyue: 亲今早就寄出了        passes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

import polars as pl

from auditor.detectors.said import Said, claim_values, quote_of, said, without_corrected
from auditor.model import Conversation, FactValue, Hit, NotEvaluated, Order
from auditor.reading.values import to_decimal
from auditor.shard import Shard

NAME = "statements"
FACTS = frozenset({"said", "said_at", "happened", "event", "order", "stock", "late_by"})

_SLOTS = {"shipped_false": "shipped", "refunded_false": "refunded", "scarcity_false": "stock"}
_AT_LEAST = 10  # pieces: below that a stock figure is too fickle to prove anything
_SECOND_PARCEL = frozenset({"exchange", "wrong_item", "missing_item"})  # then "sent" may be of another parcel


@dataclass(frozen=True, slots=True)
class Params:
    """`tolerance`: so much later the event may stand in the books; `factor`: so many times the claimed stock is a lie."""

    kind: Literal["shipped_false", "scarcity_false", "refunded_false"] = "shipped_false"
    tolerance: timedelta = timedelta(minutes=60)
    factor: int = 5


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """One hit per conversation and agent; proven by the order's events or a fact alone."""
    unknown: list[str] = []
    for conversation in shard.conversations(_claiming(shard, _SLOTS[params.kind])):
        mine = [one for one in said(shard, conversation) if one.claim.slot == _SLOTS[params.kind]]
        claims = [one for one in mine if not one.message.time_doubt]
        if params.kind == "scarcity_false":
            yield from _scarcity(shard, conversation, claims, params.factor)
        elif any(one.claim.polarity and not one.claim.conditional for one in claims):
            order = conversation.orders[0] if conversation.tie in ("order_id", "only_order") and conversation.orders else None
            if order is None or _event(order, params.kind) is None:
                unknown.append(conversation.conversation_id)
            else:
                yield from _too_early(shard, conversation, claims, order, params)
    if unknown:
        yield NotEvaluated("", "no_order_event", len(unknown), tuple(sorted(set(unknown))[:5]))


def _claiming(shard: Shard, slot: str) -> list[str]:
    texts = claim_values(shard).filter((pl.col("slot") == slot) & (pl.col("value") != "false"))
    return shard.with_texts(texts["text_id"].to_list())


# ---- events that came later --------------------------------------------------------------------------------------------


def _event(order: Order, kind: str) -> tuple[str, datetime] | None:
    """The earliest event of the order's books that would make the claim true."""
    names = ("shipped_at", "first_scan_at", "delivered_at") if kind == "shipped_false" else ("refunded_at",)
    known = [(at, name) for name in names if isinstance(at := getattr(order, name), datetime)]
    return (min(known)[1], min(known)[0]) if known else None


def _too_early(shard: Shard, conversation: Conversation, claims: Sequence[Said], order: Order, params: Params) -> Iterator[Hit]:
    event = _event(order, params.kind)
    if event is None:
        return
    name, happened = event
    wrong = [
        one
        for one in claims
        if one.claim.polarity
        and not one.claim.conditional
        and happened - one.message.at > params.tolerance
        and (order.created_at is None or order.created_at <= one.message.at)
        and (params.kind != "shipped_false" or not _second_parcel(shard, conversation, one, order))
    ]
    right = [one for one in claims if not one.claim.polarity]
    for _, group in groupby(sorted(without_corrected(conversation, wrong, right), key=_speaker), key=_speaker):
        mine = list(group)
        first = mine[0].message
        local = happened.astimezone(first.at.tzinfo)
        facts: dict[str, FactValue] = {
            "said": mine[0].claim.text,
            "said_at": first.at,
            "happened": local,
            "event": name,
            "order": order.order_id,
            "late_by": happened - first.at,
        }
        measured = f"{name} {local.isoformat(sep=' ', timespec='seconds')}"
        threshold = f"said {first.at.isoformat(sep=' ', timespec='seconds')}"
        yield _hit(mine, facts, measured, threshold, order.order_id)


def _second_parcel(shard: Shard, conversation: Conversation, one: Said, order: Order) -> bool:
    if order.refund_requested_at is not None and order.refund_requested_at <= one.message.at:
        return True
    before = conversation.text_ids[: one.at + 1]
    return any(shard.texts.reading(text_id).topics & _SECOND_PARCEL for text_id in before)


# ---- the last piece ------------------------------------------------------------------------------------------------------


def _scarcity(shard: Shard, conversation: Conversation, claims: Sequence[Said], factor: int) -> Iterator[Hit]:
    wrong: list[tuple[Said, int]] = []
    for one in claims:
        held = _stock(shard, conversation, one)
        count = to_decimal(one.claim.value) if one.claim.value[:1].isdigit() else None
        if held is None or count is None or one.limits or one.claim.conditional:
            continue
        if held >= _AT_LEAST and held >= count * factor:
            wrong.append((one, held))
    stock = {one.at: held for one, held in wrong}
    for _, group in groupby(sorted((one for one, _ in wrong), key=_speaker), key=_speaker):
        mine = list(group)
        first = mine[0]
        facts: dict[str, FactValue] = {"said": first.claim.text, "said_at": first.message.at, "stock": stock[first.at]}
        yield _hit(mine, facts, f"said {first.claim.value}", f"stock {stock[first.at]}", None)


def _stock(shard: Shard, conversation: Conversation, one: Said) -> int | None:
    """The product's own stock by the facts of that day."""
    if one.product_id is None:
        return None
    facts = shard.facts(conversation, "stock", one.message, one.product_id)
    counts = [to_decimal(f.value) for f in facts if f.product_id == one.product_id and f.value.isdigit()]
    return min((int(count) for count in counts if count is not None), default=None)


def _speaker(one: Said) -> str:
    return one.message.sender_id or ""


def _hit(mine: Sequence[Said], facts: dict[str, FactValue], measured: str, threshold: str, order_id: str | None) -> Hit:
    first = mine[0].message
    return Hit(
        at=first.at,
        conversation_id=first.conversation_id,
        message_ids=tuple(dict.fromkeys(one.message.message_id for one in mine)),
        agent_id=first.sender_id,
        certainty="proven",
        quote=quote_of(mine),
        facts=facts,
        measured=measured,
        threshold=threshold,
        order_id=order_id,
    )
