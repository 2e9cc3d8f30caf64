"""A chat captured from Qianniu's page (JSON): days stand in rows of their own, times with the messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import re2

from auditor.ingest.objects import as_text
from auditor.ingest.source import Source, documents
from auditor.ingest.tables import Kind, Match, RawRows, RowFault, cut, frame_of_records

ID = "qianniu_page"
TITLE = "Qianniu chat captured from its page (JSON)"
KINDS: tuple[Kind, ...] = ("transcript",)

_DAY = re2.compile(r"^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CLOCK = re2.compile(r"^\s*(\d{1,2}:\d{2}(?::\d{2})?)\s*$")
_NAMES = ("conversation_id", "sent_at", "sender_role", "sender_id", "text", "content_type", "shop_id", "buyer_id")


def recognise(source: Source) -> Match | None:
    """active_user_nickname beside messages[] with chatTime."""
    for value in source.objects:
        if "active_user_nickname" in value and isinstance(value.get("messages"), list):
            return Match("transcript", "messages[] beside active_user_nickname, as Qianniu's page is captured")
    return None


def read(source: Source, match: Match) -> RawRows:
    """One row a message; the active user is the buyer, whatever stands left is the buyer's, the rest the shop's."""
    listed, faults = documents(source)
    records: list[tuple[int, Mapping[str, str | None]]] = []
    number = days = 0
    for chat, day, message in _each(listed):
        number += 1
        if isinstance(message, Mapping) and "groupTime" in message and "chatTime" not in message:
            days += 1
            continue
        record = _record(chat, day, message) if isinstance(message, Mapping) else None
        if record is None:
            reason = "no chatName with a chatTime, or no day before it; capture the page again"
            faults.append(RowFault(number, reason, cut(json.dumps(message, ensure_ascii=False)), "sent_at"))
        else:
            records.append((number, record))
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), days, len(records) + len(faults) + days, platform="taobao", understood=_NAMES)


def _each(listed: list[tuple[int, Any]]) -> Iterator[tuple[Mapping[str, Any], str | None, Any]]:
    """(chat, the day that holds there, its row)."""
    for _, chat in listed:
        messages = chat.get("messages") if isinstance(chat, Mapping) else None
        day: str | None = None
        for message in messages if isinstance(messages, list) else [chat]:
            if isinstance(message, Mapping) and "groupTime" in message:
                found = _DAY.match(str(message["groupTime"]))
                day = f"{found[1]}-{found[2]}-{found[3]}" if found else None
            yield (chat if isinstance(chat, Mapping) else {}), day, message


def _record(chat: Mapping[str, Any], day: str | None, message: Mapping[str, Any]) -> dict[str, str | None] | None:
    time, name = as_text(message.get("chatTime")) or "", as_text(message.get("chatName"))
    clock = _CLOCK.match(time)
    if not name or (clock and day is None) or not time.strip():
        return None
    buyer = as_text(chat.get("active_user_nickname"))
    left, right = as_text(message.get("chatTextLeft")) or "", as_text(message.get("chatTextRight")) or ""
    text = left or right or as_text(message.get("chatText")) or ""
    return {
        "conversation_id": buyer,
        "sent_at": f"{day} {clock[1]}" if clock else time,
        "sender_role": "buyer" if name == buyer else "agent",
        "sender_id": name,
        "text": text,
        "content_type": "image" if message.get("img") and not text.strip() else "text",
        "shop_id": as_text(chat.get("shopname")),
        "buyer_id": buyer,
    }
