"""The draft statement to the platform, in its language: facts and requests, never more than the records bear out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.appeal.assess import Assessment
from auditor.appeal.case import Case
from auditor.appeal.timeline import on_the_charge, said_by, timeline
from auditor.appeal.wording import clock, say, show, tell, zone, zone_said_once
from auditor.model import AuditResult, Lang

_MOST_LINES = 12  # of a list; the tables in the bundle have them all


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the statement: title, heading, note (for the shop, to be deleted), text, or an item of a list."""

    kind: Literal["title", "heading", "note", "text", "item"]
    text: str


def draft(case: Case, found: Assessment, result: AuditResult) -> list[Block]:
    """Draft the statement; where the notice looks justified it explains and asks for leniency, it denies nothing."""
    with zone_said_once(case.notice.issued_at.utcoffset()):
        return _draft(case, found, result)


def _draft(case: Case, found: Assessment, result: AuditResult) -> list[Block]:
    lang, verdict, short = case.language, found.verdict, _short(case, found)
    blocks = [Block("title", say(lang, f"statement.title_{verdict}")), Block("note", say(lang, "statement.draft"))]
    if verdict == "justified":
        blocks.append(Block("note", say(lang, "statement.draft_justified")))
    blocks += [Block("heading", say(lang, "statement.short", n=len(short))), Block("text", short)]
    sections = (
        ("about", _about(case, result)),
        ("course", _course(case, found)),
        (f"points_{verdict}", [tell(lang, said) for said in found.favour]),
        ("replies", _replies(case)),
        (("whole_chat" if len(case.messages) <= _MOST_LINES else "agent_lines"), _lines(case, found)),
        (f"asks_{verdict}", _asks(case, found)),
        ("attached", _attached(case)),
        ("declares", [say(lang, "statement.closing", as_of=result.as_of)] if case.conversation or case.order else []),
    )
    told = [(name, items) for name, items in sections if items]
    for number, (name, items) in enumerate(told, 1):
        blocks.append(Block("heading", _numbered(number, say(lang, f"statement.{name}"), lang)))
        blocks += _listed(items, lang)
    zoned = say(lang, "statement.zone", offset=zone(case.notice.issued_at))
    return [*blocks, Block("text", zoned), Block("text", say(lang, "statement.sign"))]


def as_text(blocks: list[Block]) -> str:
    """Plain text, to paste into a form."""
    marks = {"title": "", "heading": "\n", "note": "※ ", "text": "", "item": "  • "}
    return "\n".join(marks[block.kind] + block.text for block in blocks) + "\n"


def as_markdown(blocks: list[Block]) -> str:
    """Markdown in which no character of a chat means anything."""
    marks = {"title": "# ", "heading": "## ", "note": "> ", "text": "", "item": "- "}
    lines: list[str] = []
    for before, block in zip([None, *blocks], blocks, strict=False):
        listed = before is not None and before.kind == "item" == block.kind
        lines += [*([] if listed or before is None else [""]), marks[block.kind] + escaped(block.text)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text with the marks of Markdown and HTML taken out of their meaning."""
    return "".join(_ESCAPES.get(char, char) for char in text)


_ESCAPES = {char: f"\\{char}" for char in "\\`*_[]#|!~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def _numbered(number: int, heading: str, lang: Lang) -> str:
    return f"{'一二三四五六七八九'[number - 1]}、{heading}" if lang == "zh" else f"{number}. {heading}"


def _listed(items: list[str], lang: Lang) -> list[Block]:
    if len(items) == 1:
        return [Block("text", items[0])]
    more = [say(lang, "statement.more", n=len(items) - _MOST_LINES)] if len(items) > _MOST_LINES else []
    return [Block("item", item) for item in (*items[:_MOST_LINES], *more)]


def _short(case: Case, found: Assessment) -> str:
    """Say it in a few sentences for forms that take no more."""
    lang, notice = case.language, case.notice
    key = "no_records" if case.conversation is None and found.verdict == "unclear" else found.verdict
    parts = [say(lang, f"short.intro_{key}", id=notice.notice_id, text=notice.reason or notice.clause)]
    if case.conversation and case.messages:
        agents = sum(message.role == "agent" for message in case.messages)
        parts.append(
            say(lang, "short.looked", start=case.messages[0].at, end=case.messages[-1].at, n=len(case.messages), agents=agents)
        )
    parts += [tell(lang, said) for said in found.favour[:3]]
    parts.append(say(lang, f"short.ask_{key}"))
    return say(lang, "unit.sentence").join(part for part in parts if part)


def _about(case: Case, result: AuditResult) -> list[str]:
    lang, notice = case.language, case.notice
    money = f"{notice.amount} {notice.currency or ''}".strip() if notice.amount is not None else None
    conversation = case.conversation.conversation_id if case.conversation else notice.conversation_id
    rows = (
        ("notice_id", notice.notice_id),
        ("shop", _shop(case, result)),
        ("order", case.order.order_id if case.order else notice.order_id),
        ("conversation", conversation),
        ("agent", notice.agent_id),
        ("clause", notice.clause),
        ("reason", notice.reason),
        ("amount", money),
        ("issued_at", clock(notice.issued_at)),
    )
    colon = say(lang, "unit.colon")
    return [f"{say(lang, f'field.{name}')}{colon}{show(value, lang)}" for name, value in rows if value]


def _shop(case: Case, result: AuditResult) -> str | None:
    shop_id = case.notice.shop_id
    shop = result.shops.get(shop_id) if shop_id else None
    return f"{shop.name} ({shop_id})" if shop and shop.name else shop_id


def _course(case: Case, found: Assessment) -> list[str]:
    """Dates of the order, promises and the notice, and the messages that the case turns on."""
    lang, lines = case.language, list[str]()
    if set(case.charge.families) and not set(case.charge.families) - {"response_time"}:
        return []
    for event in on_the_charge(case, timeline(case, found.evidence, lang)):
        if event.kind == "notice" or (event.kind == "message" and (found.verdict == "justified" or not event.evidence)):
            continue
        note = say(lang, "unit.brackets", text=event.note) if event.note else ""
        lines.append(f"{clock(event.at)}  {event.what}{note}")
    return lines


def _replies(case: Case) -> list[str]:
    if "response_time" not in case.charge.families:
        return []
    lang = case.language
    answered = [each for each in case.rounds if each.answered_at is not None and each.status in ("in_time", "late")]
    return [say(lang, "statement.reply", at=each.opened_at, answered=each.answered_at, waited=each.waited) for each in answered]


def _lines(case: Case, found: Assessment) -> list[str]:
    """Quote a short chat whole, else all that the agents wrote, where the charge is about words and nothing speaks against."""
    lang = case.language
    about_words = bool(set(case.charge.families) & {"attitude", "mechanical", "misleading", "procedure"})
    if not about_words or found.verdict == "justified" or found.others or found.against:
        return []
    if len(case.messages) <= _MOST_LINES:
        colon = say(lang, "unit.colon")
        return [f"{clock(each.at)}  {say(lang, f'role.{each.role}')}{colon}{said_by(each, lang)}" for each in case.messages]
    return [f"{clock(each.at)}  {said_by(each, lang)}" for each in case.messages if each.role == "agent"]


def _asks(case: Case, found: Assessment) -> list[str]:
    lang = case.language
    if found.verdict == "justified":
        return [say(lang, f"ask.{key}") for key in ("explain", "measures", "leniency")]
    if found.verdict == "refutable":
        return [say(lang, f"ask.{key}") for key in ("withdraw", "return_money", "name_message")]
    return [say(lang, f"ask.{key}") for key in ("review", "name_message", "name_rule")]


def _attached(case: Case) -> list[str]:
    lang = case.language
    files = ("conversation", "timeline", "custody") if case.conversation else ("timeline",)
    return [say(lang, f"attach.{name}") for name in files]
