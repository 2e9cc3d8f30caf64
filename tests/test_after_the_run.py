"""What people do after a night: give verdicts back, build bundles for a new notice, draw a sample to read."""

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from auditor.cli import main

AS_OF = "2026-11-21T02:00:00+08:00"


def line(n: int, conversation: str, at: str, role: str, text: str) -> str:
    """One message of an invented shop."""
    fields = {"conversation_id": conversation, "message_id": f"{conversation}-{n}", "sent_at": f"2026-11-20T{at}+08:00"}
    fields |= {"sender_role": role, "text": text, "platform": "pinduoduo", "shop_id": "s1", "buyer_id": f"b-{conversation}"}
    return json.dumps(fields | ({"sender_id": "客服小夏"} if role == "agent" else {}), ensure_ascii=False)


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one night's exports and reports: one agent insults, another conversation is clean."""
    monkeypatch.chdir(tmp_path)
    chats = [
        line(1, "c1", "10:00:00", "buyer", "什么时候发货"),
        line(2, "c1", "10:01:00", "agent", "你是傻逼吗,滚"),
        *(line(n, f"c{c}", f"11:0{n}:00", role, text) for c in range(2, 12) for n, role, text in
          ((1, "buyer", "这款有白色吗"), (2, "agent", "有的亲,白色现货"))),
    ]  # fmt: skip
    Path("chats.jsonl").write_text("\n".join(chats) + "\n", encoding="utf-8")
    assert call("run", "chats.jsonl", "--quiet").exit_code == 0
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, *(("--as-of", AS_OF, "--settle", "0") if words[0] != "review" else ())])


def findings(folder: str) -> list[dict[str, object]]:
    return [json.loads(row) for row in Path(folder, "findings.jsonl").read_text(encoding="utf-8").splitlines()]


def cells(path: str) -> set[object]:
    """Everything that stands in a workbook."""
    return {
        cell
        for sheet in openpyxl.load_workbook(path, read_only=True)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }


def given_back(path: Path, verdict: str, reason: str) -> None:
    """A person fills in the verdict of every finding of the manager's workbook."""
    book = openpyxl.load_workbook(path)
    sheet = book["违规明细"] if "违规明细" in book.sheetnames else next(s for s in book if "复核结论" in [c.value for c in s[1]])
    headers = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, headers.index("复核结论") + 1, verdict)
        sheet.cell(row, headers.index("复核理由") + 1, reason)
    book.save(path)


def test_what_a_reviewer_dismissed_no_longer_counts_and_is_shown_with_the_reason(night: Path) -> None:
    before = findings("reports/2026-11-21")
    assert [f["suppressed_by"] for f in before] == [None, before[0]["finding_id"]]
    given_back(night / "reports/2026-11-21/manager.xlsx", "dismissed 不成立", "买家要求的玩笑")
    imported = call("review", "import", "reports/2026-11-21/manager.xlsx")
    assert (imported.exit_code, "1 dismissed; 1 new or changed" in imported.output) == (0, True)
    again = call("run", "chats.jsonl")
    assert again.exit_code == 0
    assert "No violations found." in again.output
    after = findings("reports/2026-11-21")
    assert after[0]["suppressed_by"] == "dismissed"
    assert [{**after[0], "suppressed_by": None}, *after[1:]] == before
    assert "复核认定不成立" in cells("reports/2026-11-21/manager.xlsx")
    assert json.loads(Path("reports/2026-11-21/run.json").read_bytes())["reviews"]["verdicts"] == 1


def test_a_confirmed_finding_stays_and_its_verdict_is_filled_in_again(night: Path) -> None:
    given_back(night / "reports/2026-11-21/manager.xlsx", "confirmed", "")
    call("review", "import", "reports/2026-11-21/manager.xlsx")
    call("run", "chats.jsonl", "--quiet")
    assert findings("reports/2026-11-21")[0]["suppressed_by"] is None
    assert "confirmed 成立" in cells("reports/2026-11-21/manager.xlsx")


def test_a_notice_of_the_morning_gets_its_bundle_from_the_nights_exports(night: Path) -> None:
    report = Path("reports/2026-11-21/findings.jsonl").read_bytes()
    Path("new.csv").write_text(
        "notice_id,platform,conversation_id,issued_at,reason\nN-1,pinduoduo,c1,2026-11-20T22:00:00+08:00,辱骂消费者\n"
        "N-2,pinduoduo,c2,2026-11-20T23:00:00+08:00,虚假宣传\n",
        encoding="utf-8",
    )
    result = call("appeal", "--penalties", "new.csv", "--quiet")
    assert result.exit_code == 0, result.output
    folder = Path("reports/2026-11-21-appeals/appeals")
    assert [path.name for path in sorted(folder.glob("*.zip"))] == [
        "20261121T220000+0800_N-1.zip",
        "20261121T230000+0800_N-2.zip",
    ]
    assert Path("reports/2026-11-21/findings.jsonl").read_bytes() == report
    one = call("appeal", "--penalties", "new.csv", "--notice", "N-2")
    assert "N-2: by 2026-11-21 23:00+08:00, 21 h 00 min left" in one.output
    assert [path.name for path in folder.glob("*.zip")] == ["20261121T230000+0800_N-2.zip"]


def test_an_unknown_notice_or_a_vanished_export_is_told_and_harms_nothing(night: Path) -> None:
    Path("new.csv").write_text("notice_id,platform,issued_at\nN-1,pinduoduo,2026-11-20T22:00:00+08:00\n", encoding="utf-8")
    unknown = call("appeal", "--penalties", "new.csv", "--notice", "N-9")
    assert (unknown.exit_code, "there are N-1" in unknown.output) == (2, True)
    Path("chats.jsonl").unlink()
    gone = call("appeal", "--penalties", "new.csv")
    assert (gone.exit_code, "chats.jsonl: was read by that run and is gone" in gone.output) == (2, True)
    assert not Path("reports/2026-11-21-appeals").exists()


def test_a_sample_is_read_blind_first_and_is_the_same_again(night: Path) -> None:
    first = call("sample", "chats.jsonl", "--size", "4", "--seed", "9", "--lang", "en")
    assert first.exit_code == 0, first.output
    assert "4 of 11 conversations drawn from 2 strata (seed 9); in 1 of them the audit found something." in first.output
    data = Path("reports/sample-2026-11-21.xlsx").read_bytes()
    call("sample", "chats.jsonl", "--size", "4", "--seed", "9", "--lang", "en")
    assert Path("reports/sample-2026-11-21.xlsx").read_bytes() == data
    book = openpyxl.load_workbook("reports/sample-2026-11-21.xlsx")
    assert book.sheetnames == ["Sample", "Chats", "Strata", "What the audit found"]
    assert [row[7] for row in book["Chats"].iter_rows(min_row=2, values_only=True)].count("c1") == 2
    assert [[row[4], row[5]] for row in book["Strata"].iter_rows(min_row=2, values_only=True)] == [[10, 3], [1, 1]]
    assert "c1" in [row[9] for row in book["What the audit found"].iter_rows(min_row=2, values_only=True)]
    assert call("review", "import", "reports/sample-2026-11-21.xlsx").exit_code == 0


def test_a_chat_of_no_known_platform_can_be_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"conversation_id": "x", "sent_at": "2026-11-20T10:00:00+08:00", "sender_role": "buyer", "text": "在吗"}
    Path("chats.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    result = call("sample", "chats.jsonl")
    assert "1 of 1 conversations drawn" in result.output
