"""Answers that are no answers, and the repetitions that are right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from auditor.detectors import mechanical
from auditor.model import MESSAGE_COLUMNS, ORDER_COLUMNS, Hit
from auditor.shard import Shard

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
SAME = mechanical.Params(kind="same_answer", times=3)
NEAR = mechanical.Params(kind="near_same", times=3)
FILLER = mechanical.Params(kind="perfunctory", times=2)
HOLD = mechanical.Params(kind="hold_and_vanish", times=1, within=timedelta(hours=2))
STOCK = "本店商品详情页都有说明，请放心选购"


def hits(
    params: mechanical.Params, lang: str, *lines: str, ends: timedelta = timedelta(days=1), doubt: bool = False
) -> list[Hit]:
    """Lines "role: text" of one conversation, twenty seconds apart; the export ends `ends` after the first."""
    rows = [
        (
            "c1",
            f"m{n + 1}",
            START + timedelta(seconds=20 * n),
            28800,
            line.partition(": ")[0],
            "lan",
            line.partition(": ")[2],
            "text",
            "chat",
            "taobao",
            None,
            None,
            None,
            None,
            lang,
            doubt,
            0,
            n,
        )
        for n, line in enumerate(lines)
    ]
    frame = pl.DataFrame(rows, schema=MESSAGE_COLUMNS, orient="row")
    shard = Shard(frame, pl.DataFrame(schema=ORDER_COLUMNS), {}, {}, START + timedelta(days=9), {0: START + ends})
    return [hit for hit in mechanical.check(shard, params) if isinstance(hit, Hit)]


def chat(*pairs: tuple[str, str], role: str = "agent") -> list[str]:
    return [line for asked, said in pairs for line in (f"buyer: {asked}", f"{role}: {said}")]


def test_one_text_to_three_questions_is_proven() -> None:
    (hit,) = hits(SAME, "zh", *chat(("是纯棉的吗", STOCK), ("多大尺寸", STOCK), ("会缩水吗", STOCK)))
    assert (hit.certainty, hit.facts["times"], hit.message_ids) == ("proven", 3, ("m2", "m4", "m6"))


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", chat(("几天能发货", "拍下后48小时内发出的哦"), ("几天能发货啊", "拍下后48小时内发出的哦"), ("几天能发货?", "拍下后48小时内发出的哦"))),  # noqa: E501
        ("zh", chat(("谢谢", "不客气，祝您生活愉快"), ("好的", "不客气，祝您生活愉快"), ("再见", "不客气，祝您生活愉快"))),
        ("zh", chat(("能退吗", "可以的亲"), ("包邮吗", "可以的亲"), ("有发票吗", "可以的亲"))),
        ("zh", chat(("是纯棉的吗", STOCK), ("多大尺寸", STOCK), ("会缩水吗", STOCK), role="bot")),
        ("zh", [*chat(("是纯棉的吗", STOCK)), "agent: 是纯棉的", *chat(("多大尺寸", STOCK), ("会缩水吗", STOCK))]),
        ("en", chat(("is it wool?", "You're welcome, have a nice day!"), ("size?", "You're welcome, have a nice day!"), ("ok?", "You're welcome, have a nice day!"))),  # noqa: E501
        ("pl", chat(("czy to wełna?", "Dziękujemy za zakupy, miłego dnia!"), ("jaki rozmiar?", "Dziękujemy za zakupy, miłego dnia!"), ("a kolor?", "Dziękujemy za zakupy, miłego dnia!"))),  # noqa: E501
    ],
)  # fmt: skip
def test_right_repetitions_are_left_alone(lang: str, lines: list[str]) -> None:
    assert hits(SAME, lang, *lines) == []


def test_an_approved_script_may_repeat() -> None:
    approved = mechanical.Params(kind="same_answer", times=3, approved=("本店商品详情页都有说明，请放心选购！",))
    assert hits(approved, "zh", *chat(("是纯棉的吗", STOCK), ("多大尺寸", STOCK), ("会缩水吗", STOCK))) == []


def test_nearly_the_same_is_suspected_but_not_where_the_difference_is_the_answer() -> None:
    (hit,) = hits(NEAR, "zh", *chat(("是纯棉的吗", f"亲，{STOCK}哦"), ("多大尺寸", f"{STOCK}呢"), ("会缩水吗", f"亲亲{STOCK}哈")))
    assert hit.certainty == "suspected"
    colours = chat(*((f"{c}色有货吗", f"亲，{c}色目前仓库有现货的哦") for c in "红蓝黑"))
    assert hits(NEAR, "zh", *colours) == []


def test_fillers_answer_yes_no_questions_only() -> None:
    (hit,) = hits(FILLER, "zh", *chat(("能存几年", "嗯"), ("怎么保存", "都行")))
    assert hit.certainty == "suspected"
    assert hits(FILLER, "zh", *chat(("包邮吗", "嗯"), ("今天发吗", "嗯嗯"))) == []
    assert (
        hits(FILLER, "zh", *chat(("能存几年", "嗯")), "agent: 密封能放三年", *chat(("怎么保存", "好的")), "agent: 避光就行") == []
    )
    assert len(hits(FILLER, "en", *chat(("how long does it keep?", "ok"), ("where do I store it?", "whatever")))) == 1
    assert len(hits(FILLER, "pl", *chat(("ile to wytrzyma?", "no"), ("gdzie to trzymać?", "obojętnie")))) == 1


@pytest.mark.parametrize(("after", "found"), [(timedelta(hours=2, seconds=20), 0), (timedelta(hours=2, seconds=21), 1)])
def test_silence_after_one_moment(after: timedelta, found: int) -> None:
    assert len(hits(HOLD, "zh", *chat(("电磁炉能用吗", "亲稍等，我帮您看一下")), ends=after)) == found


def test_silence_is_not_held_against_who_came_back_or_was_told_not_to() -> None:
    held = chat(("电磁炉能用吗", "亲稍等，我帮您看一下"))
    assert hits(HOLD, "zh", *held, "agent: 可以的，都能用") == []
    assert hits(HOLD, "zh", *held, "buyer: 不用了 看到了") == []
    assert hits(HOLD, "zh", *held, doubt=True) == []
    assert hits(HOLD, "zh", "buyer: 谢谢", "agent: 稍等") == []


def test_answers_beside_the_question_need_a_protest() -> None:
    beside = mechanical.Params(kind="off_topic", times=2)
    lines = chat(("这个是什么材质", "我们都是顺丰发货的哦"), ("我问的是什么材质", "现在下单有优惠券"))
    assert len(hits(beside, "zh", *lines, "buyer: 没回答我 什么材质")) == 1
    assert hits(beside, "zh", *lines[:3], "agent: 材质是纯棉的") == []


OFF = mechanical.Params(kind="off_topic", times=2)


@pytest.mark.parametrize(
    ("lang", "pairs"),
    [
        (
            "zh",
            (
                ("加绒吗", "宝妈您好,尺码面料页面都写了的,您看一下页面哦"),
                ("多大的孩子穿", "面料尺码页面都有写的,麻烦看看页面呢"),
                ("机洗会缩不", "尺码面料这些在页面写着的,看一下页面"),
            ),
        ),
        (
            "pl",
            (
                ("Ile waży?", "Prosimy sprawdzić szczegóły w opisie oferty."),
                ("Czy pasuje na ramę 27?", "Szczegóły prosimy sprawdzić w opisie oferty."),
                ("Jest klucz?", "Prosimy sprawdzić w opisie naszej oferty."),
            ),
        ),
    ],
)
def test_a_brush_off_in_other_words_is_one_answer(lang: str, pairs: tuple[tuple[str, str], ...]) -> None:
    chat = [line for asked, answer in pairs for line in (f"buyer: {asked}", f"agent: {answer}")]
    assert [hit.certainty for hit in hits(NEAR, lang, *chat)] == ["suspected"]


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        (("起球吗", "掉色吗", "扎人吗"), ("这款不会起球的亲放心", "这款不会掉色的亲放心", "这款不会扎人的亲放心")),
        (("红的有吗", "蓝的多少钱", "黑的呢"), ("红色这款目前卖129元哦", "蓝色这款目前卖139元哦", "黑色这款目前卖149元哦")),
    ],
)
def test_an_answer_that_takes_up_its_question_is_no_brush_off(asked: tuple[str, ...], answers: tuple[str, ...]) -> None:
    pairs = zip((f"buyer: {q}" for q in asked), (f"agent: {a}" for a in answers), strict=True)
    assert hits(NEAR, "zh", *(line for pair in pairs for line in pair)) == []


def test_the_question_called_out_again_shows_that_it_was_not_answered() -> None:
    chat = ("buyer: 数据线有几米长", "agent: 支持快充的哦亲", "buyer: 我问线有几米", "agent: 今天下单有券呢", "buyer: …几米")
    assert [hit.message_ids for hit in hits(OFF, "zh", *chat)] == [("m2", "m4")]
    answered = ("buyer: 数据线有几米长", "agent: 支持快充的哦亲", "buyer: 我问线有几米", "agent: 1.5米的", "buyer: 好")
    assert hits(OFF, "zh", *answered) == []


def test_either_or_wants_more_than_a_nod() -> None:
    assert hits(FILLER, "zh", "buyer: 这料子厚不厚", "agent: 嗯", "buyer: 合不合身", "agent: 看个人")
    assert not hits(FILLER, "zh", "buyer: 这料子厚不厚", "agent: 偏薄", "buyer: 合不合身", "agent: 合身的")
