"""Deadlines: what was said, tied to a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Lang, When
from auditor.reading.normal import normal
from auditor.reading.promises import assent, elliptic, promises
from auditor.reading.when import CALENDAR_UNKNOWN, TOO_FAR, deadline
from auditor.worktime import zone_of

COUNTRY = {"zh": "CN", "en": "US", "pl": "PL"}
TABLE: list[tuple[Lang, str, str, str]] = [
    ("zh", "2026-09-22T10:02:42+08:00", "48小时内发", "2026-09-24T10:02:42+08:00"),
    ("zh", "2026-09-22T10:02:42+08:00", "今天发", "2026-09-22T23:59:59+08:00"),
    ("zh", "2026-09-23T18:03:42+08:00", "明早发", "2026-09-24T12:00:00+08:00"),
    ("zh", "2026-09-29T11:00:37+08:00", "2个工作日内退给您", "2026-10-08T23:59:59+08:00"),
    ("zh", "2026-10-09T11:00:37+08:00", "1个工作日内退给您", "2026-10-10T23:59:59+08:00"),
    ("zh", "2026-10-10T10:12:10+08:00", "今天下午六点前给您补寄", "2026-10-10T18:00:00+08:00"),
    ("zh", "2026-10-10T17:12:10+08:00", "下午3点前给您补寄", "2026-10-11T15:00:00+08:00"),
    ("zh", "2026-10-10T18:30:00+08:00", "今天下午给您补寄", "2026-10-10T23:59:59+08:00"),
    ("zh", "2026-10-10T10:12:10+08:00", "今晚12点前发", "2026-10-10T23:59:59+08:00"),
    ("zh", "2026-10-10T10:12:10+08:00", "明天10点前发", "2026-10-11T10:00:00+08:00"),
    ("zh", "2026-10-10T10:12:10+08:00", "明天3点前发", "2026-10-11T15:00:00+08:00"),
    ("zh", "2026-10-08T10:12:10+08:00", "周四发", "2026-10-08T23:59:59+08:00"),
    ("zh", "2026-10-08T10:12:10+08:00", "下周四发", "2026-10-15T23:59:59+08:00"),
    ("zh", "2026-10-08T10:12:10+08:00", "本周内发", "2026-10-11T23:59:59+08:00"),
    ("zh", "2026-02-11T10:12:10+08:00", "月底发", "2026-02-28T23:59:59+08:00"),
    ("zh", "2026-10-16T10:12:10+08:00", "15号前发", "2026-11-15T23:59:59+08:00"),
    ("zh", "2026-10-16T10:12:10+08:00", "今天下班前发", "2026-10-16T18:00:00+08:00"),
    ("zh", "2026-09-28T10:00:00+08:00", "节后第一个工作日发", "2026-10-08T23:59:59+08:00"),
    ("pl", "2026-10-15T09:51:00+02:00", "odpiszę dziś do 15:00", "2026-10-15T15:00:00+02:00"),
    ("pl", "2026-11-10T13:00:00+01:00", "wyślemy w ciągu 1 dnia roboczego", "2026-11-12T23:59:59+01:00"),
    ("pl", "2026-11-10T13:00:00+01:00", "wyślemy w czwartek", "2026-11-12T23:59:59+01:00"),
    ("pl", "2026-03-28T13:00:00+01:00", "wyślemy w ciągu 24 godzin", "2026-03-29T14:00:00+02:00"),
    ("pl", "2026-03-28T13:00:00+01:00", "wyślemy jutro do 15", "2026-03-29T15:00:00+02:00"),
    ("pl", "2026-10-24T13:00:00+02:00", "wyślemy jutro", "2026-10-25T23:59:59+01:00"),
    ("pl", "2026-10-24T13:00:00+02:00", "wyślemy w ciągu 2 dni", "2026-10-26T23:59:59+01:00"),
    ("pl", "2026-10-24T13:00:00+02:00", "wyślemy 15 maja", "2027-05-15T23:59:59+02:00"),
    ("en", "2026-10-14T16:50:00-08:00", "yours ships tomorrow", "2026-10-15T23:59:59-08:00"),
    ("en", "2026-10-14T16:50:00-08:00", "we'll ship by 5", "2026-10-14T17:00:00-08:00"),
    ("en", "2026-10-14T17:50:00-08:00", "we'll ship by 5", "2026-10-15T17:00:00-08:00"),
    ("en", "2026-10-14T17:50:00-08:00", "we'll ship in 2 business days", "2026-10-16T23:59:59-08:00"),
]


def _anchor(text: str, lang: Lang) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(ZoneInfo("Europe/Warsaw")) if lang == "pl" else moment


@pytest.mark.parametrize(("lang", "at", "text", "expected"), TABLE)
def test_deadlines(lang: Lang, at: str, text: str, expected: str) -> None:
    when = promises(normal(text), lang)[0][0].when
    assert when is not None
    found = deadline(when, _anchor(at, lang), COUNTRY[lang], 540, 1080)
    assert (found.deadline and found.deadline.isoformat(), found.problem) == (expected, None)


def test_arithmetic_names_the_steps() -> None:
    at = datetime(2026, 9, 22, 10, 2, 42, tzinfo=zone_of("+08:00"))
    assert deadline(When("days", 0), at, "CN", 540, 1080).arithmetic == "2026-09-22 10:02:42 +08:00 → end of day 2026-09-22"
    assert deadline(When("hours", 48), at, "CN", 540, 1080).arithmetic.endswith("+ 48 h → 2026-09-24 10:02:42 +08:00")


def test_what_cannot_be_resolved_says_why() -> None:
    at = datetime(2031, 3, 3, 10, tzinfo=zone_of("+08:00"))
    assert deadline(When("business_days", 2), at, "CN", 540, 1080).problem == CALENDAR_UNKNOWN
    assert deadline(When("days", 99999), at, "CN", 540, 1080).problem == TOO_FAR


@given(
    unit=st.sampled_from(["minutes", "hours", "days", "weekday", "week_end", "closing"]),
    n=st.integers(0, 30),
    weekday=st.integers(0, 6),
    clock=st.sampled_from([None, 720, 1080, 1440]),
    minute=st.integers(0, 60 * 24 * 60),
    weeks=st.integers(1, 40),
)
def test_whole_weeks_shift_the_deadline(unit: str, n: int, weekday: int, clock: int | None, minute: int, weeks: int) -> None:
    when = When(unit, n, weekday=weekday, clock=clock)  # type: ignore[arg-type]
    at = datetime(2026, 5, 4, tzinfo=zone_of("+08:00")) + timedelta(minutes=minute)
    first = deadline(when, at, "CN", 540, 1080).deadline
    later = deadline(when, at + timedelta(weeks=weeks), "CN", 540, 1080).deadline
    assert first is not None
    assert later is not None
    assert first >= at
    assert later - first == timedelta(weeks=weeks)


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("48小时内发", "四十八小时内发"),
        ("3天内发", "三天内发"),
        ("2个工作日退款", "两个工作日退款"),
        ("15号发", "十五号发"),
        ("下午6点发", "下午六点发"),
        ("30分钟内回复您", "三十分钟内回复您"),
        ("11月20号发", "十一月二十号发"),
    ],
)
def test_digits_and_numerals_read_alike(digits: str, words: str) -> None:
    assert [one.when for one in promises(normal(digits), "zh")[0]] == [one.when for one in promises(normal(words), "zh")[0]]
    assert promises(normal(digits), "zh")[0]


@pytest.mark.parametrize(
    ("lang", "text", "n"),
    [
        ("en", "Tomorrow.", 1),
        ("en", "Hi, tomorrow for sure!", 1),
        ("zh", "明天哈亲", 1),
        ("zh", "差不多明后天吧", 2),
        ("pl", "jutro", 1),
        ("pl", "Dzień dobry, pojutrze :)", 2),
    ],
)
def test_an_answer_that_is_only_a_time(lang: Lang, text: str, n: int) -> None:
    assert elliptic(normal(text), lang) == When("days", n)


def test_an_answer_that_explains_its_time() -> None:
    assert elliptic(normal("Jutro święto (11 listopada), więc w czwartek."), "pl") == When("weekday", weekday=3)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Tomorrow?"),
        ("en", "Not tomorrow"),
        ("zh", "今天天气好"),
        ("zh", "最快明天"),
        ("pl", "wczoraj"),
        ("pl", "jutro święto"),
        ("zh", "今天发不了"),
    ],
)
def test_no_elliptic_answer(lang: Lang, text: str) -> None:
    assert elliptic(normal(text), lang) is None


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("zh", "好的亲，没问题", "yes"),
        ("zh", "可以的哦", "yes"),
        ("zh", "嗯嗯好的", "yes"),
        ("en", "Sure, no problem!", "yes"),
        ("en", "Yes, of course", "yes"),
        ("pl", "Tak, oczywiście", "yes"),
        ("pl", "Jasne, nie ma problemu :)", "yes"),
        ("en", "If it's placed before 1 pm Pacific, yes.", "conditional"),
        ("zh", "4点前拍的话可以", "conditional"),
        ("pl", "Jeśli wpłata będzie do 12, to tak", "conditional"),
        ("zh", "不可以哦", None),
        ("zh", "好的，我帮您问下仓库", None),
        ("zh", "可以吗", None),
        ("en", "Sure, let me check with the warehouse", None),
        ("en", "No, sorry", None),
        ("pl", "Niestety nie", None),
        ("pl", "Tak, ale proszę najpierw podać adres", None),
        ("en", "Is that ok?", None),
    ],
)
def test_assent(lang: Lang, text: str, expected: str | None) -> None:
    assert assent(normal(text), lang) == expected
