"""Tables of any size as worksheets: XlsxWriter lays the book out, the rows of tables are set in as columns of text.

XlsxWriter takes 20 µs a cell; a night's findings are millions of cells. So a table gets its header and one pattern row
from XlsxWriter, and `Book.save` replaces the pattern row by all rows, built column by column in Polars. Every text is
an inline string: nothing from a chat can become a formula, a link or a number.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "wrap", "int", "number", "money", "percent", "datetime", "date", "duration"]
CREATED = datetime(2000, 1, 1)  # a workbook's creation date is part of its bytes
MAX_ROWS = 200_000  # per sheet; more go on in "… 2"
CHUNK = 20_000
MAX_CHARS = 32_767  # of UTF-16, in one cell
MAX_FEEDS = 253
AUTO_HEIGHT_ROWS = 5_000  # beyond, programs would spend minutes on measuring row heights

FONT = {"font_name": "Microsoft YaHei UI", "font_size": 10}
NUMBER_FORMATS: dict[str, str] = {
    "int": "#,##0",
    "number": "#,##0.0",
    "money": "#,##0.00",
    "percent": "0.0%",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "date": "yyyy-mm-dd",
    "duration": "[h]:mm:ss",
}
INK, PALE, LINE = "#1F3A4D", "#EAF1F5", "#D5DEE4"
SEVERITY_FILL = {"critical": "#F4C7C3", "major": "#FCE3C5", "minor": "#FFF6CF", "info": "#E8EEF2"}

_CONTROLS = [chr(c) for c in range(32) if c not in (9, 10)] + ["\x7f"]
_VISIBLE = [chr(0x2400 + c) for c in range(32) if c not in (9, 10)] + ["\u2421"]
_FROM = ["&", "<", ">", "\ufffe", "\uffff", *_CONTROLS]
_TO = ["&amp;", "&lt;", "&gt;", "\ufffd", "\ufffd", *_VISIBLE]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what is in `name` of the table's frame, under which header, how wide (characters), written how."""

    name: str
    header: str
    width: float
    kind: Kind = "text"
    choices: tuple[str, ...] = ()  # a drop-down list for people to fill in


class Book:
    """A workbook in the making; `save` writes it once, the same content always as the same bytes."""

    def __init__(self, title: str, cut_note: str, severities: Mapping[str, str]) -> None:
        self._buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(self._buffer, options)
        self.book.set_properties({"title": title, "created": CREATED})
        self.book.formats[0].set_font_name(FONT["font_name"])
        self.book.formats[0].set_font_size(FONT["font_size"])
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._bulk: dict[str, tuple[pl.DataFrame, tuple[Column, ...]]] = {}
        self._cut_note = cut_note
        self._severities = severities  # in the report's language: what the tinted column says

    def format(self, **look: Any) -> Format:
        """The format of this look, made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({**FONT, "valign": "top", **look})
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A blank sheet, set up for printing on landscape A4."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&8&A&R&8&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def table(self, name: str, frame: pl.DataFrame, columns: Sequence[Column], freeze: int = 1, tint: str = "") -> None:
        """A sheet (or several, "name 2" …) with one table: frozen header, autofilter; `tint` names the severity column."""
        parts = [frame.slice(at, MAX_ROWS) for at in range(0, max(frame.height, 1), MAX_ROWS)]
        for number, part in enumerate(parts, start=1):
            self._one_table(name if number == 1 else f"{name} {number}", part, tuple(columns), freeze, tint)

    def _one_table(self, name: str, frame: pl.DataFrame, columns: tuple[Column, ...], freeze: int, tint: str) -> None:
        sheet = self.sheet(name)
        head = self.format(
            bold=True, font_color="#FFFFFF", bg_color=INK, text_wrap=True, valign="vcenter", border=1, border_color=LINE
        )
        rows = frame.height
        if rows > AUTO_HEIGHT_ROWS:
            sheet.set_default_row(32)
        sheet.set_row(0, 34)
        for place, column in enumerate(columns):
            look = self._look(column.kind)
            sheet.set_column(place, place, column.width, look)
            sheet.write_string(0, place, column.header, head)
            if rows:
                sheet.write_blank(1, place, None, look)
            if column.choices and rows:
                choice = {"validate": "list", "source": list(column.choices), "ignore_blank": True}
                sheet.data_validation(1, place, rows, place, choice)
            if column.name == tint and rows:
                self._tint(sheet, place, rows)
        sheet.freeze_panes(1, freeze)
        sheet.repeat_rows(0)
        if rows:
            sheet.autofilter(0, 0, rows, len(columns) - 1)
            self._bulk[f"xl/worksheets/sheet{len(self.book.worksheets())}.xml"] = (frame, columns)

    def _look(self, kind: Kind) -> Format:
        look: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        if kind in NUMBER_FORMATS:
            look |= {"num_format": NUMBER_FORMATS[kind], "align": "right" if kind not in ("datetime", "date") else "left"}
        elif kind == "wrap":
            look |= {"text_wrap": True}
        return self.format(**look)

    def _tint(self, sheet: Worksheet, place: int, rows: int) -> None:
        for severity, fill in SEVERITY_FILL.items():
            value = f'"{self._severities[severity]}"'
            rule = {"type": "cell", "criteria": "==", "value": value, "format": self.format(bg_color=fill)}
            sheet.conditional_format(1, place, rows, place, rule)

    def save(self, path: Path) -> None:
        """Close the book and write it with all rows of its tables."""
        self.book.close()
        with (
            zipfile.ZipFile(self._buffer) as made,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out,
        ):
            for name in made.namelist():
                # opened by name, an entry is dated 1980-01-01: no clock in the bytes
                with out.open(name, "w") as entry:
                    if name in self._bulk:
                        frame, columns = self._bulk[name]
                        for piece in _with_rows(made.read(name).decode(), frame, columns, self._cut_note):
                            entry.write(piece.encode())
                    else:
                        entry.write(made.read(name))


def _with_rows(xml: str, frame: pl.DataFrame, columns: tuple[Column, ...], cut_note: str) -> Iterator[str]:
    """The sheet's XML with the pattern row (row 2) replaced by the frame's rows."""
    last = f"{xl_col_to_name(len(columns) - 1)}{frame.height + 1}"
    xml = re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{last}"/>', xml, count=1)
    start = xml.index('<row r="2"')
    end = xml.index("</row>", start) + len("</row>")
    styles = re.findall(r'<c r="[A-Z]+2" s="(\d+)"/>', xml[start:end])
    yield xml[:start]
    for at in range(0, frame.height, CHUNK):
        yield _rows(frame.slice(at, CHUNK), at + 2, columns, styles, cut_note)
    yield xml[end:]


def _rows(part: pl.DataFrame, first: int, columns: tuple[Column, ...], styles: list[str], cut_note: str) -> str:
    number = pl.int_range(first, first + part.height, eager=True).cast(pl.String).alias("row")
    pieces: list[pl.Series | pl.Expr] = [pl.lit('<row r="'), number, pl.lit('">')]
    for place, (column, style) in enumerate(zip(columns, styles, strict=True)):
        head = f'<c r="{xl_col_to_name(place)}'
        values = part.get_column(column.name)
        if column.kind in ("text", "wrap"):
            body = escaped(values.cast(pl.String), cut_note)
            before, after = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
        else:
            body = _number(values, column.kind)
            before, after = f'" s="{style}"><v>', "</v></c>"
        blank = body.is_null() if column.kind not in ("text", "wrap") else body.is_null() | (body == "")
        cell = pl.select(
            pl.when(blank)
            .then(pl.concat_str(pl.lit(head), number, pl.lit(f'" s="{style}"/>')))
            .otherwise(pl.concat_str(pl.lit(head), number, pl.lit(before), body, pl.lit(after)))
            .alias("cell")
        ).get_column("cell")
        pieces.append(cell.alias(f"c{place}"))
    pieces.append(pl.lit("</row>"))
    return str(pl.select(pl.concat_str(pieces).str.join("")).item())


def escaped(texts: pl.Series, cut_note: str) -> pl.Series:
    """Texts as XML content: markup escaped, control characters made visible, what a cell cannot hold cut with a note."""
    texts = texts.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True)
    long = (texts.str.len_bytes() > MAX_CHARS) | (texts.str.count_matches("\n", literal=True) > MAX_FEEDS)
    if long.fill_null(False).any():
        kept = [cut(t, cut_note) if too else t for t, too in zip(texts.to_list(), long.to_list(), strict=True)]
        texts = pl.Series(texts.name, kept, dtype=pl.String)
    # Excel reads _x0041_ as A: a text that says so itself needs its underscore escaped
    texts = texts.str.replace_all(r"_(x[0-9A-Fa-f]{4})", "_x005F_$1")
    return texts.str.replace_many(_FROM, _TO)


def cut(text: str, note: str) -> str:
    """The text as far as one cell holds it; what is left out is said. Excel counts UTF-16 units, 253 line feeds at most."""
    # the escape of `_x0041_` counts as one character for Excel, so plain length is what matters
    lines = text.split("\n")
    if len(lines) - 1 > MAX_FEEDS:
        lines = [*lines[: MAX_FEEDS - 1], " ".join(lines[MAX_FEEDS - 1 :])]
    whole = "\n".join(lines)
    units = whole.encode("utf-16-le", "replace")
    if len(units) // 2 <= MAX_CHARS:
        return whole
    tail = f" … [{note.format(total=len(text))}]"
    room = (MAX_CHARS - len(tail.encode("utf-16-le")) // 2) * 2
    return units[:room].decode("utf-16-le", "ignore") + tail


def _number(values: pl.Series, kind: Kind) -> pl.Series:
    """Numbers as Excel keeps them: days since 1899-12-30 for times, fractions of a day for durations."""
    if kind == "datetime":
        micros = values.cast(pl.Datetime("us")).to_physical()
        return ((micros / 86_400_000_000).round(9) + 25_569).cast(pl.String)
    if kind == "date":
        return (values.cast(pl.Date).to_physical() + 25_569).cast(pl.String)
    if kind == "duration":
        return (values.cast(pl.Float64) / 86_400).round(9).cast(pl.String)
    if kind == "int":
        return values.cast(pl.Int64).cast(pl.String)
    floats = values.cast(pl.Float64).round(6)
    finite = pl.select(pl.when(floats.is_finite()).then(floats)).to_series()
    return finite.cast(pl.String)
