"""The chats beside a rule are judged, and what differs from the marks is told so that a person can mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import ruletest
from auditor.errors import UsageError
from auditor.rulebook import load

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
