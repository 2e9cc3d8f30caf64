"""Whether two statements of one slot can both be true: a claim against a fact, a claim against a claim."""

from __future__ import annotations

from decimal import Decimal

from auditor.model import Claim, Fact
from auditor.reading.values import named, numbers, to_decimal

_NO = frozenset({"no", "none", "false", "0", "not_available", "not_included"})
_YES_NO = frozenset({"invoice", "gift"})
_UNITS = (("month", 1), ("miesi", 1), ("月", 1), ("year", 12), ("rok", 12), ("lat", 12), ("年", 12))
# What is true of every region of a country, where an exception names only far ones.
_NEAR = frozenset({"江浙沪", "北京", "广东", "福建", "山东", "河南", "湖北", "湖南", "四川"})
_KIND_OF = {
    **dict.fromkeys(("oak", "beech", "pine", "walnut", "ash", "birch", "maple", "acacia", "rubberwood"), "wood"),
    "stainless steel": "steel", "carbon steel": "steel", "brass": "copper", "steel": "iron",
}  # fmt: skip

_PURE = ("100%", "百分百", "百分之百", "纯", "全棉", "全羊毛", "pure", "czyst", "litego", "solid", "full-grain")


def disproves(fact: Fact, claim: Claim) -> bool | None:
    """Whether the fact proves the claim false; None where the two cannot be compared (another unit, region, case …)."""
    if claim.conditional or not claim.value:
        return None
    judge = _JUDGES.get(claim.slot)
    return judge(fact, claim) if judge else None


def opposed(one: Claim, other: Claim) -> bool:
    """Whether two claims of one slot (of the same thing, at the same time) cannot both be true."""
    if one.slot != other.slot or one.conditional or other.conditional or one.value == other.value:
        return False
    values = {_sort(one.value), _sort(other.value)}
    if one.slot == "stock":
        return {one.value, other.value} == {"in_stock", "out_of_stock"}
    if one.slot == "shipping_fee":
        return values in ({"free", "amount"}, {"free", "buyer_pays"}, {"free_over"}, {"amount"})
    if one.slot == "return_policy":
        return "none" in values or values == {"amount"}
    if one.slot == "ship_time":
        return hours(one.value) != hours(other.value)
    if one.slot == "material":
        return _KIND_OF.get(one.value) != other.value and _KIND_OF.get(other.value) != one.value
    if one.slot == "discount":
        return "none" in values
    return one.slot in ("carrier", "warranty", "price", "authenticity", "invoice", "gift", "return_fee", "shipped")


def _sort(value: str) -> str:
    if value.startswith("free_over"):
        return "free_over"
    return "amount" if value[:1].isdigit() else value


def months(value: str) -> Decimal | None:
    """A warranty in months ("12_months", "1_year", "2年"); None for days, "none", "lifetime"."""
    found = numbers(value)
    unit = next((factor for word, factor in _UNITS if word in value.lower()), None)
    return found[0] * unit if found and unit else None


def hours(value: str) -> Decimal | None:
    """A ship time in hours ("48h", "3d", "2_days")."""
    found = numbers(value)
    if not found:
        return None
    return found[-1] * (1 if "h" in value or "小时" in value else 24)


def days(value: str) -> Decimal | None:
    """A return window in days ("7_days", "7_days_no_reason")."""
    found = numbers(value)
    return found[0] if found and ("day" in value or "dni" in value or "天" in value or value.isdigit()) else None


def _stock(fact: Fact, claim: Claim) -> bool | None:
    held = to_decimal(fact.value) if fact.value[:1].isdigit() else None
    there = held > 0 if held is not None else {"in_stock": True, "out_of_stock": False}.get(fact.value)
    if there is None or claim.subject or claim.value not in ("in_stock", "out_of_stock"):
        return None
    return there != (claim.value == "in_stock")


def _price(fact: Fact, claim: Claim) -> bool | None:
    right, said = to_decimal(fact.value) if fact.value[:1].isdigit() else None, to_decimal(claim.value)
    return None if right is None or said is None else right != said


def _shipping_fee(fact: Fact, claim: Claim) -> bool | None:
    value, sort = _region(fact, claim)
    if value is None:
        return None
    said, held = _sort(claim.value), sort
    if held == "free":
        return said in ("amount", "buyer_pays", "free_over") and claim.value != "0"
    if held == "free_over":
        return claim.value != value if said == "free_over" else None  # what an order costs in all is not in the claim
    if held == "amount":
        return said == "free" or (said == "amount" and to_decimal(claim.value) != to_decimal(value))
    return said == "free" if held == "buyer_pays" else None


def _region(fact: Fact, claim: Claim) -> tuple[str | None, str]:
    """The fact's value for the region that the claim speaks of, and its sort; None where it is limited otherwise."""
    regions = [one for one in claim.subject.split(" ") if one]
    known = {name: value for key, value in fact.exceptions for name in (key, *named("region", key.lower()))}
    if not regions:
        return fact.value, _sort(fact.value)
    if len(regions) == 1 and regions[0] in known:
        return known[regions[0]], _sort(known[regions[0]])
    if set(regions) <= _NEAR:
        return fact.value, _sort(fact.value)
    return None, ""


def _return_policy(fact: Fact, claim: Claim) -> bool | None:
    if claim.subject or fact.exceptions:
        return None
    held, said = days(fact.value), days(claim.value)
    if fact.value in _NO:
        return claim.value != "none"
    if held is None:
        return None
    return claim.value == "none" if said is None else said != held


def _ship_time(fact: Fact, claim: Claim) -> bool | None:
    held, said = hours(fact.value), hours(claim.value)
    return None if held is None or said is None or claim.subject else said > held  # sooner than listed harms nobody


def _warranty(fact: Fact, claim: Claim) -> bool | None:
    if claim.subject:
        return None
    if fact.value in _NO:
        return claim.value != "none"
    held, said = months(fact.value), months(claim.value)
    if claim.value == "none":
        return held is not None or fact.value == "lifetime"
    return None if held is None or said is None else held != said


def _yes_no(fact: Fact, claim: Claim) -> bool | None:
    return None if claim.subject else (fact.value in _NO) != (claim.value == "no")


def _authenticity(fact: Fact, claim: Claim) -> bool | None:
    known = {"genuine": True, "authentic": True, "original": True, "not_genuine": False, "replica": False}.get(fact.value)
    return None if known is None or claim.subject else known != (claim.value == "genuine")


def _material(fact: Fact, claim: Claim) -> bool | None:
    held = named("material", fact.value.lower().replace("_", " "))
    if claim.value in held and not claim.subject and _is_blend(fact, held) and _is_called_pure(claim):
        return True
    if not held or claim.subject or any(_KIND_OF.get(claim.value) == one or _KIND_OF.get(one) == claim.value for one in held):
        return None if not held or claim.subject else False
    return claim.value not in held


def _is_blend(fact: Fact, held: tuple[str, ...]) -> bool:
    """Whether the fact gives shares of several materials ("棉70% 聚酯30%")."""
    return len(held) > 1 and bool(numbers(fact.value))


def _is_called_pure(claim: Claim) -> bool:
    said = claim.text.lower().replace(" ", "")
    return any(word in said for word in _PURE)


def _carrier(fact: Fact, claim: Claim) -> bool | None:
    held = named("carrier", fact.value.lower())
    return claim.value not in held if held and not claim.subject else None


_JUDGES = {
    "stock": _stock,
    "price": _price,
    "shipping_fee": _shipping_fee,
    "return_policy": _return_policy,
    "ship_time": _ship_time,
    "warranty": _warranty,
    "invoice": _yes_no,
    "gift": _yes_no,
    "authenticity": _authenticity,
    "material": _material,
    "carrier": _carrier,
}
