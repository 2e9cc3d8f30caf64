"""Allegro's message centre as its API delivers it (JSON): messages of threads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.ingest.objects import as_text
from auditor.ingest.source import Source, documents
from auditor.ingest.tables import Kind, Match, RawRows, RowFault, cut, frame_of_records

ID = "allegro_messages"
TITLE = "Allegro messages (API JSON)"
KINDS: tuple[Kind, ...] = ("transcript",)

_NAMES = (
    "conversation_id", "message_id", "sent_at", "sender_role", "sender_id", "text", "content_type", "channel",
    "buyer_id", "order_id", "product_id",
)  # fmt: skip


def _is_message(value: Any) -> bool:
    author = value.get("author") if isinstance(value, Mapping) else None
    return isinstance(author, Mapping) and "isInterlocutor" in author


def _messages(value: Any) -> list[Any] | None:
    found = value.get("messages") if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else None


def recognise(source: Source) -> Match | None:
    """messages[] whose author has isInterlocutor, or such messages one a line, or threads[] with their interlocutor."""
    for value in source.objects:
        if _threads(value):
            return Match("transcript", "threads with an interlocutor, as Allegro's messaging API lists them")
        listed = _messages(value)
        if (listed and _is_message(listed[0])) or _is_message(value):
            return Match("transcript", "messages with author.isInterlocutor, as Allegro's messaging API has them")
    return None


def _threads(value: Any) -> list[Any]:
    """The threads of a page of threads."""
    found = value.get("threads") if isinstance(value, Mapping) else None
    return (
        found if isinstance(found, list) and all(isinstance(each, Mapping) and "interlocutor" in each for each in found) else []
    )


def _each(listed: list[tuple[int, Any]]) -> Iterator[Any]:
    """The messages; those within a thread know it."""
    for _, value in listed:
        for thread in _threads(value):
            for message in _messages(thread) or []:
                known = isinstance(message, Mapping) and "thread" not in message
                yield {**message, "thread": {"id": thread.get("id")}} if known else message
        inner = _messages(value)
        if inner is not None:
            yield from inner
        elif not _threads(value):
            yield value


def read(source: Source, match: Match) -> RawRows:
    """One row a message; the thread is the conversation, the interlocutor the buyer."""
    listed, faults = documents(source)
    messages = list(_each(listed))
    bare = sum(_messages(thread) is None for _, value in listed for thread in _threads(value))
    rows = len(messages) + len(faults) + bare
    buyers = {
        _thread(value): as_text(value["author"].get("login")) for value in messages if _is_message(value) and _by_buyer(value)
    }
    records: list[tuple[int, Mapping[str, str | None]]] = []
    for number, value in enumerate(messages, 1):
        if _is_message(value):
            records.append((number, _record(value, buyers)))
        else:
            faults.append(
                RowFault(number, "not a message: author.isInterlocutor is missing", cut(json.dumps(value, ensure_ascii=False)))
            )
    note = f"{bare} threads are listed without their messages: fetch those as well" if bare else ""
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), bare, rows, platform="allegro", understood=_NAMES, utc_clock=True, note=note)


def _thread(value: Mapping[str, Any]) -> str | None:
    thread = value.get("thread")
    return as_text(thread.get("id")) if isinstance(thread, Mapping) else None


def _by_buyer(value: Mapping[str, Any]) -> bool:
    return value["author"].get("isInterlocutor") is True


def _related(value: Mapping[str, Any], name: str) -> str | None:
    relation = value.get("relatesTo")
    found = relation.get(name) if isinstance(relation, Mapping) else None
    return as_text(found.get("id")) if isinstance(found, Mapping) else None


def _record(value: Mapping[str, Any], buyers: Mapping[str | None, str | None]) -> dict[str, str | None]:
    thread = _thread(value)
    text = as_text(value.get("text")) or ""
    attached = bool(value.get("attachments") or value.get("hasAdditionalAttachments"))
    return {
        "conversation_id": thread,
        "message_id": as_text(value.get("id")),
        "sent_at": as_text(value.get("createdAt")),
        "sender_role": "buyer" if _by_buyer(value) else "agent",
        "sender_id": as_text(value["author"].get("login")),
        "text": text,
        "content_type": "file" if attached and not text else "text",
        "channel": "chat",
        "buyer_id": buyers.get(thread),
        "order_id": _related(value, "order"),
        "product_id": _related(value, "offer"),
    }
