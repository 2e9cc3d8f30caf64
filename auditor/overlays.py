"""What an overlay makes of a rule's outcomes: nothing goes away in silence, each finding says which overlay held and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from auditor.model import Finding, Mark, NotEvaluated, Overlay, Rule

Outcome = Finding | NotEvaluated | Mark


def changed(rule: Rule, overlay: Overlay) -> Rule:
    """The rule as the overlay sets it."""
    params = tuple((day, None if values is None else {**values, **overlay.params}) for day, values in rule.params)
    return replace(rule, params=params, severity=overlay.severity or rule.severity, overlays=())


def laid_over(outcomes: Iterable[Outcome], rule: Rule, again: Callable[[Rule], Iterable[Outcome]]) -> list[Outcome]:
    """The outcomes of a rule under its overlays; `again`: what a changed rule finds.

    What is switched off, or no longer found, is kept and suppressed; what is found anew or differently names the overlay.
    """
    kept = list(outcomes)
    for overlay in rule.overlays:
        if overlay.off:
            kept = [_off(each, overlay) for each in kept]
        else:
            found = (each for each in again(changed(rule, overlay)) if isinstance(each, Finding))
            other = {each.finding_id: each for each in found if _concerns(overlay, each)}
            kept = [*_tuned(kept, overlay, other), *(_named(each, overlay) for each in other.values())]
    return kept


def switched_off(findings: Sequence[Finding], rule: Rule) -> list[Finding]:
    """Findings that were counted over all conversations, under the overlays that switch their rule off."""
    for overlay in rule.overlays:
        findings = [_suppressed(finding, overlay) if _concerns(overlay, finding) else finding for finding in findings]
    return list(findings)


def _concerns(overlay: Overlay, finding: Finding) -> bool:
    return overlay.holds(finding.shop_id, finding.occurred_at.date())


def _off(outcome: Outcome, overlay: Overlay) -> Outcome:
    return _suppressed(outcome, overlay) if isinstance(outcome, Finding) and _concerns(overlay, outcome) else outcome


def _suppressed(finding: Finding, overlay: Overlay) -> Finding:
    return finding if finding.suppressed_by is not None else replace(finding, suppressed_by=str(overlay))


def _tuned(outcomes: Iterable[Outcome], overlay: Overlay, other: dict[str, Finding]) -> Iterator[Outcome]:
    for each in outcomes:
        if not isinstance(each, Finding) or not _concerns(overlay, each):
            yield each
        elif each.finding_id in other:
            yield _named(other.pop(each.finding_id), overlay)
        else:
            yield _suppressed(each, overlay)


def _named(finding: Finding, overlay: Overlay) -> Finding:
    return replace(finding, threshold=f"{finding.threshold} [{overlay}]".strip())
