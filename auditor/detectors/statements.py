"""What an agent said was so and the order or a fact proves was not: already sent, already refunded, the last piece.

Under one order, what is told and what is not:

    order: shipped_at 2026-03-04 09:00
    2026-03-02 10:00:00 agent xiaoyue: 亲昨天就寄出了        flagged: it was sent two days after that was said
    2026-03-04 10:00:00 agent xiaoyue: 亲今早就寄出了        passes
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

import polars as pl

from auditor.detectors.said import Said, claims_of, lines_that_may_claim, quote_of, said, stated, without_corrected
from auditor.model import Claim, Conversation, FactValue, Hit, NotEvaluated, Order, left_out
from auditor.reading.topics import topics
from auditor.reading.values import to_decimal
from auditor.shard import Shard

NAME = "statements"
FACTS = frozenset({"said", "said_at", "happened", "event", "order", "stock", "late_by"})

_SLOTS = {"shipped_false": "shipped", "refunded_false": "refunded"}
_LINE = ("conversation_id", "text_id")
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
    if params.kind == "scarcity_false":
        for conversation in shard.conversations(_counting(shard)):
            yield from _scarcity(shard, conversation, _claims(shard, conversation, "stock"), params.factor)
        return
    slot, unknown = _SLOTS[params.kind], list[str]()
    claiming = _claiming(shard, slot)
    for conversation in shard.conversations(claiming):
        order = conversation.orders[0] if conversation.tie in ("order_id", "only_order") and conversation.orders else None
        event = _event(order, params.kind) if order is not None else None
        if order is None or event is None:
            if _is_claimed(shard, conversation, slot):
                unknown.append(conversation.conversation_id)
        elif any(event[1] - at > params.tolerance for at in _times_of(conversation, claiming[conversation.conversation_id])):
            yield from _too_early(shard, conversation, _claims(shard, conversation, slot), order, params)
    if unknown:
        yield left_out("no_order_event", unknown)


def _claims(shard: Shard, conversation: Conversation, slot: str) -> list[Said]:
    return [one for one in said(shard, conversation) if one.claim.slot == slot and not one.message.time_doubt]


def _claiming(shard: Shard, slot: str) -> dict[str, frozenset[int]]:
    """Conversation → texts of its agents that say, or would as an answer, that it has happened."""
    found: dict[str, set[int]] = {}
    for cid, text_id in lines_that_may_claim(shard, (slot,)).filter(pl.col("kind") != "false").select(_LINE).unique().iter_rows():
        if any(_affirms(claim, slot) for claim in claims_of(shard, text_id)):
            found.setdefault(cid, set()).add(text_id)
    return {cid: frozenset(found[cid]) for cid in sorted(found)}


def _affirms(claim: Claim, slot: str) -> bool:
    return claim.slot == slot and claim.polarity and not claim.conditional


def _is_claimed(shard: Shard, conversation: Conversation, slot: str) -> bool:
    """Whether an agent's words really say so: by themselves, else as an answer to what was asked."""
    lines = zip(conversation.messages, conversation.text_ids, strict=True)
    ours = [text_id for message, text_id in lines if message.role == "agent" and message.text and not message.time_doubt]
    if any(_affirms(claim, slot) for text_id in ours for claim in stated(shard, text_id)):
        return True
    return any(_affirms(one.claim, slot) for one in _claims(shard, conversation, slot))


def _times_of(conversation: Conversation, text_ids: Collection[int]) -> Iterator[datetime]:
    lines = zip(conversation.messages, conversation.text_ids, strict=True)
    return (message.at for message, text_id in lines if message.role == "agent" and text_id in text_ids)


def _counting(shard: Shard) -> list[str]:
    """Conversations of a shop with a product whose stock is known to be large, in which an agent names a number."""
    facts = ((shop.shop_id, f) for shop in shard.shops.values() for f in shop.facts if f.slot == "stock" and f.product_id)
    shops = {shop_id for shop_id, fact in facts if fact.value.isdigit() and int(fact.value) >= _AT_LEAST}
    if not shops:
        return []
    lines = lines_that_may_claim(shard, ("stock",)).filter(pl.col("kind") == "number")
    return sorted(cid for cid in lines["conversation_id"].unique().to_list() if shard.home_of(cid)[1] in shops)


# ---- events that came later --------------------------------------------------------------------------------------------


def _event(order: Order, kind: str) -> tuple[str, datetime] | None:
    """The earliest event of the order's books that would make the claim true."""
    names = ("shipped_at", "first_scan_at") if kind == "shipped_false" else ("refunded_at",)
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
    return any(topics(shard.texts.normal(text_id), shard.texts.lang(text_id)) & _SECOND_PARCEL for text_id in before)


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
