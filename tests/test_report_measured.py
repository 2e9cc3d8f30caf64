"""Measured values in the reader's words."""

from __future__ import annotations

import pytest

from auditor.report.measured import duration, in_words
from auditor.report.words import words


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ("2026-11-16 10:02:05+08:00 → 2026-11-16 10:11:40+08:00 = 575 s", "9 min 35 s"),
        ("2026-11-19 11:01:30+08:00 → … = 51030 s (140310 s by the clock)", "14 h 10 min 30 s (38 h 58 min 30 s by the clock)"),
        ("<= 180 s (08:00–23:00)", "≤ 3 min (08:00–23:00)"),
        ("<= 86400 s", "≤ 24 h"),
        ("shipped_at 2026-11-18 09:12:44+08:00", "dispatch in the order 2026-11-18 09:12:44 (+08:00)"),
        ("2026-11-11 02:54:41 +08:00 + 24 h → 2026-11-12 02:54:41 +08:00", "by 2026-11-12 02:54:41 (+08:00)"),
        ("2026-11-16 14:00:52 +08:00 → end of day 2026-11-16", "by 2026-11-16 24:00"),
        ("no ship event by the end of the export", "not seen by the end of the export"),
        ("你有病", "你有病"),
        ("<b>12 s</b>", "<b>12 s</b>"),
    ],
)
def test_arithmetic_is_said_in_words_and_other_texts_stay(measured: str, said: str) -> None:
    assert in_words(measured, words("en"), "en") == said


def test_durations_have_units_in_every_language() -> None:
    assert duration(264_600, "zh") == "3 天 1 小时 30 分钟"
    assert duration(264_600, "pl") == "3 d 1 godz. 30 min"
    assert duration(0, "en") == "0 s"
