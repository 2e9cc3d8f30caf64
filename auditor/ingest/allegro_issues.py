"""Allegro's discussions and claims (issues, formerly disputes) as its API delivers them (JSON): the channel is dispute."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.ingest.objects import as_text
from auditor.ingest.source import Source, documents
from auditor.ingest.tables import Kind, Match, RawRows, RowFault, cut, frame_of_records

ID = "allegro_issues"
TITLE = "Allegro discussions and claims (API JSON)"
KINDS: tuple[Kind, ...] = ("transcript",)

_ROLES = {"BUYER": "buyer", "SELLER": "agent", "ADMIN": "system", "SYSTEM": "system", "FULFILLMENT": "system"}
_NAMES = (
    "conversation_id", "message_id", "sent_at", "sender_role", "sender_id", "text", "content_type", "channel",
    "buyer_id", "order_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Chat:
    """An issue with those of its messages that the file holds; `whole` unless it has more of them elsewhere."""

    issue: Mapping[str, Any]
    messages: Sequence[Any]
    whole: bool = True


def _get(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_message(value: Any) -> bool:
    role = _get(value, "author", "role")
    return isinstance(role, str) and role in _ROLES and "createdAt" in value


def _is_issue(value: Any) -> bool:
    current = isinstance(_get(value, "chat", "initialMessage"), Mapping) or isinstance(_get(value, "currentState"), Mapping)
    former = "messagesStatus" in value if isinstance(value, Mapping) else False
    return isinstance(value, Mapping) and "id" in value and (current or former)


def _chats(value: Any) -> Iterator[_Chat]:
    """The chats of a document: a list of issues, one issue, or the messages of one."""
    if not isinstance(value, Mapping):
        return
    for name in ("issues", "disputes"):
        if isinstance(value.get(name), list):
            for item in value[name]:
                yield from _chats(item)
            return
    lists = (value.get("messages"), value.get("chat"), _get(value, "chat", "messages"))
    listed = next((found for found in lists if isinstance(found, list)), [])
    if any(_is_message(item) for item in listed):
        yield _Chat(value, listed)
    elif _is_issue(value):
        yield _first_only(value)


def _first_only(issue: Mapping[str, Any]) -> _Chat:
    """An issue of a list, which holds its first message only: used where it is the only one."""
    first = _get(issue, "chat", "initialMessage") or issue.get("message")
    count = as_text(_get(issue, "chat", "messagesCount") or issue.get("messagesCount"))
    whole = isinstance(first, Mapping) and count in ("0", "1")
    return _Chat(issue, [first] if whole else [], whole)


def recognise(source: Source) -> Match | None:
    """Issues or disputes, or messages whose author has the role BUYER, SELLER or ADMIN."""
    for value in source.objects:
        if _is_message(value) or any(True for _ in _chats(value)):
            return Match("transcript", "issues, or messages with author.role, as Allegro's after-sale API has them")
    return None


def read(source: Source, match: Match) -> RawRows:
    """One row a message. An issue of which the list has only the first of several messages is left out, and counted."""
    listed, faults = documents(source)
    chats = [chat for _, value in listed for chat in _chats(value)]
    alone = [value for _, value in listed if _is_message(value)]
    chats += [_Chat({}, alone)] if alone else []
    records: list[tuple[int, Mapping[str, str | None]]] = []
    number = len(faults)
    for chat in chats:
        conversation, buyer = _conversation(chat), _buyer(chat)
        for message in chat.messages:
            number += 1
            if _is_message(message) and conversation:
                records.append((number, _record(chat, message, conversation, buyer)))
            else:
                reason = "not a message: author.role or createdAt is missing, or no id tells which discussion it is of"
                faults.append(RowFault(number, reason, cut(json.dumps(message, ensure_ascii=False))))
    short = sum(not chat.whole for chat in chats)
    note = f"{short} issues have more messages than their first: fetch their chats as well" if short else ""
    frame = frame_of_records(records, _NAMES)
    rows = len(records) + len(faults) + short
    return RawRows(frame, tuple(faults), short, rows, platform="allegro", understood=_NAMES, utc_clock=True, note=note)


def _conversation(chat: _Chat) -> str | None:
    """The issue's id; for bare messages of one, that of the oldest."""
    named = as_text(chat.issue.get("issueId") or chat.issue.get("disputeId") or chat.issue.get("id"))
    if named:
        return named
    ids = sorted((str(message["createdAt"]), str(message.get("id"))) for message in chat.messages if _is_message(message))
    return f"dispute:{ids[0][1]}" if ids and ids[0][1] != "None" else None


def _buyer(chat: _Chat) -> str | None:
    logins = [
        as_text(_get(message, "author", "login")) for message in chat.messages if _get(message, "author", "role") == "BUYER"
    ]
    return as_text(_get(chat.issue, "buyer", "login")) or next((login for login in logins if login), None)


def _record(chat: _Chat, message: Mapping[str, Any], conversation: str, buyer: str | None) -> dict[str, str | None]:
    role = _ROLES[message["author"]["role"]]
    text = as_text(message.get("text")) or ""
    attached = bool(message.get("attachment") or message.get("attachments"))
    own = as_text(message.get("id"))
    return {
        "conversation_id": conversation,
        "message_id": own or (None if len(chat.messages) != 1 else f"{conversation}:first"),
        "sent_at": as_text(message.get("createdAt")),
        "sender_role": role,
        "sender_id": as_text(message["author"].get("login")) or (buyer if role == "buyer" else None),
        "text": text,
        "content_type": "file" if attached and not text else "text",
        "channel": "dispute",
        "buyer_id": buyer,
        "order_id": as_text(_get(chat.issue, "checkoutForm", "id") or chat.issue.get("orderId")),
    }
