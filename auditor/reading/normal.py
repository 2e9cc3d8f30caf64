"""A text as the patterns see it (width, case, script made one), with the way back to the text as it was written."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from zhconv import zhconv

_FOLD = str.maketrans("ąćęłńóśźż", "acelnoszz")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e")
_ODD: set[str] = set()  # characters seen so far whose normal form is not one character


class _Characters(dict[int, str]):
    """Character → its normal form, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        form = _normal_character(chr(code))
        if len(form) != 1:
            _ODD.add(chr(code))
        self[code] = form
        return form


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    table: dict[str, str] = zhconv.getdict("zh-hans")
    return {one: other for one, other in table.items() if len(one) == 1 and len(other) == 1}


def _normal_character(character: str) -> str:
    if character in _INVISIBLE or 0xFE00 <= ord(character) <= 0xFE0F:
        return ""
    form = unicodedata.normalize("NFKC", character).lower()
    return "".join(_simplified().get(one, one) for one in form)


_CHARACTERS = _Characters()


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` is `original` after NFKC, lower case, traditional → simplified characters, zero-width characters removed.

    Line breaks stay. Positions are into `text` (and `folded`, which is as long) unless said otherwise.
    """

    original: str
    text: str
    offsets: tuple[int, ...] | None  # text position → original position, one past the end included; None: the same
    _clauses: list[tuple[tuple[int, int], ...]] = field(default_factory=list, repr=False, compare=False)  # once worked out

    @property
    def folded(self) -> str:
        """`text` without Polish diacritics, as many people type it; just as long."""
        return self.text if self.text.isascii() else self.text.translate(_FOLD)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stands in `original`."""
        if self.offsets is None:
            return start, end
        first = self.offsets[start]
        return first, max(self.offsets[end], self.offsets[end - 1] + 1) if end > start else first

    def quote(self, start: int, end: int) -> str:
        """text[start:end] as it was written, without blanks around it."""
        first, last = self.original_span(start, end)
        return self.original[first:last].strip()


def normal(text: str) -> Normal:
    """Bring a text to its normal form. Linear in its length; never fails."""
    if text.isascii():
        return Normal(text, text.lower(), None)
    form = text.translate(_CHARACTERS)
    if not unicodedata.is_normalized("NFC", form):
        return _composed(text)
    if len(form) == len(text) and _ODD.isdisjoint(text):
        return Normal(text, form, None)
    lengths = [len(_CHARACTERS[ord(character)]) for character in text]
    return Normal(text, form, _offsets(range(len(text)), lengths, len(text)))


def _composed(text: str) -> Normal:
    """The slow way, for text with combining characters (o + ´): by groups of a letter and its marks."""
    starts: list[int] = []
    for at, character in enumerate(text):
        if not starts or not unicodedata.combining(character) or at - starts[-1] > 16:
            starts.append(at)
    groups = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    forms = [unicodedata.normalize("NFC", group).translate(_CHARACTERS) for group in groups]
    return Normal(text, "".join(forms), _offsets(starts, [len(form) for form in forms], len(text)))


def _offsets(starts: range | list[int], lengths: list[int], end: int) -> tuple[int, ...]:
    places: list[int] = []
    for start, length in zip(starts, lengths, strict=True):
        places.extend([start] * length)
    places.append(end)
    return tuple(places)


# ---- clauses -----------------------------------------------------------------------------------------------------

_ENDS = frozenset('。、;!?\n\r\t…|·•[]()【】「」『』《》<>{}"“”„«»—–→')
_UNLESS_BETWEEN_DIGITS = frozenset(":,~-–")
_ABBREVIATIONS = frozenset(
    {
        "godz",
        "ok",
        "np",
        "tel",
        "ul",
        "nr",
        "dni",
        "dn",
        "rob",
        "pn",
        "pon",
        "wt",
        "sr",
        "śr",
        "czw",
        "pt",
        "sob",
        "nd",
        "niedz",
        "tzn",
        "tj",
        "m.in",
        "a.m",
        "p.m",
        "a",
        "p",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "approx",
        "hrs",
        "hr",
        "min",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "inc",
        "vs",
        "etc",
        "w",
        "zł",
        "szt",
        "kg",
        "g",
        "odp",
        "tyg",
        "mies",
        "nast",
        "zam",
        "wys",
        "max",
        "maks",
        "najp",
        "ewent",
        "ew",
        "wg",
        "biz",
        "bus",
    }
)


class _Signs(dict[str, bool]):
    """Character → whether it may part clauses, found out when it is first met."""

    def __missing__(self, character: str) -> bool:
        may = character == "." or character in _UNLESS_BETWEEN_DIGITS or character in _ENDS
        may = may or (ord(character) > 0x2000 and unicodedata.category(character) == "So")
        self[character] = may
        return may


_SIGNS = _Signs()


def clauses(normal: Normal) -> tuple[tuple[int, int], ...]:
    """The spans of `normal.text` between punctuation, brackets, quotation marks and emoji; never inside a number or time."""
    if not normal._clauses:
        normal._clauses.append(tuple(_clauses(normal)))
    return normal._clauses[0]


def _clauses(normal: Normal) -> list[tuple[int, int]]:
    text, signs = normal.text, _SIGNS
    spans: list[tuple[int, int]] = []
    start = 0
    for at, character in enumerate(text):
        if signs[character] and _is_border(normal, at, character):
            if at > start:
                spans.append(_trimmed(text, start, at))
            start = at + 1
    if start < len(text):
        spans.append(_trimmed(text, start, len(text)))
    return [span for span in spans if span[0] < span[1]]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


def clause_at(spans: tuple[tuple[int, int], ...], position: int) -> int:
    """The index of the clause that holds, or comes last before, that position (-1: none)."""
    return bisect_right(spans, position, key=lambda span: span[0]) - 1


def _is_border(normal: Normal, at: int, character: str) -> bool:
    text = normal.text
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if character in _UNLESS_BETWEEN_DIGITS:
        if before.isdigit() and after.isdigit():
            return character == "," and not (_is_thousands(text, at) or _is_decimal(text, at))
        if character in "-–":
            return before == " " and after == " "
        return True
    if character == ".":
        return _is_full_stop(normal, at, before, after)
    return character in _ENDS or (ord(character) > 0x2000 and unicodedata.category(character) == "So")


def _is_thousands(text: str, at: int) -> bool:
    following = text[at + 1 : at + 5]
    return len(following) >= 3 and following[:3].isdigit() and not following[3:].isdigit()


_CURRENCY = ("zl", "zł", "pln", "gr", "eur", "€", "usd", "$", "kg", "cm", "m ", "l ", "%")


def _is_decimal(text: str, at: int) -> bool:
    """129,90 zl: one or two digits and a unit follow."""
    end = at + 1
    while end < len(text) and text[end].isdigit():
        end += 1
    return end - at <= 3 and text.startswith(_CURRENCY, end + (text[end : end + 1] == " "))


def _is_full_stop(normal: Normal, at: int, before: str, after: str) -> bool:
    if after == "." or before == ".":
        return True
    if after.isalnum() and after.isascii():
        return False
    if after != " ":
        return True
    text = normal.text
    word_start = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at), text.rfind("(", 0, at)) + 1
    following = text[at + 1 : at + 3].strip()
    if not following:
        return True
    place = normal.original_span(at + 2, at + 3)[0] if at + 2 < len(text) else at
    next_is_capital = normal.original[place : place + 1].isupper()
    if text[word_start:at] in _ABBREVIATIONS or text[word_start:at].isdigit():
        return next_is_capital and not text[word_start:at].isalpha()
    return True
