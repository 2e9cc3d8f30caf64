"""Until when a notice can be appealed, and whether that is known or assumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Literal

from auditor.appeal.wording import hours, pick, say
from auditor.model import AppealTerms, Lang, Notice, Pack
from auditor.worktime import nth_business_day

State = Literal["open", "unknown", "expired"]


def pack_of(platform: str, packs: Sequence[Pack]) -> Pack | None:
    """Find the pack of that platform, one with appeal terms before one without; packs for all are no platform's own."""
    own = [pack for pack in packs if platform in pack.platforms]
    return next((pack for pack in own if pack.appeal is not None), own[0] if own else None)


def deadline(notice: Notice, packs: Sequence[Pack], lang: Lang = "en") -> tuple[datetime | None, str]:
    """(appeal_by, what is assumed in it): in the notice's own offset; None where neither notice nor pack knows.

    The text is empty where the notice itself names the deadline, and never empty where a pack's window was added.
    """
    zone = notice.issued_at.tzinfo
    if notice.appeal_by is not None:
        return notice.appeal_by.astimezone(zone), ""
    pack = pack_of(notice.platform, packs)
    if pack is None or pack.appeal is None:
        return None, say(lang, "deadline.unknown")
    by = _after(notice.issued_at, pack.appeal, pack.calendar).astimezone(zone)
    counted = say(lang, "deadline.assumed", window=hours(pack.appeal.window, lang))
    return by, " ".join(part for part in (counted, pick(pack.appeal.assumed, lang)) if part)


def _after(start: datetime, terms: AppealTerms, calendar: str) -> datetime:
    """The end of the window: so many hours on, or the end of the n-th business day where the platform counts these."""
    plain = start.astimezone(UTC) + terms.window
    if terms.counts == "calendar":
        return plain
    day = nth_business_day(start.date(), terms.window.days, calendar)
    if day is None:
        return plain  # the calendar of that year is not known: the shorter time is the safer one
    return max(plain, datetime.combine(day, time(23, 59, 59), start.tzinfo).astimezone(UTC))


def state_of(appeal_by: datetime | None, as_of: datetime) -> State:
    """Whether the window is open at `as_of`; its last instant still is."""
    if appeal_by is None:
        return "unknown"
    return "open" if as_of <= appeal_by else "expired"
