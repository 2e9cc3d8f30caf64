"""Words, instants and spans in the language asked for, and chat text made harmless to look at."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from auditor.model import Lang

_FOLDER = Path(__file__).parent / "words"
_CODES = ("event", "family", "kind", "reason")  # values under these names are codes with words of their own
_SAID_ONCE: ContextVar[timedelta | None] = ContextVar("_SAID_ONCE", default=None)
Value = str | int | Decimal | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence without a language yet: a key of the words files and what it names."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@cache
def words(lang: Lang) -> Mapping[str, str]:
    """All words of a language, by dotted key."""
    raw = yaml.safe_load((_FOLDER / f"{lang}.yaml").read_text("utf-8"))
    return {f"{group}.{key}": str(text) for group, entries in raw.items() for key, text in entries.items()}


def say(lang: Lang, key: str, **values: Value) -> str:
    """Give the sentence `key`, its places filled with values shown in that language."""
    return words(lang)[key].format_map({name: _shown(name, value, lang) for name, value in values.items()})


def tell(lang: Lang, said: Said) -> str:
    """Give a `Said` in a language."""
    return say(lang, said.key, **said.values)


def _shown(name: str, value: Value, lang: Lang) -> str:
    return known(lang, f"{name}.{value}", str(value)) if name in _CODES else show(value, lang)


def known(lang: Lang, key: str, otherwise: str) -> str:
    """Give the word for a code that may come from elsewhere, else the code itself."""
    return words(lang).get(key, visible(otherwise))


def show(value: Value, lang: Lang) -> str:
    """Write a value for people: instants with offset, spans in units, text on one line."""
    if isinstance(value, datetime):
        return clock(value)
    if isinstance(value, timedelta):
        return span(value, lang)
    return "–" if value is None else one_line(str(value))


@contextmanager
def zone_said_once(offset: timedelta | None) -> Iterator[None]:
    """Within it, instants of this offset are written without it: the text says the zone once."""
    token = _SAID_ONCE.set(offset)
    try:
        yield
    finally:
        _SAID_ONCE.reset(token)


def zone(at: datetime) -> str:
    """Write an instant's offset, as +08:00."""
    return at.isoformat()[-6:]


def clock(at: datetime) -> str:
    """Write an instant as 2026-11-21 20:00:00 +08:00, in its own offset."""
    written = at.isoformat(" ", "seconds")
    return written[:19] if at.utcoffset() == _SAID_ONCE.get() else f"{written[:19]} {written[-6:]}"


def span(length: timedelta, lang: Lang) -> str:
    """Write a length of time without its sign, all its units down to the second: `8 h 30 min`, `8小时30分`."""
    total = abs(int(length.total_seconds()))
    parts: list[str] = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, total = divmod(total, size)
        if count:
            parts.append(words(lang)[f"unit.{unit}"].format(n=count))
    return (words(lang)["unit.join"] or "").join(parts) if parts else words(lang)["unit.second"].format(n=0)


def hours(length: timedelta, lang: Lang) -> str:
    """Write a window as platforms do: whole hours up to three days (24 h, not 1 d), else as `span`."""
    count, rest = divmod(int(length.total_seconds()), 3600)
    return words(lang)["unit.hour"].format(n=count) if not rest and 0 < count <= 72 else span(length, lang)


def pick(texts: Mapping[str, str], lang: Lang) -> str:
    """Give a pack's text in that language, else in English, else in any; "" where there is none."""
    for code in (lang, "en", *sorted(texts)):
        if texts.get(code):
            return " ".join(texts[code].split())
    return ""


def visible(text: str) -> str:
    """Text in which control, direction and lone surrogate characters are shown by number; line feeds and tabs stay."""
    if text.isprintable():
        return text
    return "".join(f"[U+{ord(char):04X}]" if _hidden(char) else char for char in text)


def one_line(text: str) -> str:
    """`visible` text on one line."""
    return " ".join(visible(text).split())


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\n\t\u200d"
