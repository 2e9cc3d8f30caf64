"""Pinduoduo's chat history as the merchant page delivers it (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.ingest.objects import as_text
from auditor.ingest.source import Source, documents
from auditor.ingest.tables import Kind, Match, RawRows, RowFault, cut, frame_of_records

ID = "pinduoduo_chat"
TITLE = "Pinduoduo chat history (JSON)"
KINDS: tuple[Kind, ...] = ("transcript",)

_ROLES = {"user": "buyer", "mall_cs": "agent", "mall": "agent", "system": "system", "platform": "system"}
_TYPES = {"0": "text", "1": "image", "14": "video", "1002": "event", "56": "text", "97": "file"}
_SYSTEM_TYPES = ("1002", "56", "97")
_NAMES = (
    "conversation_id", "message_id", "sent_at", "sender_role", "sender_id", "text", "content_type",
    "buyer_id", "shop_id", "order_id", "product_id",
)  # fmt: skip


def _messages(value: Any) -> list[Any] | None:
    """The message list of a page, or None."""
    result = value.get("result") if isinstance(value, Mapping) else None
    found = result.get("messages") if isinstance(result, Mapping) else None
    return found if isinstance(found, list) else None


def _is_message(value: Any) -> bool:
    return isinstance(value, Mapping) and "msg_id" in value and isinstance(value.get("from"), Mapping)


def recognise(source: Source) -> Match | None:
    """Pages with result.messages[], or messages with msg_id and from.role, one a line."""
    for value in source.objects:
        listed = _messages(value)
        if (listed is not None and (not listed or _is_message(listed[0]))) or _is_message(value):
            return Match("transcript", "result.messages[] with msg_id and from.role, as Pinduoduo's chat page has them")
    return None


def read(source: Source, match: Match) -> RawRows:
    """One row a message, counted from the oldest; the buyer's uid stands for the conversation."""
    listed, faults = documents(source)
    records: list[tuple[int, Mapping[str, str | None]]] = []
    messages = _oldest_first(list(_each(listed)))
    rows = len(messages) + len(faults)
    for number, message in enumerate(messages, 1):
        if not _is_message(message):
            faults.append(
                RowFault(number, "not a message: msg_id or from is missing", cut(json.dumps(message, ensure_ascii=False)))
            )
            continue
        records.append((number, _record(message)))
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), 0, rows, platform="pinduoduo", understood=_NAMES, utc_clock=True)


def _each(listed: list[tuple[int, Any]]) -> Iterator[Any]:
    for _, value in listed:
        yield from _messages(value) or ([] if _messages(value) is not None else [value])


def _oldest_first(messages: list[Any]) -> list[Any]:
    """Turn a page that begins with the newest message, so that messages of one second stay in their order."""
    times = [str(message.get("ts")) for message in messages if _is_message(message)]
    return messages[::-1] if len(times) > 1 and (len(times[0]), times[0]) > (len(times[-1]), times[-1]) else messages


def _record(message: Mapping[str, Any]) -> dict[str, str | None]:
    sender, receiver = message["from"], message.get("to")
    receiver = receiver if isinstance(receiver, Mapping) else {}
    role = _ROLES.get(str(sender.get("role")), str(sender.get("role")))
    buyer = sender if sender.get("role") == "user" else receiver
    kind = as_text(message.get("type")) or "0"
    if kind in _SYSTEM_TYPES:
        role = "system"
    elif role == "agent" and _is_automatic(message):
        role = "bot"
    details = message.get("info")
    info: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
    uid = as_text(buyer.get("uid"))
    return {
        "conversation_id": uid,
        "message_id": as_text(message.get("msg_id")),
        "sent_at": as_text(message.get("ts")),
        "sender_role": role,
        "sender_id": as_text(sender.get("csid") or message.get("nickname") or sender.get("uid"))
        if role in ("agent", "bot")
        else as_text(sender.get("uid")),
        "text": as_text(message.get("content")),
        "content_type": _TYPES.get(kind, "text"),
        "buyer_id": uid,
        "shop_id": as_text(sender.get("mall_id") or receiver.get("mall_id")),
        "order_id": as_text(info.get("order_sn") or info.get("orderSequenceNo")),
        "product_id": as_text(info.get("goodsID") or info.get("goods_id")),
    }


def _is_automatic(message: Mapping[str, Any]) -> bool:
    written = str(message.get("manual_reply")).lower()
    return written in ("false", "0") or str(message.get("is_aut")).lower() in ("true", "1")
