"""What a changed pack would have found over earlier transcripts: new, gone, changed, whom it touches, and quotes to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.audit import Request, audit
from auditor.jurisdiction import stem
from auditor.model import Finding

QUOTES = 20
_AGENTS = 10

Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Standing findings of two packs over the same messages; `changed` are pairs (before, after)."""

    conversations: int
    messages: int
    before: int
    after: int
    same: int
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    changed: tuple[tuple[Finding, Finding], ...]


def backtest(request: Request, new: Sequence[str], old: Sequence[str]) -> Comparison:
    """Audit the request's inputs by the packs `old` and by the packs `new`. Raises AuditorError."""
    results = [audit(replace(request, rules=tuple(names)), lambda *_: None) for names in (old, new)]
    counts = results[0].counts
    before, after = (_standing(result.findings) for result in results)
    return compared(before, after, counts["conversations"], counts["messages"])


def compared(before: Mapping[Key, Finding], after: Mapping[Key, Finding], conversations: int, messages: int) -> Comparison:
    """The two sets of findings side by side."""
    both = [(before[key], after[key]) for key in sorted(before.keys() & after.keys())]
    changed = tuple((one, other) for one, other in both if (one.severity, one.certainty) != (other.severity, other.certainty))
    return Comparison(
        conversations=conversations,
        messages=messages,
        before=len(before),
        after=len(after),
        same=len(both) - len(changed),
        new=tuple(after[key] for key in sorted(after.keys() - before.keys())),
        gone=tuple(before[key] for key in sorted(before.keys() - after.keys())),
        changed=changed,
    )


def _standing(findings: Iterable[Finding]) -> dict[Key, Finding]:
    return {key_of(finding): finding for finding in findings if finding.suppressed_by is None}


def key_of(finding: Finding) -> Key:
    """What makes a finding of one pack the same as one of another: the rule's name, the place, the person, the evidence."""
    return stem(finding.rule_id), finding.conversation_id, finding.agent_id or "", finding.message_ids


def quotes(comparison: Comparison, most: int = QUOTES) -> list[tuple[str, Finding]]:
    """("new" | "gone" | "changed", finding): of each rule in turn, so that no rule fills the list."""
    changed = [("changed", after) for _, after in comparison.changed]
    every = [*(("new", f) for f in comparison.new), *(("gone", f) for f in comparison.gone), *changed]
    by_rule: dict[str, list[tuple[str, Finding]]] = {}
    for kind, finding in every:
        by_rule.setdefault(finding.rule_id, []).append((kind, finding))
    picked: list[tuple[str, Finding]] = []
    for turn in range(max(map(len, by_rule.values()), default=0)):
        picked += [found[turn] for _, found in sorted(by_rule.items()) if turn < len(found)]
    return picked[:most]


def agents(comparison: Comparison, most: int = _AGENTS) -> list[tuple[str, int, int]]:
    """(agent, new, gone), the most affected first."""
    new, gone = (Counter(f.agent_id or "–" for f in found) for found in (comparison.new, comparison.gone))
    return sorted(((who, new[who], gone[who]) for who in {*new, *gone}), key=lambda row: (-row[1] - row[2], row[0]))[:most]


def rules(comparison: Comparison) -> list[tuple[str, int, int, int]]:
    """(rule's name, new, gone, changed), by name."""
    new, gone = (Counter(stem(f.rule_id) for f in found) for found in (comparison.new, comparison.gone))
    changed = Counter(stem(after.rule_id) for _, after in comparison.changed)
    return [(name, new[name], gone[name], changed[name]) for name in sorted({*new, *gone, *changed})]


def as_record(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON can hold it."""
    return {
        "conversations": comparison.conversations,
        "messages": comparison.messages,
        "findings_before": comparison.before,
        "findings_after": comparison.after,
        "same": comparison.same,
        "new": [_record(finding) for finding in comparison.new],
        "gone": [_record(finding) for finding in comparison.gone],
        "changed": [
            {**_record(after), "severity_before": before.severity, "certainty_before": before.certainty}
            for before, after in comparison.changed
        ],
        "rules": [{"rule": r, "new": n, "gone": g, "changed": c} for r, n, g, c in rules(comparison)],
        "agents": [{"agent_id": who, "new": new, "gone": gone} for who, new, gone in agents(comparison)],
        "quotes": [{"kind": kind, **_record(finding)} for kind, finding in quotes(comparison)],
    }


def _record(finding: Finding) -> dict[str, Any]:
    names = ("finding_id", "rule_id", "severity", "certainty", "shop_id", "agent_id", "conversation_id", "explanation", "quote")
    record = {name: getattr(finding, name) for name in names}
    return {**record, "message_ids": list(finding.message_ids), "occurred_at": finding.occurred_at.isoformat()}


def as_text(comparison: Comparison) -> str:
    """The comparison for a terminal."""
    lines = [
        f"{comparison.messages:,} messages in {comparison.conversations:,} conversations: "
        f"{comparison.before:,} findings before, {comparison.after:,} after.",
        f"{len(comparison.new):,} new, {len(comparison.gone):,} gone, {len(comparison.changed):,} of another severity or "
        f"certainty, {comparison.same:,} the same.",
    ]
    lines += ["", "By rule (new, gone, changed):"] if rules(comparison) else []
    lines += [f"  {name:40} +{new:<5} -{gone:<5} ~{changed}" for name, new, gone, changed in rules(comparison)]
    lines += ["", "Agents most affected (new, gone):"] if agents(comparison) else []
    lines += [f"  {_plain(who):40} +{new:<5} -{gone}" for who, new, gone in agents(comparison)]
    shown = quotes(comparison)
    lines += ["", f"{len(shown)} to look at:"] if shown else []
    for kind, finding in shown:
        lines.append(f"  {kind:8}{finding.rule_id} {finding.severity}, {finding.certainty}; {_plain(finding.conversation_id)}")
        lines.append(f"          “{_plain(finding.quote)[:200]}”")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Nothing that a terminal would take for a command."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
