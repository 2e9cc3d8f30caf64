"""A rule that extends another one says only what differs; an overlay changes rules for some shops and says who answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from auditor import rulebook
from auditor.check import Judged, judge
from auditor.cli import main
from auditor.errors import UsageError
from auditor.model import Pack
from auditor.rulebook.difference import difference
from auditor.rulebook.overlay import expired
from tests.chats import at, messages, orders
from tests.test_rulebook_faults import PACK, RULE, WHEN, write

OWN = "id: mine/{0}\nextends: {1}\n"


def mine(tmp_path: Path, text: str, stem: str = "quick") -> Path:
    return write(tmp_path, text, PACK.replace("id: shop", "id: mine"), "mine", stem)


def one(place: Path) -> Pack:
    (pack,) = rulebook.load([place])
    return pack


def faults(*places: Path) -> str:
    with pytest.raises(UsageError) as caught:
        rulebook.load(places)
    return "\n".join(map(str, caught.value.faults))


# ---- extends -----------------------------------------------------------------------------------------------------------------


def test_what_is_not_said_is_the_other_rules(tmp_path: Path) -> None:
    text = OWN.format("quick", "taobao/first_reply") + "severity: major\nparams:\n  2026-01-01: {limit: 60s}\n"
    rule = one(mine(tmp_path, text)).rules[0]
    base = rulebook.find("taobao/first_reply")
    assert (rule.id, rule.extends, rule.severity, rule.title) == ("mine/quick", base.id, "major", base.title)
    (day, below), (since, above) = rule.params
    assert (day, below) == base.params[0]
    assert (since, above) == (date(2026, 1, 1), {**base.params[0][1], "limit": "60s"})  # type: ignore[dict-item]
    assert [line for line in difference(rule, base) if "severity" in line or "limit" in line] == [
        "- severity: minor",
        "+ severity: major",
        "+ params.2026-01-01.limit: 60s",
    ]


def test_days_of_both_are_laid_one_over_the_other(tmp_path: Path) -> None:
    base = RULE.replace(WHEN, "    when: {says: {any: [嗯]}}\n  2026-03-01:\n    when: {says: {any: [哦]}}")
    place = write(tmp_path, base)
    tally = "{per: agent, at_least: 2}"
    own = OWN.format("quick", "shop/words") + f"params:\n  2026-02-01: {{tally: {tally}}}\n  2026-05-01: null\n"
    pack = next(pack for pack in rulebook.load([place, mine(tmp_path, own)]) if pack.id == "mine")
    held = {day.isoformat(): values and sorted(values) for day, values in pack.rules[0].params}
    assert held == {
        "2026-01-01": ["when"],
        "2026-02-01": ["tally", "when"],
        "2026-03-01": ["tally", "when"],
        "2026-05-01": None,
    }
    assert pack.rules[0].params[2][1]["when"] == {"says": {"any": ["哦"]}}  # type: ignore[index]


def test_a_name_of_the_other_pack_means_there_what_it_means_here(tmp_path: Path) -> None:
    write(tmp_path, RULE.replace("[嗯]", "$hums"), PACK + "define: {hums: [嗯, 哦]}\n")
    rule = one(mine(tmp_path, OWN.format("quick", "shop/words") + "severity: major\n")).rules[0]
    assert rule.params[0][1] == {"when": {"says": {"any": ["嗯", "哦"]}}}


def test_a_change_of_the_other_rule_changes_the_packs_hash(tmp_path: Path) -> None:
    write(tmp_path, RULE)
    place = mine(tmp_path, OWN.format("quick", "shop/words"))
    before = one(place).sha256
    write(tmp_path, RULE.replace("minor", "major"))
    assert one(place).sha256 != before


@pytest.mark.parametrize(
    ("extends", "says"),
    [
        (
            "taobao/first_replay",
            "quick.yaml:2: extends: there is no rule 'taobao/first_replay'; did you mean taobao/first_reply?",
        ),
        ("nowhere/first_reply", "extends: there is no rule 'nowhere/first_reply'"),
        ("../taobao/first_reply", "'../taobao/first_reply' is not the id of a rule; write pack/rule"),
        ("https://example.org/a", "is not the id of a rule"),
        ("/etc/passwd", "is not the id of a rule"),
        ("mine/quick", "extends: goes round in a circle: mine/quick → mine/quick"),
        ("mine/other", "extends: goes round in a circle: mine/quick → mine/other → mine/quick"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, extends: str, says: str) -> None:
    mine(tmp_path, OWN.format("other", "mine/quick"), "other")
    assert says in faults(mine(tmp_path, OWN.format("quick", extends)))


def test_a_fault_in_an_inherited_value_points_at_the_line_that_inherits(tmp_path: Path) -> None:
    text = OWN.format("quick", "taobao/first_reply") + "params:\n  2026-01-01: {limit: soon}\n"
    assert "quick.yaml:4: params.2026-01-01.limit: 'soon' is not a duration" in faults(mine(tmp_path, text))
    text = OWN.format("quick", "taobao/first_reply") + "detector: phrases\n"
    assert "quick.yaml:2: params.2020-01-01.limit: the detector has no such parameter" in faults(mine(tmp_path, text))


def test_the_difference_on_the_command_line(tmp_path: Path) -> None:
    place = mine(tmp_path, OWN.format("quick", "taobao/first_reply") + "severity: major\n")
    done = CliRunner().invoke(main, ["rules", "show", "mine/quick", "--diff", "--folder", str(place)])
    assert done.output.splitlines() == ["mine/quick extends taobao/first_reply", "- severity: minor", "+ severity: major"]


# ---- overlays -----------------------------------------------------------------------------------------------------------------

CHANGE = """\
  - rule: pinduoduo/first_reply
    shops: [s1]
    {change}
    from: 2026-03-01
    until: 2026-03-31
    owner: 王敏
    reason: 搬仓
"""
LATE = """
2026-03-02 10:00:00 buyer: 这个有货吗
2026-03-02 10:04:00 agent 阿梅: 有货的
"""


def overlay(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text("id: house\nchanges:\n" + text, encoding="utf-8")
    return path


def first_reply(pack: Pack) -> Pack:
    return replace(pack, rules=tuple(rule for rule in pack.rules if rule.id == "pinduoduo/first_reply"))


def judged(path: Path, chat: str = LATE) -> Judged:
    packs = [first_reply(pack) for pack in rulebook.select(rulebook.load(), ["pinduoduo", str(path)]) if pack.id == "pinduoduo"]
    return judge(messages(chat), orders(), {}, packs, at("2026-04-10 00:00"), "zh", {0: at("2026-04-10 00:00")})


APOLOGY = "非常抱歉给您带来不好的体验"
NOTE = "overlay:house/1 (王敏: 搬仓; → 2026-03-31)"


def test_a_rule_switched_off_keeps_its_findings_and_says_who_did_it(tmp_path: Path) -> None:
    (finding,) = judged(overlay(tmp_path, CHANGE.format(change="off: true"))).findings
    assert finding.suppressed_by == NOTE


@pytest.mark.parametrize(
    ("change", "suppressed", "threshold"),
    [
        ("params: {limit: 5m}", NOTE, "<= 180 s (08:00–23:00)"),
        ("params: {limit: 4m}", NOTE, "<= 180 s (08:00–23:00)"),
        ("params: {limit: 239s}", None, f"<= 239 s (08:00–23:00) [{NOTE}]"),
        ("severity: critical", None, f"<= 180 s (08:00–23:00) [{NOTE}]"),
    ],
)
def test_a_tuned_rule_says_so(tmp_path: Path, change: str, suppressed: str | None, threshold: str) -> None:
    (finding,) = judged(overlay(tmp_path, CHANGE.format(change=change))).findings
    assert (finding.suppressed_by, finding.threshold) == (suppressed, threshold)
    assert finding.severity == ("critical" if "critical" in change else "minor")


def test_what_only_the_tuned_rule_finds_is_there(tmp_path: Path) -> None:
    chat = LATE.replace("10:04", "10:02")
    (finding,) = judged(overlay(tmp_path, CHANGE.format(change="params: {limit: 1m}")), chat).findings
    assert (finding.suppressed_by, finding.threshold) == (None, f"<= 60 s (08:00–23:00) [{NOTE}]")


@pytest.mark.parametrize(("old", "new"), [("[s1]", "[s2]"), ("2026-03-01", "2026-03-03"), ("2026-03-31", "2026-03-01")])
def test_it_holds_for_its_shops_and_days_alone(tmp_path: Path, old: str, new: str) -> None:
    text = CHANGE.format(change="off: true").replace(old, new)
    assert [finding.suppressed_by for finding in judged(overlay(tmp_path, text)).findings] == [None]


def test_every_shop(tmp_path: Path) -> None:
    text = CHANGE.format(change="off: true").replace("[s1]", '["*"]')
    assert judged(overlay(tmp_path, text)).findings[0].suppressed_by


def test_one_that_has_expired_is_told(tmp_path: Path) -> None:
    packs = rulebook.select(rulebook.load(), [str(overlay(tmp_path, CHANGE.format(change="off: true")))])
    assert len(packs) == len(rulebook.load())
    assert [str(each) for each in expired(packs, date(2026, 4, 1))] == [NOTE]
    assert not expired(packs, date(2026, 3, 31))
    assert {pack.id for pack, plain in zip(packs, rulebook.load(), strict=True) if pack.sha256 != plain.sha256} == {"pinduoduo"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "pinduoduo/first_reply",
            "pinduoduo/first_replay",
            ":3: changes.0.rule: there is no rule 'pinduoduo/first_replay'; did you",
        ),
        ("    owner: 王敏\n", "", "changes.0.owner: is missing; write it"),
        ("    reason: 搬仓\n", "    reason:\n", "changes.0.reason: is empty"),
        ("    until: 2026-03-31\n", "", "changes.0.until: is missing"),
        ("until: 2026-03-31", "until: 2026-02-01", ":7: changes.0.until: lies before from"),
        ("until: 2026-03-31", "untill: 2026-03-31", ":7: changes.0.untill: unknown key; did you mean until?"),
        ("off: true", "off: maybe", "changes.0.off: 'maybe' switches nothing off"),
        ("off: true", "params: {limt: 5m}", ":5: changes.0.params.limt: the detector has no such parameter; did you mean limit?"),
        ("off: true", "params: {limit: soon}", ":5: changes.0.params.limit: 'soon' is not a duration"),
        ("off: true", "severity: bad", "changes.0.severity: 'bad' is not known"),
        ("    off: true\n", "", "changes.0: says nothing to change"),
        ("[s1]", '["*", s1]', "changes.0.shops: names all shops and some"),
        ("[s1]", "s1", "changes.0.shops: is not a list"),
        ("owner: 王敏", "owner: 王敏\n    owner: 李", "stands twice"),
    ],
)
def test_a_fault_of_an_overlay(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = CHANGE.format(change="off: true")
    assert old in text
    with pytest.raises(UsageError) as caught:
        rulebook.select(rulebook.load(), [str(overlay(tmp_path, text.replace(old, new)))])
    assert caught.value.exit_code == 2
    assert any(says in str(fault) for fault in caught.value.faults), caught.value


def test_what_is_counted_over_all_conversations_is_switched_off_but_not_tuned(tmp_path: Path) -> None:
    text = CHANGE.replace("pinduoduo/first_reply", "service_sop/same_apology_to_complaints")
    path = overlay(tmp_path, text.format(change="params: {tally: {per: agent}}"))
    with pytest.raises(UsageError, match="cannot be tuned for a shop"):
        rulebook.select(rulebook.load(), [str(path)])
    path = overlay(tmp_path, text.format(change="off: true"))
    packs = [pack for pack in rulebook.select(rulebook.load(), [str(path)]) if pack.id == "service_sop"]
    packs = [replace(pack, rules=tuple(replace(r, status="active") for r in pack.rules if "apology" in r.id)) for pack in packs]
    chats = (f"2026-03-02 {hour}:00 buyer: 杯子碎了\n2026-03-02 {hour}:01 agent lan: {APOLOGY}" for hour in (10, 11, 12))
    rows = [messages(chat).with_columns(conversation_id=pl.lit(f"c{n}")) for n, chat in enumerate(chats)]
    (finding,) = judge(pl.concat(rows), orders(), {}, packs, at("2026-04-10 00:00"), "zh").findings
    assert finding.suppressed_by == NOTE
    assert finding.message_ids == ("L1", "L2")
    assert finding.measured == "3 × in 7200 s (c0, c1, c2)"
