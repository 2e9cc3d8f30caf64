"""A text cut into the pieces that one commitment fits into, each with its tokens and time groups."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from auditor.model import Lang, When
from auditor.reading.normal import Normal, clauses
from auditor.reading.times import Piece, joined, when_of
from auditor.reading.tokens import Token

ACTIONS = ("ship", "deliver", "refund", "reship", "reply", "compensate", "restock", "other")
ACTION_KINDS = frozenset(kind + form for kind in ACTIONS for form in ("", "_bare", "_noun", "_done", "_asked"))
_CUTTING = frozenset({"border", "negated_act", "condition"})
_ADDRESSING = frozenset({"filler", "to_buyer", "seller", "yes"})
_MOST_TOKENS = 64
_NEUTRAL = ("filler", "also", "just", "yes")
_DASHES = frozenset("-–—~/,")
_SENTENCE_ENDS = frozenset(".!?。\n…;")
_MARKS = frozenset("“„«「『\"'")
_QUOTES = {"“": "”", "„": "”", "«": "»", "「": "」", "『": "』", '"': '"'}
_MEASURES = (
    "szt", "zł", "zl", "pln", "kg", "cm", "mm", "m2", "%", "eur", "€", "$", "£", "usd", "pcs", "piece", "item", "unit", "km",
    "lbs", "inch", "ml", "litr", "osob", "osób", "par ", "krotn", "x ", "stars", "gwiazd", "pkt", "w skali", "out of", "people",
)  # fmt: skip
_OF_TIME = frozenset({"time", "vague", "ask_when", "ask"})
_ASKING = frozenset({"ask", "ask_when"})
_SIGNS_OF_QUESTIONS: dict[Lang, str] = {"zh": "?不没", "en": "?", "pl": "?"}


@dataclass(slots=True)
class Group:
    """Neighbouring time words that make one time; `when` is None where it names no deadline."""

    start: int
    end: int
    piece: Piece
    condition: bool = False  # the cut-off of a condition, or a day off: no deadline
    either: bool = False

    @property
    def when(self) -> When | None:
        """The deadline, not yet tied to a clock."""
        return when_of(self.piece)


@dataclass(slots=True)
class Segment:
    """A clause, or the part of one up to a turn ("but") or a denial in one word ("发不了")."""

    start: int
    end: int
    sentence: int
    tokens: list[Token]
    groups: list[Group] = field(default_factory=list)
    asked: bool = False
    quoted: bool = False
    at: int = 0  # its index
    kinds: frozenset[str] = frozenset()
    actions: list[Token] = field(default_factory=list)  # verbs and nouns of what a seller does

    def is_bare_time(self, most: int = 8) -> bool:
        """Whether hardly anything but its tokens is in it: at most so many characters."""
        return self.end - self.start - sum(token.end - token.start for token in self.tokens) <= most

    def is_empty(self) -> bool:
        """Whether there is nothing in it but words that address the buyer."""
        if not self.kinds <= _ADDRESSING:
            return False
        return self.end - self.start == sum(token.end - token.start for token in self.tokens)

    def __post_init__(self) -> None:
        if self.tokens:
            self.kinds = frozenset([token.kind for token in self.tokens])
            if not self.kinds.isdisjoint(ACTION_KINDS):
                self.actions = [token for token in self.tokens if token.kind in ACTION_KINDS]

    def has(self, *kinds: str) -> bool:
        """Whether a token of one of these kinds is there."""
        return not self.kinds.isdisjoint(kinds)

    def of(self, *kinds: str) -> list[Token]:
        """The tokens of these kinds, in order."""
        return [] if self.kinds.isdisjoint(kinds) else [token for token in self.tokens if token.kind in kinds]

    @property
    def part_of_denial(self) -> bool:
        """Whether its times cannot be lent: denied, quoted, policy, someone else's."""
        return self.quoted or self.has(
            "neg", "negated_act", "no_promise", "policy", "quoted", "condition", "condition_order", "past", "buyer", "third"
        )


def may_promise(normal: Normal, lang: Lang, kinds: set[str]) -> bool:
    """Whether there is a time, a "soon" or a "when", and an action that it could belong to (or a question about a time)."""
    if kinds.isdisjoint(_OF_TIME):
        return False
    if not kinds.isdisjoint(ACTION_KINDS) or (lang != "zh" and "object_refund" in kinds):
        return True
    if "time" not in kinds:
        return False
    return not kinds.isdisjoint(_ASKING) or any(sign in normal.text for sign in _SIGNS_OF_QUESTIONS[lang])


def segments(normal: Normal, lang: Lang, tokens: list[Token]) -> list[Segment]:
    """The segments of a text, in order; those without a token are there too (a turn lies between their neighbours)."""
    text = normal.text
    if lang == "zh" and "到" in text:
        _mark_ranges(text, tokens)
    quoted = deque(_quoted(text))
    result: list[Segment] = []
    sentence, last_end, at = 0, 0, 0
    asking = "?" in text
    for start, end in _borders(normal, lang, tokens):
        if start > last_end and not _SENTENCE_ENDS.isdisjoint(text[last_end:start]):
            sentence += 1
        inside: list[Token] = []
        while at < len(tokens) and tokens[at].start < end:
            inside.append(tokens[at])
            at += 1
        while quoted and quoted[0][1] <= start:
            quoted.popleft()
        in_quotes = bool(quoted) and quoted[0][0] <= start
        for piece in _cut(start, end, inside, text if lang == "zh" else ""):
            piece.sentence, piece.quoted, piece.at = sentence, in_quotes, len(result)
            if "time" in piece.kinds:
                piece.groups = _groups(text, piece.tokens)
            result.append(piece)
        if asking:
            result[-1].asked = "?" in text[end : end + 2].split(" ")[0]
        last_end = end
    return result


def _mark_ranges(text: str, tokens: list[Token]) -> None:
    """In "8月18号到8月25号" nothing arrives: the word between two times only joins them."""
    for at in range(1, len(tokens) - 1):
        before, token, after = tokens[at - 1 : at + 2]
        if token.kind != "deliver" or before.kind != "time" or after.kind != "time":
            continue
        if before.end == token.start and token.end == after.start and text[token.start : token.end] == "到":
            tokens[at] = Token("also", token.start, token.end)


def _borders(normal: Normal, lang: Lang, tokens: list[Token]) -> list[tuple[int, int]]:
    """Clauses; in Chinese a blank parts them too. No token is cut."""
    text = normal.text
    spans: list[tuple[int, int]] = []
    at = 0
    for start, end in clauses(normal):
        cuts = [start, end]
        if lang == "zh" and text.find(" ", start, end) > 0:
            cuts[1:1] = [
                i for i in range(start + 1, end - 1) if text[i] == " " and not (text[i - 1].isascii() and text[i + 1].isascii())
            ]
        for first, last in pairwise(cuts):
            while at < len(tokens) and tokens[at].end <= first:
                at += 1
            if spans and at < len(tokens) and tokens[at].start < first < tokens[at].end:
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
    return spans


def _cut(start: int, end: int, tokens: list[Token], text: str) -> Iterable[Segment]:
    if len(tokens) > _MOST_TOKENS:
        return _chunks(start, end, tokens, text)
    for token in tokens:
        if token.kind in _CUTTING and (text or token.kind != "condition"):
            return _pieces(start, end, tokens, text)
    return (Segment(start, end, 0, tokens),)


def _chunks(start: int, end: int, tokens: list[Token], text: str) -> Iterable[Segment]:
    """A clause that never ends, by so many tokens at a time: the work within a segment may grow with its square."""
    for at in range(0, len(tokens), _MOST_TOKENS):
        following = tokens[at + _MOST_TOKENS].start if at + _MOST_TOKENS < len(tokens) else end
        yield from _cut(start, following, tokens[at : at + _MOST_TOKENS], text)
        start = following


def _pieces(start: int, end: int, tokens: list[Token], text: str) -> Iterable[Segment]:
    inside: list[Token] = []
    for token in tokens:
        if token.kind == "border" and inside:
            yield Segment(start, token.start, 0, inside)
            start, inside = token.end, []
        inside.append(token)
        closes = token.kind == "condition" and token.end < end and text.startswith("的话", token.start)
        if token.kind == "negated_act" or closes:
            yield Segment(start, token.end, 0, inside)
            start, inside = token.end, []
    yield Segment(start, end, 0, inside)


def _quoted(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    if _MARKS.isdisjoint(text):
        return spans
    at = 0
    while at < len(text):
        closing = _QUOTES.get(text[at])
        if closing is None and text[at] == "'" and (at == 0 or text[at - 1] in " :("):
            closing = "'"
        if closing is None:
            at += 1
            continue
        last = text.find(closing, at + 1)
        if last < 0 and closing == "”":
            last = text.find('"', at + 1)
        if last < 0:
            at += 1
            continue
        spans.append((at, last))
        at = last + 1
    return spans


# ---- time groups ------------------------------------------------------------------------------------------------------


def _groups(text: str, tokens: list[Token]) -> list[Group]:
    groups: list[Group] = []
    gap: list[Token] = []
    for token in tokens:
        if token.kind != "time" or token.piece is None:
            gap.append(token)
            continue
        if token.piece.sort == "not_before" or _is_measure(text, token):
            gap.append(token)
            continue
        previous = groups[-1] if groups else None
        latest = previous is not None and "最" in text[previous.end : token.start]  # "最快今天最慢明天" are two
        if previous is not None and not latest and _is_narrow(text[previous.end : token.start], previous.end, gap):
            either = any(one.kind == "also" for one in gap) or bool(_DASHES.intersection(text[previous.end : token.start]))
            piece = joined(previous.piece, token.piece, either)
            if piece is not None:
                previous.end, previous.piece, previous.either = token.end, piece, either
                gap = []
                continue
        if token.piece.sort == "zone":
            gap.append(token)
            continue
        groups.append(Group(token.start, token.end, token.piece))
        gap = []
    return groups


def _is_measure(text: str, token: Token) -> bool:
    """Whether an hour is none but an amount: "do 10 kg", "by 5 pieces"."""
    if token.piece is None or token.piece.sort != "clock" or not text[token.end - 1].isdigit():
        return False
    following = text[token.end : token.end + 12]
    return following.lstrip(" ").startswith(_MEASURES) or (following[:1] == "," and following[1:2].isdigit())


def _is_narrow(between: str, offset: int, gap: list[Token]) -> bool:
    if len(between) > 16 or any(token.kind not in _NEUTRAL for token in gap):
        return False
    rest = list(between)
    for token in gap:
        for at in range(max(token.start - offset, 0), min(token.end - offset, len(rest))):
            rest[at] = " "
    return all(one in " 的,、-–—~/." for one in rest)
