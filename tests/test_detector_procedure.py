"""Steps that an agent left out, and the chats in which they were taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from auditor.detectors import procedure
from auditor.model import MESSAGE_COLUMNS, ORDER_COLUMNS, Hit
from auditor.shard import Shard

NEWS = procedure.Params(kind="follow_up_without_time")
REFUSED = procedure.Params(kind="refused_without_evidence")


def hits(params: procedure.Params, lang: str, *lines: str) -> list[Hit]:
    """Lines "role: text" of one conversation; the text "[image]" is a picture."""
    start = datetime(2026, 3, 2, 2, tzinfo=UTC)
    rows = []
    for n, line in enumerate(lines):
        role, _, text = line.partition(": ")
        kind = "image" if text == "[image]" else "text"
        rows.append(
            (
                "c1",
                f"m{n + 1}",
                start + timedelta(minutes=n),
                0,
                role,
                "lan",
                "" if kind == "image" else text,
                kind,
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
    shard = Shard(frame, pl.DataFrame(schema=ORDER_COLUMNS), {}, {}, start + timedelta(days=9))
    return [hit for hit in procedure.check(shard, params) if isinstance(hit, Hit)]


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("buyer: 罐子瘪了", "agent: 我上报给主管了", "buyer: 什么时候有结果", "agent: 等主管回复了告诉您")),
        (
            "en",
            (
                "buyer: any news?",
                "agent: I've passed it on to our warehouse team.",
                "buyer: when will I know?",
                "agent: We'll let you know.",
            ),
        ),
        (
            "pl",
            (
                "buyer: i co?",
                "agent: Przekazałam do magazynu.",
                "buyer: kiedy będzie odpowiedź?",
                "agent: Proszę czekać, damy znać.",
            ),
        ),
    ],
)
def test_news_without_a_time(lang: str, lines: tuple[str, ...]) -> None:
    (hit,) = hits(NEWS, lang, *lines)
    assert (hit.certainty, hit.message_ids, hit.facts["times"]) == ("suspected", ("m2", "m4"), 2)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("buyer: 罐子瘪了", "agent: 我上报给主管了", "buyer: 什么时候有结果", "agent: 等主管回复，明天下午五点前答复您")),
        ("zh", ("buyer: 罐子瘪了", "agent: 我上报给主管了，24小时内答复", "buyer: 什么时候有结果", "agent: 等主管回复了告诉您")),
        ("zh", ("buyer: 什么时候有结果", "agent: 等主管回复了告诉您", "buyer: 还要多久", "agent: 主管同意了，给您补发一个")),
        (
            "en",
            ("buyer: any news?", "agent: I've passed it on to our team.", "buyer: when?", "agent: We'll let you know by Friday."),
        ),
        ("pl", ("buyer: i co?", "agent: Przekazałam do magazynu.", "buyer: kiedy?", "agent: Damy znać jutro do 12.")),
    ],
)
def test_a_time_anywhere_is_enough(lang: str, lines: tuple[str, ...]) -> None:
    assert hits(NEWS, lang, *lines) == []


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("buyer: 杯子收到就碎了", "agent: 这个退不了的")),
        ("en", ("buyer: The lid arrived cracked, I have photos", "agent: We don't need photos, lids are not covered.")),
        ("pl", ("buyer: Doniczka przyszła pęknięta", "agent: Reklamacji nie uznajemy i koniec.")),
    ],
)
def test_a_complaint_refused_unseen(lang: str, lines: tuple[str, ...]) -> None:
    (hit,) = hits(REFUSED, lang, *lines)
    assert (hit.certainty, hit.message_ids) == ("suspected", ("m2",))
    assert hit.facts["complaint"] == lines[0].partition(": ")[2]


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("buyer: 杯子碎了", "agent: 麻烦拍个照片我看下", "buyer: [image]", "agent: 这个退不了的，是贴膜的划痕")),
        ("zh", ("buyer: 杯子碎了", "buyer: [image]", "agent: 这个退不了的，是贴膜的划痕")),
        ("zh", ("buyer: 杯子碎了", "agent: 这个退不了，不过可以给您补发一个")),
        ("zh", ("buyer: 拆封了还能退吗", "agent: 拆封了就退不了的")),
        ("en", ("buyer: what if it arrives broken?", "agent: We can't refund without a photo, so please take one.")),
        ("en", ("buyer: It is cracked", "agent: Sorry! Could you send us a photo? We can't refund without one.")),
        ("pl", ("buyer: Doniczka pęknięta", "agent: Przykro mi, poproszę zdjęcia, bez nich nie możemy uznać reklamacji.")),
    ],
)
def test_a_complaint_that_was_looked_at(lang: str, lines: tuple[str, ...]) -> None:
    assert hits(REFUSED, lang, *lines) == []


@pytest.mark.parametrize(
    ("last", "found"),
    [("agent: 说不准的亲,要看他们", 1), ("agent: 他们九点上班", 0), ("agent: 周三", 0), ("agent: 好的呢亲", 0)],
)
def test_no_time_can_be_named_is_an_answer_without_a_time(last: str, found: int) -> None:
    lines = ("buyer: 灯罩碎了", "buyer: [image]", "agent: 收到,我反馈给仓库核实", "buyer: 得几天", last, "buyer: 唉")
    assert len(hits(NEWS, "zh", *lines)) == found


@pytest.mark.parametrize(
    ("lang", "complaint", "refusal"),
    [
        ("zh", "热水袋不发热了", "我们这边不处理的"),
        ("zh", "橙子好多坏果", "谁家橙子能保证没坏的,不赔的"),
        ("en", "The zip broke on day two.", "Zips don't break on their own."),
        ("pl", "Czajnik przestał grzać", "Reklamacji nie uznajemy"),
    ],
)
def test_refused_unseen(lang: str, complaint: str, refusal: str) -> None:
    assert len(hits(REFUSED, lang, f"buyer: {complaint}", f"agent: {refusal}")) == 1
    assert hits(REFUSED, lang, f"buyer: {complaint}", "buyer: [image]", f"agent: {refusal}") == []
