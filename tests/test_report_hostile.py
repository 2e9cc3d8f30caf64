"""Texts that mean harm come out inert in every file of the reports."""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from report_samples import sample

from auditor.report import write
from auditor.report.names import NO_AGENT, agent_names

PAYLOADS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "＝1+1",
    '=HYPERLINK("http://evil.example","x")',
    "http://evil.example/",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "../../etc/passwd",
    "240921123456789012345",
    "a\x00b\x08c\x1bd\x7f",
    "_x0041__x0042_",
    "line\r\nline\rline",
    "😀👩‍👩‍👧 emoji",
    "]]> & <![CDATA[",
    "x" * 40_000,
    "\n" * 400,
)
ALLOWED = {"html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "article", "svg", "rect"}
ALLOWED |= {"div", "h1", "h2", "h3", "span", "b", "i", "br", "p", "blockquote", "dl", "dt", "dd", "ul", "li"}


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_nothing_from_a_chat_becomes_formula_link_or_markup(payload: str, tmp_path: Path) -> None:
    result = sample("en", said=payload, agents=(payload, "b", "c"))
    result = replace(result, findings=tuple(replace(f, explanation=payload, measured=payload) for f in result.findings))
    write(result, tmp_path)
    books = [tmp_path / "manager.xlsx", *sorted((tmp_path / "agents").glob("*.xlsx"))]
    for path in books:
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", (path.name, sheet.title, cell.coordinate)
                    assert cell.hyperlink is None
                    assert len(str(cell.value or "").encode("utf-16-le")) // 2 <= 32_767
    for path in (tmp_path / "agents").glob("*.html"):
        seen = Seen()
        seen.feed(path.read_text(encoding="utf-8"))
        assert seen.tags <= ALLOWED
        assert not {name for name in seen.attributes if name.startswith("on") or name in ("href", "src", "style")}
    with (tmp_path / "metrics.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            assert not line["agent_id"].startswith(("=", "+", "-", "@", "\t", "＝"))
    inside = tmp_path.resolve()
    assert all(path.resolve().is_relative_to(inside) for path in tmp_path.rglob("*"))


def shown(payload: str, tmp_path: Path) -> str:
    write(sample("en", said=payload), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "manager.xlsx")["Findings"]
    place = next(cell.column for cell in sheet[1] if cell.value == "Quote")
    return str(sheet.cell(2, place).value)


def test_the_cell_shows_the_text_as_it_was(tmp_path: Path) -> None:
    text = "=1+1 <b>&amp; „zażółć” 今天一定发 😀  two  spaces "
    assert shown(text, tmp_path) == text


def test_control_characters_are_made_visible(tmp_path: Path) -> None:
    assert shown("a\x00b\x08", tmp_path) == "a␀b␈"


def test_what_a_cell_cannot_hold_is_cut_with_a_note(tmp_path: Path) -> None:
    said = shown("😀" * 20_000, tmp_path)
    assert said.endswith("[cut here; the text has 20000 characters in all]")
    assert 32_000 < len(said.encode("utf-16-le")) // 2 <= 32_767


def test_file_names_of_agents_are_ours() -> None:
    bad = ["CON", "con", "nul.txt", "a/b", "a\\b", "..", "", " ", "x" * 300, "晓" * 100, "é", "e\u0301", "A", "a", "\u202e"]
    names = agent_names([None, *bad])
    stems = list(names.values())
    assert len({unicodedata.normalize("NFC", stem).casefold() for stem in stems}) == len(bad) + 1
    assert names[None] == NO_AGENT
    for stem in stems:
        assert len(f"{stem}.html".encode()) <= 100
        assert stem == unicodedata.normalize("NFC", stem)
        assert not set(stem) & set('/\\:*?"<>|.\u202e')
        assert stem.casefold() not in ("con", "nul", "aux", "prn")
    assert names["晓" * 100].startswith("晓晓")


def test_turns_of_direction_are_shown_in_cells() -> None:
    import polars as pl

    from auditor.report.cells import escaped

    shown = pl.DataFrame({"text": ["退款\u202e元001\u2066"]}).select(escaped(pl.col("text"))).item()
    assert shown == "退款[U+202E]元001[U+2066]"
