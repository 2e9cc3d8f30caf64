"""A night with a state: what is new is read and judged, what still holds is kept, and all of it is one result.

A stored outcome holds while nothing that it was made from has changed: the conversation's messages and their exports, the orders
it may be about, the packs, words, facts and program, and the audit's time, as far as one of its deadlines lies between.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from auditor import __version__, ingest, rulebook
from auditor.affected import Change, affected
from auditor.chats import Chats
from auditor.conversations import with_export_ends
from auditor.engines import engine
from auditor.memory import ORDERS, Memory
from auditor.model import NOTICE_COLUMNS, AuditResult, Detail, Fact, InputFile, Pack, Quarantined, Shop
from auditor.night import assemble, read, zones_of
from auditor.normalise import in_order, merged_notices, merged_orders, recounted
from auditor.outcome import KEPT, Outcome, together
from auditor.part import Part, added, audit_part, counted, numbers_of, renumbered
from auditor.request import Progress, Request, Stopwatch
from auditor.rulesdir import RULES
from auditor.spool import RAW_COLUMNS, Rows, Spool, cuts
from auditor.state.store import KnownFile, Store, numbered

_AGAIN = "in the future of"  # how the reason begins why a row of the future was not used
_QUARANTINE: dict[str, pl.DataType | type[pl.DataType]] = {
    "file": pl.UInt32,
    "row": pl.Int64,
    "column": pl.String,
    "reason": pl.String,
    "raw": pl.String,
}


@dataclass(frozen=True, slots=True)
class Tonight:
    """Tonight's files as the state numbers them (`numbers`: place among the inputs → number), and what they hold."""

    loaded: ingest.Loaded
    files: list[KnownFile]  # all that the state will know
    named: list[KnownFile]  # tonight's, those that could be read
    numbers: tuple[int, ...]
    ranks: tuple[int, ...]
    orders: pl.DataFrame
    notices: pl.DataFrame


def audit(request: Request, store: Store, work: Path, progress: Progress, clock: Stopwatch) -> AuditResult:
    """Read, judge what has to be judged, remember it, and put everything together."""
    packs = rulebook.select(rulebook.load(), request.rules)
    memory = Memory(store, request.full)
    spool = Spool(work / "new")
    tonight = _read(request, memory, spool, progress)
    shops = {**_shops(memory.meta("shops")), **tonight.loaded.shops}
    config = _config(packs, shops, request)
    clock.lap("ingest")
    earlier = Spool(work / "earlier")
    change = Change(
        new=spool.whole().scan().select("conversation_id"),
        orders=tonight.orders,
        as_of=request.as_of,
        everything=memory.meta("config") != config,
    )
    ids = affected(change, memory, tonight.ranks)
    for frame in memory.messages_of(ids):
        earlier.add(frame)
    earlier.close(to_disk=True)
    clock.lap("normalise")
    gen = memory.following
    common = Part(Rows(), (), shops, packs, request.as_of, request.lang, tonight.numbers, tonight.ranks, known=Rows(), gen=gen)
    outcomes = _judged(common, spool, earlier, _with(memory, tonight.orders, work), request, work, store, progress)
    _remember(memory, tonight, outcomes, gen, request, {"config": config, "shops": _shops_text(shops)})
    clock.lap("judge")
    return _result(request, memory, tonight, shops, packs)


# ---- reading ---------------------------------------------------------------------------------------------------------


def _read(request: Request, memory: Memory, spool: Spool, progress: Progress) -> Tonight:
    known = {file.input.sha256: file.input for file in memory.files if not file.again and file.input.kind != "facts"}
    loaded = read(request, progress, spool, known.get)
    spool.close(to_disk=True)
    readable = [item for item in loaded.inputs if item.status == "read"]
    named = numbered(memory.files, readable)
    by_hash = {file.input.sha256: file for file in named}
    files = sorted({**{f.id: f for f in memory.files}, **{f.id: f for f in named}}.values(), key=lambda f: f.id)
    numbers = tuple(by_hash[item.sha256].id if item.sha256 in by_hash else 0 for item in loaded.inputs)
    places = {file.id: place for place, file in enumerate(sorted(files, key=lambda f: (f.input.path, f.id)))}
    ranks = tuple(places.get(number, 0) for number in range(max(places, default=-1) + 1))
    orders = renumbered(with_export_ends(loaded.orders, loaded.silent), numbers)
    return Tonight(loaded, files, named, numbers, ranks, orders, renumbered(loaded.notices, numbers))


def _config(packs: Sequence[Pack], shops: Mapping[str, Shop], request: Request) -> str:
    """What every outcome hangs on; where it changes, everything is judged again."""
    words = hashlib.sha256()
    for path in sorted((RULES / "words").rglob("*")):
        if path.is_file():
            words.update(path.relative_to(RULES).as_posix().encode() + path.read_bytes())
    parts = [__version__, request.lang, words.hexdigest(), _shops_text(shops), *(f"{p.id} {p.sha256}" for p in packs)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _shops_text(shops: Mapping[str, Shop]) -> str:
    return orjson.dumps({name: asdict(shop) for name, shop in shops.items()}, option=orjson.OPT_SORT_KEYS).decode()


def _shops(text: str | None) -> dict[str, Shop]:
    found: dict[str, Shop] = {}
    for name, values in orjson.loads(text or "{}").items():
        facts = tuple(_fact(each) for each in values.pop("facts"))
        found[name] = Shop(**values, facts=facts)
    return found


def _fact(values: dict[str, Any]) -> Fact:
    for name in ("valid_from", "valid_to"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return Fact(**{**values, "exceptions": tuple((region, value) for region, value in values["exceptions"])})


# ---- judging ---------------------------------------------------------------------------------------------------------


def _with(memory: Memory, orders: pl.DataFrame, work: Path) -> tuple[str, ...]:
    """All orders in one file, which other machines may see."""
    work.mkdir(parents=True, exist_ok=True)
    place = work / "orders.parquet"
    pl.concat([memory.scan("orders", ORDERS), orders.lazy().select(list(ORDERS))]).sink_parquet(place, compression="lz4")
    return (str(place),)


def _judged(
    common: Part,
    spool: Spool,
    earlier: Spool,
    orders: tuple[str, ...],
    request: Request,
    work: Path,
    store: Store,
    progress: Progress,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with engine(request.engine, request.jobs, request.scheduler) as where:
        stem = store.stem(common.gen or 0)
        if where.shared:  # the state is on a disk of this machine: others write where all can
            stem = work / "outcomes" / stem.name
            stem.parent.mkdir(parents=True, exist_ok=True)
        parts = [
            replace(common, rows=spool.part(cut), known=earlier.part(cut), orders=orders, out=f"{stem.absolute()}-{number:05d}")
            for number, cut in enumerate(cuts(spool.sizes + earlier.sizes, where.jobs))
        ]
        for outcome in where.run(audit_part, parts):
            outcomes.append(outcome)
            progress("judge", len(outcomes), len(parts))
    return outcomes


# ---- remembering -----------------------------------------------------------------------------------------------------


def _remember(
    memory: Memory, tonight: Tonight, outcomes: Sequence[Outcome], gen: int, request: Request, meta: Mapping[str, str]
) -> None:
    """Make the night durable, in one transaction; a night in which nothing happened leaves no trace."""
    store, ranks = memory.store, tonight.ranks
    new = [
        store.measured(kind, store.adopted(path))
        for outcome in outcomes
        for kind, path in (outcome.paths or {}).items()
        if kind in (*KEPT, "messages")
    ]
    doubles, conflicts = _collisions(memory, tonight, outcomes)
    ids = set(tonight.numbers)
    fresh = {f.id for f in tonight.named} - {f.id for f in memory.files if not f.again}
    accounted = {
        file.id: file
        for file in _accounted(tonight, doubles, Counter(source for source, *_ in conflicts if source in ids), fresh)
    }
    pieces = {
        "orders": added(tonight.orders, memory.orders(tonight.orders["order_id"]), ranks),
        "notices": _unseen(tonight.notices, memory.table("notices", NOTICE_COLUMNS)),
        "quarantine": _quarantine(memory, tonight, conflicts, fresh),
    }
    for kind, frame in pieces.items():
        path = store.write(gen, kind, frame)
        if path is not None:
            new.append(store.measured(kind, path))
    judged = sum(segment.rows for segment in new if segment.kind == "conversations")
    meta = {**meta, "as_of": request.as_of.isoformat()}
    if new or fresh or any(memory.meta(key) != value for key, value in meta.items()):
        night = (gen, request.as_of.isoformat(), judged) if judged else None
        memory.commit(new=new, files=list(accounted.values()), meta=meta, night=night)


def _collisions(
    memory: Memory, tonight: Tonight, outcomes: Sequence[Outcome]
) -> tuple[Counter[int], list[tuple[int, int, str, str]]]:
    """Rows twice over, by file, and rows that contradict others, both by the files' own numbers."""
    ranks = tonight.ranks
    doubles: Counter[int] = Counter()
    conflicts: list[tuple[int, int, str, str]] = []
    for outcome in outcomes:
        doubles.update(dict(outcome.scan("doubles").collect().iter_rows()))
        conflicts += outcome.scan("conflicts").collect().iter_rows()
    orders = pl.concat([memory.orders(tonight.orders["order_id"]), tonight.orders])
    notices = pl.concat([memory.table("notices", NOTICE_COLUMNS), tonight.notices])
    for _, twice, clashes in (merged_orders(renumbered(orders, ranks)), merged_notices(renumbered(notices, ranks))):
        back = numbers_of(pl.DataFrame({"source": sorted(twice)}, schema={"source": pl.UInt32}), ranks)["source"]
        doubles.update({number: twice[rank] for number, rank in zip(back, sorted(twice), strict=True)})
        frame = pl.DataFrame(clashes, schema=["source", "row", "reason", "raw"], orient="row").cast({"source": pl.UInt32})
        conflicts += numbers_of(frame, ranks).iter_rows()
    return doubles, conflicts


def _accounted(tonight: Tonight, doubles: Counter[int], conflicts: Counter[int], fresh: set[int]) -> list[KnownFile]:
    """Tonight's new files with every row accounted for."""
    again = {q.file for q in tonight.loaded.quarantined if q.reason.startswith(_AGAIN)}
    shown = {item.sha256: item.path for item in tonight.loaded.inputs}
    found = []
    for file in {f.id: f for f in tonight.named if f.id in fresh}.values():
        (item,) = recounted([file.input], Counter({0: doubles[file.id]}), Counter({0: conflicts[file.id]}))
        found.append(KnownFile(file.id, item, shown[item.sha256] in again))
    return found


def _unseen(new: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    return new.join(earlier, on=new.columns, how="anti", nulls_equal=True)


def _quarantine(
    memory: Memory, tonight: Tonight, conflicts: Sequence[tuple[int, int, str, str]], fresh: set[int]
) -> pl.DataFrame:
    pairs = zip(tonight.loaded.inputs, tonight.numbers, strict=True)
    numbers = {item.path: number for item, number in pairs if item.status == "read"}
    mine = [q for q in tonight.loaded.quarantined if numbers.get(q.file) in fresh and not q.reason.startswith(_AGAIN)]
    rows = [(numbers[q.file], q.row, q.column, q.reason, q.raw) for q in mine]
    rows += [(source, row, "", reason, raw[:2_000]) for source, row, reason, raw in conflicts]
    found = pl.DataFrame(rows, schema=_QUARANTINE, orient="row").unique(maintain_order=True)
    return _unseen(found, memory.table("quarantine", _QUARANTINE))


# ---- the result ------------------------------------------------------------------------------------------------------


def _result(
    request: Request, memory: Memory, tonight: Tonight, shops: Mapping[str, Shop], packs: tuple[Pack, ...]
) -> AuditResult:
    """Everything that the state knows, as if it had been audited in one go."""
    whole = counted(together({kind: memory.live(kind) for kind in KEPT}), packs, request.as_of, request.lang)
    ranks = tonight.ranks
    files = {file.id: file.input for file in memory.files}
    by_rank = tuple(files[number] for number in sorted(files, key=lambda number: ranks[number]))
    refused = tuple(item for item in tonight.loaded.inputs if item.status != "read")
    notices = merged_notices(renumbered(memory.table("notices", NOTICE_COLUMNS), ranks))[0]
    named = {file.id for file in tonight.named}
    loaded = replace(
        tonight.loaded,
        notices=notices,
        shops=dict(sorted(shops.items())),
        inputs=(*by_rank, *refused),
        quarantined=_quarantined(memory, named, files, tonight.loaded.quarantined, refused),
    )
    raw = [pl.scan_parquet(path) for path in memory.paths("messages")] or [pl.LazyFrame(schema=RAW_COLUMNS)]
    chats = Chats(raw, tuple(memory.paths("orders")), zones_of(packs), ranks)
    numbers = {"texts": memory.distinct("messages", "text"), "orders": memory.distinct("orders", "order_id")}
    result = assemble(request, loaded, packs, whole, chats, numbers)
    return replace(result, detail=_detail(request, memory, whole.conversations.height))


def _quarantined(
    memory: Memory, named: set[int], files: Mapping[int, InputFile], tonight: Sequence[Quarantined], refused: Sequence[InputFile]
) -> tuple[Quarantined, ...]:
    """The rows of tonight's files that could not be used, and the files that could not be read, or only later."""
    rows = memory.table("quarantine", _QUARANTINE).filter(pl.col("file").is_in(sorted(named)))
    found = [
        Quarantined(files[row["file"]].path, row["row"], row["reason"], row["raw"], row["column"])
        for row in rows.iter_rows(named=True)
    ]
    places = {item.path for item in refused}
    return in_order([*found, *(q for q in tonight if q.file in places or q.reason.startswith(_AGAIN))])


def _detail(request: Request, memory: Memory, conversations: int) -> Detail | None:
    """What was judged at this as-of, however often the night was run; None where that is everything."""
    judged = memory.judged_at(request.as_of)
    if judged.height == conversations:
        return None
    days = timedelta(days=request.report_days)
    return Detail(judged, (request.as_of - days).date() if request.report_days else date.max)
