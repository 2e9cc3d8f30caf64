"""How often the auditor is right on labelled chats: precision, recall and F1 of each family of rules."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import labelled_set, program

FAMILIES = ("response_time", "promise", "contradiction", "misleading", "mechanical", "attitude", "procedure")
Row = Mapping[str, Any]
Place = tuple[str, str]  # conversation, family: what is counted, once


@dataclass
class Tally:
    """One family's count of places: labelled, found, both; and of the hits, how many agree in more than the place."""

    labelled: int = 0
    found: int = 0
    hits: int = 0
    misses: int = 0
    evidence: int = 0
    agent: int = 0
    certainty: int = 0

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else float(not self.labelled)

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Score:
    """The whole result; the lists name places, sorted."""

    families: dict[str, Tally]
    clean: int = 0
    flagged: list[str] = field(default_factory=list)
    proven_wrong: list[Place] = field(default_factory=list)
    false_alarms: list[Place] = field(default_factory=list)
    misses: list[Place] = field(default_factory=list)

    @property
    def macro_f1(self) -> float:
        return sum(tally.f1 for tally in self.families.values()) / len(self.families)


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def by_place(of: Iterable[Row]) -> dict[Place, list[Row]]:
    """Rows grouped by conversation and family."""
    places: dict[Place, list[Row]] = {}
    for row in of:
        places.setdefault((row["conversation_id"], row["family"]), []).append(row)
    return places


def counts(finding: Row) -> bool:
    """Whether a finding accuses anyone: not suppressed and more than a remark."""
    return not finding.get("suppressed_by") and finding.get("severity") != "info"


def score(conversations: Iterable[Row], gold: Iterable[Row], findings: Iterable[Row]) -> Score:
    """Holds findings against labels. What a conversation leaves unscored is neither right nor wrong."""
    known = {c["conversation_id"]: c for c in conversations}
    labelled = by_place(g for g in gold if g["conversation_id"] in known)
    found = by_place(f for f in findings if counts(f) and f["conversation_id"] in known)
    unscored = {(c, family) for c, info in known.items() for family in info.get("not_scored") or ()}
    tolerated = {(c, a) for (c, _), at in labelled.items() for g in at for a in g.get("also_acceptable_families") or ()}
    result = Score({family: Tally() for family in FAMILIES})
    for place in sorted(set(labelled) | set(found)):
        if place in unscored or place[1] not in result.families:
            continue
        tally = result.families[place[1]]
        if place in labelled:
            tally.labelled += 1
        elif place in tolerated:
            continue
        if place in found:
            tally.found += 1
        if place not in labelled:
            result.false_alarms.append(place)
            if any(f.get("certainty") == "proven" for f in found[place]):
                result.proven_wrong.append(place)
        elif place in found:
            _compare(tally, labelled[place], found[place])
        elif not any((place[0], a) in found for g in labelled[place] for a in g.get("also_acceptable_families") or ()):
            tally.misses += 1
            result.misses.append(place)
    clean = [c for c, info in known.items() if info.get("clean")]
    accused = {c for c, _ in result.false_alarms}
    result.clean, result.flagged = len(clean), sorted(c for c in clean if c in accused)
    return result


def _compare(tally: Tally, labels: list[Row], findings: list[Row]) -> None:
    pairs = [(g, f) for g in labels for f in findings]
    tally.hits += 1
    tally.evidence += any(set(g["message_ids"]) & set(f["message_ids"]) for g, f in pairs)
    tally.agent += any(g["agent_id"] in (None, f.get("agent_id")) for g, f in pairs)
    tally.certainty += any(g["certainty"] == f.get("certainty") for g, f in pairs)


def audit(folder: Path, as_of: str, work: Path) -> list[dict[str, Any]]:
    """Runs the auditor on a labelled folder; its findings."""
    command = [*program.auditor(), "run", str(folder / "messages.jsonl"), "--as-of", as_of, "--quiet"]
    for option, name in (("--orders", "orders.jsonl"), ("--facts", "facts.yaml"), ("--penalties", "penalties.jsonl")):
        if (folder / name).exists():
            command += [option, str(folder / name)]
    program.run([*command, "--out", str(work / "out")], work)
    return rows(work / "out" / "findings.jsonl")


def table(result: Score) -> list[str]:
    """The score as lines of text."""
    lines = ["family         gold found  hit  prec   rec    F1 evidence agent certainty"]
    for family, t in result.families.items():
        lines.append(
            f"{family:14} {t.labelled:4} {t.found:5} {t.hits:4} {t.precision:5.2f} {t.recall:5.2f} {t.f1:5.2f}"
            f" {t.evidence:8} {t.agent:5} {t.certainty:9}"
        )
    return [*lines, summary(result)]


def summary(result: Score) -> str:
    """The score in one line."""
    return (
        f"macro F1 {result.macro_f1:.3f}, clean conversations flagged {len(result.flagged)} of {result.clean},"
        f" proven but wrong {len(result.proven_wrong)}"
    )


def details(result: Score, gold: Iterable[Row], findings: Iterable[Row]) -> list[str]:
    """Every miss and false alarm by name: what was expected, or what was said."""
    labels, found = by_place(gold), by_place(f for f in findings if counts(f))
    lines = []
    for place in result.false_alarms:
        heading = "PROVEN BUT WRONG" if place in result.proven_wrong else "false alarm"
        for f in found[place]:
            lines.append(f"{heading}: {place[0]} {place[1]} {f['rule_id']} {','.join(f['message_ids'])}: {f.get('quote', '')}")
    for place in result.misses:
        lines += [f"miss: {place[0]} {place[1]} {g['subtype']} {','.join(g['message_ids'])}: {g['why']}" for g in labels[place]]
    return lines


def main(labelled: Path | None, as_of: str | None, show: bool) -> None:
    """Audits a labelled folder (default: our own chats) and prints how it went."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = labelled.resolve() if labelled else work / "labelled"
        if labelled is None:
            labelled_set.write(folder)
        if as_of is None:
            as_of = (folder / "as_of.txt").read_text(encoding="utf-8").strip()
        findings = audit(folder, as_of, work)
        conversations, gold = rows(folder / "conversations.jsonl"), rows(folder / "gold.jsonl")
    result = score(conversations, gold, findings)
    print("\n".join(table(result)))
    for lang in sorted({c["lang"] for c in conversations}):
        chosen = [c for c in conversations if c["lang"] == lang]
        print(f"{lang}: {len(chosen)} conversations, {summary(score(chosen, gold, findings))}")
    if show:
        print("\n".join(details(result, gold, findings)))
