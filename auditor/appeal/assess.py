"""What the records say about a charge: a verdict with its reasons, what speaks for the shop, what against, what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.appeal.case import Case
from auditor.appeal.charge import rules_for
from auditor.appeal.timeline import end_of
from auditor.appeal.wording import Said, Value
from auditor.model import AuditResult, Family, Finding, LedgerEntry

Verdict = Literal["refutable", "justified", "unclear"]
Status = Literal["yes", "no", "unknown"]
SPOKEN: tuple[Family, ...] = ("contradiction", "misleading", "mechanical", "attitude", "procedure")
_CHECKABLE = ("ship", "deliver", "refund", "reship", "compensate", "reply")
_MEDIA = ("image", "video", "voice", "file")


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
    against, records = (*_against(case), *stricter), tuple(_records_support(case))
    blocking = tuple(_blocking(case, result))
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
        favour=tuple(_favour(case, verdict)),
        against=(*records, *against),
        gaps=(*blocking, *_cautions(case, result)),
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


def _records_support(case: Case) -> Iterator[Said]:
    """Facts of the order that alone bear the charge out."""
    order = case.order
    if order is None or "shipping" not in case.charge.topics or order.ship_by is None or order.shipped_at is None:
        return
    if order.ship_by < min(order.shipped_at, case.notice.issued_at):
        values: dict[str, Value] = {"ship_by": order.ship_by, "at": order.shipped_at, "span": order.shipped_at - order.ship_by}
        yield Said("against.shipped_late", values)


def _against(case: Case) -> Iterator[Said]:
    """Facts that speak against the shop without settling the charge."""
    families, notice, order = case.charge.families, case.notice, case.order
    if "promise" in families or "contradiction" in families:
        for entry in case.ledger:
            if entry.outcome == "broken" and (entry.deadline is None or entry.deadline < notice.issued_at):
                yield Said("against.promise_late" if entry.event_at else "against.promise_open", _promise_values(entry))
    if "response_time" in families:
        for each in case.rounds:
            if each.status in ("late", "unanswered") and each.opened_at < notice.issued_at:
                yield Said(
                    f"against.{each.status}", {"at": each.opened_at, "waited": each.counted or each.waited, "limit": each.limit}
                )
    if order and "shipping" in case.charge.topics and order.ship_by:
        if order.first_scan_at and order.first_scan_at > order.ship_by >= (order.shipped_at or order.first_scan_at):
            yield Said("against.scan_late", {"at": order.first_scan_at, "span": order.first_scan_at - order.ship_by})
        if order.shipped_at is None and order.cancelled_at is None:
            yield Said("against.not_shipped", {"ship_by": order.ship_by})


def _blocking(case: Case, result: AuditResult) -> Iterator[Said]:
    """Say what keeps us from calling a charge refutable."""
    if case.conversation is None:
        yield Said(f"missing.{case.missing[0]}" if case.missing else "missing.no_conversation_named")
        return
    families, notice = case.charge.families, case.notice
    if not families:
        yield Said("gap.charge_not_understood")
    if not any(message.at <= notice.issued_at for message in case.messages):
        yield Said("gap.nothing_before_notice")
    looked = {rule.family for rule in rules_for(notice.platform, result.packs)}
    for family in families:
        if family not in looked:
            yield Said("gap.no_rule", {"family": family})
    for gap in case.gaps:
        yield Said("gap.not_evaluated", {"rule": gap.rule_id, "reason": gap.reason})
    yield from _blocking_promises(case)
    timed = bool({"promise", "response_time"} & set(families))
    if timed and any(message.time_doubt for message in case.messages):
        yield Said("gap.time_doubt")


def _blocking_promises(case: Case) -> Iterator[Said]:
    if "promise" in case.charge.families:
        for entry in case.ledger:
            if entry.outcome == "unverifiable" and not (entry.vague or entry.conditional) and entry.kind in _CHECKABLE:
                yield Said("gap.promise_unverifiable", {"text": entry.text, "made": entry.made_at})
        if "shipping" in case.charge.topics and (case.order is None or case.order.ship_by is None):
            yield Said("gap.no_ship_by")


def _cautions(case: Case, result: AuditResult) -> Iterator[Said]:
    """Say what a person should look at, though it does not hold up the verdict."""
    if case.conversation is None:
        return
    wants_order = not case.charge.families or {"promise", "contradiction"} & set(case.charge.families)
    yield from (Said(f"missing.{key}") for key in case.missing if wants_order or key != "no_order_named")
    spoken = set(case.charge.families) & set(SPOKEN)
    media = [message for message in case.messages if message.content_type in _MEDIA]
    if media:
        yield Said("gap.media", {"n": len(media), "ids": ", ".join(message.message_id for message in media[:10])})
    if spoken & {"contradiction", "misleading"} and not _facts_known(case, result):
        yield Said("gap.no_facts")
    if "response_time" in case.charge.families and any(each.status == "unclear" for each in case.rounds):
        yield Said("gap.rounds_unclear", {"n": sum(each.status == "unclear" for each in case.rounds)})
    if spoken:
        yield Said("gap.text_can_be_missed")


def _facts_known(case: Case, result: AuditResult) -> bool:
    shop_id = case.notice.shop_id or (case.conversation.shop_id if case.conversation else None)
    shop = result.shops.get(shop_id) if shop_id else None
    return bool(shop and shop.facts)


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


def _favour(case: Case, verdict: Verdict) -> Iterator[Said]:
    """Facts for the shop that the statement may say in every verdict; that nothing was found, only where it is refutable."""
    families, agent = case.charge.families, case.notice.agent_id
    if case.conversation and agent and not any(message.sender_id == agent for message in case.messages):
        yield Said("favour.agent_absent", {"agent": agent})
    if {"response_time", "attitude", "procedure"} & set(families):
        yield from _answers(case)
    yield from _promise_favour(case)
    if verdict == "refutable":
        count = sum(message.role == "agent" for message in case.messages)
        for family in families:
            if family in SPOKEN:
                yield Said(f"clean.{family}", {"n": count})
        if "promise" in families and not any(entry.deadline for entry in case.ledger):
            yield Said("clean.promise", {"n": count})
    yield from _order_favour(case)


def _promise_favour(case: Case) -> Iterator[Said]:
    if {"promise", "contradiction"} & set(case.charge.families):
        for entry in case.ledger:
            if entry.outcome == "kept" and entry.event_at and entry.deadline:
                yield Said("favour.promise_kept", _promise_values(entry))
            elif entry.outcome == "pending" and entry.deadline and entry.deadline > case.notice.issued_at:
                yield Said("favour.promise_pending", _promise_values(entry))


def _answers(case: Case) -> Iterator[Said]:
    done = [each for each in case.rounds if each.status == "in_time" and each.answered_at]
    if done and len(done) == len([each for each in case.rounds if each.status in ("in_time", "late", "unanswered")]):
        longest = max(done, key=lambda each: (each.counted or each.waited, each.opened_at))
        values: dict[str, Value] = {"n": len(done), "longest": longest.counted or longest.waited, "limit": longest.limit}
        yield Said("favour.answered" if longest.limit else "favour.answered_no_limit", values)


def _order_favour(case: Case) -> Iterator[Said]:
    order = case.order
    families = set(case.charge.families)
    if order is None or (families and not families & {"promise", "contradiction", "procedure"}):
        return  # another matter: the charge is about words or answers
    first = order.first_scan_at or order.shipped_at
    timed = families != {"procedure"}
    if timed and order.ship_by and order.shipped_at and first and max(order.shipped_at, first) <= order.ship_by:
        yield Said(
            "favour.shipped_in_time", {"at": order.shipped_at, "ship_by": order.ship_by, "span": order.ship_by - order.shipped_at}
        )
    if order.delivered_at and order.delivered_at <= case.notice.issued_at:
        yield Said("favour.delivered", {"at": order.delivered_at})
    if order.refunded_at and order.refund_requested_at and order.refunded_at >= order.refund_requested_at:
        yield Said("favour.refunded", {"at": order.refunded_at, "span": order.refunded_at - order.refund_requested_at})


def _promise_values(entry: LedgerEntry) -> dict[str, Value]:
    apart = abs(entry.event_at - end_of(entry.deadline)) if entry.event_at and entry.deadline else None
    return {
        "made": entry.made_at,
        "text": entry.text,
        "deadline": entry.deadline,
        "event": entry.event,
        "at": entry.event_at,
        "span": apart,
    }


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
