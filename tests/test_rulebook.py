"""Rule packs are read strictly, and every fault is told at once with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest

from auditor import rulebook
from auditor.errors import UsageError
from auditor.params import check_params, to_duration, to_hours
from auditor.wording import BraceError, names, render


@dataclass(frozen=True)
class Params:
    limit: timedelta
    kind: Literal["first", "later"] = "first"
    counted: tuple[int, int] = (0, 1440)
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    least: int = 1
    share: float = 0.5
    loud: bool = False
    cost: Decimal = Decimal(0)
    unit: str | None = None


DETECTORS = {"waiting": SimpleNamespace(FACTS=frozenset({"waited", "limit"}), Params=Params)}

PACK = """\
id: shop
version: "1"
title: {zh: 店, en: Shop, pl: Sklep}
platforms: [bazaar]
timezone: Asia/Shanghai
calendar: CN
currency: CNY
language: zh
hours: "09:00-18:00"
"""

CALLED = "{zh: 买家可能打过电话, en: The buyer may have called, pl: Kupujący mógł zadzwonić}"

RULE = """\
id: shop/first
title: {zh: 一, en: One, pl: Jeden}
status: active
detector: waiting
family: response_time
severity: minor
message:
  zh: 等了 {waited}
  en: Waited {waited}, allowed {limit}
  pl: Czekał {waited}
why: {zh: 因, en: Because, pl: Bo}
fix: {zh: 改, en: Mend, pl: Popraw}
clause: {document: House rules, section: "1", source: the shop, seen: 2026-01-02, confidence: shop_default}
falsepositives: [{zh: 买家可能打过电话, en: The buyer may have called, pl: Kupujący mógł zadzwonić}]
params:
  2026-01-01: {limit: 3m}
"""


def folder(tmp_path: Path, rule: str = RULE, pack: str = PACK, name: str = "shop") -> Path:
    place = tmp_path / name
    place.mkdir()
    (place / "pack.yaml").write_text(pack, encoding="utf-8")
    (place / "first.yaml").write_text(rule, encoding="utf-8")
    return place


def faults(*places: Path) -> list[str]:
    with pytest.raises(UsageError) as caught:
        rulebook.load(places, DETECTORS)
    assert caught.value.exit_code == 2
    return [str(fault) for fault in caught.value.faults]


def test_a_pack_is_read_whole(tmp_path: Path) -> None:
    (pack,) = rulebook.load([folder(tmp_path)], DETECTORS)
    assert (pack.id, pack.version, pack.opens, pack.closes, pack.appeal) == ("shop", "1", 540, 1080, None)
    assert [rule.id for rule in pack.rules] == ["shop/first"]
    assert pack.rules[0].clause.seen == date(2026, 1, 2)
    assert rulebook.load([tmp_path], DETECTORS) == (pack,)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("severity: minor", "severty: minor", 6, "unknown key; did you mean severity?"),
        ("severity: minor", "severity: high", 6, "'high' is not known"),
        ("family: response_time", "family: respons_time", 5, "did you mean response_time?"),
        ("status: active", "status: on", 3, "'on' is not known"),
        ("detector: waiting", "detector: wating", 4, "'wating' is not a detector; did you mean waiting?"),
        ("confidence: shop_default", "confidence: sure", 13, "'sure' is not known"),
        ("id: shop/first", "id: shop/second", 1, "is not the file's place; write shop/first"),
        (
            "limit: 3m",
            "limit: twelve hours",
            16,
            "params.2026-01-01.limit: 'twelve hours' is not a duration; write 90s, 3m, 12h or 2d",
        ),
        ("limit: 3m", "limit: 3m, lmit: 4m", 16, "no such parameter"),
        ("{limit: 3m}", "{kind: later}", 16, "limit: the detector needs this parameter"),
        ("limit: 3m", "limit: 3m, counted: 9-18", 16, "are not hours"),
        ("limit: 3m", "limit: 3m, kind: last", 16, "'last' is not allowed"),
        ("limit: 3m", "limit: 3m, least: many", 16, "not a whole number"),
        ("limit: 3m", "limit: 3m, loud: yes", 16, "neither true nor false"),
        ("limit: 3m", 'limit: 3m, patterns: ["(a)\\\\1"]', 16, "cannot run in linear time"),
        ("limit: 3m", 'limit: 3m, patterns: ["a*"]', 16, "matches an empty text"),
        ("limit: 3m", "limit: 3m, limit: 4m", 16, "stands twice"),
        ("2026-01-01:", "2026-13-01:", 16, "'2026-13-01' is not a date"),
        ("  2026-01-01: {limit: 3m}", "  2026-02-01: {limit: 3m}\n  2026-01-01: null", 17, "is not after 2026-02-01"),
        ("  2026-01-01: {limit: 3m}", "  2026-01-01: 3m", 16, "is not a mapping"),
        ("  pl: Czekał {waited}", "", 7, "message.pl: is missing"),
        ("zh: 等了 {waited}", "zh: 等了 {waiting}", 8, "{waiting} is not a fact of this detector; did you mean waited?"),
        ("zh: 等了 {waited}", "zh: 等了 {waited.__class__}", 8, "is not a plain name"),
        ("zh: 等了 {waited}", "zh: 等了 {waited", 8, "without a closing one"),
        ("en: Because", "en: 'Because {waited}'", 11, "{waited} is not a fact"),
        (f"[{CALLED}]", "[]", 14, "falsepositives: is empty"),
        (f"[{CALLED}]", f"\n  - {CALLED}\n  - {{zh: 别处, en: Elsewhere}}", 16, "falsepositives.1.pl: is missing"),
        (f"[{CALLED}]", "[The buyer may have called]", 14, "falsepositives.0: is not a mapping"),
        (f"[{CALLED}]", CALLED, 14, "falsepositives: is not a list of texts"),
        (
            "confidence: shop_default",
            "confidence: shop_default, note: The figure is a guess",
            13,
            "clause.note: is not a mapping",
        ),
        ("confidence: shop_default", "confidence: shop_default, note: {zh: 估, en: A guess}", 13, "clause.note.pl: is missing"),
        ("source: the shop, ", "", 13, "clause.source: is missing"),
        ("seen: 2026-01-02", "seen: yesterday", 13, "'yesterday' is not a date"),
        ("status: active", "status: active\nyields_to: [shop/none]", 4, "there is no rule 'shop/none'"),
        ("status: active", "status: active\nyields_to: [shop/first]", 4, "circle"),
        ("status: active", "status: !!python/name:os.system active", 3, "tag"),
    ],
)
def test_a_fault_names_line_and_mend(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in RULE
    (told,) = faults(folder(tmp_path, RULE.replace(old, new)))
    assert told.startswith(f"{(tmp_path / 'shop' / 'first.yaml').as_posix()}:{line}: ")
    assert says in told


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("timezone: Asia/Shanghai", "timezone: Asia/Nowhere", 5, "not a time zone"),
        ('hours: "09:00-18:00"', 'hours: "18:00-09:00"', 9, "are not hours"),
        ("platforms: [bazaar]", "platforms: bazaar", 4, "is not a list of texts"),
        ("calendar: CN", "calendar: China", 6, "is not a code"),
        ("currency: CNY", "curency: CNY", 7, "did you mean currency?"),
        (
            "language: zh",
            "language: zh\nappeal: {window: a day, starts: notice, clause: {}}",
            9,
            "appeal.window: 'a day' is not a duration",
        ),
        ("id: shop", "id: store", 1, "is not the folder's name"),
    ],
)
def test_a_fault_of_the_pack_itself(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    told = faults(folder(tmp_path, pack=PACK.replace(old, new)))
    assert any(f"pack.yaml:{line}: " in each and says in each for each in told)


def test_all_faults_of_all_packs_at_once(tmp_path: Path) -> None:
    one = folder(tmp_path, RULE.replace("limit: 3m", "limit: soon").replace("severity: minor", "severity: huge"))
    other = folder(
        tmp_path, RULE.replace("id: shop/", "id: store/"), PACK.replace("id: shop", "id: store").replace("CNY", "yuan"), "store"
    )
    (other / "notes.txt").write_text("…", encoding="utf-8")
    (other / "gone.test.yaml").write_text("cases: []", encoding="utf-8")
    (other / "broken.yaml").write_text("a: [", encoding="utf-8")
    told = "\n".join(faults(one, other, tmp_path / "nowhere"))
    for says in ("'soon'", "'huge'", "'yuan'", "notes.txt", "gone.test.yaml", "broken.yaml:", "holds no rule pack"):
        assert says in told


def test_the_same_pack_twice_is_refused(tmp_path: Path) -> None:
    first = folder(tmp_path)
    (tmp_path / "more").mkdir()
    second = folder(tmp_path / "more")
    assert "is also in" in faults(first, second)[0]


def test_the_hash_follows_every_byte_that_judges(tmp_path: Path) -> None:
    place = folder(tmp_path)
    before = rulebook.load([place], DETECTORS)[0].sha256
    (place / "first.test.yaml").write_text("cases: []", encoding="utf-8")
    assert rulebook.load([place], DETECTORS)[0].sha256 == before
    (place / "first.yaml").write_text(RULE.replace("3m", "4m"), encoding="utf-8")
    assert rulebook.load([place], DETECTORS)[0].sha256 != before


def test_select_by_name_and_path(tmp_path: Path) -> None:
    place = folder(tmp_path)
    packs = rulebook.load([place], DETECTORS)
    assert rulebook.select(packs, []) == packs
    assert rulebook.select(packs, ["shop"]) == packs
    assert rulebook.select((), [str(place)], DETECTORS) == packs
    with pytest.raises(UsageError, match=r"'shp' is neither a rule pack nor a folder; did you mean shop\?"):
        rulebook.select(packs, ["shp"])


def test_packs_of_a_platform_come_before_the_general_ones(tmp_path: Path) -> None:
    folder(tmp_path)
    folder(tmp_path, RULE.replace("shop/", "all/"), PACK.replace("id: shop", "id: all").replace("bazaar", '"*"'), "all")
    packs = rulebook.load([tmp_path], DETECTORS)
    assert [pack.id for pack in rulebook.packs_for(packs, "bazaar")] == ["shop", "all"]
    assert [pack.id for pack in rulebook.packs_for(packs, "elsewhere")] == ["all"]


def test_a_version_holds_from_its_day_until_the_next(tmp_path: Path) -> None:
    text = RULE + "  2026-03-01: null\n  2026-05-01: {limit: 5m}\n"
    rule = rulebook.load([folder(tmp_path, text)], DETECTORS)[0].rules[0]
    held = [rulebook.version_at(rule, date(2026, *day)) for day in ((1, 1), (2, 28), (3, 1), (4, 30), (5, 1))]
    assert held == [{"limit": "3m"}, {"limit": "3m"}, None, None, {"limit": "5m"}]
    assert rulebook.version_at(rule, date(2025, 12, 31)) is None


def test_parameters_take_the_detectors_types() -> None:
    values = {
        "limit": "1h30m",
        "counted": "08:00-23:00",
        "words": ["a"],
        "least": 3,
        "share": "0.25",
        "loud": True,
        "cost": "3.50",
        "unit": None,
    }
    made = rulebook.typed_params(Params, values)
    assert made == Params(timedelta(minutes=90), "first", (480, 1380), ("a",), (), 3, 0.25, True, Decimal("3.50"), None)
    assert check_params(Params, {})[1][0][0] == ("limit",)
    with pytest.raises(UsageError, match="here: limit"):
        rulebook.typed_params(Params, {"limit": "x"}, "here")


@pytest.mark.parametrize("text", ["", "3", "m", "3 m", "-3m", "３m", "3w", "9999999999999d", None, 3])
def test_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        to_duration(text)


@pytest.mark.parametrize("text", ["08:00", "8-23", "23:00-08:00", "08:00-24:01", "08:61-09:00", "08:00-08:00", "", None])
def test_no_hours(text: object) -> None:
    with pytest.raises(ValueError, match="are not hours"):
        to_hours(text)


def test_the_sentence_in_three_languages() -> None:
    texts = dict.fromkeys(("zh", "en", "pl"), "{waited} | {at} | {who} | {none}")
    at = datetime(2026, 11, 10, 14, 5, tzinfo=timezone(timedelta(hours=8)))
    facts = {"waited": timedelta(seconds=181), "at": at, "who": "{waited}\n买家", "none": None}
    assert render(texts, facts, "zh") == "3 分 1 秒 | 2026-11-10 14:05 (+08:00) | {waited} 买家 | –"
    assert render(texts, facts, "en").startswith("3 min 1 s | ")
    assert render(texts, {"waited": timedelta(hours=53)}, "pl") == "2 d 5 godz. | – | – | –"
    assert render(texts, {"waited": timedelta(hours=24)}, "en").startswith("24 h |")
    assert render({"zh": "{waited}内"}, {"waited": timedelta(minutes=3)}, "zh") == "3 分钟内"
    assert render({"pl": "Po {waited}."}, {"waited": timedelta(hours=24)}, "pl") == "Po 24 godz."


@pytest.mark.parametrize("text", ["{a.b}", "{a[0]}", "{a:>9}", "{a!r}", "{}", "{", "}", "{{a}}", "{A}", "{ a }"])
def test_only_plain_names_in_braces(text: str) -> None:
    with pytest.raises(BraceError):
        names(text)


def test_a_rule_in_plain_lines(tmp_path: Path) -> None:
    rule = rulebook.load([folder(tmp_path)], DETECTORS)[0].rules[0]
    text = rulebook.describe(rule, "en")
    for part in (
        "shop/first: One",
        "House rules, 1",
        "from 2026-01-01: limit 3m",
        "Waited {waited}, allowed {limit}",
        "The buyer may have called",
    ):
        assert part in text


def test_a_pack_without_rules_and_ids_that_are_no_names(tmp_path: Path) -> None:
    place = tmp_path / "shop"
    place.mkdir()
    (place / "pack.yaml").write_text(PACK, encoding="utf-8")
    assert "would find everybody clean" in faults(place)[0]
    (place / "Fírst.yaml").write_text(RULE, encoding="utf-8")
    assert any("cannot be an id" in told for told in faults(place))


def test_a_byte_order_mark_is_harmless_and_a_huge_file_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path, "\ufeff" + RULE)
    assert rulebook.load([place], DETECTORS)[0].rules[0].id == "shop/first"
    (place / "first.yaml").write_text(RULE + "#" * 1_000_000, encoding="utf-8")
    assert "is larger than" in faults(place)[0]
