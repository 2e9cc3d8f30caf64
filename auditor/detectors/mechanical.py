"""Answers that are no answers: the same text to different questions, bare fillers, "one moment" and then silence.

    buyer: 是大豆纤维的吗 / agent: 都是正品请放心 / buyer: 冬天够不够厚 / agent: 都是正品请放心 / …
                                                        flagged (same_answer, three times)
    buyer: 包邮吗 / agent: 全国包邮的 / buyer: 真的包邮吗 / agent: 全国包邮的 / …
                                                        passes: the question is the same
    buyer: 能存几年 / agent: 嗯 / buyer: 怎么保存 / agent: 哦    flagged (perfunctory)

Identical texts to questions that differ are proven; everything else rests on how the texts were understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import polars as pl

from auditor.detectors.asked import ACK, CLOSING, COMPLAINS, answers_hit, asks, echoes, needs_content, pairs_hit, same_question
from auditor.detectors.repeats import near_answers, same_answers
from auditor.model import Conversation, FactValue, Hit, Message, NotEvaluated
from auditor.reading.questions import offered
from auditor.shard import Shard
from auditor.turns import Turn, is_text, letters, made_of, may_say, passages, texts_made_of, turns
from auditor.worktime import counted_seconds

NAME = "mechanical"
FACTS = frozenset({"times", "answer", "questions", "similarity", "waited"})

Hours = tuple[int, int]

_HOLD, _FILLER, _ASSENT = "mechanical/hold", "mechanical/filler", "mechanical/assent"
_WITHDRAWS, _PROTESTS = "mechanical/withdraws", "mechanical/protests"
_ANSWERING = frozenset(
    {"question", "apology", "asks_evidence", "asks_order_no", "escalates", "follow_up_promise", "holds", "offers_solution"}
)
_LONGEST_FILLER = 24  # characters
_LONGEST_HOLD = 60
_HOLDING = (_HOLD, CLOSING, _FILLER)


@dataclass(frozen=True, slots=True)
class Params:
    """What to look for, and how much of it.

    `times`: so many answers. `question_similarity`: questions more alike than this (0–1) are one question. `within`, `counted`:
    how long a "one moment" may last, in the daily hours that count. `approved`: scripts that may repeat.
    """

    kind: Literal["same_answer", "near_same", "perfunctory", "hold_and_vanish", "off_topic"] = "same_answer"
    times: int = 3
    question_similarity: float = 0.8
    within: timedelta = timedelta(hours=2)
    counted: Hours = (0, 1440)
    approved: tuple[str, ...] = ()


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """Hits of one kind; only conversations that a column test singled out are looked at."""
    if params.kind == "same_answer":
        yield from same_answers(shard, params.times, params.question_similarity, params.approved)
    elif params.kind == "near_same":
        yield from near_answers(shard, params.times, params.question_similarity, params.approved)
    elif params.kind == "perfunctory":
        yield from _perfunctory(shard, params)
    elif params.kind == "hold_and_vanish":
        yield from _vanished(shard, params)
    else:
        yield from _off_topic(shard, params)


# ---- fillers ----------------------------------------------------------------------------------------------------------


def _perfunctory(shard: Shard, params: Params) -> Iterator[Hit]:
    ids = texts_made_of(shard, (_FILLER,), _LONGEST_FILLER)
    said = shard.messages.filter((pl.col("sender_role") == "agent") & pl.col("text_id").is_in(ids))
    often = said.group_by("conversation_id").len().filter(pl.col("len") >= params.times)
    for conversation in shard.conversations(often["conversation_id"].to_list()):
        by_agent: dict[str | None, list[tuple[int, int]]] = {}
        for turn in turns(conversation):
            pair = _filler(shard, conversation, turn)
            if pair is not None:
                by_agent.setdefault(conversation.messages[pair[1]].sender_id, []).append(pair)
        for _, pairs in sorted(by_agent.items(), key=lambda item: item[0] or ""):
            if len(pairs) >= params.times:
                yield pairs_hit(conversation, pairs, params.times)


def _filler(shard: Shard, conversation: Conversation, turn: Turn) -> tuple[int, int] | None:
    """(question, answer) where the answer is nothing but filler, and the question needed more."""
    if not turn.answered or not all(_is_filler(shard, conversation, at) for at in turn.answered):
        return None
    asked = next((at for at in reversed(turn.asked) if asks(shard, conversation, at)), None)
    if asked is None:
        return None
    assent = all(made_of(shard, conversation, at, (_ASSENT,)) for at in turn.answered)
    words = offered(shard.texts.normal(conversation.text_ids[asked])) if conversation.langs[asked] == "zh" else frozenset()
    if any(word in conversation.messages[at].text for at in turn.answered for word in words):
        return None  # 够不够 – 够
    open_question = needs_content(shard, conversation, asked)
    complaint = bool(passages(shard, conversation, asked, (COMPLAINS,)))
    return (asked, turn.answered[0]) if open_question or (complaint and not assent) else None


def _is_filler(shard: Shard, conversation: Conversation, position: int) -> bool:
    message = conversation.messages[position]
    if not is_text(message) or len(message.text) > _LONGEST_FILLER:
        return False
    return letters(message.text) == 0 or made_of(shard, conversation, position, (_FILLER,))


# ---- "one moment", and then nothing --------------------------------------------------------------------------------


def _vanished(shard: Shard, params: Params) -> Iterator[Hit]:
    ids = texts_made_of(shard, _HOLDING, _LONGEST_HOLD, may_say(shard, (_HOLD,)))
    human = shard.messages.filter(pl.col("sender_role") == "agent").with_columns(
        (pl.col("sent_at").shift(-1).over("conversation_id") - pl.col("sent_at")).alias("gap")
    )
    held = human.filter(
        pl.col("text_id").is_in(ids) & ~pl.col("time_doubt") & (pl.col("gap").is_null() | (pl.col("gap") > params.within))
    )
    for conversation in shard.conversations(held["conversation_id"].to_list()):
        for turn, later in zip(turns(conversation), (*turns(conversation)[1:], None), strict=True):
            hit = _vanished_in(shard, params, conversation, turn, later)
            if hit is not None:
                yield hit


def _vanished_in(shard: Shard, params: Params, conversation: Conversation, turn: Turn, later: Turn | None) -> Hit | None:
    if not turn.answered or not any(asks(shard, conversation, at) for at in turn.asked):
        return None
    position = turn.answered[-1]
    message = conversation.messages[position]
    holds = is_text(message) and made_of(shard, conversation, position, _HOLDING)
    if message.time_doubt or not holds or not passages(shard, conversation, position, (_HOLD,)):
        return None
    after = later.asked if later else ()
    if any(passages(shard, conversation, at, (_WITHDRAWS,)) for at in after):
        return None
    back = conversation.messages[later.answered[0]] if later and later.answered else None
    if back is not None and (back.time_doubt or all(made_of(shard, conversation, at, (ACK,)) for at in after)):
        return None
    end = back.at if back is not None else _seen_until(shard, conversation.messages[position])
    if end is None or end <= message.at:
        return None
    waited = timedelta(seconds=counted_seconds(message.at, end, *params.counted, shard.zone(conversation, message)))
    if waited <= params.within:
        return None
    facts: dict[str, FactValue] = {"times": 1, "answer": message.text, "waited": waited}
    return answers_hit(
        conversation, [position], facts, f"{int(waited.total_seconds())} s", f"<= {int(params.within.total_seconds())} s", False
    )


def _seen_until(shard: Shard, message: Message) -> datetime | None:
    return None if message.seen_until is None else min(message.seen_until, shard.as_of)


# ---- answers beside the question ---------------------------------------------------------------------------------------


def _off_topic(shard: Shard, params: Params) -> Iterator[Hit]:
    for conversation in shard.conversations(shard.with_texts(may_say(shard, (_PROTESTS,), "buyer"), "buyer")):
        rounds = turns(conversation)
        missed: dict[str | None, list[tuple[int, int]]] = {}
        for turn, following in pairwise(rounds):
            pair = _beside(shard, params, conversation, turn, following)
            if pair is not None:
                missed.setdefault(conversation.messages[pair[1]].sender_id, []).append(pair)
        for _, pairs in sorted(missed.items(), key=lambda item: item[0] or ""):
            if len(pairs) >= params.times:
                yield pairs_hit(conversation, pairs, params.times)


def _beside(shard: Shard, params: Params, conversation: Conversation, turn: Turn, following: Turn) -> tuple[int, int] | None:
    """(question, answer) where the buyer protests or asks the same again, and the answer is not on what was asked."""
    asked = next((at for at in reversed(turn.asked) if asks(shard, conversation, at, _PROTESTS)), None)
    if asked is None or not all(is_text(conversation.messages[at]) for at in turn.answered):
        return None
    again = any(
        passages(shard, conversation, at, (_PROTESTS,))
        or same_question(shard, params.question_similarity, conversation, asked, at, at)
        or echoes(conversation, asked, turn.answered, at)
        for at in following.asked
    )
    wanted = _topics(shard, conversation, asked)
    readings = [shard.texts.reading(conversation.text_ids[at]) for at in turn.answered]
    if not again or any(reading.topics & wanted or reading.acts & _ANSWERING for reading in readings):
        return None
    return asked, turn.answered[0]


def _topics(shard: Shard, conversation: Conversation, position: int) -> frozenset[str]:
    return shard.texts.reading(conversation.text_ids[position]).topics
