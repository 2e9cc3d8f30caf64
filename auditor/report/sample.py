"""The workbook of a spot check: drawn conversations to be read blind, and on its last sheets what the audit had found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from auditor.model import AuditResult, Conversation
from auditor.report import sheets
from auditor.report.redact import mask_column, short_id
from auditor.report.view import view_of, zone
from auditor.report.words import Words, term


def write_sample(result: AuditResult, drawn: pl.DataFrame, strata: pl.DataFrame, path: Path) -> None:
    """`drawn`: conversation_id with its stratum, by id; `strata`: every stratum with stratum_size and stratum_drawn.

    The first two sheets do not tell what was found, so that who reads them judges for themselves.
    """
    view = view_of(result)
    known = view.words
    ids = drawn.get_column("conversation_id").to_list()
    prefetch = getattr(result.conversations, "prefetch", None)
    if prefetch:
        prefetch(ids)
    chats = [(number, result.conversations[i]) for number, i in enumerate(ids, 1)]
    book = sheets.new_book(known["sheet.sample"], known)
    sheets.add(book, known, "sample", _list(chats, known), sheets.SAMPLE)
    sheets.add(book, known, "sample_chats", _chats(chats, known), sheets.SAMPLE_CHATS)
    sheets.add(book, known, "strata", _strata(strata, known), sheets.STRATA)
    found = view.findings.filter(pl.col("conversation_id").is_in(ids))
    book.table(known["sheet.sample_found"], found, sheets.columns(sheets.FINDINGS, known), 3, tint="severity_word")
    book.save(path)


def _list(chats: Iterable[tuple[int, Conversation]], known: Words) -> pl.DataFrame:
    rows = [
        {
            "number": number,
            "seen": None,
            "seen_what": None,
            "conversation_id": chat.conversation_id,
            "platform_name": term(known, "platform", chat.platform),
            "shop": chat.shop_id,
            "agent": ", ".join(sorted({m.sender_id for m in chat.messages if m.role == "agent" and m.sender_id})),
            "started": chat.messages[0].at.replace(tzinfo=None),
            "message_count": len(chat.messages),
        }
        for number, chat in chats
    ]
    return _frame(rows, sheets.SAMPLE)


def _chats(chats: Iterable[tuple[int, Conversation]], known: Words) -> pl.DataFrame:
    frame = _frame(list(_lines(chats, known)), sheets.SAMPLE_CHATS, offset_s=pl.Int32)
    return frame.with_columns(text=mask_column(frame.get_column("text")), zone=zone(pl.col("offset_s")))


def _lines(chats: Iterable[tuple[int, Conversation]], known: Words) -> Iterator[dict[str, Any]]:
    for number, chat in chats:
        for message in chat.messages:
            offset = message.at.utcoffset()
            yield {
                "number": number,
                "local": message.at.replace(tzinfo=None),
                "offset_s": int(offset.total_seconds()) if offset else 0,
                "who": term(known, "role", message.role),
                "sender": short_id(chat.buyer_id) if message.role == "buyer" else message.sender_id,
                "text": message.text,
                "content": "" if message.content_type == "text" else term(known, "content", message.content_type),
                "conversation_id": chat.conversation_id,
                "messages": message.message_id,
            }


def _strata(strata: pl.DataFrame, known: Words) -> pl.DataFrame:
    yes, no = known["flag.true"], known["flag.false"]
    return strata.with_columns(
        platform_name=pl.col("platform").replace_strict(
            {p: term(known, "platform", p) for p in strata["platform"].unique().to_list()}, return_dtype=pl.String
        ),
        shop=pl.col("shop_id"),
        agent=pl.col("agent_id").fill_null(f"({known['note.no_agent']})"),
        flagged=pl.when("flagged").then(pl.lit(yes)).otherwise(pl.lit(no)),
        stands_for=pl.when(pl.col("stratum_drawn") > 0).then(pl.col("stratum_size") / pl.col("stratum_drawn")),
    )


_TYPES: dict[str, Any] = {"int": pl.Int64, "datetime": pl.Datetime("us"), "number": pl.Float64}


def _frame(rows: list[dict[str, Any]], specs: tuple[sheets.Spec, ...], **more: Any) -> pl.DataFrame:
    schema = {name: _TYPES.get(kind, pl.String) for name, _, _, kind in specs if name != "zone"} | more
    return pl.DataFrame(rows, schema=schema)
