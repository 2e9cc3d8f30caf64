"""Which of the times near an action is its deadline, and from what it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from auditor.model import Lang, When
from auditor.reading.segments import Group, Segment
from auditor.reading.times import joined
from auditor.reading.tokens import Token

_ANCHORS: dict[str, Literal["payment", "order", "return_received", "approval", "delivery", "other"]] = {
    "anchor_payment": "payment",
    "anchor_order": "order",
    "anchor_return_received": "return_received",
    "anchor_approval": "approval",
    "anchor_delivery": "delivery",
    "anchor_other": "other",
}
_LATEST = ("最晚", "最迟", "最慢", "najpozniej", "latest", "at the latest")


def own_time(part: Segment, action: Token, actions: Sequence[Token], lang: Lang) -> Group | None:
    """The time of an action within its segment: in Chinese the one before it, else the one after it."""
    groups = [group for group in part.groups if not group.condition]
    if lang == "zh" and _is_before_next(groups, action, actions):
        return None
    if len(groups) <= 1:
        return groups[0] if groups else None
    actions = actions if len(actions) > 1 else part.actions
    last = max((one.end for one in actions if one.end <= action.start), default=part.start)
    following = min((one.start for one in actions if one.start > action.start), default=part.end)
    before = [group for group in groups if last <= group.start < action.start]
    after = [group for group in groups if action.end <= group.start < following]
    if lang == "zh":
        bound = [group for group in after if any(action.end <= token.start < group.start for token in part.of("also"))]
        found = bound[-1:] or before[-1:] or after[:1] or groups[-1:]
    else:
        found = after[:1] or (before[-1:] if last == part.start else []) or groups[:1]
    return found[0] if found else None


def _is_before_next(groups: Sequence[Group], action: Token, actions: Sequence[Token]) -> bool:
    """Whether no time stands before the action and the first after it belongs to the next one: "到货2天后会有人联系您"."""
    if not groups or groups[0].start < action.start:
        return False
    following = [one.start for one in actions if one.start > action.start]
    return bool(following) and groups[0].end <= following[0]


def is_not_before(part: Segment, group: Group) -> bool:
    """Whether the time is only the earliest ("最快明天"); in "最快今天最慢明天" the second is the deadline."""
    earliest = [token.start for token in part.tokens if token.piece is not None and token.piece.sort == "not_before"]
    if not earliest:
        return False
    return not any(earliest[-1] < other.start < group.start for other in part.groups)


def later_bound(following: Sequence[Segment], text: str) -> tuple[Group, Segment] | None:
    """In "今天发，最晚明天" the second time is the deadline: it and its segment."""
    for part in following[:1]:
        if part.actions or len(part.groups) != 1 or part.asked or part.has("neg", "closed"):
            return None
        if any(word in text[part.start : part.end] for word in _LATEST):
            return part.groups[0], part
    return None


def anchored(when: When, timed: Segment, around: Sequence[Segment]) -> When:
    """The time with the event it is counted from: "of payment" beside it, or alone in the clause before.

    `timed` is the segment of the time, `around` the segment before the action's (if any) and the action's own.
    """
    if all(part.kinds.isdisjoint(_ANCHORS) for part in (timed, *around)):
        return when
    own = around[-1]
    before = [part for part in around[:-1] if not part.actions and not part.groups]
    for part in (timed, own, *before):
        for token in part.tokens:
            if token.kind in _ANCHORS:
                return replace(when, anchor=_ANCHORS[token.kind])
    return when


def with_clock(own: Group, parts: Sequence[Segment]) -> Group:
    """A day with the hour that stands alone behind the comma: "no later than May 15, 6pm". `parts`: its segment and the next."""
    if len(parts) < 2 or own.piece.sort != "day" or own.piece.minute is not None:
        return own
    part, following = parts
    if following.sentence != part.sentence or len(following.groups) != 1 or part.groups[-1] is not own:
        return own
    hour = following.groups[0]
    if hour.piece.sort != "clock" or following.actions or not following.is_bare_time() or part.end > following.start:
        return own
    piece = joined(own.piece, hour.piece, False)
    return own if piece is None else replace(own, end=hour.end, piece=piece)


def same_day(group: Group, before: Sequence[Segment]) -> Group:
    """The day that "the same day" points back to, where its sentence names one before."""
    if group.piece.sort != "same":
        return group
    named = [one for part in before for one in part.groups if one.start < group.start and not one.condition]
    dated = [one for one in named if one.piece.sort == "day" and one.when is not None]
    return replace(group, piece=dated[-1].piece) if dated else group
