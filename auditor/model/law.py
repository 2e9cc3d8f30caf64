"""Rules and packs, as rulebook reads them from rules/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from auditor.model.terms import Certainty, Family, Lang, Severity

Confidence = Literal["official", "third_party", "developer", "source_document", "shop_default", "unverified"]
Texts = Mapping[str, str]  # language → text; zh, en and pl are all there


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule comes from, and how well that is known."""

    document: str
    section: str
    source: str
    seen: date
    confidence: Confidence
    note: Texts = field(default_factory=dict)  # what is not certain about it; empty: nothing to say


@dataclass(frozen=True, slots=True)
class AppealTerms:
    """How a platform takes appeals: `window` runs from `starts`; `assumed` says in words what is not certain."""

    window: timedelta
    starts: str  # "notice"
    clause: Clause
    entry: Texts = field(default_factory=dict)
    evidence: Texts = field(default_factory=dict)
    assumed: Texts = field(default_factory=dict)


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
    params: tuple[tuple[date, Mapping[str, object] | None], ...]
    certainty_at_most: Certainty = "proven"
    yields_to: tuple[str, ...] = ()  # rule ids: where one of them stands on the same evidence, this one is suppressed
    money: Mapping[str, str] = field(default_factory=dict)  # amount, currency, per, note: what a breach costs, where known
    path: str = ""


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
