"""Steps that were left out: a time for news, photos before a refusal, a look at a parcel in trouble.

    agent: 我上报给主管 / buyer: 什么时候有结果 / agent: 等通知            flagged (follow_up_without_time)
    agent: 我上报给主管 / buyer: 什么时候有结果 / agent: 明天下午答复您     passes
    buyer: 杯子碎了 / agent: 这个退不了的                              flagged (refused_without_evidence)

All of it rests on how the texts were understood, so all of it is suspected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from auditor.model import Conversation, FactValue, Hit, NotEvaluated
from auditor.reading.tokens import tokens
from auditor.shard import Shard
from auditor.turns import Turn, is_text, may_say, passages, turns

NAME = "procedure"
FACTS = frozenset({"times", "asked", "complaint"})

_PASSES_ON, _ASKS_WHEN, _GIVES_TIME = "procedure/passes_on", "procedure/asks_when", "procedure/gives_time"
_COMPLAINT, _EVIDENCE, _REFUSES, _SOLUTION = (
    "procedure/complaint",
    "procedure/asks_evidence",
    "procedure/refuses",
    "procedure/solution",
)
_DECLINES, _PARCEL, _LEAVES = "procedure/declines_evidence", "procedure/parcel_trouble", "procedure/leaves_to_carrier"
_HOLD, _NO_TIME = "mechanical/hold", "procedure/no_time"
_SHOWN = ("image", "video", "file")


@dataclass(frozen=True, slots=True)
class Params:
    """`kind`: which step; `times`: how often the matter is passed on without a time (once is enough if the buyer asked when)."""

    kind: Literal[
        "follow_up_without_time",
        "refused_without_evidence",
        "parcel_refused",
    ] = "follow_up_without_time"
    times: int = 2


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """One hit a conversation at most; only conversations with the words of the step are looked at."""
    gate, role = {
        "follow_up_without_time": (_PASSES_ON, "agent"),
        "refused_without_evidence": (_REFUSES, "agent"),
        "parcel_refused": (_PARCEL, "buyer"),
    }[params.kind]
    judge = {
        "follow_up_without_time": _without_time,
        "refused_without_evidence": _refused,
        "parcel_refused": _parcel_refused,
    }[params.kind]
    ids = set(shard.with_texts(may_say(shard, (gate,), role), role))
    if params.kind == "follow_up_without_time":
        ids &= set(shard.with_texts(may_say(shard, (_ASKS_WHEN,), "buyer"), "buyer"))
    if params.kind == "refused_without_evidence":
        offered = shard.with_texts(may_say(shard, (_DECLINES,), role), role)  # proof declined was offered for a complaint
        ids &= {*shard.with_texts(may_say(shard, (_COMPLAINT,), "buyer"), "buyer"), *offered}
    for conversation in shard.conversations(ids):
        yield from judge(_View(shard, conversation), params)


@dataclass(frozen=True, slots=True)
class _View:
    """One conversation with the questions that are put to it; positions are into its messages."""

    shard: Shard
    conversation: Conversation

    def says(self, position: int, *names: str) -> bool:
        """Whether one of the lists finds something in that message."""
        return is_text(self.conversation.messages[position]) and bool(passages(self.shard, self.conversation, position, names))

    def of(self, role: str, *names: str) -> list[int]:
        """Messages of that role in which one of the lists finds something."""
        return [at for at, m in enumerate(self.conversation.messages) if m.role == role and self.says(at, *names)]

    def gives_time(self, position: int) -> bool:
        """Whether the message names a time, by word or as a promise with a deadline."""
        reading = self.shard.texts.reading(self.conversation.text_ids[position])
        return any(promise.when is not None for promise in reading.promises) or self.says(position, _GIVES_TIME)

    def names_time(self, position: int) -> bool:
        """Whether any time at all, or a number, stands in the message."""
        text = self.shard.texts.normal(self.conversation.text_ids[position])
        found = tokens(text, self.conversation.langs[position])
        return any(token.piece is not None for token in found) or any(sign.isdigit() for sign in text.text)

    def gives_time_before(self, position: int) -> bool:
        """Whether somebody of the shop named a time for news just before, in the same turn."""
        turn = next(t for t in turns(self.conversation) if position in t.answered)
        return any(self.gives_time(at) for at in turn.answered)

    def before(self, positions: Sequence[int]) -> list[int]:
        """The buyer's messages before the first of these positions, from the last one back."""
        return [at for at in reversed(range(positions[0])) if self.conversation.messages[at].role == "buyer"] if positions else []

    def shown(self, before: int) -> bool:
        """Whether the buyer sent a picture, a video or a file before that message."""
        return any(m.role == "buyer" and m.content_type in _SHOWN for m in self.conversation.messages[:before])


# ---- news without a time --------------------------------------------------------------------------------------------


def _without_time(view: _View, params: Params) -> Iterator[Hit]:
    passed = view.of("agent", _PASSES_ON)
    if not passed or any(
        view.gives_time(at) for at, m in enumerate(view.conversation.messages) if m.role == "agent" and at >= passed[0]
    ):
        return
    if view.gives_time_before(passed[0]) or any(at > passed[0] for at in view.of("agent", _SOLUTION, _REFUSES)):
        return
    asked_when = view.of("buyer", _ASKS_WHEN)
    open_turns = [t for t in turns(view.conversation) if _leaves_open(view, t, passed, asked_when)]
    answers = [next((at for at in t.answered if at in passed), t.answered[0]) for t in open_turns]
    unanswered = [at for at in asked_when if any(at in t.asked for t in open_turns)]
    if len(answers) < params.times or not unanswered:
        return
    facts: dict[str, FactValue] = {
        "times": len(answers),
        "asked": view.conversation.messages[unanswered[0]].text if unanswered else None,
    }
    yield _hit(view, answers, facts, f"{len(answers)}", "a time")


def _leaves_open(view: _View, turn: Turn, passed: Sequence[int], asked_when: Sequence[int]) -> bool:
    """Whether the buyer is told to wait, or, after that, asks when and hears that no time can be named."""
    if any(at in passed for at in turn.answered):
        return True
    later = [at for at in turn.answered if at > passed[0]]
    evaded = any(view.says(at, _NO_TIME) for at in later) and not any(view.names_time(at) for at in later)
    return evaded and any(at in asked_when for at in turn.asked)


# ---- complaints -----------------------------------------------------------------------------------------------------------


def _refused(view: _View, params: Params) -> Iterator[Hit]:
    complaints = view.of("buyer", _COMPLAINT) or view.before(view.of("agent", _DECLINES))
    if not complaints:
        return
    first = complaints[0]
    refused = [at for at in view.of("agent", _REFUSES, _DECLINES) if at > first and view.says(at, _REFUSES)]
    if not refused or view.shown(refused[-1]) or any(at < refused[-1] for at in view.of("agent", _EVIDENCE)):
        return
    if any(at > first for at in view.of("agent", _SOLUTION, _EVIDENCE)):
        return
    yield _hit(
        view,
        refused,
        {"times": len(refused), "complaint": view.conversation.messages[first].text},
        f"{len(refused)}",
        "photos asked for",
    )


def _parcel_refused(view: _View, params: Params) -> Iterator[Hit]:
    """The parcel is stuck or lost, and the agent neither looks into it nor offers a way out, but leaves the buyer with it."""
    troubles = view.of("buyer", _PARCEL)
    if not troubles:
        return
    left = [at for at in view.of("agent", _LEAVES, _REFUSES) if at > troubles[0]]
    if not left or any(at > troubles[0] for at in view.of("agent", _SOLUTION, _PASSES_ON, _HOLD)):
        return
    complaint = view.conversation.messages[troubles[0]].text
    yield _hit(view, left, {"times": len(left), "complaint": complaint}, f"{len(left)}", "the parcel looked into")


def _hit(view: _View, positions: Sequence[int], facts: dict[str, FactValue], measured: str, threshold: str) -> Hit:
    messages = [view.conversation.messages[at] for at in positions]
    mine = [m for m in messages if m.sender_id == messages[-1].sender_id]
    return Hit(
        at=mine[0].at,
        conversation_id=view.conversation.conversation_id,
        message_ids=tuple(m.message_id for m in mine),
        agent_id=mine[0].sender_id,
        certainty="suspected",
        quote=" … ".join(dict.fromkeys(m.text for m in mine)),
        facts=facts,
        measured=measured,
        threshold=threshold,
        order_id=mine[0].order_id,
        basis="wording",
    )
