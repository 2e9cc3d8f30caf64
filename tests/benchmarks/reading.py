"""How well sayings are understood: promises, their deadlines and claims, side by side with time parsers from PyPI.

`said/*.txt` hold labelled messages (`reading_set.py` tells their notation). What `auditor understand` prints of them is held
against the labels message by message: a promise is a hit where its kind agrees, a claim where slot and value agree.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.understanding import understood

from . import reading_peers, reading_set
from .reading_set import Claimed, Promised, Saying, SayingSet

AS_OF = datetime(2027, 6, 1, tzinfo=UTC)  # after every saying
Records = Mapping[str, Mapping[str, Any]]  # message id → what was understood


@dataclass
class Tally:
    """Counts of one kind: labelled, found, both; and of the hits, how many have deadline and condition right."""

    labelled: int = 0
    found: int = 0
    hits: int = 0
    due: int = 0
    condition: int = 0

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else float(not self.labelled)

    @property
    def recall(self) -> float:
        return self.hits / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def due_right(self) -> float:
        return self.due / self.hits if self.hits else 1.0

    def add(self, other: Tally) -> None:
        for name in ("labelled", "found", "hits", "due", "condition"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Score:
    """By kind (or slot), the sum, and every error in words."""

    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    errors: list[str] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        total = Tally()
        for one in self.kinds.values():
            total.add(one)
        return total


def understand(sets: Sequence[SayingSet]) -> dict[str, dict[str, Any]]:
    """What the auditor understands of the sayings, by message id."""
    with tempfile.TemporaryDirectory() as name:
        messages, orders = Path(name) / "messages.jsonl", Path(name) / "orders.jsonl"
        _write(messages, reading_set.message_rows(sets))
        _write(orders, (row for one in sets for row in one.orders))
        given = [str(orders)] if any(one.orders for one in sets) else []
        records, faults = understood([str(messages)], given, None, AS_OF)
        found = {record["message_id"]: record for record in records}
    if faults:
        raise ValueError("; ".join(map(str, faults)))
    return found


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


# ---- promises ----------------------------------------------------------------------------------------------------------


def score_promises(sayings: Iterable[Saying], records: Records) -> Score:
    """Labels of promises against what was understood."""
    result = Score()
    for saying in sayings:
        if saying.counted:
            _hold_promises(saying, list(records[saying.place]["promises"]), result)
    return result


def _hold_promises(saying: Saying, found: list[Mapping[str, Any]], result: Score) -> None:
    said = f"{saying.place} {saying.text!r}"
    for label in sorted(saying.promises, key=lambda one: one.optional):
        same = [one for one in found if one["kind"] == label.kind]
        best = max(same, key=lambda one: (_is_due(label, one), one["conditional"] == label.conditional), default=None)
        if best is not None:
            found.remove(best)
        if label.optional:
            continue
        tally = result.kinds[label.kind]
        tally.labelled += 1
        if best is None:
            result.errors.append(f"missed  {said}: {_told(label)}")
            continue
        tally.found += 1
        tally.hits += 1
        tally.due += _is_due(label, best)
        tally.condition += best["conditional"] == label.conditional
        if not _is_due(label, best) or best["conditional"] != label.conditional:
            result.errors.append(f"differs {said}: {_told(label)} is read as {_read(best)}")
    for one in found:
        result.kinds[one["kind"]].found += 1
        result.errors.append(f"invents {said}: {_read(one)}")


def _is_due(label: Promised, found: Mapping[str, Any]) -> bool:
    due = datetime.fromisoformat(found["deadline"]).replace(microsecond=0) if found["deadline"] else None
    return due == label.due and bool(found["vague"]) == label.vague


def _told(label: Promised) -> str:
    due = label.due.isoformat() if label.due else "soon" if label.vague else "open"
    return f"{label.kind} {due}{' if' * label.conditional}"


def _read(found: Mapping[str, Any]) -> str:
    due = found["deadline"] or ("soon" if found["vague"] else "open")
    return f"{found['kind']} {due}{' if' * found['conditional']}"


# ---- claims ------------------------------------------------------------------------------------------------------------


def score_claims(sayings: Iterable[Saying], records: Records) -> Score:
    """Labels of claims against what was understood; a right slot with a wrong value is a miss and a false find."""
    result = Score()
    for saying in sayings:
        if not saying.counted:
            continue
        found = Counter((one["slot"], one["value"]) for one in records[saying.place]["claims"])
        for label in sorted(saying.claims, key=lambda one: one.optional):
            _hold_claim(saying, label, found, result)
        for (slot, value), times in sorted(found.items()):
            result.kinds[slot].found += times
            if times:
                result.errors.append(f"invents {saying.place} {saying.text!r}: {slot}={value}")
    return result


def _hold_claim(saying: Saying, label: Claimed, found: Counter[tuple[str, str]], result: Score) -> None:
    key = (label.slot, label.value)
    hit = found[key] > 0
    found[key] = 0
    if label.optional:
        return
    tally = result.kinds[label.slot]
    tally.labelled += 1
    tally.found += hit
    tally.hits += hit
    if not hit:
        result.errors.append(f"missed  {saying.place} {saying.text!r}: {label.slot}={label.value}")


# ---- the peers ---------------------------------------------------------------------------------------------------------


def score_peer(sayings: Iterable[Saying], times: reading_peers.Times) -> tuple[Tally, int, int]:
    """(a message with a dated promise is one in which a time ahead is found, deadlines right, deadlines labelled)."""
    tally, right, all_due = Tally(), 0, 0
    for saying in sayings:
        if not saying.counted or any(one.optional for one in saying.promises):
            continue
        at = saying.at.replace(tzinfo=None)
        try:
            found = times(saying.text, at)
        except Exception:  # a parser that fails on a text found nothing in it
            found = []
        dues = [one.due.replace(tzinfo=None) for one in saying.promises if one.due is not None]
        ahead = any(one >= at.replace(hour=0, minute=0, second=0) for one in found)
        tally.labelled += bool(dues)
        tally.found += ahead
        tally.hits += bool(dues) and ahead
        right += sum(any(reading_peers.is_right(one, due) for one in found) for due in dues)
        all_due += len(dues)
    return tally, right, all_due


def _peer_line(name: str, tally: Tally, right: int, dues: int) -> str:
    share = right / dues if dues else 1.0
    figures = f"prec {tally.precision:.2f} rec {tally.recall:.2f} F1 {tally.f1:.2f}"
    return f"  {name:18} messages with a dated promise: {figures}; deadlines right, of all labelled {share:.2f} ({right}/{dues})"


def _our_deadlines(sayings: Iterable[Saying], records: Records) -> tuple[Tally, int, int]:
    tally, right, dues = Tally(), 0, 0
    for saying in sayings:
        if not saying.counted or any(one.optional for one in saying.promises):
            continue
        found = [one for one in records[saying.place]["promises"] if one["deadline"]]
        dated = [one for one in saying.promises if one.due is not None]
        tally.labelled += bool(dated)
        tally.found += bool(found)
        tally.hits += bool(dated) and bool(found)
        right += sum(any(_is_due(label, one) for one in found) for label in dated)
        dues += len(dated)
    return tally, right, dues


# ---- what is printed ---------------------------------------------------------------------------------------------------


def table(score: Score, dated: bool) -> list[str]:
    """The score as lines of text."""
    lines = [f"  {'kind':16} gold found  hit  prec   rec    F1" + ("  deadline  condition" if dated else "")]
    for kind, t in [*sorted(score.kinds.items()), ("all", score.total)]:
        line = f"  {kind:16} {t.labelled:4} {t.found:5} {t.hits:4} {t.precision:5.2f} {t.recall:5.2f} {t.f1:5.2f}"
        lines.append(line + (f"  {t.due_right:8.2f}  {t.condition}/{t.hits}" if dated else ""))
    return lines


def main(show: bool, chosen: str | None = None, folder: Path = reading_set.HOME) -> None:
    """Reads all sayings (or those of the files whose names begin with `chosen`) and prints how it went."""
    sets = [one for one in reading_set.read_all(folder) if one.name.startswith(chosen or "")]
    records = understand(sets)
    peers = reading_peers.peers()
    for one in sets:
        counted = sum(saying.counted for saying in one.sayings)
        blank = sum(saying.counted and not (saying.promises or saying.claims) for saying in one.sayings)
        print(f"{one.name}: {counted} messages of agents, {blank} of them without {one.labels}")
        if one.labels == "claims":
            score = score_claims(one.sayings, records)
            print("\n".join(table(score, False)))
        else:
            score = score_promises(one.sayings, records)
            print("\n".join(table(score, True)))
            print(_peer_line("auditor", *_our_deadlines(one.sayings, records)))
            for peer in peers:
                if one.lang in peer.langs:
                    told = _peer_line(peer.name, *score_peer(one.sayings, peer.times(one.lang))) if peer.times else ""
                    print(told or f"  {peer.name:18} not installed")
        if show:
            print("\n".join(f"  {error}" for error in score.errors))
