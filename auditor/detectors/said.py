"""Who claimed what, when, of which product, and what had been asked: what contradictions and false statements rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from auditor.model import Claim, Conversation, Lang, Message
from auditor.reading.claims import answers, frames, subject_of
from auditor.reading.lexicon import lexicon
from auditor.shard import Shard

_ASKED: Mapping[str, frozenset[str]] = {
    "stock": frozenset({"stock"}),
    "price": frozenset({"price"}),
    "warranty": frozenset({"warranty"}),
    "shipping_fee": frozenset({"shipping_fee"}),
    "invoice": frozenset({"invoice"}),
    "shipped": frozenset({"shipped", "ship_time"}),
}
_SPEAKING = frozenset({"text", "voice"})


@dataclass(frozen=True, slots=True)
class Said:
    """One claim of one agent's message; `at` is its place in the conversation."""

    at: int
    message: Message
    claim: Claim
    lang: Lang
    product_id: str | None  # the one product that was talked about then; None: several, or not known
    asked: str  # the buyer's last question before it, "" where there is none
    limits: frozenset[str]  # regions, colours, sizes … of the claim, else of the question
    special: bool  # a sale, a coupon or several pieces are talked about in the message
    in_special_case: bool  # message or question is about goods with terms of their own (made to order, used …)


def claim_values(shard: Shard) -> pl.DataFrame:
    """What each distinct text of an agent claims, or would as an answer: text_id, slot, value."""
    return shard.once(_claim_values)


def _claim_values(shard: Shard) -> pl.DataFrame:
    rows: list[tuple[int, str, str]] = []
    spoken = shard.texts.frame.filter(pl.col("by_agent"))
    for (lang,), part in spoken.group_by("lang", maintain_order=True):
        short = part.filter(pl.col("norm").str.contains(lexicon("claim_answers", lang).gate))
        for text_id in short["text_id"].to_list():
            rows += [(text_id, c.slot, c.value) for c in answers(shard.texts.normal(text_id), lang)]
    mine = set(spoken["text_id"].to_list())
    for text_id in sorted(shard.texts.passing("claims") & mine):
        rows += [(text_id, c.slot, c.value) for c in shard.texts.reading(text_id).claims]
    return pl.DataFrame(rows, schema={"text_id": pl.UInt32, "slot": pl.String, "value": pl.String}, orient="row").unique().sort(
        "text_id", "slot", "value"
    )


def said(shard: Shard, conversation: Conversation) -> tuple[Said, ...]:
    """All claims of the conversation's agents, in order; short answers count where their slot was asked for."""
    return tuple(_said(shard, conversation))


def _said(shard: Shard, conversation: Conversation) -> Iterator[Said]:
    products: list[str] = []
    asked: list[int] = []
    question = ""
    topics: frozenset[str] = frozenset()  # of the buyer's last words that had any
    now: frozenset[str] = frozenset()  # of the buyer's last words
    closed = False  # an agent has spoken since the buyer's last words
    for at, message in enumerate(conversation.messages):
        if message.product_id and (not products or products[-1] != message.product_id):
            products.append(message.product_id)
        if message.role == "buyer" and message.content_type in _SPEAKING and message.text:
            asked = [at] if closed else [*asked, at]
            closed = False
            now = _topics(shard, conversation, asked)
            topics = now or topics
            if any("question" in shard.texts.reading(conversation.text_ids[i]).acts for i in asked):
                question = " ".join(conversation.messages[i].text for i in asked)
        if message.role != "agent" or message.content_type not in _SPEAKING or not message.text:
            continue
        closed = True
        text_id, lang = conversation.text_ids[at], conversation.langs[at]
        normal = shard.texts.normal(text_id)
        reading = shard.texts.reading(text_id)
        short = [c for c in answers(normal, lang) if _ASKED.get(c.slot, frozenset()) & (topics if _is_telling(c, lang) else now)]
        claims = [*reading.claims, *(c for c in short if all(c.slot != known.slot for known in reading.claims))]
        wanted = frozenset(part for i in asked for part in _limits(shard, conversation, i))
        special = bool(claims) and frames(normal, lang, ("time_limited",))
        case = bool(claims) and any(_is_special_case(shard, conversation, i) for i in (*asked, at))
        product = message.product_id or (products[-1] if len(set(products)) == 1 else None)
        for claim in claims:
            own = frozenset(claim.subject.split(" ")) - {""}
            yield Said(at, message, claim, lang, product, question, own or wanted, special, case)


def _is_telling(claim: Claim, lang: Lang) -> bool:
    """Whether a short answer speaks of its slot though other words lie between ("12 months", "none on bits")."""
    return claim.slot in ("warranty", "price") and (lang != "zh" or claim.value[:1].isdigit())


def _topics(shard: Shard, conversation: Conversation, places: Sequence[int]) -> frozenset[str]:
    return frozenset().union(*(shard.texts.reading(conversation.text_ids[i]).topics for i in places))


def _limits(shard: Shard, conversation: Conversation, at: int) -> list[str]:
    words = subject_of(shard.texts.normal(conversation.text_ids[at]), conversation.langs[at])
    return [part for part in words.split(" ") if part]


def _is_special_case(shard: Shard, conversation: Conversation, at: int) -> bool:
    return frames(shard.texts.normal(conversation.text_ids[at]), conversation.langs[at], ("special_case",))


def buyer_spoke_between(conversation: Conversation, first: int, last: int) -> bool:
    """Whether the buyer wrote anything between those two places."""
    return any(m.role == "buyer" for m in conversation.messages[first + 1 : last])


def without_corrected(conversation: Conversation, wrong: Sequence[Said], right: Sequence[Said]) -> list[Said]:
    """The wrong claims less those that the same agent put right before the buyer wrote again."""

    def corrected(one: Said) -> bool:
        return any(
            other.at > one.at
            and other.message.sender_id == one.message.sender_id
            and not buyer_spoke_between(conversation, one.at, other.at)
            for other in right
        )

    return [one for one in wrong if not corrected(one)]


def quote_of(parts: Sequence[Said]) -> str:
    """The passages, each once, as a finding quotes them."""
    return " … ".join(dict.fromkeys(one.claim.text for one in parts))
