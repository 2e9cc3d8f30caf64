"""Turns: what the buyer said before the people of the shop answered, and what a text consists of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.model import Conversation, Message
from auditor.reading.words import word_list
from auditor.shard import Shard


@dataclass(frozen=True, slots=True)
class Turn:
    """Positions in `Conversation.messages`: the buyer's messages, then all human answers before the buyer's next one."""

    asked: tuple[int, ...]
    answered: tuple[int, ...]


def turns(conversation: Conversation) -> tuple[Turn, ...]:
    """The conversation as turns, in order; lines of bots and of the system belong to nobody and are left out."""
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


def passages(shard: Shard, conversation: Conversation, position: int, names: Iterable[str]) -> tuple[str, ...]:
    """The passages of one message in which the word lists match, as written, list by list."""
    return tuple(quote for name in names for quote in shard.texts.found(name, conversation.text_ids[position]))


def made_of(shard: Shard, conversation: Conversation, position: int, names: Iterable[str]) -> bool:
    """Whether every letter and digit of the message stands in a passage of one of the word lists."""
    normal = shard.texts.normal(conversation.text_ids[position])
    covered: set[int] = set()
    for name in names:
        words = word_list(name, conversation.langs[position])
        for start, end in words.find(normal) if words is not None else ():
            covered.update(range(start, end))
    return all(at in covered for at, sign in enumerate(normal.text) if sign.isalnum())
