"""One pass over a text: what kinds of words stand where (times, actions, negation, conditions …).

The kinds are the word lists in rules/words/<lang>/promises/ plus `time`, the grammar of times_<lang>.py.
All patterns of a language are one linear-time alternation; where several match, the longest wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2

from auditor.model import LANGS, Lang
from auditor.reading import times_en, times_pl, times_zh
from auditor.reading.literals import Door, door
from auditor.reading.normal import Normal
from auditor.reading.patterns import as_gate
from auditor.reading.times import Piece, Reader
from auditor.reading.words import word_list
from auditor.rulesdir import RULES

TIMES: dict[Lang, tuple[tuple[str, Reader], ...]] = {"zh": times_zh.RULES, "en": times_en.RULES, "pl": times_pl.RULES}


_WEAK = ("hedge", "estimate", "to_buyer", "also", "just", "yes", "filler")  # a word is one of these only if nothing else


@dataclass(slots=True)
class Token:
    """A word or expression: text[start:end] of the normal form is of that kind; a `time` has its piece. Never changed."""

    kind: str
    start: int
    end: int
    piece: Piece | None = None
    yes: bool = False  # it is a plain yes as well


@dataclass(frozen=True, slots=True)
class Lexer:
    """The patterns of a language."""

    spans: Callable[[bytes], list[tuple[int, int]]]  # where words of any kind stand in UTF-8, from left to right
    kinds: tuple[str, ...]  # the first whose words hold a found text names it
    kinds_of: Callable[[str], list[int] | None]  # a found text → places in `kinds`
    times: tuple[tuple[Any, Reader], ...]
    times_of: Callable[[str], list[int] | None]  # a found text → places in `times`
    gate: str
    door: Door


def tokens(normal: Normal, lang: Lang) -> list[Token]:
    """The tokens of a text, in order, not overlapping; positions are into `normal.text`."""
    text = normal.folded if lang == "pl" else normal.text
    encoded = text.encode("utf-8", "surrogatepass")
    plain = len(encoded) == len(text)
    known = _words(lang)
    found: list[Token] = []
    at_byte = at = 0
    for first, last in lexer(lang).spans(encoded):
        word = encoded[first:last]
        entry = known.get(word)
        if entry is None:
            entry = _learn(word, lang, known)
        kind, piece, yes, length = entry
        if first != at_byte:
            at += first - at_byte if plain else _length(encoded[at_byte:first])
        start = at
        at_byte, at = last, at + length
        if kind:
            found.append(Token(kind, start, at, piece, yes))
    return found


def _length(encoded: bytes) -> int:
    """Characters in a stretch of UTF-8."""
    return len(encoded.decode("utf-8", "surrogatepass"))


_Word = tuple[str, Piece | None, bool, int]  # kind ("" is none), its piece, whether it is a yes, length in characters
_MOST_WORDS = 50_000


@cache
def _words(lang: Lang) -> dict[bytes, _Word]:
    """The words met so far, and what they are."""
    return {}


def _learn(word: bytes, lang: Lang, known: dict[bytes, _Word]) -> _Word:
    if len(known) >= _MOST_WORDS:
        known.clear()
    text = word.decode("utf-8", "replace")
    found = _kind_of(text, lang)
    if not found[0] and text.endswith(" "):  # a pattern whose last, optional word is missing
        found = _kind_of(text.rstrip(" "), lang)
    entry = known[word] = (*found, len(text))
    return entry


def _kind_of(word: str, lang: Lang) -> tuple[str, Piece | None, bool]:
    this = lexer(lang)
    kinds = [this.kinds[at] for at in sorted(this.kinds_of(word) or ())]
    yes = "yes" in kinds
    if kinds and kinds[0] not in _WEAK:
        return kinds[0], None, yes
    for at in sorted(this.times_of(word) or ()):
        pattern, reader = this.times[at]
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
    opening = [pattern for pattern in times if pattern not in times_en.ONLY_BESIDE_TIMES]
    gated = [pattern for kind, several in words.items() if kind in ("vague", "ask_when") for pattern in several]
    return Lexer(
        spans=_spans(_everything(patterns)),
        kinds=tuple(words),
        kinds_of=_set(words.values()),
        times_of=_set([one] for one in times),
        times=tuple((_one([pattern]), reader) for pattern, reader in TIMES[lang]),
        door=door((*gated, *opening)),
        gate="(?:" + "|".join(as_gate(pattern, lang) for pattern in (*gated, *opening)) + ")",
    )


def _options() -> Any:
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    return options


def _one(patterns: Sequence[str]) -> Any:
    """Patterns that tell, with their groups, what a found word is."""
    return re2.compile("|".join(f"(?:{one})" for one in patterns), _options())


def _set(lists: Iterable[Sequence[str]]) -> Callable[[str], list[int] | None]:
    """Which of the lists match a whole word, told in one pass."""
    options = _options()
    options.never_capture = True
    whole = re2.Set.FullMatchSet(options)
    for patterns in lists:
        whole.Add("|".join(f"(?:{one})" for one in patterns))
    whole.Compile()
    return whole.Match  # type: ignore[no-any-return]


def _everything(patterns: Sequence[str]) -> Any:
    """All patterns at once, over UTF-8 and without groups: that is what makes the pass fast."""
    options = _options()
    options.longest_match = True
    options.never_capture = True
    return re2.compile("|".join(f"(?:{one})" for one in patterns).encode(), options)


def _spans(pattern: Any) -> Callable[[bytes], list[tuple[int, int]]]:
    """As finditer over bytes, without a match object for each word: that triples the pace of the pass."""
    match = getattr(getattr(pattern, "_regexp", None), "Match", None)
    if match is None:
        return lambda encoded: [one.span() for one in pattern.finditer(encoded) if one.end() > one.start()]
    unanchored = re2._Anchor.UNANCHORED

    def spans(encoded: bytes) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        at, end = 0, len(encoded)
        while at < end:
            span = match(unanchored, encoded, at, end)[0]
            if span[0] < 0:
                break
            if span[1] > span[0]:
                found.append(span)
            at = span[1] if span[1] > at else at + 1
        return found

    return spans


def lexers() -> tuple[Lexer, ...]:
    """All of them, so that a faulty list is found before the run."""
    return tuple(lexer(lang) for lang in LANGS)
