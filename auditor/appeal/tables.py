"""The bundle's plain tables: conversation, timeline and custody as CSV, JSONL and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from auditor.appeal.custody import COLUMNS
from auditor.appeal.timeline import Event
from auditor.model import Message

_MESSAGE = ("message_id", "sent_at", "sender_role", "sender_id", "content_type", "text", "order_id", "product_id")
_FORMULA = frozenset("=+-@\t\r\n\0＝＋－＠")


def conversation_csv(messages: Iterable[Message]) -> bytes:
    """One line a message; cells that a spreadsheet would calculate begin with an apostrophe."""
    return _csv(_MESSAGE, (_message(message) for message in messages))


def conversation_jsonl(messages: Iterable[Message]) -> bytes:
    """One object a message, its text exactly as exported."""
    rows = (dict(zip(_MESSAGE, _message(message), strict=True)) for message in messages)
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def timeline_csv(events: Iterable[Event]) -> bytes:
    """One line an event: time with offset, kind, what, the span in words, the message."""
    rows = ((event.at.isoformat(), event.kind, event.what, event.note, event.message_id) for event in events)
    return _csv(("at", "kind", "what", "span", "message_ids"), rows)


def custody_csv(chain: Mapping[str, Any]) -> bytes:
    """Write the lines of the chain; the JSON has the same and how the hashes are made."""
    return _csv(COLUMNS, ([line[name] for name in COLUMNS] for line in chain["lines"]))


def pretty_json(content: object) -> bytes:
    """JSON to read, keys in the order given."""
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _message(message: Message) -> tuple[str | None, ...]:
    at, kind = message.at.isoformat(), message.content_type
    return message.message_id, at, message.role, message.sender_id, kind, message.text, message.order_id, message.product_id


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in _FORMULA else text
