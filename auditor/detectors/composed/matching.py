"""Which messages a rule's `says` means: by columns first, then text by text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import polars as pl
import re2

from auditor.detectors.composed.language import Says
from auditor.model import Conversation, Lang
from auditor.reading.normal import normal
from auditor.reading.patterns import as_gate
from auditor.shard import Shard
from auditor.turns import letters, text_made_of

_SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~")


def rows(shard: Shard, says: Says) -> pl.DataFrame:
    """conversation_id of the messages that are meant, one row a message; of those that any text fits, all."""
    wanted = shard.messages.filter(pl.col("sender_role").is_in(says.by) & pl.col("content_type").is_in(says.content))
    asked = _asked(shard, says)
    if asked.may is not None:
        written = wanted.filter(pl.col("text_id").is_in(sorted(asked.may)))["text_id"].unique().sort()
        meant = pl.DataFrame({"text_id": [i for i in written if _fits(shard, asked, i)]}, schema={"text_id": pl.UInt32})
        wanted = wanted.join(meant, on="text_id", how="semi")
    return wanted.select("conversation_id")


def _may_fit(shard: Shard, says: Says) -> frozenset[int] | None:
    """Ids of the texts that may hold the words; None where no word is asked for."""
    found: frozenset[int] | None = None
    if says.any or says.lists or says.patterns:
        gates = [_loose(_escaped(normal(word).folded)) for word in says.any] + [_loose(one) for one in says.patterns]
        found = shard.texts.may_match(says.lists) if says.lists else frozenset()
        found |= _holding(shard, "|".join(f"(?:{gate})" for gate in gates)) if gates else frozenset()
    for word in says.all:
        holding = _holding(shard, _loose(_escaped(normal(word).folded)))
        found = holding if found is None else found & holding
    return found


def _loose(pattern: str) -> str:
    return as_gate(pattern, "pl")


def _holding(shard: Shard, gate: str) -> frozenset[int]:
    return frozenset(shard.texts.frame.filter(pl.col("norm").str.contains(gate))["text_id"].to_list())


def fits(shard: Shard, says: Says, conversation: Conversation, position: int) -> bool:
    """Whether that message is meant."""
    message = conversation.messages[position]
    if message.role not in says.by or message.content_type not in says.content:
        return False
    if says.plain:
        return True
    return _fits(shard, _asked(shard, says), conversation.text_ids[position])


@dataclass(frozen=True, slots=True)
class _Asked:
    """One `says`, the texts that may fit it (None: any), and those that were looked at."""

    says: Says
    may: frozenset[int] | None
    known: dict[int, bool] = field(default_factory=dict)


def _asked(shard: Shard, says: Says) -> _Asked:
    every = shard.once(_every)
    found = every.get(id(says))  # a rule's own object: comparing what is in it would take longer than the look-up saves
    if found is None:
        found = every[id(says)] = _Asked(says, _may_fit(shard, says))
    return found


def _every(_: Shard) -> dict[int, _Asked]:
    return {}


def _fits(shard: Shard, asked: _Asked, text_id: int) -> bool:
    if asked.may is not None and text_id not in asked.may:
        return False
    if text_id not in asked.known:
        asked.known[text_id] = _holds(shard, asked.says, text_id)
    return asked.known[text_id]


def _holds(shard: Shard, says: Says, text_id: int) -> bool:
    lang, text = shard.texts.lang(text_id), shard.texts.normal(text_id)
    size = letters(text.text)
    if (says.shortest is not None and size < says.shortest) or (says.longest is not None and size > says.longest):
        return False
    view = text.folded if lang == "pl" else text.text
    finders = _compiled(says, lang)
    if any(finder.search(view) is not None for finder in finders.clearing):
        return False
    if any(shard.texts.found(name, text_id) for name in says.unless_lists):
        return False
    if not all(finder.search(view) is not None for finder in finders.needed):
        return False
    if says.unless_only and size and text_made_of(shard, text_id, lang, says.unless_only):
        return False
    if says.only and (size == 0 or not text_made_of(shard, text_id, lang, says.lists)):
        return False
    if not finders.wanted and not says.lists:
        return True
    seen = sum(finder.search(view) is not None for finder in finders.wanted)
    return seen + sum(bool(shard.texts.found(name, text_id)) for name in says.lists) >= says.least


class _Finders:
    """The compiled keywords and patterns of one `says` for texts of one language."""

    def __init__(self, says: Says, lang: Lang) -> None:
        self.wanted = [*(_keyword(word, lang) for word in says.any), *(_pattern(one, lang) for one in says.patterns)]
        self.needed = [_keyword(word, lang) for word in says.all]
        self.clearing = [*(_keyword(word, lang) for word in says.none), *(_pattern(one, lang) for one in says.unless_patterns)]


@lru_cache(maxsize=1024)
def _compiled(says: Says, lang: Lang) -> _Finders:
    return _Finders(says, lang)


def _keyword(word: str, lang: Lang) -> Any:
    form = normal(word)
    text = form.folded if lang == "pl" else form.text
    start = r"\b" if text[0].isascii() and text[0].isalnum() else ""
    end = r"\b" if text[-1].isascii() and text[-1].isalnum() else ""
    return re2.compile(start + _escaped(text) + end, _options())


def _pattern(pattern: str, lang: Lang) -> Any:
    return re2.compile(normal(pattern).folded if lang == "pl" and not pattern.isascii() else pattern, _options())


def _escaped(text: str) -> str:
    return "".join("\\" + sign if sign in _SPECIAL else sign for sign in text)


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return options
