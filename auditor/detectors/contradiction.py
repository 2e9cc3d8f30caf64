"""Claims that cannot both be true: against a fact of the shop, against the same agent's or a colleague's other words.

Under one fact, what is told and what is not:

    fact: return_policy 14_days
    2026-03-02 10:00:00 agent marta: Zwrotów nie przyjmujemy        flagged: the shop takes goods back for 14 days
    2026-03-02 10:00:00 agent marta: Ma Pan 14 dni na zwrot         passes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import polars as pl

from auditor.detectors.against_facts import against_facts, judge, speaker_of
from auditor.detectors.features import conversations_with_both, quotes, told_pairs
from auditor.detectors.said import (
    Said,
    buyer_spoke_between,
    claims_of,
    lines_that_may_claim,
    quote_of,
    said,
)
from auditor.model import Conversation, FactValue, Hit, NotEvaluated
from auditor.reading.claims import frames
from auditor.reading.compare import opposed
from auditor.reading.normal import normal
from auditor.reading.stated import FIXED
from auditor.reading.things import may_be_the_same_thing
from auditor.shard import Shard

NAME = "contradiction"
FACTS = frozenset({"slot", "said", "said_by", "other", "other_by", "other_at", "fact", "fact_text"})

_OF_SHOP = frozenset({"invoice", "carrier"})  # the same whatever is bought
_PASSING = frozenset(
    {"stock", "price", "discount", "ship_time", "gift", "carrier"}
)  # may honestly change from one day to the next
_WITH_FACTS = (
    "shipping_fee", "return_policy", "price", "stock", "ship_time", "warranty", "authenticity", "invoice", "gift", "material",
    "carrier",
)  # fmt: skip
_WITH_WORDS = (
    "shipping_fee", "return_policy", "return_fee", "price", "stock", "ship_time", "warranty", "authenticity", "invoice", "gift",
    "material", "discount", "carrier",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Params:
    """What a claim is held against, and the `slots` (interfaces.md section 6) that are compared; none: all comparable ones."""

    against: Literal["fact", "self", "colleague", "any"] = "any"
    slots: tuple[str, ...] = ()


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """One hit per conversation, agent and slot."""
    if params.against in ("fact", "any"):
        slots = params.slots or _WITH_FACTS
        for conversation in shard.conversations(_with_facts(shard, slots)):
            yield from against_facts(shard, conversation, slots)
    if params.against != "fact":
        slots = params.slots or _WITH_WORDS
        for conversation in shard.conversations(_with_two_values(shard, slots)):
            yield from _against_words(shard, conversation, slots, params.against)
        if not params.slots:
            for conversation in shard.conversations(conversations_with_both(shard)):
                yield from _properties(shard, conversation, params.against)


# ---- which conversations -----------------------------------------------------------------------------------------------


def _with_facts(shard: Shard, slots: Sequence[str]) -> list[str]:
    """Conversations of a shop with a fact of a slot that one of its agents claims something about."""
    known = sorted({(shop.shop_id, fact.slot) for shop in shard.shops.values() for fact in shop.facts if fact.slot in slots})
    if not known:
        return []
    facts = pl.DataFrame(known, schema={"shop_id": pl.String, "slot": pl.String}, orient="row")
    shops = shard.messages.select("conversation_id", "shop_id").drop_nulls().unique().join(facts, on="shop_id")
    lines = lines_that_may_claim(shard, slots).join(shops, on=["conversation_id", "slot"], how="semi")
    claimed = {(text_id, slot) for text_id, slot in lines.select("text_id", "slot").unique().iter_rows()
               if any(claim.slot == slot for claim in claims_of(shard, text_id))}  # fmt: skip
    return sorted({cid for cid, text_id, slot in lines.select("conversation_id", "text_id", "slot").iter_rows()
                   if (text_id, slot) in claimed})  # fmt: skip


def _with_two_values(shard: Shard, slots: Sequence[str]) -> list[str]:
    """Conversations in which two different texts of agents claim what cannot both be true."""
    lines = lines_that_may_claim(shard, slots).filter((pl.col("slot") != "stock") | (pl.col("kind") != "number"))
    with_product = shard.messages.filter(pl.col("product_id").is_not_null())["conversation_id"].unique()
    lines = lines.filter((pl.col("slot") != "price") | pl.col("conversation_id").is_in(with_product.to_list()))
    open_kind = ~pl.col("kind").is_in(sorted(FIXED)) & (pl.col("slot") != "discount")
    texts = lines.group_by("conversation_id", "slot", "kind").agg(pl.col("text_id").unique())
    texts = texts.with_columns((open_kind & (pl.col("text_id").list.len() > 1)).alias("open"))
    table = texts.group_by("conversation_id", "slot").agg(
        pl.col("text_id").explode().unique(), pl.len().alias("kinds"), pl.col("open").any()
    )
    maybe = table.filter((pl.col("text_id").list.len() > 1) & ((pl.col("kinds") > 1) | pl.col("open")))
    rows = maybe.select("conversation_id", "slot", "text_id").iter_rows()
    return sorted({cid for cid, slot, texts in rows if _may_oppose(shard, slot, texts)})


def _may_oppose(shard: Shard, slot: str, texts: Sequence[int]) -> bool:
    claimed = [(t, claim) for t in texts for claim in claims_of(shard, t) if claim.slot == slot]
    return any(t != u and opposed(one, other) for (t, one), (u, other) in combinations(claimed, 2))


# ---- against other words ---------------------------------------------------------------------------------------------------


def _against_words(shard: Shard, conversation: Conversation, slots: Sequence[str], against: str) -> Iterator[Hit]:
    ours = [one for one in said(shard, conversation) if one.claim.slot in slots]
    for slot in sorted({one.claim.slot for one in ours}):
        mine = [one for one in ours if one.claim.slot == slot]
        if any(judged[0] for one in mine if (judged := judge(shard, conversation, one)) is not None):
            continue  # a fact tells who is wrong
        yield from _pairs(conversation, mine, against)


def _pairs(conversation: Conversation, mine: Sequence[Said], against: str) -> Iterator[Hit]:
    """The first claim that somebody contradicts, with all later claims of that agent that contradict it."""
    done: set[str] = set()
    for place, first in enumerate(mine):
        for later in mine[place + 1 :]:
            agent = speaker_of(later)
            same = agent == speaker_of(first)
            if agent in done or against not in ("any", "self" if same else "colleague") or not _clash(conversation, first, later):
                continue
            done.add(agent)
            against_it = [one for one in mine[place + 1 :] if speaker_of(one) == agent and _clash(conversation, first, one)]
            yield _word_hit(first, against_it)


def _clash(conversation: Conversation, first: Said, later: Said) -> bool:
    if not opposed(first.claim, later.claim) or later.claim.correction or first.at == later.at:
        return False
    if speaker_of(first) == speaker_of(later) and not buyer_spoke_between(conversation, first.at, later.at):
        return False  # still one turn: it explains or corrects itself
    if not speaker_of(first) or not speaker_of(later):
        return False
    another_day = first.message.at.date() != later.message.at.date()
    if first.claim.slot in _PASSING and another_day and not (first.claim.slot == "gift" and _is_for_all(later)):
        return False
    if first.claim.slot == "carrier" and not _is_for_all(later):
        return False
    if first.claim.slot in ("price", "discount", "shipping_fee") and (first.special or later.special):
        return False
    if first.product_id != later.product_id or first.limits != later.limits:
        return False
    if first.claim.slot == "price" and (first.product_id is None or first.limits):
        return False
    if first.claim.slot in _OF_SHOP:
        return True
    return may_be_the_same_thing(first.claim.text, first.asked, later.claim.text, later.asked, later.lang, first.claim.slot)


def _properties(shard: Shard, conversation: Conversation, against: str) -> Iterator[Hit]:
    """The first pair for each agent of a property affirmed and denied."""
    done: set[str] = set()
    for first, later in told_pairs(shard, conversation):
        mine, other = later.message.sender_id, first.message.sender_id
        if mine is None or other is None or mine in done or against not in ("any", "self" if mine == other else "colleague"):
            continue
        done.add(mine)
        facts: dict[str, FactValue] = {
            "slot": "property",
            "said": later.quote,
            "said_by": mine,
            "other": first.quote,
            "other_by": other,
            "other_at": first.message.at,
        }
        yield Hit(
            at=later.message.at,
            conversation_id=later.message.conversation_id,
            message_ids=(first.message.message_id, later.message.message_id),
            agent_id=mine,
            certainty="suspected",
            quote=quotes((first, later)),
            facts=facts,
            measured=later.quote,
            threshold=first.quote,
            basis="two_claims",
        )


def _is_for_all(one: Said) -> bool:
    """Whether it is said of all orders at all times: carriers and gifts may change, or be chosen."""
    return frames(normal(one.message.text), one.lang, ("universal",))


def _word_hit(first: Said, later: Sequence[Said]) -> Hit:
    one = later[0]
    parts = (first, *later)
    facts: dict[str, FactValue] = {
        "slot": one.claim.slot,
        "said": one.claim.text,
        "said_by": one.message.sender_id,
        "other": first.claim.text,
        "other_by": first.message.sender_id,
        "other_at": first.message.at,
    }
    return Hit(
        at=one.message.at,
        conversation_id=one.message.conversation_id,
        message_ids=tuple(dict.fromkeys(part.message.message_id for part in parts)),
        agent_id=one.message.sender_id,
        certainty="suspected",
        quote=quote_of(parts),
        facts=facts,
        measured=f"{one.claim.slot} = {one.claim.value}",
        threshold=f"{first.claim.slot} = {first.claim.value}",
        basis="two_claims",
    )
