"""Samples for spot checks: seeded, stratified, and honest about what each drawn conversation stands for."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from auditor.sampling import STRATUM, allot, draw


def conversations(*groups: tuple[str, str | None, bool, int]) -> pl.DataFrame:
    """(shop, agent, flagged, how many) → one row each."""
    rows = [
        (f"{shop}-{agent}-{flagged}-{n:04d}", "taobao", shop, agent, flagged)
        for shop, agent, flagged, count in groups
        for n in range(count)
    ]
    return pl.DataFrame(rows, schema=["conversation_id", *STRATUM], orient="row")


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    table = conversations(("a", "x", False, 400))
    first, again, other = draw(table, 20, 7), draw(table.sample(fraction=1, shuffle=True, seed=3), 20, 7), draw(table, 20, 8)
    assert first["conversation_id"].to_list() == again["conversation_id"].to_list()
    assert first["conversation_id"].to_list() != other["conversation_id"].to_list()


def test_every_agent_is_seen_flagged_and_not_and_shares_follow_sizes() -> None:
    table = conversations(("a", "x", False, 300), ("a", "y", False, 90), ("a", "y", True, 9), ("b", None, False, 1))
    drawn = draw(table, 40, 1)
    sizes = {tuple(row[:4]): row[4:] for row in drawn.group_by(STRATUM).agg(pl.len(), pl.col("stratum_size").first()).rows()}
    assert sizes == {
        ("taobao", "a", "x", False): (30, 300),
        ("taobao", "a", "y", False): (8, 90),
        ("taobao", "a", "y", True): (1, 9),
        ("taobao", "b", None, False): (1, 1),
    }


def test_a_small_export_is_taken_whole() -> None:
    table = conversations(("a", "x", False, 3))
    assert draw(table, 50, 1).height == 3


def test_a_drawn_conversation_stays_drawn_when_others_join_its_stratum_share() -> None:
    table = conversations(("a", "x", False, 100))
    assert set(draw(table, 10, 5)["conversation_id"]) < set(draw(table, 20, 5)["conversation_id"])


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.integers(1, 200))
def test_shares_add_up_and_never_exceed_what_there_is(sizes: list[int], total: int) -> None:
    given_ = allot(sizes, total)
    assert sum(given_) == min(total, sum(sizes))
    assert all(0 <= part <= size for part, size in zip(given_, sizes, strict=True))
    if total >= len(sizes):
        assert min(given_) >= 1
