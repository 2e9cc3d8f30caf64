"""A condition held against one conversation: yes, no, or not known, with the messages and the arithmetic it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from auditor.detectors.composed.language import Condition, Count, Ratio, Says, Sequence
from auditor.detectors.composed.matching import fits
from auditor.model import Conversation
from auditor.shard import Shard


@dataclass(frozen=True, slots=True)
class Seen:
    """`holds`: None where it cannot be told, for that `reason`. `at`: places of the evidence; `sums`: its arithmetic."""

    holds: bool | None
    at: tuple[int, ...] = ()
    sums: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    reason: str = ""


_NO = Seen(False)


def judge(shard: Shard, condition: Condition, conversation: Conversation) -> Seen:
    """Whether the condition holds for the conversation."""
    if condition.not_ is not None:
        seen = judge(shard, condition.not_, conversation)
        return Seen(None, reason=seen.reason) if seen.holds is None else Seen(not seen.holds)
    if condition.all:
        return _all([judge(shard, each, conversation) for each in condition.all])
    if condition.any:
        return _any([judge(shard, each, conversation) for each in condition.any])
    if condition.says is not None:
        at = places(shard, condition.says, conversation)
        return Seen(bool(at), at, limits=("0",) if at else ())
    if condition.sequence is not None:
        return _sequence(shard, condition.sequence, conversation)
    if condition.count is not None:
        return _count(shard, condition.count, conversation)
    return _ratio(shard, condition.ratio, conversation) if condition.ratio is not None else _NO


def places(shard: Shard, says: Says, conversation: Conversation) -> tuple[int, ...]:
    """Where in the conversation such messages stand."""
    return tuple(at for at in range(len(conversation.messages)) if fits(shard, says, conversation, at))


def _all(parts: list[Seen]) -> Seen:
    if any(part.holds is False for part in parts):
        return _NO
    unknown = next((part for part in parts if part.holds is None), None)
    return unknown or _together(parts)


def _any(parts: list[Seen]) -> Seen:
    held = [part for part in parts if part.holds]
    if held:
        return _together(held)
    return next((part for part in parts if part.holds is None), _NO)


def _together(parts: list[Seen]) -> Seen:
    at = sorted({place for part in parts for place in part.at})
    sums = tuple(dict.fromkeys(one for part in parts for one in part.sums))
    return Seen(True, tuple(at), sums, tuple(dict.fromkeys(one for part in parts for one in part.limits)))


# ---- after this, that ------------------------------------------------------------------------------------------------------


def _sequence(shard: Shard, sequence: Sequence, conversation: Conversation) -> Seen:
    watches = [_watch(shard, sequence, conversation, start) for start in places(shard, sequence.after, conversation)]
    return _any(watches)


def _watch(shard: Shard, sequence: Sequence, conversation: Conversation, start: int) -> Seen:
    messages = conversation.messages
    opened = messages[start]
    if sequence.within is not None and opened.time_doubt:
        return Seen(None, reason="time_in_doubt")
    awaited = sequence.follows or sequence.missing
    for at in range(start + 1, len(messages)):
        if sequence.within is not None and messages[at].time_doubt:
            return Seen(None, reason="time_in_doubt")
        if _over(sequence, start, at, opened.at, messages[at].at):
            return _ended(sequence, conversation, start, None)
        if awaited is not None and fits(shard, awaited, conversation, at):
            return _came(sequence, conversation, start, at)
        if sequence.before is not None and fits(shard, sequence.before, conversation, at):
            return _ended(sequence, conversation, start, at)
    return _still_open(shard, sequence, conversation, start)


def _over(sequence: Sequence, start: int, at: int, opened: datetime, now: datetime) -> bool:
    late = sequence.within is not None and now - opened > sequence.within
    return late or (sequence.messages is not None and at - start > sequence.messages)


def _came(sequence: Sequence, conversation: Conversation, start: int, at: int) -> Seen:
    if sequence.follows is None:
        return _NO
    first, last = conversation.messages[start].at, conversation.messages[at].at
    passed = int((last - first).total_seconds())
    return Seen(True, (start, at), (f"{_clock(first)} → {_clock(last)} = {passed} s, +{at - start}",), (_limit(sequence, "0"),))


def _ended(sequence: Sequence, conversation: Conversation, start: int, end: int | None) -> Seen:
    if sequence.missing is None:
        return _NO
    first = conversation.messages[start].at
    until = _clock(conversation.messages[end].at) if end is not None else _until(sequence, conversation, start)
    at = (start,) if end is None else (start, end)
    return Seen(True, at, (f"{_clock(first)} → {until} = 0",), (_limit(sequence, ">= 1"),))


def _until(sequence: Sequence, conversation: Conversation, start: int) -> str:
    if sequence.messages is not None and start + sequence.messages < len(conversation.messages):
        return f"+{sequence.messages}"
    return _clock(conversation.messages[start].at + (sequence.within or timedelta(0)))


def _still_open(shard: Shard, sequence: Sequence, conversation: Conversation, start: int) -> Seen:
    """The conversation ends; only the clock can end the watch now, and only as far as the export reaches."""
    if sequence.missing is None:
        return _NO
    last = len(conversation.messages) - 1
    if sequence.messages is not None and last - start >= sequence.messages:
        return _ended(sequence, conversation, start, None)
    if sequence.within is None:
        return Seen(None, reason="pending")
    deadline = conversation.messages[start].at + sequence.within
    reaches = conversation.messages[start].seen_until
    if deadline >= shard.as_of:
        return Seen(None, reason="pending")
    if reaches is None or deadline >= reaches:
        return Seen(None, reason="transcript_ends_before_deadline")
    return _ended(sequence, conversation, start, None)


def _limit(sequence: Sequence, number: str) -> str:
    parts = [f"{int(sequence.within.total_seconds())} s"] if sequence.within is not None else []
    parts += [f"+{sequence.messages}"] if sequence.messages is not None else []
    return f"{number} ({', '.join(parts)})" if parts else number


def _clock(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")


# ---- counts and shares -------------------------------------------------------------------------------------------------------


def _count(shard: Shard, count: Count, conversation: Conversation) -> Seen:
    at = places(shard, count.of, conversation)
    if count.within is not None and any(conversation.messages[place].time_doubt for place in at):
        return Seen(None, reason="time_in_doubt") if len(at) >= count.at_least else _NO
    groups: dict[tuple[str, str], list[int]] = {}
    for place in at:
        message = conversation.messages[place]
        who = message.sender_id or "" if count.same_agent and message.role == "agent" else ""
        groups.setdefault((who, bare(shard, conversation, place) if count.same_text else ""), []).append(place)
    return _any([_crowd(conversation, group, count) for _, group in sorted(groups.items())])


def _crowd(conversation: Conversation, at: list[int], count: Count) -> Seen:
    for first in range(len(at) - count.at_least + 1):
        opened = conversation.messages[at[first]].at
        near = [p for p in at[first:] if count.within is None or conversation.messages[p].at - opened <= count.within]
        if len(near) >= count.at_least:
            passed = int((conversation.messages[near[-1]].at - opened).total_seconds())
            span = f" ({int(count.within.total_seconds())} s)" if count.within is not None else ""
            return Seen(True, tuple(near), (f"{len(near)} × in {passed} s",), (f"< {count.at_least}{span}",))
    return _NO


def bare(shard: Shard, conversation: Conversation, place: int) -> str:
    """Letters and digits of a message: what makes two texts the same."""
    return "".join(filter(str.isalnum, shard.texts.normal(conversation.text_ids[place]).text))


def _ratio(shard: Shard, ratio: Ratio, conversation: Conversation) -> Seen:
    among = places(shard, ratio.among, conversation)
    mine = set(places(shard, ratio.of, conversation))
    of = tuple(place for place in among if place in mine)
    if len(among) < ratio.fewest or not of or len(of) / len(among) < ratio.at_least:
        return _NO
    return Seen(True, of, (f"{len(of)} / {len(among)} = {len(of) / len(among):.0%}",), (f"< {ratio.at_least:.0%}",))
