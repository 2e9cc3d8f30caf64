"""Many word lists asked at once: one pass tells which may speak, and only those are looked at clause by clause."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

import polars as pl
import re2

from auditor.model import Lang
from auditor.reading.literals import Door, door
from auditor.reading.normal import Normal, clauses
from auditor.reading.patterns import as_gate
from auditor.reading.words import Span, WordList, word_list
from auditor.rulesdir import RULES


class Lexicon:
    """The word lists of one folder and language ("acts", "topics", "claims"); `gate` lets through what any of them may match."""

    def __init__(self, folder: str, lang: Lang) -> None:
        self._lang = lang
        root = RULES / "words" / lang
        names = sorted(path.relative_to(root).with_suffix("").as_posix() for path in (root / folder).rglob("*.yaml"))
        self.lists: tuple[WordList, ...] = tuple(words for name in names if (words := word_list(name, lang)) is not None)
        self._names = tuple(words.name.removeprefix(folder + "/") for words in self.lists)

    @cached_property
    def _set(self) -> Any:
        found = re2.Set.SearchSet(_options())
        for words in self.lists:
            found.Add(as_gate(words.any.pattern, "en"))  # anchors fall away: the set sees the whole text, not its clauses
        found.Compile()
        return found

    @cached_property
    def gate(self) -> str:
        """A pattern (RE2 and Rust) over normal texts that any text with a find matches."""
        return "(?:" + "|".join(_slim(words.gate) for words in self.lists) + ")"

    @cached_property
    def narrow(self) -> str:
        """As `gate`, for RE2 alone, which is not short of room."""
        return "(?:" + "|".join(words.gate for words in self.lists) + ")"

    @cached_property
    def door(self) -> Door:
        """The cheap column test of folded texts that any text with a find passes."""
        return door(pattern for words in self.lists for pattern in words.patterns)

    def column(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Of texts (text_id, norm; Polish folded) the lists that may find something (text_id, name); no clause is looked at."""
        named = zip(self._names, self.lists, strict=True)
        tests = [pl.col("norm").str.contains(_slim(words.gate)).alias(name) for name, words in named]
        table = texts.select("text_id", *tests).unpivot(index="text_id", variable_name="name")
        return table.filter("value").select("text_id", "name")

    def may_find(self, normal: Normal) -> list[int]:
        """Indices of the lists that may match somewhere in that text."""
        return sorted(self._set.Match(normal.folded if self._lang == "pl" else normal.text) or ())

    def find(self, normal: Normal) -> Mapping[str, tuple[Span, ...]]:
        """List name (without its folder) → where its words stand; only lists that found something, sorted by name."""
        maybe = self.may_find(normal)
        if not maybe:
            return {}
        borders = clauses_of(normal, self._lang)
        found = {self._names[at]: _spans(self.lists[at], normal, borders) for at in maybe}
        return {name: spans for name, spans in found.items() if spans}


def clauses_of(normal: Normal, lang: Lang) -> tuple[Span, ...]:
    """The clauses of the text; in Polish and English a comma between digits is a decimal one and parts nothing."""
    spans = clauses(normal)
    if lang == "zh" or "," not in normal.text:
        return spans
    joined: list[Span] = []
    for start, end in spans:
        if joined and _is_decimal(normal.text, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _is_decimal(text: str, end: int, start: int) -> bool:
    return start == end + 1 and text[end] == "," and text[end - 1].isdigit() and text[start].isdigit()


def _spans(words: WordList, normal: Normal, borders: tuple[Span, ...]) -> tuple[Span, ...]:
    if words.whole_message or words.tokens or words.unless_message is not None:
        return words.find(normal)
    text = normal.folded if words.lang == "pl" else normal.text
    found: list[Span] = []
    for start, end in borders:
        piece = text[start:end]
        if words.any.search(piece) is None or (words.unless is not None and words.unless.search(piece) is not None):
            continue
        found.extend((start + m.start(), start + m.end()) for m in words.any.finditer(piece) if m.end() > m.start())
    return tuple(found)


def _slim(gate: str) -> str:
    """The gate with word tails as "anything but a blank": looser, and small enough for the column engine."""
    return gate.replace(r"\w*", "[^ ]*").replace(r"\w+", "[^ ]+").replace(r"\w", "[^ ]")


def _options() -> Any:
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    return options


@cache
def lexicon(folder: str, lang: Lang) -> Lexicon:
    """The lists of that folder and language. Raises UsageError on a faulty file."""
    return Lexicon(folder, lang)
