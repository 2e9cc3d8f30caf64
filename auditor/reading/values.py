"""One thing, many spellings: carriers, materials, regions and colours by their canonical names (rules/words/values.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import re2

from auditor.errors import Fault, UsageError
from auditor.rulesdir import RULES
from auditor.strictyaml import load

_PATH = RULES / "words" / "values.yaml"
_NUMBER = re2.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)*")
_CHINESE = {character: number for number, character in enumerate("零一二三四五六七八九十")} | {"两": 2}
_LAST = ("last", "final", "ostatni")
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "jedna": 1, "jeden": 1, "rok": 1, "roczna": 1, "dwie": 2,
    "dwa": 2, "dwuletnia": 2, "trzy": 3, "cztery": 4, "piec": 5,
}  # fmt: skip


@lru_cache(maxsize=16)
def spellings(slot: str) -> tuple[str, ...]:
    """All spellings of that slot's values, in the table's order."""
    document = load(_PATH).value
    values = document.get(slot) if isinstance(document, dict) else None
    lists = [names for names in values.values() if isinstance(names, list)] if isinstance(values, dict) else []
    return tuple(str(one) for names in lists for one in names)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, tuple[tuple[str, Any], ...]]:
    document = load(_PATH)
    if not isinstance(document.value, dict):
        raise UsageError(Fault(str(_PATH), "is not a mapping", "write slot: {value: [spellings]}"))
    table: dict[str, tuple[tuple[str, Any], ...]] = {}
    for slot, values in document.value.items():
        if not isinstance(values, dict):
            raise UsageError(document.fault((slot,), "is not a mapping", "write value: [spellings]"))
        table[slot] = tuple((value, _spelt(spellings)) for value, spellings in values.items())
    return table


def _spelt(spellings: Any) -> Any:
    pieces = [re2.escape(str(one)) if not str(one)[0].isascii() else r"\b" + re2.escape(str(one)) for one in spellings]
    return re2.compile("|".join(pieces))


@lru_cache(maxsize=16)
def _any_of(slot: str) -> Any:
    return re2.compile("|".join(pattern.pattern for _, pattern in _table()[slot]))


def named(slot: str, text: str) -> tuple[str, ...]:
    """The canonical values of that slot which the (normal, folded) text names, in the table's order."""
    if slot not in _table() or _any_of(slot).search(text) is None:
        return ()
    return tuple(value for value, pattern in _table().get(slot, ()) if pattern.search(text) is not None)


def numbers(text: str) -> tuple[Decimal, ...]:
    """The numbers written in digits, in order: "1,299.50" and "12,50" as they are meant."""
    found: list[Decimal] = []
    for match in _NUMBER.finditer(text):
        number = to_decimal(match.group().replace(" ", ""))
        if number is not None:
            found.append(number)
    return tuple(found)


def to_decimal(written: str) -> Decimal | None:
    """A number as people write it; the last of two kinds of separators is the decimal one."""
    digits = written.rstrip(".,")
    head, comma, tail = digits.rpartition(",")
    if comma and "." not in tail and len(tail) != 3:
        digits = head.replace(",", "").replace(".", "") + "." + tail
    digits = digits.replace(",", "")
    try:
        return Decimal(digits) if len(digits) <= 15 else None
    except InvalidOperation:
        return None


def plain(number: Decimal) -> str:
    """The number without needless zeros: "8", "5.99"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(text: str) -> Decimal | None:
    """The first count in a short passage, in digits, Chinese numerals up to 99 or small number words; "半" is a half."""
    found = numbers(text)
    if found:
        return found[0]
    run = ""
    for character in text:
        if character in _CHINESE:
            run += character
        elif run:
            break
    if run:
        return Decimal(_chinese(run))
    if "半" in text:
        return Decimal("0.5")
    words = text.replace("-", " ").split()
    known = [_WORDS[word] for word in words if word in _WORDS] + [1 for word in words if word.startswith(_LAST)]
    return Decimal(known[0]) if known else None


def _chinese(run: str) -> int:
    tens, ten, ones = run.partition("十")
    if not ten:
        return _CHINESE[run[0]]
    return (_CHINESE[tens[-1]] if tens else 1) * 10 + (_CHINESE[ones[0]] if ones else 0)
