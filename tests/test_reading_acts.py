"""Acts, topics and the words that open or close a buyer's turn, in three languages."""

from __future__ import annotations

import polars as pl
import pytest

from auditor.model import Lang
from auditor.reading.acts import acts
from auditor.reading.column import normal_column
from auditor.reading.normal import normal
from auditor.reading.topics import topics
from auditor.reading.words import word_list


@pytest.mark.parametrize(
    ("lang", "text", "wanted", "unwanted"),
    [
        ("zh", "发货大概要几天呀", {"question", "open_question"}, {"yes_no_question"}),
        ("zh", "这个支持机洗吗", {"question", "yes_no_question"}, {"open_question"}),
        ("zh", "好的亲，没问题", {"assent"}, {"question", "refusal"}),
        ("zh", "不好意思，这个换不了的", {"apology", "refusal"}, {"assent"}),
        ("zh", "麻烦拍张照片给我看下", {"asks_evidence"}, {"closing"}),
        ("zh", "订单号报我一下哈", {"asks_order_no"}, set()),
        ("zh", "已经反馈给仓库，下午三点前回复您", {"escalates", "follow_up_promise", "gives_time"}, {"refusal"}),
        ("zh", "稍等，我查一下", {"holds"}, {"question"}),
        ("zh", "我问的是尺码不是颜色", {"re_asks"}, set()),
        ("zh", "这是快递的问题，您自己联系", {"denies_responsibility"}, {"offers_solution"}),
        ("zh", "你这什么态度啊", {"accuses_attitude"}, set()),
        ("zh", "没什么事，谢谢", {"thanks"}, {"question"}),
        ("zh", "有问题随时联系我", set(), {"complaint"}),
        ("en", "How long does delivery take", {"question", "open_question"}, {"yes_no_question"}),
        ("en", "Can you ship it today?", {"question", "yes_no_question"}, {"open_question"}),
        ("en", "Sorry, unfortunately we can't do that.", {"apology", "refusal"}, {"assent"}),
        ("en", "Could you send us a picture of the crack?", {"asks_evidence"}, set()),
        ("en", "We don't need photos.", set(), {"asks_evidence"}),
        ("en", "I've passed this on to our warehouse", {"escalates"}, set()),
        ("en", "I will get back to you by 3 pm", {"follow_up_promise", "gives_time"}, set()),
        ("en", "That's not what I asked", {"re_asks"}, set()),
        ("pl", "Ile kosztuje wysyłka", {"question", "open_question"}, set()),
        ("pl", "Czy to działa z gazem?", {"question", "yes_no_question"}, {"open_question"}),
        ("pl", "Przekazałem sprawę do magazynu, odpiszę jutro.", {"escalates", "follow_up_promise", "gives_time"}, set()),
        ("pl", "Prosze o zdjecie uszkodzenia", {"asks_evidence"}, set()),
        ("pl", "To nie nasza wina, proszę pytać przewoźnika.", {"denies_responsibility"}, set()),
        ("pl", "dzień dobry", {"greeting"}, {"assent", "question"}),
    ],
)
def test_acts(lang: Lang, text: str, wanted: set[str], unwanted: set[str]) -> None:
    found = acts(normal(text), lang)
    assert wanted <= found
    assert not unwanted & found


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("zh", "邮费谁出，几天能到", {"shipping_fee", "logistics"}),
        ("zh", "收到是坏的，要求退款", {"refund", "quality"}),
        ("zh", "是真皮的吗，保修几年", {"material", "warranty"}),
        ("en", "Where is my refund for the broken lamp?", {"refund", "quality"}),
        ("pl", "Poproszę fakturę i numer przesyłki", {"invoice", "logistics"}),
    ],
)
def test_topics(lang: Lang, text: str, wanted: set[str]) -> None:
    assert wanted <= topics(normal(text), lang)


@pytest.mark.parametrize(
    ("lang", "text", "closes"),
    [
        ("zh", "好的，谢谢啦~", True),
        ("zh", "嗯嗯 那就明天发", False),
        ("zh", "行吧 明天就明天[玫瑰]", True),
        ("zh", "。。。", True),
        ("zh", "好了吗", False),
        ("zh", "那运费呢", False),
        ("en", "ok great, thanks a lot!", True),
        ("en", "wow ok", True),
        ("en", "great, but where is it", False),
        ("pl", "dobrze, dziękuję bardzo :)", True),
        ("pl", "ok, a kiedy wysyłka", False),
    ],
)
def test_closing_words_may_fill_a_whole_message(lang: Lang, text: str, closes: bool) -> None:
    words = word_list("buyer_closing", lang)
    assert words is not None
    pattern = rf"^(?:(?:{words.gate})|[\s\p{{P}}\p{{S}}&&[^?]])+$"
    column = pl.DataFrame({"text": [text]}).select(normal_column(pl.col("text")).str.contains(pattern))
    assert column.item() is closes
