"""What an agent must not say, and the many harmless ways of saying the same words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from auditor.detectors import phrases
from auditor.model import MESSAGE_COLUMNS, ORDER_COLUMNS, Hit
from auditor.shard import Shard

CLAIMS = phrases.Params(
    lists=("misleading/superlatives", "misleading/absolutes"), weak=("misleading/puffery",), reaction=("misleading/doubted",)
)
LURES = phrases.Params(lists=("misleading/off_platform",))
BRIBES = phrases.Params(lists=("misleading/review_bribe",))
TONE = phrases.Params(
    lists=("attitude/insult", "attitude/threat", "attitude/rude", "attitude/deflects"),
    weak=("attitude/mockery",),
    reaction=("attitude/offended",),
)
PRESSURE = phrases.Params(
    lists=("misleading/hidden_fee",),
    weak=("misleading/pressure",),
    mild=("misleading/scarcity",),
    reaction=("misleading/doubted",),
)


def shard(lang: str, *lines: str) -> Shard:
    """Lines "buyer: text", "agent: text", "agent [product_card]: text" of one conversation, twenty seconds apart."""
    start = datetime(2026, 3, 2, 2, tzinfo=UTC)
    rows = []
    for n, line in enumerate(lines):
        head, _, text = line.partition(": ")
        role, _, kind = head.partition(" [")
        sent = start + timedelta(seconds=20 * n)
        agent = "lan" if role == "agent" else None
        rows.append(
            (
                "c1",
                f"m{n + 1}",
                sent,
                28800,
                role,
                agent,
                text,
                kind.rstrip("]") or "text",
                "chat",
                "taobao",
                None,
                None,
                None,
                None,
                lang,
                False,
                0,
                n,
            )
        )
    frame = pl.DataFrame(rows, schema=MESSAGE_COLUMNS, orient="row")
    return Shard(frame, pl.DataFrame(schema=ORDER_COLUMNS), {}, {}, datetime(2026, 4, 1, tzinfo=UTC))


def hits(params: phrases.Params, lang: str, *lines: str) -> list[Hit]:
    return [hit for hit in phrases.check(shard(lang, *lines), params) if isinstance(hit, Hit)]


@pytest.mark.parametrize(
    ("params", "lang", "lines"),
    [
        (TONE, "zh", ("buyer: 你们是不是傻", "agent: 抱歉给您添麻烦了，马上帮您看")),
        (TONE, "zh", ("buyer: 又发错", "agent: 对不起，是我脑子糊涂，拿错货了")),
        (TONE, "zh", ("buyer: 骗子 智障", "agent: 您说我们智障我理解您生气，问题一定帮您解决")),
        (TONE, "en", ("buyer: you sent two left shoes", "agent: That was a stupid mistake on our part, sorry.")),
        (TONE, "en", ("buyer: where is it", "agent: Sorry you had to wait, you have been very patient.")),
        (TONE, "pl", ("buyer: zły kolor", "agent: Przepraszam, głupia pomyłka z mojej strony.")),
        (TONE, "pl", ("buyer: co ze zwrotem", "agent: Pani sprawa jest u kierownika, odpiszę dziś do 16.")),
        (LURES, "zh", ("buyer: 加个微信吧", "agent: 不好意思，平台不允许加微信的")),
        (LURES, "zh", ("buyer: 加微信?", "agent: 加微信？咱们就在这里说哈")),
        (LURES, "zh", ("buyer: 怎么付", "agent: 微信支付、支付宝都可以的")),
        (LURES, "en", ("buyer: whatsapp?", "agent: I can't use WhatsApp for orders, happy to help here though.")),
        (LURES, "pl", ("buyer: da się poza Allegro?", "agent: Nie możemy sprzedawać poza Allegro.")),
        (BRIBES, "zh", ("buyer: 收到了", "agent: 喜欢的话麻烦给个评价哦")),
        (BRIBES, "en", ("buyer: got it", "agent: Great! An honest review would help other buyers.")),
        (BRIBES, "pl", ("buyer: dotarło", "agent: Będzie nam miło za rzetelną ocenę.")),
        (CLAIMS, "zh", ("buyer: 何时发", "agent: 最晚后天，最近爆单，您最好选顺丰，我第一时间通知您")),
        (CLAIMS, "zh", ("agent [product_card]: 全网最低价 史上最强吸尘器", "buyer: 有货吗", "agent: 有的")),
        (CLAIMS, "en", ("buyer: which one?", "agent: The small one is probably the best one for you. Best regards")),
        (CLAIMS, "pl", ("buyer: kiedy?", "agent: Najpóźniej w piątek, najlepiej odebrać w punkcie.")),
        (PRESSURE, "zh", ("buyer: 还有吗", "agent: 只剩1件了", "buyer: 那我要了", "agent: 好的，最后一件给您留着")),
    ],
)
def test_harmless_words_are_left_alone(params: phrases.Params, lang: str, lines: tuple[str, ...]) -> None:
    assert hits(params, lang, *lines) == []


@pytest.mark.parametrize(
    ("params", "lang", "text", "passage"),
    [
        (TONE, "zh", "催什么催，不会自己看吗", "催什么催"),
        (TONE, "zh", "愛買不買", "愛買不買"),
        (TONE, "zh", "快递的问题跟我们没关系，别找我", "没关"),
        (TONE, "en", "Learn to read, it's in the title.", "Learn to read"),
        (TONE, "en", "You'll get it when you get it", "get it when"),
        (TONE, "pl", "Niech pani sobie kupi gdzie indziej", "Niech pani"),
        (TONE, "pl", "Ile razy mam to powtarzac", "Ile razy mam"),
        (LURES, "zh", "亲加下薇信 lan_8877，给您内部价", "薇信"),
        (LURES, "en", "cheaper if you pay me directly via bank transfer", "bank transfer"),
        (LURES, "pl", "Blikiem na numer i wysylam od reki", "na numer"),
        (BRIBES, "zh", "差评删掉，给您补15元", "差评"),
        (BRIBES, "en", "Change your review to five stars and we refund half", "review"),
        (BRIBES, "pl", "Za 5 gwiazdek dorzucamy gratis", "5 gwiazdek"),
        (CLAIMS, "zh", "市面上最好用的拖把，永不生锈", "最好"),
        (CLAIMS, "en", "Nobody sells it cheaper, it will never break", "cheaper"),
        (CLAIMS, "pl", "Nigdzie nie znajdzie Pan taniej, nigdy nie zardzewieje", "taniej"),
    ],
)
def test_an_agents_own_words_are_found_and_quoted(params: phrases.Params, lang: str, text: str, passage: str) -> None:
    (hit,) = hits(params, lang, "buyer: ?", f"agent: {text}")
    assert hit.certainty == "suspected"
    assert hit.message_ids == ("m2",)
    assert passage in str(hit.facts["passages"])


def test_weak_words_need_the_buyers_reaction_or_company() -> None:
    said = "agent: 会喝茶的人都知道"
    assert hits(TONE, "zh", "buyer: 有碎末正常吗", said, "buyer: 好的") == []
    (reacted,) = hits(TONE, "zh", "buyer: 全是碎末", said, "buyer: 你什么态度")
    assert reacted.facts["reaction"] == "你什么态度"
    (twice,) = hits(TONE, "zh", "buyer: 全是碎末", said, "buyer: 我懂茶", "agent: 您开心就好")
    assert twice.message_ids == ("m2", "m4")


def test_mild_words_need_a_weak_one_beside_them() -> None:
    assert hits(PRESSURE, "en", "buyer: stock?", "agent: Only 1 left, it is the last one.") == []
    assert len(hits(PRESSURE, "en", "buyer: stock?", "agent: Only 1 left, price doubles in an hour!")) == 1


def test_a_list_may_be_tied_to_another_or_cleared_by_one() -> None:
    lines = ("zh", "buyer: 发错了", "agent: 你有病吧")
    tied = phrases.Params(lists=("attitude/insult",), needs=("misleading/off_platform",))
    cleared = phrases.Params(lists=("attitude/insult",), unless=("attitude/insult",))
    assert hits(tied, *lines) == hits(cleared, *lines) == []
