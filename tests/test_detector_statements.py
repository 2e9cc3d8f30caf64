"""Said to be sent, refunded, nearly gone: only where books and facts leave no other reading."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.detectors import statements
from auditor.detectors.statements import Params
from auditor.model import Hit, NotEvaluated
from tests.talk import hits, talk

LATER = {"created_at": "03-01 09:00", "shipped_at": "03-04 09:00", "first_scan_at": "03-04 20:00"}


def found(*lines: str, kind: str = "shipped_false", **more: Any) -> list[Hit]:
    return hits(list(statements.check(talk(*lines, **more), Params(kind))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "lines",
    [
        ["b: 能改地址吗", "li: 已经发货了的话就改不了了"],
        ["b: 发了吗", "li: 发货了我通知您"],
        ["b: 发了吗", "li: 还没发呢，今天发"],
        ["b: 发了吗", "li: 今天下午发"],
        ["b: 发票呢", "li: 发票已经寄出了"],
        ["b: 少了一件", "li: 补发的已经寄出了"],
        ["b: 我收到的少发了一件", "li: 好的", "b: 发了吗", "li: 已经寄出了"],
        ["b: 照片呢", "li: 发了"],
        ["b: 我退的货已经寄出了", "li: 好的，您寄出了就行"],
        ["b: 发了吗", "li: 已经发货了", "li: 抱歉看错了，还没发货"],
        ["b: 上次那单真快", "li: 上次那单当天就发出了"],
    ],
)
def test_nothing_false_was_said_of_this_parcel(lines: list[str]) -> None:
    assert found(*lines, order=LATER) == []


@pytest.mark.parametrize("text", ["已经发货了亲", "发了亲", "昨晚就寄走了", "您的包裹已由申通揽收", "已在路上了，已经发出了"])
def test_said_to_be_sent_two_days_before_it_was(text: str) -> None:
    (hit,) = found("b: 我的货发了吗", f"li: {text}", "b: 查不到啊", order=LATER)
    assert (hit.message_ids, hit.certainty, hit.order_id, hit.facts["event"]) == (("m2",), "proven", "O1", "shipped_at")


@pytest.mark.parametrize("text", ["Paczka została już wysłana.", "Tak, wysłana wczoraj"])
def test_polish(text: str) -> None:
    assert len(found("b: Czy paczka została wysłana?", f"li: {text}", order=LATER, lang="pl")) == 1


def test_the_earliest_event_and_an_hour_of_grace() -> None:
    scan_first = {**LATER, "first_scan_at": "03-02 09:00"}
    assert found("b: 发了吗", "li: 已经发货了", order=scan_first) == []
    assert found("b: 发了吗", "li: 已经发货了", order={**LATER, "shipped_at": "03-02 11:02"}) == []
    assert len(found("b: 发了吗", "li: 已经发货了", order={**LATER, "shipped_at": "03-02 11:03"})) == 1


def test_without_books_it_is_counted_not_judged() -> None:
    shard = talk("b: 发了吗", "li: 已经发货了", order={"created_at": "03-01 09:00"})
    (left,) = list(statements.check(shard, Params()))
    assert isinstance(left, NotEvaluated)
    assert left.reason == "no_order_event"


def test_an_order_made_after_the_words_is_another_one() -> None:
    assert found("b: 发了吗", "li: 已经发货了", order={**LATER, "created_at": "03-03 09:00"}) == []


def test_refunds() -> None:
    order = {"created_at": "02-20 09:00", "refund_requested_at": "03-01 09:00", "refunded_at": "03-06 09:00"}
    assert len(found("b: 钱呢", "li: 已经给您退款了", kind="refunded_false", order=order)) == 1
    assert found("b: 钱呢", "li: 收到退货后给您退款", kind="refunded_false", order=order) == []
    assert found("b: 钱呢", "li: 已经给您退款了", kind="refunded_false", order={**order, "refunded_at": "03-02 10:30"}) == []


def test_scarcity_needs_many_times_the_claimed_stock() -> None:
    facts = [{"slot": "stock", "product_id": "P1", "value": "300"}]
    (hit,) = found("b: 还有吗", "li: 就剩两件了", "b: 我看有300", "li: 真就两件了", kind="scarcity_false", facts=facts)
    assert (hit.message_ids, hit.facts["stock"]) == (("m2", "m4"), 300)
    few = [{**facts[0], "value": "9"}]
    assert found("b: 还有吗", "li: 就剩两件了", kind="scarcity_false", facts=few) == []
    assert found("b: 红色还有吗", "li: 红色就剩两件了", kind="scarcity_false", facts=facts) == []
    assert found("P2|b: 还有吗", "li: 就剩两件了", kind="scarcity_false", facts=facts) == []
