"""One notice with all that the audit knows about it: deadline, conversation, order, charge, findings, promises, answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

import polars as pl

from auditor.appeal.charge import Charge, read_charge
from auditor.appeal.deadlines import State, deadline, pack_of, state_of
from auditor.appeal.names import instant_name, slug, unique
from auditor.model import AuditResult, Conversation, Finding, Lang, LedgerEntry, Message, NotEvaluated, Notice, Order, Pack

_LANGUAGES: Mapping[str, Lang] = {"pinduoduo": "zh", "taobao": "zh", "tmall": "zh", "allegro": "pl"}
Row = TypeVar("Row", Finding, LedgerEntry)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Round:
    """A buyer's message that needed an answer; instants in its own offset."""

    status: str
    opened_at: datetime
    opened_id: str | None
    answered_at: datetime | None
    answered_id: str | None
    waited: timedelta
    counted: timedelta | None
    limit: timedelta | None


@dataclass(frozen=True, slots=True)
class Case:
    """All about one notice; what is None or empty was not in the data, and `missing` says why (keys of the words)."""

    name: str  # of the bundle, without .zip
    notice: Notice
    pack: Pack | None
    language: Lang  # of the platform
    appeal_by: datetime | None
    assumed: str
    state: State
    left: timedelta | None  # until appeal_by; negative where expired
    charge: Charge
    missing: tuple[str, ...]
    conversation: Conversation | None
    order: Order | None
    findings: tuple[Finding, ...]  # of the conversation, suppressed ones too
    ledger: tuple[LedgerEntry, ...]
    rounds: tuple[Round, ...]
    gaps: tuple[NotEvaluated, ...]  # of rules of the charge's families, naming this conversation

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation's messages, none where it is not in the data."""
        return self.conversation.messages if self.conversation else ()


@dataclass(frozen=True, slots=True)
class _Indexes:
    """What a notice looks up, by conversation or order."""

    findings: Mapping[str | None, list[Finding]]
    ledger: Mapping[str | None, list[LedgerEntry]]
    by_order: Mapping[str, list[Conversation]]


def gather(result: AuditResult) -> list[Case]:
    """Make a case for every notice: with time left, most urgent first; then unknown windows; then expired, newest first."""
    indexes = _Indexes(_by_conversation(result.findings), _by_conversation(result.ledger), _by_order(result))
    cases = [_case(result, notice, indexes) for notice in result.notices]
    found = {case.conversation.conversation_id for case in cases if case.conversation}
    rounds = _rounds(result.rounds, found)
    cases = sorted((_with_rounds(case, rounds) for case in cases), key=_urgency)
    stems = [(case.name, f"{case.notice.platform}|{case.notice.shop_id}|{case.notice.notice_id}") for case in cases]
    return [replace(case, name=name) for case, name in zip(cases, unique(stems), strict=True)]


def _by_conversation(rows: Iterable[Row]) -> Mapping[str | None, list[Row]]:
    found: dict[str | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row.conversation_id, []).append(row)
    return found


def _case(result: AuditResult, notice: Notice, indexes: _Indexes) -> Case:
    pack = pack_of(notice.platform, result.packs)
    by, assumed = deadline(notice, result.packs, result.lang)
    conversation, lacks = _conversation(result, notice, indexes.by_order)
    order, lacks_order = _order(result, notice, conversation)
    known = conversation.conversation_id if conversation else None
    charge = read_charge(notice, result.packs)
    ids = _ids(conversation)
    families = {rule.id: rule.family for each in result.packs for rule in each.rules}
    return Case(
        name=f"{instant_name(by)}_{slug(notice.notice_id)}",
        notice=notice,
        pack=pack,
        language=pack.language if pack else _LANGUAGES.get(notice.platform, "en"),
        appeal_by=by,
        assumed=assumed,
        state=state_of(by, result.as_of),
        left=None if by is None else by - result.as_of,
        charge=charge,
        missing=(*lacks, *lacks_order),
        conversation=conversation,
        order=order,
        findings=tuple(f for f in indexes.findings.get(known, ()) if not _differs(f.shop_id, notice.shop_id)),
        ledger=tuple(e for e in indexes.ledger.get(known, ()) if ids.issuperset(e.message_ids)),
        rounds=(),
        gaps=tuple(g for g in result.not_evaluated if known in g.examples and families.get(g.rule_id) in charge.families),
    )


def _ids(conversation: Conversation | None) -> set[str]:
    return {message.message_id for message in conversation.messages} if conversation else set()


def _conversation(
    result: AuditResult, notice: Notice, by_order: Mapping[str, list[Conversation]]
) -> tuple[Conversation | None, tuple[str, ...]]:
    if notice.conversation_id is not None:
        named = result.conversations.get(notice.conversation_id)
        if named is None:
            return None, ("conversation_not_in_data",)
        if _differs(named.platform, notice.platform) or _differs(named.shop_id, notice.shop_id):
            return None, ("conversation_of_another_shop",)
        return named, ()
    if notice.order_id is None:
        return None, ("no_conversation_named",)
    about = [
        each
        for each in by_order.get(notice.order_id, ())
        if not _differs(each.shop_id, notice.shop_id) and not _differs(each.platform, notice.platform)
    ]
    if len(about) == 1:
        return about[0], ("conversation_by_order",)
    return None, ("several_conversations",) if about else ("no_conversation_for_order",)


def _by_order(result: AuditResult) -> Mapping[str, list[Conversation]]:
    """Conversations by the orders they name, for the notices that name an order alone; built only where there are such."""
    wanted = {notice.order_id for notice in result.notices if notice.conversation_id is None and notice.order_id is not None}
    found: dict[str, list[Conversation]] = {}
    about = getattr(result.conversations, "about", None)  # where they are many, those that matter are asked for by column
    names = sorted(result.conversations) if about is None else about(sorted(wanted))
    for name in names if wanted else ():
        each = result.conversations[name]
        named = {message.order_id for message in each.messages} | {order.order_id for order in each.orders}
        for order_id in wanted & named:
            found.setdefault(order_id, []).append(each)
    return found


def _differs(one: str | None, other: str | None) -> bool:
    return one not in (None, "unknown") and other not in (None, "unknown") and one != other


def _order(result: AuditResult, notice: Notice, conversation: Conversation | None) -> tuple[Order | None, tuple[str, ...]]:
    if notice.order_id is not None:
        order = result.orders.get(notice.order_id)
        if order is None:
            return None, ("order_not_in_data",)
        if _differs(order.shop_id, notice.shop_id) or _differs(order.platform, notice.platform):
            return None, ("order_of_another_shop",)
        return order, ()
    orders = conversation.orders if conversation else ()
    if len(orders) == 1:
        return orders[0], ("order_by_conversation",)
    return None, ("several_orders",) if orders else ("no_order_named",)


def _urgency(case: Case) -> tuple[int, float, str, str, str]:
    rank = {"open": 0, "unknown": 1, "expired": 2}[case.state]
    seconds = (case.appeal_by or _FOREVER).timestamp()
    return rank, -seconds if rank == 2 else seconds, case.notice.notice_id, case.notice.platform, case.notice.shop_id or ""


def _rounds(frame: pl.DataFrame, conversations: set[str]) -> dict[str, list[Round]]:
    found: dict[str, list[Round]] = {}
    chosen = frame.filter(pl.col("conversation_id").is_in(sorted(conversations))).sort("conversation_id", "opened_at")
    for row in chosen.iter_rows(named=True):
        zone = timezone(timedelta(seconds=row["offset_s"] or 0))
        found.setdefault(row["conversation_id"], []).append(
            Round(
                status=row["status"],
                opened_at=row["opened_at"].astimezone(zone),
                opened_id=row["opened_message_id"],
                answered_at=row["answered_at"].astimezone(zone) if row["answered_at"] else None,
                answered_id=row["answered_message_id"],
                waited=timedelta(seconds=row["waited_s"] or 0),
                counted=_seconds(row["counted_s"]),
                limit=_seconds(row["limit_s"]),
            )
        )
    return found


def _seconds(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(seconds=count)


def _with_rounds(case: Case, rounds: Mapping[str, list[Round]]) -> Case:
    known = case.conversation.conversation_id if case.conversation else ""
    return replace(case, rounds=tuple(rounds.get(known, ())))
