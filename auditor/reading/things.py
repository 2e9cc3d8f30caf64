"""Whether two statements may speak of the same thing: the nouns of what was said and of what had been asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from auditor.model import Lang
from auditor.reading.normal import normal
from auditor.reading.words import word_list

_WORD = re2.compile(r"[\p{L}]{3,}")
_HAN = re2.compile(r"[\p{Han}]{2,}")
_TOPIC = {"return_policy": "return", "return_fee": "return"}
_LETTERS = 5  # of a word, so that its endings do not matter


def may_be_the_same_thing(one: str, asked: str, other: str, other_asked: str, lang: Lang, slot: str) -> bool:
    """True unless both name things and no thing is named by both; the slot's own words ("stock", "return") name nothing."""
    first, second = _things(f"{asked} {one}", lang, slot), _things(f"{other_asked} {other}", lang, slot)
    return not first or not second or bool(first & second)


@lru_cache(maxsize=4096)
def _things(text: str, lang: Lang, slot: str) -> frozenset[str]:
    view = normal(text)
    words = _han_words(view.text) if lang == "zh" else _WORD.findall(view.folded)
    return frozenset(word[:_LETTERS] for word in words if not _says_nothing(word, lang, slot))


def _han_words(text: str) -> list[str]:
    import rjieba

    return [word for word in rjieba.cut(text) if _HAN.fullmatch(word) is not None]


def _says_nothing(word: str, lang: Lang, slot: str) -> bool:
    lists = (f"topics/{_TOPIC.get(slot, slot)}", "claim_frames/no_thing")
    return any((words := _list(name, lang)) is not None and words.any.search(word) is not None for name in lists)


@lru_cache(maxsize=64)
def _list(name: str, lang: Lang) -> Any:
    return word_list(name, lang)
