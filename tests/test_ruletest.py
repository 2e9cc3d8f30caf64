"""The chats beside a rule are judged, and what differs from the marks is told so that a person can mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor import ruletest
from auditor.cli import main
from auditor.errors import UsageError
from auditor.rulebook import load
from auditor.ruletest.mutation import of_lists

PACK = """\
id: stall
version: "1"
title: {zh: 摊, en: Stall, pl: Stragan}
platforms: [bazaar]
timezone: Europe/Warsaw
calendar: PL
currency: PLN
language: en
hours: "09:00-18:00"
"""

RULE = """\
id: stall/slow
title: {zh: 慢, en: Slow, pl: Wolno}
status: active
detector: response_time
family: response_time
severity: minor
message: {zh: "等了 {waited}", en: "Waited {waited}", pl: "Czekał {waited}"}
why: {zh: 因, en: Because, pl: Bo}
fix: {zh: 改, en: Mend, pl: Popraw}
clause: {document: House rules, section: "1", source: the shop, seen: 2026-01-02, confidence: shop_default}
falsepositives: [{zh: 买家可能打过电话, en: The buyer may have called, pl: Kupujący mógł zadzwonić}]
params:
  2026-01-01: {kind: first, limit: 5m, counted: "00:00-24:00"}
"""

CHATS = """\
cases:
  - name: too late
    boundary: limit
    chat: |
      2026-03-02 10:00:00 buyer: Do you have this in blue?
      2026-03-02 10:05:01 agent ann: Yes, we do.   #! 5 min 1 s
  - name: in time
    boundary: limit
    chat: |
      2026-03-02 10:00:00 buyer: Do you have this in blue?
      2026-03-02 10:05:00 agent ann: Yes, we do.
"""


def stall(tmp_path: Path, chats: str | None = CHATS) -> Path:
    place = tmp_path / "stall"
    place.mkdir()
    (place / "pack.yaml").write_text(PACK, encoding="utf-8")
    (place / "slow.yaml").write_text(RULE, encoding="utf-8")
    if chats is not None:
        (place / "slow.test.yaml").write_text(chats, encoding="utf-8")
    return place


def said(place: Path) -> str:
    return "\n".join(result.message for result in ruletest.run([place]) if not result.passed)


def test_marks_that_hold(tmp_path: Path) -> None:
    results = ruletest.run([stall(tmp_path)])
    assert [(result.rule_id, result.name, result.passed) for result in results] == [
        ("stall/slow", "too late", True),
        ("stall/slow", "in time", True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "10:05:01",
            "10:04:59",
            ["slow.test.yaml:2: stall/slow, too late: not found: L2 (2026-03-02 10:04:59 agent: Yes"],
        ),
        (
            "   #! 5 min 1 s",
            "",
            ["found without a mark: L1, L2: Waited 5 min 1 s", "no chat is flagged", "has one side only"],
        ),
        ("5 min 1 s", "6 min", ["found L2, but nothing says '6 min': L1, L2: Waited 5 min 1 s"]),
        ("    boundary: limit\n", "", ["no boundary pair"]),
        ("name: in time", "name: too late", ["two cases are named 'too late'"]),
    ],
)
def test_what_differs_is_told(tmp_path: Path, old: str, new: str, says: list[str]) -> None:
    told = said(stall(tmp_path, CHATS.replace(old, new)))
    for each in says:
        assert each in told


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "zh: 买家可能打过电话",
            "zh: The buyer may have called",
            "slow.yaml:11: falsepositives.0.zh: seems to be in another language",
        ),
        ("pl: Kupujący mógł zadzwonić", "pl: The buyer may have called", "falsepositives.0.pl: seems to be in another language"),
        ("en: Because", "en: 因", "slow.yaml:8: why.en: seems to be in another language"),
        ("pl: Popraw", "pl: Popraw (改)", ""),
    ],
)
def test_a_text_in_the_wrong_language_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    place = stall(tmp_path)
    path = place / "slow.yaml"
    path.write_text(RULE.replace(old, new), encoding="utf-8")
    told = said(place)
    assert says in told if says else not told


def test_a_rule_without_chats_fails(tmp_path: Path) -> None:
    assert "the rule has no test" in said(stall(tmp_path, None))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    boundary: limit\n", "    bondary: limit\n", "slow.test.yaml:3: bondary: unknown key; did you mean boundary?"),
        ("agent ann", "clerk ann", "slow.test.yaml:6: 'clerk ann' is not a sender"),
        ("2026-03-02 10:05:01", "2026-03-02 25:05:01", "slow.test.yaml:6: '2026-03-02 25:05:01' is not a date and time"),
        ("    chat: |", "    as_of: soon\n    chat: |", "slow.test.yaml:4: 'soon' is not a date and time"),
        (
            "    chat: |",
            "    orders: [{payed_at: 2026-03-02 09:00:00}]\n    chat: |",
            "payed_at: unknown key; did you mean paid",
        ),
    ],
)
def test_a_faulty_chat_names_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        ruletest.run_tests(load([stall(tmp_path, CHATS.replace(old, new, 1))]))
    assert says in str(caught.value)


def test_only_the_rules_named(tmp_path: Path) -> None:
    place = stall(tmp_path)
    assert len(ruletest.run([place], ["stall"])) == len(ruletest.run([place], ["stall/slow"])) == 2
    with pytest.raises(UsageError, match="there is no such rule or pack"):
        ruletest.run([place], ["stall/slo"])


# ---- clean chats and mutants ----------------------------------------------------------------------------------------------

EAGER = RULE.replace("detector: response_time", "detector: composed").replace("{waited}", "{said}").replace(
    '{kind: first, limit: 5m, counted: "00:00-24:00"}', "{when: {says: {any: [yes]}}}"
)  # fmt: skip
SAID = """\
cases:
  - name: yes
    chat: |
      2026-03-02 10:00:00 buyer: Do you have this in blue?
      2026-03-02 10:01:00 agent ann: Yes, we do.   #! Yes
  - name: no
    chat: |
      2026-03-02 10:00:00 buyer: Do you have this in blue?
      2026-03-02 10:01:00 agent ann: No, only in red.
"""


def test_a_rule_that_finds_something_in_a_clean_chat_fails(tmp_path: Path) -> None:
    place = stall(tmp_path, SAID)
    (place / "slow.yaml").write_text(EAGER, encoding="utf-8")
    (place / "pack.yaml").write_text(PACK.replace("[bazaar]", "[cross_border]"), encoding="utf-8")
    failed = [result for result in ruletest.run([place]) if not result.passed]
    assert [(result.rule_id, result.place.partition(":")[0]) for result in failed if result.rule_id] == [
        ("clean", "rules/clean/cross_border.yaml")
    ]
    assert "stall/slow finds something in a clean chat: L2: Waited Yes" in said(place)
    (place / "slow.yaml").write_text(EAGER.replace("status: active", "status: draft"), encoding="utf-8")
    assert "finds something" not in said(place)


def test_a_limit_with_both_its_sides_is_guarded(tmp_path: Path) -> None:
    changes = {change.what: change.noticed for change in ruletest.run_mutants([stall(tmp_path)])}
    assert {what: noticed for what, noticed in changes.items() if "limit" in what} == {
        "params.2026-01-01.limit: 5m → 299s": True,
        "params.2026-01-01.limit: 5m → 301s": True,
    }
    assert changes["params.2026-01-01: from 2026-01-02 on"] is False


def test_a_limit_with_one_side_is_not(tmp_path: Path) -> None:
    changes = ruletest.run_mutants([stall(tmp_path, CHATS.replace("10:05:01", "10:06:00").replace("5 min 1 s", "6 min"))])
    assert {change.what for change in changes if not change.noticed and "limit" in change.what} == {
        "params.2026-01-01.limit: 5m → 301s"
    }


def test_entries_parts_and_switches_are_changed(tmp_path: Path) -> None:
    place = stall(tmp_path, SAID)
    tree = "{when: {all: [{says: {any: [yes, aye], longest: 9}}, {not: {says: {by: [bot], any: [yes]}}}]}}"
    (place / "slow.yaml").write_text(EAGER.replace("{when: {says: {any: [yes]}}}", tree), encoding="utf-8")
    noticed = {change.what.removeprefix("params.2026-01-01."): change.noticed for change in ruletest.run_mutants([place])}
    assert noticed["when.all.0.says.any.0: yes dropped"] is True
    assert noticed["when.all.0.says.any.1: aye dropped"] is False
    assert noticed["when.all.0.says.longest: dropped"] is False
    assert noticed["when.all.0.says.longest: 9 → 8"] is False
    assert noticed["when.all.1: part 2 dropped"] is False


def test_a_word_list_is_guarded_by_its_own_texts() -> None:
    changes = of_lists("mechanical/hold")
    assert {change.where for change in changes} == {f"words/{lang}/mechanical/hold" for lang in ("zh", "en", "pl")}
    assert all(change.what.partition(":")[0] in ("any", "unless", "unless_message") for change in changes)


def test_mutants_on_the_command_line(tmp_path: Path) -> None:
    place = stall(tmp_path)
    done = CliRunner().invoke(main, ["rules", "test", "--folder", str(place), "--mutate"])
    assert done.exit_code == 1
    assert "stall/slow: no test notices: params.2026-01-01: from 2026-01-02 on" in done.output
    assert "changes noticed" in done.output
