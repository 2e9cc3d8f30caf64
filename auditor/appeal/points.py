"""Facts of a case as sentences: what speaks for the shop, what against it, and what cannot be known."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.appeal.case import Case
from auditor.appeal.charge import rules_for
from auditor.appeal.timeline import end_of
from auditor.appeal.wording import Said, Value
from auditor.model import AuditResult, Family, LedgerEntry

SPOKEN: tuple[Family, ...] = ("contradiction", "misleading", "mechanical", "attitude", "procedure")
_CHECKABLE = ("ship", "deliver", "refund", "reship", "compensate", "reply")
_HARMLESS = ("no_deadline", "estimate_not_promise", "condition_not_seen")  # no promise with a date was broken by these
_SEEN_BY_CASE = ("promise_", "round_")  # judged below, promise by promise and round by round
_MEDIA = ("image", "video", "voice", "file")


def records_support(case: Case) -> Iterator[Said]:
    """Give facts of the order that alone bear the charge out."""
    order = case.order
    if order is None or "shipping" not in case.charge.topics or order.ship_by is None or order.shipped_at is None:
        return
    if order.ship_by < min(order.shipped_at, case.notice.issued_at):
        values: dict[str, Value] = {"ship_by": order.ship_by, "at": order.shipped_at, "span": order.shipped_at - order.ship_by}
        yield Said("against.shipped_late", values)


def speaks_against(case: Case) -> Iterator[Said]:
    """Give facts that speak against the shop without settling the charge."""
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


def blocks(case: Case, result: AuditResult) -> Iterator[Said]:
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
        if gap.reason.startswith(_SEEN_BY_CASE):
            continue
        yield Said("gap.not_evaluated", {"rule": gap.rule_id, "reason": gap.reason})
    yield from _blocking_promises(case)
    timed = bool({"promise", "response_time"} & set(families))
    if timed and any(message.time_doubt for message in case.messages):
        yield Said("gap.time_doubt")


def _blocking_promises(case: Case) -> Iterator[Said]:
    if "promise" in case.charge.families:
        for entry in case.ledger:
            if (
                entry.outcome == "unverifiable"
                and not (entry.vague or entry.conditional)
                and entry.kind in _CHECKABLE
                and entry.reason not in _HARMLESS
            ):
                yield Said("gap.promise_unverifiable", {"text": entry.text, "made": entry.made_at})
        if "shipping" in case.charge.topics and (case.order is None or case.order.ship_by is None):
            yield Said("gap.no_ship_by")


def cautions(case: Case, result: AuditResult) -> Iterator[Said]:
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


def speaks_for(case: Case, refutable: bool) -> Iterator[Said]:
    """Give facts for the shop that the statement may say in every verdict; that nothing was found, only where it is refutable."""
    families, agent = case.charge.families, case.notice.agent_id
    if case.conversation and agent and not any(message.sender_id == agent for message in case.messages):
        yield Said("favour.agent_absent", {"agent": agent})
    if {"response_time", "attitude", "procedure"} & set(families):
        yield from _answers(case)
    yield from _promise_favour(case)
    if refutable:
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
        "event": entry.event or "other",
        "at": entry.event_at,
        "span": apart,
    }
