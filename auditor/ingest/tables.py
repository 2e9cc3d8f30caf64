"""What the readers hand to each other: rows as text under canonical names, with what was wrong and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Kind = Literal["transcript", "orders", "penalties", "facts"]
Shape = Literal["table", "jsonl", "json", "yaml", "text"]

# A cell that was not text in its file (a float, a truth value, a list) opens with this sign: an id that bears it is quarantined.
NOT_TEXT = "\x00"

RAW_LIMIT = 2_000


class Refused(Exception):  # noqa: N818 - it is a verdict
    """The whole file cannot be used; the message is a sentence that says what is wrong and how to mend it.

    `cut`: it ends too early, as a file does that is still on its way.
    """

    def __init__(self, reason: str, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.cut = cut


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that could not be used."""

    row: int
    reason: str
    raw: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A format knows the file: as what kind, with its header in which record (0-based), and why."""

    kind: Kind
    why: str
    header: int = 0
    sure: bool = True  # false: it would lack something that it needs, and steps back where another format knows the file


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows as text: `frame` has String columns and `row` (Int64, as a spreadsheet or editor counts them)."""

    frame: pl.DataFrame
    faults: tuple[RowFault, ...] = ()
    blank: int = 0
    rows: int = 0  # data rows of the file: accepted, blank and faulty
    utc_clock: bool = False  # instants are written in UTC, but people saw the clock of the platform's zone
    platform: str | None = None  # the platform that the format belongs to
    timezone: str | None = None  # the zone of the file's times, where its format says one
    understood: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    note: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # canonical name → the header it stood under
    lines_per_row: Mapping[int, int] = field(default_factory=dict)  # row → lines of the file that were merged into it


def cut(raw: str) -> str:
    """The raw row for the quarantine: at most 2,000 characters, and writable as UTF-8."""
    return raw[:RAW_LIMIT].encode("utf-8", "replace").decode("utf-8")


def text_frame(columns: Mapping[str, Sequence[str | None]], rows: Sequence[int]) -> pl.DataFrame:
    """A frame of String columns and `row`."""
    data = [pl.Series(name, values, dtype=pl.String) for name, values in columns.items()]
    return pl.DataFrame([*data, pl.Series("row", rows, dtype=pl.Int64)])


def frame_of_records(records: Iterable[tuple[int, Mapping[str, str | None]]], names: Sequence[str]) -> pl.DataFrame:
    """A frame of String columns `names` from (row, record) pairs."""
    listed = list(records)
    return text_frame({name: [record.get(name) for _, record in listed] for name in names}, [row for row, _ in listed])
