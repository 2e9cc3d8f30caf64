"""Turns: what the buyer said before the people of the shop answered, and what a text consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from auditor.model import LANGS, Conversation, Lang, Message
from auditor.reading.literals import literals
from auditor.reading.normal import normal
from auditor.reading.words import word_list
from auditor.shard import Shard
from auditor.strictyaml import load

MARKED, PLAIN = "ąćęłńóśźż", "acelnoszz"


@dataclass(frozen=True, slots=True)
class Turn:
    """Positions in `Conversation.messages`: the buyer's messages, then all human answers before the buyer's next one."""

    asked: tuple[int, ...]
    answered: tuple[int, ...]


def turns(conversation: Conversation) -> tuple[Turn, ...]:
    """Split the conversation into turns, in order; lines of bots and of the system belong to nobody and are left out."""
    found: list[Turn] = []
    asked: list[int] = []
    answered: list[int] = []
    for position, message in enumerate(conversation.messages):
        if message.role == "buyer":
            if answered:
                found.append(Turn(tuple(asked), tuple(answered)))
                asked, answered = [], []
            asked.append(position)
        elif message.role == "agent":
            answered.append(position)
    if asked or answered:
        found.append(Turn(tuple(asked), tuple(answered)))
    return tuple(found)


def is_text(message: Message) -> bool:
    """Whether somebody typed it: cards, pictures and events quote titles that are nobody's words."""
    return message.content_type in ("text", "voice") and bool(message.text.strip())


def letters(text: str) -> int:
    """How many letters and digits a text has."""
    return sum(map(str.isalnum, text))


def may_say(shard: Shard, names: Iterable[str], role: str = "agent") -> frozenset[int]:
    """Ids of the texts of that role in which one of the lists finds something.

    Words that a list cannot do without are searched for in whole columns; only texts that hold one are read.
    """
    known = shard.once(_gates)
    for name in names:
        if (name, role) not in known:
            known[name, role] = frozenset(_holding(shard, name, role))
    return frozenset().union(*(known[name, role] for name in names))


def _gates(_: Shard) -> dict[tuple[str, str], frozenset[int]]:
    return {}


def _by_language(shard: Shard) -> dict[Lang, pl.DataFrame]:
    folded = (
        pl.when(pl.col("lang") == "pl").then(pl.col("norm").str.replace_many(list(MARKED), list(PLAIN))).otherwise(pl.col("norm"))
    )
    texts = shard.texts.frame.with_columns(folded.alias("norm"))
    return {lang: texts.filter(pl.col("lang") == lang) for lang in LANGS}


def _holding(shard: Shard, name: str, role: str) -> Iterator[int]:
    for lang, texts in shard.once(_by_language).items():
        words = word_list(name, lang)
        if words is None or texts.is_empty():
            continue
        needed = _needed(name, lang)
        said = texts.filter(pl.col(f"by_{role}"))
        held = said if needed is None else said.filter(pl.col("norm").str.contains_any(sorted(needed)))
        for text_id in held["text_id"].to_list():
            if words.find(shard.texts.normal(text_id)):
                yield text_id


@lru_cache(maxsize=512)
def _needed(name: str, lang: Lang) -> frozenset[str] | None:
    """Words of which every text that the list matches holds one; None: there are none, all texts have to be read."""
    words = word_list(name, lang)
    value = load(words.path).value if words is not None else None
    patterns = value.get("any") if isinstance(value, dict) else None
    if words is None or words.tokens or not isinstance(patterns, list):
        return None
    return literals(normal(str(pattern)).folded if lang == "pl" else str(pattern) for pattern in patterns)


def _found(_: Shard) -> dict[tuple[str, int], tuple[str, ...]]:
    return {}


def passages(shard: Shard, conversation: Conversation, position: int, names: Iterable[str]) -> tuple[str, ...]:
    """Find the passages of one message in which the word lists match, as written, list by list."""
    text_id, lang = conversation.text_ids[position], conversation.langs[position]
    known = shard.once(_found)
    quotes: list[str] = []
    for name in names:
        if (name, text_id) not in known:
            words, text = word_list(name, lang), shard.texts.normal(text_id)
            known[name, text_id] = tuple(text.quote(*span) for span in words.find(text)) if words else ()
        quotes += known[name, text_id]
    return tuple(quotes)


def made_of(shard: Shard, conversation: Conversation, position: int, names: tuple[str, ...]) -> bool:
    """Whether every letter and digit of the message stands in a passage of one of the word lists."""
    return text_made_of(shard, conversation.text_ids[position], conversation.langs[position], names)


def text_made_of(shard: Shard, text_id: int, lang: Lang, names: tuple[str, ...]) -> bool:
    """The same for a distinct text."""
    known = shard.once(_made_of)
    if (names, text_id) not in known:
        text = shard.texts.normal(text_id)
        covered: set[int] = set()
        for name in names:
            words = word_list(name, lang)
            for start, end in words.find(text) if words is not None else ():
                covered.update(range(start, end))
        known[names, text_id] = all(at in covered for at, sign in enumerate(text.text) if sign.isalnum())
    return known[names, text_id]


def _made_of(_: Shard) -> dict[tuple[tuple[str, ...], int], bool]:
    return {}


def texts_made_of(shard: Shard, names: tuple[str, ...], longest: int, among: Iterable[int] | None = None) -> list[int]:
    """Ids of the agents' texts (`among` these) of at most so many characters that consist of the lists' passages."""
    short = shard.texts.frame.filter(pl.col("by_agent") & (pl.col("norm").str.len_chars() <= longest))
    if among is not None:
        short = short.filter(pl.col("text_id").is_in(sorted(among)))
    maybe: list[int] = []
    for lang in LANGS:
        likely = short.filter((pl.col("lang") == lang) & pl.col("norm").str.contains(_only(names, lang)))
        maybe += [text_id for text_id in likely["text_id"].to_list() if text_made_of(shard, text_id, lang, names)]
    return maybe


@lru_cache(maxsize=64)
def _only(names: tuple[str, ...], lang: Lang) -> str:
    """A pattern that every text made of the lists' passages matches as a whole."""
    gates = [words.gate for name in names if (words := word_list(name, lang)) is not None]
    joined = "|".join([*gates, r"[^\pL\pN]"])
    return f"^(?:{joined})*$"
