"""Who waited how long, by the clock: what opens it, what stops it, which hours count."""

from datetime import datetime, timedelta

import pytest

from auditor.rounds import Terms, due_on_working_days, judged, rounds
from tests.chats import shard

CHINA_DAY = Terms(timedelta(minutes=3), 8 * 60, 23 * 60)


def statuses(chat: str, terms: Terms = CHINA_DAY, **kwargs: object) -> list[str]:
    made = shard(chat, **kwargs)  # type: ignore[arg-type]
    return judged(rounds(made), terms, made)["status"].to_list()


@pytest.mark.parametrize(
    ("answer", "status"),
    [("10:03:00", "in_time"), ("10:03:01", "late"), ("22:59:59", "late")],
    ids=["limit", "a second over", "hours"],
)
def test_the_limit_to_the_second(answer: str, status: str) -> None:
    assert statuses(f"2026-03-02 10:00:00 buyer: 有货吗\n2026-03-02 {answer} agent a: 有的") == [status]


def test_a_bot_does_not_stop_the_clock() -> None:
    chat = "2026-03-02 10:00:00 buyer: 有货吗\n2026-03-02 10:00:01 bot: 亲,稍等\n2026-03-02 10:05:00 agent a: 有的"
    assert statuses(chat) == ["late"]


def test_the_clock_runs_from_the_first_open_question() -> None:
    chat = "2026-03-02 10:00:00 buyer: 有货吗\n2026-03-02 10:02:50 buyer: 人呢?\n2026-03-02 10:03:10 agent a: 有的"
    assert statuses(chat) == ["late"]


@pytest.mark.parametrize(
    "closing", ["好的", "谢谢亲", "嗯嗯", "[玫瑰]", "行 明天就明天", "没有了，谢谢", "OK", "👌", "好的刚没看到", "行我想想"]
)
def test_closing_words_open_no_clock_against_anybody(closing: str) -> None:
    chat = f"2026-03-02 10:00:00 buyer: 有货吗\n2026-03-02 10:00:30 agent a: 有的\n2026-03-02 10:01:00 buyer: {closing}"
    assert set(statuses(chat)) <= {"in_time", "unclear"}


@pytest.mark.parametrize("question", ["好的,那什么时候发货", "谢谢,能开发票吗", "?", "人工", "说好昨天的呢"])
def test_a_question_after_thanks_is_still_a_question(question: str) -> None:
    chat = f"2026-03-02 10:00:00 buyer: 有货吗\n2026-03-02 10:00:30 agent a: 有的\n2026-03-02 10:01:00 buyer: {question}"
    assert statuses(chat) == ["in_time", "unanswered"]


def test_night_is_nobodys_time() -> None:
    assert statuses("2026-03-02 23:30:00 buyer: 有货吗\n2026-03-03 09:30:00 agent a: 有的") == ["outside_hours"]
    waits = Terms(timedelta(minutes=3), 8 * 60, 23 * 60, outside_hours="waits")
    assert statuses("2026-03-02 23:30:00 buyer: 有货吗\n2026-03-03 08:02:00 agent a: 有的", waits) == ["in_time"]
    assert statuses("2026-03-02 23:30:00 buyer: 有货吗\n2026-03-03 09:30:00 agent a: 有的", waits) == ["late"]


def test_the_night_between_question_and_answer_is_not_counted() -> None:
    chat = "2026-03-02 22:58:30 buyer: 有货吗\n2026-03-03 08:01:{} agent a: 有的"
    assert statuses(chat.format("30")) == ["in_time"]
    assert statuses(chat.format("31")) == ["late"]


def test_where_the_export_ends_nothing_is_unanswered_yet() -> None:
    chat = "2026-03-02 10:00:00 buyer: 有货吗"
    assert statuses(chat, goes_on_until=None) == ["pending"]
    assert statuses(chat, goes_on_until="2026-03-02 10:02") == ["pending"]
    assert statuses(chat, goes_on_until="2026-03-02 10:04") == ["unanswered"]


@pytest.mark.parametrize(
    ("start", "rule", "due"),
    [
        ("2025-12-19T16:00", "excluded", "2025-12-22T16:00"),  # Friday 16:00: the weekend does not count
        ("2025-12-23T12:00", "excluded", "2025-12-29T12:00"),  # 24 to 26 December are holidays, then a weekend
        ("2025-12-21T10:00", "deadline_moves", "2025-12-22T10:00"),  # Sunday: the deadline itself is a Monday
        ("2025-12-19T16:00", "deadline_moves", "2025-12-22T16:00"),
        ("2025-12-16T09:30", "excluded", "2025-12-17T09:30"),
    ],
)
def test_polish_working_days(start: str, rule: str, due: str) -> None:
    terms = Terms(timedelta(hours=24), weekends=rule)  # type: ignore[arg-type]
    assert due_on_working_days(datetime.fromisoformat(start), terms, "PL") == datetime.fromisoformat(due)


def test_an_unknown_calendar_gives_no_date() -> None:
    terms = Terms(timedelta(hours=24), weekends="excluded")
    assert due_on_working_days(datetime.fromisoformat("2035-03-02T10:00"), terms, "CN") is None
