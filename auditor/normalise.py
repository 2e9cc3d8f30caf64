"""Loaded tables → what the audit may trust: doubles dropped, orders joined, messages in order, languages named."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from auditor.conversations import spread, with_export_ends, with_transcript_ends
from auditor.model import ORDER_COLUMNS, ORDER_INSTANTS, InputFile, Quarantined

if TYPE_CHECKING:
    from auditor.ingest import Loaded

_KEY = ["conversation_id", "message_id"]
# What makes two messages of one id the same message; the rest may be filled in by one export and missing in another.
_CONTENT = ["sent_at", "sender_role", "sender_id", "text", "content_type"]
_FILLED = ["order_id", "product_id", "lang", "buyer_id", "shop_id", "platform", "channel", "offset_s"]
_MERGED = ["time_doubt", "seen_until"]
_PLACE = ["source", "row"]
_RAW_LIMIT = 2_000

Conflict = tuple[int, int, str, str]  # source, row, reason, raw

_HAN = r"[\x{3400}-\x{9fff}\x{f900}-\x{faff}]"
_POLISH_LETTERS = r"[ąćęłńśźżĄĆĘŁŃŚŹŻ]"
_POLISH_WORDS = (
    r"(?i)\b(?:dzie[nń] dobry|prosz[eę]|dzi[eę]kuj[eę]|czy|jest|nie|tak|mo[zż]e|kiedy|paczka|zam[oó]wienie|wysy[lł]ka|"
    r"wy[sś]l[eę]|wy[sś]lemy|pozdrawiam|witam|zwrot|jutro|dzisiaj|dzi[sś]|towar|produkt|prosimy|przepraszamy|oraz|b[eę]dzie)\b"
)
_PLATFORM_LANGUAGES = {**dict.fromkeys(("pinduoduo", "taobao", "tmall", "jd", "douyin", "kuaishou"), "zh"), "allegro": "pl"}
_LETTERS = r"\p{Latin}{2,}"
_BY_PRECEDENCE = ("en", "pl", "zh")  # where a conversation speaks two languages equally often


def normalise(loaded: Loaded, languages: Mapping[str, str] | None = None) -> Loaded:
    """Keep each message, order and notice once: what was said twice is counted, what was said differently is quarantined.

    `languages`: platform → language of messages that do not show theirs.
    Messages are sorted by (conversation_id, sent_at, source, row). The order of the input files changes nothing.
    """
    settled = settle(with_transcript_ends(loaded.messages), languages)
    notices, notice_doubles, notice_conflicts = merged_notices(loaded.notices)
    orders, order_doubles, order_conflicts = merged_orders(with_export_ends(loaded.orders, loaded.silent))
    conflicts = [*settled.conflicts, *notice_conflicts, *order_conflicts]
    doubles = settled.doubles + notice_doubles + order_doubles
    quarantined = [*loaded.quarantined, *(contradicting(loaded.inputs, *conflict) for conflict in conflicts)]
    return replace(
        loaded,
        messages=settled.messages,
        orders=orders,
        notices=notices,
        inputs=recounted(loaded.inputs, doubles, Counter(source for source, *_ in conflicts)),
        quarantined=in_order(quarantined),
    )


def in_order(quarantined: Sequence[Quarantined]) -> tuple[Quarantined, ...]:
    """By file and row."""
    return tuple(sorted(quarantined, key=lambda one: (one.file, one.row, one.reason, one.raw)))


@dataclass(frozen=True, slots=True)
class Settled:
    """Messages of whole conversations, each once and in order; where the doubles stood, and what contradicted them."""

    messages: pl.DataFrame
    doubles: Counter[int]  # source → rows
    conflicts: list[Conflict]


def settle(raw: pl.DataFrame, languages: Mapping[str, str] | None = None) -> Settled:
    """Messages as read (model.MESSAGE_COLUMNS and seen_until) → what may be judged; rows twice over change nothing.

    `languages`: platform → language of messages that do not show theirs.
    """
    messages, doubles, conflicts = _once(raw, _KEY, _CONTENT, _FILLED)
    messages = spread(messages, ("platform", "shop_id", "buyer_id")).with_columns(pl.col("platform").fill_null("unknown"))
    known = {**_PLATFORM_LANGUAGES, **(languages or {})}
    return Settled(_named_languages(_in_order(messages), known), doubles, conflicts)


def merged_notices(raw: pl.DataFrame) -> tuple[pl.DataFrame, Counter[int], list[Conflict]]:
    """Each notice once, in order."""
    content = ["issued_at", "shop_id", "order_id", "conversation_id", "agent_id"]
    notices, doubles, conflicts = _once(raw, ["platform", "notice_id"], content, [])
    return notices.sort("platform", "notice_id", "source", "row"), doubles, conflicts


def _in_order(messages: pl.DataFrame) -> pl.DataFrame:
    """Sort by (conversation_id, sent_at, source, row): by numbers, since sorting a million long strings is slow."""
    if not messages.height:
        return messages
    whole = messages.rechunk()
    conversations = whole["conversation_id"]
    ranks = conversations.cast(pl.Enum(conversations.unique().sort())).to_physical()
    keys = (whole["row"], whole["source"], whole["sent_at"].to_physical(), ranks)  # the last counts first
    return whole[np.lexsort([key.to_numpy() for key in keys])]


def contradicting(inputs: Sequence[InputFile], source: int, row: int, reason: str, raw: str) -> Quarantined:
    """A row that says other things than one that was kept."""
    return Quarantined(inputs[source].path, row, reason, raw[:_RAW_LIMIT])


def recounted(inputs: Sequence[InputFile], doubles: Counter[int], conflicts: Counter[int]) -> tuple[InputFile, ...]:
    """The files with rows that were doubles or contradicted others taken from those accepted."""
    found = []
    for index, item in enumerate(inputs):
        double, conflict = doubles[index], conflicts[index]
        found.append(
            replace(
                item,
                accepted=item.accepted - double - conflict,
                duplicate=item.duplicate + double,
                quarantined=item.quarantined + conflict,
            )
        )
    return tuple(found)


def _once(
    frame: pl.DataFrame, key: list[str], content: list[str], filled: list[str]
) -> tuple[pl.DataFrame, Counter[int], list[Conflict]]:
    """Each key once: equal content is a double, other content a conflict, of which the first by content is kept."""
    if not _may_repeat(frame, key):
        return frame, Counter(), []
    repeated = frame.select(pl.struct(key).is_duplicated()).to_series()
    if not repeated.any():
        return frame, Counter(), []
    single, several = frame.filter(~repeated), frame.filter(repeated)
    several = several.sort([*key, *content, *_PLACE], nulls_last=True)
    first = several.unique([*key, *content], keep="first", maintain_order=True)
    if filled:
        found = _fillings(several, key + content, filled)
        first = first.drop(*filled, *_MERGED).join(found, on=key + content, nulls_equal=True, maintain_order="left")
    doubles = several.join(first.select(_PLACE), on=_PLACE, how="anti")
    kept = first.unique(key, keep="first", maintain_order=True)
    others = first.join(kept.select(_PLACE), on=_PLACE, how="anti")
    conflicts = [_conflict(record, " and ".join(key)) for record in others.iter_rows(named=True)]
    return pl.concat([single, kept.select(frame.columns)]), Counter(doubles["source"].to_list()), conflicts


def _may_repeat(frame: pl.DataFrame, key: list[str]) -> bool:
    """Whether a key may stand twice: false for most exports, and quickly so."""
    hashed = pl.struct(pl.col(name).hash(seed) for seed, name in enumerate(key))
    return frame.select(hashed.hash().n_unique()).item() < frame.height if frame.height else False


def _fillings(several: pl.DataFrame, same: list[str], filled: list[str]) -> pl.DataFrame:
    """For each message the least value of the columns that one export has and another lacks, and the latest end of the exports.

    However the rows are spread over nights, merging them in steps gives the same.
    """
    return several.group_by(same, maintain_order=True).agg(
        *(pl.col(name).min() for name in filled), pl.col("time_doubt").all(), pl.col("seen_until").max()
    )


def _conflict(record: Mapping[str, object], key: str) -> Conflict:
    raw = json.dumps(
        {name: str(value) for name, value in record.items() if value is not None and name not in _PLACE}, ensure_ascii=False
    )
    reason = f"the same {key} stands elsewhere with other content; the first is kept, look which one is true"
    return int(str(record["source"])), int(str(record["row"])), reason, raw


# ---- orders -------------------------------------------------------------------------------------------------------------


def merged_orders(raw: pl.DataFrame) -> tuple[pl.DataFrame, Counter[int], list[Conflict]]:
    """Each order once, in order, with the latest end (`seen_until`) of the exports that name it, and whether any knows scans."""
    orders, doubles, conflicts = _orders(raw)
    if orders.height < raw.height:
        ends = raw.group_by("order_id").agg(pl.col("seen_until").max(), pl.col("scans_known").any())
        orders = orders.drop("seen_until", "scans_known").join(ends, on="order_id", how="left").select(raw.columns)
    return orders.sort("order_id", "source", "row"), doubles, conflicts


def _orders(frame: pl.DataFrame) -> tuple[pl.DataFrame, Counter[int], list[Conflict]]:
    """Each order once. Rows that say different things of it are merged where one is silent; else the first by content is kept."""
    fields = [name for name in ORDER_COLUMNS if name not in ("order_id", "status", *_PLACE)]
    repeated = frame.select(pl.col("order_id").is_duplicated()).to_series()
    if not repeated.any():
        return frame, Counter(), []
    several = frame.filter(repeated).sort(["order_id", *fields, "status", *_PLACE], nulls_last=True)
    doubles: Counter[int] = Counter()
    conflicts: list[Conflict] = []
    merged: list[dict[str, object]] = []
    seen: set[tuple[object, ...]] = set()
    for record in several.iter_rows(named=True):
        content = tuple(record[name] for name in ("order_id", *fields, "status"))
        last = merged[-1] if merged and merged[-1]["order_id"] == record["order_id"] else None
        if content in seen:
            doubles[record["source"]] += 1
        elif last is None:
            merged.append(dict(record))
        elif clash := [name for name in fields if None not in (last[name], record[name]) and last[name] != record[name]]:
            conflicts.append(_conflict(record, f"order_id (other {', '.join(clash)})"))
        else:
            _fill(last, record, fields)
        seen.add(content)
    whole = pl.DataFrame(merged, schema=frame.schema, orient="row")
    return pl.concat([frame.filter(~repeated), whole]), doubles, conflicts


def _fill(last: dict[str, object], record: Mapping[str, object], fields: Sequence[str]) -> None:
    """Fill what `last` lacks; the status is that of the row that knows of more events, since a status changes."""
    known = sum(last[name] is not None for name in ORDER_INSTANTS)
    if last["status"] is None or sum(record[name] is not None for name in ORDER_INSTANTS) > known:
        last["status"] = record["status"] or last["status"]
    for name in fields:
        last[name] = record[name] if last[name] is None else last[name]


# ---- languages ------------------------------------------------------------------------------------------------------------


def _named_languages(messages: pl.DataFrame, languages: Mapping[str, str]) -> pl.DataFrame:
    """Fill `lang`: by its letters and words, else as most of its conversation, else by the platform."""
    if not messages["lang"].null_count():
        return messages
    text = pl.col("text")
    lang = messages.select(pl.coalesce("lang", pl.when(text.str.contains(_HAN)).then(pl.lit("zh")))).to_series()
    other = messages.select(pl.int_range(pl.len()).alias("i"), "text", "platform", "content_type").filter(lang.is_null())
    other = other.filter((pl.col("content_type") == "text") & text.str.contains(_LETTERS))  # a picture's address is no language
    if other.height:
        lang = lang.scatter(other["i"], other.select(_by_letters()).to_series())
    named = messages.with_columns(lang.alias("lang"))
    return _by_conversation(named, languages) if lang.null_count() else named


def _by_letters() -> pl.Expr:
    """Tell the language of a text with Latin letters and no Han characters: Polish by its letters, words or platform."""
    text = pl.col("text")
    polish = (pl.col("platform") == "allegro") | text.str.contains(_POLISH_LETTERS) | text.str.contains(_POLISH_WORDS)
    return pl.when(polish).then(pl.lit("pl")).otherwise(pl.lit("en"))


def _by_conversation(named: pl.DataFrame, languages: Mapping[str, str]) -> pl.DataFrame:
    """Fill the rest of sorted messages: the most frequent language of the conversation, else the platform's."""
    each = named.select(pl.col("conversation_id").rle_id().alias("conversation"), "lang")
    counted = each.group_by("conversation").agg((pl.col("lang") == lang).sum().alias(lang) for lang in _BY_PRECEDENCE)
    most = pl.max_horizontal(_BY_PRECEDENCE)
    first = pl.coalesce(pl.when((most > 0) & (pl.col(lang) == most)).then(pl.lit(lang)) for lang in _BY_PRECEDENCE)
    majority = counted.sort("conversation").select(first).to_series().gather(each["conversation"])
    by_platform = pl.col("platform").replace_strict(dict(languages), default="en", return_dtype=pl.String)
    return named.with_columns(pl.coalesce("lang", majority, by_platform).alias("lang"))
