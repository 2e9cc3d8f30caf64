"""The tables that the manager's and the agents' workbooks share: which columns, how wide, written how."""

from __future__ import annotations

import polars as pl

from auditor.model import VERDICTS
from auditor.report.cells import Book, Column, Kind
from auditor.report.words import Words, verdict_choice

# name in the frame, key of the header, width, kind
Spec = tuple[str, str, float, Kind]

FINDINGS: tuple[Spec, ...] = (
    ("verdict", "verdict", 13, "text"),
    ("reviewer_reason", "reviewer_reason", 24, "wrap"),
    ("severity_word", "severity", 10, "text"),
    ("certainty_word", "certainty", 11, "text"),
    ("family_word", "family", 16, "text"),
    ("rule_title", "rule_title", 26, "wrap"),
    ("agent", "agent", 20, "text"),
    ("shop", "shop", 24, "text"),
    ("platform_name", "platform", 13, "text"),
    ("conversation_id", "conversation", 26, "text"),
    ("order_id", "order", 24, "text"),
    ("messages", "messages", 26, "wrap"),
    ("local", "time", 19, "datetime"),
    ("zone", "zone", 8, "text"),
    ("measured", "measured", 24, "wrap"),
    ("threshold", "threshold", 24, "wrap"),
    ("quote", "quote", 50, "wrap"),
    ("explanation", "explanation", 56, "wrap"),
    ("basis", "basis", 28, "wrap"),
    ("fix", "fix", 44, "wrap"),
    ("clause", "clause", 34, "wrap"),
    ("confidence", "confidence", 20, "wrap"),
    ("money", "money", 11, "money"),
    ("currency", "currency", 10, "text"),
    ("arithmetic", "money_arithmetic", 40, "wrap"),
    ("doubt", "doubt", 44, "wrap"),
    ("finding_id", "finding_id", 22, "text"),
)
# Without the two columns for reviewers, and with what covers each.
NOT_COUNTED: tuple[Spec, ...] = (("suppressed_by", "suppressed_by", 24, "text"), *FINDINGS[2:])

PROMISES: tuple[Spec, ...] = (
    ("made", "made", 19, "datetime"),
    ("agent", "agent", 20, "text"),
    ("kind_word", "kind", 12, "text"),
    ("text", "text", 46, "wrap"),
    ("due", "due", 19, "datetime"),
    ("arithmetic", "arithmetic", 44, "wrap"),
    ("outcome_word", "outcome", 14, "text"),
    ("reason", "reason", 44, "wrap"),
    ("event_word", "event", 20, "text"),
    ("event_local", "event_local", 19, "datetime"),
    ("conditional", "conditional", 11, "text"),
    ("hedged", "hedged", 10, "text"),
    ("shop", "shop", 24, "text"),
    ("platform_name", "platform", 13, "text"),
    ("conversation_id", "conversation", 26, "text"),
    ("order_id", "order", 24, "text"),
    ("messages", "messages", 26, "wrap"),
)
TIMES: tuple[Spec, ...] = (
    ("day", "day", 12, "date"),
    ("agent", "agent", 20, "text"),
    ("shop", "shop", 24, "text"),
    ("platform_name", "platform", 13, "text"),
    ("conversations", "conversations", 14, "int"),
    ("agent_messages", "agent_messages", 12, "int"),
    ("rounds_judged", "rounds_judged", 11, "int"),
    ("rounds_in_time", "rounds_in_time", 10, "int"),
    ("rounds_late", "rounds_late", 10, "int"),
    ("rounds_unanswered", "rounds_unanswered", 12, "int"),
    ("rounds_pending", "rounds_pending", 10, "int"),
    ("rounds_outside_hours", "rounds_outside_hours", 12, "int"),
    ("rounds_unclear", "rounds_unclear", 10, "int"),
    ("in_time_rate", "in_time_rate", 12, "percent"),
    ("first_response_median_s", "first_response_median", 13, "duration"),
    ("first_response_mean_s", "first_response_mean", 13, "duration"),
    ("first_response_p90_s", "first_response_p90", 16, "duration"),
)
LATE: tuple[Spec, ...] = (
    ("opened", "opened", 19, "datetime"),
    ("answered", "answered", 19, "datetime"),
    ("zone", "zone", 8, "text"),
    ("status_word", "status", 13, "text"),
    ("waited_s", "waited", 12, "duration"),
    ("counted_s", "counted", 14, "duration"),
    ("limit_s", "limit", 11, "duration"),
    ("cause_word", "cause", 12, "text"),
    ("own_counted_s", "own_counted", 14, "duration"),
    ("own_limit_s", "own_limit", 12, "duration"),
    ("own_status_word", "own_status", 13, "text"),
    ("difference_s", "clock_difference", 14, "int"),
    ("first_round", "first_round", 12, "text"),
    ("agent", "agent", 20, "text"),
    ("shop", "shop", 24, "text"),
    ("platform_name", "platform", 13, "text"),
    ("conversation_id", "conversation", 26, "text"),
    ("opened_message_id", "messages", 26, "text"),
)
RULES: tuple[Spec, ...] = (
    ("rule_id", "rule_id", 34, "text"),
    ("rule_title", "rule_title", 34, "wrap"),
    ("family", "family", 16, "text"),
    ("severity", "severity", 10, "text"),
    ("status", "status", 10, "text"),
    ("hits", "hits", 10, "int"),
    ("proven", "proven", 10, "int"),
    ("agents", "agents_affected", 10, "int"),
    ("clause", "clause", 40, "wrap"),
    ("source", "source", 40, "wrap"),
    ("confidence", "confidence", 22, "wrap"),
    ("penalty", "penalty", 40, "wrap"),
    ("doubt", "doubt", 50, "wrap"),
    ("note", "note", 50, "wrap"),
)
AGENTS: tuple[Spec, ...] = (
    ("rank", "rank", 8, "int"),
    ("agent_id", "agent", 24, "text"),
    ("sample", "sample", 14, "text"),
    ("conversations", "conversations", 14, "int"),
    ("points_per_100", "points_per_100", 16, "number"),
    ("low", "low", 12, "number"),
    ("high", "high", 12, "number"),
    ("faulty_conversations", "faulty", 16, "int"),
    ("proven", "proven", 10, "int"),
    ("suspected", "suspected", 11, "int"),
    ("proven_critical", "critical", 11, "int"),
    ("proven_major", "major", 11, "int"),
    ("proven_minor", "minor", 11, "int"),
    ("in_time_rate", "in_time_rate", 12, "percent"),
    ("rounds_judged", "rounds_judged", 11, "int"),
    ("first_response_median_s", "first_response_median", 13, "duration"),
    ("promises_made", "promises_made", 11, "int"),
    ("promises_kept", "promises_kept", 9, "int"),
    ("promises_broken", "promises_broken", 9, "int"),
    ("trend", "trend", 18, "text"),
    ("shops", "shops", 28, "wrap"),
    ("platforms", "platforms", 18, "wrap"),
)
RATES: tuple[Spec, ...] = (
    ("rate", "rate", 38, "wrap"),
    ("level", "level", 10, "text"),
    ("shop", "shop", 24, "text"),
    ("agent", "agent", 20, "text"),
    ("day", "day", 12, "date"),
    ("numerator", "numerator", 11, "int"),
    ("denominator", "denominator", 12, "int"),
    ("share", "share", 10, "percent"),
    ("low", "low", 11, "percent"),
    ("high", "high", 11, "percent"),
    ("target", "target", 10, "percent"),
    ("sample", "sample", 14, "text"),
    ("mean_s", "mean_wait", 13, "duration"),
    ("pending", "left_pending", 11, "int"),
    ("unclear", "left_unclear", 11, "int"),
    ("outside_hours", "left_outside_hours", 12, "int"),
    ("left_out", "left_marked", 12, "int"),
    ("exempt", "left_exempt", 12, "int"),
    ("platform_name", "platform", 13, "text"),
    ("window", "window", 24, "text"),
    ("doubt", "doubt", 50, "wrap"),
    ("source", "source", 40, "wrap"),
    ("rate_id", "rate_id", 30, "text"),
)
BY_RULE: tuple[Spec, ...] = (
    ("rule_title", "rule_title", 36, "wrap"),
    ("judged", "judged", 14, "int"),
    ("clean", "clean", 11, "int"),
    ("violations", "violations", 11, "int"),
    ("proven", "proven", 10, "int"),
    ("suspected", "suspected", 11, "int"),
    ("not_evaluated", "not_evaluated", 14, "int"),
    ("reasons", "left_why", 70, "wrap"),
    ("rule_id", "rule_id", 36, "text"),
)
NOT_EVALUATED: tuple[Spec, ...] = (
    ("rule_title", "rule_title", 36, "wrap"),
    ("reason", "reason", 56, "wrap"),
    ("count", "count", 10, "int"),
    ("examples", "examples", 60, "wrap"),
    ("rule_id", "rule_id", 36, "text"),
)
QUARANTINE: tuple[Spec, ...] = (
    ("file", "file", 44, "wrap"),
    ("count", "count", 9, "int"),
    ("examples", "row", 22, "text"),
    ("column", "field", 18, "text"),
    ("reason", "reason", 80, "wrap"),
    ("raw", "raw", 50, "wrap"),
)
INPUTS: tuple[Spec, ...] = (
    ("path", "file", 48, "wrap"),
    ("kind", "file_kind", 16, "text"),
    ("format", "format", 22, "text"),
    ("encoding", "encoding", 12, "text"),
    ("status", "status", 12, "text"),
    ("reason", "reason", 40, "wrap"),
    ("rows", "rows", 12, "int"),
    ("accepted", "accepted", 12, "int"),
    ("duplicate", "duplicate", 12, "int"),
    ("quarantined", "quarantined", 12, "int"),
    ("blank", "blank", 12, "int"),
    ("difference", "difference", 12, "int"),
    ("sha256", "sha256", 66, "text"),
)
SAMPLE: tuple[Spec, ...] = (
    ("number", "number", 8, "int"),
    ("seen", "seen", 16, "text"),
    ("seen_what", "seen_what", 44, "wrap"),
    ("conversation_id", "conversation", 26, "text"),
    ("platform_name", "platform", 13, "text"),
    ("shop", "shop", 24, "text"),
    ("agent", "agent", 24, "wrap"),
    ("started", "started", 19, "datetime"),
    ("message_count", "message_count", 12, "int"),
)
SAMPLE_CHATS: tuple[Spec, ...] = (
    ("number", "number", 8, "int"),
    ("local", "time", 19, "datetime"),
    ("zone", "zone", 8, "text"),
    ("who", "who", 14, "text"),
    ("sender", "sender", 20, "text"),
    ("text", "text", 80, "wrap"),
    ("content", "content", 14, "text"),
    ("conversation_id", "conversation", 26, "text"),
    ("messages", "messages", 26, "text"),
)
STRATA: tuple[Spec, ...] = (
    ("platform_name", "platform", 13, "text"),
    ("shop", "shop", 24, "text"),
    ("agent", "agent", 24, "text"),
    ("flagged", "flagged", 14, "text"),
    ("stratum_size", "stratum_size", 16, "int"),
    ("stratum_drawn", "stratum_drawn", 12, "int"),
    ("stands_for", "stands_for", 16, "number"),
)
PACKS: tuple[Spec, ...] = (
    ("pack", "pack", 18, "text"),
    ("title", "title", 30, "wrap"),
    ("version", "version", 14, "text"),
    ("platforms", "platforms", 24, "wrap"),
    ("rules", "rule_count", 9, "int"),
    ("hours", "hours", 14, "text"),
    ("timezone", "timezone", 18, "text"),
    ("calendar", "calendar", 10, "text"),
    ("sha256", "sha256", 66, "text"),
)


def columns(specs: tuple[Spec, ...], known: Words, without: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The columns of a table with headers in the report's language."""
    choices = {
        "verdict": tuple(verdict_choice(known, verdict) for verdict in VERDICTS),
        "seen": (known["flag.true"], known["flag.false"]),
    }
    return tuple(
        Column(name, known[f"column.{header}"], width, kind, choices.get(name, ()))
        for name, header, width, kind in specs
        if name not in without
    )


def add(book: Book, known: Words, sheet: str, frame: pl.DataFrame, specs: tuple[Spec, ...]) -> None:
    """A sheet of the book under its name in the report's language."""
    freeze = {"findings": 3, "agents": 2}.get(sheet, 1)
    book.table(known[f"sheet.{sheet}"], frame, columns(specs, known), freeze, tint="severity_word")


def new_book(title: str, known: Words) -> Book:
    """An empty workbook whose notes and colours follow the report's language."""
    return Book(title, known["note.cut"], {s: known[f"severity.{s}"] for s in ("critical", "major", "minor", "info")})
