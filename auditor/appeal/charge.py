"""What a notice charges the shop with: families of rules and clause numbers, read from its clause and reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from auditor.jurisdiction import rules_on
from auditor.model import FAMILIES, Family, Notice, Pack, Rule

_KEYWORDS = Path(__file__).parent / "words" / "keywords.yaml"


@dataclass(frozen=True, slots=True)
class Charge:
    """Families the notice speaks of, the words that say so, and the pack's rules that stand behind the clause it names."""

    families: tuple[Family, ...]
    words: tuple[str, ...]
    topics: tuple[str, ...]  # of "shipping", "refund"
    named: tuple[Rule, ...]  # rules whose clause number the notice gives


def read_charge(notice: Notice, packs: Sequence[Pack]) -> Charge:
    """Read the charge of a notice, against the rules that hold for its platform."""
    hits = _hits(_plain(f"{notice.clause or ''}\n{notice.reason or ''}"))
    said = {meaning for _, meanings in hits for meaning in meanings}
    numbers = _numbers(notice.clause or "")
    rules = rules_for(notice.platform, packs)
    named = tuple(rule for rule in rules if numbers & _numbers(rule.clause.section))
    families = said & set(FAMILIES) or {rule.family for rule in named}
    return Charge(
        families=tuple(family for family in FAMILIES if family in families),
        words=tuple(word for word, _ in hits),
        topics=tuple(topic for topic in ("shipping", "refund") if topic in said),
        named=named,
    )


def rules_for(platform: str, packs: Sequence[Pack]) -> list[Rule]:
    """List the active rules that can judge a message of that platform: its own packs first, then those for every platform."""
    return [rule for rule in rules_on(packs, platform) if rule.status == "active"]


@lru_cache(maxsize=1)
def _keywords() -> tuple[tuple[str, bool, tuple[str, ...]], ...]:
    """(word, whether it must begin a word, meanings), longest first."""
    raw = yaml.safe_load(_KEYWORDS.read_text("utf-8"))
    rows = [(_plain(str(word)), lang != "zh", tuple(means)) for lang, entries in raw.items() for word, means in entries.items()]
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


def _hits(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for word, begins, meanings in _keywords():
        place = _find(text, word, begins)
        if place >= 0:
            found.append((place, word, meanings))
            text = text.replace(word, "\x00" * len(word))
    return [(word, meanings) for _, word, meanings in sorted(found)]


def _find(text: str, word: str, begins: bool) -> int:
    place = text.find(word)
    while begins and place > 0 and text[place - 1].isalpha():
        place = text.find(word, place + 1)
    return place


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _numbers(text: str) -> set[str]:
    """Clause numbers such as 2.9 or 10.2; a bare number without a point is no clause number."""
    spaced = "".join(char if char in "0123456789." else " " for char in unicodedata.normalize("NFKC", text))
    return {part for part in (word.strip(".") for word in spaced.split()) if "." in part}
