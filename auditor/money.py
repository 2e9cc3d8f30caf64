"""What a breach costs by its clause, with the arithmetic, and which figures are not certain."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from auditor.model import Figure, Order, Penalty, Tier

_CENT = Decimal("0.01")


class Risk(NamedTuple):
    """`cents` None: the clause names no money, or the order's value is not known; `arithmetic` says which sum was done."""

    cents: int | None = None
    currency: str | None = None
    arithmetic: str = ""


def at_risk(penalty: Penalty | None, order: Order | None) -> Risk:
    """The money that one breach puts at risk. Values of orders in another currency are not converted."""
    if penalty is None or not penalty.tiers:
        return Risk()
    value = order.amount if order is not None and order.currency in (None, penalty.currency) else None
    tier = _tier(penalty, value)
    if tier is None:
        return Risk(None, penalty.currency, f"{spoken(penalty)}; order value unknown")
    amount, said = _amount(tier, value, penalty.currency)
    if amount is None:
        return Risk(None, penalty.currency, said)
    return Risk(int((amount * 100).to_integral_value(ROUND_HALF_UP)), penalty.currency, said)


def doubt(figures: tuple[Figure, ...]) -> str:
    """Figures that are not certain: "counted: 08:00-23:00 (source) | 09:00-21:00 (source)"; empty where there are none."""
    return "; ".join(f"{each.param}: " + " | ".join(f"{value} ({source})" for value, source in each.says) for each in figures)


def needs_order(penalty: Penalty | None) -> bool:
    """Whether what a breach costs depends on the order's value."""
    return penalty is not None and any(tier.share is not None or tier.upto is not None for tier in penalty.tiers)


def spoken(penalty: Penalty) -> str:
    """The penalty as a formula: "<= 300: 3 CNY; else 1 % (max 30 CNY)"."""
    return "; ".join(_rule(tier, penalty.currency, len(penalty.tiers)) for tier in penalty.tiers)


def _tier(penalty: Penalty, value: Decimal | None) -> Tier | None:
    """The tier of an order of that value; where the value is not known, the only one."""
    if len(penalty.tiers) == 1 and penalty.tiers[0].upto is None:
        return penalty.tiers[0]
    if value is None:
        return None
    return next((tier for tier in penalty.tiers if tier.upto is None or value <= tier.upto), None)


def _amount(tier: Tier, value: Decimal | None, currency: str) -> tuple[Decimal | None, str]:
    if tier.share is None:
        amount = tier.amount or Decimal(0)
        return amount, f"{_plain(amount)} {currency}"
    if value is None:
        return None, f"{_rule(tier, currency, 1)}; order value unknown"
    exact = value * tier.share
    bounded = exact if tier.most is None else min(exact, tier.most)
    amount = max(bounded, tier.least or Decimal(0)).quantize(_CENT, ROUND_HALF_UP)
    said = f"{_percent(tier.share)} × {_plain(value)} = {_plain(exact.quantize(_CENT, ROUND_HALF_UP))} {currency}"
    if amount != exact.quantize(_CENT, ROUND_HALF_UP):
        said += f", {_bounds(tier)} → {_plain(amount)} {currency}"
    return amount, said


def _rule(tier: Tier, currency: str, of: int) -> str:
    reach = f"<= {_plain(tier.upto)}: " if tier.upto is not None else "else " if of > 1 else ""
    if tier.share is None:
        return f"{reach}{_plain(tier.amount or Decimal(0))} {currency}"
    bounds = _bounds(tier)
    return f"{reach}{_percent(tier.share)}" + (f" ({bounds} {currency})" if bounds else "")


def _bounds(tier: Tier) -> str:
    named = (("min", tier.least), ("max", tier.most))
    return ", ".join(f"{word} {_plain(bound)}" for word, bound in named if bound is not None)


def _percent(share: Decimal) -> str:
    return f"{_plain(share * 100)} %"


def _plain(amount: Decimal) -> str:
    """Without the point where only noughts stand behind it: 3, 12.80."""
    whole = amount.to_integral_value()
    return f"{whole if whole == amount else amount:f}"
