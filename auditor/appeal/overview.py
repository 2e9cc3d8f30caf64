"""appeals.xlsx: every notice with its time left, most urgent first."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import xlsxwriter  # type: ignore[import-untyped]

from auditor.appeal.assess import Assessment
from auditor.appeal.case import Case
from auditor.appeal.wording import clock, pick, say, span, visible
from auditor.model import Lang

_LONGEST = 32_000  # a cell holds 32,767 characters
_SOON, _VERY_SOON = timedelta(hours=24), timedelta(hours=6)
_COLUMNS = (
    ("state", 11),
    ("left", 10),
    ("appeal_by", 27),
    ("basis", 30),
    ("suggestion", 25),
    ("notice_id", 22),
    ("platform", 13),
    ("shop", 18),
    ("agent", 18),
    ("conversation", 20),
    ("order", 24),
    ("clause", 22),
    ("reason", 30),
    ("amount", 10),
    ("currency", 9),
    ("data", 32),
    ("bundle", 46),
    ("entry", 60),
)


class _Sheet(Protocol):
    def write_string(self, row: int, col: int, string: str, cell_format: Any = ..., /) -> int: ...
    def write_number(self, row: int, col: int, number: float, cell_format: Any = ..., /) -> int: ...
    def write_blank(self, row: int, col: int, blank: Any, cell_format: Any = ..., /) -> int: ...


def overview(cases: Sequence[tuple[Case, Assessment]], as_of: datetime, lang: Lang) -> bytes:
    """The workbook; the same cases give the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": say(lang, "sheet.title"), "created": as_of.astimezone(UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet(say(lang, "sheet.title"))
    head = book.add_format(
        {"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "valign": "vcenter", "text_wrap": True, "border": 1}
    )
    for column, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, say(lang, f"field.{name}"), head)
    sheet.set_row(0, 30)
    formats = _formats(book)
    for row, (case, found) in enumerate(cases, 1):
        _line(sheet, row, case, found, formats[_urgency(case)], lang)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(cases), 1), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    _notes(book, cases, as_of, lang)
    book.close()
    return buffer.getvalue()


def _line(sheet: _Sheet, row: int, case: Case, found: Assessment, formats: dict[str, Any], lang: Lang) -> None:
    for column, (name, _) in enumerate(_COLUMNS):
        if name == "left" and case.left is not None and case.state == "open":
            sheet.write_number(row, column, case.left.total_seconds() // 60 / 1440, formats["left"])
        elif name == "amount" and case.notice.amount is not None:
            sheet.write_number(row, column, float(case.notice.amount), formats["money"])
        else:
            text = _text(name, case, found, lang)
            if text:
                sheet.write_string(row, column, _cut(visible(text), lang), formats["text"])
            else:
                sheet.write_blank(row, column, None, formats["text"])


def _text(name: str, case: Case, found: Assessment, lang: Lang) -> str | None:
    notice = case.notice
    if name == "appeal_by":
        mark = f" ({say(lang, 'state.assumed')})" if case.assumed and case.appeal_by else ""
        return clock(case.appeal_by) + mark if case.appeal_by else say(lang, "state.unknown")
    if name == "entry":
        return pick(case.pack.appeal.entry, lang) if case.pack and case.pack.appeal else None
    if name == "data":
        return say(lang, "unit.list").join(say(lang, f"missing.{key}") for key in case.missing)
    own: dict[str, str | None] = {
        "state": say(lang, f"state.{case.state}"),
        "basis": case.assumed or say(lang, "deadline.named"),
        "suggestion": suggestion(found, lang),
        "notice_id": notice.notice_id,
        "platform": notice.platform,
        "shop": notice.shop_id,
        "agent": notice.agent_id,
        "conversation": case.conversation.conversation_id if case.conversation else notice.conversation_id,
        "order": case.order.order_id if case.order else notice.order_id,
        "clause": notice.clause,
        "reason": notice.reason,
        "currency": notice.currency,
        "bundle": None if case.state == "expired" else f"{case.name}.zip",
    }
    return own.get(name)


def suggestion(found: Assessment, lang: Lang) -> str:
    """The verdict in words, with how much it rests on."""
    firm = "" if found.verdict == "unclear" else say(lang, "verdict.firm" if found.firm else "verdict.likely")
    return say(lang, f"verdict.{found.verdict}") + (say(lang, "unit.brackets", text=firm) if firm else "")


def _urgency(case: Case) -> str:
    if case.state != "open" or case.left is None:
        return case.state
    return "very_soon" if case.left < _VERY_SOON else "soon" if case.left < _SOON else "open"


def _formats(book: Any) -> dict[str, dict[str, Any]]:
    colours = {"very_soon": "#F8CBAD", "soon": "#FFE699", "open": "#FFFFFF", "unknown": "#E4DFEC", "expired": "#EDEDED"}
    made = {}
    for urgency, colour in colours.items():
        base = {"bg_color": colour, "valign": "top", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"}
        base |= {"font_color": "#7F7F7F"} if urgency == "expired" else {}
        bold = {"bold": True} if urgency == "very_soon" else {}
        made[urgency] = {
            "text": book.add_format(base),
            "left": book.add_format(base | bold | {"num_format": "[h]:mm"}),
            "money": book.add_format(base | {"num_format": "#,##0.00"}),
        }
    return made


def _notes(book: Any, cases: Sequence[tuple[Case, Assessment]], as_of: datetime, lang: Lang) -> None:
    sheet = book.add_worksheet(say(lang, "sheet.notes"))
    sheet.set_column(0, 0, 110)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    states = [case.state for case, _ in cases]
    lines = [
        say(lang, "sheet.as_of", at=as_of),
        say(lang, "sheet.counts", open=states.count("open"), unknown=states.count("unknown"), expired=states.count("expired")),
        *(say(lang, f"sheet.{name}") for name in ("colours", "assumed", "suggestion", "bundle", "zone")),
    ]
    nearest = next((case for case, _ in cases if case.state == "open"), None)
    if nearest is not None and nearest.left is not None:
        lines.insert(2, say(lang, "sheet.nearest", id=nearest.notice.notice_id, left=span(nearest.left, lang)))
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, wrapped)


def _cut(text: str, lang: Lang) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + say(lang, "sheet.cut", n=len(text) - _LONGEST)
