"""Conversations as objects, built from the columns for those that are asked for, with the orders they are tied to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import polars as pl

from auditor.model import INSTANT, ORDER_INSTANTS, Conversation, Lang, Message, Order
from auditor.worktime import zone_of

_FIELDS = (
    "conversation_id", "message_id", "sent_at", "offset_s", "sender_role", "sender_id", "text", "content_type",
    "product_id", "order_id", "time_doubt", "source", "row", "seen_until", "platform", "shop_id", "buyer_id", "lang", "text_id",
)  # fmt: skip
_PLATFORM, _SHOP, _BUYER, _LANG, _TEXT_ID = 14, 15, 16, 17, 18
_INSTANTS = ("sent_at", "seen_until")

Tie = Literal["order_id", "only_order", "several", "none"]


class Conversations(Mapping[str, Conversation]):
    """Conversation id → Conversation.

    `messages`: model.MESSAGE_COLUMNS (and text_id, in a shard); `orders`: model.ORDER_COLUMNS; `zones`: platform → zone name.
    """

    def __init__(self, messages: pl.DataFrame, orders: pl.DataFrame, zones: Mapping[str, str]) -> None:
        if "text_id" not in messages.columns:
            messages = messages.with_columns(pl.lit(0, pl.UInt32).alias("text_id"))
        self.messages = with_transcript_ends(messages)
        self.orders_frame = with_export_ends(orders)
        self.zones = zones
        self._built: dict[str, Conversation] = {}

    def __getitem__(self, conversation_id: str) -> Conversation:
        if conversation_id not in self._built:
            self.prefetch([conversation_id])
        return self._built[conversation_id]

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        return tuple(sorted(self.messages["conversation_id"].unique().to_list()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def prefetch(self, ids: Iterable[str]) -> None:
        """Build these in one pass over the columns."""
        missing = sorted({i for i in ids if i not in self._built})
        if not missing:
            return
        rows = self.messages.join(pl.DataFrame({"conversation_id": missing}), on="conversation_id", how="semi")
        fields = [pl.col(name).dt.epoch("us") if name in _INSTANTS else pl.col(name) for name in _FIELDS]
        ordered = rows.sort("conversation_id", "sent_at", "source", "row").select(fields).iter_rows()
        for cid, group in groupby(ordered, key=itemgetter(0)):
            self._built[cid] = self._build(cid, list(group))

    def _build(self, cid: str, rows: Sequence[tuple[object, ...]]) -> Conversation:
        messages = tuple(_message(row) for row in rows)
        platform = _first(rows, _PLATFORM) or "unknown"
        shop, buyer = _first(rows, _SHOP), _first(rows, _BUYER)
        named = {m.order_id for m in messages if m.order_id}
        orders, tie = self._orders_of(platform, shop, buyer, named)
        langs: tuple[Lang, ...] = tuple(row[_LANG] or "en" for row in rows)  # type: ignore[misc]
        text_ids: tuple[int, ...] = tuple(row[_TEXT_ID] for row in rows)  # type: ignore[misc]
        return Conversation(cid, platform, shop, buyer, messages, langs, text_ids, orders, tie)

    # ---- orders ------------------------------------------------------------------------------------------------------

    def _orders_of(self, platform: str, shop: str | None, buyer: str | None, named: set[str]) -> tuple[tuple[Order, ...], Tie]:
        if named:
            found = tuple(self.orders[i] for i in sorted(named) if i in self.orders)
            return found, ("none" if not found else "order_id" if len(named) == 1 else "several")
        theirs = (self.orders[i] for i in self._ids_by_buyer.get(buyer or "", ()))
        mine = tuple(o for o in theirs if _agree(o.shop_id, shop) and _agree(o.platform, platform))
        return mine, ("none" if not mine else "only_order" if len(mine) == 1 else "several")

    @cached_property
    def orders(self) -> Orders:
        """Orders by id; instants in the platform's zone."""
        return Orders(self.orders_frame, self.zones)

    @cached_property
    def _ids_by_buyer(self) -> Mapping[str, list[str]]:
        ids = self.orders_frame.filter(pl.col("buyer_id").is_not_null()).select("buyer_id", "order_id").sort("order_id")
        return dict(ids.group_by("buyer_id").agg(pl.col("order_id")).iter_rows())


class Orders(Mapping[str, Order]):
    """Order id → Order, built when asked for. `orders`: model.ORDER_COLUMNS and seen_until."""

    def __init__(self, orders: pl.DataFrame, zones: Mapping[str, str]) -> None:
        self._frame = orders
        self._zones = zones
        self._rows = {order_id: row for row, order_id in enumerate(orders["order_id"].to_list())}
        self._built: dict[str, Order] = {}

    def __getitem__(self, order_id: str) -> Order:
        if order_id not in self._built:
            self._built[order_id] = self._order(self._frame.row(self._rows[order_id], named=True))
        return self._built[order_id]

    def __contains__(self, order_id: object) -> bool:
        return order_id in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def _order(self, row: Mapping[str, object]) -> Order:
        values = {name: value for name, value in row.items() if name != "scans_known"}
        zone = zone_of(self._zones.get(str(values["platform"]), "UTC"))
        for name in (*ORDER_INSTANTS, "seen_until"):
            instant = values[name]
            values[name] = instant.astimezone(zone) if isinstance(instant, datetime) else None
        return Order(**values)  # type: ignore[arg-type]


def with_export_ends(orders: pl.DataFrame, silent: Collection[int] = ()) -> pl.DataFrame:
    """`orders` with what is known of the export that each came from.

    `seen_until`: its last instant, as silence after that proves nothing; `scans_known`: whether it tells of carriers' scans.
    `silent` exports (by `source`) have no column for what happened: their silence never proves anything.
    """
    if "seen_until" in orders.columns:
        return orders
    happened = [name for name in ORDER_INSTANTS if name != "ship_by"]
    last = pl.max_horizontal(happened).max().over("source")
    return orders.with_columns(
        pl.when(~pl.col("source").is_in(sorted(silent))).then(last).alias("seen_until"),
        pl.col("first_scan_at").is_not_null().any().over("source").alias("scans_known"),
    )


def with_transcript_ends(messages: pl.DataFrame, ends: Mapping[int, datetime] | None = None) -> pl.DataFrame:
    """`messages` with `seen_until`: the last instant of the file that each came from (`ends`: source → UTC, where known)."""
    if "seen_until" in messages.columns:
        return messages
    if ends is None:
        return messages.with_columns(pl.col("sent_at").max().over("source").alias("seen_until"))
    columns = {"source": list(ends), "seen_until": list(ends.values())}
    known = pl.DataFrame(columns, schema={"source": pl.UInt32, "seen_until": INSTANT})
    joined = messages.join(known, on="source", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("seen_until", "sent_at"))


def spread(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Fill nulls of `names` where the conversation has exactly one value of them."""
    for name in names:
        if not frame[name].null_count() or frame[name].null_count() == frame.height:
            continue
        known = frame.filter(pl.col(name).is_not_null()).group_by("conversation_id").agg(pl.col(name).unique())
        single = known.filter(pl.col(name).list.len() == 1).select("conversation_id", pl.col(name).list.first().alias("single"))
        frame = frame.join(single, on="conversation_id", how="left", maintain_order="left")
        frame = frame.with_columns(pl.coalesce(name, "single").alias(name)).drop("single")
    return frame


@cache
def _epoch(offset_s: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC).astimezone(timezone(timedelta(seconds=offset_s)))


def _message(row: Sequence[Any]) -> Message:
    clock = _epoch(row[3])
    at, end = clock + timedelta(microseconds=row[2]), clock + timedelta(microseconds=row[13])
    return Message(row[0], row[1], at, row[4], row[5], row[6], row[7], row[8], row[9], bool(row[10]), row[11], row[12], end)


def _first(rows: Sequence[tuple[object, ...]], column: int) -> str | None:
    return next((str(row[column]) for row in rows if row[column] is not None), None)


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
