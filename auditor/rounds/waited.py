"""How long a round was open by a platform's clock: counted hours, free days, the limit, and who the wait is laid to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from auditor.shard import Shard
from auditor.worktime import is_working_day

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """How a platform counts waiting: the limit, the daily counted hours (minutes after midnight, local), what lies outside.

    `ends`: whether the limit ends to the second, or with the local day on which it ends. `by_session`: whether a session that
    began outside the hours is left out as a whole. `left_messages`: what is made of a message left while nobody was there.
    """

    limit: timedelta
    opens: int = 0
    closes: int = 1440
    outside_hours: Literal["ignored", "waits"] = "ignored"
    weekends: Literal["counted", "excluded", "deadline_moves"] = "counted"
    ends: Literal["exact", "day"] = "exact"
    by_session: bool = False
    left_messages: Literal["counted", "left_out"] = "counted"

    @property
    def all_day(self) -> bool:
        """Whether every second counts."""
        return self.opens == 0 and self.closes == 1440


def judged(table: pl.DataFrame, terms: Terms, shard: Shard) -> pl.DataFrame:
    """`rounds` with waited_s, counted_s (seconds of counted time), limit_s and status under these terms.

    An open round lasts to the end of what was exported, as far as is known.

    status: in_time, late, unanswered (open past the limit, and the transcript goes on past it), pending, outside_hours,
    unclear (it is not certain that an answer was needed, or when), left_out (marked as needing no answer, or a message left
    where the platform does not count these). `cause`: what the wait is laid to: agent, queue, transfer or bot; where the one
    who answered was in time after a queue or a transfer, `agent_id` is null.
    """
    as_of = pl.lit(shard.as_of).dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
    until = pl.coalesce("answered_at", pl.min_horizontal(as_of, pl.col("seen_until")))
    limit_s = int(terms.limit.total_seconds())
    table = table.with_columns(
        (until - pl.col("opened_at")).dt.total_seconds().alias("waited_s"),
        pl.max_horizontal(_counted(until, terms) - _counted(pl.col("opened_at"), terms), pl.lit(0)).alias("counted_s"),
        pl.lit(limit_s, pl.Int64).alias("limit_s"),
    )
    over = _over(terms, until, shard.place(table["platform"][0]).timezone if table.height else "UTC")
    if terms.weekends != "counted":
        table = table.with_columns(_past_free_days(table, terms, shard).alias("past_free_days"))
        over = over & pl.col("past_free_days")
    second = _local_seconds(pl.col("session_at" if terms.by_session else "opened_at")) % _DAY_S
    left = pl.col("no_reply_needed") | (pl.col("left_message") & (terms.left_messages == "left_out"))
    outside = (second < terms.opens * 60) | (second >= terms.closes * 60)
    status = (
        pl.when(~over & pl.col("answered_at").is_not_null())
        .then(pl.lit("in_time"))
        .when(left)
        .then(pl.lit("left_out"))
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
    return _attributed(table.with_columns(status.alias("status")), terms)


def _over(terms: Terms, until: pl.Expr, zone: str) -> pl.Expr:
    """Whether the limit is passed; to the end of the local day, it is passed on the message's and on the platform's calendar."""
    if terms.ends == "exact":
        return pl.col("counted_s") > pl.col("limit_s")
    days = -(-int(terms.limit.total_seconds()) // _DAY_S)
    last, first = until, pl.col("opened_at")
    by_offset = _local_seconds(last) // _DAY_S - _local_seconds(first) // _DAY_S
    by_zone = (last.dt.convert_time_zone(zone).dt.date() - first.dt.convert_time_zone(zone).dt.date()).dt.total_days()
    return (by_offset > days) & (by_zone > days)


def _attributed(table: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Add `cause`, and take the agent's name off a wait that was the queue's or the transfer's."""
    after = _counted(pl.col("answered_at"), terms) - _counted(pl.col("taken_at"), terms)
    prompt = (after <= pl.col("limit_s")).fill_null(False)
    cause = (
        pl.when(prompt & (pl.col("queued") > 0))
        .then(pl.lit("queue"))
        .when(prompt)
        .then(pl.lit("transfer"))
        .when(pl.col("answered_at").is_null() & (pl.col("humans") == 0) & (pl.col("bot_replies") > 0))
        .then(pl.lit("bot"))
        .when(pl.col("answered_at").is_null() & (pl.col("queued") > 0))
        .then(pl.lit("queue"))
        .otherwise(pl.lit("agent"))
    )
    taken = cause.is_in(["queue", "transfer"]) & pl.col("status").is_in(["late", "unanswered"])
    return table.with_columns(cause.alias("cause"), pl.when(~taken).then(pl.col("agent_id")).alias("agent_id"))


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
