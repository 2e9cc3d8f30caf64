"""`auditor formats`: what a file is taken for, what is said of an unknown one, and mappings drafted, corrected and used."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.ingest import FORMATS, detect
from auditor.ingest.drafting import draft_of
from auditor.ingest.guessing import day_orders, spellings
from auditor.ingest.mapping import read_mapping

ROOT = Path(__file__).parent.parent
ZH = (
    "导出时间：2026-11-20\n会话编号,发送时间,发送方,客服账号,消息内容,备注\n"
    "a1,2026/11/10 9:00,顾客,,在吗,\na1,2026/11/10 9:01,接待员,小满,在的,x\n"
)
PL = (
    "Nr zgłoszenia;Data wysłania;Nadawca;Typ nadawcy;Treść wiadomości\n"
    "7;10.11.2026 09:00;jan;klient;Gdzie paczka?\n7;13.11.2026 09:30;Ola;konsultant;Jutro\n"
)
ODD = "k1,k2,k3,k4\nx,2026-11-10 09:00:00,买家,这个什么时候能发货呢\nx,2026-11-10 09:01:00,客服,今天就发\n"
EN = "Order No.,Purchase Date,Payment Date,Ship Date,Total (USD)\n1,11/05/2026 10:00,11/05/2026 10:05,11/16/2026 09:00,12.5\n"
DESK = {
    "data": {
        "chats": [
            {
                "id": "c1",
                "customer": {"id": 9},
                "messages": [
                    {"id": "m", "createdAt": "2026-11-10T09:00:00Z", "author": {"type": "visitor", "name": "Ann"}, "body": "hi"},
                    {"id": "n", "createdAt": "2026-11-10T09:01:00Z", "author": {"type": "agent", "name": "Bo"}, "body": "yes"},
                ],
            }
        ]
    }
}


def auditor(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def write(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_every_format_is_listed_with_its_sample() -> None:
    lines = auditor("formats", "list").output.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [row.id for row in FORMATS]
    for row in FORMATS:
        assert (ROOT / row.sample).exists(), row.sample


def test_a_known_file_is_explained_and_exits_with_0() -> None:
    done = auditor("formats", "detect", ROOT / "sample_transcripts" / "taobao_orders" / "ExportOrderList202611201030.csv")
    assert done.exit_code == 0
    assert "gb18030" in done.output
    assert "3 in the file: 3 good, 0 blank or left out, 0 for the quarantine" in done.output
    assert "ignored:" in done.output


def test_an_unknown_file_says_what_was_seen_what_is_near_and_how_to_go_on(tmp_path: Path) -> None:
    path = write(tmp_path, "my orders.csv", "说明\n订单号,京东价,应付金额\n1,2,3\n")
    done = auditor("formats", "detect", path)
    assert done.exit_code == 2
    assert "it has 3 columns: 订单号, 京东价, 应付金额" in done.output
    assert "header:   row 2" in done.output
    assert "jd_orders (2 of its columns are there; it lacks 下单时间)" in done.output
    assert f"auditor formats map '{path}' --out my_mapping.yaml" in done.output


def test_what_would_be_quarantined_is_grouped(tmp_path: Path) -> None:
    rows = "".join(f"c,2026-11-10 09:0{n}:00,{'buyer' if n else 'owner'},hi\n" for n in (0, 1, 0))
    found = detect(write(tmp_path, "a.csv", f"conversation_id,sent_at,sender_role,text\n{rows}"))
    assert found.quarantine == (
        "2 × sender_role: the role is none of buyer, agent, bot, system, nor a word known for them (row 2, 4)",
    )


def test_a_refused_file_exits_with_2(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "conversation_id,sent_at,sender_role\nc,2026-11-10 09:00:00,buyer\n")
    done = auditor("formats", "detect", path)
    assert (done.exit_code, "needed column text is missing" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "kind", "fields"),
    [
        ("zh.csv", ZH, "transcript", {"conversation_id": "会话编号", "sent_at": "发送时间", "sender_role": "发送方"}),
        ("pl.csv", PL, "transcript", {"conversation_id": "Nr zgłoszenia", "sent_at": "Data wysłania", "sender_id": "Nadawca"}),
        ("en.csv", EN, "orders", {"order_id": "Order No.", "paid_at": "Payment Date", "shipped_at": "Ship Date"}),
        ("desk.json", json.dumps(DESK), "transcript", {"conversation_id": "^.id", "sender_role": "author.type", "text": "body"}),
        ("odd.csv", ODD, "transcript", {"sent_at": "k2", "sender_role": "k3", "text": "k4"}),
    ],
)  # fmt: skip
def test_a_draft_names_the_columns(tmp_path: Path, name: str, content: str, kind: str, fields: dict[str, str]) -> None:
    text = draft_of(write(tmp_path, name, content))
    if name == "odd.csv":
        assert "# conversation_id:  # needed: name its column" in text
        text = text.replace("# conversation_id:  # needed: name its column", "conversation_id: k1")
    mapping = read_mapping(text, tmp_path / "map.yaml")
    assert mapping.kind == kind
    assert {field: mapping.rows[0].fields[field].columns[0] for field in fields} == fields


def test_a_drafted_mapping_is_corrected_and_used(tmp_path: Path) -> None:
    path = write(tmp_path, "zh.csv", ZH)
    out = tmp_path / "map.yaml"
    assert auditor("formats", "map", path, "--out", out).exit_code == 0
    assert "is there already" in auditor("formats", "map", path, "--out", out).output
    out.write_text(
        out.read_text(encoding="utf-8").replace("接待员: ~", "接待员: agent").replace("# platform", "platform"), encoding="utf-8"
    )
    (tmp_path / "auditor.yaml").write_text(f"mapping: [{out}]\n", encoding="utf-8")
    run = ("run", path, "--as-of", "2026-11-21T06:00:00+08:00", "--jobs", "1", "--out")
    assert auditor(*run, tmp_path / "out", "--mapping", out).exit_code == 0
    assert auditor(*run, tmp_path / "configured", "--config", tmp_path / "auditor.yaml").exit_code == 0
    (item,) = json.loads((tmp_path / "out" / "run.json").read_text())["inputs"]
    assert (item["format"], item["accepted"]) == ("zh", 2)
    assert "read by map.yaml (SHA-256 " in item["reason"]
    understood = auditor("understand", path, "--mapping", out)
    assert len(understood.output.splitlines()) == 2


def test_a_wrong_mapping_is_wrong_usage(tmp_path: Path) -> None:
    path, out = write(tmp_path, "zh.csv", ZH), write(tmp_path, "map.yaml", "version: 1\nkind: transcript\nfields: {sent: x}\n")
    done = auditor("run", path, "--mapping", out, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "map.yaml:3: 'sent' is not a field of transcript; did you mean sent_at?" in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("10.11.2026 09:00",), ("%d.%m.%Y %H:%M",)),
        (("11/05/2026 10:00", "11/16/2026 09:00"), ("%m/%d/%Y %H:%M",)),
        (("Nov-10-26",), ("%b-%d-%y",)),
        (("yesterday",), ()),
    ],
)
def test_spellings_of_times(texts: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert spellings(texts) == found
    assert day_orders(texts) is None


def test_days_that_may_be_months_are_not_guessed(tmp_path: Path) -> None:
    assert day_orders(("11/05/2026 10:00",)) == ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    text = draft_of(write(tmp_path, "en.csv", EN.replace("11/16/2026", "11/06/2026")))
    assert '# times: ["%d/%m/%Y %H:%M"]  # or "%m/%d/%Y %H:%M"' in text


def test_each_file_in_a_zip_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "night.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zh.csv", ZH)
        archive.write(ROOT / "sample_transcripts" / "jd_orders" / "orders.csv", "jd/orders.csv")
    done = auditor("formats", "detect", path)
    assert done.exit_code == 2
    assert [line.split()[1] for line in done.output.splitlines() if line.startswith("format:")] == ["jd_orders", "unknown"]


@pytest.mark.parametrize(("option", "value"), [("--timezone", "Polska"), ("--encoding", "utf-9")])
def test_wrong_options_are_wrong_usage(tmp_path: Path, option: str, value: str) -> None:
    done = auditor("formats", "detect", write(tmp_path, "zh.csv", ZH), option, value)
    assert (done.exit_code, f"{option}: {value!r} is not" in done.output) == (2, True)
