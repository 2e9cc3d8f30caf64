"""The same answer, or nearly the same, to questions that differ.

Candidates come from columns: equal skeletons, skeletons equal without idle words, and, for near repetitions, answers that
begin or end alike or hold a phrase that fits any question. Only those few are compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import polars as pl
from rapidfuzz import fuzz

from auditor.detectors.asked import CLOSING, answers_hit, asks, same_question, says_something, things_of
from auditor.model import Conversation, FactValue, Hit
from auditor.reading.scripts import is_approved
from auditor.shard import Shard
from auditor.skeletons import skeletons
from auditor.turns import Turn, is_text, made_of, may_say, texts_made_of, turns

_HOLD, _CANNED = "mechanical/hold", "mechanical/canned"
_REQUESTS = frozenset({"asks_order_no", "asks_evidence"})  # what is needed first may be asked for as often as it takes
_FEWEST = 4  # letters of what is left without idle words
_LONGEST_HOLD = 60
_EDGE = 6  # letters at either end that near repetitions share
_ALIKE, _ALIKE_CANNED = 72, 50  # per cent

Row = tuple[str, str | None, frozenset[int]]  # conversation, agent, texts


def same_answers(shard: Shard, times: int, similarity: float, approved: tuple[str, ...]) -> Iterator[Hit]:
    """One hit for each text that one agent gave so many times to different questions: identical texts, so proven."""
    groups = _groups(shard, "skeleton", times)
    yield from _judged(shard, groups, times, similarity, approved, near=False)


def near_answers(shard: Shard, times: int, similarity: float, approved: tuple[str, ...]) -> Iterator[Hit]:
    """The same for texts that differ in idle words, or a little; suspected."""
    groups = _groups(shard, "loose", times).filter((pl.col("forms") > 1) & (pl.col("loose").str.len_chars() >= _FEWEST))
    found = list(_judged(shard, groups, times, similarity, approved, near=True))
    yield from found
    known = {(hit.conversation_id, hit.agent_id) for hit in found}
    rows = [row for row in _alike(shard, times) if row[:2] not in known]
    for conversation, (_, agent, text_ids) in zip(_each(shard, [row[0] for row in rows]), rows, strict=True):
        hit = _repeated_in(shard, conversation, agent, text_ids, times, similarity, approved, near=True, plain=False)
        if hit is not None:
            yield hit


def _groups(shard: Shard, key: str, times: int) -> pl.DataFrame:
    groups = (
        shard.once(skeletons)
        .group_by("conversation_id", "sender_id", key)
        .agg(pl.len().alias("times"), pl.col("skeleton").n_unique().alias("forms"), pl.col("text_id").unique().sort())
    )
    groups = groups.filter(pl.col("times") >= times)
    return groups.sort("conversation_id", "sender_id", key, nulls_last=True)


def _judged(
    shard: Shard, groups: pl.DataFrame, times: int, similarity: float, approved: tuple[str, ...], *, near: bool
) -> Iterator[Hit]:
    polite = texts_made_of(shard, (CLOSING, _HOLD), _LONGEST_HOLD, groups["text_id"].explode().unique().to_list())
    groups = groups.filter(~pl.col("text_id").list.first().is_in(polite))
    rows = groups.select("conversation_id", "sender_id", "text_id").rows()
    for conversation, (_, agent, text_ids) in zip(_each(shard, [row[0] for row in rows]), rows, strict=True):
        ids = frozenset(text_ids)
        hit = _repeated_in(shard, conversation, agent, ids, times, similarity, approved, near=near, plain=True)
        if hit is not None:
            yield hit


def _each(shard: Shard, ids: Sequence[str]) -> Iterator[Conversation]:
    found = {conversation.conversation_id: conversation for conversation in shard.conversations(ids)}
    return (found[one] for one in ids)


# ---- nearly alike --------------------------------------------------------------------------------------------------------


def _alike(shard: Shard, times: int) -> list[Row]:
    """Texts of one agent in one conversation that are much alike, where there are so many of them."""
    canned = may_say(shard, (_CANNED,))
    table = shard.once(skeletons).filter(pl.col("loose").str.len_chars() >= _FEWEST)
    edges = [
        table.with_columns(pl.col("loose").str.head(_EDGE).alias("edge")),
        table.with_columns(("…" + pl.col("loose").str.tail(_EDGE)).alias("edge")),
        table.filter(pl.col("text_id").is_in(sorted(canned))).with_columns(pl.lit("").alias("edge")),
    ]
    among = ("conversation_id", "sender_id", "edge")
    groups = (
        pl.concat(edges)
        .group_by(among)
        .agg(
            pl.len().alias("times"),
            pl.col("loose").n_unique().alias("forms"),
            pl.struct("text_id", "loose").unique().alias("said"),
        )
    )
    likely = groups.filter((pl.col("times") >= times) & (pl.col("forms") > 1)).sort(among, nulls_last=True)
    rows: list[Row] = []
    pairs = likely.select("conversation_id", "sender_id", "said").iter_rows()
    for (cid, agent), group in groupby(pairs, key=itemgetter(0, 1)):
        said = {one["text_id"]: one["loose"] for _, _, ones in group for one in ones}
        rows.append((cid, agent, _cluster(said, canned)))
    return [row for row in rows if len(row[2]) > 1]


def _cluster(said: dict[int, str], canned: frozenset[int]) -> frozenset[int]:
    """The largest set of texts that are much like one of them, the same figures in each; the lowest id decides ties."""
    best: frozenset[int] = frozenset()
    for centre, form in sorted(said.items()):
        near = frozenset(
            other
            for other, text in said.items()
            if _figures(text) == _figures(form)
            and fuzz.ratio(form, text) >= (_ALIKE_CANNED if centre in canned and other in canned else _ALIKE)
        )
        best = near if len(near) > len(best) else best
    return best


def _figures(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


# ---- in a conversation ---------------------------------------------------------------------------------------------------


def _repeated_in(
    shard: Shard,
    conversation: Conversation,
    agent: str | None,
    text_ids: frozenset[int],
    times: int,
    similarity: float,
    approved: tuple[str, ...],
    *,
    near: bool,
    plain: bool,
) -> Hit | None:
    """`plain`: the texts are the same but for idle words; else an answer that takes up its question is none of them."""
    answers: list[int] = []
    questions: list[int] = []
    unsure = 0  # a bare word ("保质期") that asks nothing by its form; one may stand among questions that do
    for turn in turns(conversation):
        position = _only_answer(shard, conversation, turn, text_ids)
        if position is None or conversation.messages[position].sender_id != agent:
            continue
        asked = next((at for at in reversed(turn.asked) if asks(shard, conversation, at)), None)
        if asked is None and unsure == 0 and not near:
            asked = next((at for at in reversed(turn.asked) if says_something(shard, conversation, at)), None)
            unsure += asked is not None
        if asked is None or _is_right(shard, conversation, position, approved):
            continue
        if not plain and things_of(conversation, asked) & things_of(conversation, position):
            continue
        answers.append(position)
        if not any(same_question(shard, similarity, conversation, asked, other, position) for other in questions):
            questions.append(asked)
    if len(answers) < times or len(questions) < times:
        return None
    return _hit(conversation, answers, questions, times, proven=not near)


def _only_answer(shard: Shard, conversation: Conversation, turn: Turn, text_ids: frozenset[int]) -> int | None:
    """Find the repeated text, where nothing else but closings was said in that turn."""
    mine = [at for at in turn.answered if conversation.text_ids[at] in text_ids and is_text(conversation.messages[at])]
    rest = [at for at in turn.answered if at not in mine]
    polite = all(is_text(conversation.messages[at]) and made_of(shard, conversation, at, (CLOSING,)) for at in rest)
    return mine[0] if mine and polite else None


def _is_right(shard: Shard, conversation: Conversation, position: int, approved: tuple[str, ...]) -> bool:
    """Whether it may be said as often as one likes: asks for what is needed first, is polite, or is an approved script."""
    message = conversation.messages[position]
    return (
        bool(shard.texts.reading(conversation.text_ids[position]).acts & _REQUESTS)
        or made_of(shard, conversation, position, (CLOSING, _HOLD))
        or is_approved(message.text, message.at.date(), conversation.shop_id, approved)
    )


def _hit(conversation: Conversation, answers: Sequence[int], questions: Sequence[int], times: int, *, proven: bool) -> Hit:
    forms = [conversation.messages[at].text for at in answers]
    alike = min(fuzz.ratio(forms[0], form) for form in forms) / 100
    facts: dict[str, FactValue] = {
        "times": len(answers),
        "answer": forms[0],
        "questions": " / ".join(conversation.messages[at].text for at in questions),
        "similarity": round(alike, 3),
    }
    return answers_hit(conversation, answers, facts, f"{len(answers)} × “{forms[0]}”", f"< {times}", proven)
