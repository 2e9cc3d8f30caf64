"""What a text states as a fact: stock, shipping fee, returns, price, "already sent" … (rules/words/<lang>/claims/<slot>/).

A claim is found by its slot's word lists; the grammar here reads the value out of the passage and tells statements from
questions, hypotheses, quotations and things said of another parcel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from auditor.model import Claim, Lang
from auditor.reading.lexicon import clauses_of, lexicon
from auditor.reading.literals import Door
from auditor.reading.normal import Normal, clause_at
from auditor.reading.stated import stated_value
from auditor.reading.values import named, spellings
from auditor.reading.words import Span, WordList, word_list

_COSTS = ("koszt", "cena", "za ", "costs ", "it's ", "that's ", "price ")
_SENDING = ("wysylk", "dostaw", "przesylk", "kurier", "shipping", "delivery", "postage")
_EVENTS = ("shipped", "refunded")
_STATES = ("stock", *_EVENTS)
_OPEN, _CLOSE = frozenset('"“„«「『‘'), frozenset('"”“»」』’')
_LONGEST_CLAUSE = 600  # characters
LONGEST_ANSWER = 60  # characters


def claims(normal: Normal, lang: Lang) -> tuple[Claim, ...]:
    """The claims of one text, in the order of their passages; the slots and values are those of `interfaces.md` section 6."""
    found = lexicon("claims", lang).find(normal)
    if not found:
        return ()
    view = normal.folded if lang == "pl" else normal.text
    borders = clauses_of(normal, lang)
    borders = tuple(piece for border in borders for piece in _short(border))
    made: list[tuple[Span, Claim]] = []
    events = any(name.startswith(_EVENTS) for name in found)
    said = _Said(normal, view, lang, _says("correction", view, lang), events and _says("another", view, lang))
    seen: set[tuple[str, int, str]] = set()  # what repeats itself within a clause says nothing new
    for name, spans in found.items():
        slot, _, kind = name.partition("/")
        for span in spans:
            at = clause_at(borders, span[0])
            key = (name, at, view[span[0] : span[1] + 3])
            if key in seen:
                continue
            seen.add(key)
            clause = borders[at] if at >= 0 else (0, len(view))
            claim = _claim(said, slot, kind, span, clause, borders[at - 1] if at > 0 else None)
            if claim is not None:
                made.append((span, claim))
    return _without_overlaps(made)


@lru_cache(maxsize=8)
def claim_gate(lang: Lang) -> str:
    """A pattern (RE2) over normal texts that any text with a claim matches."""
    return lexicon("claims", lang).narrow


def claim_door(lang: Lang) -> Door:
    """The cheap column test of folded texts that comes before it: what it keeps out holds no claim either."""
    return lexicon("claims", lang).door


def answers(normal: Normal, lang: Lang) -> tuple[Claim, ...]:
    """What a short text would state as an answer to a question about each slot ("有的" → in stock, "12 months" → warranty).

    Only one who knows what was asked may use them: "none" answers many questions.
    """
    found = lexicon("claim_answers", lang).find(normal) if len(normal.text) <= LONGEST_ANSWER else {}
    view = normal.folded if lang == "pl" else normal.text
    made: list[tuple[Span, Claim]] = []
    for name, spans in found.items():
        slot, _, kind = name.partition("/")
        value = stated_value(slot, kind, view, spans[0], view)
        if value is not None and not view[spans[0][1] :].lstrip().startswith("?"):
            made.append((spans[0], Claim(slot, value, value != "false", normal.quote(*spans[0]))))
    return tuple(claim for _, claim in sorted(made, key=lambda one: (one[0], one[1].slot)))


def subject_of(normal: Normal, lang: Lang) -> str:
    """The regions, colours, amounts and sizes that a text names, as in Claim.subject."""
    return _subject(normal.folded if lang == "pl" else normal.text, "", lang)


def frames(normal: Normal, lang: Lang, names: Iterable[str]) -> bool:
    """Whether one of the lists claim_frames/<name> finds something in the text (conditional, time_limited, another …)."""
    view = normal.folded if lang == "pl" else normal.text
    return any(_says(name, view, lang) for name in names)


def framed(normal: Normal, lang: Lang, name: str) -> tuple[str, ...]:
    """What the list claim_frames/<name> finds in the text, in order."""
    words = _list(f"claim_frames/{name}", lang)
    view = normal.folded if lang == "pl" else normal.text
    return tuple(match.group() for match in words.any.finditer(view)) if words is not None else ()


# ---- one claim -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """A text, and what holds for all of it: it corrects, it speaks of another parcel."""

    normal: Normal
    view: str
    lang: Lang
    corrected: bool
    another: bool


def _short(clause: Span) -> Iterable[Span]:
    """A clause that never ends in pieces: the work within one may grow with its square."""
    start, end = clause
    return [(at, min(at + _LONGEST_CLAUSE, end)) for at in range(start, max(end, start + 1), _LONGEST_CLAUSE)]


def _claim(said: _Said, slot: str, kind: str, span: Span, clause: Span, before: Span | None) -> Claim | None:
    normal, view, lang = said.normal, said.view, said.lang
    words = view[slice(*clause)]
    if _is_question(view, words, clause, lang) or _says("choice", words, lang):
        return None
    if _says("quoted", words, lang) or _in_quotes(view, clause):
        return None
    if slot not in _EVENTS and _says("past", words, lang):
        return None
    if slot in _EVENTS and not (lang == "pl" and slot == "refunded") and said.another:
        return None
    conditional = _is_conditional(view, words, clause, before, slot, lang)
    if conditional and slot in _STATES:
        return None  # "if it is in stock" states nothing
    if before is not None and _is_reported(view, before, clause, lang):
        return None
    value = stated_value(slot, kind, view, span, words)
    if value is None:
        return None
    if slot == "price" and before is not None and _is_of_sending(view, before, clause):
        slot = "shipping_fee"
    return Claim(
        slot=slot,
        value=value,
        polarity=value != "false",
        text=normal.quote(*clause),
        subject=_subject(words, view[slice(*span)], lang),
        conditional=conditional,
        correction=said.corrected,
    )


# ---- frames: what makes a statement something else -------------------------------------------------------------------


def _is_question(view: str, words: str, clause: Span, lang: Lang) -> bool:
    if view[clause[1] : clause[1] + 2].lstrip().startswith("?"):
        return True
    for name in ("acts/yes_no_question", "acts/open_question"):
        asks = _list(name, lang)
        found = asks.any.search(words) if asks is not None else None
        if found is None or (lang == "pl" and name == "acts/yes_no_question" and "czy" not in found.group()):
            continue  # "można zwrócić" states it where no question mark follows
        if asks is not None and not (asks.unless and asks.unless.search(words)):
            return True
    return False


def _in_quotes(view: str, clause: Span) -> bool:
    """Whether the clause stands between quotation marks: somebody else's words."""
    return view[: clause[0]].rstrip()[-1:] in _OPEN and view[clause[1] :].lstrip()[:1] in _CLOSE if clause[0] else False


def _conditions(words: str, slot: str, lang: Lang) -> str:
    """The words in which a condition of the claim may stand: not place names, nor what is asked of all returned goods."""
    usual = _list("claim_frames/usual_condition", lang) if slot == "return_policy" else None
    if usual is not None:
        for match in usual.any.finditer(words):
            words = words.replace(match.group(), " ")
    return _without_places(words, lang)


def _is_of_sending(view: str, before: Span, clause: Span) -> bool:
    """Whether a sum is the fee of the sending that the clause before it names ("Wysyłka kurierem, koszt 18 zł")."""
    between = view[before[1] : clause[0]]
    if any(end in between for end in "。.!?\n;") or not view.startswith(_COSTS, clause[0]):
        return False
    return any(word in view[slice(*before)] for word in _SENDING)


def _without_places(words: str, lang: Lang) -> str:
    """In Chinese "浙江的话" sets no condition, it names a place."""
    if lang != "zh" or "的话" not in words:
        return words
    return next((words.replace(place + "的话", place) for place in spellings("region") if place + "的话" in words), words)


@lru_cache(maxsize=64)
def _list(name: str, lang: Lang) -> WordList | None:
    return word_list(name, lang)


def _says(frame: str, text: str, lang: Lang) -> bool:
    words = _list(f"claim_frames/{frame}", lang)
    return words is not None and words.any.search(text) is not None


def _is_conditional(view: str, words: str, clause: Span, before: Span | None, slot: str, lang: Lang) -> bool:
    """Whether the clause, or the one before it in its sentence, sets a condition."""
    own = _says("conditional", _conditions(words, slot, lang), lang)
    return own or (before is not None and _hangs_on(view, before, clause, slot, lang))


def _hangs_on(view: str, before: Span, clause: Span, slot: str, lang: Lang) -> bool:
    """Whether the clause before it, in the same sentence, sets a condition."""
    between = view[before[1] : clause[0]]
    apart = any(end in between for end in "。.!\n;")
    return not apart and _says("conditional", _conditions(view[slice(*before)], slot, lang), lang)


def _is_reported(view: str, before: Span, clause: Span, lang: Lang) -> bool:
    """Whether the clause only tells what the buyer said in the clause before it ("Pisała Pani, że …", "您说的,…")."""
    between = view[before[1] : clause[0]]
    if any(end in between for end in ".!?\n;。") or not _says("quoted", view[slice(*before)], lang):
        return False
    return lang == "zh" or view[slice(*clause)].lstrip().startswith(("ze ", "iz ", "that "))


def _subject(words: str, passage: str, lang: Lang) -> str:
    """What the claim is limited to: regions, colours, amounts and sizes in its clause, outside of the passage's own figures."""
    rest = words.replace(passage, " ", 1) if passage else words
    parts = [*named("region", words), *named("colour", rest), *_measures(rest, lang)]
    return " ".join(dict.fromkeys(parts))


def _measures(rest: str, lang: Lang) -> Iterable[str]:
    limits = _list("claim_frames/limits", lang)
    return (match.group().strip() for match in limits.any.finditer(rest)) if limits is not None else ()


def _without_overlaps(made: list[tuple[Span, Claim]]) -> tuple[Claim, ...]:
    """Of claims of one slot whose passages overlap the longer one; the same thing said twice counts once."""
    kept: list[tuple[Span, Claim]] = []
    for span, claim in sorted(made, key=lambda one: (one[0][0] - one[0][1], one[0][0], one[1].slot)):
        clash = any(
            other.slot == claim.slot
            and ((s[0] < span[1] and span[0] < s[1]) or (other.value, other.subject) == (claim.value, claim.subject))
            for s, other in kept
        )
        if not clash:
            kept.append((span, claim))
    return tuple(claim for _, claim in sorted(kept, key=lambda one: (one[0], one[1].slot)))
