"""Tables of any size as worksheets: XlsxWriter lays the book out, the rows of tables are set in as columns of text.

XlsxWriter takes 20 µs a cell; a night's findings are millions of cells. So a table gets its header and one pattern row
from XlsxWriter, and `Book.save` replaces the pattern row by all rows, built column by column in Polars. Every text is
an inline string: nothing from a chat can become a formula, a link or a number.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "wrap", "int", "number", "money", "percent", "datetime", "date", "duration"]
CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # a workbook's creation date is part of its bytes
MAX_ROWS = 200_000  # per sheet; more go on in "… 2"
CHUNK = 20_000
COMPRESSION = 1  # rows repeat themselves so much that more effort gains a fifth and costs as much time again
MAX_CHARS = 32_767  # of UTF-16, in one cell
MAX_FEEDS = 253
LINE_HEIGHT, ROW_PAD = 14.5, 4.5  # points; every row says its height, as programs would spend minutes on measuring
SHORT_TABLE, SHORT_LINES, LONG_LINES = 300, 14, 5  # rows of a table read whole; lines a row may show there, and elsewhere
PRINTED_WIDTH = 250  # characters on a landscape page that can still be read

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
_TURNS = [chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]  # signs that turn the direction of what follows
_FROM = ["\r\n", "&", "<", ">", "\ufffe", "\uffff", *_CONTROLS, *_TURNS]
_TO = ["\n", "&amp;", "&lt;", "&gt;", "\ufffd", "\ufffd", *_VISIBLE, *(f"[U+{ord(sign):04X}]" for sign in _TURNS)]
ROW = "\x00"  # no text holds it once it is escaped


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
        self._bulk: dict[str, Templates] = {}
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
        columns = tuple(columns)
        for number, at in enumerate(range(0, max(frame.height, 1), MAX_ROWS), start=1):
            part = frame.slice(at, MAX_ROWS)
            place = self._lay_out(name if number == 1 else f"{name} {number}", part.height, columns, freeze, tint)
            self._bulk[place] = partial(_templates, part, columns, self._cut_note)

    def filled(
        self, name: str, rows: list[str], columns: Sequence[Column], styles: list[str], freeze: int = 1, tint: str = ""
    ) -> None:
        """The same from rows that `row_templates` made for these columns and styles; at most MAX_ROWS of them."""
        place = self._lay_out(name, len(rows), tuple(columns), freeze, tint)
        self._bulk[place] = partial(_ready, rows, styles)

    def styles(self) -> list[list[str]]:
        """Close the book and tell the style numbers of each table's columns, in the order of the tables."""
        self.book.close()
        with zipfile.ZipFile(self._buffer) as made:
            return [_split(made.read(name).decode())[1] for name in self._bulk]

    def _lay_out(self, name: str, rows: int, columns: tuple[Column, ...], freeze: int, tint: str) -> str:
        """Everything of a table's sheet but its rows; the name of its part in the workbook's zip."""
        sheet = self.sheet(name)
        head = self.format(
            bold=True, font_color="#FFFFFF", bg_color=INK, text_wrap=True, valign="vcenter", border=1, border_color=LINE
        )
        sheet.set_row(0, _head_height(columns))
        sheet.fit_to_pages(max(1, round(sum(column.width for column in columns) / PRINTED_WIDTH)), 0)
        sheet.repeat_columns(0, freeze - 1)
        last = max(rows, 1)
        for place, column in enumerate(columns):
            look = self._look(column.kind)
            sheet.set_column(place, place, column.width, look)
            sheet.write_string(0, place, column.header, head)
            sheet.write_blank(1, place, None, look)
            if column.choices:
                choice = {"validate": "list", "source": list(column.choices), "ignore_blank": True}
                sheet.data_validation(1, place, last, place, choice)
            if column.name == tint:
                self._tint(sheet, place, last)
        sheet.freeze_panes(1, freeze)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A2:{xl_col_to_name(len(columns) - 1)}{last + 1}"})  # ids are texts
        return f"xl/worksheets/sheet{len(self.book.worksheets())}.xml"

    def _look(self, kind: Kind) -> Format:
        look: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        if kind in NUMBER_FORMATS:
            look |= {"num_format": NUMBER_FORMATS[kind], "align": "right" if kind not in ("datetime", "date") else "left"}
        elif kind == "wrap":
            look |= {"text_wrap": True}
        return self.format(**look)

    def _tint(self, sheet: Worksheet, place: int, last: int) -> None:
        for severity, fill in SEVERITY_FILL.items():
            value = f'"{self._severities[severity]}"'
            rule = {"type": "cell", "criteria": "==", "value": value, "format": self.format(bg_color=fill)}
            sheet.conditional_format(1, place, last, place, rule)

    def save(self, path: Path) -> None:
        """Close the book and write it with all rows of its tables."""
        self.book.close()
        with (
            zipfile.ZipFile(self._buffer) as made,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as out,
        ):
            for name in made.namelist():
                # opened by name, an entry is dated 1980-01-01: no clock in the bytes
                with out.open(name, "w") as entry:
                    if name in self._bulk:
                        for piece in _with_rows(made.read(name).decode(), self._bulk[name]):
                            entry.write(piece.encode())
                    else:
                        entry.write(made.read(name))


Templates = Callable[[list[str]], Iterator[list[str]]]  # style numbers → chunks of rows, ROW where the row's number goes


def _split(xml: str) -> tuple[str, list[str], str]:
    """A sheet's XML before the pattern row, the style numbers of that row, the XML after it."""
    start = xml.index('<row r="2"')
    end = xml.index("</row>", start) + len("</row>")
    return xml[:start], re.findall(r'<c r="[A-Z]+2" s="(\d+)"/>', xml[start:end]), xml[end:]


def _with_rows(xml: str, templates: Templates) -> Iterator[str]:
    """The sheet's XML with the pattern row (row 2) replaced by the rows."""
    before, styles, after = _split(xml)
    yield before
    number = 2
    for chunk in templates(styles):
        yield "".join([row.replace(ROW, str(n)) for n, row in enumerate(chunk, start=number)])
        number += len(chunk)
    yield after


def _templates(frame: pl.DataFrame, columns: tuple[Column, ...], cut_note: str, styles: list[str]) -> Iterator[list[str]]:
    for at in range(0, frame.height, CHUNK):
        yield row_templates(frame.slice(at, CHUNK), columns, styles, cut_note, _lines(frame.height)).to_list()


def _ready(rows: list[str], made_for: list[str], styles: list[str]) -> Iterator[list[str]]:
    if styles != made_for:
        raise AssertionError(f"rows made for styles {made_for}, the sheet has {styles}")
    for at in range(0, len(rows), CHUNK):
        yield rows[at : at + CHUNK]


def _lines(rows: int) -> int:
    """How many lines a row may show: a short table is read whole, a long one is leafed through."""
    return SHORT_LINES if rows <= SHORT_TABLE else LONG_LINES


def _head_height(columns: Sequence[Column]) -> float:
    """Room for the longest header: one line, or as many as its column's width asks for."""
    return 8 + LINE_HEIGHT * max(math.ceil(wide(column.header) * 1.15 / (column.width - 2)) for column in columns)


def wide(text: str) -> int:
    """How many narrow letters wide a text is: Chinese letters are twice as wide."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _heights(frame: pl.DataFrame, columns: Sequence[Column], most: int) -> pl.Expr:
    """The height of each row, in points, by its longest wrapped text.

    UTF-8 spends three bytes on a letter that is twice as wide, so that letters and half of the further bytes tell the width.
    """
    lines = [pl.lit(1.0)]
    for column in columns:
        if column.kind == "wrap":
            text = pl.lit(frame.get_column(column.name).cast(pl.String)).fill_null("")
            letters = text.str.len_chars().cast(pl.Float64)
            width = letters + (text.str.len_bytes() - letters) / 2
            # words do not fill their lines to the end
            lines.append((width * 1.1 / (column.width - 1)).ceil() + text.str.count_matches("\n", literal=True))
    height = pl.max_horizontal(lines).clip(1, most) * LINE_HEIGHT + ROW_PAD
    return height.cast(pl.String)


def row_templates(
    frame: pl.DataFrame, columns: Sequence[Column], styles: Sequence[str], cut_note: str, most_lines: int = LONG_LINES
) -> pl.Series:
    """Each row of the frame as a row of a sheet; ROW stands where its number goes."""
    if not frame.height:
        return pl.Series("row", [], dtype=pl.String)
    frame = _cut_long(frame.select({column.name for column in columns} & set(frame.columns)), cut_note)
    height = _heights(frame, columns, most_lines)
    cells = [
        _cells(frame.get_column(column.name), column.kind, f'<c r="{xl_col_to_name(place)}{ROW}" s="{style}"')
        for place, (column, style) in enumerate(zip(columns, styles, strict=True))
    ]
    start = (pl.lit(f'<row r="{ROW}" ht="'), height, pl.lit('" customHeight="1">'))
    return pl.select(pl.concat_str(*start, *cells, pl.lit("</row>")).alias("row")).get_column("row")


def _cells(values: pl.Series, kind: Kind, start: str) -> pl.Series:
    """A column as cells; what repeats itself is made once."""
    distinct = values.unique(maintain_order=True)
    if 2 * len(distinct) > len(values):
        return pl.select(_cell(values, kind, start)).to_series()
    made = pl.select(_cell(distinct, kind, start)).to_series()
    return values.replace_strict(distinct, made, return_dtype=pl.String)


def _cell(values: pl.Series, kind: Kind, start: str) -> pl.Expr:
    if kind in ("text", "wrap"):
        text = pl.lit(values).cast(pl.String)
        blank = text.is_null() | (text == "")
        edge = pl.when(text.str.contains(r"^\s|\s$")).then(pl.lit(' xml:space="preserve">')).otherwise(pl.lit(">"))
        cell = pl.concat_str(pl.lit(f'{start} t="inlineStr"><is><t'), edge, escaped(text), pl.lit("</t></is></c>"))
    else:
        body = _number(pl.lit(values), kind)
        blank = body.is_null()
        cell = pl.concat_str(pl.lit(f"{start}><v>"), body, pl.lit("</v></c>"))
    return pl.when(blank).then(pl.lit(f"{start}/>")).otherwise(cell)


def escaped(text: pl.Expr) -> pl.Expr:
    """Texts as XML content: markup escaped, control characters and turns of direction made visible."""
    # Excel reads _x0041_ as A: a text that says so itself needs its underscore escaped
    return text.str.replace_many(_FROM, _TO).str.replace_all(r"_(x[0-9A-Fa-f]{4})", "_x005F_$1")


def _cut_long(frame: pl.DataFrame, cut_note: str) -> pl.DataFrame:
    """What one cell cannot hold is cut, and says so; almost always nothing is."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    if not texts or not frame.height:
        return frame
    # a cell holds MAX_CHARS characters, which are at most MAX_CHARS bytes where nothing is to be done
    sizes = frame.select(pl.col(texts).str.len_bytes().max()).row(0)
    feeds = frame.select(pl.col(texts).str.count_matches("[\r\n]").max()).row(0)
    for name, size, feed in zip(texts, sizes, feeds, strict=True):
        if (size or 0) > MAX_CHARS or (feed or 0) > MAX_FEEDS:
            kept = [text if text is None else cut(text, cut_note) for text in frame.get_column(name).to_list()]
            frame = frame.with_columns(pl.Series(name, kept, dtype=pl.String))
    return frame


def cut(text: str, note: str) -> str:
    """The text as far as one cell holds it; what is left out is said. Excel counts UTF-16 units, 253 line feeds at most."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) - 1 > MAX_FEEDS:
        lines = [*lines[: MAX_FEEDS - 1], " ".join(lines[MAX_FEEDS - 1 :])]
    whole = "\n".join(lines)
    units = whole.encode("utf-16-le", "replace")
    if len(units) // 2 <= MAX_CHARS:
        return whole
    tail = f" … [{note.format(total=len(text))}]"
    room = (MAX_CHARS - len(tail.encode("utf-16-le")) // 2) * 2
    return units[:room].decode("utf-16-le", "ignore") + tail


def _number(values: pl.Expr, kind: Kind) -> pl.Expr:
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
    return pl.when(floats.is_finite()).then(floats).cast(pl.String)
