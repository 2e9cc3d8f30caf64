"""Every kind of fault that a rule pack can have is told with file, line and mend, all at once, fast, and nothing is loaded."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor import rulebook
from auditor.cli import main
from auditor.errors import UsageError

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

RULE = """\
id: shop/words
title: {zh: 一, en: One, pl: Jeden}
status: active
detector: composed
family: attitude
severity: minor
message: {zh: "说 {said}", en: "Said {said}", pl: "Powiedziano {said}"}
why: {zh: 因, en: Because, pl: Bo}
fix: {zh: 改, en: Mend, pl: Popraw}
clause: {document: House rules, section: "1", source: the shop, seen: 2026-01-02, confidence: shop_default}
falsepositives: [{zh: 买家可能打过电话, en: The buyer may have called, pl: Kupujący mógł zadzwonić}]
params:
  2026-01-01:
    when: {says: {any: [嗯]}}
"""
WHEN = "    when: {says: {any: [嗯]}}"


def write(tmp_path: Path, rule: str | bytes = RULE, pack: str | bytes = PACK, name: str = "shop", stem: str = "words") -> Path:
    place = tmp_path / name
    place.mkdir(parents=True, exist_ok=True)
    for path, text in ((place / "pack.yaml", pack), (place / f"{stem}.yaml", rule)):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


def told(*places: Path) -> list[str]:
    """The faults of the packs there, by file name; loading takes half a second at most."""
    start = time.process_time()
    with pytest.raises(UsageError) as caught:
        rulebook.load(places)
    assert time.process_time() - start < 0.5
    assert caught.value.exit_code == 2
    for fault in caught.value.faults:
        assert fault.place, fault
        assert fault.what, fault
    return [str(fault).rpartition(f"{places[0].as_posix()}/")[2] for fault in caught.value.faults]


def test_the_pack_without_a_fault_is_read(tmp_path: Path) -> None:
    assert len(rulebook.load([write(tmp_path)])[0].rules) == 1


DEEP = "[" * 5000 + "]" * 5000
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        # what is no YAML, or YAML that is not taken
        (RULE.replace("minor", "未定义").encode("gbk", "replace"), "words.yaml: cannot be read (UnicodeDecodeError); save it as UTF-8"),
        ("", "words.yaml:1: is missing; write key: value lines"),
        ("# nothing\n", "words.yaml:1: is missing"),
        ("- id: shop/words\n", "words.yaml:1: is not a mapping"),
        ("no rule\n", "words.yaml:1: is not a mapping"),
        ("<!DOCTYPE html><html><body>404: not found</body></html>", "words.yaml:1: <!DOCTYPE html><html><body>404: unknown key"),
        (RULE[:200], "words.yaml:9: is not valid YAML: did not find expected node content; check the indentation, close what is open"),
        (RULE.replace("family", "\tfamily"), "words.yaml:5: is not valid YAML: found a tab character that violates indentation; indent with blanks"),
        (RULE.replace("Because", "Be\0cause"), "words.yaml:8: is not valid YAML: unacceptable character #x0000: control characters are not allowed; remove"),
        (RULE.replace("Because", "Be\x1bcause"), "is not valid YAML"),
        (RULE + "---\n" + RULE, "words.yaml:15: a second document; keep one"),
        (RULE.replace("minor", "minor\nseverity: major"), "words.yaml:7: key 'severity' stands twice; keep one of the two"),
        (RULE + "title: {zh: 二, en: Two, pl: Dwa}\n", "words.yaml:15: key 'title' stands twice"),
        (RULE.replace("minor", "!!python/object/apply:os.system [ls]"), "tag tag:yaml.org,2002:python/object/apply:os.system"),
        (RULE.replace("minor", "!!python/name:os.system"), "words.yaml:6: tag"),
        (RULE.replace("minor", "!include minor.yaml"), "words.yaml:6: tag !include is not used here"),
        (RULE.replace("minor", "!ENV minor"), "words.yaml:6: tag !ENV"),
        (RULE.replace("minor", "!!binary bWlub3I="), "words.yaml:6: tag"),
        (RULE.replace("severity: minor", "severity: &s minor"), "words.yaml:6: anchors and aliases are not used here; write the value"),
        (RULE.replace("severity: minor", "<<: {severity: minor}\nseverity: minor"), "words.yaml:6: <<: unknown key"),
        (RULE.replace("severity: minor", "? [severity]\n: minor"), "words.yaml:6: a key must be text"),
        (BOMB, "anchors and aliases are not used here"),
        (RULE.replace("[嗯]", DEEP), "more than 40 levels deep"),
        (RULE + "#" * 1_000_000, "words.yaml: is larger than 1,000,000 bytes; split it"),
        # keys and values
        (RULE.replace("severity", "severty"), "words.yaml:6: severty: unknown key; did you mean severity?"),
        (RULE.replace("id: shop/words\n", ""), "words.yaml:1: id: is missing; write it"),
        (RULE.replace("id: shop/words", "id: NO"), "words.yaml:1: id: 'NO' is not the file's place; write shop/words"),
        (RULE.replace("id: shop/words", "id: ../../etc/words"), "is not the file's place"),
        (RULE.replace("id: shop/words", "id: shop/wоrds"), "is not the file's place"),
        (RULE.replace("severity: minor", "severity: urgent"), "words.yaml:6: severity: 'urgent' is not known; known are critical"),
        (RULE.replace("detector: composed", "detector: llm"), "words.yaml:4: detector: 'llm' is not a detector"),
        (RULE.replace("detector: composed", "detector: eval(1)"), "words.yaml:4: detector: 'eval(1)' is not a detector"),
        (RULE.replace("seen: 2026-01-02", "seen: 2026-02-30"), "words.yaml:10: clause.seen: '2026-02-30' is not a date"),
        (RULE.replace("2026-01-01", "2026-02-30"), "words.yaml:13: params.2026-02-30: '2026-02-30' is not a date; write 2026-03-02"),
        (RULE.replace("2026-01-01", "下周一"), "words.yaml:13: params.下周一: '下周一' is not a date"),
        (RULE.replace("2026-01-01", "2026-01-01T00:00:00+25:00"), "is not a date"),
        (RULE + "  2025-01-01: null\n", "words.yaml:15: params.2025-01-01: the day is not after 2026-01-01"),
        (RULE.replace("Because", "'{said.__class__.__init__.__globals__}'"), "is not a plain name"),
        (RULE.replace("Said {said}", "Said {sad}"), "words.yaml:7: message.en: {sad} is not a fact of this detector; did you mean said?"),
        (RULE.replace("Said {said}", "Said {said:>999999999}"), "is not a plain name"),
        (RULE.replace("Said {said}", "{{ config.items() }}"), "is not a plain name"),
        # parameters
        (RULE.replace(WHEN, "    {}"), "words.yaml:13: params.2026-01-01.when: the detector needs this parameter"),
        (RULE.replace("any: [嗯]", "patern: [嗯]"), "params.2026-01-01.when.says.patern: the detector has no such parameter; did you mean"),
        (RULE.replace("any: [嗯]", "any: [嗯], longest: .nan"), "when.says.longest: '.nan' is not a whole number"),
        (RULE.replace("any: [嗯]", "any: [嗯], longest: .inf"), "'.inf' is not a whole number"),
        (RULE.replace("any: [嗯]", "any: [嗯], longest: -3"), "-3 is below nought; write 0 or more"),
        (RULE.replace("any: [嗯]", "any: [嗯], longest: 0100"), "'0100' begins with a nought; write 100"),
        (RULE.replace("any: [嗯]", "any: [嗯], longest: 3:00"), "'3:00' is not a whole number"),
        (RULE.replace("any: [嗯]", "any: [嗯], longest: true"), "True is not a whole number"),
        (RULE.replace("any: [嗯]", "any: [嗯], only: yes"), "'yes' is neither true nor false"),
        (RULE.replace("any: [嗯]", "any: [no]\n      lists: [no/list]"), "is not valid YAML"),
        (RULE.replace("any: [嗯]", "lists: [attitude/insults]"), "there is no word list 'attitude/insults'; did you mean"),
        (RULE.replace("any: [嗯]", "any: $hums"), "nothing is defined as '$hums'"),
        (RULE.replace(WHEN, "    define: {hums: [嗯]}\n" + WHEN), "params.2026-01-01.define.hums: is defined and never used; write $hums"),
        (RULE.replace(WHEN, "    define: {a: [$a]}\n" + WHEN.replace("[嗯]", "$a")), "$a is defined by itself"),
    ],
)  # fmt: skip
def test_a_fault_of_a_rule(tmp_path: Path, rule: str | bytes, says: str) -> None:
    faults = told(write(tmp_path, rule))
    assert any(says in fault for fault in faults), faults


@pytest.mark.parametrize(
    "pattern",
    [
        r"(.)\1{3}", "加(?=微信)", "(?<!不)退款", "(?>a+)b", "a++b", "([一-龥", "*abc", "[z-a]", r"\p{Han", "((a{1000}){1000}){1000}",
        "a{100000}", "(?R)", "(?{ system('x') })", r"\ud83d", "", "a*", "x|" * 3000 + "x", r"[\u4e00-\u9fa5]",
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_taken(tmp_path: Path, pattern: str) -> None:
    faults = told(write(tmp_path, RULE.replace("any: [嗯]", "patterns: ['" + pattern.replace("'", "''") + "']")))
    assert all("words.yaml:14: params.2026-01-01.when.says" in fault for fault in faults)
    assert "pattern" in faults[0]
    if "u4e00" in pattern:
        assert "一-龥" in faults[0]


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(.*a){25}", r"^(\w+\s?)+$", r"^([一-龥]+\s*)+$", "(?i)vx", r"\p{Han}{9}"]
)
def test_a_pattern_that_is_harmless_here_is_taken(tmp_path: Path, pattern: str) -> None:
    assert rulebook.load([write(tmp_path, RULE.replace("any: [嗯]", f"patterns: ['{pattern}']"))])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('version: "1"', "version: 1.10", "pack.yaml:2: version: 1.1 is not a text; put it in quotes"),
        ("language: zh", "language: zh\nincluds: {}", "pack.yaml:9: includs: unknown key; did you mean includes?"),
        ("id: shop", "id: ../shop", "pack.yaml:1: id: '../shop' is not the folder's name"),
        ("platforms: [bazaar]", "platforms: {bazaar: 1}", "pack.yaml:4: platforms: is not a list of texts"),
        ("timezone: Asia/Shanghai\n", "", "timezone: is missing"),
        ("language: zh", "language: zh\nincludes: {nowhere: []}", "there is no other pack 'nowhere'"),
        ("language: zh", "language: zh\nincludes: {shop: []}", "there is no other pack 'shop'"),
        ("language: zh", "language: zh\ndefine: [a]", "pack.yaml:9: define: is not a mapping"),
    ],
)
def test_a_fault_of_a_packs_head(tmp_path: Path, old: str, new: str, says: str) -> None:
    faults = told(write(tmp_path, pack=PACK.replace(old, new)))
    assert any(says in fault for fault in faults), faults


def test_all_faults_of_a_pack_are_told_at_once(tmp_path: Path) -> None:
    place = write(tmp_path, RULE.replace("minor", "urgent\nseverity: x").replace("any: [嗯]", "any: [嗯], least: 2"))
    write(tmp_path, RULE.replace("shop/words", "shop/more").replace("status: active", "status: on"), stem="more")
    (place / "pack.yaml").write_text(PACK.replace("calendar: CN", "calendar: China"), encoding="utf-8")
    (place / "lost.test.yaml").write_text("cases: []\n", encoding="utf-8")
    (place / "notes.txt").write_text("x", encoding="utf-8")
    said = "\n".join(told(place))
    for part in (
        "words.yaml:7: key 'severity' stands twice",
        "words.yaml:6: severity: 'urgent' is not known",
        "words.yaml:15: params.2026-01-01.when.says: least: 2 of 1 cannot be found",
        "more.yaml:3: status: 'on' is not known",
        "pack.yaml:6: calendar: 'China' is not a code",
        "lost.test.yaml: tests a rule that is not there",
        "notes.txt: is not a rule",
    ):
        assert part in said


def test_a_renamed_folder_is_one_fault(tmp_path: Path) -> None:
    for number in range(4):
        place = write(tmp_path, RULE.replace("shop/words", f"shop/r{number}"), name="store", stem=f"r{number}")
    assert told(place) == ["pack.yaml:1: id: 'shop' is not the folder's name; write store or rename the folder"]
    (place / "pack.yaml").write_text(PACK.replace("id: shop", "id: store"), encoding="utf-8")
    (fault,) = told(place)
    assert fault.startswith("pack.yaml:1: the pack is 'store', but its 4 rules have ids of 'shop'; write store/…")


def test_a_pack_that_is_there_twice_or_is_none(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a"), write(tmp_path / "b")
    (fault,) = told(one, other)
    assert "is also in" in fault
    (tmp_path / "empty").mkdir()
    assert "holds no rule pack" in told(tmp_path / "empty")[0]
    place = write(tmp_path / "c")
    (place / "words.yaml").unlink()
    assert "holds no rule and would find everybody clean" in told(place)[0]


def test_too_many_rules_are_refused_unread(tmp_path: Path) -> None:
    place = write(tmp_path)
    for number in range(5_000):
        (place / f"r{number}.yaml").touch()
    (fault,) = told(place)
    assert "holds 5,001 rules, at most 5,000 are taken; split the pack" in fault


def test_on_the_command_line_faults_are_lines_and_the_exit_code_is_two(tmp_path: Path) -> None:
    place = write(tmp_path, RULE.replace("minor", "urgent").replace("status: active", "status: on"))
    done = CliRunner().invoke(main, ["rules", "validate", str(place)])
    assert done.exit_code == 2
    assert [line.rpartition("words.yaml")[2][:2] for line in done.output.splitlines()] == [":3", ":6"]
    assert "Traceback" not in done.output
