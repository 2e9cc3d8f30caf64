"""How the nights are going, for a person or a monitor: the last run, the next deadline of an appeal, what waits in quarantine."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from auditor import state
from auditor.state.store import FILE

Level = Literal["ok", "warning", "critical", "unknown"]
LEVELS: tuple[Level, ...] = ("ok", "warning", "critical", "unknown")  # exit codes 0 to 3, as monitoring knows them
URGENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Status:
    """`told` is what `--json` prints; `lines` say the same in words, the reasons for the level among them."""

    level: Level
    told: Mapping[str, Any]
    lines: tuple[str, ...]


def status(folder: Path, now: datetime, warn_after: timedelta, critical_after: timedelta) -> Status:
    """Look at a state without opening it for writing; `now` is aware. Never raises for what the state looks like."""
    if not (folder / FILE).exists() and state.read_beat(folder, state.HEARTBEAT) is None:
        return Status(
            "unknown", {"level": "unknown", "state": str(folder)}, (f"{folder} holds no state: no night was run with it.",)
        )
    beat = state.read_beat(folder, state.HEARTBEAT) or {}
    deadlines = state.read_beat(folder, state.DEADLINES) or []
    quarantine = _quarantine(folder)
    following = _following(deadlines, now)
    levels: list[tuple[Level, str]] = [
        *_of_run(beat, now, warn_after, critical_after),
        *_of_deadline(following, now),
        *_of_quarantine(quarantine),
    ]
    level = LEVELS[max(LEVELS.index(each) for each, _ in levels)]
    told = {
        "level": level,
        "state": str(folder),
        "running": state.running(folder),
        "last_run": {name: beat.get(name) for name in ("started_at", "ended_at", "as_of", "exit_code", "faults", "out")},
        "age_s": _age(beat, now),
        "next_deadline": following,
        "deadlines_open": len([each for each in deadlines if _open(each, now)]),
        "quarantine_rows": quarantine,
        "reasons": [reason for each, reason in levels if each != "ok"],
    }
    return Status(level, told, tuple(f"{each}: {reason}" for each, reason in levels))


def _age(beat: Mapping[str, Any], now: datetime) -> int | None:
    ended = beat.get("ended_at")
    return max(0, int((now - datetime.fromisoformat(ended)).total_seconds())) if ended else None


def _of_run(beat: Mapping[str, Any], now: datetime, warn_after: timedelta, critical_after: timedelta) -> list[tuple[Level, str]]:
    age, code = _age(beat, now), beat.get("exit_code")
    if age is None:
        return [("critical", "no run has ended yet")]
    level: Level = "critical" if age > critical_after.total_seconds() else "warning" if age > warn_after.total_seconds() else "ok"
    found: list[tuple[Level, str]] = [(level, f"the last run ended {_hours(age)} ago ({beat['ended_at']})")]
    faults = "; ".join(beat.get("faults") or ())
    if code in (0, 1):
        found.append(("ok", f"it audited everything (exit code {code})"))
    elif code == 3:
        found.append(("warning", "it audited, but some input was quarantined or refused (exit code 3)"))
    else:
        found.append(("critical", f"it failed with exit code {code}: {faults}"))
    return found


def _open(deadline: Mapping[str, Any], now: datetime) -> bool:
    return deadline.get("appeal_by") is None or datetime.fromisoformat(deadline["appeal_by"]) >= now


def _following(deadlines: Sequence[Mapping[str, Any]], now: datetime) -> Mapping[str, Any] | None:
    """The next deadline that is known."""
    dated = [each for each in deadlines if each.get("appeal_by") and _open(each, now)]
    return min(dated, key=lambda each: datetime.fromisoformat(each["appeal_by"]), default=None)


def _of_deadline(following: Mapping[str, Any] | None, now: datetime) -> list[tuple[Level, str]]:
    if following is None:
        return [("ok", "no appeal is open with a known deadline")]
    left = datetime.fromisoformat(following["appeal_by"]) - now
    level: Level = "warning" if left < URGENT else "ok"
    seconds = int(left.total_seconds())
    return [(level, f"the next appeal is due in {_hours(seconds)} ({following['notice_id']}, by {following['appeal_by']})")]


def _of_quarantine(rows: int | None) -> list[tuple[Level, str]]:
    if rows is None:
        return [("critical", "the state cannot be read; the next run says what is wrong with it")]
    return [("ok", f"{rows:,} rows wait in quarantine")]


def _quarantine(folder: Path) -> int | None:
    """Rows in quarantine; None where the state cannot be read."""
    try:
        with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True, timeout=1)) as db:
            return int(db.execute("SELECT coalesce(sum(rows), 0) FROM segment WHERE kind = 'quarantine'").fetchone()[0])
    except sqlite3.Error:
        return None


def _hours(seconds: int) -> str:
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
