"""For a file that no format knows: what it looks like, which format comes nearest, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.ingest.canonical import COLUMNS
from auditor.ingest.formats import FORMATS
from auditor.ingest.mapped import Mapped
from auditor.ingest.pinduoduo_orders import COLUMNS as PINDUODUO
from auditor.ingest.sighting import Sighting, sight
from auditor.ingest.source import Source, fold
from auditor.ingest.tables import Refused

_LEAST = 2
_SHOWN = 12


def what_it_saw(source: Source) -> tuple[int, str, str]:
    """(0-based header record, a sentence on the columns or keys that were seen, the nearest format)."""
    try:
        seen = sight(source)
    except Refused as refusal:
        return 0, str(refusal), ""
    names = [column.name for column in seen.columns]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    place = f"under {seen.records}" if seen.records else "columns" if source.shape == "table" else "keys"
    return seen.header, f"{len(names)} {place}: {', '.join(names[:_SHOWN])}{more}", _nearest(seen)


def _nearest(seen: Sighting) -> str:
    """The format that shares most columns with the file, and what of it is missing; "" where none shares two."""
    names = _names(seen)
    best = max(_known(), key=lambda one: (len(names & {fold(name) for name in one[1]}), one[0]))
    shared = names & {fold(name) for name in best[1]}
    if len(shared) < _LEAST:
        return ""
    missing = [name for name in best[2] if fold(name) not in names]
    said = f"; it lacks {', '.join(missing[:6])}" if missing else ""
    return f"{best[0]} ({len(shared)} of its columns are there{said})"


def _names(seen: Sighting) -> set[str]:
    found = {fold(column.name) for column in seen.columns}
    return found | {fold(column.name.rpartition(".")[2]) for column in seen.columns}


def _known() -> Sequence[tuple[str, Sequence[str], Sequence[str]]]:
    """(format, its columns, those that it is told by)."""
    found: list[tuple[str, Sequence[str], Sequence[str]]] = [
        (f"canonical {kind}", names, names[:0]) for kind, names in COLUMNS.items()
    ]
    found.append(("pinduoduo_orders", tuple(PINDUODUO), ("订单号",)))
    for row in FORMATS:
        if isinstance(row.module, Mapped):
            mapping = row.module.mapping
            found.append((row.id, mapping.columns(), mapping.recognise.all))
    return found
