"""Reviewers' verdicts: read from the reports' own sheets, kept, and obeyed by the next run."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.errors import UsageError
from auditor.model import LANGS, Lang, Review
from auditor.report.words import verdict_choice, words
from auditor.reviewing import verdicts
from auditor.reviews import add, load

ONE, TWO, THREE = "0123456789abcdef", "1111111111111111", "2222222222222222"
AT = datetime.fromisoformat("2026-11-22T09:00:00+08:00")


def workbook(path: Path, rows: list[tuple[object, ...]], lang: Lang = "zh") -> Path:
    """A reviewed workbook as a person gives it back: a sheet of notes, and the findings with columns of their own choice."""
    book = openpyxl.Workbook()
    book.active.append(["备注"])
    sheet = book.create_sheet(words(lang)["sheet.findings"])
    sheet.append([words(lang)[f"column.{name}"] for name in ("verdict", "reviewer_reason", "severity", "finding_id")])
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def imported(*words_: str) -> Result:
    return CliRunner().invoke(main, ["review", "import", *words_, "--as-of", AT.isoformat()])


@pytest.mark.parametrize("lang", LANGS)
def test_verdicts_are_read_in_every_language_of_the_reports(tmp_path: Path, lang: Lang) -> None:
    rows = [
        (verdict_choice(words(lang), "dismissed"), "  假期 已报备 ", "", ONE),
        (words(lang)["verdict.confirmed"], None, "", TWO),
        (None, None, "", THREE),
    ]
    assert verdicts(workbook(tmp_path / "a.xlsx", rows, lang)) == (
        Review(ONE, "dismissed", "假期 已报备"),
        Review(TWO, "confirmed", ""),
    )


def test_all_wrong_cells_are_told_at_once_and_nothing_is_taken(tmp_path: Path) -> None:
    rows = [("maybe", "", "", ONE), ("excused", "", "", TWO), ("confirmed", "", "", "1.23E+17"), ("dismissed", "", "", THREE)]
    path = workbook(tmp_path / "a.xlsx", rows)
    result = imported(str(path), "--reviews", str(tmp_path / "reviews.jsonl"))
    assert result.exit_code == 2
    for told in ("row 2: 'maybe' is no verdict", "row 3: excused without a reason", "row 4: '1.23e+17' is no finding's id"):
        assert told in result.output
    assert not (tmp_path / "reviews.jsonl").exists()


def test_two_verdicts_on_one_finding_must_be_settled(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [("confirmed", "", "", ONE), ("dismissed", "误判", "", ONE)])
    with pytest.raises(UsageError, match="let one of the two stand"):
        verdicts(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", "判定,理由".encode()])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    result = imported(str(path))
    assert result.exit_code == 2
    assert "a.xlsx" in result.output
    assert "Traceback" not in result.output


def test_a_workbook_without_the_columns_says_which(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["finding", "ok?"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="Finding id, Verdict"):
        verdicts(tmp_path / "a.xlsx")


def test_the_store_only_grows_and_the_last_word_counts(tmp_path: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    assert add(store, [Review(ONE, "confirmed"), Review(TWO, "dismissed", "误判")], "a.xlsx", AT) == (2, 0)
    first = store.read_bytes()
    assert add(store, [Review(ONE, "confirmed")], "a.xlsx", AT) == (0, 1)
    assert store.read_bytes() == first
    assert add(store, [Review(ONE, "excused", "停电")], "b.xlsx", AT) == (1, 0)
    assert store.read_bytes().startswith(first)
    reviews = load(store)
    assert reviews is not None
    assert reviews.by_finding[ONE] == Review(ONE, "excused", "停电")
    assert reviews.by_finding[TWO].verdict == "dismissed"


def test_a_broken_line_of_the_store_is_named(tmp_path: Path) -> None:
    store = tmp_path / "reviews.jsonl"
    add(store, [Review(ONE, "confirmed")], "a.xlsx", AT)
    store.write_text(store.read_text() + '{"finding_id": 3}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"reviews.jsonl:2: is no verdict"):
        load(store)
