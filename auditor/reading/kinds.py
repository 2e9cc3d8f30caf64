"""Which kind of promise an action is: sending parcels, money, papers or replacements, by its verb and by what it is done to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from auditor.model import Promise, PromiseKind
from auditor.reading.segments import ACTIONS, Segment
from auditor.reading.tokens import Token

_OBJECTS = {"object_reship": "reship", "object_other": "other", "object_refund": "refund", "object_compensate": "compensate"}
_SUMS = ("roznic", "kwot", "difference", "the difference")  # amounts, of anything
_GETS = ("you", "u ", "u'", "dosta", "otrzym", "pan", "bedzie pan", "powin")  # the buyer gets …
_COMES = ("przyjdzie", "dotrze", "dojdzie", "arriv", "com", "be with")  # by mail, of a paper
_MAKES_UP = ("补上", "补齐")  # of a parcel: it is sent again; of a shelf: it is filled
_OF_MONEY = ("走", "出", "就走", "能走", "会走", "可以走")
_GONE = ("没货", "缺货", "断货", "缺码", "断码", "没有", "售罄", "卖完")
_TURNS = ("另", "其他", "其它", "剩", "别的")
_ARRIVES = ("到", "打", "转过")
_GOODS = ("色", "码", "款", "货", "号")
_DENIED: dict[str, PromiseKind] = {
    "发": "ship",
    "寄": "ship",
    "走": "ship",
    "出": "ship",
    "退": "refund",
    "补": "reship",
    "换": "reship",
    "到": "deliver",
    "回": "reply",
    "赔": "compensate",
}


def kind_of(part: Segment, action: Token, actions: Sequence[Token], text: str, before: Segment | None = None) -> PromiseKind:
    """The kind of an action in its segment.

    `actions` are the segment's main ones, `text` is the normal (folded) text, `before` the segment before.
    """
    kind = action.kind.partition("_")[0]
    if kind == "refund" and text.startswith(_ARRIVES, action.start) and _makes_up(part, before):
        return "compensate"
    following = [token.start for token in actions if token.start > action.start]
    end = following[0] if following else part.end
    if kind == "ship" and text[action.start : action.end] in _OF_MONEY and _follows_refund(part, action):
        return "refund"
    if kind == "reship" and _is_shelf(part, action, text, before):
        return "restock"
    if kind == "ship" and _goes_on(part, before, text):
        return "reship"
    objects = [token for token in part.tokens if token.kind in _OBJECTS and token.start < end]
    if len(actions) > 1:
        objects = [token for token in objects if token.start >= action.start]
    writes = kind == "reply" and text.startswith(("email", "text", "message", "打给"), action.start)
    if objects and (kind in ("ship", "reship", "other") or writes):
        kinds = [_OBJECTS[token.kind] for token in objects]
        kind = kinds[0] if kind in ("ship", "reply") or kinds[0] != "other" else kind
    elif kind == "deliver" and text[action.start].isascii():
        kind = _received(part, action, objects, text)
    return cast(PromiseKind, kind if kind in ACTIONS else "other")


def _makes_up(part: Segment, before: Segment | None) -> bool:
    """Whether the money that arrives makes up for trouble: "10元补偿今天到账", "给您补20,下午打您支付宝"."""
    told = before is not None and before.sentence == part.sentence and before.has("compensate") and not before.asked
    return part.has("compensate", "object_compensate") or (told and not part.has("object_refund"))


def _received(part: Segment, action: Token, objects: Sequence[Token], text: str) -> str:
    """What a buyer gets: an answer, money, a paper, or the parcel ("odpowiedź dostanie Pani jutro")."""
    if part.has("reply_noun"):
        return "reply"
    comes = text.startswith(_COMES, action.start) and any(token.end <= action.start for token in objects[:1])
    if not comes and not text.startswith(_GETS, action.start):
        return "deliver"
    kinds = [_OBJECTS[token.kind] for token in objects]
    return next((kind for kind in kinds if kind in ("refund", "other", "compensate")), "deliver")


def _follows_refund(part: Segment, action: Token) -> bool:
    """Whether it is money that leaves: "退款今天走"."""
    return any(token.kind == "refund" and token.end <= action.start for token in part.tokens)


def _goes_on(part: Segment, before: Segment | None, text: str) -> bool:
    """Whether a replacement was spoken of just before, without its time: "给您补发一个,明天寄"."""
    if before is None or before.sentence != part.sentence or before.groups or before.asked or not before.has("reship"):
        return False
    return not before.has("neg", "negated_act", "past", "quoted") and not text.startswith(_TURNS, part.start)


def _is_shelf(part: Segment, action: Token, text: str, before: Segment | None) -> bool:
    """Whether goods are filled up, not a parcel: "断码的下周补齐", "灰色这两天补"."""
    word = text[action.start : action.end]
    if word in _MAKES_UP and part.has("object_restock"):
        return True
    if word == "补" and before is not None and any(one in text[before.start : before.end] for one in _GONE):
        return not part.has("to_buyer")
    first = next((token.start for token in part.tokens if token.kind == "time"), action.start)
    return word == "补" and not part.has("to_buyer") and text.endswith(_GOODS, 0, first)


def denied_kind(part: Segment, text: str) -> PromiseKind | None:
    """What a denial in one word (发不了, 退不了) denies."""
    found = [_DENIED.get(text[token.start]) for token in part.of("negated_act")]
    return found[-1] if found else None


def money_of(part: Segment, text: str) -> list[Token]:
    """The noun that makes a clause without a verb one about money going back ("pieniądze w 3 dni"), if there is one."""
    nouns = [token for token in part.of("object_refund") if not text.startswith(_SUMS, token.start)]
    return nouns[:1]


def each_once(found: list[Promise]) -> tuple[Promise, ...]:
    """The promises of a text without doubles, and without an undated one beside a dated one of its kind."""
    if len(found) <= 1:
        return tuple(found)
    kept: dict[object, Promise] = {}
    for promise in found:
        kept.setdefault((promise.kind, promise.when, promise.conditional), promise)
    _drop_means(kept)
    timed = {promise.kind for promise in kept.values() if promise.when is not None}
    return tuple(promise for promise in kept.values() if promise.when is not None or promise.kind not in timed)


def _drop_means(kept: dict[object, Promise]) -> None:
    """Of "give me half an hour to check and I'll write back" the answer is promised, the check is how."""
    ends = {(promise.when, promise.conditional) for promise in kept.values() if promise.kind == "reply" and promise.when}
    for key, promise in list(kept.items()):
        if promise.kind == "other" and (promise.when, promise.conditional) in ends and promise.text.isascii():
            del kept[key]


def is_means(other: Segment, part: Segment) -> bool:
    """Whether `other` only tells how the answer of `part` comes about: "give me an hour to check | and I'll write back"."""
    answers = any(action.kind.startswith("reply") for action in part.actions)
    return answers and other.sentence == part.sentence and all(one.kind.startswith("other") for one in other.actions)
