"""The audit's result: all that the reports are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from auditor.model.columns import RATE_COLUMNS
from auditor.model.found import Finding, NotEvaluated, Reviews
from auditor.model.law import Pack
from auditor.model.records import Conversation, InputFile, Notice, Order, Quarantined, Shop
from auditor.model.terms import Lang
from auditor.model.understood import LedgerEntry

_RATES = {name: kind for name, kind in RATE_COLUMNS.items() if name != "conversation_id"}


@dataclass(frozen=True, slots=True)
class Detail:
    """Conversations judged tonight (column conversation_id), and the day from which on findings of others are listed as well."""

    judged: pl.DataFrame
    since: date


@dataclass(frozen=True, slots=True)
class AuditResult:
    """All that the reports are made from."""

    as_of: datetime
    lang: Lang
    version: str
    packs: tuple[Pack, ...]
    findings: Sequence[Finding]  # by occurred_at, conversation, rule
    not_evaluated: tuple[NotEvaluated, ...]
    ledger: Sequence[LedgerEntry]
    rounds: pl.DataFrame
    activity: pl.DataFrame
    conversations: Mapping[str, Conversation]  # those that a finding or a notice names
    notices: tuple[Notice, ...]
    orders: Mapping[str, Order]  # those of `conversations` and `notices`
    shops: Mapping[str, Shop]
    inputs: tuple[InputFile, ...]
    quarantined: tuple[Quarantined, ...]
    counts: Mapping[str, int]  # messages, conversations, agents, orders, notices, texts, rules …
    rates: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_RATES))  # RATE_COLUMNS without conversations
    platforms: Mapping[str, int] = field(default_factory=dict)  # platform → conversations
    detail: Detail | None = None  # what lists for people are limited to; None: to nothing
    reviews: Reviews | None = None
