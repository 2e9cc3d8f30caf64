"""Claims held against the facts of the shop: which fact decides, and whether it proves the claim false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from auditor.detectors.said import Said, quote_of, said, stated, without_corrected
from auditor.model import Conversation, Fact, FactValue, Hit
from auditor.reading.claims import framed, frames
from auditor.reading.compare import days, disproves
from auditor.reading.normal import Normal, normal
from auditor.reading.things import names_another_thing
from auditor.reading.topics import topics
from auditor.reading.values import named, numbers, to_decimal
from auditor.shard import Shard

_OF_PRODUCT = frozenset({"price", "stock", "material", "warranty", "gift", "authenticity"})


def against_facts(shard: Shard, conversation: Conversation, slots: Sequence[str]) -> Iterator[Hit]:
    """One hit for each slot and agent whose claims a fact proves false and who did not put them right at once."""
    judged = [(one, *judgement) for one in said(shard, conversation) if one.claim.slot in slots
              and (judgement := judge(shard, conversation, one)) is not None]  # fmt: skip
    for slot in sorted({one.claim.slot for one, _, _ in judged}):
        wrong = [one for one, false, _ in judged if false and one.claim.slot == slot]
        right = [one for one, false, _ in judged if not false and one.claim.slot == slot]
        facts = {one.at: fact for one, _, fact in judged if one.claim.slot == slot}
        left = without_corrected(conversation, wrong, right)
        for _, group in groupby(sorted(left, key=speaker_of), key=speaker_of):
            mine = list(group)
            sure = all(_is_sure(one, facts[one.at]) for one in mine)
            if sure or slot != "stock":  # of another thing, or of a size or sort of it, may be nothing left
                yield _fact_hit(mine, facts[mine[0].at], sure)


def speaker_of(one: Said) -> str:
    """The agent's id, "" where none is known."""
    return one.message.sender_id or ""


def judge(shard: Shard, conversation: Conversation, one: Said) -> tuple[bool, Fact] | None:
    """Whether a fact in force proves the claim false, and that fact; None where no fact decides."""
    claim = one.claim
    if one.message.time_doubt or one.in_special_case:
        return None
    facts = shard.facts(conversation, claim.slot, one.message, one.product_id)
    if claim.slot in _OF_PRODUCT and one.product_id is None and _is_by_product(shard, conversation, claim.slot):
        return None
    verdicts: list[tuple[bool, Fact]] = []
    for fact in facts:
        verdict = _verdict(shard, conversation, one, fact)
        if verdict is None:
            return None
        verdicts.append((verdict, fact))
    if not verdicts or any(verdict != verdicts[0][0] for verdict, _ in verdicts):
        return None
    return verdicts[0]


def _verdict(shard: Shard, conversation: Conversation, one: Said, fact: Fact) -> bool | None:
    slot = one.claim.slot
    if slot == "price":
        return _price_verdict(shard, conversation, one, fact)
    if slot == "shipping_fee":
        return _shipping_verdict(shard, conversation, one, fact)
    if slot == "stock" and one.limits:
        return None  # a size or colour may be gone while others are there
    if slot == "warranty" and _is_of_another_part(shard.texts.normal(conversation.text_ids[one.at]), one, fact):
        return None
    if slot == "return_policy" and _is_over(conversation, one, fact):
        return None
    return disproves(fact, one.claim)


def _price_verdict(shard: Shard, conversation: Conversation, one: Said, fact: Fact) -> bool | None:
    """Sales, coupons, sizes and sums make a price incomparable, unless the talk confirms that the fact's price is asked."""
    lines = shard.texts.normal(conversation.text_ids[one.at])
    if len({c.value for c in stated(shard, conversation.text_ids[one.at]) if c.slot == "price"}) > 1:
        return None  # which of them is this product's cannot be told
    asked = "price" in topics(normal(one.asked), one.lang)
    if not asked and not (frames(lines, one.lang, ("price_said",)) and _is_money(one)):
        return None
    verdict = disproves(fact, one.claim)
    price, named_price = to_decimal(fact.value), to_decimal(one.claim.value)
    if not verdict or price is None or named_price is None:
        return verdict
    later = conversation.messages[one.at + 1 :]
    confirmed = any(m.role in ("buyer", "agent") and price in numbers(m.text) for m in later)
    if (one.special or one.limits) and not confirmed:
        return None
    return True if price / 3 <= named_price <= price * 3 else None  # else another thing's price, or of so many pieces


def _is_money(one: Said) -> bool:
    """Whether the words themselves say that their figure is money: "it's 30" may be days."""
    return frames(normal(one.claim.text), one.lang, ("money",))


def _shipping_verdict(shard: Shard, conversation: Conversation, one: Said, fact: Fact) -> bool | None:
    claim = one.claim
    if one.limits and not claim.subject:  # the answer is about the region or the sum that was asked
        if named("region", " ".join(one.limits)) != tuple(one.limits):
            return None
        claim = replace(claim, subject=" ".join(sorted(one.limits)))
    elif not claim.subject and named("region", _view(shard, conversation, one)):
        return None  # "Alaska isn't included, it's $20 there"; "free, Hawaii excepted"
    if one.special:
        return None
    verdict = disproves(fact, claim)
    if verdict is None and fact.value.startswith("free_over") and claim.value == "free" and not claim.subject:
        return True if _is_never_free(shard, conversation, one, fact) else None
    return verdict


def _view(shard: Shard, conversation: Conversation, one: Said) -> str:
    text = shard.texts.normal(conversation.text_ids[one.at])
    return text.folded if one.lang == "pl" else text.text


def _is_never_free(shard: Shard, conversation: Conversation, one: Said, fact: Fact) -> bool:
    """Whether shipping was called free for everything, or for one product that costs less than the free-shipping amount."""
    said_before = conversation.messages[: one.at + 1]
    if any(numbers(m.text) for m in said_before if m.role in ("buyer", "agent")):
        return False  # sums or pieces were talked about
    if frames(shard.texts.normal(conversation.text_ids[one.at]), one.lang, ("universal",)):
        return True
    facts = shard.facts(conversation, "price", one.message, one.product_id) if one.product_id else ()
    prices = [price for f in facts if f.product_id == one.product_id and (price := to_decimal(f.value)) is not None]
    return bool(prices) and max(prices) < numbers(fact.value)[0]


def _is_of_another_part(text: Normal, one: Said, fact: Fact) -> bool:
    """Whether a part of the goods is spoken of that the fact's own words do not name."""
    parts = framed(text, one.lang, "part")
    return bool(parts) and not set(parts) & set(framed(normal(fact.text or ""), one.lang, "part"))


def _is_over(conversation: Conversation, one: Said, fact: Fact) -> bool:
    """Whether the buyer's own return window had run out: then "no" is true of this order."""
    window = days(fact.value)
    return window is not None and any(
        o.delivered_at is not None and (one.message.at - o.delivered_at).days >= window for o in conversation.orders
    )


def _is_by_product(shard: Shard, conversation: Conversation, slot: str) -> bool:
    shop = shard.shops.get(conversation.shop_id or "")
    return shop is not None and any(f.slot == slot and f.product_id is not None for f in shop.facts)


def _is_sure(one: Said, fact: Fact) -> bool:
    """Whether the words surely speak of the product that the fact is about."""
    return fact.product_id is None or not names_another_thing(one.claim.text, one.asked, one.lang, one.claim.slot)


def _fact_hit(mine: Sequence[Said], fact: Fact, sure: bool) -> Hit:
    first = mine[0]
    facts: dict[str, FactValue] = {
        "slot": first.claim.slot,
        "said": first.claim.text,
        "said_by": first.message.sender_id,
        "fact": fact.value,
        "fact_text": fact.text or f"{fact.slot}: {fact.value}",
    }
    return Hit(
        at=first.message.at,
        conversation_id=first.message.conversation_id,
        message_ids=tuple(dict.fromkeys(one.message.message_id for one in mine)),
        agent_id=first.message.sender_id,
        certainty="proven" if sure else "suspected",
        quote=quote_of(mine),
        facts=facts,
        measured=f"{first.claim.slot} = {first.claim.value}",
        threshold=f"{fact.slot} = {fact.value}",
        basis="" if sure else "wording",
    )
