"""What the tool understood of each message, as plain records: `interfaces.md` section 6 in code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from auditor import ingest, rulebook
from auditor.check import shards
from auditor.errors import Fault
from auditor.jurisdiction import homes
from auditor.ledger import ledger
from auditor.model import LedgerEntry
from auditor.normalise import normalise
from auditor.shard import Shard


def understood(
    inputs: Sequence[str],
    orders: Sequence[str],
    facts: str | None,
    as_of: datetime,
    platform: str | None = None,
    timezone: str | None = None,
    format: str | None = None,
    mappings: tuple[str, ...] = (),
) -> tuple[Iterator[dict[str, Any]], list[Fault]]:
    """(one record a message in input order, what could not be read). Deadlines are ISO 8601 in the message's zone."""
    packs = rulebook.load()
    home = homes(packs)
    zones = {name: pack.timezone for name, pack in home.items()}
    options = ingest.Options(as_of=as_of, platform=platform, timezone=timezone, format=format, mappings=mappings, zones=zones)
    languages = {name: pack.language for name, pack in home.items()}
    loaded = normalise(ingest.load(inputs, orders, (), facts, options=options), languages)
    records: dict[tuple[int, int], dict[str, Any]] = {}
    for shard in shards(loaded.messages, loaded.orders, loaded.shops, packs, as_of):
        records.update(_records(shard))
    trouble = [Fault(f.path, f.reason) for f in loaded.inputs if f.status != "read"]
    trouble += [Fault(f"{q.file}:{q.row}", q.reason) for q in loaded.quarantined if q.row]
    return (records[place] for place in sorted(records)), trouble


def _records(shard: Shard) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    promised: dict[tuple[str, str], list[LedgerEntry]] = defaultdict(list)
    for entry in ledger(shard):
        promised[entry.conversation_id, entry.message_ids[-1]].append(entry)
    columns = ("source", "row", "conversation_id", "message_id", "sender_role", "text_id")
    for source, row, conversation_id, message_id, role, text_id in shard.messages.select(columns).iter_rows():
        claims = shard.texts.reading(text_id).claims if role == "agent" else ()
        yield (
            (source, row),
            {
                "conversation_id": conversation_id,
                "message_id": message_id,
                "promises": [_promise(entry) for entry in promised.get((conversation_id, message_id), ())],
                "claims": [{"slot": c.slot, "value": c.value, "polarity": c.polarity, "text": c.text} for c in claims],
            },
        )


def _promise(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "text": entry.text,
        "deadline": entry.deadline.isoformat() if entry.deadline else None,
        "vague": entry.vague,
        "conditional": entry.conditional,
    }
