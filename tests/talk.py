"""Chats in a few lines, as the shard that detectors look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import polars as pl

from auditor.model import MESSAGE_COLUMNS, ORDER_COLUMNS, ORDER_INSTANTS, Fact, Hit, Shop
from auditor.shard import Place, Shard

CHINA = timezone(timedelta(hours=8))
SHOP = "s1"


def at(text: str) -> datetime:
    """ "03-02 10:00" of 2026, China time."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


def talk(
    *lines: str,
    lang: str = "zh",
    facts: Sequence[Mapping[str, Any]] = (),
    order: Mapping[str, str] | None = None,
    product: str | None = "P1",
    start: str = "03-02 10:00",
) -> Shard:
    """One conversation: "b: text" is the buyer, any other name an agent.

    "name@03-03 09:00: text" moves the clock, "P2|b: text" the product.
    """
    rows, clock = [], at(start)
    for number, line in enumerate(lines):
        head, _, text = line.partition(": ")
        now, _, name = head.rpartition("|")
        product = now or product
        name, _, moved = name.partition("@")
        clock = at(moved) if moved else clock + timedelta(minutes=1)
        rows.append(
            {
                "conversation_id": "c1", "message_id": f"m{number + 1}", "sent_at": clock, "offset_s": 28800,
                "sender_role": "buyer" if name == "b" else "agent", "sender_id": None if name == "b" else name,
                "text": text, "content_type": "text", "channel": "chat", "platform": "pinduoduo", "shop_id": SHOP,
                "buyer_id": "u1", "order_id": "O1" if order else None, "product_id": product, "lang": lang,
                "time_doubt": False, "source": 0, "row": number + 1,
            }
        )  # fmt: skip
    messages = pl.DataFrame(rows, schema=dict(MESSAGE_COLUMNS))
    row: dict[str, Any] = dict.fromkeys(ORDER_COLUMNS)
    row |= {"order_id": "O1", "platform": "pinduoduo", "shop_id": SHOP, "source": 0, "row": 1}
    row |= {name: at(value) for name, value in (order or {}).items() if name in ORDER_INSTANTS}
    orders = pl.DataFrame([row] if order else [], schema=dict(ORDER_COLUMNS))
    known = tuple(Fact(shop_id=SHOP, **one) for one in facts)
    places = {"pinduoduo": Place("Asia/Shanghai", "CN")}
    return Shard(messages, orders, {SHOP: Shop(SHOP, "pinduoduo", facts=known)}, places, at("12-01 00:00"))


def hits(found: Sequence[object]) -> list[Hit]:
    """Only the hits."""
    return [one for one in found if isinstance(one, Hit)]
