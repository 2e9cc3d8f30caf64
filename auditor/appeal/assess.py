"""What the records say about a charge: a verdict with its reasons, what speaks for the shop, what against, what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.appeal.case import Case
from auditor.appeal.charge import rules_for
from auditor.appeal.points import SPOKEN, blocks, cautions, records_support, speaks_against, speaks_for
from auditor.appeal.wording import Said
from auditor.model import AuditResult, Finding

Verdict = Literal["refutable", "justified", "unclear"]
Status = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that must hold for the notice to be right, whether the records show it, and how."""

    label: Said
    status: Status
    shown: Said


@dataclass(frozen=True, slots=True)
class Assessment:
    """The internal view of a case. `firm`: it rests on clocks, orders and identical texts alone."""

    verdict: Verdict
    firm: bool
    reasons: tuple[Said, ...]
    supporting: tuple[Finding, ...]
    others: tuple[Finding, ...]  # stand, but about something else, by someone else, or later than the notice
    dropped: tuple[Finding, ...]  # suppressed
    favour: tuple[Said, ...]
    against: tuple[Said, ...]
    gaps: tuple[Said, ...]
    elements: tuple[Element, ...]
    evidence: frozenset[str]  # ids of messages that the case turns on


def assess(case: Case, result: AuditResult) -> Assessment:
    """Judge a case; it is `refutable` only where the conversation is there, was looked at, and nothing supports the charge."""
    standing = [finding for finding in case.findings if finding.suppressed_by is None]
    charged = [finding for finding in standing if _supports(finding, case)]
    supporting = tuple(finding for finding in charged if not _own_standard_only(finding, case, result))
    stricter = (Said("against.own_standard", {"rule": finding.rule_id}) for finding in charged if finding not in supporting)
    against, records = (*speaks_against(case), *stricter), tuple(records_support(case))
    blocking = tuple(blocks(case, result))
    elsewhere = [f for f in standing if f not in charged and f.family in case.charge.families]
    verdict: Verdict = "unclear"
    if supporting or records:
        verdict = "justified"
    elif not blocking and not against and not elsewhere:
        verdict = "refutable"
    proven = bool(records) or any(finding.certainty == "proven" for finding in supporting)
    clocks = bool(case.charge.families) and not set(case.charge.families) & set(SPOKEN)
    return Assessment(
        verdict=verdict,
        firm=proven if verdict == "justified" else clocks and verdict == "refutable",
        reasons=tuple(_reasons(verdict, supporting, records, blocking, against, elsewhere, case)),
        supporting=supporting,
        others=tuple(finding for finding in standing if finding not in supporting),
        dropped=tuple(finding for finding in case.findings if finding.suppressed_by is not None),
        favour=tuple(speaks_for(case, verdict == "refutable")),
        against=(*records, *against),
        gaps=(*blocking, *cautions(case, result)),
        elements=tuple(_elements(case, result, supporting, records, blocking)),
        evidence=_evidence(case, supporting),
    )


def _supports(finding: Finding, case: Case) -> bool:
    about = finding.family in case.charge.families or any(rule.id == finding.rule_id for rule in case.charge.named)
    agent = case.notice.agent_id
    theirs = agent is None or finding.agent_id is None or finding.agent_id == agent
    return about and theirs and finding.occurred_at <= case.notice.issued_at


def _own_standard_only(finding: Finding, case: Case, result: AuditResult) -> bool:
    """Whether it breaks a rule meant for every platform, while the platform's own rules of that family are silent."""
    own = [pack for pack in result.packs if case.notice.platform in pack.platforms]
    if any(pack.id == finding.pack for pack in own):
        return False
    looked = any(rule.family == finding.family and rule.status == "active" for pack in own for rule in pack.rules)
    said = any(
        other.family == finding.family and other.suppressed_by is None and any(pack.id == other.pack for pack in own)
        for other in case.findings
    )
    return looked and not said


def _reasons(
    verdict: Verdict,
    supporting: tuple[Finding, ...],
    records: tuple[Said, ...],
    blocking: tuple[Said, ...],
    against: tuple[Said, ...],
    elsewhere: list[Finding],
    case: Case,
) -> Iterator[Said]:
    if verdict == "justified":
        yield Said("why.records_support")
        for finding in supporting:
            yield Said(f"why.finding_{finding.certainty}", {"rule": finding.rule_id, "text": finding.explanation})
        yield from records
    elif verdict == "refutable":
        yield Said("why.nothing_found", {"n": len(case.messages)})
    else:
        yield from blocking
        yield from against
        for finding in elsewhere:
            agent, at = finding.agent_id, finding.occurred_at
            yield Said("why.finding_elsewhere", {"rule": finding.rule_id, "agent": agent, "at": at})


def _elements(
    case: Case, result: AuditResult, supporting: tuple[Finding, ...], records: tuple[Said, ...], blocking: tuple[Said, ...]
) -> Iterator[Element]:
    there = case.conversation is not None
    count = Said("element.messages", {"n": len(case.messages)})
    lacks = Said(f"missing.{case.missing[0]}") if case.missing and not there else Said("missing.no_conversation_named")
    yield Element(Said("element.conversation"), "yes" if there else "no", count if there else lacks)
    if case.notice.agent_id and there:
        mine = sum(message.sender_id == case.notice.agent_id for message in case.messages)
        yield Element(
            Said("element.agent", {"agent": case.notice.agent_id}), "yes" if mine else "no", Said("element.messages", {"n": mine})
        )
    rules = rules_for(case.notice.platform, result.packs)
    for family in case.charge.families:
        hits = [finding for finding in supporting if finding.family == family]
        looked = sum(rule.family == family for rule in rules)
        label = Said(f"element.{family}")
        if hits or (family == "promise" and records):
            yield Element(label, "yes", Said("element.found", {"n": len(hits) + (len(records) if family == "promise" else 0)}))
        elif not there or not looked or blocking:
            yield Element(label, "unknown", Said("element.not_judged", {"rules": looked}))
        else:
            yield Element(label, "no", Said("element.clean", {"rules": looked}))


def _evidence(case: Case, supporting: tuple[Finding, ...]) -> frozenset[str]:
    ids = {message_id for finding in supporting for message_id in finding.message_ids}
    if {"promise", "contradiction"} & set(case.charge.families):
        ids |= {message_id for entry in case.ledger for message_id in entry.message_ids if entry.deadline}
    return frozenset(ids & {message.message_id for message in case.messages})
