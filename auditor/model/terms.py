"""The closed sets of words that everybody uses: families, severities, languages, roles."""

from __future__ import annotations

from typing import Literal

import polars as pl

INSTANT = pl.Datetime("us", "UTC")

Family = Literal["response_time", "promise", "contradiction", "misleading", "mechanical", "attitude", "procedure"]
FAMILIES: tuple[Family, ...] = (
    "response_time",
    "promise",
    "contradiction",
    "misleading",
    "mechanical",
    "attitude",
    "procedure",
)
Severity = Literal["critical", "major", "minor", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "info")  # worst first
Certainty = Literal["proven", "suspected"]
Verdict = Literal["confirmed", "dismissed", "excused"]  # a reviewer's
VERDICTS: tuple[Verdict, ...] = ("confirmed", "dismissed", "excused")
Lang = Literal["zh", "en", "pl"]
LANGS: tuple[Lang, ...] = ("zh", "en", "pl")

ROLES = ("buyer", "agent", "bot", "system")
CONTENT_TYPES = ("text", "image", "video", "voice", "file", "product_card", "order_card", "event")
CHANNELS = ("chat", "email", "dispute", "social")
