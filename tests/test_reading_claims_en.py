"""Claims in English: slot, value and what they are limited to; and all that looks like a claim and is none."""

from __future__ import annotations

import pytest

from auditor.reading.claims import answers, claims
from auditor.reading.normal import normal


def read(text: str) -> dict[str, str]:
    return {claim.slot: claim.value for claim in claims(normal(text), "en")}


@pytest.mark.parametrize(
    "text",
    [
        "Is it in stock?",
        "It'll be back in stock next week.",
        "We'll tell you when it is in stock.",
        "You said shipping was free.",
        "Return it within 14 days? Let me check.",
        "We'll refund within 14 days.",
        "If it has already been shipped, we can't change the address.",
        "I'll let you know as soon as it has shipped.",
        "It should have shipped by now.",
        "The replacement has been shipped.",
        "We already shipped the missing screws.",
        "The instructions have been sent to your email.",
        "We refunded $5 for the scratch.",
        "Only two days left for the sale.",
        "It's not a fake.",
        "It isn't made of leather.",
        "Other sellers charge 30 EUR for shipping.",
        "The warranty does not cover water damage.",
        "No 10% off, sorry",
    ],
)
def test_no_claim(text: str) -> None:
    assert {k: v for k, v in read(text).items() if k != "compensation"} == {}


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("Yes, we have plenty in stock.", "stock", "in_stock"),
        ("Sorry, that one is sold out.", "stock", "out_of_stock"),
        ("Hurry, just three left!", "stock", "3"),
        ("It's the last one we have.", "stock", "1"),
        ("Delivery to Germany is free of charge.", "shipping_fee", "free"),
        ("Orders over $60 ship free", "shipping_fee", "free_over_60"),
        ("Shipping costs 4.90 EUR.", "shipping_fee", "4.9"),
        ("You pay for shipping.", "shipping_fee", "buyer_pays"),
        ("You have 60 days to return the item.", "return_policy", "60_days"),
        ("All sales are final.", "return_policy", "none"),
        ("Our handling time is 2 business days.", "ship_time", "2d"),
        ("We normally dispatch within 24h.", "ship_time", "24h"),
        ("Your order left our warehouse this morning.", "shipped", "true"),
        ("I dispatched your parcel yesterday.", "shipped", "true"),
        ("It hasn't been shipped yet.", "shipped", "false"),
        ("The price is 1,299.50 USD.", "price", "1299.5"),
        ("You get 15% off with it.", "discount", "15%"),
        ("We ship with Royal Mail.", "carrier", "Royal Mail"),
        ("It's covered by a three-year warranty.", "warranty", "36_months"),
        ("It comes without any warranty.", "warranty", "none"),
        ("Yes, it's 100% authentic.", "authenticity", "genuine"),
        ("We can provide a VAT invoice.", "invoice", "yes"),
        ("Sorry, we don't issue invoices.", "invoice", "no"),
        ("It's made of stainless steel.", "material", "stainless steel"),
        ("It comes with a free case.", "gift", "yes"),
        ("We can offer you a $12 refund.", "compensation", "12"),
        ("Your refund has been issued.", "refunded", "true"),
    ],
)
def test_claim(text: str, slot: str, value: str) -> None:
    assert read(text).get(slot) == value


def test_correction_and_region() -> None:
    (price,) = claims(normal("Correction: the price is 99 USD."), "en")
    assert price.correction
    assert price.value == "99"
    (fee,) = claims(normal("There's an extra 8 EUR for shipping to Spain."), "en")
    assert (fee.value, fee.subject) == ("8", "Spain")


def test_short_answers_say_what_they_would_mean() -> None:
    assert {c.slot: c.value for c in answers(normal("Hi, 12 months from delivery."), "en")}["warranty"] == "12_months"
    assert {c.slot: c.value for c in answers(normal("None on those."), "en")}["warranty"] == "none"
    assert answers(normal("None of this matters to the courier at all"), "en") == ()
