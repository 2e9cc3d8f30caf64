"""Chats written as people write them, made into a shard: `2026-03-02 10:00 buyer: …`, agents as `agent name: …`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

import polars as pl

from auditor.model import MESSAGE_COLUMNS, ORDER_COLUMNS, ORDER_INSTANTS, Shop
from auditor.shard import Place, Shard

CHINA = timezone(timedelta(hours=8))
PLACES = {
    "pinduoduo": Place("Asia/Shanghai", "CN"),
    "allegro": Place("Europe/Warsaw", "PL"),
    "cross_border": Place("UTC", "US"),
}


def at(text: str, zone: timezone = CHINA) -> datetime:
    """A local time, with or without seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def messages(chat: str, platform: str = "pinduoduo", lang: str = "zh", zone: timezone = CHINA) -> pl.DataFrame:
    """model.MESSAGE_COLUMNS; message ids L1, L2 … by line."""
    rows = []
    for n, line in enumerate(filter(None, map(str.strip, chat.splitlines())), 1):
        day, clock, rest = line.split(" ", 2)
        who, _, text = rest.partition(": ")
        role, _, name = who.partition(" ")
        sent = at(f"{day} {clock}", zone)
        rows.append(
            {
                **dict.fromkeys(MESSAGE_COLUMNS),
                "conversation_id": "c1",
                "message_id": f"L{n}",
                "sent_at": sent.astimezone(UTC),
                "offset_s": int(zone.utcoffset(None).total_seconds()),
                "sender_role": role,
                "sender_id": name or (None if role == "bot" else f"{role}1"),
                "text": text,
                "content_type": "text",
                "channel": "chat",
                "platform": platform,
                "shop_id": "s1",
                "buyer_id": "b1",
                "lang": lang,
                "time_doubt": False,
                "source": 0,
                "row": n,
            }
        )
    return pl.DataFrame(rows, schema=MESSAGE_COLUMNS)


def orders(*given: Mapping[str, str], platform: str = "pinduoduo", zone: timezone = CHINA) -> pl.DataFrame:
    """model.ORDER_COLUMNS; local times as text; order ids O1, O2 … unless given."""
    rows = []
    for n, order in enumerate(given, 1):
        row: dict[str, object] = {**dict.fromkeys(ORDER_COLUMNS), "order_id": f"O{n}", "platform": platform, "shop_id": "s1"}
        row |= {"buyer_id": "b1", "source": 1, "row": n, **order}
        for name in ORDER_INSTANTS:
            if isinstance(value := row[name], str):
                row[name] = at(value, zone).astimezone(UTC)
        rows.append(row)
    return pl.DataFrame(rows, schema=ORDER_COLUMNS)


def shard(
    chat: str,
    *given: Mapping[str, str],
    platform: str = "pinduoduo",
    lang: str = "zh",
    zone: timezone = CHINA,
    as_of: str = "2026-06-01 00:00",
    goes_on_until: str | None = "2026-05-31 00:00",
    shops: Sequence[Shop] = (),
) -> Shard:
    """A shard of one conversation c1 and its orders; the transcript file goes on until then (None: ends with the chat)."""
    table = messages(chat, platform, lang, zone)
    until = {0: at(goes_on_until, zone).astimezone(UTC)} if goes_on_until else None
    known = {shop.shop_id: shop for shop in shops}
    return Shard(table, orders(*given, platform=platform, zone=zone), known, PLACES, at(as_of, zone), until)
