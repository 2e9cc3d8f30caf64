"""Who claimed what, when, of which product, and what had been asked: what contradictions and false statements rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from auditor.model import Claim, Conversation, Lang, Message
from auditor.reading.acts import acts
from auditor.reading.claims import LONGEST_ANSWER, answers, claims, frames, subject_of
from auditor.reading.column import folded_column
from auditor.reading.lexicon import lexicon
from auditor.reading.normal import normal
from auditor.reading.topics import topics
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


# ---- by columns: which texts may claim what -----------------------------------------------------------------------------


def lines_that_may_claim(shard: Shard, slots: Collection[str]) -> pl.DataFrame:
    """Agents' lines whose text may claim something of those slots: conversation_id, text_id, slot, kind; no text is read."""
    return shard.once(_lines).filter(pl.col("slot").is_in(sorted(slots)))


def _lines(shard: Shard) -> pl.DataFrame:
    spoken = shard.messages.filter((pl.col("sender_role") == "agent") & pl.col("content_type").is_in(sorted(_SPEAKING)))
    return spoken.select("conversation_id", "text_id").unique().join(_may_claim(shard), on="text_id")


def _may_claim(shard: Shard) -> pl.DataFrame:
    parts = [pl.DataFrame(schema={"text_id": pl.UInt32, "slot": pl.String, "kind": pl.String})]
    spoken = shard.texts.frame.filter(pl.col("by_agent")).select("text_id", "lang", "norm")
    for (lang,), part in spoken.group_by("lang", maintain_order=True):
        view = part.with_columns(folded_column(pl.col("norm"))) if lang == "pl" else part
        short = view.filter(pl.col("norm").str.len_chars() <= LONGEST_ANSWER)
        for folder, rows in (("claims", view), ("claim_answers", short)):
            name = pl.col("name").str.split("/")
            found = lexicon(folder, lang).column(rows.select("text_id", "norm"))
            parts.append(found.select("text_id", name.list.first().alias("slot"), name.list.last().alias("kind")))
    return pl.concat(parts).unique()


def claims_of(shard: Shard, text_id: int) -> tuple[Claim, ...]:
    """What a text claims, or would as an answer to a question."""
    known = shard.once(_known_claims)
    if text_id not in known:
        known[text_id] = (*stated(shard, text_id), *_short(shard, text_id))
    return known[text_id]


def stated(shard: Shard, text_id: int) -> tuple[Claim, ...]:
    """What a text claims by itself."""
    known = shard.once(_known_plain)
    if text_id not in known:
        known[text_id] = claims(shard.texts.normal(text_id), shard.texts.lang(text_id))
    return known[text_id]


def _known_plain(_: Shard) -> dict[int, tuple[Claim, ...]]:
    return {}


def _known_claims(_: Shard) -> dict[int, tuple[Claim, ...]]:
    return {}


def _short(shard: Shard, text_id: int) -> tuple[Claim, ...]:
    known = shard.once(_known_answers)
    if text_id not in known:
        known[text_id] = answers(shard.texts.normal(text_id), shard.texts.lang(text_id))
    return known[text_id]


def _known_answers(_: Shard) -> dict[int, tuple[Claim, ...]]:
    return {}


# ---- in a conversation: who said what, after which question ----------------------------------------------------------------


def said(shard: Shard, conversation: Conversation) -> tuple[Said, ...]:
    """All claims of the conversation's agents, in order; short answers count where their slot was asked for."""
    known = shard.once(_known)
    if conversation.conversation_id not in known:
        known[conversation.conversation_id] = tuple(_said(shard, conversation))
    return known[conversation.conversation_id]


def _known(_: Shard) -> dict[str, tuple[Said, ...]]:
    return {}


def _said(shard: Shard, conversation: Conversation) -> Iterator[Said]:
    products: list[str] = []
    asked: list[int] = []
    question = ""
    about: frozenset[str] = frozenset()  # of the buyer's last words that had any
    now: frozenset[str] = frozenset()  # of the buyer's last words
    closed = False  # an agent has spoken since the buyer's last words
    for at, message in enumerate(conversation.messages):
        if message.product_id and (not products or products[-1] != message.product_id):
            products.append(message.product_id)
        if message.role == "buyer" and message.content_type in _SPEAKING and message.text:
            asked = [at] if closed else [*asked, at]
            closed = False
            now = _topics(shard, conversation, asked)
            about = now or about
            if any("question" in acts(shard.texts.normal(conversation.text_ids[i]), conversation.langs[i]) for i in asked):
                question = " ".join(conversation.messages[i].text for i in asked)
        if message.role != "agent" or message.content_type not in _SPEAKING or not message.text:
            continue
        closed = True
        text_id, lang = conversation.text_ids[at], conversation.langs[at]
        normal, plain = shard.texts.normal(text_id), stated(shard, text_id)
        short = [c for c in _short(shard, text_id) if _ASKED.get(c.slot, frozenset()) & (about if _is_telling(c, lang) else now)]
        every = [*plain, *(c for c in short if all(c.slot != known.slot for known in plain))]
        if not every:
            continue
        wanted = frozenset(part for i in asked for part in _limits(shard, conversation, i))
        special = frames(normal, lang, ("time_limited",))
        case = any(_is_special_case(shard, conversation, i) for i in (*asked, at))
        product = message.product_id or (products[-1] if len(set(products)) == 1 else None)
        for claim in every:
            own = frozenset(claim.subject.split(" ")) - {""}
            yield Said(at, message, claim, lang, product, question, own or wanted, special, case)


def _is_telling(claim: Claim, lang: Lang) -> bool:
    """Whether a short answer speaks of its slot though other words lie between ("12 months", "none on bits")."""
    return claim.slot in ("warranty", "price") and (lang != "zh" or claim.value[:1].isdigit())


def _topics(shard: Shard, conversation: Conversation, places: Sequence[int]) -> frozenset[str]:
    return frozenset().union(*(topics(shard.texts.normal(conversation.text_ids[i]), conversation.langs[i]) for i in places))


def _limits(shard: Shard, conversation: Conversation, at: int) -> list[str]:
    words = subject_of(shard.texts.normal(conversation.text_ids[at]), conversation.langs[at])
    return [part for part in words.split(" ") if part]


def _is_special_case(shard: Shard, conversation: Conversation, at: int) -> bool:
    return frames(shard.texts.normal(conversation.text_ids[at]), conversation.langs[at], ("special_case",))


def buyer_spoke_between(conversation: Conversation, first: int, last: int) -> bool:
    """Whether the buyer wrote anything between those two places."""
    return any(m.role == "buyer" for m in conversation.messages[first + 1 : last])


def without_corrected(conversation: Conversation, wrong: Sequence[Said], right: Sequence[Said]) -> list[Said]:
    """The wrong claims less those that the same agent put right, or took back, before the buyer wrote again."""

    def corrected(one: Said) -> bool:
        return any(
            other.at > one.at
            and other.message.sender_id == one.message.sender_id
            and not buyer_spoke_between(conversation, one.at, other.at)
            for other in right
        )

    return [one for one in wrong if not corrected(one) and not _is_taken_back(conversation, one)]


def _is_taken_back(conversation: Conversation, one: Said) -> bool:
    """Whether the agent's next lines, before the buyer wrote again, correct something ("Correction: it's 30 days")."""
    for message, lang in zip(conversation.messages[one.at + 1 :], conversation.langs[one.at + 1 :], strict=True):
        if message.role == "buyer":
            return False
        mine = message.sender_id == one.message.sender_id and message.content_type in _SPEAKING
        if mine and frames(normal(message.text), lang, ("correction",)):
            return True
    return False


def quote_of(parts: Sequence[Said]) -> str:
    """The passages, each once, as a finding quotes them."""
    return " … ".join(dict.fromkeys(one.claim.text for one in parts))
