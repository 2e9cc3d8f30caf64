"""The state as tables: what is valid of all that the nights wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import polars as pl

from auditor.model import SEEN_ORDER_COLUMNS
from auditor.outcome import GEN, SCHEMAS
from auditor.spool import RAW_COLUMNS
from auditor.state.store import KnownFile, Segment, Store

ORDERS = SEEN_ORDER_COLUMNS


class Memory:
    """A store read as tables; with `full` it is empty until the night is committed, which then replaces all."""

    def __init__(self, store: Store, full: bool = False) -> None:
        self.store = store
        self._full = full

    @property
    def files(self) -> list[KnownFile]:
        """Every file that was read."""
        return [] if self._full else self.store.files()

    @property
    def following(self) -> int:
        """The number of the next night."""
        used = [*self.store.nights(), *(int(segment.name.partition("-")[0]) for segment in self.store.segments())]
        return max(used, default=0) + 1

    def meta(self, key: str) -> str | None:
        """A value by its key."""
        return None if self._full else self.store.meta(key)

    def paths(self, kind: str) -> list[str]:
        """The pieces of a table."""
        return [] if self._full else self.store.paths(kind)

    def table(self, kind: str, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
        """A whole table, in memory: for those that stay small."""
        paths = self.paths(kind)
        return pl.read_parquet(paths).select(list(schema)) if paths else pl.DataFrame(schema=schema)

    def scan(self, kind: str, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.LazyFrame:
        """A table, not read yet."""
        paths = self.paths(kind)
        return pl.scan_parquet(paths).select(list(schema)) if paths else pl.LazyFrame(schema=schema)

    def messages_of(self, ids: pl.DataFrame | None) -> Iterator[pl.DataFrame]:
        """The rows (spool.RAW_COLUMNS) of those conversations, piece by piece; of all where None."""
        if ids is not None and not ids.height:
            return
        for path in self.paths("messages"):
            piece = pl.scan_parquet(path).select(list(RAW_COLUMNS))
            yield (piece if ids is None else piece.join(ids.lazy(), on="conversation_id", how="semi")).collect()

    def orders(self, ids: pl.Series) -> pl.DataFrame:
        """The rows of those orders, as read."""
        wanted = ids.unique().alias("order_id").to_frame().lazy()
        return self.scan("orders", ORDERS).join(wanted, on="order_id", how="semi").collect()

    def live(self, kind: str) -> pl.LazyFrame:
        """The rows of a kept table (outcome.KEPT) that are the latest word on their conversation, with the night that said it."""
        schema = {**SCHEMAS[kind], GEN: pl.UInt32}
        every = self.scan(kind, schema)
        if len(self.store.nights()) <= 1:
            return every
        return every.join(self._latest(), on=["conversation_id", GEN], how="semi")

    def _latest(self) -> pl.LazyFrame:
        every = self.scan("conversations", {"conversation_id": pl.String, GEN: pl.UInt32})
        return every.group_by("conversation_id").agg(pl.col(GEN).max())

    def judged_at(self, as_of: datetime) -> pl.DataFrame:
        """Ids of the conversations whose latest judgement is of that as-of."""
        nights = [gen for gen, at in self.store.nights().items() if datetime.fromisoformat(at) == as_of]
        return self.live("conversations").filter(pl.col(GEN).is_in(nights)).select("conversation_id").collect()

    def distinct(self, kind: str, column: str) -> int:
        """How many different values a column of the rows as read has."""
        paths = self.paths(kind)
        return int(pl.scan_parquet(paths).select(pl.col(column).hash().n_unique()).collect().item()) if paths else 0

    def commit(
        self,
        *,
        new: Sequence[Segment],
        files: Sequence[KnownFile],
        meta: Mapping[str, str],
        night: tuple[int, str, int] | None,
    ) -> None:
        """All of a night, or nothing of it; from now on it is read back."""
        self.store.commit(new=new, files=files, meta=meta, night=night, full=self._full)
        self._full = False
