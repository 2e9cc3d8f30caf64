"""One pass over a text: what kinds of words stand where (times, actions, negation, conditions …).

The kinds are the word lists in rules/words/<lang>/promises/ plus `time`, the grammar of times_<lang>.py.
All patterns of a language are one linear-time alternation; where several match, the longest wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import re2

from auditor.model import LANGS, Lang
from auditor.reading import times_en, times_pl, times_zh
from auditor.reading.normal import Normal
from auditor.reading.patterns import as_gate
from auditor.reading.times import Piece, Reader
from auditor.reading.words import word_list
from auditor.rulesdir import RULES

TIMES: dict[Lang, tuple[tuple[str, Reader], ...]] = {"zh": times_zh.RULES, "en": times_en.RULES, "pl": times_pl.RULES}


_WEAK = ("hedge", "estimate", "to_buyer", "also", "just", "yes", "filler")  # a word is one of these only if nothing else


@dataclass(frozen=True, slots=True)
class Token:
    """A word or expression: text[start:end] of the normal form is of that kind; a `time` has its piece."""

    kind: str
    start: int
    end: int
    piece: Piece | None = None
    yes: bool = False  # it is a plain yes as well


@dataclass(frozen=True, slots=True)
class Lexer:
    """The patterns of a language."""

    everything: Any  # compiled alternation over UTF-8
    kinds: tuple[tuple[str, Any], ...]  # kind, compiled; the first that matches a found text names it
    times: tuple[tuple[Any, Reader], ...]
    gate: str


def tokens(normal: Normal, lang: Lang) -> list[Token]:
    """The tokens of a text, in order, not overlapping; positions are into `normal.text`."""
    text = normal.folded if lang == "pl" else normal.text
    encoded = text.encode("utf-8", "surrogatepass")
    plain = text.isascii()
    found: list[Token] = []
    at_byte = at = 0
    for match in lexer(lang).everything.finditer(encoded):
        first, last = match.span()
        if first == last:
            continue
        word = encoded[first:last].decode("utf-8", "replace")
        start = at + (first - at_byte if plain else len(encoded[at_byte:first].decode("utf-8", "replace")))
        at_byte, at = last, start + len(word)
        kind, piece, yes = _kind_of(word, lang)
        if kind:
            found.append(Token(kind, start, at, piece, yes))
    return found


@lru_cache(maxsize=65536)
def _kind_of(word: str, lang: Lang) -> tuple[str, Piece | None, bool]:
    this = lexer(lang)
    kinds = [kind for kind, pattern in this.kinds if pattern.fullmatch(word)]
    yes = "yes" in kinds
    if kinds and kinds[0] not in _WEAK:
        return kinds[0], None, yes
    for pattern, reader in this.times:
        match = pattern.fullmatch(word)
        piece = reader(match.groups()) if match else None
        if piece is not None:
            return "time", piece, yes
    return (kinds[0], None, yes) if kinds else ("", None, False)


@cache
def lexer(lang: Lang) -> Lexer:
    """The lexer of a language, from its word lists and its grammar of times."""
    folder = RULES / "words" / lang / "promises"
    lists = [word_list(f"promises/{path.stem}", lang) for path in sorted(folder.glob("*.yaml"))]
    words = {one.name.removeprefix("promises/"): one.patterns for one in lists if one is not None}
    words = dict(sorted(words.items(), key=lambda item: (_WEAK.index(item[0]) if item[0] in _WEAK else -1, item[0])))
    times = [pattern for pattern, _ in TIMES[lang]]
    patterns = [pattern for several in words.values() for pattern in several] + times
    gated = [pattern for kind, several in words.items() if kind in ("vague", "ask_when") for pattern in several]
    return Lexer(
        everything=_everything(patterns),
        kinds=tuple((kind, _one(several)) for kind, several in words.items()),
        times=tuple((_one([pattern]), reader) for pattern, reader in TIMES[lang]),
        gate="(?:" + "|".join(as_gate(pattern, lang) for pattern in (*gated, *times)) + ")",
    )


def _options() -> Any:
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    return options


def _one(patterns: Sequence[str]) -> Any:
    """Patterns that tell, with their groups, what a found word is."""
    return re2.compile("|".join(f"(?:{one})" for one in patterns), _options())


def _everything(patterns: Sequence[str]) -> Any:
    """All patterns at once, over UTF-8 and without groups: that is what makes the pass fast."""
    options = _options()
    options.longest_match = True
    options.never_capture = True
    return re2.compile("|".join(f"(?:{one})" for one in patterns).encode(), options)


def lexers() -> tuple[Lexer, ...]:
    """All of them, so that a faulty list is found before the run."""
    return tuple(lexer(lang) for lang in LANGS)
