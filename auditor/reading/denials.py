"""What speaks against a promise in the words around its verb: denial, a thing merely described, a report of the past."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model import Lang
from auditor.reading.segments import Group, Segment
from auditor.reading.tokens import Token

_NEAR = 3  # characters: "今天发货不行"; a denial farther behind the verb is about something else
_OF_TIME = ("时效", "时间", "周期", "时候")
_NOUNS = ("idiom", "object_")
_TOLD = ("已", "已经", "刚", "刚刚", "早就", "之前", "上次")

_TO_BE = frozenset({"zostanie", "zostana", "bedzie", "beda"})


def has_denial(part: Segment, action: Token, group: Group | None, text: str, lang: Lang) -> bool:
    """Whether the segment denies its action; a denial within a condition does not ("如果不合适3天内给您退")."""
    if lang != "zh":
        return part.has("negated_act") or any(not _in_condition(part, token, action) for token in part.of("neg"))
    if text.startswith("的", action.end) and _is_attribute(part, action, text):
        return True
    if not part.has("neg", "negated_act"):
        return False
    conditions = part.of("condition") if group is not None else []
    first, last = (conditions[0].end, group.start) if conditions and group is not None else (0, 0)
    denials = [token for token in part.of("neg", "negated_act") if not first <= token.start < last]
    if group is not None:
        denials = [token for token in denials if not _is_corrected(token, group, text)]
    return any(token.kind != "neg" or token.start <= action.end + _NEAR for token in denials)


def _is_corrected(denial: Token, group: Group, text: str) -> bool:
    """Whether another time is denied than the action's: "不是周三是周四发", "周四发不是周三"."""
    if denial.start > group.start and text.startswith("不是", denial.start):
        return True
    return text.startswith("是", denial.end) and text.find("是", denial.end + 1, group.start) > 0


def _in_condition(part: Segment, denial: Token, action: Token) -> bool:
    """Whether a denial belongs to the condition before the action's own subject: "if there's no queue we'll post it today"."""
    if not any(token.end <= denial.start for token in part.of("condition")):
        return False
    return any(denial.end <= token.start < action.start for token in part.of("seller"))


def _is_attribute(part: Segment, action: Token, text: str) -> bool:
    """Whether the verb only says of which thing is spoken ("48小时发货的标签"): 的 and a noun that is no token follow it."""
    at = action.end + 1
    if at + 1 >= part.end or not text[at : at + 2].isalpha() or text.startswith(_OF_TIME, at):
        return False
    return not any(token.start < at + 2 and at < token.end for token in part.tokens if not token.kind.startswith(_NOUNS))


def that_clause_of_denial(part: Segment, parts: Sequence[Segment], text: str) -> bool:
    """Whether the denial stands one clause before: "Nie gwarantuję, że wyślemy", "Pisał Pan, że wyślemy"."""
    before = parts[part.at - 1] if part.at else None
    bare = before is not None and before.has("no_promise") and not before.groups and not before.actions
    if before is not None and bare and before.sentence == part.sentence:
        return not part.has("border")
    if not text.startswith(("ze ", "iz ", "czy ", "that ", "whether "), part.start):
        return False
    return before is not None and before.has("neg", "no_promise", "negated_act", "quoted", "ask")


def is_first_person(verbs: str) -> bool:
    """Whether a Polish verb says "I" or "we"."""
    return verbs.endswith(("my", "e", "am", "em")) or verbs.split(" ", 1)[0].endswith(("my", "sze", "am", "iem", "ze"))


def has_past(part: Segment, action: Token, text: str, lang: Lang) -> bool:
    """Whether the segment tells what has happened; not in "到了马上给您寄", where it is what the act waits for."""
    if not part.has("past"):
        return False
    told = part.of("past")
    if lang != "zh":
        return any(not (token.end <= action.start and " i " in text[token.end : action.start]) for token in told)
    return any(not (token.end <= action.start and _then(part, token, text)) for token in told)


def _then(part: Segment, token: Token, text: str) -> bool:
    """Whether "at once", "then" or "again" follow the token directly, after the 了 that ends it."""
    if not text[token.start : token.end].endswith("了"):
        return False
    return text.startswith(("就", "再", "才"), token.end) or any(one.start == token.end for one in part.of("vague"))


def told_before(part: Segment, text: str) -> bool:
    """Whether a word of the past stands there by itself (已经, 刚刚)."""
    return any(text[token.start : token.end] in _TOLD for token in part.of("past"))


def follows_denial(part: Segment, parts: Sequence[Segment]) -> bool:
    """Whether the clause's denial stands in the segment before: "nie jesteśmy w stanie przyspieszyć | doręczenia"."""
    before = parts[part.at - 1] if part.at else None
    return before is not None and before.sentence == part.sentence and [one.kind for one in before.tokens[-1:]] == ["negated_act"]


def is_to_be(part: Segment, action: Token, text: str) -> bool:
    """Whether "wysłana" is told of the future: "zostanie dziś wysłana"."""
    return not _TO_BE.isdisjoint(text[part.start : action.start].split(" "))


def is_foreign(subject: str, kind: str, action: Token, text: str, lang: Lang) -> bool:
    """Whether it is someone else who acts: what a carrier delivers is told, what a bank pays back is not the shop's word."""
    if subject in ("third", "carrier") and lang == "pl" and is_first_person(text[action.start : action.end]):
        return False
    if subject == "third":
        return kind not in ("deliver", "restock")
    return subject == "carrier" and kind in ("refund", "reply", "compensate")


def is_hedged(part: Segment, text: str) -> bool:
    """Whether the promise is weakened: should, might, probably."""
    modal = any(text[token.start : token.end].endswith((" should", " might", " may")) for token in part.of("seller", "buyer"))
    return modal or part.has("hedge")
