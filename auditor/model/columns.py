"""The tables that travel between the rooms: names and types of their columns."""

from __future__ import annotations

import polars as pl

from auditor.model.terms import INSTANT

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

# As judged: with what is known of the export that each order came from (conversations.with_export_ends).
SEEN_ORDER_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    **ORDER_COLUMNS,
    "seen_until": INSTANT,
    "scans_known": pl.Boolean,
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
    "status": pl.String,  # in_time late unanswered pending outside_hours unclear left_out
    "cause": pl.String,  # what the wait is laid to: agent queue transfer bot
    "own_counted_s": pl.Int64,  # the same wait by the shop's own clock (the packs for every platform); null: it has none
    "own_limit_s": pl.Int64,
    "own_status": pl.String,
}

# One row a rate, conversation, agent, day and verdict.
RATE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "rate_id": pl.String,
    "platform": pl.String,
    "shop_id": pl.String,
    "conversation_id": pl.String,
    "agent_id": pl.String,  # whose round failed the unit, else who answered first; null: nobody in person
    "day": pl.Date,  # local day on which the unit began
    "verdict": pl.String,  # passed failed, or why it is not counted: pending unclear outside_hours left_out exempt
    "units": pl.UInt32,
    "seconds": pl.Int64,  # counted waiting of the answered rounds
    "answers": pl.UInt32,
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
