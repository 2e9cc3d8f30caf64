"""The reports of a small invented audit: what the cells say, that bytes repeat, that all languages are there."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from report_samples import AGENTS, RULES, finding, sample

from auditor.model import LANGS, AuditResult
from auditor.report import cells, write
from auditor.report.machine import FIELDS
from auditor.report.words import words

GOLDEN = Path(__file__).parent / "golden" / "report_manager_en.txt"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def written(result: AuditResult, folder: Path, jobs: int = 1) -> Path:
    folder.mkdir()
    write(result, folder, jobs)
    return folder


def dump(path: Path) -> str:
    """Every cell of a workbook as text, one row a line."""
    lines: list[str] = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        lines.append(f"== {sheet.title} {sheet.dimensions} freeze={sheet.freeze_panes} filter={sheet.auto_filter.ref}")
        for row in sheet.iter_rows():
            said = [f"{cell.coordinate}={cell.value!r}" for cell in row if cell.value is not None]
            if said:
                lines.append("  ".join(said))
    return "\n".join(lines) + "\n"


def test_the_managers_workbook_says_what_it_said(tmp_path: Path) -> None:
    said = dump(written(sample("en"), tmp_path / "out") / "manager.xlsx")
    if os.environ.get("ACCEPT"):
        GOLDEN.write_text(said, encoding="utf-8")
    assert said == GOLDEN.read_text(encoding="utf-8"), "set ACCEPT=1 to take the new dump as golden"


def test_the_same_audit_gives_the_same_bytes_on_any_number_of_processes(tmp_path: Path) -> None:
    result = sample("zh", agents=tuple(f"客服{n:02d}" for n in range(23)))
    one = files(written(result, tmp_path / "one"))
    two = files(written(result, tmp_path / "two", jobs=2))
    assert one == two
    assert sum(name.endswith(".html") for name in one) == 24


@pytest.mark.parametrize("lang", LANGS)
def test_every_language_renders_and_speaks_its_own_words(lang: str, tmp_path: Path) -> None:
    folder = written(sample(lang), tmp_path / "out")  # type: ignore[arg-type]
    known = words(lang)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(folder / "manager.xlsx")
    named = ("overview", "agents", "rules", "findings", "promises", "times", "late", "rates", "by_rule", "not_evaluated")
    assert book.sheetnames[:10] == [known[f"sheet.{name}"] for name in named]
    header = [cell.value for cell in book[known["sheet.findings"]][1]]
    assert header[:3] == [known["column.verdict"], known["column.reviewer_reason"], known["column.severity"]]
    page = next((folder / "agents").glob("晓晴-*.html")).read_text(encoding="utf-8")
    assert known["page.fix"] in page
    assert known["certainty.proven"] in page


def test_all_languages_have_the_same_words_and_none_is_empty() -> None:
    keys = {lang: set(words(lang)) for lang in LANGS}
    assert keys["en"] == keys["zh"] == keys["pl"]
    for lang in LANGS:
        assert [key for key, text in words(lang).items() if not text.strip()] == []
    names = {lang: {key: sorted(_names(text)) for key, text in words(lang).items()} for lang in LANGS}
    assert names["en"] == names["zh"] == names["pl"]


def _names(text: str) -> list[str]:
    return [piece.partition("}")[0] for piece in text.split("{")[1:]]


def test_findings_are_written_for_programs_as_they_are(tmp_path: Path) -> None:
    result = sample("en")
    folder = written(result, tmp_path / "out")
    rows = [json.loads(line) for line in (folder / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["finding_id"] for row in rows] == [f.finding_id for f in result.findings]
    assert tuple(rows[0]) == FIELDS
    assert rows[0]["occurred_at"] == "2026-09-21T10:02:00+08:00"
    assert {row["suppressed_by"] for row in rows} == {None, "pinduoduo/first_reply"}
    table = pl.read_parquet(folder / "findings.parquet")
    assert table.columns == [*FIELDS, "occurred_offset_s"]
    assert table["finding_id"].to_list() == [row["finding_id"] for row in rows]
    assert table["occurred_at"][0].isoformat() == "2026-09-21T02:02:00+00:00"
    assert table["message_ids"][0].to_list() == rows[0]["message_ids"]


def test_times_are_real_times_and_ids_are_texts(tmp_path: Path) -> None:
    long_id = "240921123456789012"
    result = sample("en")
    result = replace(result, findings=tuple(replace(f, order_id=long_id) for f in result.findings))
    sheet = openpyxl.load_workbook(written(result, tmp_path / "out") / "manager.xlsx")["Findings"]
    place = {cell.value: cell.column for cell in sheet[1]}
    first = sheet[2]
    assert first[place["Order"] - 1].value == long_id
    assert first[place["Order"] - 1].data_type in ("s", "inlineStr")
    assert isinstance(first[place["Time (local)"] - 1].value, datetime)
    assert first[place["Zone"] - 1].value == "+08:00"
    assert sheet.data_validations.dataValidation[0].formula1 == '"confirmed,dismissed,excused"'


def test_what_is_covered_by_another_finding_is_not_counted(tmp_path: Path) -> None:
    folder = written(sample("en"), tmp_path / "out")
    book = openpyxl.load_workbook(folder / "manager.xlsx")
    assert {row[-1].value for row in book["Not counted"].iter_rows(min_row=2)} == {"f9001", "f9002"}
    assert not {"f9001", "f9002"} & {row[-1].value for row in book["Findings"].iter_rows(min_row=2)}


def test_a_long_table_goes_on_in_a_second_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 10)
    monkeypatch.setattr(cells, "CHUNK", 4)
    result = sample("en")
    book = openpyxl.load_workbook(written(result, tmp_path / "out") / "manager.xlsx")
    ids = [row[-1].value for name in ("Findings", "Findings 2") for row in book[name].iter_rows(min_row=2)]
    assert sorted(ids) == sorted(f.finding_id for f in result.findings if f.finding_id not in ("f9001", "f9002"))


def test_many_findings_are_all_in_the_workbook_and_the_worst_on_the_page(tmp_path: Path) -> None:
    result = sample("en")
    at = result.findings[0].occurred_at
    more = tuple(finding(10_000 + n, RULES[0], AGENTS[0], at, "c-0-0", "“quote”", "en") for n in range(150))
    folder = written(replace(result, findings=result.findings + more), tmp_path / "out")
    page = next((folder / "agents").glob("晓晴-*.html")).read_text(encoding="utf-8")
    assert page.count("<article") == 100
    assert "The 100 worst of 154 findings" in page
    book = openpyxl.load_workbook(next((folder / "agents").glob("晓晴-*.xlsx")))
    assert book["Findings"].max_row == 155


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write(sample("en"), tmp_path, progress=lambda *step: told.append(step))
    assert told[0] == ("tables", 0, 1)
    assert told[-1] == ("agents", 4, 4)


def test_an_audit_that_found_nothing_is_a_report_too(tmp_path: Path) -> None:
    result = sample("pl")
    empty = replace(
        result,
        findings=(),
        ledger=(),
        not_evaluated=(),
        quarantined=(),
        inputs=(),
        conversations={},
        rounds=result.rounds.clear(),
        activity=result.activity.clear(),
        counts={},
    )
    folder = written(empty, tmp_path / "out")
    assert (folder / "findings.jsonl").read_bytes() == b""
    assert openpyxl.load_workbook(folder / "manager.xlsx")["Naruszenia"].max_row <= 2
