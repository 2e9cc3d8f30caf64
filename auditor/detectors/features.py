"""Properties of goods that an agent affirms and an agent denies: "no coating" and then "it has a non-stick coating".

Columns first: the word after a denial, and other lines of the same conversation that hold that word. Only such
conversations are read; what may change (stock, prices, offers) and what is no property is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import re2

from auditor.model import LANGS, Conversation, Lang, Message
from auditor.reading.claims import frames, subject_of
from auditor.reading.column import folded_column
from auditor.reading.normal import Normal, clauses
from auditor.reading.things import named_things
from auditor.reading.topics import topics
from auditor.reading.words import WordList, word_list
from auditor.shard import Shard
from auditor.turns import is_text

_KEY: dict[Lang, str] = {"zh": r"(\p{Han}{1,2})", "en": r"(\p{L}{4,6})", "pl": r"(\p{L}{4,6})"}
_PARTICLES = frozenset("的了哦呢哈啊呀吧嘛啦哟亲滴")
_TAIL = 12  # characters after the verb in which the property of a Chinese clause stands
_MOMENTARY = frozenset(
    {"stock", "price", "discount", "ship_time", "shipped", "logistics", "refund", "return", "gift", "invoice", "compensation",
     "shipping_fee", "exchange", "cancel", "order", "warranty", "human_agent"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A property that one agent's line affirms or denies; `words` names it, `head` is what stands before it in its clause."""

    at: int
    message: Message
    denied: bool
    words: str
    head: str
    quote: str
    limits: str
    asked: str


def conversations_with_both(shard: Shard) -> tuple[str, ...]:
    """Ids of the conversations in which one line of an agent denies a word that another one holds."""
    return shard.once(_with_both)


def _with_both(shard: Shard) -> tuple[str, ...]:
    said = shard.messages.filter((pl.col("sender_role") == "agent") & (pl.col("content_type") == "text"))
    said = said.select("conversation_id", "text_id").unique()
    texts = shard.texts.frame.filter(pl.col("by_agent")).select("text_id", "lang", "norm")
    found: list[pl.DataFrame] = []
    for lang in LANGS:
        words = word_list("features/denies", lang)
        part = texts.filter(pl.col("lang") == lang)
        if words is None or part.is_empty():
            continue
        view = part.with_columns(folded_column(pl.col("norm"))) if lang == "pl" else part
        key = f"(?:{'|'.join(f'(?:{one})' for one in words.patterns)}){_KEY[lang]}"
        lines = view.with_columns(pl.col("norm").str.extract(key, 1).alias("key")).join(said, on="text_id")
        denied = lines.filter(pl.col("key").is_not_null()).select("conversation_id", "key", pl.col("text_id").alias("denies"))
        both = denied.join(lines.drop("key"), on="conversation_id").filter(pl.col("text_id") != pl.col("denies"))
        both = both.with_columns(pl.col("key").str.replace_all(f"[{''.join(sorted(_PARTICLES))}]", ""))
        both = both.filter((pl.col("key") != "") & pl.col("norm").str.contains(pl.col("key"), literal=True))
        found.append(both.select("conversation_id"))
    return tuple(sorted(pl.concat(found)["conversation_id"].unique().to_list())) if found else ()


def told_pairs(shard: Shard, conversation: Conversation) -> Iterator[tuple[Told, Told]]:
    """(earlier, later) lines of agents of which one affirms what the other denies, the buyer having spoken in between."""
    told = list(_told(shard, conversation))
    for place, first in enumerate(told):
        for later in told[place + 1 :]:
            if first.denied != later.denied and _clash(conversation, first, later):
                yield first, later


def _clash(conversation: Conversation, first: Told, later: Told) -> bool:
    if not any(m.role == "buyer" for m in conversation.messages[first.at + 1 : later.at]) or first.limits != later.limits:
        return False
    if first.message.product_id != later.message.product_id:
        return False
    denial, other = (first, later) if first.denied else (later, first)
    lang = conversation.langs[later.at]
    if not _is_about(denial.words, other.words, lang):
        return False
    return _may_be_one_part(first.head, later.head, lang)


def _may_be_one_part(one: str, two: str, lang: Lang) -> bool:
    """False where what stands before the verb names different parts (外帐, 内帐; the case, the strap)."""
    if lang != "zh":
        first, second = named_things(one, lang), named_things(two, lang)
        return not first or not second or bool(first & second)
    nothing = word_list("features/no_part", lang)
    bare, other = (head if nothing is None else nothing.any.sub("", head) for head in (one, two))
    return not bare or not other or bare in other or other in bare


def _is_about(denied: str, affirmed: str, lang: Lang) -> bool:
    if lang != "zh":
        return denied.split(" ")[0] in affirmed.split(" ")
    return affirmed.endswith(denied) or affirmed.startswith(denied) if len(denied) > 1 else affirmed[-1:] == denied


def _told(shard: Shard, conversation: Conversation) -> Iterator[Told]:
    asked = ""
    for at, message in enumerate(conversation.messages):
        if message.role == "buyer" and is_text(message):
            asked = message.text
        if message.role != "agent" or not is_text(message) or message.time_doubt:
            continue
        lang = conversation.langs[at]
        text = shard.texts.normal(conversation.text_ids[at])
        if frames(text, lang, ("correction", "quoted", "another")):
            continue
        yield from _in_line(text, lang, at, message, asked)


def _in_line(text: Normal, lang: Lang, at: int, message: Message, asked: str) -> Iterator[Told]:
    view = text.folded if lang == "pl" else text.text
    lists = [(word_list(f"features/{name}", lang), name == "denies") for name in ("denies", "affirms")]
    for start, end in clauses(text):
        clause = view[start:end]
        if view[end : end + 1] == "?" or frames(_clause(clause), lang, ("conditional",)):
            continue
        for words, denied in lists:
            found = _property(clause, words, lang) if words is not None else None
            if found is not None:
                head, named = found
                yield Told(at, message, denied, named, head, text.quote(start, end), subject_of(_clause(clause), lang), asked)
                break


def _clause(words: str) -> Normal:
    return Normal(words, words, None)


def _property(clause: str, words: WordList, lang: Lang) -> tuple[str, str] | None:
    """(what stands before, the property's words) where the list's words open a property in the clause."""
    if words.unless is not None and words.unless.search(clause) is not None:
        return None
    match = words.any.search(clause)
    if match is None:
        return None
    tail = clause[match.end() :].strip()
    named = _han(tail) if lang == "zh" else _stems(tail)
    nothing = word_list("features/no_property", lang)
    if not named or (nothing is not None and nothing.any.search(named if lang == "zh" else tail.split(" ")[0]) is not None):
        return None
    if topics(_clause(clause), lang) & (_MOMENTARY if lang == "zh" else _MOMENTARY - {"gift"}):  # "comes with a case"
        return None
    return clause[: match.start()], named


_SPELT = re2.compile(r"\p{L}{4,}")
_MOST_WORDS = 3


def _stems(tail: str) -> str:
    """The first words of the property by their first six letters ("hard case"); "" where it does not begin with a long word."""
    words = [word[:6] for word in _SPELT.findall(tail)][:_MOST_WORDS]
    return " ".join(words) if words and tail.startswith(words[0]) else ""


def _han(tail: str) -> str:
    """The Han characters of the property, its closing particles left off; "" where it is no short noun or verb."""
    kept = "".join(sign for sign in tail if "\u4e00" <= sign <= "\u9fff").rstrip("".join(_PARTICLES))
    return kept if 0 < len(kept) <= _TAIL // 2 else ""


def quotes(parts: Sequence[Told]) -> str:
    """The passages, each once, as a finding quotes them."""
    return " … ".join(dict.fromkeys(one.quote for one in parts))
