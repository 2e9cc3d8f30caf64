"""Turns: what the buyer said before the people of the shop answered, and what a text consists of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from auditor.model import LANGS, Conversation, Lang, Message
from auditor.reading.words import word_list
from auditor.shard import Shard


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
    """Ids of the texts of that role in which one of the lists finds something."""
    known = shard.once(_said)
    for name in names:
        if (name, role) not in known:
            known[name, role] = frozenset(
                text_id
                for text_id in shard.texts.may_match((name,)) & shard.once(_of_role)[role]
                if shard.texts.found(name, text_id)
            )
    return frozenset().union(*(known[name, role] for name in names))


def _said(_: Shard) -> dict[tuple[str, str], frozenset[int]]:
    return {}


def _of_role(shard: Shard) -> dict[str, frozenset[int]]:
    frame = shard.texts.frame
    return {role: frozenset(frame.filter(pl.col(f"by_{role}"))["text_id"].to_list()) for role in ("agent", "buyer")}


def passages(shard: Shard, conversation: Conversation, position: int, names: Iterable[str]) -> tuple[str, ...]:
    """Find the passages of one message in which the word lists match, as written, list by list."""
    text_id = conversation.text_ids[position]
    return tuple(passage for name in names for passage in shard.texts.found(name, text_id))


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
