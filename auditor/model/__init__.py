"""The nouns: what travels between the rooms, as tables (many) and frozen objects (few).

Tables are Polars frames with the columns below. Instants are UTC; `offset_s` keeps the message's own clock
(seconds east of Greenwich), so that "today" means the day the agent saw. Ids are strings, always.
"""

from auditor.model.columns import ACTIVITY_COLUMNS, MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS, ORDER_INSTANTS, ROUND_COLUMNS
from auditor.model.found import FactValue, Finding, Hit, Mark, NotEvaluated, left_out
from auditor.model.law import (
    AppealForm,
    AppealTerms,
    Clause,
    Confidence,
    Exemption,
    Figure,
    Pack,
    Penalty,
    Rate,
    Rule,
    Texts,
    Tier,
    Versions,
)
from auditor.model.marks import MARK_COLUMNS, marks_of, marks_table
from auditor.model.records import Conversation, Fact, InputFile, Message, Notice, Order, Quarantined, Shop
from auditor.model.result import AuditResult
from auditor.model.rows import FINDING_COLUMNS, LEDGER_COLUMNS, Findings, Ledger, findings_table, ledger_table
from auditor.model.terms import (
    CHANNELS,
    CONTENT_TYPES,
    FAMILIES,
    INSTANT,
    LANGS,
    ROLES,
    SEVERITIES,
    Certainty,
    Family,
    Lang,
    Severity,
)
from auditor.model.understood import Claim, LedgerEntry, Outcome, Promise, PromiseKind, When

__all__ = [
    "ACTIVITY_COLUMNS",
    "CHANNELS",
    "CONTENT_TYPES",
    "FAMILIES",
    "FINDING_COLUMNS",
    "INSTANT",
    "LANGS",
    "LEDGER_COLUMNS",
    "MARK_COLUMNS",
    "MESSAGE_COLUMNS",
    "NOTICE_COLUMNS",
    "ORDER_COLUMNS",
    "ORDER_INSTANTS",
    "ROLES",
    "ROUND_COLUMNS",
    "SEVERITIES",
    "AppealForm",
    "AppealTerms",
    "AuditResult",
    "Certainty",
    "Claim",
    "Clause",
    "Confidence",
    "Conversation",
    "Exemption",
    "Fact",
    "FactValue",
    "Family",
    "Figure",
    "Finding",
    "Findings",
    "Hit",
    "InputFile",
    "Lang",
    "Ledger",
    "LedgerEntry",
    "Mark",
    "Message",
    "NotEvaluated",
    "Notice",
    "Order",
    "Outcome",
    "Pack",
    "Penalty",
    "Promise",
    "PromiseKind",
    "Quarantined",
    "Rate",
    "Rule",
    "Severity",
    "Shop",
    "Texts",
    "Tier",
    "Versions",
    "When",
    "findings_table",
    "ledger_table",
    "left_out",
    "marks_of",
    "marks_table",
]
