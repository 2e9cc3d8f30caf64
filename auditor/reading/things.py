"""Whether two statements may speak of the same thing: the nouns of what was said and of what had been asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from auditor.model import Lang
from auditor.reading.lexicon import lexicon
from auditor.reading.normal import normal
from auditor.reading.words import word_list

_WORD = re2.compile(r"[\p{L}]{3,}")
_HAN = re2.compile(r"[\p{Han}]{2,}")
_TOPIC = {"return_policy": "return", "return_fee": "return"}
_LETTERS = 4  # of a word, so that its endings do not matter


def may_be_the_same_thing(one: str, asked: str, other: str, other_asked: str, lang: Lang, slot: str) -> bool:
    """False where both name things and none of them alike; what a statement does not name, the question before it does.

    The slot's own words ("stock", "return") name nothing.
    """
    first, asked_first = _things(one, lang, slot), _things(asked, lang, slot)
    second, asked_second = _things(other, lang, slot), _things(other_asked, lang, slot)
    if slot == "gift":  # the question and the answer name the same gift with different words
        return not first or not second or bool((first | asked_first) & (second | asked_second))
    first, second = first or asked_first, second or asked_second
    return not first or not second or bool(first & second)


def names_another_thing(one: str, asked: str, lang: Lang, slot: str) -> bool:
    """Whether the statement names things and the question before it none of them."""
    named = _things(one, lang, slot)
    return bool(named) and not named & _things(asked, lang, slot)


def named_things(text: str, lang: Lang) -> frozenset[str]:
    """The nouns and other telling words of a text, by their first letters."""
    return _things(text, lang, "")


@lru_cache(maxsize=4096)
def _things(text: str, lang: Lang, slot: str) -> frozenset[str]:
    view = normal(text)
    rest = view.text if lang == "zh" else view.folded
    for name, spans in lexicon("claims", lang).find(view).items():
        if name.startswith(slot + "/"):
            for start, end in spans:
                rest = rest[:start] + " " * (end - start) + rest[end:]
    words = _han_words(rest) if lang == "zh" else _WORD.findall(rest)
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
