"""What happened when: the order's dates, promises, messages and the notice on one line of time, with the spans between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from auditor.appeal.case import Case
from auditor.appeal.wording import Said, say, show, tell
from auditor.model import ORDER_INSTANTS, Lang, LedgerEntry, Message, Order

_EXCERPT_OVER = 200  # messages; longer conversations are shown around the evidence
_AROUND = 20


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline. `kind`: order, promise, message, notice; `note`: a span in words, "" where there is none."""

    at: datetime
    kind: str
    what: str
    note: str
    message_id: str = ""
    evidence: bool = False
    code: str = ""  # the column it came from; appeal_by


def on_the_charge(case: Case, events: list[Event]) -> list[Event]:
    """Keep what answers the charge: the appeal's own deadline goes, and promises and spans where they are another matter."""
    scanned = () if "shipping" in case.charge.topics else ("first_scan_at",)
    kept = [replace(event, note="" if event.code in scanned else event.note) for event in events if event.code != "appeal_by"]
    if {"promise", "contradiction"} & set(case.charge.families):
        return kept
    return [replace(event, note="") for event in kept if event.kind != "promise" and event.code != "ship_by"]


def timeline(case: Case, evidence: frozenset[str], lang: Lang) -> list[Event]:
    """List all events in order of time; at the same instant orders come first, then messages, promises, the notice."""
    ranks = {"order": 0, "message": 1, "promise": 2, "notice": 3}
    shown, _ = excerpt(case, evidence)
    events = [*_of_order(case.order, case.ledger, lang), *_of_promises(case, lang), *_of_notice(case, lang)]
    events += [_of_message(message, message.message_id in evidence, lang) for message in shown]
    return sorted(events, key=lambda event: (event.at.astimezone(UTC), ranks[event.kind]))


def excerpt(case: Case, evidence: frozenset[str]) -> tuple[tuple[Message, ...], bool]:
    """(messages to show, whether any are left out): the whole conversation, or what lies around the evidence where it is long."""
    every = case.messages
    if len(every) <= _EXCERPT_OVER:
        return every, False
    marked = [place for place, message in enumerate(every) if message.message_id in evidence]
    if not marked:
        before = [message for message in every if message.at <= case.notice.issued_at] or list(every)
        return tuple(before[-_EXCERPT_OVER:]), True
    near = {place for mark in marked for place in range(mark - _AROUND, mark + _AROUND + 1)}
    return tuple(message for place, message in enumerate(every) if place in near), True


def _of_order(order: Order | None, ledger: Sequence[LedgerEntry], lang: Lang) -> Iterator[Event]:
    if order is None:
        return
    for name in ORDER_INSTANTS:
        at: datetime | None = getattr(order, name)
        if at is not None:
            promised = [
                apart("promise", at, entry.deadline, entry.text) for entry in ledger if entry.deadline and _same(entry, name, at)
            ]
            notes = [tell(lang, said) for said in (*promised, *_spans(order, name, at))]
            yield Event(at, "order", say(lang, f"event.{name}"), say(lang, "unit.list").join(notes), code=name)


def _same(entry: LedgerEntry, name: str, at: datetime | None) -> bool:
    """Whether a promise was held against this very event of the order."""
    return entry.event == name and entry.event_at is not None and entry.event_at == at


def _spans(order: Order, name: str, at: datetime) -> Iterator[Said]:
    if name in ("shipped_at", "first_scan_at") and order.ship_by:
        yield apart("ship_by", at, order.ship_by)
    if name == "shipped_at" and order.paid_at and at >= order.paid_at:
        yield Said("span.after_paid", {"span": at - order.paid_at})
    if name == "delivered_at" and order.shipped_at and at >= order.shipped_at:
        yield Said("span.after_shipped", {"span": at - order.shipped_at})
    if name == "refunded_at" and order.refund_requested_at and at >= order.refund_requested_at:
        yield Said("span.after_request", {"span": at - order.refund_requested_at})


def apart(what: str, at: datetime, due: datetime, text: str = "") -> Said:
    """How far `at` lies before or after the moment `due` of that kind (ship_by, promise)."""
    side = "on" if at == due else "before" if at < due else "after"
    return Said(f"span.{side}_{what}", {"span": abs(at - end_of(due)), "text": text})


def end_of(due: datetime) -> datetime:
    """Give the moment a deadline means: 23:59:59 stands for the end of that day."""
    return due + timedelta(seconds=1) if (due.hour, due.minute, due.second) == (23, 59, 59) else due


def _of_promises(case: Case, lang: Lang) -> Iterator[Event]:
    for entry in case.ledger:
        if entry.deadline is None:
            continue
        ids = ", ".join(entry.message_ids)
        what = say(lang, "timeline.deadline", kind=entry.kind, text=entry.text, made=entry.made_at)
        yield Event(entry.deadline, "promise", what, say(lang, f"outcome.{entry.outcome}"), ids)
        if entry.event_at is not None and not (case.order and _same(entry, entry.event, getattr(case.order, entry.event, None))):
            done = say(lang, "timeline.held_against", event=entry.event or "other", text=entry.text)
            yield Event(
                entry.event_at, "promise", done, tell(lang, apart("promise", entry.event_at, entry.deadline, entry.text)), ids
            )


def _of_notice(case: Case, lang: Lang) -> Iterator[Event]:
    notice = case.notice
    yield Event(notice.issued_at, "notice", say(lang, "timeline.notice", id=notice.notice_id, text=notice.reason), "")
    if case.appeal_by is not None:
        yield Event(
            case.appeal_by,
            "notice",
            say(lang, "timeline.appeal_by"),
            say(lang, "state.assumed") if case.assumed else "",
            code="appeal_by",
        )


def _of_message(message: Message, evidence: bool, lang: Lang) -> Event:
    who = say(lang, f"role.{message.role}") + (f" {show(message.sender_id, lang)}" if message.sender_id else "")
    return Event(message.at, "message", who + say(lang, "unit.colon") + said_by(message, lang), "", message.message_id, evidence)


def said_by(message: Message, lang: Lang) -> str:
    """Give a message's words on one line; what is no text is named as such."""
    kind = "" if message.content_type == "text" else f"[{say(lang, f'content.{message.content_type}')}]"
    body = show(message.text, lang) if message.text else ""
    return " ".join(part for part in (kind, body) if part) or f"[{say(lang, 'content.empty')}]"
