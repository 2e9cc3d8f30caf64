"""Short answers that mean something only after a question: a plain yes, or nothing but a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.model import Lang, When
from auditor.reading.conditions import mark_conditions
from auditor.reading.normal import Normal
from auditor.reading.segments import ACTIONS, Segment, segments
from auditor.reading.timing import anchored
from auditor.reading.tokens import tokens

_LONGEST = 120
_POLITE = frozenset({"filler", "yes", "to_buyer", "seller", "also", "just", "idiom", "border"})
_ANCHORS = frozenset(f"anchor_{event}" for event in ("payment", "order", "return_received", "approval", "delivery", "other"))
_GO_AHEAD = frozenset({"buyer", "order_word", "condition_order", "filler", "to_buyer"})  # "您拍", "您直接下单就行"
_AROUND_TIMES = _POLITE | _ANCHORS | {"time", "hedge", "estimate", "closed", "correction"}
_DENYING = frozenset({"neg", "negated_act"})

_LONGEST_CORRECTION = 600
_JUST_NOW = ("刚", "just", "wlasnie", "przed chwila")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Words that go back on an earlier promise, and the times named in them."""

    times: tuple[When, ...]


def elliptic(normal: Normal, lang: Lang) -> When | None:
    """The deadline of a text that is nothing but a time ("Tomorrow.", "明天哈", "Jutro święto, więc w czwartek"), else None."""
    parts = _parts(normal, lang)
    if not parts or any(part.asked for part in parts):
        return None
    mark_conditions(parts, normal, lang)
    if lang != "zh":
        parts = _last_sentence(parts)
    found: When | None = None
    for at, part in enumerate(parts):
        denied = lang != "zh" and part.has(*_DENYING) and at + 1 < len(parts)  # "Niestety nie, w czwartek"
        if any(token.kind not in _AROUND_TIMES and not (denied and token.kind in _DENYING) for token in part.tokens):
            return None
        if any(token.piece is not None and token.piece.sort in ("not_before", "vague", "ago") for token in part.tokens):
            return None
        if not part.has("closed") and _rest(part, normal) > 0:
            return None
        for group in part.groups:
            if not group.condition and not group.piece.past and not denied:
                found = anchored(group.when, part, [part]) if group.when else found
    return found


def _last_sentence(parts: list[Segment]) -> list[Segment]:
    """The sentence of "The courier has been. Tomorrow." that answers, where those before it only tell or deny."""
    last = [part for part in parts if part.sentence == parts[-1].sentence]
    before = parts[: len(parts) - len(last)]
    aside = all(part.has("past", *_DENYING) or not (part.groups or part.actions) for part in before)
    return last if aside and any(part.groups for part in last) else parts


def assent(normal: Normal, lang: Lang) -> Literal["yes", "conditional"] | None:
    """Whether a text is a plain yes ("yes"), a yes that names a condition ("conditional"), or anything else (None)."""
    parts = _parts(normal, lang)
    if not parts or not any(token.yes for part in parts for token in part.tokens) or any(part.asked for part in parts):
        return None
    if any(token.kind in ("neg", "negated_act", "no_promise") for part in parts for token in part.tokens):
        return None
    if any(part.has("condition", "condition_order") for part in parts):
        said = [
            part
            for part in parts
            if any(token.yes for token in part.tokens) and (_is_polite(part, normal) or part.tokens[-1].yes)
        ]
        return "conditional" if said and not any(part.actions for part in parts) else None
    return "yes" if all(_is_polite(part, normal) or (lang != "zh" and _is_echo(part, normal)) for part in parts) else None


def _is_echo(part: Segment, normal: Normal) -> bool:
    """Whether nothing but the verb that was asked for is said: "Dobrze, zadzwonimy", "yes we'll ship it"."""
    kinds = [token.kind.partition("_")[0] for token in part.actions if not token.kind.endswith(("_done", "_noun", "_asked"))]
    known = all(token.kind in _POLITE or token.yes or token in part.actions for token in part.tokens)
    return len(kinds) == 1 and known and _rest(part, normal) <= 2


def taken_back(normal: Normal, lang: Lang) -> TakenBack | None:
    """What corrects or denies an earlier promise ("更正一下,改到周三", "今天发不了了"), else None."""
    if len(normal.text) > _LONGEST_CORRECTION:
        return None
    found = tokens(normal, lang)
    if not any(token.kind in ("correction", "neg", "negated_act") for token in found):
        return None
    parts = segments(normal, lang, found)
    if not any(part.has("correction", "negated_act") or (part.has("neg") and part.actions) for part in parts if not part.asked):
        return None
    groups = [group for part in parts for group in part.groups if not group.piece.past]
    return TakenBack(tuple(group.when for group in groups if group.when is not None))


def asks_when(normal: Normal, lang: Lang) -> bool:
    """Whether a text asks when ("czyli kiedy?")."""
    return len(normal.text) <= _LONGEST and any(token.kind == "ask_when" for token in tokens(normal, lang))


def tells_sent(normal: Normal, lang: Lang) -> bool:
    """Whether a text tells that something was sent ("刚补寄出去了")."""
    if len(normal.text) > _LONGEST_CORRECTION:
        return False
    found = tokens(normal, lang)
    if not any(token.kind in ("ship", "reship", "ship_done") for token in found):
        return False
    parts = [part for part in segments(normal, lang, found) if not part.asked and not part.quoted]
    sent = [part for part in parts if part.has("ship_done") or (part.has("ship", "reship") and part.has("past"))]
    return any(not part.has("neg", "negated_act", "no_promise", "condition") for part in sent)


def tells_of_today(normal: Normal, lang: Lang) -> bool:
    """Whether what a text tells happened today, or just now ("今天下午刚补寄出去了")."""
    text = normal.folded if lang == "pl" else normal.text
    found = tokens(normal, lang)
    if any(token.piece is not None and token.piece.past for token in found):
        return False
    today = When("days", 0)
    named = [token.piece.when for token in found if token.piece is not None and token.piece.when is not None]
    return (bool(named) and all(when == today for when in named)) or (not named and any(word in text for word in _JUST_NOW))


def _parts(normal: Normal, lang: Lang) -> list[Segment]:
    if len(normal.text) > _LONGEST:
        return []
    return segments(normal, lang, tokens(normal, lang))


def _is_polite(part: Segment, normal: Normal) -> bool:
    if _rest(part, normal) != 0:
        return False
    if all(token.kind in _POLITE or token.yes for token in part.tokens):
        return True
    return _echoes(part) or all(token.kind in _GO_AHEAD for token in part.tokens)


def _echoes(part: Segment) -> bool:
    """Whether the verb that was asked for is said again after "can" or "will": "能退的", "可以发"."""
    said = [token for token in part.tokens if token.kind != "filler"]
    return len(said) == 2 and said[0].yes and said[1].kind in ACTIONS


def _rest(part: Segment, normal: Normal) -> int:
    """Letters of a segment that no token covers."""
    covered = {at for token in part.tokens for at in range(token.start, token.end)}
    return sum(1 for at in range(part.start, part.end) if at not in covered and normal.text[at].isalnum())
