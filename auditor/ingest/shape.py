"""Rows as text → the canonical tables: ids, times, roles and amounts are made sure of, and what fails goes to quarantine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

import polars as pl

from auditor.ingest import instants
from auditor.ingest.tables import NOT_TEXT, Match, RawRows, RowFault, cut
from auditor.ingest.words import CHANNEL_WORDS, CONTENT_WORDS, ROLE_WORDS, notice_lines, robot_label
from auditor.model import CHANNELS, CONTENT_TYPES, MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS, ORDER_INSTANTS, ROLES

MAX_ID = 1_000
MAX_TEXT = 100_000
_NULL_WORDS = ("null", "none", "nan", "n/a", "#n/a", "-", "--", "undefined", "\\n")
_TRIM = " \t\r\n\u3000\u200b\u200c\u200d\u2060\ufeff\u00a0"
_SCIENTIFIC = r"^[+-]?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$"
_ROUNDED = r"^[0-9]{16,}\.0+$"
# Ids that need no second look: no blanks, marks, dots or full-width digits, and no beginning of a null word or of 1E+17.
_PLAIN = r"^(?:[A-MO-TV-Za-mo-tv-z_]|[0-9](?:[0-9A-DF-Za-df-z_:-]|$))[0-9A-Za-z_:-]*$"


@dataclass(frozen=True, slots=True)
class Frame:
    """The clock and the defaults that a file is read under."""

    as_of: datetime
    platform: str | None = None
    shop: str | None = None
    timezone: str | None = None
    shop_zones: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Shaped:
    """A canonical table (without `source`), the rows that failed, and rows that turned out blank."""

    table: pl.DataFrame
    faults: tuple[RowFault, ...]
    blank: int


def shape(raw: RawRows, match: Match, frame: Frame) -> Shaped:
    """Rows of a format as the canonical table of their kind."""
    makers: Mapping[str, Callable[[pl.DataFrame, RawRows, Frame], pl.DataFrame]] = {
        "transcript": _messages,
        "orders": _orders,
        "penalties": _notices,
    }
    columns = {"transcript": MESSAGE_COLUMNS, "orders": ORDER_COLUMNS, "penalties": NOTICE_COLUMNS}[match.kind]
    full = _with_all(raw.frame, columns)
    names = [name for name in columns if name not in ("source", "row", "offset_s", "time_doubt")]
    filled = full.filter(pl.any_horizontal(pl.col(name).str.strip_chars() != "" for name in names))
    made = makers[match.kind](filled, raw, frame)
    bad = made.filter(pl.col("fault").is_not_null())
    faults = _faults(filled, bad) if bad.height else ()
    good = made.filter(pl.col("fault").is_null()) if bad.height else made
    wanted = {name: kind for name, kind in columns.items() if name != "source"}
    table = good.select(pl.col(name).cast(kind) for name, kind in wanted.items())
    return Shaped(table, faults, full.height - filled.height)


def _with_all(frame: pl.DataFrame, columns: Mapping[str, object]) -> pl.DataFrame:
    missing = [name for name in columns if name not in frame.columns and name not in ("source", "offset_s", "time_doubt")]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)


def _faults(filled: pl.DataFrame, bad: pl.DataFrame) -> tuple[RowFault, ...]:
    rows = bad.select("row", "fault", "fault_column").join(filled, on="row", how="left", maintain_order="left")
    found = []
    for record in rows.iter_rows(named=True):
        raw = {name: cell for name, cell in record.items() if cell is not None and name not in ("row", "fault", "fault_column")}
        found.append(
            RowFault(record["row"], record["fault"], cut(json.dumps(raw, ensure_ascii=False)), record["fault_column"] or "")
        )
    return tuple(found)


# ---- cells ------------------------------------------------------------------------------------------------------------


def clean_ids(frame: pl.DataFrame, names: tuple[str, ...], needed: str | None = None) -> pl.DataFrame:
    """Make the columns `names` exact ids, and add `name.fault` for those that have lost or hidden something.

    Nearly all ids are plain and are left as they are; each distinct one of the others is looked at once.
    """
    for name in names:
        cell = pl.col(name)
        odd = frame.filter(~(cell.str.contains(_PLAIN) & (cell.str.len_bytes() <= MAX_ID))).select(cell.unique())
        if odd.height:
            table = odd.with_columns(_clean_id(name).alias("clean")).with_columns(_id_fault("clean").alias(f"{name}.fault"))
            joined = frame.join(table, on=name, how="left", maintain_order="left")
            clean = pl.when(cell.str.contains(_PLAIN) & (cell.str.len_bytes() <= MAX_ID)).then(cell).otherwise("clean")
            frame = joined.with_columns(clean.alias(name)).drop("clean")
        else:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(f"{name}.fault"))
        if name == needed:
            empty = pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is empty; every row needs it"))
            frame = frame.with_columns(pl.coalesce(f"{name}.fault", empty).alias(f"{name}.fault"))
    return frame


def _clean_id(name: str) -> pl.Expr:
    """Give an id as its exact text: guards of spreadsheets unwrapped, full-width digits made plain, null words null."""
    cell = pl.col(name).str.strip_chars(_TRIM)
    cell = pl.when(cell.str.starts_with("=")).then(cell.str.replace(r'^=(?:"([^"]*)"|([0-9]+))$', "$1$2")).otherwise(cell)
    cell = cell.str.strip_prefix("'").str.strip_chars(_TRIM)
    wide = [chr(0xFF10 + digit) for digit in range(10)]
    cell = cell.str.replace_many(wide, [str(digit) for digit in range(10)])
    cell = pl.when(cell.str.contains(r"^[0-9]{6,15}\.0$")).then(cell.str.strip_suffix(".0")).otherwise(cell)
    return pl.when((cell == "") | cell.str.to_lowercase().is_in(_NULL_WORDS)).then(None).otherwise(cell)


def _id_fault(name: str) -> pl.Expr:
    cell = pl.col(name)
    return (
        pl.when(cell.str.starts_with(NOT_TEXT))
        .then(pl.lit("the id was stored as a number and may have lost digits; export ids as text"))
        .when(cell.str.contains(_SCIENTIFIC) | cell.str.contains(_ROUNDED))
        .then(pl.lit("the id was turned into a rounded number; export ids as text"))
        .when(cell.str.contains("\x00", literal=True))
        .then(pl.lit("the id holds NUL characters or bytes that are not UTF-8"))
        .when(cell.str.len_chars() > MAX_ID)
        .then(pl.lit(f"the id is longer than {MAX_ID} characters"))
    )


def _judge(frame: pl.DataFrame, faults: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Add `fault` and `fault_column`: the first fault of each row."""
    frame = frame.with_columns(fault.alias(f"?{name}") for name, fault in faults.items())
    where = [pl.when(pl.col(f"?{name}").is_not_null()).then(pl.lit(name)) for name in faults]
    return frame.with_columns(pl.coalesce(f"?{name}" for name in faults).alias("fault"), pl.coalesce(where).alias("fault_column"))


def _words(
    frame: pl.DataFrame, name: str, words: Mapping[str, str], allowed: tuple[str, ...], default: str | None
) -> pl.DataFrame:
    """Replace a column by the canonical words; unknown ones become null. Empty ones become `default`."""
    table = []
    for cell in frame[name].unique().to_list():
        folded = (cell or "").strip().casefold()
        table.append((cell, default if not folded else folded if folded in allowed else words.get(folded)))
    known = pl.DataFrame(table, schema={name: pl.String, "canonical": pl.String}, orient="row")
    joined = frame.join(known, on=name, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("canonical").alias(name)).drop("canonical")


def _with_zone(frame: pl.DataFrame, settings: Frame) -> pl.DataFrame:
    """Add `zone`: the zone's name for each row, by its shop and platform."""
    pairs = frame.select("platform", "shop_id").unique()
    zones = settings.shop_zones or {}
    names = [instants.zone_name(platform, zones.get(shop or ""), settings.timezone) for platform, shop in pairs.rows()]
    table = pairs.with_columns(pl.Series("zone", names, dtype=pl.String))
    return frame.join(table, on=["platform", "shop_id"], how="left", nulls_equal=True, maintain_order="left")


def _times(frame: pl.DataFrame, name: str, raw: RawRows, settings: Frame, future_ok: bool = False) -> pl.DataFrame:
    """Replace a column of written times by instants; adds `name.offset`, `name.doubt` and `name.fault`."""
    read = instants.column(frame[name], frame["zone"], raw.utc_clock)
    latest = settings.as_of + instants.FUTURE
    earliest = settings.as_of - instants.PAST
    outside = (
        pl.when(pl.col("at") < earliest)
        .then(pl.lit("too old: more than 1,100 days before the audit's clock"))
        .when((pl.col("at") > latest) & ~pl.lit(future_ok))
        .then(pl.lit("in the future of the audit's clock; check the zone or --as-of"))
    )
    read = read.with_columns(pl.coalesce("fault", outside).alias("fault"))
    return frame.with_columns(
        read["at"].alias(name),
        read["offset_s"].alias(f"{name}.offset"),
        read["doubt"].alias(f"{name}.doubt"),
        read["fault"].alias(f"{name}.fault"),
    )


def amount(text: str) -> Decimal | str:
    """Money as a decimal with at most two places, or a sentence why not."""
    shown = text.lstrip(NOT_TEXT)[:40]
    plain = shown.strip().strip("¥￥$€").removesuffix("元").removesuffix("zł").strip().replace(",", "" if "." in shown else ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return f"{shown!r} is not an amount; write 12.50"
    if not value.is_finite() or value < 0 or value > Decimal(10) ** 15 or value != value.quantize(Decimal("0.01")):
        return f"{shown!r} is not an amount; write a number from 0 with at most two places"
    return value.quantize(Decimal("0.01"))


def _amounts(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace `amount` by decimals; adds `amount.fault`."""
    table: list[tuple[str, Decimal | None, str | None]] = []
    for cell in frame["amount"].drop_nulls().unique().to_list():
        found = amount(cell) if cell.strip().casefold() not in instants.EMPTY else None
        table.append((cell, found if isinstance(found, Decimal) else None, found if isinstance(found, str) else None))
    schema: instants.Schema = {"amount": pl.String, "amount.value": pl.Decimal(18, 2), "amount.fault": pl.String}
    known = pl.DataFrame(table, schema=schema, orient="row")
    joined = frame.join(known, on="amount", how="left", maintain_order="left")
    return joined.with_columns(pl.col("amount.value").alias("amount"))


def _platforms(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    """Platform and shop of each row: its own, else the format's, else the options'."""
    own = pl.col("platform").str.to_lowercase()
    return frame.with_columns(
        pl.coalesce(own, pl.lit(raw.platform, dtype=pl.String), pl.lit(settings.platform, dtype=pl.String)).alias("platform"),
        pl.coalesce("shop_id", pl.lit(settings.shop, dtype=pl.String)).alias("shop_id"),
    )


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


# ---- kinds ------------------------------------------------------------------------------------------------------------

_MESSAGE_IDS = ("conversation_id", "message_id", "sender_id", "platform", "shop_id", "buyer_id", "order_id", "product_id")


def _messages(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    frame = clean_ids(frame, _MESSAGE_IDS, "conversation_id")
    frame = spread(frame, ("platform", "shop_id"))
    frame = _with_zone(_platforms(frame, raw, settings), settings)
    frame = _times(frame, "sent_at", raw, settings)
    frame = _words(frame, "sender_role", ROLE_WORDS, ROLES, None)
    frame = _words(frame, "content_type", CONTENT_WORDS, CONTENT_TYPES, "text")
    frame = _words(frame, "channel", CHANNEL_WORDS, CHANNELS, "chat")
    frame = _words(
        frame, "lang", {"zh-cn": "zh", "zh_cn": "zh", "en-us": "en", "en-gb": "en", "pl-pl": "pl"}, ("zh", "en", "pl"), None
    )
    frame = frame.with_columns(pl.col("text").fill_null(""))
    frame = _judge(frame, _message_faults())
    human = pl.col("sender_role").is_in(["buyer", "agent"])
    by_robot = (pl.col("sender_role") == "agent") & robot_label("text")
    role = pl.when(human & notice_lines("text")).then(pl.lit("system")).when(by_robot).then(pl.lit("bot"))
    frame = frame.with_columns(role.otherwise("sender_role").alias("sender_role"))
    frame = frame.with_columns(
        pl.col("sent_at.offset").alias("offset_s"),
        pl.col("sent_at.doubt").alias("time_doubt"),
    )
    return _derive_ids(frame)


def _message_faults() -> dict[str, pl.Expr]:
    text = pl.col("text")
    faults: dict[str, pl.Expr] = {name: pl.col(f"{name}.fault") for name in _MESSAGE_IDS}
    faults["sent_at"] = (
        pl.when(pl.col("sent_at.fault").is_null() & pl.col("sent_at").is_null())
        .then(pl.lit("sent_at is empty; every message needs its time"))
        .otherwise(pl.col("sent_at.fault"))
    )
    faults["sender_role"] = pl.when(pl.col("sender_role").is_null()).then(
        pl.lit("the role is none of buyer, agent, bot, system, nor a word known for them")
    )
    faults["content_type"] = pl.when(pl.col("content_type").is_null()).then(
        pl.lit(f"the type is none of {', '.join(CONTENT_TYPES)}")
    )
    faults["channel"] = pl.when(pl.col("channel").is_null()).then(pl.lit(f"the channel is none of {', '.join(CHANNELS)}"))
    faults["text"] = (
        pl.when(text.str.starts_with(NOT_TEXT))
        .then(pl.lit("the text was stored as a number; export it as text"))
        .when(text.str.contains("\x00", literal=True))
        .then(pl.lit("the text holds NUL characters or bytes that are not UTF-8; export it again as UTF-8"))
        .when(text.str.len_chars() > MAX_TEXT)
        .then(pl.lit(f"the text is longer than {MAX_TEXT:,} characters"))
    )
    return faults


def _derive_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Give messages without an id one made from what they say; equal ones are numbered in the order of the file."""
    bare = frame.filter(pl.col("message_id").is_null() & pl.col("fault").is_null())
    if not bare.height:
        return frame
    fields = bare.select(
        "conversation_id", pl.col("sent_at").dt.epoch("us"), "sender_role", pl.col("sender_id").fill_null(""), "text"
    )
    seen: dict[str, int] = {}
    made = []
    for record in fields.iter_rows():
        digest = hashlib.sha256("\x1f".join(map(str, record)).encode()).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        made.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    derived = bare.select("row").with_columns(pl.Series("derived", made, dtype=pl.String))
    joined = frame.join(derived, on="row", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("message_id", "derived").alias("message_id"))


_ORDER_IDS = ("order_id", "platform", "shop_id", "buyer_id", "product_id", "tracking_no")
_ORDER_TEXTS = ("currency", "carrier", "status")
# An hour that came twice: the shop's own deeds are taken at the earlier one, what its time runs from at the later one.
_LATER_IS_KINDER = ("created_at", "paid_at", "ship_by", "refund_requested_at")


def _texts(names: tuple[str, ...]) -> list[pl.Expr]:
    trimmed = {name: pl.col(name).str.strip_chars(_TRIM + NOT_TEXT) for name in names}
    return [pl.when(cell == "").then(None).otherwise(cell).alias(name) for name, cell in trimmed.items()]


def _orders(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    frame = clean_ids(frame, _ORDER_IDS, "order_id").with_columns(_texts(_ORDER_TEXTS))
    frame = _amounts(_with_zone(_platforms(frame, raw, settings), settings))
    faults: dict[str, pl.Expr] = {name: pl.col(f"{name}.fault") for name in _ORDER_IDS}
    formula = pl.when(pl.col("order_id").str.starts_with("=")).then(pl.lit("the id is a formula; export ids as text"))
    faults["order_id"] = pl.coalesce("order_id.fault", formula)
    for name in ORDER_INSTANTS:
        frame = _times(frame, name, raw, settings, future_ok=name == "ship_by")
        faults[name] = pl.col(f"{name}.fault")
        if name in _LATER_IS_KINDER:
            doubtful = pl.col(f"{name}.doubt").fill_null(False)
            frame = frame.with_columns(
                pl.when(doubtful).then(pl.col(name) + pl.duration(hours=1)).otherwise(pl.col(name)).alias(name)
            )
    faults["amount"] = pl.col("amount.fault")
    for early, late in (("created_at", "paid_at"), ("shipped_at", "delivered_at")):
        reason = f"{late} is before {early}; one of them is wrong"
        faults.setdefault(f"{late} ", pl.when(pl.col(late) < pl.col(early)).then(pl.lit(reason)))
    judged = _judge(frame, faults)
    return judged.with_columns(pl.col("fault_column").str.strip_chars())


_NOTICE_IDS = ("notice_id", "platform", "shop_id", "order_id", "conversation_id", "agent_id")
_NOTICE_TEXTS = ("clause", "reason", "currency")


def _notices(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    frame = clean_ids(frame, _NOTICE_IDS).with_columns(_texts(_NOTICE_TEXTS))
    frame = _amounts(_with_zone(_platforms(frame, raw, settings), settings))
    frame = _times(frame, "issued_at", raw, settings)
    frame = _times(frame, "appeal_by", raw, settings, future_ok=True)
    lacking = pl.when(pl.col("platform").is_null()).then(pl.lit("platform is empty; the rules depend on it, or give --platform"))
    faults: dict[str, pl.Expr] = {name: pl.col(f"{name}.fault") for name in _NOTICE_IDS}
    faults["platform"] = pl.coalesce("platform.fault", lacking)
    faults["issued_at"] = (
        pl.when(pl.col("issued_at.fault").is_null() & pl.col("issued_at").is_null())
        .then(pl.lit("issued_at is empty; the appeal's window runs from it"))
        .otherwise(pl.col("issued_at.fault"))
    )
    faults["appeal_by"] = pl.coalesce(
        "appeal_by.fault",
        pl.when(pl.col("appeal_by") < pl.col("issued_at")).then(pl.lit("appeal_by is before issued_at; one of them is wrong")),
    )
    frame = _judge(frame, faults).with_columns(pl.col("issued_at.offset").alias("offset_s"))
    return _derive_notice_ids(frame)


def _derive_notice_ids(frame: pl.DataFrame) -> pl.DataFrame:
    made = []
    names = ("platform", "shop_id", "order_id", "conversation_id", "agent_id", "clause", "issued_at")
    for own, *record in frame.select("notice_id", *names).iter_rows():
        made.append(own or "n" + hashlib.sha256("\x1f".join(map(str, record)).encode()).hexdigest()[:15])
    return frame.with_columns(pl.Series("notice_id", made, dtype=pl.String))
