"""Appeal bundles: what is in them, what they may never say, and that nothing in a chat gets out of its box."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import bagit
import openpyxl
import polars as pl
import pytest

from auditor import appeal
from auditor.model import (
    ROUND_COLUMNS,
    AppealTerms,
    AuditResult,
    Clause,
    Conversation,
    Finding,
    InputFile,
    Lang,
    LedgerEntry,
    Message,
    NotEvaluated,
    Notice,
    Order,
    Pack,
    Rule,
)

CHINA = timezone(timedelta(hours=8))
AS_OF = datetime(2026, 11, 16, 2, tzinfo=CHINA)
TEXTS = {"zh": "标题", "en": "title", "pl": "tytuł"}


def cn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def rule(rule_id: str, family: str, section: str, confidence: str = "third_party") -> Rule:
    clause = Clause("商家客服规则", section, "stored copy", date(2026, 11, 21), confidence)  # type: ignore[arg-type]
    held = ((date(2026, 1, 1), {"limit": "3m"}),)
    pack = rule_id.split("/")[0]
    return Rule(rule_id, pack, TEXTS, "active", "d", family, "major", TEXTS, TEXTS, TEXTS, clause, (TEXTS,), held)  # type: ignore[arg-type]


def pack(name: str, language: Lang, rules: tuple[Rule, ...], window: timedelta | None = timedelta(hours=24)) -> Pack:
    entry = {"zh": "商家后台 → 订单申诉", "en": "Back office → Appeals", "pl": "Panel → Odwołania"}
    terms = window and AppealTerms(
        window, "notice", rules[0].clause, entry, {"en": "whole chat"}, {"zh": "起算点未载明", "en": "start not stated"}
    )
    return Pack(name, "1", TEXTS, (name,), "UTC", "CN", "CNY", language, 480, 1380, rules, "ab" * 32, terms or None)


PACKS = (
    pack("pinduoduo", "zh", (rule("pinduoduo/insult", "attitude", "2.3"), rule("pinduoduo/promise_ship", "promise", "2.10"))),
    pack("allegro", "pl", (rule("allegro/reply", "response_time", "10.4", "official"),), None),
)


def chat(name: str, *lines: tuple[str, str, str], platform: str = "pinduoduo", order: Order | None = None) -> Conversation:
    messages = tuple(
        Message(name, f"{name}-{n}", cn(at), role, f"{role}-id" if role != "agent" else "客服小周", text, row=n)
        for n, (at, role, text) in enumerate(lines, 1)
    )
    orders = (order,) if order else ()
    tie: Any = "order_id" if order else "none"
    return Conversation(name, platform, "shop", "buyer-id", messages, ("zh",) * len(messages), (0,) * len(messages), orders, tie)


ORDER = Order(
    "261105-001", "pinduoduo", "shop", created_at=cn("2026-11-05T10:00"), paid_at=cn("2026-11-05T10:01"),
    ship_by=cn("2026-11-07T10:00"), shipped_at=cn("2026-11-07T08:30"), source=1, row=7,
)  # fmt: skip
POLITE = chat(
    "polite",
    ("2026-11-10T10:10:00", "buyer", "你们是不是傻 发错颜色了"),
    ("2026-11-10T10:10:42", "agent", "亲抱歉，您拍的米白，收到什么颜色呢？"),
    ("2026-11-10T10:12:00", "buyer", '=HYPERLINK("http://x")<script>alert(1)</script> [a](javascript:1)\u202e'),
    ("2026-11-10T10:12:30", "agent", "今天下午六点前给您补寄"),
)
BROKEN = chat(
    "broken",
    ("2026-11-05T10:02:00", "buyer", "今天能发吗"),
    ("2026-11-05T10:02:42", "agent", "可以的亲今天发"),
    order=ORDER,
)
PROMISE = LedgerEntry(
    "broken", ("broken-2",), "客服小周", "pinduoduo", "shop", cn("2026-11-05T10:02:42"), "ship",
    "今天发", cn("2026-11-05T23:59:59"),
    "…", False, False, False, "broken", "late", True, "261105-001", "shipped_at", cn("2026-11-07T08:30"),
)  # fmt: skip
LATE = Finding(
    "f1", "pinduoduo/promise_ship", "pinduoduo", "1", "2.10", "promise", "major", "proven", "pinduoduo", "shop", "客服小周",
    "broken", "261105-001", ("broken-2",), cn("2026-11-05T10:02:42"), "", "", "今天发 → 晚了", "可以的亲今天发",
)  # fmt: skip


def notice(
    name: str, conversation: str | None, clause: str, reason: str, issued: str = "2026-11-15T12:00", **more: Any
) -> Notice:
    more: dict[str, Any] = {
        "platform": "pinduoduo",
        "agent_id": "客服小周",
        "amount": Decimal("50.00"),
        "currency": "CNY",
        "row": 3,
    } | more
    return Notice(name, issued_at=cn(issued), shop_id="shop", conversation_id=conversation, clause=clause, reason=reason, **more)


INSULT = notice("N-insult", "polite", "服务态度", "客服辱骂消费者")
UNKEPT = notice("N-promise", "broken", "承诺未履行", "客服承诺发货未履行", "2026-11-15T20:00", order_id="261105-001")


def result(*notices: Notice, lang: Lang = "en", findings: tuple[Finding, ...] = (LATE,), **more: Any) -> AuditResult:
    files = (
        InputFile("C:\\exports\\chat.txt", "cd" * 32, "transcript", "f", "utf-8", "read"),
        InputFile("a/o.csv", "ef" * 32, "orders", "f", "utf-8", "read"),
    )
    base = AuditResult(
        as_of=AS_OF, lang=lang, version="0.1", packs=PACKS, findings=findings, not_evaluated=(), ledger=(PROMISE,),
        rounds=pl.DataFrame(schema=ROUND_COLUMNS), activity=pl.DataFrame(), conversations={"polite": POLITE, "broken": BROKEN},
        notices=notices, orders={"261105-001": ORDER}, shops={}, inputs=files, quarantined=(), counts={},
    )  # fmt: skip
    return replace(base, **more)


def written(folder: Path, audited: AuditResult) -> dict[str, bytes]:
    appeal.write(audited, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def opened(body: bytes) -> dict[str, str]:
    """A bundle's payload by path below data/."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name.split("/data/")[1]: archive.read(name).decode() for name in archive.namelist() if "/data/" in name}


def only_bundle(folder: Path, audited: AuditResult) -> dict[str, str]:
    bundles = [body for name, body in written(folder, audited).items() if name.endswith(".zip")]
    assert len(bundles) == 1
    return opened(bundles[0])


def sheet(folder: Path) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(folder / "appeals.xlsx").worksheets[0].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_a_bundle_is_a_valid_bag_and_one_changed_byte_is_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    files = written(out, result(INSULT))
    name = "20261116T120000+0800_N-insult.zip"
    assert set(files) == {name, "appeals.xlsx"}
    zipfile.ZipFile(io.BytesIO(files[name])).extractall(tmp_path / "bag")
    top = tmp_path / "bag" / name.removesuffix(".zip")
    assert bagit.Bag(str(top)).validate()
    assert bagit.Bag(str(top)).info["Bagging-Date"] == "2026-11-16"
    for victim in sorted(path for path in top.rglob("*") if path.is_file() and not path.name.startswith("tagmanifest")):
        good = victim.read_bytes()
        victim.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(bagit.BagError):
            bagit.Bag(str(top)).validate()
        victim.write_bytes(good)


def test_the_same_audit_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    audited = result(INSULT, UNKEPT)
    assert written(tmp_path / "a", audited) == written(tmp_path / "b", replace(audited, notices=audited.notices[::-1]))


def test_most_urgent_first_expired_listed_without_bundle_unknown_window_with_one(tmp_path: Path) -> None:
    old = notice("N-old", "polite", "服务态度", "辱骂", "2026-11-01T12:00")
    own = notice("N-own", "polite", "服务态度", "辱骂", appeal_by=datetime(2026, 11, 15, 19, tzinfo=UTC))
    strange = notice("N-else", None, "?", "?", platform="unheard_of")
    names = set(written(tmp_path, result(strange, old, UNKEPT, INSULT, own)))
    rows = sheet(tmp_path)
    assert [row["Notice"] for row in rows] == ["N-own", "N-insult", "N-promise", "N-else", "N-old"]
    assert [row["State"] for row in rows] == ["open", "open", "open", "window unknown", "expired"]
    assert names == {
        "appeals.xlsx", "20261116T030000+0800_N-own.zip", "20261116T120000+0800_N-insult.zip",
        "20261116T200000+0800_N-promise.zip", "unknown_N-else.zip",
    }  # fmt: skip
    assert rows[0]["Time left"] == timedelta(hours=1) or str(rows[0]["Time left"]) == "01:00:00"
    assert "assumed" not in rows[0]["Appeal by"]
    assert "assumed" in rows[1]["Appeal by"]
    assert rows[4]["Bundle file"] is None
    assert rows[4]["Time left"] is None
    assert isinstance(rows[0]["Amount"], int | float)


def test_the_deadline_says_what_is_assumed() -> None:
    by, assumed = appeal.deadline(INSULT, PACKS)
    assert by == cn("2026-11-16T12:00")
    assert "24 h" in assumed
    assert "start not stated" in assumed
    assert appeal.deadline(replace(INSULT, appeal_by=AS_OF), PACKS) == (AS_OF, "")
    assert appeal.deadline(replace(INSULT, platform="allegro"), PACKS)[0] is None


def test_a_refutable_notice_is_answered_with_what_the_records_show(tmp_path: Path) -> None:
    files = only_bundle(tmp_path, result(INSULT))
    assert "Refutable" in files["internal/assessment.html"]
    assert "未见辱骂" in files["for_platform/statement.txt"]
    assert "撤销该处罚" in files["for_platform/statement.txt"]


def test_a_justified_notice_is_explained_never_denied(tmp_path: Path) -> None:
    files = only_bundle(tmp_path, result(UNKEPT))
    text = files["for_platform/statement.txt"]
    assert "The records support the notice" in files["internal/assessment.html"]
    assert "情况说明" in text
    assert "不作否认" in text
    assert "1天8小时30分钟" in text
    assert not any(claim in text for claim in ("撤销", "不符", "未见"))
    assert "marked" not in files["for_platform/conversation.html"].split("</style>")[1]
    assert "line agent marked" in files["internal/conversation_marked.html"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"conversations": {}}, "is not in the data"),
        ({"not_evaluated": (NotEvaluated("pinduoduo/insult", "no_order", 1, ("polite",)),)}, "could not judge"),
        ({"packs": ()}, "No rule of the packs"),
    ],
)
def test_what_could_not_be_judged_is_unclear_not_innocent(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    files = only_bundle(tmp_path, result(INSULT, **changed))
    assert "Unclear" in files["internal/assessment.html"]
    assert said in files["internal/assessment.html"]
    assert "未见" not in files["for_platform/statement.txt"]


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (replace(LATE, conversation_id="polite", family="attitude", certainty="suspected"), "The records support"),
        (replace(LATE, conversation_id="polite", family="attitude", suppressed_by="other"), "Refutable"),
        (replace(LATE, conversation_id="polite", family="attitude", agent_id="somebody"), "Unclear"),
        (replace(LATE, conversation_id="polite", family="promise"), "Refutable"),
        (
            replace(LATE, conversation_id="polite", family="attitude", pack="sop", rule_id="sop/tone"),
            "Unclear",
        ),  # our own standard
    ],
)
def test_only_a_standing_finding_on_the_charge_and_agent_supports_the_notice(
    tmp_path: Path, finding: Finding, verdict: str
) -> None:
    page = only_bundle(tmp_path, result(INSULT, findings=(finding,)))["internal/assessment.html"]
    assert verdict in page


@pytest.mark.parametrize(("platform", "words"), [("pinduoduo", "复核"), ("allegro", "zawiadomienia"), ("cross_border", "notice")])
def test_the_statement_speaks_the_platforms_language_the_rest_ours(tmp_path: Path, platform: str, words: str) -> None:
    files = only_bundle(tmp_path, result(notice("N", None, "x", "x", platform=platform), lang="pl"))
    assert words in files["for_platform/statement.txt"]
    assert "Ocena odwołania" in files["internal/assessment.html"]


def test_hostile_ids_and_texts_stay_inert(tmp_path: Path) -> None:
    bad = replace(INSULT, notice_id="../../x\nPayload-Oxum: 0.0 <b>", reason="=1+1 辱骂")
    twin = replace(INSULT, notice_id="..\\..\\x\nPayload-Oxum: 0.0 <b>")
    files = written(tmp_path, result(bad, twin))
    zips = [name for name in files if name.endswith(".zip")]
    assert len(zips) == 2
    assert all(name.isascii() and "/" not in name and "\\" not in name and ".." not in name for name in zips)
    for name in zips:
        with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
            assert all(member.startswith(name.removesuffix(".zip") + "/") and ".." not in member for member in archive.namelist())
            archive.extractall(tmp_path / "bags")
            assert bagit.Bag(str(tmp_path / "bags" / name.removesuffix(".zip"))).validate()
    inside = opened(files[zips[0]])
    for path, text in inside.items():
        if path.endswith((".html", ".md")):
            assert "<script" not in text
            assert "<b>\n" not in text
        if path.endswith(".html"):
            assert "default-src 'none'" in text
            assert "\u202e" not in text
    cells = [cell for row in csv.reader(io.StringIO(inside["for_platform/conversation.csv"])) for cell in row]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    exact = [json.loads(line)["text"] for line in inside["for_platform/conversation.jsonl"].splitlines()]
    assert exact == [message.text for message in POLITE.messages]
    assert all(
        cell.data_type != "f"
        for row in openpyxl.load_workbook(tmp_path / "appeals.xlsx").worksheets[0].iter_rows()
        for cell in row
    )


def test_an_order_shipped_late_bears_a_late_shipment_notice_out_even_without_the_chat(tmp_path: Path) -> None:
    late = replace(ORDER, shipped_at=cn("2026-11-07T18:30"))
    charged = notice("N-late", None, "延迟发货", "超时未发货", order_id="261105-001")
    files = only_bundle(tmp_path, result(charged, findings=(), ledger=(), conversations={}, orders={"261105-001": late}))
    assert "8 h 30 min late" in files["internal/assessment.html"]
    assert "晚8小时30分钟" in files["for_platform/timeline.csv"]
    assert "不作否认" in files["for_platform/statement.txt"]


def test_a_promise_broken_beside_the_charge_is_not_volunteered(tmp_path: Path) -> None:
    rude = notice("N-rude", "broken", "服务态度", "客服辱骂消费者", order_id="261105-001")
    files = only_bundle(tmp_path, result(rude))
    assert "Refutable" in files["internal/assessment.html"]
    assert "1 d 8 h 30 min after" in files["internal/timeline_full.html"]
    assert not any("1天8小时30分钟" in text for path, text in files.items() if path.startswith("for_platform/"))


def test_custody_leads_every_message_back_to_its_file_and_row(tmp_path: Path) -> None:
    inside = only_bundle(tmp_path, result(UNKEPT))
    chain = json.loads(inside["for_platform/chain_of_custody.json"])
    lines = chain["lines"]
    assert [(line["what"], line["source_file"], line["source_row"]) for line in lines] == [
        ("notice", "chat.txt", 3), ("order", "o.csv", 7), ("message", "chat.txt", 1), ("message", "chat.txt", 2),
    ]  # fmt: skip
    assert [line["previous"] for line in lines] == [chain["start"], *(line["hash"] for line in lines[:-1])]
    assert chain["head"] == lines[-1]["hash"]
    for line in lines:
        told = {name: value for name, value in line.items() if name not in ("previous", "hash")}
        body = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(f"{line['previous']}\n{body}".encode()).hexdigest() == line["hash"]


def test_only_this_conversation_is_in_the_bundle(tmp_path: Path) -> None:
    inside = only_bundle(tmp_path, result(INSULT))
    assert not any("可以的亲今天发" in text or "broken" in text for text in inside.values())


def test_a_long_conversation_is_shown_around_the_evidence_and_says_so(tmp_path: Path) -> None:
    lines = [(f"2026-11-05T{9 + n // 60:02}:{n % 60:02}:00", "agent" if n % 2 else "buyer", f"line{n:04}") for n in range(300)]
    long = chat("broken", *lines, order=ORDER)
    audited = result(
        UNKEPT,
        conversations={"broken": long},
        findings=(replace(LATE, message_ids=("broken-151",), occurred_at=cn("2026-11-05T11:30")),),
    )
    inside = only_bundle(tmp_path, replace(audited, ledger=()))
    page = inside["internal/conversation_marked.html"]
    assert "line0130" in page
    assert "line0170" in page
    assert "line0129" not in page
    assert "all 300" in page
    assert "line0000" in inside["for_platform/conversation.csv"]
    assert "line0299" in inside["for_platform/conversation.jsonl"]
