"""HTML → the rows of its largest table as text: no markup survives, entities of its own stay unread, a cut page is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_DEPTH = 1_000
MAX_SPAN = 1_000
_SILENT = frozenset({"script", "style", "template", "noscript", "head", "title"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"})
_LOOSE = frozenset({"p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "colgroup", "dd", "dt"})  # may stay open
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Broken(Exception):  # noqa: N818 - it is a verdict
    """Why the page cannot be used, as a sentence."""


@dataclass(slots=True)
class Grid:
    """A table: its rows of cells, and how far each reaches where spans are counted."""

    rows: list[list[str]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    cell: list[str] | None = None
    span: int = 1
    _below: dict[int, tuple[int, str]] = field(default_factory=dict)  # column → (rows left, text) of a cell that reaches down
    _down: int = 1

    def row(self) -> None:
        """Begin a row."""
        self.end_cell()
        self.rows.append([])
        self.widths.append(0)
        self._from_above()

    def open_cell(self, span: int, down: int) -> None:
        """Begin a cell that is `span` columns wide and `down` rows high."""
        self.end_cell()
        if not self.rows:
            self.row()
        self.cell, self.span, self._down = [], span, down

    def end_cell(self) -> None:
        """End the cell that is open, if one is."""
        if self.cell is None:
            return
        text = "\n".join(_BLANKS.sub(" ", line).strip() for line in "".join(self.cell).split("\x00")).strip()
        row = self.rows[-1]
        if self._down > 1:
            self._below[len(row)] = (min(self._down, MAX_SPAN), text)
        row.append(text)
        self.widths[-1] += self.span
        row.extend([""] * (min(self.span, MAX_SPAN) - 1))
        self.cell = None
        self._from_above()

    def _from_above(self) -> None:
        row = self.rows[-1]
        while len(row) in self._below:
            left, text = self._below.pop(len(row))
            if left > 2:
                self._below[len(row)] = (left - 1, text)
            row.append(text)
            self.widths[-1] += 1


class _Page(HTMLParser):
    """Collects tables; HTMLParser wants a class."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Grid] = []
        self._open: list[Grid] = []
        self._stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID and tag not in _LOOSE:
            self._stack.append(tag)
            if len(self._stack) > MAX_DEPTH:
                raise Broken("the page's elements are nested too deeply; save the table as CSV or XLSX")
        if tag == "table":
            self._open.append(Grid())
            self.tables.append(self._open[-1])
        elif self._open and tag == "tr":
            self._open[-1].row()
        elif self._open and tag in ("td", "th"):
            spans = {name: _count(value) for name, value in attrs}
            self._open[-1].open_cell(spans.get("colspan", 1), spans.get("rowspan", 1))
        elif tag in _BREAKS:
            self._say("\x00")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self._say("\x00")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._stack:
            while self._stack.pop() != tag:
                continue
        if self._open and tag in ("td", "th"):
            self._open[-1].end_cell()
        elif self._open and tag == "table":
            self._open.pop().end_cell()
        elif tag in ("p", "div", "li"):
            self._say("\x00")

    def handle_data(self, data: str) -> None:
        if not _SILENT.intersection(self._stack):
            self._say(data.replace("\x00", "\ufffd"))

    def _say(self, text: str) -> None:
        if self._open and self._open[-1].cell is not None:
            self._open[-1].cell.append(text)

    def whole(self) -> bool:
        """Whether every table was closed."""
        return not self._open and not self.rawdata.strip().startswith("<")


def _count(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and 0 < len(value) < 12 and int(value) else 1


def tables(text: str) -> Iterator[Grid]:
    """Every table of the page that has rows. Raises Broken where the page is cut or too deep."""
    page = _Page()
    page.feed(text)
    page.close()
    if not page.whole():
        raise Broken("the page ends in the middle of a table: it was cut; save it again")
    yield from (table for table in page.tables if table.rows)
