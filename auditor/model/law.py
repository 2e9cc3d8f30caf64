"""Rules and packs, as rulebook reads them from rules/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from auditor.model.terms import Certainty, Family, Lang, Severity

Confidence = Literal["official", "third_party", "developer", "source_document", "shop_default", "unverified"]
Texts = Mapping[str, str]  # language → text; zh, en and pl are all there
Versions = tuple[tuple[date, Mapping[str, object] | None], ...]  # in force from this local day; None = withdrawn


@dataclass(frozen=True, slots=True)
class Tier:
    """What one breach costs for orders up to a value: an amount, or a share of the order's value between two bounds."""

    upto: Decimal | None = None  # of the order's value, included; None: any
    amount: Decimal | None = None
    share: Decimal | None = None  # 0.1 = 10 %
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Penalty:
    """What a breach costs by its clause. No tiers: money is not named, or not known; `note` then says what is."""

    per: Literal["finding", "order", "conversation"] = "finding"
    currency: str = ""
    tiers: tuple[Tier, ...] = ()
    points: str = ""  # in the platform's own words: "A6", "2/12/48"
    note: Texts = field(default_factory=dict)
    source: str = ""  # empty: the clause's own


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that the rule uses and that is not certain: what each source says. One value: nothing confirms it."""

    param: str  # of the rule's params, or "penalty", "window"
    says: tuple[tuple[str, str], ...]  # (value, source)


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule comes from, and how well that is known."""

    document: str
    section: str
    source: str
    seen: date
    confidence: Confidence
    note: Texts = field(default_factory=dict)  # what is not certain about it; empty: nothing to say
    text: Texts = field(default_factory=dict)  # what the clause says
    wording: Literal["quote", "paraphrase"] = "paraphrase"  # whether `text` is the document's own words
    effective_from: date | None = None  # None: not known
    effective_to: date | None = None  # None: not known to have ended
    penalties: tuple[tuple[date, Penalty | None], ...] = ()  # in force from this local day, oldest first

    def penalty_on(self, day: date) -> Penalty | None:
        """What a breach on that local day costs; None where the clause names nothing."""
        held: Penalty | None = None
        for since, penalty in self.penalties:
            if since <= day:
                held = penalty
        return held


@dataclass(frozen=True, slots=True)
class AppealForm:
    """What the platform's form takes; None: not known."""

    images: int | None = None  # at most
    file_mb: Decimal | None = None
    formats: tuple[str, ...] = ()
    characters: int | None = None
    attempts: int | None = None  # how often one may appeal
    again_within: timedelta | None = None  # of the rejection, for the next attempt
    partial_screenshots: bool | None = None  # whether they are taken as evidence


@dataclass(frozen=True, slots=True)
class AppealTerms:
    """How a platform takes appeals: `window` runs from `starts`; `assumed` says in words what is not certain."""

    window: timedelta
    starts: str  # "notice", "ticket", "claim"
    clause: Clause
    entry: Texts = field(default_factory=dict)
    evidence: Texts = field(default_factory=dict)
    assumed: Texts = field(default_factory=dict)
    counts: Literal["calendar", "business"] = "calendar"  # days of the window
    form: AppealForm = AppealForm()


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as the platform computes it: its unit, limit and hours are params of the response-time detector, by day."""

    id: str  # "<pack>/<name>"
    title: Texts
    params: Versions
    clause: Clause
    window: timedelta | None = None  # the platform looks back so far; None: by the day
    target: Decimal | None = None  # the share the platform asks for
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """A time in which a platform does not assess: both ends included, local."""

    starts: datetime  # naive: the platform's own clock
    ends: datetime
    rules: tuple[str, ...]  # names of the pack's rules and rates, without the pack's own
    why: Texts
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Overlay:
    """A change of one rule for some shops and days, with who answers for it and why."""

    id: str  # "<file's id>/<number>"
    rule: str
    shops: tuple[str, ...]  # shop ids; ("*",): all
    since: date  # first and last local day of the messages it holds for
    until: date
    owner: str
    reason: str
    off: bool = False
    params: Mapping[str, object] = field(default_factory=dict)  # laid over the rule's own
    severity: Severity | None = None

    def __str__(self) -> str:
        return f"overlay:{self.id} ({self.owner}: {self.reason}; → {self.until.isoformat()})"

    def holds(self, shop_id: str | None, day: date) -> bool:
        """Whether it changes what is found in that shop on that local day."""
        return (self.shops == ("*",) or shop_id in self.shops) and self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `params` are its versions, oldest first: (in force from this local day, parameters or None = withdrawn)."""

    id: str
    pack: str
    title: Texts
    status: Literal["draft", "active", "withdrawn"]
    detector: str
    family: Family
    severity: Severity
    message: Texts
    why: Texts
    fix: Texts
    clause: Clause
    falsepositives: tuple[Texts, ...]
    params: Versions
    certainty_at_most: Certainty = "proven"
    yields_to: tuple[str, ...] = ()  # rule ids: where one of them stands on the same evidence, this one is suppressed
    figures: tuple[Figure, ...] = ()  # what in params or penalty is not certain
    path: str = ""
    extends: str = ""  # the id of the rule that it was derived from
    overlays: tuple[Overlay, ...] = ()  # changes for some shops, in the order given


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule pack: the rules of one platform, and how that platform counts time and days."""

    id: str
    version: str
    title: Texts
    platforms: tuple[str, ...]  # ("*",): every platform
    timezone: str  # IANA
    calendar: str  # country code for business days: CN, PL, US …
    currency: str
    language: Lang  # of the platform's own forms
    opens: int  # shop hours, minutes after midnight
    closes: int
    rules: tuple[Rule, ...]
    sha256: str
    appeal: AppealTerms | None = None
    path: str = ""
    names: Mapping[str, Texts] = field(default_factory=dict)  # platform → what people call it
    includes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # other pack → its rules that do not apply here
    rates: tuple[Rate, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    def exempts(self, name: str, at: datetime) -> bool:
        """Whether the platform does not assess what that rule or rate (named without the pack) looks at, at that moment."""
        if not self.exemptions:
            return False
        local = at.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        return any(name in each.rules and each.starts <= local <= each.ends for each in self.exemptions)
