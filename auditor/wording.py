"""A rule's sentence with the facts of a finding put in, in Chinese, English or Polish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from auditor.model import FactValue, Texts

NOTHING = "–"
LONGEST = 200  # characters of a quoted text inside a sentence

_UNITS: Mapping[str, tuple[str, str, str, str]] = {
    "zh": ("天", "小时", "分", "秒"),
    "en": ("d", "h", "min", "s"),
    "pl": ("d", "godz.", "min", "s"),
}


class BraceError(ValueError):
    """A brace in a rule's sentence that is not a plain {name}."""


def pieces(text: str) -> list[tuple[str, str]]:
    """Split a sentence into (literal, name) pairs; the name is "" after the last literal.

    Only {name} of lower-case letters, digits and underscores is known: no attribute, index, format or nesting. Raises BraceError.
    """
    found: list[tuple[str, str]] = []
    rest = text
    while True:
        literal, brace, tail = rest.partition("{")
        if "}" in literal:
            raise BraceError("a closing brace without an opening one")
        if not brace:
            return [*found, (literal, "")]
        name, closing, rest = tail.partition("}")
        if not closing:
            raise BraceError("an opening brace without a closing one")
        if not (name.isascii() and name.isidentifier() and name == name.lower()):
            raise BraceError(f"{{{name}}} is not a plain name")
        found.append((literal, name))


def names(text: str) -> tuple[str, ...]:
    """The names that a sentence asks for, in order. Raises BraceError."""
    return tuple(name for _, name in pieces(text) if name)


def render(texts: Texts, facts: Mapping[str, FactValue], lang: str) -> str:
    """The sentence of that language (else English) with {name} replaced; a fact that is missing or None reads "–".

    Facts are put in once: braces inside them stay as they are.
    """
    text = texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")
    sentence = ""
    for literal, name in pieces(text):
        dots = sentence.endswith(".") and literal.startswith(".")  # "24 godz." ends a Polish sentence without a second dot
        sentence += literal[dots:] + (say(facts.get(name), lang) if name else "")
    return sentence


def say(value: FactValue, lang: str) -> str:
    """One fact in words: durations by unit, instants with their offset, texts on one line and not endless."""
    if value is None:
        return NOTHING
    if isinstance(value, timedelta):
        return say_duration(value, lang)
    if isinstance(value, datetime):
        return say_instant(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return f"{value:g}"
    line = " ".join(str(value).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def say_duration(value: timedelta, lang: str) -> str:
    """Whole seconds in words: "3 分 1 秒", "24 h", "2 d 5 godz."; days only from 48 hours on."""
    seconds = round(value.total_seconds())
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    days = seconds // 86400 if seconds >= 2 * 86400 else 0
    seconds -= days * 86400
    amounts = (days, seconds // 3600, seconds % 3600 // 60, seconds % 60)
    units = _UNITS.get(lang, _UNITS["en"])
    parts = [f"{amount} {unit}" for amount, unit in zip(amounts, units, strict=True) if amount]
    text = sign + " ".join(parts or [f"0 {units[3]}"])
    return f"{text}钟" if text.endswith("分") else text  # "3 分 1 秒", but "3 分钟"


def say_instant(value: datetime) -> str:
    """Minutes (seconds where there are any) and the offset: "2026-11-10 14:05 (+08:00)"."""
    clock = value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    offset = value.isoformat()[-6:] if value.utcoffset() else "+00:00"
    return clock if value.tzinfo is None else f"{clock} ({offset})"
