"""Three values for each rule and conversation, counted: a violation, clean, or not evaluated and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from auditor.jurisdiction import rules_on
from auditor.model import AuditResult


@dataclass(frozen=True, slots=True)
class Threefold:
    """Conversations of one rule: judged = violations + clean + the sum of `left` (each counted once, by its first reason)."""

    rule_id: str
    judged: int
    proven: int
    suspected: int
    clean: int
    left: Mapping[str, int]  # reason → conversations

    @property
    def violations(self) -> int:
        """Conversations with a standing finding, proven or suspected."""
        return self.proven + self.suspected


def threefold(result: AuditResult, findings: pl.DataFrame) -> list[Threefold]:
    """One row for each active rule that judged any conversation, by id. `findings`: score.Scores.findings."""
    judged: dict[str, int] = {}
    for platform, count in sorted(result.platforms.items()):
        for rule in rules_on(result.packs, platform):
            if rule.status == "active":
                judged[rule.id] = judged.get(rule.id, 0) + count
    found = _violations(findings)
    left: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for one in result.not_evaluated:
        left.setdefault(one.rule_id, []).append((one.reason, one.conversations))
    return [
        _of_rule(rule_id, judged[rule_id], found.get(rule_id, {}), sorted(left.get(rule_id, ()))) for rule_id in sorted(judged)
    ]


def _violations(findings: pl.DataFrame) -> dict[str, dict[str, bool]]:
    """Rule → conversation → whether a finding there is proven."""
    rows = (
        findings.filter("standing")
        .group_by("rule_id", "conversation_id")
        .agg((pl.col("certainty") == "proven").any().alias("proven"))
        .sort("rule_id", "conversation_id")
    )
    found: dict[str, dict[str, bool]] = {}
    for rule_id, conversation, proven in rows.iter_rows():
        found.setdefault(rule_id, {})[conversation] = proven
    return found


def _of_rule(rule_id: str, judged: int, found: Mapping[str, bool], left: list[tuple[str, tuple[str, ...]]]) -> Threefold:
    seen = set(found)
    counts: dict[str, int] = {}
    for reason, conversations in left:
        fresh = set(conversations) - seen
        if fresh:
            counts[reason] = len(fresh)
            seen |= fresh
    proven = sum(found.values())
    judged = max(judged, len(seen))
    return Threefold(rule_id, judged, proven, len(found) - proven, judged - len(seen), counts)
