"""What was read out of a text, and the ledger of promises tied to clocks and orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PromiseKind = Literal["ship", "deliver", "refund", "reship", "reply", "compensate", "restock", "other"]


@dataclass(frozen=True, slots=True)
class When:
    """A deadline as it was said, not yet tied to a clock. `unit` tells which of the fields matter:

    hours, minutes    n after the anchor
    days              end of the local day, n days after the anchor's day (today: 0, tomorrow: 1)
    business_days     end of the n-th business day after the anchor's day
    weekday           weekday (0 = Monday), weeks_ahead 0: next such day, own day included; 1: of next week
    week_end          Sunday of the week `weeks_ahead` weeks on
    month_day         day of month (31 = last), months_ahead
    date              month, day (year where said)
    closing           the shop's closing time of the day n days on, or of the named weekday
    after_holiday     the n-th business day after the next public holiday spell
    feast             n days from the first day of the feast named by `feast` (before it: -1)
    `clock` (minutes after midnight, 1440 = end of day) narrows any unit that ends on a day.
    `bare_hour`: the clock was said without am/pm. `zone`: the clock was said in that zone. `swap`: day and month may stand
    the other way round (3/4), the later reading counts. `feast`: weekdays and counted days come after it ("after Easter").
    """

    unit: Literal[
        "minutes",
        "hours",
        "days",
        "business_days",
        "weekday",
        "week_end",
        "month_day",
        "date",
        "closing",
        "after_holiday",
        "feast",
    ]
    n: float = 0
    weekday: int | None = None
    weeks_ahead: int = 0
    month: int | None = None
    day: int | None = None
    year: int | None = None
    months_ahead: int = 0
    clock: int | None = None
    bare_hour: bool = False
    anchor: Literal["message", "payment", "order", "return_received", "approval", "delivery", "other"] = "message"
    zone: str | None = None
    swap: bool = False
    feast: str | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment as read from one text: about the future, not negated, not a question, not a quotation.

    `request`: it is the buyer's question that names a time ("can you ship before 3 pm?"); an assent makes it a promise.
    """

    kind: PromiseKind
    text: str  # the clause, as written
    when: When | None = None
    vague: bool = False  # no deadline can be had from it
    conditional: bool = False
    hedged: bool = False
    estimate: bool = False  # the carrier's or a usual time, not the shop's word
    correction: bool = False
    request: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of fact: slot of `interfaces.md` section 6, canonical value, polarity (True: affirmed)."""

    slot: str
    value: str
    polarity: bool
    text: str
    subject: str = ""  # product, size, colour or region it is limited to, as written; "" = unlimited
    conditional: bool = False
    correction: bool = False


Outcome = Literal["kept", "broken", "pending", "unverifiable", "withdrawn"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A promise with its deadline and what became of it."""

    conversation_id: str
    message_ids: tuple[str, ...]
    agent_id: str | None
    platform: str
    shop_id: str | None
    made_at: datetime
    kind: PromiseKind
    text: str
    deadline: datetime | None
    arithmetic: str  # "2026-09-22 10:02 + today → 2026-09-22 23:59:59"
    vague: bool
    conditional: bool
    hedged: bool
    outcome: Outcome
    reason: str  # why this outcome, one sentence
    certain: bool  # the outcome follows from clocks and orders whatever the text's finer meaning
    order_id: str | None = None
    event: str = ""  # the event it was held against: shipped_at, refunded_at, message …
    event_at: datetime | None = None
