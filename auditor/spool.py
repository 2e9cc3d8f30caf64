"""Messages on their way to be judged: in memory while they are few, in Parquet files cut by conversation when they are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from auditor.model import INSTANT, MESSAGE_COLUMNS

RAW_COLUMNS = {**MESSAGE_COLUMNS, "seen_until": INSTANT}  # as read; seen_until: the end of the file that the row came from
BUCKETS = 64  # conversations are spread over so many by a hash of their id; buckets together make a part
MESSAGES_IN_MEMORY = 250_000
MESSAGES_A_PART = 250_000  # each part has costs of its own, many small queries, as large as those of 50,000 messages
WORTH_A_PROCESS = 10_000  # messages; below that starting a process costs more than it saves
_ROWS_A_GROUP = 16_384
_BUCKET = "_bucket"


@dataclass(frozen=True, slots=True)
class Rows:
    """Messages of whole conversations (RAW_COLUMNS): a table, or those of some buckets in Parquet files."""

    frame: pl.DataFrame | None = None
    paths: tuple[str, ...] = ()
    buckets: tuple[int, int] = (0, BUCKETS - 1)  # first and last

    def scan(self) -> pl.LazyFrame:
        """The rows, not read yet."""
        if self.frame is not None:
            return self.frame.lazy()
        if not self.paths:
            return pl.LazyFrame(schema=RAW_COLUMNS)
        return pl.scan_parquet(list(self.paths)).filter(pl.col(_BUCKET).is_between(*self.buckets)).drop(_BUCKET)

    def read(self) -> pl.DataFrame:
        """The rows."""
        return self.scan().select(list(RAW_COLUMNS)).collect()


class Spool:
    """Takes messages file by file; `folder` (made when it is needed) holds them once there are more than `in_memory`."""

    def __init__(self, folder: Path | str, in_memory: int = MESSAGES_IN_MEMORY) -> None:
        self.folder = folder
        self.height = 0
        self._limit = in_memory
        self._frames: list[pl.DataFrame] = []
        self._waiting = 0
        self._paths: list[str] = []
        self._sizes = pl.Series("n", [0] * BUCKETS, dtype=pl.UInt32)

    def add(self, frame: pl.DataFrame) -> None:
        """Rows of RAW_COLUMNS."""
        if not frame.height:
            return
        self._frames.append(frame.select(list(RAW_COLUMNS)))
        self.height += frame.height
        self._waiting += frame.height
        if self._waiting > self._limit:
            self._flush()

    def _flush(self) -> None:
        bucket = (pl.col("conversation_id").hash(seed=7) % BUCKETS).cast(pl.UInt32).alias(_BUCKET)
        for frame in self._frames:
            for slice_ in frame.with_columns(bucket).iter_slices(MESSAGES_IN_MEMORY):
                self._write(slice_.sort(_BUCKET, maintain_order=True))
        self._frames, self._waiting = [], 0

    def _write(self, frame: pl.DataFrame) -> None:
        if isinstance(self.folder, Path):
            self.folder.mkdir(parents=True, exist_ok=True)
        path = f"{self.folder}/messages-{len(self._paths):05d}.parquet"
        frame.write_parquet(path, compression="lz4", row_group_size=_ROWS_A_GROUP)
        counts = frame.group_by(_BUCKET).len()
        found = pl.DataFrame({_BUCKET: range(BUCKETS)}, schema={_BUCKET: pl.UInt32}).join(counts, on=_BUCKET, how="left")
        self._sizes = self._sizes + found.sort(_BUCKET)["len"].fill_null(0)
        self._paths.append(path)

    def close(self, to_disk: bool = False) -> None:
        """Nothing more comes."""
        if self._paths or (to_disk and self._frames):
            self._flush()

    @property
    def on_disk(self) -> bool:
        """Whether the rows were too many for memory."""
        return bool(self._paths)

    def texts(self) -> int:
        """How many distinct texts there are."""
        hashes = self.whole().scan().select(pl.col("text").hash().n_unique())
        return int(hashes.collect(engine="streaming").item())

    def whole(self) -> Rows:
        """All rows."""
        if self._paths:
            return Rows(None, tuple(self._paths))
        return Rows(pl.concat(self._frames, rechunk=True) if self._frames else pl.DataFrame(schema=RAW_COLUMNS))

    def parts(self, jobs: int) -> list[Rows]:
        """Parts of whole conversations, enough for `jobs` processes; how the work is cut changes no finding."""
        if not self.height:
            return []
        if not self._paths:
            return _in_memory(self.whole(), jobs)
        return [self.part(cut) for cut in cuts(self.sizes, jobs)]

    @property
    def sizes(self) -> pl.Series:
        """Rows in each bucket, of those on disk."""
        return self._sizes

    def part(self, buckets: tuple[int, int]) -> Rows:
        """The rows on disk of those buckets, first and last."""
        return Rows(None, tuple(self._paths), buckets)


def cuts(sizes: pl.Series, jobs: int) -> list[tuple[int, int]]:
    """Runs of buckets, first and last, of about as many rows as a part should have."""
    total = int(sizes.sum())
    size = min(MESSAGES_A_PART, -(-total // jobs)) if total >= WORTH_A_PROCESS * jobs else MESSAGES_A_PART
    found: list[tuple[int, int]] = []
    first, held = 0, 0
    for bucket, count in enumerate(sizes.to_list()):
        if held and held + count > size:
            found.append((first, bucket - 1))
            first, held = bucket, 0
        held += count
    return [*found, (first, BUCKETS - 1)] if total else []


def _in_memory(whole: Rows, jobs: int) -> list[Rows]:
    frame = whole.read()
    count = -(-frame.height // MESSAGES_A_PART)
    if jobs > 1 and frame.height >= WORTH_A_PROCESS * jobs:
        count = -(-count // jobs) * jobs
    if count <= 1 or jobs <= 1:
        return [whole]
    key = (pl.col("conversation_id").hash(seed=7) % count).alias(_BUCKET)
    cut = frame.with_columns(key).partition_by(_BUCKET, as_dict=True, include_key=False)
    return [Rows(cut[i]) for i in sorted(cut)]


def only(rows: pl.LazyFrame, ids: Sequence[str] | pl.Series) -> pl.DataFrame:
    """The rows of those conversations."""
    wanted = pl.LazyFrame({"conversation_id": pl.Series("conversation_id", list(ids), dtype=pl.String).unique()})
    return rows.join(wanted, on="conversation_id", how="semi").collect()
