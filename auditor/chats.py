"""The conversations that a report shows, read back when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import polars as pl

from auditor.conversations import Conversations, Orders
from auditor.model import Conversation
from auditor.normalise import merged_orders, settle
from auditor.part import all_orders, orders_of, renumbered
from auditor.spool import RAW_COLUMNS, only


class Chats(Mapping[str, Conversation]):
    """Conversation id → Conversation, from messages as read (RAW_COLUMNS) and orders as read, neither of which is in memory."""

    def __init__(
        self,
        rows: Sequence[pl.LazyFrame],
        orders: pl.DataFrame | Sequence[str],
        zones: Mapping[str, str],
        ranks: Sequence[int] = (),
    ) -> None:
        self._rows = rows
        self._orders = orders
        self._zones = zones
        self._ranks = ranks
        self._built: dict[str, Conversation | None] = {}

    def prefetch(self, ids: Iterable[str]) -> None:
        """Read these in one go."""
        missing = sorted({i for i in ids if i not in self._built})
        if not missing:
            return
        raw = pl.concat([only(rows.select(list(RAW_COLUMNS)), missing) for rows in self._rows])
        messages = settle(renumbered(raw, self._ranks)).messages
        found = Conversations(messages, orders_of(messages, self._orders, self._ranks), self._zones)
        found.prefetch(found)
        self._built.update({i: found.get(i) for i in missing})

    def __getitem__(self, conversation_id: str) -> Conversation:
        self.prefetch([conversation_id])
        conversation = self._built[conversation_id]
        if conversation is None:
            raise KeyError(conversation_id)
        return conversation

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        parts = [rows.select("conversation_id").unique().collect() for rows in self._rows]
        return tuple(pl.concat(parts)["conversation_id"].unique().sort().to_list())

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def homes(self) -> pl.DataFrame:
        """One row a conversation: conversation_id, platform, shop_id, and as agent_id the person who wrote most of it."""
        lines = pl.concat(
            [rows.select("conversation_id", "platform", "shop_id", "sender_role", "sender_id") for rows in self._rows]
        )
        people = (
            lines.filter(pl.col("sender_role") == "agent")
            .group_by("conversation_id", "sender_id")
            .len()
            .sort("conversation_id", "len", "sender_id", descending=[False, True, False], nulls_last=True)
            .group_by("conversation_id", maintain_order=True)
            .agg(pl.col("sender_id").first().alias("agent_id"))
        )
        first = pl.col("platform", "shop_id").drop_nulls().min()
        homes = lines.group_by("conversation_id").agg(first).with_columns(pl.col("platform").fill_null("unknown"))
        return homes.join(people, on="conversation_id", how="left").sort("conversation_id").collect()

    def about(self, order_ids: Sequence[str]) -> list[str]:
        """Ids of the conversations that name one of those orders or are with its buyer."""
        orders = all_orders(self._orders).filter(pl.col("order_id").is_in(list(order_ids))).collect()
        buyers = orders["buyer_id"].drop_nulls().unique().to_list()
        hit = pl.col("order_id").is_in(list(order_ids)) | pl.col("buyer_id").is_in(buyers)
        parts = [rows.filter(hit).select("conversation_id").unique().collect() for rows in self._rows]
        return pl.concat(parts)["conversation_id"].unique().sort().to_list()

    def orders(self, order_ids: Iterable[str]) -> Orders:
        """Those orders, merged."""
        wanted = pl.col("order_id").is_in(sorted(set(order_ids)))
        return Orders(merged_orders(renumbered(all_orders(self._orders).filter(wanted).collect(), self._ranks))[0], self._zones)
