"""The shard: messages of whole conversations with everything a detector may ask of them, each worked out once.

Columns first: `messages`, `texts` and `rounds` are Polars frames that a detector filters; `conversations(ids)` builds
objects only for the conversations that a column test singled out. A distinct text is understood at most once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import polars as pl

from auditor.model import EMPTY_READING, ORDER_INSTANTS, Conversation, Fact, Lang, LedgerEntry, Message, Order, Reading, Shop
from auditor.reading.reader import read, reading_gate
from auditor.reading.column import normal_column
from auditor.reading.normal import Normal, normal
from auditor.reading.words import word_list
from auditor.worktime import local_zone, zone_of


@dataclass(frozen=True, slots=True)
class Place:
    """How a platform counts: its zone, its business calendar, its shop hours (minutes after midnight)."""

    timezone: str
    calendar: str
    opens: int = 9 * 60
    closes: int = 18 * 60


NOWHERE = Place("UTC", "US")

_MESSAGE_FIELDS = (
    "conversation_id", "message_id", "sent_at", "offset_s", "sender_role", "sender_id", "text", "content_type",
    "product_id", "order_id", "time_doubt", "source", "row", "platform", "shop_id", "buyer_id", "lang", "text_id",
)  # fmt: skip


class Texts:
    """The distinct texts of a shard; `frame`: text_id, text, lang, norm, by_agent, by_buyer."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._texts: list[str] = frame["text"].to_list()
        self._langs: list[Lang] = frame["lang"].to_list()
        self._normals: dict[int, Normal] = {}
        self._readings: dict[int, Reading] = {}
        self._found: dict[tuple[str, int], tuple[str, ...]] = {}
        self._gated: dict[str, frozenset[int]] = {}

    @cached_property
    def _readable(self) -> frozenset[int]:
        ids: list[int] = []
        for (lang,), part in self.frame.group_by("lang"):
            ids += part.filter(pl.col("norm").str.contains(reading_gate(str(lang))))["text_id"].to_list()
        return frozenset(ids)

    def normal(self, text_id: int) -> Normal:
        """The normalised text, which remembers where each character stood in the original."""
        found = self._normals.get(text_id)
        if found is None:
            found = self._normals[text_id] = normal(self._texts[text_id])
        return found

    def reading(self, text_id: int) -> Reading:
        """What the text says (promises, claims, topics, acts); texts without a trigger word are never parsed."""
        if text_id not in self._readable:
            return EMPTY_READING
        found = self._readings.get(text_id)
        if found is None:
            found = self._readings[text_id] = read(self.normal(text_id), self._langs[text_id])
        return found

    def may_match(self, names: Iterable[str]) -> frozenset[int]:
        """Ids of the texts that one of the word lists may match: a cheap column test, no clause is looked at."""
        return frozenset().union(*(self._may_match(name) for name in names))

    def _may_match(self, name: str) -> frozenset[int]:
        if name not in self._gated:
            ids: list[int] = []
            for (lang,), part in self.frame.group_by("lang"):
                words = word_list(name, str(lang))  # type: ignore[arg-type]
                if words is not None:
                    ids += part.filter(pl.col("norm").str.contains(words.gate))["text_id"].to_list()
            self._gated[name] = frozenset(ids)
        return self._gated[name]

    def found(self, name: str, text_id: int) -> tuple[str, ...]:
        """The passages, as written, in which the word list `name` (of the text's language) matches."""
        key = (name, text_id)
        if key not in self._found:
            words = word_list(name, self._langs[text_id]) if text_id in self._may_match(name) else None
            text = self.normal(text_id)
            self._found[key] = tuple(text.quote(*span) for span in words.find(text)) if words else ()
        return self._found[key]


class Shard:
    """Messages of whole conversations, their orders and shops, judged at `as_of` (aware)."""

    def __init__(
        self,
        messages: pl.DataFrame,
        orders: pl.DataFrame,
        shops: Mapping[str, Shop],
        places: Mapping[str, Place],
        as_of: datetime,
        seen_until: Mapping[int, datetime] | None = None,
    ) -> None:
        """`messages`: model.MESSAGE_COLUMNS; `seen_until`: last instant of each transcript file (source → UTC), where
        the shard holds only a part of it."""
        self.as_of = as_of
        self.shops = shops
        self.places = places
        self.orders_frame = orders
        ordered = messages.sort("conversation_id", "sent_at", "source", "row").with_columns(pl.col("lang").fill_null("en"))
        keys = ordered.group_by("text", "lang").agg(
            (pl.col("sender_role") == "agent").any().alias("by_agent"),
            (pl.col("sender_role") == "buyer").any().alias("by_buyer"),
        )
        keys = keys.sort("lang", "text").with_row_index("text_id")
        self.texts = Texts(keys.with_columns(normal_column(pl.col("text")).alias("norm")))
        self.messages = (
            ordered.join(keys.select("text_id", "text", "lang"), on=["text", "lang"], how="left", maintain_order="left")
            .with_row_index("seq")
        )  # fmt: skip
        self.seen_until = dict(seen_until) if seen_until is not None else transcript_ends(messages)
        self._cache: dict[str, Conversation] = {}
        self._zones: dict[tuple[str, int, datetime], tzinfo] = {}

    # ---- conversations -----------------------------------------------------------------------------------------------

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation, in order of time."""
        found = self._cache.get(conversation_id)
        return found if found is not None else next(self.conversations([conversation_id]))

    def conversations(self, ids: Iterable[str] | pl.Series) -> Iterator[Conversation]:
        """Those conversations, by id; built in one pass over the columns."""
        wanted = sorted(set(ids))
        missing = [i for i in wanted if i not in self._cache]
        if missing:
            rows = self.messages.join(pl.DataFrame({"conversation_id": missing}), on="conversation_id", how="semi")
            part = rows.sort("seq").select(_MESSAGE_FIELDS).iter_rows()
            for cid, group in groupby(part, key=itemgetter(0)):
                self._cache[cid] = self._build(cid, list(group))
        return (self._cache[i] for i in wanted)

    def with_texts(self, text_ids: Iterable[int], role: str = "agent") -> list[str]:
        """Ids of the conversations in which somebody of that role wrote one of these texts."""
        wanted = pl.DataFrame({"text_id": sorted(text_ids)}, schema={"text_id": pl.UInt32})
        hits = self.messages.filter(pl.col("sender_role") == role).join(wanted, on="text_id", how="semi")
        return sorted(hits["conversation_id"].unique().to_list())

    def _build(self, cid: str, rows: Sequence[tuple[object, ...]]) -> Conversation:
        messages = tuple(_message(row) for row in rows)
        platform = _first(rows, 13) or "unknown"
        shop, buyer = _first(rows, 14), _first(rows, 15)
        named = {m.order_id for m in messages if m.order_id}
        orders, tie = self._orders_of(platform, shop, buyer, named)
        langs: tuple[Lang, ...] = tuple(row[16] for row in rows)  # type: ignore[misc]
        return Conversation(cid, platform, shop, buyer, messages, langs, tuple(row[17] for row in rows), orders, tie)  # type: ignore[misc, arg-type]

    def _orders_of(self, platform: str, shop: str | None, buyer: str | None, named: set[str]) -> tuple[tuple[Order, ...], str]:
        if named:
            found = tuple(self.orders[i] for i in sorted(named) if i in self.orders)
            return found, ("order_id" if len(named) == 1 and found else "several" if found else "none")
        mine = tuple(o for o in self._orders_by_buyer.get(buyer or "", ()) if _agree(o.shop_id, shop) and _agree(o.platform, platform))
        return mine, ("none" if not mine else "only_order" if len(mine) == 1 else "several")

    # ---- orders ------------------------------------------------------------------------------------------------------

    @cached_property
    def orders(self) -> Mapping[str, Order]:
        """Orders by id; instants in the platform's zone."""
        return {o.order_id: o for o in (self._order(row) for row in self.orders_frame.iter_rows(named=True))}

    @cached_property
    def _orders_by_buyer(self) -> Mapping[str, tuple[Order, ...]]:
        by_buyer: dict[str, list[Order]] = {}
        for order in self.orders.values():
            if order.buyer_id:
                by_buyer.setdefault(order.buyer_id, []).append(order)
        return {buyer: tuple(sorted(found, key=lambda o: o.order_id)) for buyer, found in by_buyer.items()}

    @cached_property
    def _orders_seen_until(self) -> Mapping[int, datetime]:
        happened = [name for name in ORDER_INSTANTS if name != "ship_by"]
        ends = self.orders_frame.with_columns(pl.max_horizontal(happened).alias("end")).group_by("source").agg(pl.col("end").max())
        return {source: end for source, end in ends.iter_rows() if end is not None}

    def _order(self, row: Mapping[str, object]) -> Order:
        values = dict(row)
        zone = zone_of(self.place(str(values.get("platform") or "")).timezone)
        for name in ORDER_INSTANTS:
            instant = values[name]
            values[name] = instant.astimezone(zone) if isinstance(instant, datetime) else None
        return Order(**values, seen_until=self._orders_seen_until.get(values["source"]))  # type: ignore[arg-type, call-overload]

    # ---- promises ----------------------------------------------------------------------------------------------------

    @cached_property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every promise with its deadline and outcome, by conversation and time."""
        from auditor.ledger import ledger  # the ledger is written in terms of a shard

        return tuple(ledger(self))

    # ---- places, zones, facts ----------------------------------------------------------------------------------------

    def place(self, platform: str) -> Place:
        """How that platform counts time."""
        return self.places.get(platform) or NOWHERE

    def zone(self, conversation: Conversation, message: Message) -> tzinfo:
        """The zone that the message's day is counted in: the shop's or platform's where its clock agrees, else the message's."""
        shop = self.shops.get(conversation.shop_id or "")
        name = (shop.timezone if shop and shop.timezone else None) or self.place(conversation.platform).timezone
        offset = message.at.utcoffset() or timedelta(0)
        return local_zone(zone_of(name), int(offset.total_seconds()), message.at)

    def facts(self, conversation: Conversation, slot: str, message: Message, product_id: str | None = None) -> tuple[Fact, ...]:
        """Facts of the shop on that slot in force on the message's local day: the product's own, else the whole shop's."""
        shop = self.shops.get(conversation.shop_id or "")
        if shop is None:
            return ()
        day = message.at.date()
        valid = [f for f in shop.facts if f.slot == slot and f.holds_on(day)]
        own = tuple(f for f in valid if product_id is not None and f.product_id == product_id)
        return own or tuple(f for f in valid if f.product_id is None)


def transcript_ends(messages: pl.DataFrame) -> dict[int, datetime]:
    """The last instant of each transcript file: what is not in it by then was not there when it was exported."""
    return dict(messages.group_by("source").agg(pl.col("sent_at").max()).iter_rows())


def _message(row: Sequence[object]) -> Message:
    sent: datetime = row[2]  # type: ignore[assignment]
    at = sent.astimezone(timezone(timedelta(seconds=int(row[3]))))  # type: ignore[call-overload]
    return Message(row[0], row[1], at, row[4], row[5], row[6], row[7], row[8], row[9], bool(row[10]), row[11], row[12])  # type: ignore[arg-type]


def _first(rows: Sequence[tuple[object, ...]], column: int) -> str | None:
    return next((str(row[column]) for row in rows if row[column] is not None), None)


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
