"""A clause split into what must be so for a breach: each element proved, disproved or unknown by the finding's own record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from auditor.model import Rule

State = Literal["proved", "disproved", "unknown"]
_ABOUT_ORDERS = frozenset({"promises", "ship_window", "shipment", "statements"})
_BY_THE_CLOCK = frozenset({"response_time"})


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that the clause asks for; `why` says what bears it out, or what is lacking."""

    name: str  # said, by whom, about which order, against which fact, in force
    state: State
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.state} – {self.why}"


def elements(record: Mapping[str, Any], rule: Rule | None) -> list[Element]:
    """`record`: a row of findings.jsonl; `rule`: as installed, None where it is no more."""
    found = [_said(record, rule), _by_whom(record), _order(record, rule), _fact(record)]
    return [*found, _in_force(record, rule)] if rule is not None else found


def _said(record: Mapping[str, Any], rule: Rule | None) -> Element:
    ids = ", ".join(record["message_ids"])
    if rule is not None and rule.detector in (*_BY_THE_CLOCK, "shipment") and record["certainty"] == "proven":
        return Element("what happened", "proved", f"message {ids} and the record's own times")
    if record["certainty"] == "proven":
        return Element("what was said", "proved", f"message {ids}, held against records alone")
    return Element("what was said", "unknown", f"message {ids} is there; its meaning is a reading that a person has to confirm")


def _by_whom(record: Mapping[str, Any]) -> Element:
    if record["agent_id"]:
        return Element("by whom", "proved", f"account {record['agent_id']} wrote or answered")
    return Element("by whom", "unknown", "laid to nobody in person (no agent took part, or a queue, a transfer or the shop)")


def _order(record: Mapping[str, Any], rule: Rule | None) -> Element:
    if record["order_id"]:
        return Element("about which order", "proved", f"order {record['order_id']}")
    if rule is not None and rule.detector in _ABOUT_ORDERS:
        return Element("about which order", "unknown", "no order is tied to the evidence")
    return Element("about which order", "unknown", "the clause does not ask for one, and none is tied to the evidence")


def _fact(record: Mapping[str, Any]) -> Element:
    measured, threshold = record["measured"] or "–", record["threshold"]
    against = f"{measured} against {threshold}" if threshold and threshold != "0" else measured
    if record["certainty"] == "proven":
        return Element("against which fact", "proved", against)
    return Element("against which fact", "unknown", f"{against}; rests on how the text was understood")


def _in_force(record: Mapping[str, Any], rule: Rule) -> Element:
    day = datetime.fromisoformat(record["occurred_at"]).date()
    start, end = rule.clause.effective_from, rule.clause.effective_to
    if (start and day < start) or (end and day > end):
        return Element("in force", "disproved", f"the clause held {start or '…'} to {end or '…'}, the event was on {day}")
    if start is None:
        return Element(
            "in force", "unknown", f"applied from {rule.params[0][0]}; the source does not say since when the clause holds"
        )
    return Element("in force", "proved", f"since {start}" + (f" until {end}" if end else "") + f"; the event was on {day}")
