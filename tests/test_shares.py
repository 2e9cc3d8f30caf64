"""Rates as the platforms compute them: units, what is left out, intervals; and three values for each rule and conversation."""

from dataclasses import replace
from datetime import date, datetime

import polars as pl

from auditor import rulebook
from auditor.audit import judge
from auditor.elements import elements
from auditor.jurisdiction import packs_of
from auditor.model import Exemption, NotEvaluated
from auditor.rates import rate_table
from auditor.report.view import view_of
from auditor.score import wilson
from auditor.shares import beside, shares
from auditor.threefold import threefold
from tests.chats import messages, shard
from tests.report_samples import sample

CHAT = """
2026-03-02 10:00:00 buyer: 有货吗
2026-03-02 10:01:00 agent a: 有
2026-03-02 11:00:00 buyer: 今天发吗
2026-03-02 11:10:00 agent b: 发
2026-03-03 10:00:00 buyer: 到哪了
2026-03-03 10:02:00 agent a: 在路上
2026-03-03 23:30:00 buyer: 还没到吗
2026-03-04 09:30:00 agent a: 今天到
"""


def table(chat: str = CHAT, platform: str = "pinduoduo") -> pl.DataFrame:
    return rate_table(shard(chat, platform=platform), rulebook.load())


def test_pinduoduo_counts_consumers_by_the_day() -> None:
    own = table().filter(pl.col("rate_id") == "pinduoduo/human_reply_3min").sort("day")
    assert own.select("day", "agent_id", "verdict").rows() == [
        (date(2026, 3, 2), "b", "failed"),
        (date(2026, 3, 3), "a", "passed"),
    ]
    seconds = table().filter(pl.col("rate_id") == "pinduoduo/reply_30s")
    assert seconds["units"].sum() == 4
    assert seconds.filter(pl.col("verdict") == "outside_hours")["units"].sum() == 1


def test_an_amnesty_is_left_out_and_counted() -> None:
    chat = "2024-02-10 10:00:00 buyer: 有货吗\n2024-02-10 11:00:00 agent a: 有"
    assert table(chat, "jd")["verdict"].to_list() == ["exempt", "passed"]  # the shop's own clock goes on
    pack = next(pack for pack in rulebook.load() if pack.id == "jd")
    assert pack.exempts("first_reply", datetime.fromisoformat("2024-02-17T23:59:59+08:00"))
    assert not pack.exempts("first_reply", datetime.fromisoformat("2024-02-18T00:00:00+08:00"))
    assert not pack.exempts("abuse", datetime.fromisoformat("2024-02-10T00:00:00+08:00"))
    assert all(isinstance(each, Exemption) for each in pack.exemptions)


def test_shares_carry_their_interval_and_what_was_left_out() -> None:
    rows = {
        "rate_id": "p/r",
        "platform": "p",
        "shop_id": "s",
        "agent_id": "a",
        "day": date(2026, 3, 2),
        "seconds": 60,
        "answers": 2,
    }
    rates = pl.DataFrame([{**rows, "verdict": v, "units": n} for v, n in (("passed", 8), ("failed", 2), ("unclear", 3))])
    (row,) = shares(rates).rows(named=True)
    low, high = wilson(8, 10)
    assert (row["numerator"], row["denominator"], row["unclear"], row["share"]) == (8, 10, 3, 0.8)
    assert (row["low"], row["high"], row["mean_s"]) == (round(low, 4), round(high, 4), 30.0)
    nothing = shares(rates.filter(pl.col("verdict") == "unclear")).row(0, named=True)
    assert (nothing["share"], nothing["denominator"]) == (None, 0)
    metrics = pl.DataFrame({"platform": ["p"], "shop_id": ["s"], "agent_id": ["z"], "day": [date(2026, 3, 2)], "messages": [5]})
    wide = beside(metrics, rates)
    assert wide["rate_p_r_numerator"].to_list() == [8, None]
    assert wide["rate_p_r_left_out"].to_list() == [3, None]


def test_every_conversation_is_in_breach_clean_or_left_out() -> None:
    result = sample("en")
    rule = result.packs[0].rules[0].id
    named = sorted({f.conversation_id for f in result.findings if f.rule_id == rule})
    left = (NotEvaluated(rule, "no_order", 2, (), (named[0], "x-1")), NotEvaluated(rule, "unclear", 1, (), ("x-1",)))
    changed = replace(result, platforms={"pinduoduo": 100}, not_evaluated=left)
    one = next(each for each in threefold(changed, view_of(changed).scores.findings) if each.rule_id == rule)
    assert one.judged == 100 == one.violations + one.clean + sum(one.left.values())
    assert dict(one.left) == {"no_order": 1}


def test_a_pack_brings_the_rules_it_includes_but_not_those_it_replaces() -> None:
    packs = {pack.id: pack for pack in packs_of(rulebook.load(), "amazon")}
    assert set(packs) == {"amazon", "cross_border", "service_sop"}
    names = {rule.id for rule in packs["cross_border"].rules}
    assert "cross_border/claim_against_facts" in names
    assert not names & {"cross_border/off_platform", "cross_border/first_reply"}


def test_a_finding_falls_into_the_elements_of_its_clause() -> None:
    chat = "2026-03-02 10:00:00 buyer: 有货吗\n2026-03-02 10:10:00 agent a: 有"
    from tests.chats import at, orders

    found = judge(
        messages(chat), orders(), {}, rulebook.load(), at("2026-03-03 00:00"), "en", {0: at("2026-03-03 00:00")}
    ).findings
    finding = next(f for f in found if f.rule_id == "pinduoduo/first_reply")
    record = {
        **{
            name: getattr(finding, name) for name in ("message_ids", "agent_id", "order_id", "measured", "threshold", "certainty")
        },
        "occurred_at": finding.occurred_at.isoformat(),
    }
    rule = rulebook.find("pinduoduo/first_reply")
    states = {each.name: each.state for each in elements(record, rule)}
    assert states == {
        "what happened": "proved",
        "by whom": "proved",
        "about which order": "unknown",
        "against which fact": "proved",
        "in force": "unknown",
    }
    late = replace(rule, clause=replace(rule.clause, effective_from=date(2026, 3, 3)))
    assert elements(record, late)[-1].state == "disproved"
    guessed = elements({**record, "certainty": "suspected", "agent_id": None}, rule)
    assert [e.state for e in guessed] == ["unknown"] * 5
