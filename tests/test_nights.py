"""A state never changes what is found: nights one after the other end where one audit of everything ends."""

import json
import random
import shutil
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from auditor.audit import Request, run
from auditor.errors import FailedError, UsageError
from auditor.model import AuditResult
from auditor.state import place

AS_OF = datetime.fromisoformat("2026-03-20T02:00:00+08:00")
START = datetime.fromisoformat("2026-03-10T09:00:00+08:00")
ASKED = ("在吗", "什么时候发货", "真的假的", "包邮吗", "明天下午3点前能发出来吗", "能退款吗", "怎么还没到", "谢谢")
SAID = (
    "在的亲",
    "今天给您发",
    "明天一定发货",
    "48小时内发货",
    "好的没问题",
    "全国包邮的",
    "不包邮哦",
    "3天内给您退款",
    "稍等",
    "闭嘴吧你",
)
FACTS = (
    "version: 1\nshops:\n  s1:\n    platform: pinduoduo\n    facts:\n      - {slot: shipping_fee, value: free, text: 全国包邮}\n"
)


def chat(random_: random.Random, number: int) -> list[dict[str, str]]:
    at = START + timedelta(minutes=random_.randrange(60 * 24 * 8))
    lines = []
    for n in range(random_.randrange(2, 9)):
        role = random_.choice(("buyer", "agent"))
        at += timedelta(seconds=random_.choice((5, 40, 400, 4000, 40_000)))
        lines.append(
            {
                "conversation_id": f"c{number}",
                "message_id": f"m{number}-{n}",
                "sent_at": at.isoformat(),
                "sender_role": role,
                "sender_id": f"a{number % 3}" if role == "agent" else f"b{number % 7}",
                "text": random_.choice(SAID if role == "agent" else ASKED),
                "platform": random_.choice(("pinduoduo", "pinduoduo", "taobao")) if n == 0 else "",
                "shop_id": "s1",
                "buyer_id": f"b{number % 7}",
                "order_id": f"o{number}" if number % 3 == 0 and n == 0 else "",
            }
        )
    platform = lines[0]["platform"]
    return [{**line, "platform": platform} for line in lines]


def order(random_: random.Random, number: int) -> dict[str, str]:
    paid = START + timedelta(hours=random_.randrange(24 * 8))
    shipped = paid + timedelta(hours=random_.choice((5, 30, 80)))
    told = {"order_id": f"o{number}", "platform": "pinduoduo", "shop_id": "s1", "buyer_id": f"b{number % 7}"}
    told |= {"paid_at": paid.isoformat(), "shipped_at": shipped.isoformat() if random_.random() < 0.7 else ""}
    return told


def written(folder: Path, name: str, rows: list[dict[str, str]]) -> str:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def audited(out: Path, inputs: list[str], **more: object) -> AuditResult:
    request = Request(tuple(inputs), AS_OF, out)
    return run(replace(request, **more), lambda *_: None)  # type: ignore[arg-type]


def same(one: Path, other: Path) -> None:
    for name in ("findings.jsonl", "metrics.csv", "findings.parquet"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def nights_of(folder: Path, random_: random.Random) -> list[tuple[datetime, list[str]]]:
    """Exports of some nights: chats that grow, messages exported twice, orders that come late and tell more each time."""
    chats = [line for number in range(24) for line in chat(random_, number)]
    orders = [order(random_, number) for number in range(30)]
    ends = sorted(random_.sample([START + timedelta(days=day, hours=3) for day in range(2, 10)], 3))
    found, begun = [], START - timedelta(days=9)
    for number, end in enumerate(ends):
        lines = [line for line in chats if begun <= datetime.fromisoformat(line["sent_at"]) < end]
        known = [
            {**one, "shipped_at": one["shipped_at"] if one["shipped_at"] and one["shipped_at"] < end.isoformat() else ""}
            for one in orders
            if one["paid_at"] < end.isoformat() and random_.random() < 0.8
        ]
        files = [written(folder, f"{random_.choice('xyz')}{number}-chats.jsonl", lines)]
        files += [written(folder, f"{number}-orders.jsonl", known)] if known else []
        found.append((end, files))
        begun = end - timedelta(hours=random_.choice((0, 0, 20, 60)))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_nights_end_where_one_audit_of_everything_ends(tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)
    nights = nights_of(tmp_path / "in", random_)
    facts = tmp_path / "facts.yaml"
    facts.write_text(FACTS, encoding="utf-8")
    state = tmp_path / "state"
    seen: list[str] = []
    for number, (end, files) in enumerate(nights):
        seen += files
        audited(tmp_path / f"n{number}", files, state=state, as_of=end, facts=str(facts), jobs=1)
        audited(tmp_path / f"w{number}", seen, as_of=end, facts=str(facts))
        same(tmp_path / f"n{number}", tmp_path / f"w{number}")
    result = audited(tmp_path / "later", nights[-1][1], state=state, as_of=AS_OF, facts=str(facts))
    whole = audited(tmp_path / "whole", seen, as_of=AS_OF, facts=str(facts))
    same(tmp_path / "later", tmp_path / "whole")
    assert result.findings
    told = [(n.rule_id, n.reason, n.count, n.examples) for n in result.not_evaluated if "pending" not in n.reason]
    assert told == [(n.rule_id, n.reason, n.count, n.examples) for n in whole.not_evaluated if "pending" not in n.reason]
    assert result.counts["messages"] == whole.counts["messages"]
    assert list(result.ledger) == list(whole.ledger)


def digests(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file() and p.name != "run.json"}


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[str]]]:
    place = tmp_path_factory.mktemp("state")
    random_ = random.Random(11)
    files = []
    for night, numbers in enumerate((range(20), range(20, 24))):
        chats = [line for number in numbers for line in chat(random_, number)]
        files.append([written(place / "in", f"{night}.jsonl", chats)])
        audited(place / f"n{night}", files[-1], state=place / "state", as_of=AS_OF + timedelta(hours=night))
    return place, files


def judged(state: Path) -> list[int]:
    with sqlite3.connect(state / "state.sqlite") as db:
        return [count for (count,) in db.execute("SELECT judged FROM night ORDER BY gen")]


def test_a_second_night_judges_what_is_new_and_nothing_else(two_nights: tuple[Path, list[list[str]]]) -> None:
    place, _ = two_nights
    assert judged(place / "state") == [20, 4]
    rows = [json.loads(line) for line in (place / "n1" / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["conversation_id"] for row in rows} - {f"c{n}" for n in range(20, 24)}, "the earlier night's findings stand"


def test_running_a_night_again_changes_nothing(two_nights: tuple[Path, list[list[str]]], tmp_path: Path) -> None:
    place, files = two_nights
    shutil.copytree(place / "state", tmp_path / "state")
    before = digests(tmp_path / "state")
    audited(tmp_path / "again", files[1], state=tmp_path / "state", as_of=AS_OF + timedelta(hours=1))
    assert digests(tmp_path / "again") == digests(place / "n1")
    assert digests(tmp_path / "state") == before


def test_a_full_run_believes_nothing_of_the_state(two_nights: tuple[Path, list[list[str]]], tmp_path: Path) -> None:
    place, files = two_nights
    shutil.copytree(place / "state", tmp_path / "state")
    (tmp_path / "state" / "state.sqlite").write_bytes(b"rotten" * 1000)
    with pytest.raises(FailedError, match="--full"):
        audited(tmp_path / "n", files[1], state=tmp_path / "state")
    audited(tmp_path / "full", [*files[0], *files[1]], state=tmp_path / "state", full=True, as_of=AS_OF + timedelta(hours=1))
    same(tmp_path / "full", place / "n1")
    assert judged(tmp_path / "state") == [24]


@pytest.mark.parametrize("kind", ["messages", "findings", "state.sqlite"])
def test_a_flipped_bit_is_found_and_the_mend_is_said(two_nights: tuple[Path, list[list[str]]], tmp_path: Path, kind: str) -> None:
    place, files = two_nights
    shutil.copytree(place / "state", tmp_path / "state")
    path = next(p for p in sorted(tmp_path.glob("state/**/*")) if kind in p.name and p.is_file())
    content = bytearray(path.read_bytes())
    at = content.index(b"0.jsonl") if kind == "state.sqlite" else len(content) // 2
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(FailedError, match=r"is damaged.*--full"):
        audited(tmp_path / "n", files[1], state=tmp_path / "state")


def test_a_state_of_a_newer_program_is_left_alone(two_nights: tuple[Path, list[list[str]]], tmp_path: Path) -> None:
    place, files = two_nights
    shutil.copytree(place / "state", tmp_path / "state")
    with sqlite3.connect(tmp_path / "state" / "state.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    before = digests(tmp_path / "state")
    with pytest.raises(UsageError, match="newer auditor"):
        audited(tmp_path / "n", files[1], state=tmp_path / "state")
    assert digests(tmp_path / "state") == before


def test_rows_of_the_future_are_read_again(tmp_path: Path) -> None:
    lines = chat(random.Random(3), 1)
    files = [written(tmp_path / "in", "a.jsonl", lines)]
    first = audited(tmp_path / "n0", files, state=tmp_path / "state", as_of=START - timedelta(days=300))
    assert (first.counts["messages"], first.inputs[0].quarantined) == (0, len(lines)), "the clock was set back"
    second = audited(tmp_path / "n1", files, state=tmp_path / "state")
    assert second.counts["messages"] == len(lines)
    assert not second.quarantined
    audited(tmp_path / "w", files)
    same(tmp_path / "n1", tmp_path / "w")


def test_a_network_share_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:50 / {tmp_path} rw - nfs4 server:/x rw\n", encoding="utf-8")
    with pytest.raises(UsageError, match="network file system"):
        place.refuse_network(tmp_path / "state", mounts)
    mounts.write_text("1 0 8:1 / / rw - ext4 /dev/sda rw\n", encoding="utf-8")
    place.refuse_network(tmp_path / "state", mounts)
