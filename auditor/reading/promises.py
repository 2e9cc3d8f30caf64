"""What a text commits the shop to: promises, and requests for one.

The text is cut into segments; each action word in a segment (ship, refund, reply …) is a promise if nothing there speaks
against it (denial, question, quotation, past, someone else's action, policy) and a time or a "soon" belongs to it, in its own
segment or in the one beside it. Words are in rules/words/<lang>/promises/, times in times_<lang>.py.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.model import Lang, Promise, When
from auditor.reading.answers import assent, elliptic
from auditor.reading.arrivals import is_own_stock, is_receipt
from auditor.reading.conditions import mark_conditions
from auditor.reading.denials import (
    follows_denial,
    has_denial,
    has_past,
    is_foreign,
    is_hedged,
    is_to_be,
    that_clause_of_denial,
    told_before,
)
from auditor.reading.kinds import denied_kind, each_once, is_means, kind_of, money_of
from auditor.reading.literals import Door
from auditor.reading.normal import Normal
from auditor.reading.questions import mark_questions
from auditor.reading.segments import Group, Segment, may_promise, segments
from auditor.reading.timing import anchored, is_not_before, later_bound, own_time, same_day, with_clock
from auditor.reading.tokens import Token, lexer, tokens

__all__ = ["assent", "elliptic", "promise_door", "promise_gate", "promises"]

_ON_WAY_BACK = ("寄回", "退回", "退货", "寄过", "退过", "发回", "寄给我们")  # what a buyer does
_I = ("我想", "我先", "我再", "我就", "我买", "我自", "我要", "我用", "我明", "我后", "我今", "我下", "我周")  # the buyer
_FOR_BUYER = ("给您", "给你", "给亲", "帮您", "帮你", "为您", "为你", "替您", "替你")
_FEW = 2  # characters
_COUNTED = ("minutes", "hours", "days", "business_days")
_DEICTIC = ("今", "明", "后天", "后日", "大后", "这", "本", "下")  # counted from now, whatever happens
_LICENCES = ("seller", "buyer", "hedge", "estimate", "condition_order", "order_word")
_ORDERS = {"en": "order_word", "zh": "condition_order"}  # by these words the buyer's part is done, what follows is the shop's
_DISPATCH = ("dispatch", "despatch", "shipping")  # nouns as well
_MODALS = frozenset({"will", "'ll", "gonna", "going to", "to be", "able to", "it will", "it'll"})
_POLITE_ORDERS = ("请", "麻烦", "记得", "please", "pls", "plz", "kindly")
_UNTIL = ("by ", "within ", "before ", "no later than ", "do ", "w ciagu ", "przed ", "najpozniej ", "w przeciagu ")

Read = tuple[tuple[Promise, ...], tuple[Promise, ...]]


def promise_gate(lang: Lang) -> str:
    """A pattern (RE2 and Rust alike): a normal text that it does not match holds no promise, request or elliptic answer."""
    return lexer(lang).gate


def promise_door(lang: Lang) -> Door:
    """The cheap column test of folded texts that comes before it: what it keeps out holds no promise either."""
    return lexer(lang).door


def promises(normal: Normal, lang: Lang) -> Read:
    """(promises, requests) of a text, in order. Who wrote it is not known here: requests count for a buyer's text only."""
    found = tokens(normal, lang)
    if not may_promise(normal, lang, {token.kind for token in found}):
        return (), ()
    parts = segments(normal, lang, found)
    mark_questions(parts, normal, lang)
    conditional = mark_conditions(parts, normal, lang)
    reader = _Reader(normal, lang, parts, conditional)
    made: list[Promise] = []
    asked: list[Promise] = []
    for at in [at for at, part in enumerate(parts) if part.tokens]:
        for promise in reader.read(at):
            (asked if promise.request else made).append(promise)
    return each_once(made), each_once(asked)


class _Reader:
    """Reads the segments of one text."""

    def __init__(self, normal: Normal, lang: Lang, parts: list[Segment], conditional: set[int]) -> None:
        self.normal, self.lang, self.parts, self.conditional = normal, lang, parts, conditional
        self.text = normal.folded if lang == "pl" else normal.text
        self.main: dict[int, list[Token]] = {}
        self.corrected = next((part.at for part in parts if part.has("correction")), len(parts))

    def read(self, at: int) -> list[Promise]:
        """The promises and requests of one segment."""
        part = self.parts[at]
        actions = self._main_actions(part)
        if not actions:
            return self._without_action(at)
        found: list[Promise] = []
        for action in actions:
            promise = self._promise(at, action, actions)
            if promise is not None:
                found.append(promise)
        again = [promise.when for promise in found if promise.kind == "reship"]
        return [promise for promise in found if promise.kind != "ship" or promise.when not in again]  # 换新发出 is one

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _main_actions(self, part: Segment) -> list[Token]:
        if not part.actions and (self.lang == "zh" or "object_refund" not in part.kinds):
            return []
        if part.at not in self.main:
            self.main[part.at] = self._find_main_actions(part)
        return self.main[part.at]

    def _find_main_actions(self, part: Segment) -> list[Token]:
        actions = [action for action in part.actions if self._is_active(part, action)]
        if not actions and self.lang == "en":
            actions = [replace(one, kind="ship_noun") for one in part.actions if self.text.startswith(_DISPATCH, one.start)]
        actions = self._without_condition(part, actions)
        if self.lang == "zh":
            actions = [action for action in actions if not is_receipt(part, action, self.text)]
        if not actions and self.lang != "zh":
            actions = [replace(token, kind="refund_noun") for token in money_of(part, self.text)]
        if any(not action.kind.startswith("other") for action in actions):
            actions = [action for action in actions if not action.kind.startswith("other")]
        return [action for action in actions if not action.kind.endswith("_noun")] or actions

    def _without_condition(self, part: Segment, actions: list[Token]) -> list[Token]:
        """Without the verb that is the condition itself: "if the stock arrives", 如果有货."""
        conditions = part.of("condition")
        if not conditions:
            return actions
        after = [action for action in actions if conditions and action.start >= conditions[0].end]
        if not after:
            return actions
        at = part.at
        following = self.parts[at + 1] if at + 1 < len(self.parts) else None
        if self.lang == "zh" and len(after) == 1 and not (following is not None and following.actions):
            return actions
        if self._has_own_subject(part, conditions[0], after[0]):
            return actions
        return [action for action in actions if action not in after[:2] or action.kind != after[0].kind]

    def _has_own_subject(self, part: Segment, condition: Token, action: Token) -> bool:
        """As in "if you order now we ship …": the condition ends before "we"."""
        between = [token for token in part.tokens if condition.end <= token.start < action.start]
        if self.lang == "en" and any(token.kind == "order_word" for token in between):
            return True
        if self.lang == "pl" and any(self.text[token.start : token.end] == "to" for token in between):
            return True
        return any(token.kind == "seller" and token.start - condition.end > 2 for token in between)

    def _is_active(self, part: Segment, action: Token) -> bool:
        """A bare verb (ship, wysłać) is the shop's only after "we", "will", "we can"."""
        if not action.kind.endswith("_bare"):
            return True
        before = [token for token in part.tokens if token.end <= action.start]
        return part.asked or any(token.kind in _LICENCES for token in before) or self._is_second_verb(part)

    def _is_second_verb(self, part: Segment) -> bool:
        """As in "I'll send it today and refund the postage": the subject stands before the "and"."""
        before = self.parts[part.at - 1] if part.at and self.text.startswith("and", part.tokens[0].start) else None
        if before is None or before.sentence != part.sentence or before.asked:
            return False
        subjects = before.of("seller", "buyer", "third", "carrier")
        return bool(subjects) and subjects[-1].kind == "seller"

    def _subject(self, part: Segment, action: Token) -> str:
        subject = "seller"
        if self.lang == "zh" and self.text.startswith(_FOR_BUYER, action.start):
            return subject
        for token in part.tokens:
            if token.start >= action.start:
                break
            if token.kind == "seller" and self.text[token.start : token.end] in _MODALS:
                continue
            if token.kind in ("seller", "buyer", "third", "carrier"):
                subject = token.kind
            elif self.lang in _ORDERS and token.kind in ("order_word", _ORDERS[self.lang]):
                subject = "seller"  # "as long as you order by 2 it goes out", 您现在拍今天就发
            elif token.kind == "to_buyer" and self.lang == "zh":
                subject = "seller"
        return subject

    # ---- one promise ---------------------------------------------------------------------------------------------------

    def _promise(self, at: int, action: Token, actions: list[Token]) -> Promise | None:
        part = self.parts[at]
        kind = kind_of(part, action, actions, self.text, self.parts[at - 1] if at else None)
        if kind == "deliver" and is_own_stock(part, action, self.text, self.lang):
            kind = "restock"
        subject = self._subject(part, action)
        group, where = self._time(at, action, actions)
        request = part.asked or action.kind.endswith("_asked") or self._asks_buyer(part, subject, kind, action)
        if self._is_denied(part, action, group) or (not request and is_foreign(subject, kind, action, self.text, self.lang)):
            return None
        when = self._when(at, group)
        vague = when is None and not part.asked and self._is_vague(at, part, action, group)
        if when is None and not vague and not (request and part.has("ask", "ask_when")):
            return None
        if action.kind.endswith(("_noun", "_done")) and when is None and not request and not vague:
            return None
        start, end = min(part.start, where[0]), max(part.end, where[1])
        return Promise(
            kind=kind,
            text=self.normal.quote(start, end),
            when=when,
            vague=vague,
            conditional=at in self.conditional,
            hedged=is_hedged(part, self.text),
            estimate=part.has("estimate") or (kind == "deliver" and subject in ("third", "carrier")),
            correction=at >= self.corrected,
            request=request,
        )

    def _asks_buyer(self, part: Segment, subject: str, kind: str, action: Token) -> bool:
        """An imperative ("please ship today"): a request when a buyer writes it, nothing when an agent does."""
        if self.lang == "pl" and not action.kind.endswith(("_bare", "_noun")):
            return False
        if kind == "deliver":
            orders = [token for token in part.of("buyer") if token.end <= action.start]
            return bool(orders) and self.text.startswith(_POLITE_ORDERS, orders[-1].start)
        return subject == "buyer" and not self._is_you_get(action)

    def _is_you_get(self, action: Token) -> bool:
        passive = self.text.startswith(("be ", "get ", "being "), action.start)
        told = action.kind in ("other", "refund_noun") or self.text.startswith(("hear", "expect"), action.start)
        return self.lang == "en" and (told or (passive and action.kind != "ship"))

    def _is_denied(self, part: Segment, action: Token, group: Group | None) -> bool:
        if action.kind.endswith("_noun") and follows_denial(part, self.parts):
            return True
        if part.has("no_promise", "policy") or part.quoted or that_clause_of_denial(part, self.parts, self.text):
            return True
        if not part.asked and has_denial(part, action, group, self.text, self.lang):
            return True
        if any(token.start < action.start for token in part.of("quoted")):
            return True
        if any(one.piece.past for one in part.groups):
            return True
        if action.kind.endswith("_done") and not self._is_coming(group) and not is_to_be(part, action, self.text):
            return not part.asked
        if self.lang == "zh" and self._is_coming(group) and not told_before(part, self.text):
            return False
        return has_past(part, action, self.text, self.lang)

    def _is_coming(self, group: Group | None) -> bool:
        """Whether the time can only lie ahead, so that "shipped" beside it is no report."""
        when = group.when if group is not None else None
        if when is None or group is None:
            return False
        if when.weeks_ahead or when.months_ahead or (when.unit == "days" and group.piece.sort == "day" and when.n >= 1):
            return True
        return self.text.startswith(_UNTIL, group.start) or self.text.endswith(_UNTIL, 0, group.start)

    def _is_vague(self, at: int, part: Segment, action: Token, group: Group | None) -> bool:
        if action.kind.endswith("_done"):
            return False
        if action.kind.endswith("_noun") and (self.lang == "zh" or not part.is_bare_time()):
            return False
        if (group is not None and not action.kind.startswith("other")) or part.has("vague"):
            return True
        before = self.parts[at - 1] if at else None
        if before is None or not before.has("vague") or before.actions or before.asked:
            return False
        return self.lang != "zh" or not before.has("buyer")

    # ---- its time --------------------------------------------------------------------------------------------------------

    def _when(self, at: int, group: Group | None) -> When | None:
        if group is None or group.when is None:
            return None
        part = next(one for one in self.parts[max(0, at - 4) : at + 2] if one.start <= group.start < one.end)
        if is_not_before(part, group):
            return None
        if self.lang == "zh" and (group.when.unit not in _COUNTED or self.text.startswith(_DEICTIC, group.start)):
            return group.when
        return anchored(group.when, part, self.parts[max(0, at - 1) : at + 1])

    def _time(self, at: int, action: Token, actions: list[Token]) -> tuple[Group | None, tuple[int, int]]:
        """The time group of an action, and the span of the segment it was found in."""
        part = self.parts[at]
        own = own_time(part, action, actions, self.lang)
        if own is not None:
            own = with_clock(own, self.parts[at : at + 2])
            own = same_day(own, [one for one in self.parts[max(0, at - 2) : at + 1] if one.sentence == part.sentence])
            bound = later_bound(self.parts[at + 1 : at + 2], self.text)
            return (bound[0], (bound[1].start, bound[1].end)) if bound else (own, (part.start, part.end))
        if not part.has("vague"):
            for neighbour in (self._before(at), at + 1):
                found = self._lent(at, neighbour)
                if found is not None:
                    return found, (self.parts[neighbour].start, self.parts[neighbour].end)
        return None, (part.start, part.end)

    def _before(self, at: int) -> int:
        """The segment before, in Chinese past those that only address the buyer ("今天~给您~发")."""
        before = at - 1
        if self.lang == "zh":
            while before > 0 and at - before < 4 and self.parts[before].is_empty() and not self.parts[before].groups:
                before -= 1
        return before

    def _lent(self, at: int, neighbour: int) -> Group | None:
        """The time of the segment before or after, where that one has no action of its own."""
        if not 0 <= neighbour < len(self.parts):
            return None
        other = self.parts[neighbour]
        if other.sentence != self.parts[at].sentence and all(one.kind.startswith("other") for one in self.parts[at].actions):
            return None
        theirs = self._main_actions(other)
        if theirs and self.lang != "zh" and neighbour < at and is_means(other, self.parts[at]):
            theirs = []
        if other.part_of_denial or theirs or (other.asked != self.parts[at].asked and other.asked):
            return None
        groups = [group for group in other.groups if not group.condition and not group.piece.past]
        lead = 8 + sum(token.end - token.start for token in other.of("estimate"))
        if not groups or (neighbour > at and groups[0].start - other.start > lead):
            return None
        return groups[-1] if neighbour < at else groups[0]

    # ---- no action in the segment --------------------------------------------------------------------------------------------

    def _without_action(self, at: int) -> list[Promise]:
        part = self.parts[at]
        groups = [group for group in part.groups if not group.condition and group.when is not None]
        if not groups:
            return []
        when = self._when(at, groups[-1])
        text = self.normal.quote(part.start, part.end)
        if part.asked:
            back = any(self.text.startswith(_ON_WAY_BACK, token.start) for token in part.of("buyer"))
            other = self.lang == "zh" and not part.is_bare_time(_FEW)  # "明天是不是有活动" asks for nothing
            return [] if back or other or self.text.startswith(_I, part.start) else [Promise("other", text, when, request=True)]
        before = self._denied_before(at)
        if before is None or when is None or part.part_of_denial or not part.is_bare_time():
            return []
        denied = denied_kind(before, self.text) if self.lang == "zh" else None
        kind = denied or kind_of(before, before.actions[-1], before.actions, self.text)
        return [
            Promise(kind, text, when, conditional=at in self.conditional, hedged=part.has("hedge"), estimate=part.has("estimate"))
        ]

    def _denied_before(self, at: int) -> Segment | None:
        """The segment that an answer to a denial corrects: "不是48小时发货，是预售款15天"."""
        for before in reversed(self.parts[max(0, at - 2) : at]):
            if before.actions or (self.lang == "zh" and denied_kind(before, self.text)):
                denied = before.has("neg", "negated_act") or (before.has("third") and before.has("quoted", "third"))
                return before if denied and not before.asked and not before.quoted else None
            if before.groups:
                return None
        return None
