"""What became of a promise; every doubt favours the agent."""

from datetime import UTC, timedelta, timezone

import pytest

from auditor.ledger import ledger
from auditor.model import LedgerEntry
from tests.chats import at, shard

TODAY = """
2026-03-02 10:00 buyer: 什么时候发货
2026-03-02 10:01 agent 阿梅: 今天给您发出
"""


def only(*args: object, **kwargs: object) -> LedgerEntry:
    entries = ledger(shard(*args, **kwargs))  # type: ignore[arg-type]
    assert len(entries) == 1, entries
    return entries[0]


@pytest.mark.parametrize(
    ("order", "outcome", "reason"),
    [
        ({"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-02 23:59"}, "kept", "in_time"),
        ({"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-03 00:01"}, "broken", "after_deadline"),
        (
            {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-04 10:00", "first_scan_at": "2026-03-02 20:00"},
            "kept",
            "in_time",
        ),
        ({"paid_at": "2026-03-03 09:00", "shipped_at": "2026-03-04 10:00"}, "unverifiable", "order_does_not_fit"),
        ({"paid_at": "2026-03-01 09:00", "shipped_at": "2026-03-01 18:00"}, "unverifiable", "order_does_not_fit"),
        ({"paid_at": "2026-03-02 09:00", "cancelled_at": "2026-03-02 12:00"}, "unverifiable", "order_ended_before_deadline"),
        ({"paid_at": "2026-03-02 09:00"}, "unverifiable", "order_export_ends_before_deadline"),
        (
            {"paid_at": "2026-03-02 09:00", "status": "已发货", "refund_requested_at": "2026-03-09 10:00"},
            "unverifiable",
            "no_event_time",
        ),
        ({"paid_at": "2026-03-02 09:00", "refund_requested_at": "2026-03-09 10:00"}, "broken", "never_happened"),
        *(
            (
                {"paid_at": "2026-03-02 09:00", "status": status, "refund_requested_at": "2026-03-09 10:00"},
                "unverifiable",
                "no_event_time",
            )
            for status in ("交易关闭", "已取消", "Cancelled", "Anulowane")
        ),
    ],
)
def test_a_ship_promise_against_its_order(order: dict[str, str], outcome: str, reason: str) -> None:
    entry = only(TODAY, order)
    assert (entry.outcome, entry.reason) == (outcome, reason)
    assert entry.deadline == at("2026-03-02 23:59:59")


def test_without_an_order_nothing_is_held_against_anybody() -> None:
    assert only(TODAY).outcome == "unverifiable"


def test_a_deadline_ahead_is_pending() -> None:
    order = {"paid_at": "2026-03-02 09:00"}
    assert only(TODAY, order, as_of="2026-03-02 20:00").outcome == "pending"


def test_two_orders_of_one_buyer_with_different_fates_leave_it_open() -> None:
    late = {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-04 09:00"}
    in_time = {"paid_at": "2026-03-02 09:30", "shipped_at": "2026-03-02 18:00"}
    assert only(TODAY, late, in_time).reason == "which_order_is_unknown"
    both_late = only(TODAY, late, late)
    assert both_late.outcome == "broken"
    assert not both_late.certain  # whichever was meant was late, but a person has to look


def test_a_correction_before_the_deadline_withdraws_the_promise() -> None:
    chat = TODAY + "2026-03-02 17:00 agent 阿梅: 抱歉亲,今天发不了,明天发出\n"
    entries = ledger(shard(chat, {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-03 15:00"}))
    assert [entry.outcome for entry in entries] == ["withdrawn", "kept"]


def test_a_correction_after_the_deadline_does_not() -> None:
    chat = TODAY + "2026-03-03 09:00 agent 阿梅: 抱歉亲,明天发出\n"
    entries = ledger(shard(chat, {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-04 15:00"}))
    assert [entry.outcome for entry in entries] == ["broken", "kept"]


def test_a_plain_yes_to_a_dated_request_is_a_promise_with_that_time() -> None:
    chat = """
    2026-03-02 10:00 buyer: 明天下午3点前能发出来吗
    2026-03-02 10:01 agent 阿梅: 好的亲，没问题
    """
    entry = only(chat, {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-03 16:00"})
    assert entry.deadline == at("2026-03-03 15:00")
    assert entry.outcome == "broken"
    assert entry.message_ids == ("L1", "L2")


def test_a_time_alone_answers_the_question_when() -> None:
    chat = """
    2026-03-02 10:00 buyer: when does it ship?
    2026-03-02 10:30 agent tom: Tomorrow.
    """
    utc = UTC
    order = {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-04 08:00"}
    entry = only(chat, order, platform="cross_border", lang="en", zone=utc)
    assert (entry.kind, entry.outcome, entry.deadline) == ("ship", "broken", at("2026-03-03 23:59:59", utc))


def test_a_promise_spread_over_two_lines() -> None:
    chat = """
    2026-03-02 10:00 buyer: 我的货呢
    2026-03-02 10:01:00 agent 阿梅: 明天
    2026-03-02 10:01:05 agent 阿梅: 给您发出
    """
    entry = only(chat, {"paid_at": "2026-03-01 09:00", "shipped_at": "2026-03-03 20:00"})
    assert (entry.outcome, entry.message_ids) == ("kept", ("L2", "L3"))


REPLY = """
2026-03-02 10:00 buyer: 这个怎么解决
2026-03-02 10:01 agent 阿梅: 我问一下主管,今天下午五点前给您答复
2026-03-02 10:02 buyer: 好
"""


def test_a_reply_promise_is_kept_by_any_later_answer_in_time() -> None:
    assert only(REPLY + "2026-03-02 16:59 agent 小北: 主管同意补发").outcome == "kept"


def test_a_reply_promise_broken_by_silence_is_certain_only_if_the_export_goes_on() -> None:
    entry = only(REPLY)
    assert (entry.outcome, entry.certain) == ("broken", True)
    assert only(REPLY, goes_on_until=None).reason == "transcript_ends_before_deadline"


def test_the_same_breath_is_no_answer() -> None:
    chat = REPLY.replace("2026-03-02 10:02 buyer: 好", "2026-03-02 10:01:30 agent 阿梅: 稍等哈")
    assert only(chat).outcome == "broken"


def under_condition(line: str, paid: str) -> LedgerEntry:
    order = {"paid_at": f"2026-03-02 {paid}", "shipped_at": "2026-03-05 09:00"}
    entry = only(f"2026-03-02 10:00 buyer: 几时发\n2026-03-02 10:01 agent 阿梅: {line}", order)
    assert entry.conditional
    return entry


@pytest.mark.parametrize(
    ("line", "paid"),
    [
        ("4点前拍下今天就发", "16:30"),  # too late for the condition
        ("4点前拍下今天就发", "09:30"),  # paid before it was said
        ("现在下单的话今天发", "12:00"),
        ("如果有货今天就发", "10:05"),  # no condition of the buyer's
        ("要是不缺货,4点前拍下今天就发", "12:00"),  # two conditions
        ("4点前拍下24小时内发", "12:00"),  # counted from when, is not said
    ],
)
def test_a_condition_not_seen_to_hold_binds_nobody(line: str, paid: str) -> None:
    assert under_condition(line, paid).outcome == "unverifiable"


def test_an_order_in_time_makes_a_conditional_promise_binding() -> None:
    entry = under_condition("4点前拍下今天就发", "12:00")
    assert (entry.outcome, entry.certain) == ("broken", True)
    entry = under_condition("现在下单的话今天发", "10:20")
    assert (entry.outcome, entry.certain) == ("broken", False)


def test_a_proposal_or_a_refusal_before_the_deadline_is_no_proven_breach() -> None:
    order = {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-04 15:00"}
    chats = {
        "抱歉今天来不及,后天给您发可以吗": "withdrawn",
        "更正一下,改到周三(4号)发,您看可以吗": "withdrawn",
        "更正:后天": "withdrawn",
        "抱歉亲,今天发不了了": "broken",
    }
    for line, outcome in chats.items():
        first = ledger(shard(TODAY + f"2026-03-02 17:00 agent 阿梅: {line}\n", order))[0]
        assert (first.outcome, first.certain) == (outcome, False), line


def test_a_replacement_sent_late_by_the_shops_own_word() -> None:
    chat = """
    2026-03-02 10:00 buyer: 少发一件
    2026-03-02 10:01 agent 阿梅: 裤子明天给您补寄过去
    2026-03-05 17:20 agent 阿梅: 亲,裤子今天下午刚补寄出去了
    """
    entry = only(chat)
    assert (entry.outcome, entry.certain) == ("broken", False)


def test_a_time_alone_dates_a_vague_promise() -> None:
    chat = """
    2026-03-02 10:00 buyer: 少发一件
    2026-03-02 10:01 agent 阿梅: 尽快给您补发
    2026-03-02 10:02 buyer: 到底什么时候
    2026-03-02 10:03 agent 阿梅: 明天
    """
    entries = ledger(shard(chat))
    assert [(entry.kind, entry.deadline) for entry in entries] == [("reship", None), ("reship", at("2026-03-03 23:59:59"))]


def test_shifting_everything_together_changes_nothing() -> None:
    order = {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-03 00:01"}
    here, there = (only(TODAY, order, zone=timezone(timedelta(hours=h))) for h in (8, -5))
    assert here.outcome == there.outcome == "broken"
    assert here.deadline is not None
    assert there.deadline is not None
    assert here.deadline.replace(tzinfo=None) == there.deadline.replace(tzinfo=None)
