"""Rounds: from a buyer's message that needs an answer to the next human answer, worked out as columns.

A bot's reply does not end a round. A buyer's closing words ("好的", "thanks") open none; what may or may not need an
answer is `unclear` and is never held against anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import polars as pl

from auditor.model import LANGS, Lang
from auditor.reading.words import word_list
from auditor.shard import Shard
from auditor.worktime import is_working_day

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """How a platform counts waiting: the limit, the daily counted hours (minutes after midnight, local), what lies outside."""

    limit: timedelta
    opens: int = 0
    closes: int = 1440
    outside_hours: Literal["ignored", "waits"] = "ignored"
    weekends: Literal["counted", "excluded", "deadline_moves"] = "counted"

    @property
    def all_day(self) -> bool:
        """Whether every second counts."""
        return self.opens == 0 and self.closes == 1440


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


def rounds(shard: Shard) -> pl.DataFrame:
    """One row a round, by conversation and time; worked out once a shard.

    conversation_id, platform, shop_id, stretch (how many human messages came before), first, sure (needs an answer for
    certain), opened_at, offset_s, opened_message_id, opened_text_id, source, doubt, answered_at, answered_message_id,
    answered_text_id, agent_id (who answered, else who wrote last before, else null), bot_replies, humans (in the conversation).
    """
    return shard.once(_rounds)


def _rounds(shard: Shard) -> pl.DataFrame:
    lines = _with_stretches(shard)
    key = ["conversation_id", "stretch"]
    asked = lines.filter(pl.col("need").is_in(["yes", "unclear"]))
    opened = (
        asked.sort(pl.col("need") == "unclear", "seq")
        .group_by(key, maintain_order=True)
        .agg(
            pl.first("seq", "platform", "shop_id", "source", "offset_s"),
            pl.first("sent_at").alias("opened_at"),
            pl.first("message_id").alias("opened_message_id"),
            pl.first("text_id").alias("opened_text_id"),
            (pl.first("need") == "yes").alias("sure"),
            pl.first("time_doubt").alias("doubt"),
        )
    )
    human = lines.filter(pl.col("sender_role") == "agent")
    answers = human.select(
        *key,
        pl.col("sent_at").alias("answered_at"),
        pl.col("message_id").alias("answered_message_id"),
        pl.col("text_id").alias("answered_text_id"),
        pl.col("sender_id").alias("answered_by"),
        pl.col("time_doubt").alias("answer_doubt"),
    )
    before = human.select("conversation_id", (pl.col("stretch") + 1).alias("stretch"), pl.col("sender_id").alias("wrote_before"))
    humans = human.group_by("conversation_id").agg(pl.len().alias("humans"))
    bots = lines.filter(pl.col("sender_role") == "bot").select(*key, pl.col("seq").alias("bot_seq"))
    bot_replies = bots.join(opened.select(*key, "seq"), on=key).filter(pl.col("bot_seq") > pl.col("seq"))
    return (
        opened.join(answers, on=key, how="left")
        .join(before, on=key, how="left")
        .join(humans, on="conversation_id", how="left")
        .join(bot_replies.group_by(key).agg(pl.len().alias("bot_replies")), on=key, how="left")
        .sort("seq")
        .with_columns(
            pl.coalesce("answered_by", "wrote_before").alias("agent_id"),
            pl.col("bot_replies", "humans").fill_null(0),
            (pl.col("seq") == pl.col("seq").min().over("conversation_id")).alias("first"),
            (pl.col("doubt") | pl.col("answer_doubt").fill_null(False)).alias("doubt"),
        )
        .drop("answered_by", "wrote_before", "answer_doubt")
    )


def _with_stretches(shard: Shard) -> pl.DataFrame:
    human = (pl.col("sender_role") == "agent").cast(pl.Int32)
    spoken = pl.col("content_type").is_in(["text", "voice"])
    lines = shard.messages.join(needs(shard), on="text_id", how="left", maintain_order="left").with_columns(
        (human.cum_sum().over("conversation_id") - human).alias("stretch"),
        (pl.col("sender_role") == "buyer").alias("buyer"),
    )
    first_of_buyer = pl.col("buyer") & (pl.col("buyer").cast(pl.Int32).cum_sum().over("conversation_id") == 1)
    need = (
        pl.when(~pl.col("buyer") | (pl.col("content_type") == "event"))
        .then(pl.lit(None))
        .when(spoken & (pl.col("need") == "no"))
        .then(pl.lit("no"))
        .when((spoken & (pl.col("need") == "yes")) | (first_of_buyer & spoken))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("unclear"))
    )
    return lines.with_columns(need.alias("need"))


def judged(table: pl.DataFrame, terms: Terms, shard: Shard) -> pl.DataFrame:
    """`rounds` with waited_s, counted_s (seconds of counted time), limit_s and status under these terms.

    status: in_time, late, unanswered (open past the limit, and the transcript goes on past it), pending, outside_hours,
    unclear (it is not certain that an answer was needed, or when).
    """
    ends = pl.DataFrame(
        {"source": list(shard.seen_until), "end": list(shard.seen_until.values())},
        schema={"source": pl.UInt32, "end": pl.Datetime("us", "UTC")},
    )
    as_of = pl.lit(shard.as_of).dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
    until = pl.coalesce("answered_at", pl.min_horizontal(as_of, pl.col("end")))
    limit_s = int(terms.limit.total_seconds())
    table = table.join(ends, on="source", how="left", maintain_order="left").with_columns(
        (pl.coalesce("answered_at", as_of) - pl.col("opened_at")).dt.total_seconds().alias("waited_s"),
        pl.max_horizontal(_counted(until, terms) - _counted(pl.col("opened_at"), terms), pl.lit(0)).alias("counted_s"),
        pl.lit(limit_s, pl.Int64).alias("limit_s"),
    )
    over = pl.col("counted_s") > pl.col("limit_s")
    if terms.weekends != "counted":
        table = table.with_columns(_past_free_days(table, terms, shard).alias("past_free_days"))
        over = over & pl.col("past_free_days")
    second = _local_seconds(pl.col("opened_at")) % _DAY_S
    outside = (second < terms.opens * 60) | (second >= terms.closes * 60)
    status = (
        pl.when(~over & pl.col("answered_at").is_not_null())
        .then(pl.lit("in_time"))
        .when(pl.col("doubt") | ~pl.col("sure"))
        .then(pl.lit("unclear"))
        .when(outside & pl.lit(terms.outside_hours == "ignored"))
        .then(pl.lit("outside_hours"))
        .when(pl.col("answered_at").is_not_null())
        .then(pl.lit("late"))
        .when(over)
        .then(pl.lit("unanswered"))
        .otherwise(pl.lit("pending"))
    )
    return table.with_columns(status.alias("status")).drop("end")


def _local_seconds(instant: pl.Expr) -> pl.Expr:
    return instant.dt.epoch("s") + pl.col("offset_s")


def _counted(instant: pl.Expr, terms: Terms) -> pl.Expr:
    """Counted seconds since the epoch at that instant, by the clock of the opening message."""
    if terms.all_day:
        return instant.dt.epoch("s")
    local = _local_seconds(instant)
    length = (terms.closes - terms.opens) * 60
    return (local // _DAY_S) * length + (local % _DAY_S - terms.opens * 60).clip(0, length)


def _past_free_days(table: pl.DataFrame, terms: Terms, shard: Shard) -> pl.Series:
    """Whether it is late even when weekends and public holidays favour the agent; row by row, for the few over the limit."""
    limit_s = int(terms.limit.total_seconds())
    columns = ("platform", "opened_at", "offset_s", "waited_s", "counted_s")
    result = []
    for platform, opened, offset, waited, counted in table.select(columns).iter_rows():
        if counted <= limit_s:
            result.append(False)
            continue
        start = opened + timedelta(seconds=offset)
        due = due_on_working_days(start.replace(tzinfo=None), terms, shard.place(platform).calendar)
        result.append(due is not None and start.replace(tzinfo=None) + timedelta(seconds=waited) > due)
    return pl.Series(result, dtype=pl.Boolean)


def due_on_working_days(start: datetime, terms: Terms, country: str) -> datetime | None:
    """When an answer to a message of that local time is due; None where the calendar is not known."""
    if terms.weekends == "deadline_moves":
        due = start + terms.limit
        while (free := _is_free(due, country)) is True:
            due += timedelta(days=1)
        return None if free is None else due
    left, at = terms.limit, start
    while left > timedelta(0):
        free = _is_free(at, country)
        if free is None:
            return None
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        span = min(left, midnight - at) if not free else timedelta(0)
        left -= span
        at = at + span if left <= timedelta(0) else midnight
    return at


def _is_free(at: datetime, country: str) -> bool | None:
    working = is_working_day(at.date(), country)
    return None if working is None else not working
