"""What a breach puts at risk: tiers, shares between bounds, and what is not known."""

from decimal import Decimal

import pytest

from auditor.model import Order, Penalty, Tier
from auditor.money import at_risk, needs_order, spoken

LATE = Penalty("order", "CNY", (Tier(upto=Decimal(300), amount=Decimal(3)), Tier(share=Decimal("0.01"), most=Decimal(30))))
COMMITMENT = Penalty("order", "CNY", (Tier(share=Decimal("0.1"), least=Decimal(5), most=Decimal(100)),))
FIXED = Penalty("conversation", "CNY", (Tier(amount=Decimal(3)),))


def order(value: str | None, currency: str | None = "CNY") -> Order:
    return Order("O1", amount=None if value is None else Decimal(value), currency=currency)


@pytest.mark.parametrize(
    ("penalty", "value", "cents", "arithmetic"),
    [
        (LATE, "300.00", 300, "3 CNY"),
        (LATE, "300.01", 300, "1 % × 300.01 = 3 CNY"),
        (LATE, "4000", 3000, "1 % × 4000 = 40 CNY, max 30 → 30 CNY"),
        (COMMITMENT, "128.40", 1284, "10 % × 128.40 = 12.84 CNY"),
        (COMMITMENT, "19.90", 500, "10 % × 19.90 = 1.99 CNY, min 5, max 100 → 5 CNY"),
        (FIXED, None, 300, "3 CNY"),
    ],
)
def test_the_sum(penalty: Penalty, value: str | None, cents: int, arithmetic: str) -> None:
    assert at_risk(penalty, order(value)) == (cents, "CNY", arithmetic)


@pytest.mark.parametrize("unknown", [None, order(None), order("128", "PLN")], ids=["no order", "no value", "other currency"])
def test_an_unknown_value_is_no_sum(unknown: Order | None) -> None:
    assert at_risk(COMMITMENT, unknown) == (None, "CNY", "10 % (min 5, max 100 CNY); order value unknown")
    assert at_risk(LATE, unknown) == (None, "CNY", "<= 300: 3 CNY; else 1 % (max 30 CNY); order value unknown")


def test_points_alone_are_no_money() -> None:
    assert at_risk(Penalty(points="A6"), None) == (None, None, "")
    assert at_risk(None, None).cents is None


def test_only_values_need_the_order() -> None:
    assert [needs_order(p) for p in (LATE, COMMITMENT, FIXED, None)] == [True, True, False, False]
    assert spoken(FIXED) == "3 CNY"
