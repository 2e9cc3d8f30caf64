"""A buyer who waited too long: first answers, later answers, no answer, only a bot.

2026-03-02 10:00:00 buyer: 在吗
2026-03-02 10:03:01 agent xiaoyue: 在的亲        flagged with limit 3m (3 min 1 s)
2026-03-02 10:02:59 agent xiaoyue: 在的亲        passes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import polars as pl

from auditor.model import Hit, NotEvaluated
from auditor.rounds import Terms, judged, rounds
from auditor.shard import Shard

NAME = "response_time"
FACTS = frozenset({"waited", "counted", "limit", "opened", "answered", "buyer_text", "answer_text", "bots"})

Hours = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Params:
    """`kind`: which rounds; `limit` in counted time; `counted`: daily hours that count; the rest as in rounds.Terms."""

    kind: Literal["first", "later", "unanswered", "bot_only"] = "first"
    limit: timedelta = timedelta(minutes=3)
    counted: Hours = (0, 1440)
    outside_hours: Literal["ignored", "waits"] = "ignored"
    weekends: Literal["counted", "excluded", "deadline_moves"] = "counted"

    @property
    def terms(self) -> Terms:
        """How waiting is counted."""
        return Terms(self.limit, *self.counted, outside_hours=self.outside_hours, weekends=self.weekends)


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """Rounds that took longer than the limit, proven by the clock."""
    table = judged(rounds(shard), params.terms, shard)
    concerned = table.filter(_concerns(params))
    for reason in ("unclear", "outside_hours", "pending"):
        left = concerned.filter(pl.col("status") == reason)
        if left.height:
            examples = left["conversation_id"].unique(maintain_order=True).head(5).to_list()
            yield NotEvaluated("", f"round_{reason}", left.height, tuple(examples))
    late = concerned.filter(pl.col("status") == ("late" if params.kind in ("first", "later") else "unanswered"))
    texts = shard.texts.frame["text"].to_list() if late.height else []
    for row in late.iter_rows(named=True):
        yield _hit(row, params, texts)


def _concerns(params: Params) -> pl.Expr:
    open_round = pl.col("answered_at").is_null()
    no_human = (pl.col("humans") == 0) & (pl.col("bot_replies") > 0)
    if params.kind == "first":
        return pl.col("first") & ~open_round
    if params.kind == "later":
        return ~pl.col("first") & ~open_round
    return open_round & (no_human if params.kind == "bot_only" else ~no_human)


def _hit(row: dict[str, Any], params: Params, texts: list[str]) -> Hit:
    clock = timezone(timedelta(seconds=row["offset_s"]))
    opened: datetime = row["opened_at"].astimezone(clock)
    answered: datetime | None = row["answered_at"].astimezone(clock) if row["answered_at"] else None
    evidence = (row["opened_message_id"], row["answered_message_id"]) if answered else (row["opened_message_id"],)
    asked = texts[row["opened_text_id"]]
    counted = timedelta(seconds=row["counted_s"])
    facts = {
        "waited": timedelta(seconds=row["waited_s"]),
        "counted": counted,
        "limit": params.limit,
        "opened": opened,
        "answered": answered,
        "buyer_text": asked,
        "answer_text": texts[row["answered_text_id"]] if answered else None,
        "bots": int(row["bot_replies"]),
    }
    return Hit(
        at=opened,
        conversation_id=row["conversation_id"],
        message_ids=evidence,
        agent_id=row["agent_id"],
        certainty="proven",
        quote=asked,
        facts=facts,
        measured=_arithmetic(opened, answered, counted, row["waited_s"], params),
        threshold=f"<= {int(params.limit.total_seconds())} s" + ("" if params.terms.all_day else f" ({_hours(params.counted)})"),
    )


def _arithmetic(opened: datetime, answered: datetime | None, counted: timedelta, waited_s: int, params: Params) -> str:
    start = opened.isoformat(sep=" ", timespec="seconds")
    end = answered.isoformat(sep=" ", timespec="seconds") if answered else "…"
    seconds = int(counted.total_seconds())
    total = "" if params.terms.all_day or seconds == waited_s else f" ({waited_s} s by the clock)"
    return f"{start} → {end} = {seconds} s{total}"


def _hours(span: Hours) -> str:
    return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in span)
