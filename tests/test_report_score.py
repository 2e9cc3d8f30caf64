"""Scores: counts that add up, intervals, and a ranking that does not blame small samples."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_samples import AGENTS, sample

from auditor.model import FAMILIES
from auditor.score import score, trend, wilson


def test_wilson_knows_the_textbook_value() -> None:
    low, high = wilson(10, 100)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0


def test_metrics_add_up_to_what_was_found() -> None:
    result = sample("en")
    metrics = score(result).metrics
    standing = [f for f in result.findings if f.suppressed_by is None and f.rule_id != "pinduoduo/idea"]
    for certainty in ("proven", "suspected"):
        found = sum(int(metrics[f"findings_{family}_{certainty}"].sum()) for family in FAMILIES)
        assert found == sum(f.certainty == certainty for f in standing)
    assert metrics["promises_made"].sum() == len(result.ledger)
    judged = metrics["rounds_in_time"].sum() + metrics["rounds_late"].sum() + metrics["rounds_unanswered"].sum()
    assert metrics["rounds_judged"].sum() == judged == result.rounds.height
    assert metrics.select("platform", "shop_id", "agent_id", "day").is_unique().all()


def test_a_small_sample_is_listed_after_the_ranked() -> None:
    agents = score(sample("en")).agents
    assert agents["agent_id"].tolist()[-1] == AGENTS[2]
    assert agents["small_sample"].tolist() == [False, False, True]
    assert agents["points_per_100"].tolist()[2] > agents["points_per_100"].tolist()[0]


def test_suspicions_do_not_weigh() -> None:
    result = sample("en")
    before = score(result).agents.set_index("agent_id")["points"]
    doubted = replace(result, findings=tuple(replace(f, certainty="suspected") for f in result.findings))
    assert before.sum() > 0
    assert score(doubted).agents["points"].sum() == 0


def test_money_counts_an_order_once_and_the_unknown_apart() -> None:
    scores = score(sample("en"))
    # 5.50 once, as all findings name the same order; 3.00 for each of the conversations with a late first reply
    conversations = scores.findings.filter(pl_rule("pinduoduo/first_reply"))["conversation_id"].n_unique()
    assert scores.money == (("CNY", "proven", 550 + 300 * conversations),)
    assert scores.money_unknown == 4


def pl_rule(rule_id: str):  # type: ignore[no-untyped-def]
    import polars as pl

    return (pl.col("rule_id") == rule_id) & pl.col("standing")


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ((30, 100), (5, 100), "better"),
        ((5, 100), (30, 100), "worse"),
        ((10, 100), (12, 100), "steady"),
        ((1, 5), (0, 5), "unknown"),
    ],
)
def test_a_trend_needs_more_than_chance(first: tuple[int, int], second: tuple[int, int], word: str) -> None:
    assert trend(*first, *second) == word


def test_the_order_of_inputs_changes_no_count() -> None:
    result = sample("en")
    turned = replace(result, rounds=result.rounds.reverse(), activity=result.activity.reverse(), ledger=result.ledger[::-1])
    assert score(turned).metrics.equals(score(result).metrics)
