"""What every night is made of: the files read, the parts judged, and the result that reports are written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import polars as pl

from auditor import __version__, ingest, rulebook
from auditor.chats import Chats
from auditor.errors import Fault, UsageError
from auditor.jurisdiction import homes
from auditor.model import AuditResult, Notice, Pack
from auditor.outcome import Whole
from auditor.request import Progress, Request
from auditor.reviews import reviewed
from auditor.spool import Spool


def read(request: Request, progress: Progress, spool: Spool, known: ingest.Known | None = None) -> ingest.Loaded:
    """All that the files hold; the messages go to the spool. Raises UsageError where there is nothing to read."""
    known_packs = rulebook.load()
    home = homes((*known_packs, *rulebook.select(known_packs, request.rules)))
    options = ingest.Options(
        as_of=request.as_of,
        platform=request.platform,
        shop=request.shop,
        timezone=request.timezone,
        format=request.format,
        encoding=request.encoding,
        settle=request.settle,
        mappings=request.mappings,
        zones={platform: pack.timezone for platform, pack in home.items()},
    )
    loaded = ingest.load(
        request.inputs,
        request.orders,
        request.penalties,
        request.facts,
        options=options,
        progress=lambda _, done, of: progress("ingest", done, of),
        sink=lambda _, table: spool.add(table.with_columns(pl.col("sent_at").max().alias("seen_until"))),
        known=known,
    )
    spool.close()
    if not loaded.inputs:
        raise UsageError(
            Fault(", ".join(request.inputs), "holds no file to audit", "name the folder or files of tonight's exports")
        )
    return loaded


def zones_of(packs: Sequence[Pack]) -> dict[str, str]:
    """Platform → the zone that its times are shown in."""
    return {platform: pack.timezone for pack in packs for platform in pack.platforms}


def assemble(
    request: Request, loaded: ingest.Loaded, packs: tuple[Pack, ...], whole: Whole, chats: Chats, counted: Mapping[str, int]
) -> AuditResult:
    """All that the reports are made from."""
    whole = replace(whole, findings=reviewed(whole.findings, request.reviews))
    notices = tuple(_notice(row) for row in loaded.notices.sort("issued_at", "notice_id").iter_rows(named=True))
    return AuditResult(
        as_of=request.as_of,
        lang=request.lang,
        version=__version__,
        packs=packs,
        findings=whole.findings,
        not_evaluated=whole.not_evaluated,
        ledger=whole.ledger,
        rounds=whole.rounds,
        activity=whole.activity,
        rates=whole.rates,
        platforms=dict(whole.conversations.group_by("platform").agg(pl.len()).sort("platform").iter_rows()),
        conversations=chats,
        notices=notices,
        orders=chats.orders([notice.order_id for notice in notices if notice.order_id]),
        shops=loaded.shops,
        inputs=loaded.inputs,
        quarantined=loaded.quarantined,
        counts={**_counts(loaded, packs, whole), **counted},
        reviews=request.reviews,
    )


def _notice(row: Mapping[str, Any]) -> Notice:
    clock = timezone(timedelta(seconds=row["offset_s"] or 0))
    values = {name: row[name] for name in Notice.__dataclass_fields__}
    for name in ("issued_at", "appeal_by"):
        values[name] = values[name].astimezone(clock) if values[name] else None
    return Notice(**values)


def _counts(loaded: ingest.Loaded, packs: Sequence[Pack], whole: Whole) -> dict[str, int]:
    standing = whole.findings.frame.filter(pl.col("suppressed_by").is_null())
    files = loaded.inputs
    return {
        "files": len(files),
        "files_refused": sum(f.status == "refused" for f in files),
        "rows": sum(f.rows for f in files),
        "accepted": sum(f.accepted for f in files),
        "duplicate": sum(f.duplicate for f in files),
        "quarantined": sum(f.quarantined for f in files),
        "blank": sum(f.blank for f in files),
        "messages": int(whole.conversations["messages"].sum()),
        "conversations": whole.conversations.height,
        "agents": whole.activity["agent_id"].drop_nulls().n_unique(),
        "texts": 0,
        "orders": 0,
        "notices": loaded.notices.height,
        "rules": sum(len(p.rules) for p in packs),
        "promises": len(whole.ledger),
        "findings": standing.height,
        "findings_proven": standing.filter(pl.col("certainty") == "proven").height,
        "findings_suppressed": len(whole.findings) - standing.height,
        "not_evaluated": sum(n.count for n in whole.not_evaluated),
    }
