"""Rounds: from a buyer's message that needs an answer to the next answer, worked out as columns.

A bot's reply does not end a round unless the platform says so. A buyer's closing words ("好的", "thanks") open none; what
may or may not need an answer is `unclear` and is never held against anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal

import polars as pl

from auditor.model import LANGS, Lang
from auditor.reading.words import word_list
from auditor.shard import Shard

# What a platform says between the lines, by the word list that knows it.
SIGNS = {
    "queue": "clock/queue",
    "transfer": "clock/transfer",
    "left_message": "clock/left_message",
    "no_reply_needed": "clock/no_reply_needed",
    "closed": "clock/session_closed",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """What opens and what stops a platform's clock.

    `stops`: a human; also an assisting robot once a human has taken over; or anything. `every_message`: closing words too
    need an answer. `idle`: word lists; an answer made of nothing but these stops no clock. `each`: a row for each of the
    buyer's messages. A session ends with so much silence, or with its closing line and `reopens` after it.
    """

    stops: Literal["human", "assist", "any"] = "human"
    every_message: bool = False
    idle: tuple[str, ...] = ()
    each: bool = False
    session_gap: timedelta | None = None
    reopens: timedelta = timedelta(minutes=10)

    def __call__(self, shard: Shard) -> pl.DataFrame:
        """The rounds of a shard by this clock (see `rounds`)."""
        return _rounds(shard, self)


@lru_cache(maxsize=8)
def _patterns(lang: Lang) -> dict[str, str]:
    """Whole-column patterns over normal texts: what a buyer's message is to the clock."""
    gates = {
        name: _zh(words.patterns) if lang == "zh" else words.gate
        for name in ("buyer_asks", "buyer_closing", "buyer_ends", "acts/question")
        if (words := word_list(name, lang))
    }
    closing = gates.get("buyer_closing", "^$")
    return {
        "only_closing": rf"^(?:(?:{closing})|[\s\p{{P}}\p{{S}}&&[^?]])+$",
        "opens_closing": rf"^[\s\p{{P}}]*(?:{closing})",
        "ends": gates.get("buyer_ends", "^$"),
        "questions": rf"[?]|{gates.get('acts/question', '^$')}",
        "asks": gates.get("buyer_asks", "^$"),
    }


def _zh(patterns: Iterable[str]) -> str:
    """Chinese lists as they are: a question's last word ("能过洗碗机不") asks only where nothing but marks follow it."""
    return "|".join(f"(?:{one})" for one in patterns).replace("$", r"[\s\p{P}\p{S}]*$")


def needs(shard: Shard) -> pl.DataFrame:
    """text_id, need: "yes" (asks, requests, complains), "no" (closing words only), "unclear".

    A message that begins with closing words or gives up, and asks nothing, is unclear: platforms may count it, people do not.
    """
    parts = []
    for lang in LANGS:
        texts = shard.texts.frame.filter(pl.col("by_buyer") & (pl.col("lang") == lang))
        has = {name: pl.col("norm").str.contains(pattern) for name, pattern in _patterns(lang).items()}
        need = (
            pl.when(has["only_closing"])
            .then(pl.lit("no"))
            .when(has["questions"])
            .then(pl.lit("yes"))
            .when(has["opens_closing"] | has["ends"])
            .then(pl.lit("unclear"))
            .when(has["asks"])
            .then(pl.lit("yes"))
            .otherwise(pl.lit("unclear"))
        )
        parts.append(texts.select("text_id", need.alias("need")))
    return pl.concat(parts)


def rounds(shard: Shard, clock: Clock = Clock()) -> pl.DataFrame:
    """One row a round, by conversation and time; worked out once a shard and clock.

    conversation_id, platform, shop_id, channel, stretch (how many answers came before), first, sure (needs an answer for
    certain), opened_at, offset_s, opened_message_id, opened_text_id, seen_until, doubt, answered_at, answered_message_id,
    answered_text_id, agent_id (who answered, else who wrote last before, else null), bot_replies, humans (in the
    conversation), session, session_at (when it began), queued and transferred (lines of the platform while it was open),
    taken_at (the last of these lines), left_message, no_reply_needed.
    """
    return shard.once(clock)


def _rounds(shard: Shard, clock: Clock) -> pl.DataFrame:
    lines = _with_stretches(shard, clock)
    key = ["conversation_id", "stretch"]
    asked = lines.filter(pl.col("need").is_in(["yes", "unclear"]))
    opened = _opened(asked, key, clock)
    answer = lines.filter("answer")
    answers = answer.select(
        *key,
        pl.col("sent_at").alias("answered_at"),
        pl.col("message_id").alias("answered_message_id"),
        pl.col("text_id").alias("answered_text_id"),
        pl.when(pl.col("sender_role") == "agent").then(pl.col("sender_id")).alias("answered_by"),
        pl.col("time_doubt").alias("answer_doubt"),
    )
    human = lines.filter(pl.col("sender_role") == "agent")
    before = answer.select("conversation_id", (pl.col("stretch") + 1).alias("stretch"), pl.col("sender_id").alias("wrote_before"))
    humans = human.group_by("conversation_id").agg(pl.len().alias("humans"))
    return (
        opened.join(answers, on=key, how="left")
        .join(before, on=key, how="left")
        .join(humans, on="conversation_id", how="left")
        .join(_between(lines, opened, key), on=[*key, "seq"], how="left")
        .sort("seq")
        .with_columns(
            pl.coalesce("answered_by", "wrote_before").alias("agent_id"),
            pl.col("bot_replies", "humans", "queued", "transferred").fill_null(0),
            pl.col("left_message", "no_reply_needed").fill_null(False),
            (pl.col("seq") == pl.col("seq").min().over("conversation_id")).alias("first"),
            (pl.col("doubt") | pl.col("answer_doubt").fill_null(False)).alias("doubt"),
        )
        .drop("answered_by", "wrote_before", "answer_doubt")
    )


def _opened(asked: pl.DataFrame, key: list[str], clock: Clock) -> pl.DataFrame:
    """The messages that open a round: the first in a stretch that surely needs an answer, else the first; or each of them."""
    columns = {
        **{
            name: pl.col(name)
            for name in ("seq", "platform", "shop_id", "seen_until", "offset_s", "channel", "session", "session_at")
        },
        "opened_at": pl.col("sent_at"),
        "opened_message_id": pl.col("message_id"),
        "opened_text_id": pl.col("text_id"),
        "sure": pl.col("need") == "yes",
        "doubt": pl.col("time_doubt"),
    }
    if clock.each:
        return asked.select(*key, *(column.alias(name) for name, column in columns.items()))
    first = asked.sort(pl.col("need") == "unclear", "seq").group_by(key, maintain_order=True)
    return first.agg(column.first().alias(name) for name, column in columns.items())


def _between(lines: pl.DataFrame, opened: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """What robots and the platform wrote while a round was open."""
    robot = pl.col("sender_role") == "bot"
    others = lines.filter((robot & ~pl.col("answer")) | pl.any_horizontal(*SIGNS))
    after = others.select(*key, "sent_at", *SIGNS, robot.alias("robot"), pl.col("seq").alias("their_seq")).join(
        opened.select(*key, "seq"), on=key
    )
    after = after.filter(pl.col("their_seq") > pl.col("seq"))
    return after.group_by([*key, "seq"]).agg(
        pl.col("robot").sum().alias("bot_replies"),
        pl.col("queue").sum().alias("queued"),
        pl.col("transfer").sum().alias("transferred"),
        pl.col("sent_at").filter(pl.col("queue") | pl.col("transfer")).max().alias("taken_at"),
        pl.col("left_message").any(),
        pl.col("no_reply_needed").any(),
    )


def _with_stretches(shard: Shard, clock: Clock) -> pl.DataFrame:
    spoken = pl.col("content_type").is_in(["text", "voice"])
    lines = shard.messages.join(needs(shard), on="text_id", how="left", maintain_order="left").with_columns(
        (pl.col("sender_role") == "buyer").alias("buyer"), *_signs(shard)
    )
    lines = lines.with_columns(_answers(shard, clock).alias("answer"))
    answer = pl.col("answer").cast(pl.Int32)
    lines = lines.with_columns((answer.cum_sum().over("conversation_id") - answer).alias("stretch"))
    first_of_buyer = pl.col("buyer") & (pl.col("buyer").cast(pl.Int32).cum_sum().over("conversation_id") == 1)
    need = (
        pl.when(~pl.col("buyer") | (pl.col("content_type") == "event"))
        .then(pl.lit(None))
        .when(pl.lit(clock.every_message))
        .then(pl.lit("yes"))
        .when(spoken & (pl.col("need") == "no"))
        .then(pl.lit("no"))
        .when((spoken & (pl.col("need") == "yes")) | (first_of_buyer & spoken))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("unclear"))
    )
    return _with_sessions(lines.with_columns(need.alias("need")), clock)


def _signs(shard: Shard) -> list[pl.Expr]:
    """For each sign, whether a line of the platform gives it."""
    platform = (pl.col("sender_role") == "system") | (pl.col("content_type") == "event")
    found = {
        sign: [i for i in sorted(shard.texts.may_match([name])) if shard.texts.found(name, i)] for sign, name in SIGNS.items()
    }
    return [(platform & pl.col("text_id").is_in(ids)).alias(sign) for sign, ids in found.items()]


def _answers(shard: Shard, clock: Clock) -> pl.Expr:
    """Whether a line stops the clock."""
    agent, robot = pl.col("sender_role") == "agent", pl.col("sender_role") == "bot"
    answers = agent
    if clock.stops == "any":
        answers = agent | robot
    elif clock.stops == "assist":
        taken = (agent | pl.col("transfer")).cast(pl.Int32).cum_sum().over("conversation_id") > 0
        answers = agent | (robot & taken)
    if clock.idle:
        answers = answers & ~pl.col("text_id").is_in(_only_idle(shard, clock.idle))
    return answers


def _only_idle(shard: Shard, names: tuple[str, ...]) -> list[int]:
    """Ids of the agents' texts that consist of passages of these word lists."""
    spoken = shard.texts.frame.filter("by_agent")["text_id"].to_list()
    likely = shard.texts.may_match(names)
    return [i for i in spoken if i in likely and _made_of(shard, i, names)]


def _made_of(shard: Shard, text_id: int, names: tuple[str, ...]) -> bool:
    text = shard.texts.normal(text_id)
    covered: set[int] = set()
    for name in names:
        words = word_list(name, shard.texts.lang(text_id))
        for start, end in words.find(text) if words is not None else ():
            covered.update(range(start, end))
    return all(at in covered for at, sign in enumerate(text.text) if sign.isalnum())


def _with_sessions(lines: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """`session` (counted from 0 in each conversation) and `session_at`, when the buyer began it."""
    if clock.session_gap is None:
        begun = pl.lit(False)
    else:
        silence = pl.col("sent_at") - pl.col("sent_at").shift(1).over("conversation_id")
        closed = pl.when("closed").then(pl.col("sent_at")).forward_fill().over("conversation_id")
        again = (silence >= clock.session_gap) | ((pl.col("sent_at") - closed >= clock.reopens) & (silence >= clock.reopens))
        begun = pl.col("buyer") & again.fill_null(False)
    lines = lines.with_columns(begun.cast(pl.UInt32).cum_sum().over("conversation_id").alias("session"))
    start = pl.col("sent_at").filter(pl.col("buyer")).min().over("conversation_id", "session")
    return lines.with_columns(start.alias("session_at"))
