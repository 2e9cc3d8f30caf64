"""Rows of a chat as text → the canonical table of messages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import polars as pl

from auditor.conversations import spread
from auditor.ingest.cells import Frame, fault_of, judge, platforms, times, words
from auditor.ingest.ids import clean_ids
from auditor.ingest.slices import in_slices
from auditor.ingest.tables import NOT_TEXT, RawRows
from auditor.ingest.words import (
    CHANNEL_WORDS,
    CONTENT_WORDS,
    LANG_WORDS,
    ROLE_WORDS,
    event_lines,
    may_stand_for,
    notice_lines,
    robot_label,
    standing_for,
    telling_lines,
    without_read_mark,
)
from auditor.model import CHANNELS, CONTENT_TYPES, LANGS, ROLES

MAX_TEXT = 100_000
_IDS = ("conversation_id", "message_id", "sender_id", "platform", "shop_id", "buyer_id", "order_id", "product_id")


def messages(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    """The canonical columns, with `fault` and `fault_column` where a row cannot be used."""
    frame = in_slices(frame, lambda rows: clean_ids(rows, _IDS, "conversation_id"))
    frame = in_slices(spread(frame, ("platform", "shop_id")), lambda rows: _shaped(rows, raw, settings))
    return _derive_ids(frame)


def _shaped(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    """Everything of a row that depends on no other row."""
    frame = times(platforms(frame, raw, settings), "sent_at", raw, settings)
    frame = words(frame, "sender_role", ROLE_WORDS, ROLES, None)
    frame = words(frame, "content_type", CONTENT_WORDS, CONTENT_TYPES, "text")
    frame = words(frame, "channel", CHANNEL_WORDS, CHANNELS, "chat")
    frame = words(frame, "lang", LANG_WORDS, LANGS, None)
    frame = frame.with_columns(pl.col("text").fill_null(""))
    frame = judge(frame, _faults(frame))
    return _things_sent(_platform_lines(frame)).rename({"sent_at.offset": "offset_s", "sent_at.doubt": "time_doubt"})


def _platform_lines(frame: pl.DataFrame) -> pl.DataFrame:
    """Give lines of the platform to the system, and answers that say so to the robot; read marks are no words."""
    names = ("sender_role", "content_type", "text")
    event = event_lines("text")
    human = pl.col("sender_role").is_in(["buyer", "agent"])
    by_robot = (pl.col("sender_role") == "agent") & robot_label("text")
    role = pl.when(human & (notice_lines("text") | event)).then(pl.lit("system")).when(by_robot).then(pl.lit("bot"))
    kind = pl.when(human & event & (pl.col("content_type") == "text")).then(pl.lit("event"))
    changed = (role.otherwise("sender_role"), kind.otherwise("content_type"), without_read_mark("text"))
    return _where(frame, telling_lines("text"), dict(zip(names, changed, strict=True)))


def _things_sent(frame: pl.DataFrame) -> pl.DataFrame:
    """Say of a text that stands for a picture, card or file what it stands for."""
    kind = pl.when(pl.col("content_type") == "text").then(standing_for("text"))
    return _where(frame, may_stand_for("text"), {"content_type": pl.coalesce(kind, "content_type")})


def _where(frame: pl.DataFrame, look: pl.Expr, changed: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Change columns in the few rows that a cheap look picks."""
    candidates = frame.select(look.fill_null(False)).to_series()
    if not candidates.any():
        return frame
    told = frame.select(pl.int_range(pl.len()).alias("i"), "sender_role", "content_type", "text").filter(candidates)
    made = told.select("i", *(value.alias(name) for name, value in changed.items()))
    return frame.with_columns(frame[name].scatter(made["i"], made[name]).alias(name) for name in changed)


def _faults(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    text = pl.col("text")
    faults: dict[str, pl.Expr] = {name: pl.col(f"{name}.fault") for name in _IDS if f"{name}.fault" in frame.columns}
    faults["sent_at"] = (
        pl.when(pl.col("sent_at.fault").is_null() & pl.col("sent_at").is_null())
        .then(pl.lit("sent_at is empty; every message needs its time"))
        .otherwise(fault_of(frame, "sent_at"))
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
        .when((text.str.len_bytes() > MAX_TEXT) & (text.str.len_chars() > MAX_TEXT))
        .then(pl.lit(f"the text is longer than {MAX_TEXT:,} characters"))
    )
    return faults


def _derive_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Give messages without an id one made from what they say; equal ones are numbered in the order of the file."""
    if not frame["message_id"].null_count():
        return frame
    bare = frame.filter(pl.col("message_id").is_null() & pl.col("fault").is_null())
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
