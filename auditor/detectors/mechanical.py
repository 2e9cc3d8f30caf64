"""Answers that are no answers: the same text to different questions, bare fillers, "one moment" and then silence.

    buyer: 是大豆纤维的吗 / agent: 都是正品请放心 / buyer: 冬天够不够厚 / agent: 都是正品请放心 / …
                                                        flagged (same_answer, three times)
    buyer: 包邮吗 / agent: 全国包邮的 / buyer: 真的包邮吗 / agent: 全国包邮的 / …
                                                        passes: the question is the same
    buyer: 能存几年 / agent: 嗯 / buyer: 怎么保存 / agent: 哦    flagged (perfunctory)

Identical texts to questions that differ are proven; everything else rests on how the texts were understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import polars as pl
from rapidfuzz import fuzz

from auditor.model import Conversation, FactValue, Hit, NotEvaluated
from auditor.reading.things import named_things
from auditor.shard import Shard
from auditor.skeletons import skeletons
from auditor.turns import Turn, is_text, letters, made_of, may_say, passages, texts_made_of, turns
from auditor.worktime import counted_seconds

NAME = "mechanical"
FACTS = frozenset({"times", "answer", "questions", "similarity", "waited"})

Hours = tuple[int, int]

_CLOSING, _HOLD, _FILLER, _ASSENT = "mechanical/closing", "mechanical/hold", "mechanical/filler", "mechanical/assent"
_ACK, _PING, _OPEN, _WITHDRAWS = "mechanical/buyer_ack", "mechanical/ping", "mechanical/open_question", "mechanical/withdraws"
_ASKS, _COMPLAINS, _PROTESTS = "mechanical/asks", "procedure/complaint", "mechanical/protests"
_ANSWERING = frozenset(
    {"question", "apology", "asks_evidence", "asks_order_no", "escalates", "follow_up_promise", "holds", "offers_solution"}
)
_REQUESTS = frozenset({"asks_order_no", "asks_evidence"})  # what is needed first may be asked for as often as it takes
_FEWEST = 4  # letters of what is left without idle words
_LONGEST_FILLER = 24  # characters
_LONGEST_HOLD = 60
_HOLDING = (_HOLD, _CLOSING, _FILLER)
_LONGEST_ECHO = 16  # letters
_BROAD = frozenset({"product", "order", "greeting"})  # topics that questions on anything share


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
    if params.kind in ("same_answer", "near_same"):
        yield from _repeated(shard, params)
    elif params.kind == "perfunctory":
        yield from _perfunctory(shard, params)
    elif params.kind == "hold_and_vanish":
        yield from _vanished(shard, params)
    else:
        yield from _off_topic(shard, params)


# ---- the same answer to different questions ------------------------------------------------------------------------


def _repeated(shard: Shard, params: Params) -> Iterator[Hit]:
    table = shard.once(skeletons)
    key = "skeleton" if params.kind == "same_answer" else "loose"
    groups = table.group_by("conversation_id", "sender_id", key).agg(
        pl.len().alias("times"), pl.col("skeleton").n_unique().alias("forms"), pl.col("text_id").unique().sort()
    )
    groups = groups.filter(pl.col("times") >= params.times)
    if params.kind == "near_same":
        groups = groups.filter((pl.col("forms") > 1) & (pl.col("loose").str.len_chars() >= _FEWEST))
    polite = texts_made_of(shard, (_CLOSING, _HOLD), _LONGEST_HOLD, groups["text_id"].explode().unique().to_list())
    groups = groups.filter(~pl.col("text_id").list.first().is_in(polite))
    rows = (
        groups.sort("conversation_id", "sender_id", key, nulls_last=True).select("conversation_id", "sender_id", "text_id").rows()
    )
    for conversation, (_, agent, text_ids) in zip(_each(shard, [row[0] for row in rows]), rows, strict=True):
        hit = _repeated_in(shard, params, conversation, agent, frozenset(text_ids))
        if hit is not None:
            yield hit


def _each(shard: Shard, ids: Sequence[str]) -> Iterator[Conversation]:
    found = {conversation.conversation_id: conversation for conversation in shard.conversations(ids)}
    return (found[one] for one in ids)


def _repeated_in(
    shard: Shard, params: Params, conversation: Conversation, agent: str | None, text_ids: frozenset[int]
) -> Hit | None:
    answers: list[int] = []
    questions: list[int] = []
    unsure = 0  # a bare word ("保质期") that asks nothing by its form; one may stand among questions that do
    for turn in turns(conversation):
        position = _only_answer(shard, conversation, turn, text_ids)
        if position is None or conversation.messages[position].sender_id != agent:
            continue
        asked = next((at for at in reversed(turn.asked) if _asks(shard, conversation, at)), None)
        if asked is None and unsure == 0 and params.kind == "same_answer":
            asked = next((at for at in reversed(turn.asked) if _says_something(shard, conversation, at)), None)
            unsure += asked is not None
        if (
            asked is None
            or shard.texts.reading(conversation.text_ids[position]).acts & _REQUESTS
            or made_of(shard, conversation, position, (_CLOSING, _HOLD))
            or _is_approved(conversation, position, params)
        ):
            continue
        answers.append(position)
        if not any(_same_question(shard, params, conversation, asked, other, position) for other in questions):
            questions.append(asked)
    if len(answers) < params.times or len(questions) < params.times:
        return None
    forms = [conversation.messages[at].text for at in answers]
    alike = min(fuzz.ratio(forms[0], form) for form in forms) / 100
    proven = params.kind == "same_answer"
    facts: dict[str, FactValue] = {
        "times": len(answers),
        "answer": forms[0],
        "questions": " / ".join(conversation.messages[at].text for at in questions),
        "similarity": round(alike, 3),
    }
    return _hit(conversation, answers, facts, f"{len(answers)} × “{forms[0]}”", f"< {params.times}", proven)


def _only_answer(shard: Shard, conversation: Conversation, turn: Turn, text_ids: frozenset[int]) -> int | None:
    """Find the repeated text, where nothing else but closings was said in that turn."""
    mine = [at for at in turn.answered if conversation.text_ids[at] in text_ids and is_text(conversation.messages[at])]
    rest = [at for at in turn.answered if at not in mine]
    polite = all(is_text(conversation.messages[at]) and made_of(shard, conversation, at, (_CLOSING,)) for at in rest)
    return mine[0] if mine and polite else None


def _asks(shard: Shard, conversation: Conversation, position: int, *also: str) -> bool:
    message = conversation.messages[position]
    if (
        not is_text(message)
        or made_of(shard, conversation, position, (_ACK,))
        or made_of(shard, conversation, position, (_PING,))
    ):
        return False
    return bool(passages(shard, conversation, position, (_OPEN, _ASKS, _COMPLAINS, *also)))


def _says_something(shard: Shard, conversation: Conversation, position: int) -> bool:
    """Whether it is more than an acknowledgement, a closing or a call for attention."""
    return is_text(conversation.messages[position]) and not made_of(shard, conversation, position, (_ACK, _PING, _CLOSING))


def _same_question(shard: Shard, params: Params, conversation: Conversation, one: int, other: int, answer: int) -> bool:
    """Whether two questions are one: alike in wording, or on a topic that the answer speaks to."""
    ids = conversation.text_ids
    if fuzz.ratio(shard.texts.normal(ids[one]).text, shard.texts.normal(ids[other]).text) / 100 >= params.question_similarity:
        return True
    first, second, said = (shard.texts.reading(ids[at]).topics for at in (one, other, answer))
    return bool((first & second & said) - _BROAD)


def _is_approved(conversation: Conversation, position: int, params: Params) -> bool:
    text = _bare(conversation.messages[position].text)
    return any(_bare(script) == text for script in params.approved)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


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
                yield _filler_hit(conversation, pairs, params)


def _filler(shard: Shard, conversation: Conversation, turn: Turn) -> tuple[int, int] | None:
    """(question, answer) where the answer is nothing but filler, and the question needed more."""
    if not turn.answered or not all(_is_filler(shard, conversation, at) for at in turn.answered):
        return None
    asked = next((at for at in reversed(turn.asked) if _asks(shard, conversation, at)), None)
    if asked is None:
        return None
    assent = all(made_of(shard, conversation, at, (_ASSENT,)) for at in turn.answered)
    needs_content = bool(passages(shard, conversation, asked, (_OPEN,)))
    complaint = bool(passages(shard, conversation, asked, (_COMPLAINS,)))
    return (asked, turn.answered[0]) if needs_content or (complaint and not assent) else None


def _is_filler(shard: Shard, conversation: Conversation, position: int) -> bool:
    message = conversation.messages[position]
    if not is_text(message) or len(message.text) > _LONGEST_FILLER:
        return False
    return letters(message.text) == 0 or made_of(shard, conversation, position, (_FILLER,))


def _filler_hit(conversation: Conversation, pairs: Sequence[tuple[int, int]], params: Params) -> Hit:
    said = [conversation.messages[answer].text for _, answer in pairs]
    facts: dict[str, FactValue] = {
        "times": len(pairs),
        "answer": " / ".join(said),
        "questions": " / ".join(conversation.messages[asked].text for asked, _ in pairs),
    }
    return _hit(conversation, [answer for _, answer in pairs], facts, " / ".join(said), f"< {params.times}", False)


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
    if not turn.answered or not any(_asks(shard, conversation, at) for at in turn.asked):
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
    if back is not None and (back.time_doubt or all(made_of(shard, conversation, at, (_ACK,)) for at in after)):
        return None
    end = back.at if back is not None else _seen_until(shard, conversation, position)
    if end is None or end <= message.at:
        return None
    waited = timedelta(seconds=counted_seconds(message.at, end, *params.counted, shard.zone(conversation, message)))
    if waited <= params.within:
        return None
    facts: dict[str, FactValue] = {"times": 1, "answer": message.text, "waited": waited}
    return _hit(
        conversation, [position], facts, f"{int(waited.total_seconds())} s", f"<= {int(params.within.total_seconds())} s", False
    )


def _seen_until(shard: Shard, conversation: Conversation, position: int) -> datetime | None:
    end = shard.seen_until.get(conversation.messages[position].source)
    return None if end is None else min(end, shard.as_of)


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
                yield _filler_hit(conversation, pairs, params)


def _beside(shard: Shard, params: Params, conversation: Conversation, turn: Turn, following: Turn) -> tuple[int, int] | None:
    """(question, answer) where the buyer protests or asks the same again, and the answer is not on what was asked."""
    asked = next((at for at in reversed(turn.asked) if _asks(shard, conversation, at, _PROTESTS)), None)
    if asked is None or not all(is_text(conversation.messages[at]) for at in turn.answered):
        return None
    again = any(
        passages(shard, conversation, at, (_PROTESTS,))
        or _same_question(shard, params, conversation, asked, at, at)
        or _echoes(conversation, asked, turn.answered, at)
        for at in following.asked
    )
    wanted = _topics(shard, conversation, asked)
    readings = [shard.texts.reading(conversation.text_ids[at]) for at in turn.answered]
    if not again or any(reading.topics & wanted or reading.acts & _ANSWERING for reading in readings):
        return None
    return asked, turn.answered[0]


def _echoes(conversation: Conversation, asked: int, answered: Sequence[int], later: int) -> bool:
    """Whether a few words of the question, and none of the answer, are called out again ("……杯子!")."""
    text = conversation.messages[later].text
    said, wanted = _things_of(conversation, later), _things_of(conversation, asked)
    told = frozenset().union(*(_things_of(conversation, at) for at in answered))
    return bool(said) and letters(text) <= _LONGEST_ECHO and said <= wanted and not wanted & told


def _things_of(conversation: Conversation, position: int) -> frozenset[str]:
    return named_things(conversation.messages[position].text, conversation.langs[position])


def _topics(shard: Shard, conversation: Conversation, position: int) -> frozenset[str]:
    return shard.texts.reading(conversation.text_ids[position]).topics


# ---- hits ----------------------------------------------------------------------------------------------------------------


def _hit(
    conversation: Conversation, positions: Sequence[int], facts: dict[str, FactValue], measured: str, threshold: str, proven: bool
) -> Hit:
    first = conversation.messages[positions[0]]
    quotes = tuple(dict.fromkeys(conversation.messages[at].text for at in positions))
    return Hit(
        at=first.at,
        conversation_id=conversation.conversation_id,
        message_ids=tuple(conversation.messages[at].message_id for at in positions),
        agent_id=first.sender_id,
        certainty="proven" if proven else "suspected",
        quote=" … ".join(quotes),
        facts=facts,
        measured=measured,
        threshold=threshold,
        order_id=first.order_id,
        basis="" if proven else "questions_and_answers",
    )
