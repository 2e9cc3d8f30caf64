"""Where a date meets a rule: the version in force when the message was written judges it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from auditor import rulebook
from auditor.check import Judged, finding_id, judge
from auditor.model import Hit, Pack
from tests.chats import at, messages, orders

LATE = """
2026-03-02 10:00:00 buyer: 这个有货吗
2026-03-02 10:04:00 agent 阿梅: 有货的
"""
EMPTY: Mapping[str, object] = MappingProxyType({})


def pack(rule_id: str, *versions: tuple[date, Mapping[str, object] | None], **changes: object) -> Pack:
    """The shipped rule, alone in its pack, with other versions of its parameters."""
    name = rule_id.partition("/")[0]
    whole = next(p for p in rulebook.load() if p.id == name)
    rule = next(r for r in whole.rules if r.id == rule_id)
    changed = replace(rule, params=versions or rule.params, yields_to=(), **changes)  # type: ignore[arg-type]
    return replace(whole, rules=(changed,))


def judged(*packs: Pack, chat: str = LATE, platform: str = "pinduoduo") -> Judged:
    return judge(messages(chat, platform), orders(), {}, packs, at("2026-03-03 00:00"), "zh", {0: at("2026-03-03 00:00")})


def test_only_the_version_in_force_on_the_local_day_judges() -> None:
    strict, mild = {"kind": "first", "limit": "3m"}, {"kind": "first", "limit": "5m"}
    for versions, found in (
        (((date(2020, 1, 1), strict), (date(2026, 3, 2), mild)), 0),
        (((date(2020, 1, 1), mild), (date(2026, 3, 2), strict)), 1),
        (((date(2020, 1, 1), strict), (date(2026, 3, 3), mild)), 1),
        (((date(2020, 1, 1), strict), (date(2026, 3, 2), None)), 0),
    ):
        assert len(judged(pack("pinduoduo/first_reply", *versions)).findings) == found, versions


def test_what_is_older_than_the_first_version_is_listed_as_not_judged() -> None:
    result = judged(pack("pinduoduo/first_reply", (date(2026, 6, 1), {"kind": "first", "limit": "3m"})))
    assert not result.findings
    assert [(n.rule_id, n.reason, n.count) for n in result.not_evaluated] == [
        ("pinduoduo/first_reply", "before_first_version", 1)
    ]


def test_a_platform_without_a_pack_is_said_so() -> None:
    result = judged(pack("pinduoduo/first_reply"), platform="bazaar")
    assert [(n.reason, n.examples) for n in result.not_evaluated] == [("no_pack_for_platform", ("bazaar",))]


def test_a_draft_runs_but_never_counts_and_a_withdrawn_rule_is_silent() -> None:
    assert [f.suppressed_by for f in judged(pack("pinduoduo/first_reply", status="draft")).findings] == ["draft"]
    assert not judged(pack("pinduoduo/first_reply", status="withdrawn")).findings


def test_a_rule_may_cap_the_certainty_but_never_raise_it() -> None:
    assert [f.certainty for f in judged(pack("pinduoduo/first_reply")).findings] == ["proven"]
    assert [f.certainty for f in judged(pack("pinduoduo/first_reply", certainty_at_most="suspected")).findings] == ["suspected"]


def test_a_general_rule_yields_to_the_platforms_own_on_the_same_evidence() -> None:
    own = pack("pinduoduo/first_reply")
    general = pack("service_sop/first_reply", (date(2020, 1, 1), {"kind": "first", "limit": "3m"}))
    general = replace(general, rules=(replace(general.rules[0], yields_to=("pinduoduo/first_reply",)),))
    findings = {f.rule_id: f for f in judged(own, general).findings}
    assert findings["pinduoduo/first_reply"].suppressed_by is None
    assert findings["service_sop/first_reply"].suppressed_by == findings["pinduoduo/first_reply"].finding_id


def test_a_finding_keeps_its_name_whatever_else_is_in_the_run() -> None:
    alone = judged(pack("pinduoduo/first_reply")).findings[0]
    whole = judge(messages(LATE), orders(), {}, rulebook.load(), at("2026-03-03 00:00"), "en", {0: at("2026-03-03 00:00")})
    assert alone.finding_id in {f.finding_id for f in whole.findings}


def test_names_depend_on_rule_evidence_and_agent_alone() -> None:
    hit = Hit(at("2026-03-02 10:00"), "c1", ("L1", "L2"), "a", "proven", "text")
    assert finding_id("p/r", hit) == finding_id("p/r", replace(hit, quote="other", measured="9"))
    others = (replace(hit, agent_id="b"), replace(hit, message_ids=("L1",)), replace(hit, conversation_id="c2"))
    assert len({finding_id("p/r", hit), finding_id("p/s", hit), *(finding_id("p/r", o) for o in others)}) == 5
