"""Claims in Chinese: slot, value and what they are limited to; and all that looks like a claim and is none."""

from __future__ import annotations

import pytest

from auditor.reading.claims import claims
from auditor.reading.normal import normal


def read(text: str) -> dict[str, str]:
    return {claim.slot: claim.value for claim in claims(normal(text), "zh")}


@pytest.mark.parametrize(
    "text",
    [
        "有货的话今天就给您装车",
        "有没有货我得问问仓库",
        "到货了我第一时间告诉您",
        "您说的包邮是哪个链接呀",
        "您昨天写的是7天退货对吗",
        "这款包邮吗？",
        "能不能退要看吊牌在不在",
        "超过7天不能退货了哦",
        "等发货了给您留言",
        "已发货的订单改不了地址",
        "说明书已经发您邮箱了",
        "赠品昨天已经寄出了",
        "补发的那件，今天已经寄出",
        "仓库打包好了，今晚发走",
        "收到退货后给您退款",
        "退您15元差价可以吗",
        "满300减40哦，不是300元",
        "身高170穿L就行，130斤也可以",
        "马上就卖完了",
        "只剩最后一个问题要核实",
        "人家卖99是仿的吧？",
        "过了保修期才收费",
        "请提供一下订单号",
    ],
)  # fmt: skip
def test_no_claim(text: str) -> None:
    kept = {k: v for k, v in read(text).items() if k not in ("discount",)}
    conditional = [c for c in claims(normal(text), "zh") if c.conditional]
    assert kept == {} or conditional


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("亲亲，这款目前还有不少库存呢", "stock", "in_stock"),
        ("现货充足，放心下单", "stock", "in_stock"),
        ("不好意思，这个颜色断货了", "stock", "out_of_stock"),
        ("最后三双啦，抓紧哦", "stock", "3"),
        ("库存就剩两件了", "stock", "2"),
        ("全店包邮的亲", "shipping_fee", "free"),
        ("满129元包邮", "shipping_fee", "free_over_129"),
        ("运费要您自己承担的", "shipping_fee", "buyer_pays"),
        ("邮费收您9块哈", "shipping_fee", "9"),
        ("西藏要补18元运费", "shipping_fee", "18"),
        ("支持七天无理由退换", "return_policy", "7_days"),
        ("收到货15天内不满意都可以退", "return_policy", "15_days"),
        ("亲，售出不退不换", "return_policy", "none"),
        ("拍下72小时内发货", "ship_time", "72h"),
        ("一般3天内发出", "ship_time", "3d"),
        ("昨天夜里已经给您发走了，您的包裹已经发出了", "shipped", "true"),
        ("您的包裹已由申通揽收", "shipped", "true"),
        ("还没发货呢亲", "shipped", "false"),
        ("这款价格是79.9元", "price", "79.9"),
        ("9块9三包", "price", "9.9"),
        ("大号的138哈", "price", "138"),
        ("现在打8.5折", "discount", "15%"),
        ("我们默认发韵达的", "carrier", "韵达"),
        ("主机质保三年", "warranty", "36_months"),
        ("这款没有保修的", "warranty", "none"),
        ("都是正品，假一赔十", "authenticity", "genuine"),
        ("这个是复刻款", "authenticity", "not_genuine"),
        ("可以开电子发票", "invoice", "yes"),
        ("小店不开票的", "invoice", "no"),
        ("面料是纯棉的", "material", "cotton"),
        ("赠品已经送完了", "gift", "no"),
        ("给您补偿8元好了", "compensation", "8"),
        ("亲，已经给您退款了", "refunded", "true"),
    ],
)
def test_claim(text: str, slot: str, value: str) -> None:
    assert read(text).get(slot) == value


def test_limits_and_corrections() -> None:
    (fee,) = claims(normal("新疆要补15元运费"), "zh")
    assert (fee.value, fee.subject) == ("15", "新疆")
    (gone,) = claims(normal("红色没货了"), "zh")
    assert (gone.value, gone.subject) == ("out_of_stock", "red")
    (price,) = claims(normal("不好意思刚才说错了，是129元"), "zh")
    assert price.correction
    assert price.value == "129"
    (free,) = claims(normal("如果您拍两件的话包邮"), "zh") or (None,)
    assert free is None or free.conditional


def test_full_width_and_traditional_read_alike() -> None:
    assert read("滿８８元包郵") == read("满88元包邮") == {"shipping_fee": "free_over_88"}


def test_linear_on_long_texts() -> None:
    assert isinstance(claims(normal("包邮吗有货满1" * 5000), "zh"), tuple)
