"""From a pattern to the words it cannot do without: one of them stands in every text that the pattern matches.

Whole columns are searched for thousands of words at once far faster than for one pattern with gaps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.reading.patterns import as_gate

_MOST = 160  # words of one run; beyond that the run ends
_SHORT = 2  # least length of a usable word; of Chinese one character is enough


@dataclass(frozen=True, slots=True)
class _Piece:
    """`exact`: all texts that the piece matches (None: too many); `needed`: words of which one must occur (None: none)."""

    exact: frozenset[str] | None
    needed: frozenset[str] | None = None


_GAP = _Piece(None)
_NOTHING = _Piece(frozenset({""}))


def literals(patterns: Iterable[str]) -> frozenset[str] | None:
    """Words of which one occurs in every text that one of the patterns matches; None where a pattern needs none."""
    found: set[str] = set()
    for pattern in patterns:
        piece, _ = _alternatives(pattern, 0)
        words = _best([piece.exact, piece.needed])
        if words is None:
            return None
        found |= words
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Door:
    """What a column of folded texts is tested with first: one of the words, or the pattern for what needs none ("")."""

    words: tuple[str, ...]
    pattern: str


def door(patterns: Iterable[str]) -> Door:
    """The cheap test that every text passes which one of the patterns matches: words wherever a pattern needs one."""
    words: set[str] = set()
    rest: list[str] = []
    for pattern in patterns:
        needed = literals([_without_captures(pattern)])
        if needed is None:
            rest.append(as_gate(pattern, "en"))
        else:
            words |= needed
    return Door(tuple(sorted(words)), "|".join(f"(?:{one})" for one in rest))


def _without_captures(pattern: str) -> str:
    """The pattern with (?:…) for every (…)."""
    pieces: list[str] = []
    in_class = escaped = False
    for at, character in enumerate(pattern):
        captures = character == "(" and not in_class and not escaped and pattern[at + 1 : at + 2] != "?"
        pieces.append("(?:" if captures else character)
        if not escaped and character in "[]":
            in_class = character == "["
        escaped = character == "\\" and not escaped
    return "".join(pieces)


def _usable(words: frozenset[str] | None) -> bool:
    return bool(words) and all(len(w) >= _SHORT or (len(w) == 1 and w > "\u2e80") for w in words or ())


def _best(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    usable = [words for words in sets if words is not None and _usable(words)]
    if len(usable) <= 1:
        return usable[0] if usable else None
    ranks = [(min(map(len, words)), -len(words)) for words in usable]
    best = [words for words, rank in zip(usable, ranks, strict=True) if rank == max(ranks)]
    return best[0] if len(best) == 1 else max(best, key=sorted)


def _alternatives(text: str, at: int) -> tuple[_Piece, int]:
    pieces: list[_Piece] = []
    while True:
        piece, at = _sequence(text, at)
        pieces.append(piece)
        if text[at : at + 1] != "|":
            break
        at += 1
    if len(pieces) == 1:
        return pieces[0], at
    needed = [_best([piece.exact, piece.needed]) for piece in pieces]
    words = None if None in needed else frozenset().union(*(one for one in needed if one is not None))
    exact = [piece.exact for piece in pieces]
    union = None if None in exact else frozenset().union(*(one for one in exact if one is not None))
    return _Piece(union if union is None or len(union) <= _MOST else None, words), at


def _sequence(text: str, at: int) -> tuple[_Piece, int]:
    run: frozenset[str] = frozenset({""})
    whole = True
    found: list[frozenset[str] | None] = []
    while at < len(text) and text[at] not in "|)":
        piece, at = _atom(text, at)
        least, most, at = _times(text, at)
        exact, needed = piece.exact, piece.needed if least else None
        if exact is not None and (least, most) == (0, 1):
            exact = exact | {""}
        elif exact is not None and (least, most) != (1, 1):
            needed = _best([exact, needed]) if least else None
            exact = None
        found.append(needed)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = frozenset(one + other for one in run for other in exact)
            continue
        found.append(run)
        whole = False
        run = exact if exact is not None else frozenset({""})
    return _Piece(run if whole else None, _best([*found, run])), at


def _atom(text: str, at: int) -> tuple[_Piece, int]:
    character = text[at]
    if text.startswith("(?:", at):
        piece, at = _alternatives(text, at + 3)
        return piece, at + 1
    if character == "(":
        raise ValueError("only (?:…) groups are known")
    if character == "[":
        return _set(text, at)
    if character == "\\":
        return _escape(text, at)
    if character in "^$":
        return _NOTHING, at + 1
    return (_GAP if character == "." else _Piece(frozenset({character}))), at + 1


def _escape(text: str, at: int) -> tuple[_Piece, int]:
    sign = text[at + 1]
    if sign == "b":
        return _NOTHING, at + 2
    if sign in "pP":
        return _GAP, text.index("}", at) + 1 if text[at + 2 : at + 3] == "{" else at + 3
    return (_GAP if sign.isalnum() else _Piece(frozenset({sign}))), at + 2


def _set(text: str, at: int) -> tuple[_Piece, int]:
    end = at + 1 + (text[at + 1] == "^")
    end += text[end] == "]"
    while text[end] != "]":
        end += 2 if text[end] == "\\" else text.index(":]", end) + 2 - end if text.startswith("[:", end) else 1
    inside = text[at + 1 : end]
    plain = (
        len(inside) <= 12 and not inside.startswith("^") and "-" not in inside[1:-1] and "\\" not in inside and "[:" not in inside
    )
    return (_Piece(frozenset(inside)) if plain else _GAP), end + 1


def _times(text: str, at: int) -> tuple[int, int, int]:
    """Least and most repetitions (more than 1 is 2), and where the quantifier ends."""
    sign = text[at : at + 1]
    if sign == "{":
        end = text.index("}", at)
        low, comma, high = text[at + 1 : end].partition(",")
        bounds = int(low or 0), int(high or (2 if comma else low))
        at = end + 1
    elif sign in ("?", "*", "+") and sign:
        bounds = {"?": (0, 1), "*": (0, 2), "+": (1, 2)}[sign]
        at += 1
    else:
        return 1, 1, at
    return min(bounds[0], 1), min(bounds[1], 2), at + (text[at : at + 1] == "?")
