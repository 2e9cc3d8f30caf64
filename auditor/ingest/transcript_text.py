"""A chat written out as text: a head of labelled lines (会话ID, 平台, 店铺, 客服, 买家), then `[time] name: text`.

Nothing in such a file proves that a pasted line was not typed by somebody; it is read, and its note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.ingest.source import Source
from auditor.ingest.tables import Kind, Match, RawRows, Refused, RowFault, cut, frame_of_records

ID = "transcript_text"
TITLE = "chat as text with a labelled head (会话ID, 平台, 店铺, 客服, 买家)"
KINDS: tuple[Kind, ...] = ("transcript",)

_LABELS: Mapping[str, str] = {
    **dict.fromkeys(("会话id", "会话编号", "conversation id", "conversation", "id rozmowy"), "conversation_id"),
    **dict.fromkeys(("平台", "platform", "platforma"), "platform"),
    **dict.fromkeys(("店铺", "shop", "sklep"), "shop_id"),
    **dict.fromkeys(("客服", "agent", "konsultant"), "sender_id"),
    **dict.fromkeys(("买家", "buyer", "kupujący"), "buyer_id"),
    **dict.fromkeys(("订单号", "order id", "zamówienie"), "order_id"),
}
_HEAD = re.compile(r"([^:：\[\]]{1,20})[:：][ \t]*(.{0,200})")
_LINE = re.compile(r"\[([0-9][^\]]{0,40})\][ \t]{0,4}([^:：]{1,100})[:：][ \t]?(.*)", re.DOTALL)
_NAMES = (
    "conversation_id", "platform", "shop_id", "buyer_id", "order_id", "sent_at", "sender_role", "sender_id", "text",
)  # fmt: skip
_NEEDED = ("conversation_id", "sender_id", "buyer_id")
_MAX_LINE = 1 << 20
_NOTE = "a text file: its lines prove little, since pasted ones look like real ones"


@dataclass(slots=True)
class _Message:
    row: int
    head: Mapping[str, str]
    time: str
    name: str
    lines: list[str]


def recognise(source: Source) -> Match | None:
    """A head line that names the conversation, and a chat line below it."""
    if source.shape == "json" or source.sheet or not source.lines:
        return None
    labels = [label for line in source.lines if (label := _label(line)) is not None]
    chat = any(_LINE.match(line) for line in source.lines)
    return Match("transcript", "labelled head (会话ID …) and lines `[time] name: text`") if chat and labels else None


def _label(line: str) -> tuple[str, str] | None:
    match = _HEAD.fullmatch(line.strip().lstrip("\ufeff"))
    name = _LABELS.get(match[1].strip().casefold()) if match else None
    return (name, match[2].strip()) if match and name else None


def read(source: Source, match: Match) -> RawRows:
    """One row a chat line; lines without a time belong to the message above. Raises Refused where nobody can be told apart."""
    lines = source.every_line()
    if any(len(line) > _MAX_LINE for line in lines):
        raise Refused("a line of the text is longer than a megabyte; export it again")
    faults: list[RowFault] = []
    records = []
    found = list(_messages(lines))
    for message in found:
        record = _record(message)
        if isinstance(record, str):
            faults.append(RowFault(message.row, record, cut("\n".join(message.lines)), "sender_role"))
        else:
            records.append((message.row, record))
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), 0, len(found), understood=_NAMES, note=_NOTE)


def _messages(lines: Sequence[str]) -> Iterator[_Message]:
    head: dict[str, str] = {}
    current: _Message | None = None
    in_head = True
    for number, line in enumerate(lines, 1):
        label = _label(line)
        if label is not None and (in_head or label[0] == "conversation_id"):
            if current is not None:
                yield current
                current = None
            head = {label[0]: label[1]} if not in_head else {**head, label[0]: label[1]}
            in_head = True
            continue
        match = _LINE.fullmatch(line)
        if match is not None:
            if current is not None:
                yield current
            if in_head:
                _check_head(head, number)
            in_head = False
            current = _Message(number, dict(head), match[1], match[2].strip(), [match[3]])
        elif current is not None:
            current.lines.append(line)
    if current is not None:
        yield current


def _check_head(head: Mapping[str, str], number: int) -> None:
    missing = [name for name in _NEEDED if not head.get(name)]
    if missing:
        known = {name: label for label, name in reversed(list(_LABELS.items()))}
        raise Refused(f"line {number}: the head above does not say {', '.join(known[name] for name in missing)}; add it")


def _record(message: _Message) -> dict[str, str | None] | str:
    head = message.head
    agents = {name.strip() for name in re.split(r"[,，、;；]", head["sender_id"])}
    if message.name in agents:
        role = "agent"
    elif message.name == head["buyer_id"]:
        role = "buyer"
    elif message.name in ("系统", "system", "System"):
        role = "system"
    else:
        return f"{message.name!r} is neither the agent nor the buyer of the head; add the name there"
    return {
        **{name: head.get(name) for name in ("conversation_id", "platform", "shop_id", "buyer_id", "order_id")},
        "sent_at": message.time,
        "sender_role": role,
        "sender_id": message.name,
        "text": "\n".join(message.lines).strip("\n"),
    }
