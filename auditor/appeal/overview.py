"""appeals.xlsx: every notice with its time left, most urgent first."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from unicodedata import east_asian_width

import xlsxwriter

from auditor.appeal.assess import Assessment
from auditor.appeal.case import Case
from auditor.appeal.wording import clock, pick, say, span, visible
from auditor.model import Lang

_LONGEST = 32_000  # a cell holds 32,767 characters
_SOON, _VERY_SOON = timedelta(hours=24), timedelta(hours=6)
_COLUMNS = (
    ("state", 10),
    ("left", 9),
    ("appeal_by", 31),
    ("suggestion", 26),
    ("notice_id", 22),
    ("platform", 12),
    ("shop", 16),
    ("agent", 18),
    ("conversation", 20),
    ("order", 24),
    ("clause", 20),
    ("reason", 28),
    ("amount", 9),
    ("currency", 8),
    ("bundle", 46),
    ("entry", 56),
    ("data", 36),
    ("basis", 42),
)
_PRINTED = 14  # columns


class _Sheet(Protocol):
    def write_string(self, row: int, col: int, string: str, cell_format: Any = ..., /) -> int: ...
    def write_number(self, row: int, col: int, number: float, cell_format: Any = ..., /) -> int: ...
    def write_blank(self, row: int, col: int, blank: Any, cell_format: Any = ..., /) -> int: ...


def overview(cases: Sequence[tuple[Case, Assessment]], as_of: datetime, lang: Lang) -> bytes:
    """Make the workbook; the same cases give the same bytes."""
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
        sheet.set_row(row, _line(sheet, row, case, found, formats[_urgency(case)], lang) * 15)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(cases), 1), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, max(len(cases), 1), _PRINTED - 1)
    sheet.repeat_rows(0)
    _notes(book, cases, as_of, lang)
    book.close()
    return buffer.getvalue()


def _line(sheet: _Sheet, row: int, case: Case, found: Assessment, formats: dict[str, Any], lang: Lang) -> int:
    """Write a notice's row; the number of lines of its tallest cell."""
    tallest = 1
    for column, (name, width) in enumerate(_COLUMNS):
        if name == "left" and case.left is not None and case.state == "open":
            sheet.write_number(row, column, case.left.total_seconds() // 60 / 1440, formats["left"])
        elif name == "amount" and case.notice.amount is not None:
            sheet.write_number(row, column, float(case.notice.amount), formats["money"])
        else:
            text = _text(name, case, found, lang)
            if text:
                shown = _cut(visible(text), lang)
                sheet.write_string(row, column, shown, formats["text"])
                tallest = max(tallest, _lines(shown, width))
            else:
                sheet.write_blank(row, column, None, formats["text"])
    return min(tallest, 20)


def _lines(text: str, width: int) -> int:
    """Count the lines that a text fills in a column of that width; Chinese characters are two wide."""
    wide = (sum(2 if east_asian_width(char) in "WF" else 1 for char in line) for line in text.split("\n"))
    return sum(max(1, -(-each // max(1, width - 2))) for each in wide)


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
    """Say the verdict in words, with how much it rests on."""
    rests = rests_on(found, lang)
    return say(lang, f"verdict.{found.verdict}") + (say(lang, "unit.brackets", text=rests) if rests else "")


def rests_on(found: Assessment, lang: Lang) -> str:
    """Say how much a verdict rests on; "" where there is none."""
    return "" if found.verdict == "unclear" else say(lang, "verdict.firm" if found.firm else "verdict.likely")


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
