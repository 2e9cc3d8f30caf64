"""A seeded, stratified random sample of conversations for a spot check by hand: the same seed draws the same conversations."""

from __future__ import annotations

import hashlib

import polars as pl

STRATUM = ("platform", "shop_id", "agent_id", "flagged")


def draw(conversations: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    """`size` of the conversations (conversation_id and STRATUM, one row each), by id; all of them where there are fewer.

    Each stratum gets its share by largest remainders, and one at least while there is room, the largest strata first. Within a
    stratum the draw is by a hash of seed and id, so that a conversation's chance does not depend on the others.
    Adds `stratum_size` and `stratum_drawn`: what a rate found in the sample must be weighted with.
    """
    keyed = conversations.with_columns(
        pl.col("conversation_id").map_elements(lambda cid: _lot(seed, cid), return_dtype=pl.String).alias("_lot")
    )
    strata = keyed.group_by(STRATUM).agg(pl.len().alias("stratum_size")).sort(*STRATUM, nulls_last=True)
    shares = strata.with_columns(pl.Series("stratum_drawn", allot(strata["stratum_size"].to_list(), size), dtype=pl.UInt32))
    drawn = keyed.join(shares, on=STRATUM, how="left", nulls_equal=True).with_columns(
        pl.col("_lot").rank("ordinal").over(STRATUM).alias("_place")
    )
    return drawn.filter(pl.col("_place") <= pl.col("stratum_drawn")).sort("conversation_id").drop("_lot", "_place")


def _lot(seed: int, conversation_id: str) -> str:
    return hashlib.sha256(f"{seed}\x1f{conversation_id}".encode("utf-8", "surrogatepass")).hexdigest()


def allot(sizes: list[int], total: int) -> list[int]:
    """How many of each stratum: never more than it has, in all `total` or everything there is."""
    whole = sum(sizes)
    if total >= whole:
        return list(sizes)
    largest_first = sorted(range(len(sizes)), key=lambda i: (-sizes[i], i))
    given = [0] * len(sizes)
    for i in largest_first[:total]:
        given[i] = 1
    quotas = [total * size / whole for size in sizes]
    while sum(given) < total:
        open_ones = [i for i in range(len(sizes)) if given[i] < sizes[i]]
        given[max(open_ones, key=lambda i: (quotas[i] - given[i], sizes[i], -i))] += 1
    return given
