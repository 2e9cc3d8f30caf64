"""What exports tell: messages, orders, notices, facts, and the files they came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from auditor.model.terms import Lang


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
    seen_until: datetime | None = None  # the end of the exports that hold it: silence after that proves nothing


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
