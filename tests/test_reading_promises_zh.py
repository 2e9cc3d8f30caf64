"""Promises in Chinese: what is one, of which kind and until when, and what is none."""

from __future__ import annotations

import pytest
from promise_notation import asked, made

PROMISES = [
    ("好哒，48小时内一准儿给您寄走", "ship 48h"),
    ("七十二小时内出库哈", "ship 72h"),
    ("24H内發出哦", "ship 24h"),
    ("半小时内给您答复", "reply 0.5h"),
    ("一个半小时内回您", "reply 1.5h"),
    ("稍等，二十分钟内回复您", "reply 20min"),
    ("一刻钟内给您回电话", "reply 15min"),
    ("3天内发货", "ship d+3"),
    ("三到五天发出", "ship d+5"),
    ("3-5天给您补发", "reship d+5"),
    ("两三天就能寄出", "ship d+3"),
    ("一周内退款给您", "refund d+7"),
    ("两周内发货", "ship d+14"),
    ("半个月内补货", "restock d+15"),
    ("2个工作日内退款", "refund bd+2"),
    ("１～３个工作日到账的哈", "refund bd+3"),
    ("今儿就给您发走", "ship d+0"),
    ("今天走，您别着急", "ship d+0"),
    ("今晚给您打包寄出", "ship d+0@24:00"),
    ("今晚八点前发出", "ship d+0@20:00"),
    ("明天给亲寄", "ship d+1"),
    ("明早第一批走", "ship d+1@12:00"),
    ("明天下午三点前给您回电", "reply d+1@15:00"),
    ("明儿上午给您发", "ship d+1@12:00"),
    ("后天中午前出库", "ship d+2@14:00"),
    ("大后天能发", "ship d+3"),
    ("明后天给您安排寄出", "ship d+2"),
    ("这两天就发出去了", "ship d+1"),
    ("下午六点半前给您寄", "ship next@18:30"),
    ("今天18:30前发出", "ship d+0@18:30"),
    ("今天下班前发走", "ship closing+0"),
    ("明天下班前退您", "refund closing+1"),
    ("周三给您发货", "ship wd3+0"),
    ("下周三前寄出", "ship wd3+1"),
    ("礼拜天给您发", "ship wd7+0"),
    ("本周内给您处理好退款", "refund week+0"),
    ("下周补货哈", "restock week+1"),
    ("月底前到货", "deliver md31+0"),
    ("下月初发货", "ship md10+1"),
    ("11月20号之前发", "ship 11-20"),
    ("15号给您寄出", "ship md15+0"),
    ("十五号前发货", "ship md15+0"),
    ("节后第一个工作日发货", "ship holiday+1"),
    ("付款后48小时内寄出", "ship 48h>payment"),
    ("拍下后当天出库", "ship d+0>order"),
    ("收到退货后3个工作日内退款", "refund bd+3>return_received"),
    ("验货无误后24小时内给您退", "refund 24h>return_received"),
    ("审核通过后两天内打款", "refund d+2>approval"),
    ("尽快给您寄出", "ship vague"),
    ("马上给您查一下", "other vague"),
    ("明天下午六点前，给您寄出", "ship d+1@18:00"),
    ("今天发不出去了，明天发", "ship d+1"),
    ("不是3天发货，是7天", "ship d+7"),
    ("今天没货，明天一定发", "ship d+1"),
    ("不超过48小时给您发", "ship 48h"),
    ("没问题，今天寄", "ship d+0"),
    ("如果到货早，周五给您发", "ship wd5+0 cond"),
    ("拍下的话今天就能发", "ship d+0 cond"),
    ("4点前下单当天发", "ship d+0 cond"),
    ("现在拍今天能走", "ship d+0 cond"),
    ("应该明天能发出", "ship d+1 hedged"),
    ("预计明天送达", "deliver d+1 est"),
    ("快递大概周四到", "deliver wd4+0 hedged est"),
    ("明天给您赔10块", "compensate d+1"),
    ("明天18点前给您上传单号", "other d+1@18:00"),
    ("我明天问下主管再回复您", "reply d+1"),
    ("今天给您补发一件，卡其的不用退", "reship d+0"),
    ("财务明天给您打款", "refund d+1"),
    ("小哥今晚来收", "ship d+0@24:00"),
    ("今天發貨，放心", "ship d+0"),
    ("今天法货哈", "ship d+0"),
    ("这边今天给您走顺丰", "ship d+0"),
]

NOTHING = [
    "今天发不了哈",
    "不敢保证今天能发",
    "没法今天发",
    "昨天已经给您发了",
    "今天早上发过了",
    "刚刚给您退款了",
    "是今早九点发的",
    "您说今天发",
    "您是问明天能不能发吗？",
    "您明天寄回来就行",
    "请在48小时内申请退款",
    "麻烦您明天把货退回来",
    "支持7天无理由退货",
    "保修12个月",
    "充电2小时能用一天",
    "3克装的9块9三包",
    "客服在线时间9点到22点",
    "平台会在48小时内审核",
    "超过48小时没发可以申请赔付",
    "别家说今天发您别信",
    "今天天气不错",
    "这款明天涨价",
    "您的快递昨天20:15揽收的",
    "1号链接和2号链接一样",
    "明天放假，不发货",
    "您今天拍照给我看下",
    "明天给您发可以吗？",
    "没说过今天发",
    "什么时候发货要看仓库",
]

REQUESTS = [
    ("今天能发吗", "ship d+0"),
    ("明天下午3点前能发出来吗", "ship d+1@15:00"),
    ("拍好了 今天走得了不", "ship d+0"),
    ("什么时候发货", "ship -"),
    ("几天能到", "deliver -"),
    ("退款啥时候到账", "refund -"),
    ("周五之前能不能补发", "reship wd5+0"),
    ("麻烦今天发一下", "ship d+0"),
]


@pytest.mark.parametrize(("text", "expected"), PROMISES)
def test_promises(text: str, expected: str) -> None:
    assert made(text, "zh") == expected


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_promised(text: str) -> None:
    assert made(text, "zh") == ""


@pytest.mark.parametrize(("text", "expected"), REQUESTS)
def test_requests(text: str, expected: str) -> None:
    assert asked(text, "zh") == expected
