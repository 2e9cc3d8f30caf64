"""Rules put together in YAML: keywords, orders of events, counts and shares, in trees; what cannot be told is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor.check import judge_shard
from auditor.detectors import composed
from auditor.detectors.composed.matching import rows
from auditor.model import Hit, Mark, NotEvaluated
from auditor.params import check_params, typed_params
from tests.chats import at, shard


def seen(when: dict[str, Any], chat: str, lang: str = "zh", **more: Any) -> list[Hit | NotEvaluated | Mark]:
    return list(composed.check(shard(chat, lang=lang, **more), typed_params(composed.Params, {"when": when})))


def flagged(when: dict[str, Any], *lines: str, lang: str = "zh") -> bool:
    """Lines a minute apart: "b text" is the buyer's, "a text" an agent's."""
    return any(isinstance(one, Hit) for one in seen(when, talk(*lines), lang))


def talk(*lines: str) -> str:
    who = {"b": "buyer", "a": "agent lan", "m": "agent mei", "s": "bot"}
    return "\n".join(f"2026-03-02 10:{n:02d} {who[line[0]]}: {line[2:]}" for n, line in enumerate(lines))


def says(**given: Any) -> dict[str, Any]:
    return {"says": given}


@pytest.mark.parametrize(
    ("given", "text", "lang", "found"),
    [
        ({"any": ["微信"]}, "加我微信", "zh", True),
        ({"any": ["微信"]}, "加我薇信", "zh", False),
        ({"any": ["vx"]}, "加VX聊", "zh", True),
        ({"any": ["ok"]}, "my token", "en", False),
        ({"any": ["wyślę"]}, "Wysle jutro", "pl", True),
        ({"any": ["微信", "转账", "便宜"], "least": 2}, "微信转账", "zh", True),
        ({"any": ["微信", "转账", "便宜"], "least": 2}, "微信微信", "zh", False),
        ({"all": ["微信", "转账"]}, "微信里转账", "zh", True),
        ({"all": ["微信", "转账"]}, "微信里付", "zh", False),
        ({"any": ["微信"], "none": ["不能"]}, "不能加微信", "zh", False),
        ({"patterns": ["加.{0,3}微信"], "unless_patterns": ["平台"]}, "加我的微信", "zh", True),
        ({"patterns": ["加.{0,3}微信"], "unless_patterns": ["平台"]}, "平台不让加我的微信", "zh", False),
        ({"lists": ["misleading/off_platform"]}, "加我微信，私下转账便宜20", "zh", True),
        ({"lists": ["mechanical/closing"], "only": True}, "好的，谢谢您", "zh", True),
        ({"lists": ["mechanical/closing"], "only": True}, "好的，明天发货", "zh", False),
        ({"shortest": 3, "longest": 3, "any": ["嗯"]}, "嗯嗯嗯！！", "zh", True),
        ({"shortest": 4, "any": ["嗯"]}, "嗯嗯嗯！！", "zh", False),
        ({"longest": 2, "any": ["嗯"]}, "嗯嗯嗯", "zh", False),
        ({"any": ["a.c"]}, "abc", "en", False),
    ],
)
def test_what_a_message_must_and_must_not_hold(given: dict[str, Any], text: str, lang: str, found: bool) -> None:
    assert flagged(says(**given), "b 在吗", f"a {text}", lang=lang) is found
    params = typed_params(composed.Params, {"when": says(**given)})
    assert params.when.says is not None
    may = rows(shard(talk("b 在吗", f"a {text}"), lang=lang), params.when.says).height
    assert may or not found  # the column test is never narrower


def test_by_whom() -> None:
    assert not flagged(says(any=["微信"]), "b 加微信吗", "a 不了")
    assert flagged(says(any=["微信"], by=["buyer", "bot"]), "s 加微信", "b 好")


def after(**given: Any) -> dict[str, Any]:
    return {"sequence": {"after": {"by": ["buyer"], "any": ["坏了"]}, **given}}


REPLY: dict[str, Any] = {"any": ["照片"]}


def test_what_must_not_follow() -> None:
    rule = after(follows=REPLY, messages=2)
    assert flagged(rule, "b 坏了", "b 急", "a 发照片")
    assert not flagged(rule, "b 坏了", "b 急", "b 急", "a 发照片")
    assert not flagged(rule, "a 发照片", "b 坏了")
    assert flagged(after(follows=REPLY, within="2m"), "b 坏了", "b 急", "a 发照片")
    assert not flagged(after(follows=REPLY, within="119s"), "b 坏了", "b 急", "a 发照片")
    assert not flagged(after(follows=REPLY, before={"by": ["agent"]}), "b 坏了", "a 在的", "a 发照片")


def test_what_must_follow() -> None:
    rule = after(missing=REPLY, messages=2)
    assert flagged(rule, "b 坏了", "a 在的", "a 好的")
    assert not flagged(rule, "b 坏了", "a 在的", "a 发照片")
    until = after(missing=REPLY, before={"by": ["agent"], "any": ["再见"]})
    assert flagged(until, "b 坏了", "a 再见", "a 发照片")
    assert not flagged(until, "b 坏了", "a 发照片", "a 再见")


def test_a_watch_that_is_still_open_is_said_so() -> None:
    for rule, ends, reason in (
        (after(missing=REPLY, messages=2), "2026-05-31 00:00", "pending"),
        (after(missing=REPLY, within="1h"), "2026-03-02 11:00", "transcript_ends_before_deadline"),
        (after(missing=REPLY, within="200d"), "2026-05-31 00:00", "pending"),
    ):
        (left,) = seen(rule, talk("b 坏了"), goes_on_until=ends)
        assert isinstance(left, NotEvaluated)
        assert (left.reason, left.count, left.examples) == (reason, 1, ("c1",))
    (hit,) = seen(after(missing=REPLY, within="1h"), talk("b 坏了", "a 在的"), goes_on_until="2026-03-02 11:01")
    assert isinstance(hit, Hit)
    assert (hit.message_ids, hit.agent_id, hit.certainty) == (("L1",), "lan", "suspected")
    assert hit.measured == "2026-03-02 10:00:00+08:00 → 2026-03-02 11:00:00+08:00 = 0"
    assert hit.threshold == ">= 1 (3600 s)"


def test_counts_and_shares() -> None:
    often = {"count": {"of": {"any": ["转"]}, "at_least": 2}}
    assert flagged(often, "b 在", "a 转", "b 急", "a 转")
    assert not flagged(often, "b 在", "a 转", "b 急", "m 转")
    assert flagged({"count": {**often["count"], "same_agent": False}}, "b 在", "a 转", "b 急", "m 转")
    assert flagged({"count": {**often["count"], "within": "2m"}}, "a 转", "b 急", "a 转")
    assert not flagged({"count": {**often["count"], "within": "1m"}}, "a 转", "b 急", "a 转")
    same = {"count": {"of": {"shortest": 2}, "at_least": 2, "same_text": True}}
    assert not flagged(same, "a 您好", "a 你好")
    (hit,) = seen(same, talk("a 您好", "a 您好！"))
    assert isinstance(hit, Hit)
    assert hit.certainty == "proven"
    half = {"ratio": {"of": {"any": ["嗯"]}, "among": {}, "at_least": 0.5, "fewest": 2}}
    assert flagged(half, "a 嗯", "a 好的")
    assert not flagged(half, "a 嗯")
    assert not flagged(half, "a 嗯", "a 好的", "a 在的")


def test_trees() -> None:
    tree = {
        "all": [says(any=["微信"]), {"not": says(by=["buyer"], any=["微信"])}, {"any": [says(any=["便宜"]), says(any=["省"])]}]
    }
    assert flagged(tree, "b 在", "a 加微信", "a 省运费")
    assert not flagged(tree, "b 加微信吗", "a 加微信", "a 省运费")
    assert not flagged(tree, "b 在", "a 加微信")
    unknown = {"all": [says(any=["微信"]), after(missing=REPLY, messages=9)]}
    assert [type(one) for one in seen(unknown, talk("b 坏了", "a 加微信"))] == [NotEvaluated]
    assert [type(one) for one in seen(unknown, talk("b 坏了", "a 在的"))] == []
    denied = {"all": [says(any=["微信"]), {"not": after(missing=REPLY, messages=9)}]}
    assert [type(one) for one in seen(denied, talk("b 坏了", "a 加微信"))] == [NotEvaluated]


def test_a_hit_names_one_agent_and_says_what_was_counted() -> None:
    (hit,) = seen(says(any=["微信"]), talk("b 在", "a 加微信", "m 加微信吧"))
    assert isinstance(hit, Hit)
    assert (hit.agent_id, hit.message_ids, hit.quote) == ("lan", ("L2",), "加微信")
    assert set(hit.facts) == composed.FACTS


@pytest.mark.parametrize(
    ("when", "says_"),
    [
        ({}, "is not one condition"),
        ({"says": {}, "count": {"of": {}, "at_least": 1}}, "is not one condition"),
        ({"not": {"says": {}}}, "nothing needs to be seen"),
        ({"any": [{"says": {}}, {"not": {"says": {}}}]}, "nothing needs to be seen"),
        ({"says": {"any": ["a"], "least": 2}}, "cannot be found"),
        ({"says": {"any": ["!"]}}, "no letter or digit"),
        ({"says": {"by": []}}, "name nobody"),
        ({"says": {"by": ["boss"]}}, "'boss' is not allowed"),
        ({"says": {"only": True}}, "only needs lists"),
        ({"says": {"lists": ["misleading/of_platform"]}}, "did you mean misleading/off_platform?"),
        ({"says": {"patterns": ["(?=a)b"]}}, "cannot run in linear time"),
        ({"says": {"patterns": ["\\\\Da".replace("\\\\", "\\")]}}, "cannot be used on whole columns"),
        ({"says": {"patern": ["a"]}}, "did you mean patterns?"),
        ({"sequence": {"after": {}}}, "either follows or missing"),
        ({"sequence": {"after": {}, "missing": {}}}, "nothing ends the watch"),
        ({"sequence": {"after": {}, "missing": {}, "messages": 0}}, "more than nothing"),
        ({"sequence": {"missing": {}, "messages": 1}}, "after: the detector needs this"),
        ({"count": {"of": {}, "at_least": 0}}, "always reached"),
        ({"ratio": {"of": {}, "among": {}, "at_least": 1.5}}, "is not a share"),
    ],
)
def test_what_does_not_fit_together_is_told(when: dict[str, Any], says_: str) -> None:
    faults = check_params(composed.Params, {"when": when})[1]
    assert faults
    assert says_ in "\n".join(f"{'.'.join(map(str, steps))}: {what}; {mend}" for steps, what, mend in faults)


def test_faults_point_at_the_place() -> None:
    when = {
        "all": [
            {"says": {"any": ["a"]}},
            {"sequence": {"after": {"shortest": "x"}, "missing": {"lists": ["no/such"]}, "messages": 1}},
        ]
    }
    faults = check_params(composed.Params, {"when": when, "tally": {"per": "agents"}})[1]
    assert [steps for steps, _, _ in faults] == [
        ("when", "all", 1, "sequence", "after", "shortest"),
        ("when", "all", 1, "sequence", "missing", "lists", 0),
        ("tally", "per"),
    ]


# ---- over all conversations -------------------------------------------------------------------------------------------------


def marks(*given: tuple[str, str, str, str]) -> list[Mark]:
    """(local time, agent, text, conversation); a text that starts with "-" belongs to the whole only."""
    made = []
    for n, (time, agent, text, conversation) in enumerate(given):
        hit = Hit(at(f"2026-03-{time}"), conversation, (f"m{n}",), agent, "suspected", text)
        made.append(Mark(hit, agent or None, text, not text.startswith("-"), "pinduoduo", "s1"))
    return made


def settled(
    tally: dict[str, Any], *given: tuple[str, str, str, str], as_of: str = "2026-04-01 00:00"
) -> list[Hit | NotEvaluated]:
    when = says(any=["x"])
    params = typed_params(composed.Params, {"when": when, "tally": {"per": "agent", **tally}})
    return list(composed.settle(marks(*given), params, at(as_of)))


def test_so_many_within_a_window() -> None:
    three = (("02 10:00", "lan", "x", "c1"), ("02 11:00", "lan", "x", "c2"), ("03 10:00", "lan", "y", "c2"))
    (hit,) = settled({"at_least": 3, "window": "1d"}, *three)
    assert isinstance(hit, Hit)
    assert (hit.conversation_id, hit.message_ids, hit.agent_id) == ("c1", ("m0", "m1", "m2"), "lan")
    assert hit.measured == "3 × in 86400 s (c1, c2)"
    assert not settled({"at_least": 3, "window": "23h"}, *three)
    assert not settled({"at_least": 3, "window": "1d", "conversations": 3}, *three)
    assert not settled({"at_least": 3, "window": "1d", "same_text": True}, *three)
    assert not settled({"at_least": 3}, *three[:2], ("02 12:00", "mei", "x", "c3"))
    assert len(settled({"at_least": 1, "window": "1h"}, *three)) == 2


def test_the_order_of_marks_changes_nothing() -> None:
    three = (("02 10:00", "lan", "x", "c1"), ("02 11:00", "lan", "x", "c2"), ("02 10:30", "mei", "x", "c3"))
    params = typed_params(composed.Params, {"when": says(any=["x"]), "tally": {"per": "agent", "at_least": 1}})
    forwards = list(composed.settle(marks(*three), params, at("2026-04-01 00:00")))
    assert forwards == list(composed.settle(list(reversed(marks(*three))), params, at("2026-04-01 00:00")))
    assert len(forwards) == 2


def test_a_share_of_whole_days() -> None:
    rate = {"window": "1d", "among": says(any=["y"]), "share": 0.5, "fewest": 2}
    of, whole = ("02 10:00", "lan", "x", "c1"), [("02 10:00", "lan", "-", "c1"), ("02 11:00", "lan", "-", "c2")]
    (hit,) = settled(rate, of, *whole)
    assert isinstance(hit, Hit)
    assert hit.measured == "2026-03-02 + 1 d: 1 / 2 = 50.0% (c1)"
    assert not settled({**rate, "share": 0.51}, of, *whole)
    assert [one.reason for one in settled({**rate, "fewest": 3}, of, *whole) if isinstance(one, NotEvaluated)] == ["too_few"]
    left = settled(rate, of, *whole, as_of="2026-03-02 23:59")
    assert [one.reason for one in left if isinstance(one, NotEvaluated)] == ["pending"]
    assert settled({**rate, "window": "7d"}, of, *whole, as_of="2026-03-09 00:00")
    assert not [one for one in settled({**rate, "window": "7d"}, of, *whole, as_of="2026-03-08 23:59") if isinstance(one, Hit)]


def test_nobody_is_accused_where_nobody_is_named() -> None:
    (left,) = settled({"at_least": 1}, ("02 10:00", "", "x", "c1"))
    assert isinstance(left, NotEvaluated)
    assert left.reason == "nobody_named"


def test_marks_of_a_shard_are_left_open() -> None:
    from auditor import rulebook

    (pack,) = (p for p in rulebook.load() if p.id == "service_sop")
    chat = talk("b 杯子碎了", "a 非常抱歉给您带来不便")
    judged = judge_shard([shard(chat)], [pack], "zh")
    assert [mark.rule_id for mark in judged.marks] == ["service_sop/same_apology_to_complaints"]
    assert judged.marks[0].hit.at - at("2026-03-02 10:01") == timedelta(0)


@pytest.mark.parametrize(
    ("tally", "says_"),
    [
        ({"share": 0.5}, "go together"),
        ({"share": 2, "among": says()}, "is not a share"),
        ({"share": 0.5, "among": says(), "window": "12h"}, "whole days"),
        ({"at_least": 0}, "more than nothing"),
        ({"share": 0.5, "among": {"count": {"of": {}, "at_least": 1}}}, "no share of conversations"),
    ],
)
def test_a_tally_that_cannot_be_counted(tally: dict[str, Any], says_: str) -> None:
    faults = check_params(composed.Params, {"when": says(any=["x"]), "tally": {"per": "agent", **tally}})[1]
    assert any(says_ in f"{what}; {mend}" for _, what, mend in faults), faults
