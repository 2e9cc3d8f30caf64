"""A rule put together in YAML: keywords, patterns, orders of events, counts and shares, in trees of all, any and not.

    when: {sequence: {after: {by: [buyer], content: [order_card]}, follows: {lists: [procedure/asks_order_no]}, messages: 6}}
    buyer [order_card] / agent: 请提供订单号          flagged: it was there
    buyer: 在吗 / agent: 请提供订单号                 passes: nothing was given before

What rests on words is suspected; senders, kinds of content, clocks and identical texts alone are proven.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from auditor.detectors.composed.judging import Seen, bare, judge, places
from auditor.detectors.composed.language import Condition, Params, Says, Tally
from auditor.detectors.composed.matching import rows
from auditor.detectors.composed.tallying import settle
from auditor.model import Conversation, Hit, Mark, NotEvaluated, left_out
from auditor.shard import Shard

__all__ = ["FACTS", "NAME", "Params", "check", "settle"]

NAME = "composed"
FACTS = frozenset({"times", "said", "first", "last", "buyer_text", "arithmetic", "who", "conversations", "share"})


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated | Mark]:
    """One hit a conversation; where `tally` is set, marks that are counted once all conversations were seen."""
    tally = params.tally
    if tally is not None and params.when.says is not None:
        yield from _message_marks(shard, params.when.says, tally, counts=True)
        if tally.among is not None and tally.among.says is not None:
            yield from _message_marks(shard, tally.among.says, tally, counts=False)
        return
    yield from _conversations(shard, params.when, params, tally)
    if tally is not None and tally.among is not None:
        yield from _conversations(shard, tally.among, params, tally, counts=False)


def _conversations(
    shard: Shard, condition: Condition, params: Params, tally: Tally | None, counts: bool = True
) -> Iterator[Hit | NotEvaluated | Mark]:
    unknown: dict[str, list[str]] = {}
    ids = _candidates(shard, condition)
    every = sorted(shard.messages["conversation_id"].unique().to_list()) if ids is None else sorted(ids)
    for conversation in shard.conversations(every):
        seen = judge(shard, condition, conversation)
        if seen.holds is None:
            unknown.setdefault(seen.reason, []).append(conversation.conversation_id)
        elif seen.holds and seen.at:
            hit = _hit(conversation, seen, proven=_proven(params.when))
            yield hit if tally is None else _mark(conversation, hit, tally, _bare_of(shard, conversation, seen), counts)
    for reason, examples in sorted(unknown.items()):
        yield left_out(reason, examples)


# ---- which conversations may hold it -----------------------------------------------------------------------------------------


def _candidates(shard: Shard, condition: Condition) -> frozenset[str] | None:
    """Ids of the conversations for which it may hold, by columns; None: all of them."""
    if condition.not_ is not None:
        return None
    if condition.all:
        narrowed = [ids for ids in (_candidates(shard, each) for each in condition.all) if ids is not None]
        return frozenset.intersection(*narrowed) if narrowed else None
    if condition.any:
        parts = [_candidates(shard, each) for each in condition.any]
        return None if None in parts else frozenset().union(*(part for part in parts if part is not None))
    return _holding(shard, *_gate(condition))


def _gate(condition: Condition) -> tuple[Says, int]:
    """The message that must be there, and how often."""
    if condition.sequence is not None:
        return condition.sequence.after, 1
    if condition.count is not None:
        return condition.count.of, condition.count.at_least
    if condition.ratio is not None:
        return condition.ratio.of, 1
    return condition.says or Says(), 1


def _holding(shard: Shard, says: Says, times: int) -> frozenset[str]:
    often = rows(shard, says).group_by("conversation_id").len().filter(pl.col("len") >= times)
    return frozenset(often["conversation_id"].to_list())


# ---- what rests on nothing but clocks and identical texts ---------------------------------------------------------------------


def _proven(condition: Condition) -> bool:
    return all(says.wordless for says in _messages_of(condition))


def _messages_of(condition: Condition) -> Iterator[Says]:
    for each in (*condition.all, *condition.any, *([condition.not_] if condition.not_ else [])):
        yield from _messages_of(each)
    sequence, count, ratio = condition.sequence, condition.count, condition.ratio
    parts = [condition.says]
    parts += [sequence.after, sequence.follows, sequence.missing, sequence.before] if sequence is not None else []
    parts += [count.of] if count is not None else []
    parts += [ratio.of, ratio.among] if ratio is not None else []
    yield from (part for part in parts if part is not None)


# ---- hits and marks -------------------------------------------------------------------------------------------------


def _hit(conversation: Conversation, seen: Seen, proven: bool) -> Hit:
    messages = conversation.messages
    agents = [messages[at].sender_id for at in seen.at if messages[at].role == "agent"]
    agent = agents[0] if agents else _nearest_agent(conversation, seen.at)
    evidence = [messages[at] for at in seen.at if messages[at].role != "agent" or messages[at].sender_id == agent]
    own = [message for message in evidence if message.role == "agent"] or evidence
    texts = [message.text or f"[{message.content_type}]" for message in own]
    asked = next((message.text for message in evidence if message.role == "buyer" and message.text), None)
    said = " … ".join(dict.fromkeys(texts))
    sums = "; ".join(seen.sums) or f"{len(own)} ×"
    return Hit(
        at=own[0].at,
        conversation_id=conversation.conversation_id,
        message_ids=tuple(message.message_id for message in evidence),
        agent_id=agent,
        certainty="proven" if proven else "suspected",
        quote=said,
        facts={
            "times": len(own), "said": said, "first": texts[0], "last": texts[-1], "buyer_text": asked, "arithmetic": sums,
            "who": agent, "conversations": 1, "share": None,
        },
        measured=sums,
        threshold="; ".join(seen.limits),
        order_id=own[0].order_id,
        basis="" if proven else "wording",
    )  # fmt: skip


def _nearest_agent(conversation: Conversation, at: tuple[int, ...]) -> str | None:
    """Who of the shop wrote last before the evidence, else first after it."""
    before = [m.sender_id for m in conversation.messages[: at[0]] if m.role == "agent"]
    after = [m.sender_id for m in conversation.messages[at[0] :] if m.role == "agent"]
    return before[-1] if before else after[0] if after else None


def _bare_of(shard: Shard, conversation: Conversation, seen: Seen) -> str:
    """What the shop's people wrote, bare; where they wrote nothing, all of the evidence."""
    own = [at for at in seen.at if conversation.messages[at].role == "agent"] or seen.at
    return "\x1f".join(bare(shard, conversation, at) for at in own)


def _mark(conversation: Conversation, hit: Hit, tally: Tally, text: str, counts: bool) -> Mark:
    who = {"agent": hit.agent_id, "buyer": conversation.buyer_id, "shop": conversation.shop_id}[tally.per]
    return Mark(hit, who, text, counts, conversation.platform, conversation.shop_id)


def _message_marks(shard: Shard, says: Says, tally: Tally, counts: bool) -> Iterator[Mark | NotEvaluated]:
    doubtful: list[str] = []
    for conversation in shard.conversations(rows(shard, says)["conversation_id"].unique().sort()):
        for at in places(shard, says, conversation):
            if conversation.messages[at].time_doubt:
                doubtful.append(conversation.conversation_id)
                continue
            hit = _hit(conversation, Seen(True, (at,)), proven=says.wordless)
            yield _mark(conversation, hit, tally, bare(shard, conversation, at), counts)
    if doubtful:
        yield left_out("time_in_doubt", doubtful)
