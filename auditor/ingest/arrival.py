"""Which of the named files have arrived whole: zip files laid open, and what is still being written left for the next night."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from auditor.ingest import archives
from auditor.ingest.files import Named, shown
from auditor.ingest.tables import Refused

FRESH_SECONDS = 30.0  # a file that was changed so shortly before the run is looked at twice
RECENT_SECONDS = 3_600.0  # a cut archive this fresh may still be on its way
UNFINISHED = "its name says that a program is still writing it; it is left for the next run"
WRITING = "is still being written (it changed while it was looked at); it is left for the next run"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file to read, as it was when the run began; `refusal` says why it cannot be, `postponed` that it may be next time."""

    named: Named
    stamp: tuple[int, int] | None
    refusal: str = ""
    postponed: bool = False
    cut: bool = False  # it ends too early, as a file does that is still on its way

    def changed(self) -> bool:
        """Whether somebody has written to it since the run began."""
        return self.stamp is not None and self.named.stamp() != self.stamp

    def recent(self, as_of: datetime) -> bool:
        """Whether it was written within an hour of the audit's clock."""
        return self.stamp is not None and abs(self.stamp[1] / 1e9 - as_of.timestamp()) < RECENT_SECONDS


def arrivals(files: Iterable[Named], settle: float) -> list[Arrival]:
    """The files in the order of their names; fresh ones are given `settle` seconds, by the monotonic clock, to stay the same."""
    found = [Arrival(named, named.stamp()) for named in files]
    now = time.time()
    fresh = [each for each in found if each.stamp is not None and abs(now - each.stamp[1] / 1e9) < FRESH_SECONDS]
    if settle and fresh:
        until = time.monotonic() + settle
        while (left := until - time.monotonic()) > 0:
            time.sleep(left)
    return [part for each in found for part in _parts(_judged(each))]


def _judged(one: Arrival) -> Arrival:
    if one.named.unfinished():
        return replace(
            one, refusal="its name says that a program is still writing it; it is left for the next run", postponed=True
        )
    return replace(one, refusal=WRITING, postponed=True) if one.changed() else one


def _parts(one: Arrival) -> Iterator[Arrival]:
    """The file itself, or the files inside a zip file."""
    if one.refusal or one.stamp is None or not one.named.path.is_file():  # opening a pipe would wait for ever
        yield one
        return
    try:
        with one.named.path.open("rb") as stream:
            head = stream.read(4)
        data = one.named.path.read_bytes() if head[:2] == b"PK" else b""
        inside = archives.members(data) if archives.is_zip(data) else []
    except OSError:
        yield one
        return
    except Refused as refusal:
        yield replace(one, refusal=str(refusal), cut=refusal.cut)
        return
    if not inside:
        yield one
    for member in inside:
        named = replace(one.named, shown=f"{shown(one.named.path)}/{member.shown}", member=member.entry)
        yield replace(one, named=named)
