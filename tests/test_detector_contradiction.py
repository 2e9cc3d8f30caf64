"""Claims against facts and against other words: like with like, or silence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.detectors import contradiction
from auditor.detectors.contradiction import Params
from auditor.model import Hit
from tests.talk import hits, talk

PRICE = {"slot": "price", "product_id": "P1", "value": "159", "currency": "CNY"}
RETURNS = {"slot": "return_policy", "value": "7_days_no_reason"}
OVER = {"slot": "shipping_fee", "value": "free_over_99"}
FREE = {"slot": "shipping_fee", "value": "free", "exceptions": (("新疆", "12"), ("西藏", "12"))}
STOCK = {"slot": "stock", "product_id": "P1", "value": "300"}
WARRANTY = {"slot": "warranty", "product_id": "P1", "value": "24_months"}


def found(*lines: str, against: str = "fact", **more: Any) -> list[Hit]:
    return hits(list(contradiction.check(talk(*lines, **more), Params(against))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        (["b: 这个多少钱", "li: 亲，159元"], PRICE),
        (["b: 这个多少钱", "li: 券后139元"], PRICE),
        (["b: 两个一起多少", "li: 两个299元"], PRICE),
        (["b: 小号多少钱", "li: 小号的129哈"], PRICE),
        (["b: 多少钱", "li: 您确定要2号色吗，是3件对吧"], PRICE),
        (["b: 多少钱", "li: 退您12元"], PRICE),
        (["P2|b: 那款多少钱", "li: 这款99元"], PRICE),
        (["b: 多少钱", "li: 99元", "li: 抱歉看错了，是159元"], PRICE),
        (["b: 能退吗", "li: 支持七天无理由的"], RETURNS),
        (["b: 能退吗", "li: 7天内不满意都可以退"], RETURNS),
        (["b: 拆了能退吗", "li: 不支持退换的"], RETURNS),
        (["b: 定制的能退吗", "li: 不支持退货哦"], RETURNS),
        (["b: 能退吗", "li: 超过7天不能退货了"], RETURNS),
        (["b: 你们是不是不支持退换", "li: 您是说不支持退换吗？"], RETURNS),
        (["b: 质量问题多久能换", "li: 15天内质量问题包换"], RETURNS),
        (["b: 运费多少", "li: 满99包邮，不满收8元运费"], OVER),
        (["b: 两个158包邮吗", "li: 包邮的"], OVER),
        (["b: 单买要运费吗", "li: 要收8块运费的"], OVER),
        (["b: 发新疆吗", "li: 新疆要补12元运费"], FREE),
        (["b: 新疆包邮吗", "li: 运费补12元"], FREE),
        (["b: 能发顺丰吗", "li: 发顺丰要补15元运费"], FREE),
        (["b: 退回去运费谁出", "li: 退货运费要您自己承担"], FREE),
        (["b: 红色有货吗", "li: 红色没货了"], STOCK),
        (["b: 电池质保多久", "li: 电池没有质保的"], WARRANTY),
        (["b: 质保多久", "li: 质保两年的"], WARRANTY),
        (["b: 质保多久", "li: 保修24个月"], WARRANTY),
    ],
)
def test_what_a_fact_does_not_disprove(lines: list[str], fact: dict[str, Any]) -> None:
    assert found(*lines, facts=[fact]) == []


@pytest.mark.parametrize(
    ("lines", "fact", "evidence"),
    [
        (["b: 这个多少钱", "li: 亲，129元"], PRICE, ("m2",)),
        (["b: 这个多少钱", "li: 129"], PRICE, ("m2",)),
        (["b: 小号多少钱", "li: 小号的129哈", "b: 页面写159啊", "li: 拍下就是129元"], PRICE, ("m2", "m4")),
        (["b: 能退吗", "li: 我们不支持退换的"], RETURNS, ("m2",)),
        (["b: 能退吗", "li: 支持15天无理由退货"], RETURNS, ("m2",)),
        (["b: 满多少包邮", "li: 满59包邮"], OVER, ("m2",)),
        (["b: 包邮吗", "li: 全场包邮的亲"], OVER, ("m2",)),
        (["b: 包邮吗", "li: 不包邮的哦"], FREE, ("m2",)),
        (["b: 发新疆吗", "li: 新疆要补25元运费"], FREE, ("m2",)),
        (["b: 还有货吗", "li: 没货了亲"], STOCK, ("m2",)),
        (["b: 质保多久", "li: 质保一年"], WARRANTY, ("m2",)),
        (["b: 质保多久", "li: 这款没有质保"], WARRANTY, ("m2",)),
    ],
)
def test_what_a_fact_disproves(lines: list[str], fact: dict[str, Any], evidence: tuple[str, ...]) -> None:
    (hit,) = found(*lines, facts=[fact])
    assert (hit.message_ids, hit.agent_id, hit.certainty) == (evidence, "li", "proven")
    assert hit.facts["fact"] == fact["value"]


def test_the_fact_of_the_local_day_counts() -> None:
    old = {**PRICE, "value": "129", "valid_to": date(2026, 3, 1)}
    new = {**PRICE, "valid_from": date(2026, 3, 2)}
    assert found("b: 多少钱", "li@03-01 23:59: 129元", facts=[old, new]) == []
    assert len(found("b: 多少钱", "li@03-02 00:00: 129元", facts=[old, new])) == 1


def test_a_return_window_that_ran_out_is_no_policy() -> None:
    order = {"created_at": "02-01 10:00", "delivered_at": "02-05 10:00"}
    assert found("b: 能退吗", "li: 不支持退货的", facts=[RETURNS], order=order) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["b: 被套有货吗", "li: 有现货的", "b: 枕头呢", "li: 枕头没货了"],
        ["b: 有货吗", "li: 有现货的", "b: 红色呢", "li: 红色没货了"],
        ["b: 有货吗", "li: 有现货的", "b@03-04 10:00: 还有吗", "li: 没货了亲"],
        ["b: 有货吗", "li: 有现货的", "li: 抱歉看错了，没货了"],
        ["b: 有货吗", "li: 有现货的", "b: 好", "li: 不好意思刚才看错了，没货了"],
        ["b: 包邮吗", "li: 满99包邮", "b: 拍了两个", "li: 您这单包邮的"],
        ["b: 发新疆包邮吗", "li: 新疆要补12元运费", "b: 那广东呢", "li: 广东包邮"],
        ["b: 多少钱", "li: 99元", "P2|b: 这个呢", "li: 129元"],
        ["b: 能退吗", "li: 支持7天无理由退货", "b: 拆了呢", "li: 拆了就不支持退货了"],
    ],
)
def test_words_that_can_both_be_true(lines: list[str]) -> None:
    assert found(*lines, against="any") == []


def test_own_words_and_a_colleagues() -> None:
    lines = ("b: 有货吗", "li: 有现货的亲", "b: 那拍了", "li: 不好意思没货了")
    (own,) = found(*lines, against="self")
    assert (own.message_ids, own.agent_id, own.certainty) == (("m2", "m4"), "li", "suspected")
    assert found(*lines, against="colleague") == []
    (other,) = found("b: 质保多久", "li: 一年的", "b: 确定吗", "wu: 这款没有质保的", against="colleague")
    assert (other.message_ids, other.agent_id, other.facts["other_by"]) == (("m2", "m4"), "wu", "li")


def test_where_a_fact_decides_only_the_wrong_one_is_told() -> None:
    lines = ("b: 质保多久", "li: 质保两年", "b: 确定吗", "wu: 这款没有质保的")
    assert found(*lines, against="colleague", facts=[WARRANTY]) == []
    (hit,) = found(*lines, facts=[WARRANTY])
    assert hit.agent_id == "wu"
