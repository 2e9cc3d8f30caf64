"""The shard: messages of whole conversations with everything a detector may ask of them, each worked out once.

Columns first: `messages`, `texts` and `rounds` are Polars frames that a detector filters; `conversations(ids)` builds
objects only for the conversations that a column test singled out. A distinct text is understood at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar

import polars as pl
import re2

from auditor.conversations import Conversations, with_transcript_ends
from auditor.model import LANGS, Conversation, Fact, Lang, Message, Order, Shop
from auditor.reading.column import normal_column, without_diacritics
from auditor.reading.normal import Normal, normal
from auditor.reading.reader import DOORS, GATES, AsWritten, Reading, TextReading
from auditor.reading.words import word_list
from auditor.worktime import local_zone, zone_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """How a platform counts: its zone, its business calendar, its shop hours (minutes after midnight)."""

    timezone: str
    calendar: str
    opens: int = 9 * 60
    closes: int = 18 * 60


NOWHERE = Place("UTC", "US")
_FEW = 500  # texts that are sooner looked at one by one than a pattern is built for their column
_SMALL_GATE = 4_000  # characters; building a larger pattern costs more than it saves


_LONG_NUMBER = "[0-9]{7,}"  # an order, parcel or phone number: which one it is changes nothing in what a text says
_FIND_LONG_NUMBER = re2.compile(_LONG_NUMBER)


def _without_numbers(text: str) -> str:
    """The text with every digit of its long numbers made 0: just as long."""
    return str(_FIND_LONG_NUMBER.sub(lambda match: "0" * len(match.group()), text))


@lru_cache(maxsize=1 << 17)
def _read(text: str, lang: Lang, gates: frozenset[str]) -> TextReading:
    """A text's reading, kept from part to part: shops type the same things all day."""
    return TextReading(normal(text), lang, gates)


@cache
def _gate(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    options.never_capture = True
    return re2.compile(pattern, options)


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
        self._unions: dict[tuple[str, ...], frozenset[int]] = {}

    def passing(self, part: str) -> frozenset[int]:
        """Ids of the texts that may hold that part of a reading (promises, claims): a column test."""
        key = f"reading {part}"
        if key not in self._gated:
            self._gated[key] = frozenset(self._through(part))
        return self._gated[key]

    def _through(self, part: str) -> Iterator[int]:
        """Two tests of the folded texts: words, thousands at once; then one pattern, for those that hold such a word."""
        for lang, texts in self._by_language.items():
            door, opens = DOORS[part](lang), _gate(GATES[part](lang)).search
            test = pl.col("folded").str.contains_any(list(door.words))
            if door.pattern:
                test = test | pl.col("folded").str.contains(door.pattern)
            rows = texts.filter(test).select("text_id", "folded").iter_rows()
            yield from (text_id for text_id, folded in rows if opens(folded) is not None)

    def normal(self, text_id: int) -> Normal:
        """The normalised text, which remembers where each character stood in the original."""
        found = self._normals.get(text_id)
        if found is None:
            found = self._normals[text_id] = normal(self._texts[text_id])
        return found

    def lang(self, text_id: int) -> Lang:
        """The language it was taken to be in."""
        return self._langs[text_id]

    def reading(self, text_id: int) -> Reading:
        """What the text says (promises, requests, claims, topics, acts), each part parsed when first asked for.

        Texts that differ only in an order or phone number are read once.
        """
        found = self._readings.get(text_id)
        if found is None:
            found = self._readings[text_id] = self._reading(text_id)
        return found

    def _reading(self, text_id: int) -> Reading:
        text, gates = self._texts[text_id], frozenset(part for part in GATES if text_id in self.passing(part))
        plain = _without_numbers(text) if text_id in self._numbered else text
        shared = _read(plain, self._langs[text_id], gates)
        return shared if plain == text else AsWritten(shared, plain, text)

    @cached_property
    def _numbered(self) -> frozenset[int]:
        return frozenset(self.frame.filter(pl.col("text").str.contains(_LONG_NUMBER))["text_id"].to_list())

    def may_match(self, names: Iterable[str]) -> frozenset[int]:
        """Ids of the texts that one of the word lists may match: a cheap column test, no clause is looked at."""
        names = tuple(names)
        if names not in self._unions:
            self._unions[names] = frozenset().union(*(self._may_match(name) for name in names))
        return self._unions[names]

    def _may_match(self, name: str) -> frozenset[int]:
        if name not in self._gated:
            self._gated[name] = frozenset(self._holding(name))
        return self._gated[name]

    def _holding(self, name: str) -> Iterator[int]:
        for lang, part in self._by_language.items():
            words = word_list(name, lang)
            if words is None:
                continue
            if words.needed is not None:
                part = part.filter(pl.col("folded").str.contains_any(sorted(words.needed)))
            if words.needed is not None and part.height <= _FEW:
                opens = words.door.search
                yield from (i for i, norm in part.select("text_id", "norm").iter_rows() if opens(norm) is not None)
                continue
            if words.needed is None or len(words.gate) <= _SMALL_GATE:
                part = part.filter(pl.col("norm").str.contains(words.gate))
            yield from part["text_id"].to_list()

    @cached_property
    def _by_language(self) -> Mapping[Lang, pl.DataFrame]:
        plain = pl.when(pl.col("lang") == "pl").then(without_diacritics(pl.col("norm"))).otherwise(pl.col("norm"))
        texts = self.frame.select("text_id", "lang", "norm", plain.alias("folded"))
        return {lang: texts.filter(pl.col("lang") == lang) for lang in LANGS}

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
        """`messages`: model.MESSAGE_COLUMNS.

        Their `seen_until` (else `seen_until`: source → UTC, else the file's last message) is the end of what was exported.
        """
        self.as_of = as_of
        self.shops = shops
        self.places = places
        ordered = with_transcript_ends(messages, seen_until).sort("conversation_id", "sent_at", "source", "row")
        ordered = ordered.with_columns(pl.col("lang").fill_null("en"))
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
        zones = {platform: place.timezone for platform, place in places.items()}
        self._conversations = Conversations(self.messages, orders, zones)
        self._once: dict[Callable[[Shard], Any], Any] = {}

    # ---- conversations -----------------------------------------------------------------------------------------------

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation, in order of time."""
        return self._conversations[conversation_id]

    def conversations(self, ids: Iterable[str] | pl.Series) -> Iterator[Conversation]:
        """Those conversations, by id; built in one pass over the columns."""
        wanted = sorted(set(ids))
        self._conversations.prefetch(wanted)
        return (self._conversations[i] for i in wanted)

    def with_texts(self, text_ids: Iterable[int], role: str = "agent") -> list[str]:
        """Ids of the conversations in which somebody of that role wrote one of these texts."""
        wanted = pl.DataFrame({"text_id": sorted(text_ids)}, schema={"text_id": pl.UInt32})
        hits = self.messages.filter(pl.col("sender_role") == role).join(wanted, on="text_id", how="semi")
        return sorted(hits["conversation_id"].unique().to_list())

    def home_of(self, conversation_id: str) -> tuple[str, str | None]:
        """(platform, shop) of a conversation, without building it."""
        return self._homes[conversation_id]

    @cached_property
    def _homes(self) -> Mapping[str, tuple[str, str | None]]:
        homes = self.messages.group_by("conversation_id").agg(pl.col("platform").first(), pl.col("shop_id").drop_nulls().first())
        return {cid: (platform, shop) for cid, platform, shop in homes.iter_rows()}

    @property
    def orders(self) -> Mapping[str, Order]:
        """Orders by id; instants in the platform's zone."""
        return self._conversations.orders

    @property
    def orders_frame(self) -> pl.DataFrame:
        """Orders as columns: model.ORDER_COLUMNS, seen_until and scans_known."""
        return self._conversations.orders_frame

    def order_of(self, conversation_id: str, order_id: str | None) -> Order | None:
        """The order of that id; where none is named, the only one that the conversation is tied to."""
        if order_id is not None:
            return self.orders.get(order_id)
        tied = self._conversations[conversation_id]
        return tied.orders[0] if tied.tie in ("order_id", "only_order") else None

    # ---- what is worked out from the shard elsewhere, once ---------------------------------------------------------------

    def once(self, work: Callable[[Shard], T]) -> T:
        """`work(self)`, remembered: several detectors and the reports ask for the same rounds and the same ledger."""
        if work not in self._once:
            self._once[work] = work(self)
        return self._once[work]  # type: ignore[no-any-return]

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
