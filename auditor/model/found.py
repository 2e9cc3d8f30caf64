"""What a detector saw, and what a rule made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from auditor.model.records import Order
from auditor.model.terms import Certainty, Family, Severity, Verdict

FactValue = str | int | float | Decimal | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a detector saw; it knows no rule, severity or wording. `facts` are what a rule's message may name."""

    at: datetime  # when the message was written (aware, its own offset): decides which rule version holds
    conversation_id: str
    message_ids: tuple[str, ...]  # the evidence, in order
    agent_id: str | None
    certainty: Certainty
    quote: str
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    measured: str = ""
    threshold: str = ""
    order_id: str | None = None
    basis: str = ""  # suspected: what it rests on


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that counts towards a rule on a whole agent, buyer or shop, settled once all conversations were seen.

    `who`: the agent, buyer or shop (None: nobody is named); `text`: letters and digits, what makes two of them alike;
    `counts`: False where it belongs to the whole that a share is taken of.
    """

    hit: Hit
    who: str | None
    text: str
    counts: bool
    platform: str
    shop_id: str | None
    rule_id: str = ""
    since: date = date.min  # the version of the rule's parameters that saw it
    order: Order | None = None  # that the penalty is reckoned from


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """Something that a rule could not judge, and why; `count` many of the same kind, `examples` some places."""

    rule_id: str
    reason: str  # a key of report texts: no_order, no_calendar, unclear_need, outside_hours, …
    count: int = 1
    examples: tuple[str, ...] = ()  # conversation ids, at most 5
    conversations: tuple[str, ...] = ()  # every one concerned, once for each thing


def left_out(reason: str, conversations: Iterable[str], rule_id: str = "") -> NotEvaluated:
    """What could not be judged for one reason, one thing in each conversation named."""
    every = tuple(conversations)
    return NotEvaluated(rule_id, reason, len(every), tuple(sorted(set(every))[:5]), every)


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit under the rule that was in force: the row of findings.jsonl, in its field order."""

    finding_id: str
    rule_id: str
    pack: str
    pack_version: str
    clause: str
    family: Family
    severity: Severity
    certainty: Certainty
    platform: str
    shop_id: str | None
    agent_id: str | None
    conversation_id: str
    order_id: str | None
    message_ids: tuple[str, ...]
    occurred_at: datetime
    measured: str
    threshold: str
    explanation: str  # in the language of the reports
    quote: str
    suppressed_by: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)  # for other languages' wording; not written out
    basis: str = ""
    cents: int | None = None  # what the clause's penalty puts at risk; None: no amount named, or the order's value is not known
    currency: str | None = None
    arithmetic: str = ""  # of the money


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of a finding; only a confirmed one, or one nobody looked at, counts."""

    finding_id: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reviews:
    """The verdicts in force, from the file of that name and content: of each finding the last one that was given."""

    path: str
    sha256: str
    by_finding: Mapping[str, Review] = field(default_factory=dict)
