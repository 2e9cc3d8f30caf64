"""A Qianniu (Taobao, Tmall) chat that was copied as text: little proof, since a pasted line looks like a real one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from auditor.ingest.source import Source
from auditor.ingest.tables import Kind, Match, RawRows, Refused, RowFault, cut, frame_of_records

ID = "qianniu_text"
TITLE = "Qianniu chat copied as text"
KINDS: tuple[Kind, ...] = ("transcript",)
NOTE = "low assurance: copied text, in which a pasted line looks like a real one"

_TIME = r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2} [0-9]{1,2}:[0-9]{2}:[0-9]{2})"
_NICK = r"[^\s,;|\"][^,;|\t\"]{0,60}?"  # no separators: rows of a table that end in a time are no headers
_ARROW = re.compile(r"^(" + _NICK + r") --> (" + _NICK + r") ?" + _TIME + r"\s*$")
_NAMED = re.compile(r"^(" + _NICK + r") ?" + _TIME + r"\s*$")
_ALONE = re.compile(r"^" + _TIME + r"\s*$")
_RECALL = re.compile(r"^(.{1,60}?) ?撤回了一条消息$")
_STATUS = frozenset({"已读", "未读", "发送中"})
_SKIP = ("当前用户来自", "商品详情页", "商品推荐", "原因：【离线留言自动分配】", "http", "¥")
_NOTICES = ("【即将超时】", "【客服超时】", "【消极接待】", "系统关闭会话", "以上为历史消息")
_HAND_OVER = re.compile(r"^由 ?[^\s]{1,40} ?转交给")
_SKIP_WHOLE = frozenset({"千牛"})
_NAMES = ("conversation_id", "sent_at", "sender_role", "sender_id", "text", "content_type", "buyer_id")


@dataclass(slots=True)
class _Draft:
    line: int
    nick: str
    time: str
    other: str = ""
    words: list[str] = field(default_factory=list)
    event: bool = False


def recognise(source: Source) -> Match | None:
    """At least two header lines of nick and time among the first lines."""
    if source.shape != "table" or source.sheet:
        return None
    lines = source.lines
    heads = sum(bool(_NAMED.match(line) or _ALONE.match(line)) for line in lines)
    if heads < 2 or heads < len(lines) / 20:
        return None
    return Match("transcript", "lines of nick and time as Qianniu's chat window copies them")


def read(source: Source, match: Match) -> RawRows:
    """One row a message. A nick with ":" is a sub-account of the shop; a buyer and the answers are one conversation."""
    lines = source.every_line()
    drafts, faults = _drafts(lines)
    if not drafts:
        raise Refused("no line of nick and time was found; copy the chat again")
    if not any(_is_agent(draft.nick) for draft in drafts):
        raise Refused('nobody of the shop writes in it: no nick with ":" such as shop:name')
    mains = {draft.nick.replace("：", ":").partition(":")[0] for draft in drafts if _is_agent(draft.nick)}
    buyer = next((draft.nick for draft in drafts if not _is_agent(draft.nick, mains)), None)
    records: list[tuple[int, Mapping[str, str | None]]] = []
    for draft in drafts:
        agent = _is_agent(draft.nick, mains)
        buyer = draft.nick if not agent else draft.other or buyer
        records.append((draft.line, _record(draft, buyer, agent)))
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), 0, len(records) + len(faults), platform="taobao", understood=_NAMES, note=NOTE)


def _record(draft: _Draft, buyer: str | None, agent: bool) -> dict[str, str | None]:
    return {
        "conversation_id": buyer,
        "sent_at": draft.time,
        "sender_role": "system" if draft.event else "agent" if agent else "buyer",
        "sender_id": draft.nick,
        "text": "\n".join(draft.words),
        "content_type": "event" if draft.event else "text",
        "buyer_id": buyer,
    }


def _is_agent(nick: str, mains: Collection[str] = ()) -> bool:
    """Whether the nick is a sub-account, or the main account of one that writes as well."""
    return ":" in nick or "：" in nick or nick in mains


def _header(lines: list[str], index: int) -> _Draft | None:
    """The message that begins in this line, by one of the three shapes of headers."""
    line = lines[index]
    arrow = _ARROW.match(line)
    if arrow:
        other = "" if _is_agent(arrow[2]) else arrow[2].strip()
        return _Draft(index + 1, arrow[1].strip(), arrow[3], other)
    named = _NAMED.match(line)
    return _Draft(index + 1, named[1].strip(), named[2]) if named else None


def _event(plain: str, index: int, last: _Draft) -> _Draft | None:
    """Read a recall or a notice of the platform, which have no time of their own, as an event at the time of the line before."""
    recall = _RECALL.match(plain)
    if recall:
        return _Draft(index + 1, recall[1].strip(), last.time, last.other, [plain], event=True)
    if plain.startswith(_NOTICES) or _HAND_OVER.match(plain):
        return _Draft(index + 1, last.nick, last.time, last.other, [plain], event=True)
    return None


def _drafts(lines: list[str]) -> tuple[list[_Draft], list[RowFault]]:
    drafts: list[_Draft] = []
    faults: list[RowFault] = []
    for index, line in enumerate(lines):
        plain = line.strip()
        if not plain or plain in _STATUS or plain in _SKIP_WHOLE or plain.startswith(_SKIP):
            continue
        alone = index + 1 < len(lines) and _ALONE.match(lines[index + 1])
        if alone and not _ALONE.match(line):
            drafts.append(_Draft(index + 1, plain, alone[1]))
            continue
        if _ALONE.match(line) and drafts and drafts[-1].line == index:
            continue
        draft = _header(lines, index) or (_event(plain, index, drafts[-1]) if drafts else None)
        if draft:
            drafts.append(draft)
        elif drafts:
            drafts[-1].words.append(line.rstrip())
        else:
            faults.append(RowFault(index + 1, "the line stands before the first nick and time", cut(line), "text"))
    return drafts, faults
