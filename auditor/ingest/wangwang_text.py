"""A Wangwang client's chat records as text (Taobao, Tmall): a section for each account, a line for each message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import re2

from auditor.ingest.source import Source
from auditor.ingest.tables import Kind, Match, RawRows, Refused, RowFault, cut, frame_of_records

ID = "wangwang_text"
TITLE = "Wangwang chat records (TXT)"
KINDS: tuple[Kind, ...] = ("transcript",)
NOTE = "low assurance: text, in which a pasted line looks like a real one"

_LINE = re2.compile(r"^\s*(\d{4}年\d{1,2}月\d{1,2}日)\s*(\d{1,2}:\d{2}:\d{2})\s+(\S.*)$")
_RECALL = re2.compile(r"^(.{1,60}?)\s?撤回了一条消息$")
_NAMES = ("conversation_id", "sent_at", "sender_role", "sender_id", "text", "content_type", "buyer_id")


@dataclass(slots=True)
class _Draft:
    line: int
    time: str
    nick: str
    agent: bool
    words: list[str] = field(default_factory=list)
    event: bool = False
    buyer: str | None = None


def recognise(source: Source) -> Match | None:
    """An account alone on a line, and lines that open with 2026年11月3日09:12:05."""
    if source.shape != "table" or source.sheet:
        return None
    filled = [line.strip() for line in source.lines if line.strip()]
    dated = [index for index, line in enumerate(filled) if _LINE.match(line)]
    if not dated or len(dated) < len(filled) / 10 or not 0 < dated[0] <= 10:
        return None
    return Match("transcript", "an account alone on a line, then lines that open with year, month, day and time in Chinese")


def read(source: Source, match: Match) -> RawRows:
    """One row a message. Names that begin with the section's account are the shop's; the others are buyers."""
    lines = source.every_line()
    drafts, faults = _drafts(lines)
    if not drafts:
        raise Refused("no line of time and name was found; export the records again")
    _name_buyers(drafts)
    for draft in drafts:
        if draft.buyer is None:
            faults.append(RowFault(draft.line, "no buyer writes in this section, so that its chat is unknown", cut(draft.time)))
    records: list[tuple[int, Mapping[str, str | None]]] = [
        (each.line, _record(each)) for each in drafts if each.buyer is not None
    ]
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), 0, len(records) + len(faults), platform="taobao", understood=_NAMES, note=NOTE)


def _record(draft: _Draft) -> dict[str, str | None]:
    return {
        "conversation_id": draft.buyer,
        "sent_at": draft.time,
        "sender_role": "system" if draft.event else "agent" if draft.agent else "buyer",
        "sender_id": draft.nick,
        "text": "\n".join(draft.words).rstrip(),
        "content_type": "event" if draft.event else "text",
        "buyer_id": draft.buyer,
    }


def _drafts(lines: Sequence[str]) -> tuple[list[_Draft], list[RowFault]]:
    drafts: list[_Draft] = []
    faults: list[RowFault] = []
    account = ""
    for number, line in enumerate(lines, 1):
        plain = line.strip(" \t\ufeff\u3000")
        found = _LINE.match(plain)
        if found:
            drafts.append(_message(number, found[1] + found[2], found[3], account))
        elif _is_account(plain, account):
            account = plain
            drafts.append(_Draft(number, "", plain, agent=True))  # where a section begins
        elif plain and drafts and drafts[-1].time:
            drafts[-1].words.append(line.rstrip())
        elif plain:
            faults.append(RowFault(number, "the line stands before the first message of its section", cut(line), "text"))
    return drafts, faults


def _is_account(plain: str, account: str) -> bool:
    """Whether a line opens a section: the first line, later any that is the same shop's account."""
    if not plain or len(plain) > 60 or any(sign.isspace() for sign in plain):
        return False
    main = _main(account)
    return not account or plain == main or plain.startswith((f"{main}:", f"{main}："))


def _main(account: str) -> str:
    return account.replace("：", ":").partition(":")[0]


def _message(line: int, time: str, rest: str, account: str) -> _Draft:
    recall = _RECALL.match(rest)
    if recall:
        return _Draft(line, time, recall[1], recall[1].startswith(_main(account)), [rest], event=True)
    rest = rest.replace("：", ":", 1) if ":" not in rest.partition("：")[0] else rest
    main = _main(account)
    if rest.startswith((f"{account}:", f"{account}：")) and ":" in account:
        return _Draft(line, time, account, True, [rest[len(account) + 1 :].lstrip()])
    nick, _, words = rest.partition(":")
    if nick.strip() == main:
        sub, colon, after = words.partition(":")
        if colon and sub and not sub[0].isspace() and len(sub) <= 30:
            return _Draft(line, time, f"{main}:{sub}", True, [after.lstrip()])
        return _Draft(line, time, main, True, [words.lstrip()])
    return _Draft(line, time, nick.strip(), False, [words.lstrip()])


def _name_buyers(drafts: list[_Draft]) -> None:
    """Give each message of a section its buyer: who wrote it or wrote last before it, else who writes first after it."""
    sections: list[list[_Draft]] = [[]]
    for draft in drafts:
        if draft.time:
            sections[-1].append(draft)
        else:
            sections.append([])
    for section in sections:
        buyer = next((each.nick for each in section if not each.agent), None)
        for draft in section:
            buyer = draft.nick if not draft.agent else buyer
            draft.buyer = buyer
    drafts[:] = [draft for section in sections for draft in section]
