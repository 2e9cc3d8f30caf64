"""Rows of a chat that name sender and receiver → who is the buyer, which chat it is, and what a message without words was."""

from __future__ import annotations

import polars as pl

from auditor.ingest.tables import RowFault
from auditor.ingest.words import ROLE_WORDS

_MASKED = r"[*＊]"
_HUNG = {
    "image": r"image|\.(?:png|jpe?g|gif|webp)",
    "video": r"video|\.(?:mp4|mov)",
    "voice": r"audio|voice|\.(?:mp3|ogg|opus|m4a)",
}
_EMPTY_LISTS = ("", "[]", "{}", "0", "false")


def masked(name: str) -> pl.Expr:
    """Whether a name is partly stars: then it stands for many people."""
    return pl.col(name).str.contains(_MASKED).fill_null(False)


def with_sides(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[RowFault, ...]]:
    """Fill role, buyer and conversation from each other; rows whose chat cannot be told are faults.

    Without a role, the sender who is the buyer is the buyer, and anybody else is of the shop.
    """
    for name in ("sender_role", "sender_id", "receiver_id", "buyer_id", "conversation_id"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    same = pl.col("sender_id").str.strip_chars() == pl.col("buyer_id").str.strip_chars()
    by_name = pl.when(same.is_not_null()).then(pl.when(same).then(pl.lit("buyer")).otherwise(pl.lit("agent")))
    frame = frame.with_columns(pl.coalesce("sender_role", by_name).alias("sender_role"))
    folded = pl.col("sender_role").str.strip_chars().str.to_lowercase()
    role = folded.replace(list(ROLE_WORDS), list(ROLE_WORDS.values()))
    other = pl.when(role == "buyer").then("sender_id").when(role.is_in(["agent", "bot"])).then("receiver_id")
    frame = frame.with_columns(pl.coalesce("buyer_id", other).alias("buyer_id")).drop("receiver_id")
    lost = pl.col("conversation_id").is_null() & masked("buyer_id")
    faults = tuple(
        RowFault(row, "the buyer's name is masked, so that chats cannot be told apart; export it with names", name, "buyer_id")
        for row, name in frame.filter(lost).select("row", "buyer_id").iter_rows()
    )
    return frame.filter(~lost).with_columns(pl.coalesce("conversation_id", "buyer_id").alias("conversation_id")), faults


def with_attachments(frame: pl.DataFrame) -> pl.DataFrame:
    """Say what a message without words was: a picture where what hangs on it says so, else a file."""
    if "attachments" not in frame.columns:
        return frame
    hung = pl.col("attachments").fill_null("").str.strip_chars("\x00 \t").str.to_lowercase()
    silent = (pl.col("text").fill_null("").str.strip_chars() == "") & ~hung.is_in(_EMPTY_LISTS)
    kinds = (pl.when(hung.str.contains(pattern)).then(pl.lit(name)) for name, pattern in _HUNG.items())
    kind = pl.coalesce(*kinds, pl.lit("file"))
    own = pl.col("content_type") if "content_type" in frame.columns else pl.lit(None, dtype=pl.String)
    plain = own.is_null() | (own.str.to_lowercase() == "text")
    return frame.with_columns(pl.when(silent & plain).then(kind).otherwise(own).alias("content_type")).drop("attachments")
