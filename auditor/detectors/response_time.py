"""A buyer who waited too long: first answers, later answers, no answer, only a bot.

2026-03-02 10:00:00 buyer: 在吗
2026-03-02 10:03:01 agent xiaoyue: 在的亲        flagged with limit 3m (3 min 1 s)
2026-03-02 10:02:59 agent xiaoyue: 在的亲        passes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import Any, Literal

import polars as pl

from auditor.model import Hit, NotEvaluated, left_out
from auditor.rounds import Clock, Terms, Unit, failures, judged, rounds
from auditor.shard import Shard

NAME = "response_time"
FACTS = frozenset({"waited", "counted", "limit", "opened", "answered", "buyer_text", "answer_text", "bots", "rounds", "cause"})

Hours = tuple[int, int]
Row = dict[str, Any]
_SHOWN = 5  # rounds of a unit in its arithmetic


@dataclass(frozen=True, slots=True)
class Params:
    """`kind`: which rounds; `limit` in counted time; `counted`: daily hours that count.

    `unit`: what is judged once (rounds.Unit); `any_gap`: one late round fails a session whatever its mean; `channels`: only
    rounds of these; the rest as in rounds.Clock and rounds.Terms.
    """

    kind: Literal["first", "later", "unanswered", "bot_only", "any"] = "first"
    limit: timedelta = timedelta(minutes=3)
    counted: Hours = (0, 1440)
    outside_hours: Literal["ignored", "waits"] = "ignored"
    weekends: Literal["counted", "excluded", "deadline_moves"] = "counted"
    ends: Literal["exact", "day"] = "exact"
    unit: Unit = "round"
    any_gap: bool = False
    stops: Literal["human", "assist", "any"] = "human"
    every_message: bool = False
    idle: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    session_gap: timedelta | None = None
    left_messages: Literal["counted", "left_out"] = "counted"

    @property
    def terms(self) -> Terms:
        """How waiting is counted."""
        return Terms(
            self.limit,
            *self.counted,
            outside_hours=self.outside_hours,
            weekends=self.weekends,
            ends=self.ends,
            by_session=self.unit == "session",
            left_messages=self.left_messages,
        )

    @property
    def clock(self) -> Clock:
        """What opens and what stops the clock."""
        each = self.unit == "message"
        return Clock(self.stops, self.every_message, self.idle, each, self.session_gap)


def meaning(params: Params) -> Params:
    """The parameters in the plainest form that means the same.

    Where nothing parts a conversation, its session is all of it; a limit that ends with a day is one of whole days.
    """
    if params.ends == "day":
        params = replace(params, limit=timedelta(days=-(-params.limit // timedelta(days=1))))
    whole = params.unit == "session" and params.session_gap is None and params.counted == (0, 1440)
    return replace(params, unit="first_message") if whole else params


def waits(shard: Shard, params: Params) -> pl.DataFrame:
    """The rounds that the parameters speak of, judged."""
    table = rounds(shard, params.clock)
    if params.channels:
        table = table.filter(pl.col("channel").is_in(params.channels))
    return judged(table, params.terms, shard)


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """Units that took longer than the limit, proven by the clock."""
    concerned = waits(shard, params).filter(_concerns(params))
    for reason in ("unclear", "outside_hours", "pending", "left_out"):
        left = concerned.filter(pl.col("status") == reason)
        if left.height:
            yield left_out(f"round_{reason}", left["conversation_id"].to_list())
    bad = failures(concerned, params.unit, params.any_gap).sort("seq")
    texts = shard.texts.frame["text"].to_list() if bad.height else []
    rows = sorted(bad.iter_rows(named=True), key=lambda row: (row["conversation_id"], row["unit"], row["seq"]))
    for _, group in groupby(rows, key=lambda row: (row["conversation_id"], row["unit"])):
        yield _hit(list(group), params, texts)


def _concerns(params: Params) -> pl.Expr:
    open_round = pl.col("answered_at").is_null()
    no_human = (pl.col("humans") == 0) & (pl.col("bot_replies") > 0)
    if params.kind == "any":
        return pl.lit(True)
    if params.kind == "first":
        return pl.col("first") & ~open_round
    if params.kind == "later":
        return ~pl.col("first") & ~open_round
    return open_round & (no_human if params.kind == "bot_only" else ~no_human)


def _hit(rows: list[Row], params: Params, texts: list[str]) -> Hit:
    """One unit: opened by its first failing round, as long as its longest one."""
    first, longest = rows[0], max(rows, key=lambda row: row["counted_s"])
    opened = _local(first, "opened_at")
    assert opened is not None  # noqa: S101 - a round is opened by a message
    evidence = dict.fromkeys(i for row in rows for i in (row["opened_message_id"], row["answered_message_id"]) if i is not None)
    asked = texts[first["opened_text_id"]]
    mean = first.get("mean_s") if params.unit == "session_mean" else None
    facts = {
        "waited": timedelta(seconds=longest["waited_s"]),
        "counted": timedelta(seconds=longest["counted_s"] if mean is None else mean),
        "limit": params.limit,
        "opened": opened,
        "answered": _local(longest, "answered_at"),
        "buyer_text": asked,
        "answer_text": texts[longest["answered_text_id"]] if longest["answered_at"] else None,
        "bots": int(first["bot_replies"]),
        "rounds": len(rows),
        "cause": first["cause"],
    }
    arithmetic = "; ".join(_arithmetic(row, params) for row in rows[:_SHOWN]) + ("; …" if len(rows) > _SHOWN else "")
    return Hit(
        at=opened,
        conversation_id=first["conversation_id"],
        message_ids=tuple(evidence),
        agent_id=first["agent_id"],
        certainty="proven",
        quote=asked,
        facts=facts,
        measured=arithmetic if mean is None or len(rows) == 1 else f"{arithmetic}; mean = {mean} s",
        threshold=f"<= {int(params.limit.total_seconds())} s" + ("" if params.terms.all_day else f" ({_hours(params.counted)})"),
    )


def _local(row: Row, name: str) -> datetime | None:
    instant = row[name]
    return instant.astimezone(timezone(timedelta(seconds=row["offset_s"]))) if instant else None


def _arithmetic(row: Row, params: Params) -> str:
    opened, answered = _local(row, "opened_at"), _local(row, "answered_at")
    start = opened.isoformat(sep=" ", timespec="seconds") if opened else "…"
    end = answered.isoformat(sep=" ", timespec="seconds") if answered else "…"
    seconds = row["counted_s"]
    total = "" if params.terms.all_day or seconds == row["waited_s"] else f" ({row['waited_s']} s by the clock)"
    return f"{start} → {end} = {seconds} s{total}"


def _hours(span: Hours) -> str:
    return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in span)
