"""The nouns: what travels between the rooms, as tables (many) and frozen objects (few).

Tables are Polars frames with the columns below. Instants are UTC; `offset_s` keeps the message's own clock
(seconds east of Greenwich), so that "today" means the day the agent saw. Ids are strings, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl

INSTANT = pl.Datetime("us", "UTC")

Family = Literal["response_time", "promise", "contradiction", "misleading", "mechanical", "attitude", "procedure"]
FAMILIES: tuple[Family, ...] = (
    "response_time",
    "promise",
    "contradiction",
    "misleading",
    "mechanical",
    "attitude",
    "procedure",
)
Severity = Literal["critical", "major", "minor", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "info")  # worst first
Certainty = Literal["proven", "suspected"]
Lang = Literal["zh", "en", "pl"]
LANGS: tuple[Lang, ...] = ("zh", "en", "pl")

ROLES = ("buyer", "agent", "bot", "system")
CONTENT_TYPES = ("text", "image", "video", "voice", "file", "product_card", "order_card", "event")
CHANNELS = ("chat", "email", "dispute", "social")

# One row a message; sorted by (conversation_id, sent_at, seq). Nothing here is null unless said.
MESSAGE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "conversation_id": pl.String,
    "message_id": pl.String,
    "sent_at": INSTANT,
    "offset_s": pl.Int32,
    "sender_role": pl.String,  # of ROLES
    "sender_id": pl.String,  # null where unknown
    "text": pl.String,  # "" where there is none
    "content_type": pl.String,  # of CONTENT_TYPES
    "channel": pl.String,  # of CHANNELS
    "platform": pl.String,  # lower case; "unknown" where neither file nor options say
    "shop_id": pl.String,  # null where unknown
    "buyer_id": pl.String,  # null where unknown
    "order_id": pl.String,  # null where unknown
    "product_id": pl.String,  # null where unknown
    "lang": pl.String,  # zh, en, pl, or null where unknown
    "time_doubt": pl.Boolean,  # the instant is ambiguous: no finding may rest on it
    "source": pl.UInt32,  # index into the run's inputs
    "row": pl.Int64,  # 1-based row or line in that file
}

# One row an order. All instants are null where not known.
ORDER_INSTANTS = (
    "created_at",
    "paid_at",
    "ship_by",
    "shipped_at",
    "first_scan_at",
    "delivered_at",
    "refund_requested_at",
    "refunded_at",
    "cancelled_at",
)
ORDER_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "order_id": pl.String,
    "platform": pl.String,
    "shop_id": pl.String,
    "buyer_id": pl.String,
    "product_id": pl.String,
    **dict.fromkeys(ORDER_INSTANTS, INSTANT),
    "amount": pl.Decimal(18, 2),
    "currency": pl.String,
    "carrier": pl.String,
    "tracking_no": pl.String,
    "status": pl.String,
    "source": pl.UInt32,
    "row": pl.Int64,
}

NOTICE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "notice_id": pl.String,
    "platform": pl.String,
    "shop_id": pl.String,
    "order_id": pl.String,
    "conversation_id": pl.String,
    "agent_id": pl.String,
    "clause": pl.String,
    "reason": pl.String,
    "issued_at": INSTANT,
    "offset_s": pl.Int32,  # of issued_at
    "appeal_by": INSTANT,  # null: from the rule pack's window
    "amount": pl.Decimal(18, 2),
    "currency": pl.String,
    "source": pl.UInt32,
    "row": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a conversation; `at` carries the message's own UTC offset."""

    conversation_id: str
    message_id: str
    at: datetime
    role: str
    sender_id: str | None
    text: str
    content_type: str = "text"
    product_id: str | None = None
    order_id: str | None = None
    time_doubt: bool = False
    source: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What happened to one order; instants are aware, in the offset of the shop."""

    order_id: str
    platform: str | None = None
    shop_id: str | None = None
    buyer_id: str | None = None
    product_id: str | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    shipped_at: datetime | None = None
    first_scan_at: datetime | None = None
    delivered_at: datetime | None = None
    refund_requested_at: datetime | None = None
    refunded_at: datetime | None = None
    cancelled_at: datetime | None = None
    amount: Decimal | None = None
    currency: str | None = None
    carrier: str | None = None
    tracking_no: str | None = None
    status: str | None = None
    seen_until: datetime | None = None  # the latest instant in the export it came from: silence after that proves nothing
    source: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A penalty notice of the platform; `appeal_by` is the notice's own, else None (the pack's window decides)."""

    notice_id: str
    platform: str
    issued_at: datetime
    shop_id: str | None = None
    order_id: str | None = None
    conversation_id: str | None = None
    agent_id: str | None = None
    clause: str | None = None
    reason: str | None = None
    appeal_by: datetime | None = None
    amount: Decimal | None = None
    currency: str | None = None
    source: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of a shop or a product between two local days, both included."""

    shop_id: str
    slot: str
    value: str  # as written in facts.yaml: "free", "48h", "14_days", "89"
    product_id: str | None = None  # None: the whole shop
    currency: str | None = None
    text: str | None = None
    exceptions: tuple[tuple[str, str], ...] = ()  # region or case → value
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the fact is in force on that local day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of facts.yaml; `timezone` is an IANA name or "+08:00"."""

    shop_id: str
    platform: str | None = None
    name: str | None = None
    timezone: str | None = None
    facts: tuple[Fact, ...] = ()


# ---- what was read ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input file and what became of its rows: rows = accepted + duplicate + quarantined + blank."""

    path: str  # as the user named it
    sha256: str
    kind: Literal["transcript", "orders", "penalties", "facts", "unknown"]
    format: str
    encoding: str
    status: Literal["read", "refused", "postponed"]
    reason: str = ""
    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row (or a whole file: row 0) that could not be used."""

    file: str
    row: int
    reason: str  # a sentence: what is wrong, and the mend
    raw: str  # the row as it stood, at most 2,000 characters
    column: str = ""


# ---- what was understood (reading/): pure functions of (text, language), no clock ----------------------------------

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
    closing           the shop's closing time of the day n days on
    after_holiday     the n-th business day after the next public holiday spell
    `clock` (minutes after midnight, 1440 = end of day) narrows any unit that ends on a day.
    `bare_hour`: the clock was said without am/pm.
    """

    unit: Literal[
        "minutes", "hours", "days", "business_days", "weekday", "week_end", "month_day", "date", "closing", "after_holiday"
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


# ---- promises tied to clocks and orders (ledger.py) --------------------------------------------------------------------

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


# ---- what was found ------------------------------------------------------------------------------------------------

FactValue = str | int | float | Decimal | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a detector saw; it knows no rule, severity or wording. `facts` are what a rule's message may name."""

    at: datetime  # when the message was written (aware, its own offset): decides which rule version holds
    conversation_id: str
    message_ids: tuple[str, ...]  # the evidence, in order
    agent_id: str | None
    certainty: Certainty
    quote: str
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    measured: str = ""
    threshold: str = ""
    order_id: str | None = None
    basis: str = ""  # suspected: what it rests on


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """Something that a rule could not judge, and why; `count` many of the same kind, `examples` some places."""

    rule_id: str
    reason: str  # a key of report texts: no_order, no_calendar, unclear_need, outside_hours, …
    count: int = 1
    examples: tuple[str, ...] = ()  # conversation ids, at most 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit under the rule that was in force: the row of findings.jsonl, in its field order."""

    finding_id: str
    rule_id: str
    pack: str
    pack_version: str
    clause: str
    family: Family
    severity: Severity
    certainty: Certainty
    platform: str
    shop_id: str | None
    agent_id: str | None
    conversation_id: str
    order_id: str | None
    message_ids: tuple[str, ...]
    occurred_at: datetime
    measured: str
    threshold: str
    explanation: str  # in the language of the reports
    quote: str
    suppressed_by: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)  # for other languages' wording; not written out
    basis: str = ""


# ---- law (rulebook.py reads it from rules/) ---------------------------------------------------------------------------

Confidence = Literal["official", "third_party", "developer", "source_document", "shop_default", "unverified"]
Texts = Mapping[str, str]  # language → text; zh, en and pl are all there


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule comes from, and how well that is known."""

    document: str
    section: str
    source: str
    seen: date
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class AppealTerms:
    """How a platform takes appeals: `window` runs from `starts`; `assumed` says in words what is not certain."""

    window: timedelta
    starts: str  # "notice"
    clause: Clause
    entry: Texts = field(default_factory=dict)
    evidence: Texts = field(default_factory=dict)
    assumed: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `params` are its versions, oldest first: (in force from this local day, parameters or None = withdrawn)."""

    id: str
    pack: str
    title: Texts
    status: Literal["draft", "active", "withdrawn"]
    detector: str
    family: Family
    severity: Severity
    message: Texts
    why: Texts
    fix: Texts
    clause: Clause
    falsepositives: tuple[str, ...]
    params: tuple[tuple[date, Mapping[str, object] | None], ...]
    certainty_at_most: Certainty = "proven"
    yields_to: tuple[str, ...] = ()  # rule ids: where one of them stands on the same evidence, this one is suppressed
    money: Mapping[str, str] = field(default_factory=dict)  # amount, currency, per, note: what a breach costs, where known
    path: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule pack: the rules of one platform, and how that platform counts time and days."""

    id: str
    version: str
    title: Texts
    platforms: tuple[str, ...]  # ("*",): every platform
    timezone: str  # IANA
    calendar: str  # country code for business days: CN, PL, US …
    currency: str
    language: Lang  # of the platform's own forms
    opens: int  # shop hours, minutes after midnight
    closes: int
    rules: tuple[Rule, ...]
    sha256: str
    appeal: AppealTerms | None = None
    path: str = ""


# ---- the audit's result ---------------------------------------------------------------------------------------------------

# One row a round: a buyer's message that needs an answer, until the next human answer.
ROUND_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "platform": pl.String,
    "shop_id": pl.String,
    "conversation_id": pl.String,
    "agent_id": pl.String,  # who answered; open rounds: who wrote last before it; null: no human took part
    "day": pl.Date,  # local day of opened_at
    "opened_at": INSTANT,
    "opened_message_id": pl.String,
    "answered_at": INSTANT,  # null: open
    "answered_message_id": pl.String,
    "offset_s": pl.Int32,  # of the opening message
    "waited_s": pl.Int64,  # clock seconds to the answer, or to as-of
    "counted_s": pl.Int64,  # seconds of these inside the platform's counted hours
    "limit_s": pl.Int64,  # null: no rule with a limit for this platform
    "first": pl.Boolean,  # the conversation's first round
    "bot_replies": pl.UInt32,
    "status": pl.String,  # in_time late unanswered pending outside_hours unclear
}

# One row per shop, agent and local day.
ACTIVITY_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "platform": pl.String,
    "shop_id": pl.String,
    "agent_id": pl.String,
    "day": pl.Date,
    "conversations": pl.UInt32,
    "messages": pl.UInt32,
}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One buyer's exchange with one shop, in order of time, with the orders that it is tied to."""

    conversation_id: str
    platform: str
    shop_id: str | None
    buyer_id: str | None
    messages: tuple[Message, ...]
    langs: tuple[Lang, ...]  # of each message
    text_ids: tuple[int, ...]  # of each message, within its shard
    orders: tuple[Order, ...] = ()
    tie: Literal["order_id", "only_order", "several", "none"] = "none"  # how the orders were found


@dataclass(frozen=True, slots=True)
class AuditResult:
    """All that the reports are made from."""

    as_of: datetime
    lang: Lang
    version: str
    packs: tuple[Pack, ...]
    findings: tuple[Finding, ...]  # by occurred_at, conversation, rule
    not_evaluated: tuple[NotEvaluated, ...]
    ledger: tuple[LedgerEntry, ...]
    rounds: pl.DataFrame
    activity: pl.DataFrame
    conversations: Mapping[str, Conversation]  # those that a finding or a notice names
    notices: tuple[Notice, ...]
    orders: Mapping[str, Order]  # those of `conversations` and `notices`
    shops: Mapping[str, Shop]
    inputs: tuple[InputFile, ...]
    quarantined: tuple[Quarantined, ...]
    counts: Mapping[str, int]  # messages, conversations, agents, orders, notices, texts, rules …
