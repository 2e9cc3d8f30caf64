"""Approved scripts (rules/scripts.yaml): texts that somebody answers for and that agents may repeat, from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import re2

from auditor.errors import Fault, UsageError
from auditor.rulesdir import RULES
from auditor.strictyaml import Document, load

PATH = RULES / "scripts.yaml"
_KEYS = frozenset({"text", "owner", "approved", "until", "shop"})
_MENDS = (("text", "say what is approved"), ("owner", "say who answers for it"))
_BLANK = re2.compile(r"\{[^{}]*\}")  # what the agent fills in
_LONGEST_FILLING = 40


@dataclass(frozen=True, slots=True)
class Script:
    """One script: good from the day `approved` to `until` (both included), in one shop or (None) in all."""

    text: str
    owner: str
    approved: date
    until: date | None
    shop: str | None
    pattern: Any


def is_approved(text: str, day: date, shop_id: str | None, also: tuple[str, ...] = ()) -> bool:
    """Whether the text, signs and spaces aside, is a script that was approved on that day, or one of `also`."""
    said = _bare(text)
    if any(_bare(one) == said for one in also):
        return True
    return any(
        script.approved <= day and (script.until is None or day <= script.until) and script.shop in (None, shop_id)
        for script in scripts(PATH)
        if script.pattern.fullmatch(said) is not None
    )


@cache
def scripts(path: Path) -> tuple[Script, ...]:
    """The file's scripts; none where there is no file. Raises UsageError that names every fault at once."""
    if not path.is_file():
        return ()
    document = load(path)
    items = document.value.get("scripts") if isinstance(document.value, dict) else None
    if not isinstance(items, list):
        raise UsageError(document.fault((), "'scripts' is not a list", "write scripts: [{text, owner, approved}]"))
    faults: list[Fault] = []
    read = [_script(document, at, faults) for at in range(len(items))]
    if faults:
        raise UsageError(faults)
    return tuple(one for one in read if one is not None)


def _script(document: Document, at: int, faults: list[Fault]) -> Script | None:
    item = document.value["scripts"][at]  # type: ignore[index, call-overload]
    if not isinstance(item, dict):
        faults.append(document.fault(("scripts", at), "a script is a mapping", "write text, owner and approved"))
        return None
    before = len(faults)
    faults += [document.fault(("scripts", at, key), f"{key!r} is not a key of a script") for key in item if key not in _KEYS]
    text, owner = (_words(document, at, item, key, mend, faults) for key, mend in _MENDS)
    approved = _day(document, at, item, "approved", faults)
    until = _day(document, at, item, "until", faults) if item.get("until") is not None else None
    if len(faults) > before or approved is None:
        return None
    shop = item.get("shop")
    return Script(text, owner, approved, until, None if shop is None else str(shop), _pattern(text))


def _words(document: Document, at: int, item: dict[str, Any], key: str, mend: str, faults: list[Fault]) -> str:
    value = item.get(key)
    if isinstance(value, str) and _bare(value):
        return value
    faults.append(document.fault(("scripts", at), f"{key!r} is missing", mend))
    return ""


def _day(document: Document, at: int, item: dict[str, Any], key: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(str(item.get(key)))
    except ValueError:
        faults.append(document.fault(("scripts", at, key), f"'{key}' is not a day", "write it as 2026-01-31"))
        return None


def _pattern(text: str) -> Any:
    pieces = [re2.escape(_bare(piece)) for piece in _BLANK.split(text)]
    return re2.compile(rf"[\s\S]{{0,{_LONGEST_FILLING}}}".join(pieces))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
