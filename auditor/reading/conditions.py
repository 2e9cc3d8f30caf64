"""Conditions and days off: which times in a text are no deadlines, and which promises hold only under a condition."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auditor.model import Lang, When
from auditor.reading.normal import Normal
from auditor.reading.segments import Group, Segment, segments
from auditor.reading.tokens import Token, tokens

_FROM_ON = ("开始", "起", "之后", "以后")  # after a time: when something begins
_THIS_ORDER = ("您这单", "你这单", "您的这单", "您这个单", "您这件", "your order is", "yours ")
_LONGEST = 300  # characters of a text whose condition is looked at closely
_MARKING = frozenset({"closed", "condition", "condition_order", "order_word"}) | {
    f"anchor_{event}" for event in ("payment", "order", "return_received", "approval", "delivery", "other")
}
_NEAR = 4  # characters between an order word and its cut-off time
_ORDERING_IF = {
    "zh": ("如果", "要是", "若", "的话", "只要", "假如"),
    "en": ("if", "as long as", "provided"),
    "pl": ("jesli", "jezeli", "jak ", "o ile", "gdy", "pod warunkiem"),
}


@dataclass(frozen=True, slots=True)
class CutOff:
    """Until when an order has to be placed for a promise to bind; `when` None: at once."""

    when: When | None


def order_cut_off(normal: Normal, lang: Lang) -> CutOff | None:
    """The only condition of a text, where it is that the buyer orders (before a clock time); None: something else, or unsure."""
    if len(normal.text) > _LONGEST:
        return None
    text = normal.folded if lang == "pl" else normal.text
    parts = segments(normal, lang, tokens(normal, lang))
    if any(part.asked or part.has("neg", "negated_act", "closed", "no_promise", "estimate", "hedge") for part in parts):
        return None
    mark_conditions(parts, normal, lang)
    ifs = [part for part in parts if part.has("condition", "condition_order", "order_word")]
    if len(ifs) != 1 or not ifs[0].has("condition_order", "order_word"):
        return None
    if any(not text.startswith(_ORDERING_IF[lang], token.start) for token in ifs[0].of("condition")):
        return None
    cuts = [group for part in parts for group in part.groups if group.condition]
    if not cuts:
        return CutOff(None)
    return CutOff(cuts[0].when) if len(cuts) == 1 and _has_clock(cuts[0].when) else None


def _has_clock(when: When | None) -> bool:
    return when is not None and when.clock is not None and when.unit in ("weekday", "days") and when.n == 0


def mark_conditions(parts: list[Segment], normal: Normal, lang: Lang) -> set[int]:
    """Mark the time groups that are no deadlines; return the indices of segments whose promises are conditional."""
    conditional: set[int] = set()
    since: dict[int, int] = {}  # sentence → its first segment that is under a condition
    text = normal.folded if lang == "pl" else normal.text
    for at, part in enumerate(parts):
        if "neg" in part.kinds and part.groups and lang != "zh":
            _drop_denied_time(part, text)
        if part.kinds.isdisjoint(_MARKING):
            if lang == "zh":
                _set([group for group in part.groups if normal.text.startswith(_FROM_ON, group.end)])
            continue
        _mark_days_off(part)
        if lang == "zh":
            _mark_events(part)
            _set([group for group in part.groups if normal.text.startswith(_FROM_ON, group.end)])
        cut_off, conditional_clause = _mark_cut_offs(part, normal, lang), _mark_if(part, lang, text)
        if cut_off or conditional_clause:
            apart = part.has("neg", "buyer") and not part.has("condition_order")
            first = at if apart or (part.tokens[0].kind == "border" and lang != "zh") else at - 1
            since.setdefault(part.sentence, first)
            if part.asked:
                conditional.add(at + 1)  # "Paid before 3 pm? Then we ship today"
    if since:
        under = (part for part in parts if part.at >= since.get(part.sentence, len(parts)))
        conditional.update(part.at for part in under if not _is_of_this_order(parts, part, text))
    return conditional


def _is_of_this_order(parts: list[Segment], part: Segment, text: str) -> bool:
    """Whether it speaks of the buyer's order after a rule for all ("上午付款的下午走,您这单今天下午走"), not after an if."""
    if not any(words in text[part.start : part.end] for words in _THIS_ORDER) or part.has("condition", "condition_order"):
        return False
    return not any(other.has("condition") for other in parts if other.sentence == part.sentence)


def _drop_denied_time(part: Segment, text: str) -> None:
    """In "we ship Friday not tomorrow" the denial concerns the second time alone."""
    for token in part.of("neg"):
        denied = [group for group in part.groups if 0 <= group.start - token.end <= 1]
        told = [group for group in part.groups if group.end <= token.start]
        acted = any(action.end <= token.start for action in part.actions)
        if denied and told and acted and text[token.start : token.end] in ("not", "nie"):
            _set(denied)
            part.tokens.remove(token)
            part.kinds = frozenset([one.kind for one in part.tokens])


def _mark_days_off(part: Segment) -> None:
    for closed in part.of("closed"):
        for group in part.groups:
            if 0 <= closed.start - group.end <= _NEAR or 0 <= group.start - closed.end <= _NEAR:
                group.condition = True


def _mark_events(part: Segment) -> None:
    """周三到货后: the time of the event that is counted from."""
    for token in part.tokens:
        if token.kind.startswith("anchor_"):
            _set([group for group in part.groups if group.end == token.start])


def _mark_cut_offs(part: Segment, normal: Normal, lang: Lang) -> bool:
    """Orders placed before 2 pm; 4点前下单. In Chinese the time stands before the word, else after it."""
    found = False
    for token in part.of("condition_order", "order_word"):
        before = [group for group in part.groups if 0 <= token.start - group.end <= _NEAR]
        after = [group for group in part.groups if 0 <= group.start - token.end <= _NEAR]
        if lang == "pl" and after and normal.folded[token.end : after[0].start].strip() == "to":
            after = []  # "jak Pani opłaci, to dziś idzie"
        if lang == "zh":
            if not before and after and after[0].piece.sort == "span":
                _anchor(part, token, normal)
                continue
            found = found or bool(part.groups) or part.has("vague") or token.kind == "condition_order"
            _set(before)
        elif (after and after[0].piece.sort != "span") or token.kind == "condition_order":
            found = True
            _set(after[:1])
    return found


def _anchor(part: Segment, token: Token, normal: Normal) -> None:
    paid = normal.text[token.start : token.end].startswith(("付", "支付"))
    kind = "anchor_payment" if paid else "anchor_order"
    part.tokens[part.tokens.index(token)] = replace(token, kind=kind)
    part.kinds |= {kind}


def _mark_if(part: Segment, lang: Lang, text: str) -> bool:
    conditions = part.of("condition")
    for token in conditions:
        actions = [action for action in part.actions if action.start > token.end]
        if lang == "zh":
            continue
        end = actions[0].start if actions else part.end
        if lang == "pl":
            end = _consequence(part, token.end, actions[-1].start if actions else end, text) or end
        _set([group for group in part.groups if token.end <= group.start < end])
    return bool(conditions)


def _consequence(part: Segment, start: int, end: int, text: str) -> int | None:
    """Where the condition ends in "jeśli dotrze dziś to jutro wysyłamy", written without the comma."""
    turns = [token.start for token in part.tokens if start + 1 < token.start < end and text[token.start : token.end] == "to"]
    return turns[-1] if turns else None


def _set(groups: list[Group]) -> None:
    for group in groups:
        group.condition = True
