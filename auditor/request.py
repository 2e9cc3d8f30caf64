"""What the user asked for, and how long its stages take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auditor.model import Lang, Reviews

Progress = Callable[[str, int, int], None]  # (stage, done, of)


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for; `as_of` is aware and is the audit's only clock."""

    inputs: tuple[str, ...]
    as_of: datetime
    out: Path
    orders: tuple[str, ...] = ()
    penalties: tuple[str, ...] = ()
    facts: str | None = None
    rules: tuple[str, ...] = ()
    platform: str | None = None
    shop: str | None = None
    timezone: str | None = None
    format: str | None = None
    encoding: str | None = None
    settle: float = 0.0
    mappings: tuple[str, ...] = ()
    state: Path | None = None  # what was read and judged on earlier nights; None: nothing is remembered
    full: bool = False  # the state is built anew
    report_days: int = 0  # detail lists: beside what was judged tonight, findings of so many days
    engine: str = "local"
    scheduler: str | None = None
    work: Path | None = (
        None  # for files on the way; None: beside the reports or in the state; a cluster needs one all machines see
    )
    jobs: int = 1
    lang: Lang = "zh"
    reviews: Reviews | None = None  # what reviewers said so far


class Stopwatch:
    """Seconds per stage, by the monotonic clock."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.monotonic()
        self.laps[stage] = self.laps.get(stage, 0.0) + now - self._last
        self._last = now
