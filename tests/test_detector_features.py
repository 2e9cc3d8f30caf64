"""Properties that are affirmed and denied, and the words that only look like it."""

from __future__ import annotations

import pytest

from auditor.detectors.contradiction import Params, check
from auditor.model import Hit
from tests.talk import talk


def hits(lang: str, *lines: str, against: str = "self") -> list[Hit]:
    shard = talk(*lines, lang=lang)
    return [hit for hit in check(shard, Params(against=against)) if isinstance(hit, Hit)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("b: 锅底有涂层吗", "a: 亲,锅底没有涂层的", "b: 标签上写不粘", "a: 哦这个锅底是有不粘涂层的呢亲")),
        ("zh", ("b: 能机洗吗", "a: 可以机洗的", "b: 会缩水吗", "a: 不能机洗的亲,要手洗")),
        ("zh", ("b: 有耳机孔吗", "a: 带耳机孔的,放心", "b: 我没找到啊", "a: 没有耳机孔的")),
        ("en", ("b: waterproof?", "a: Yes, it is fully waterproof.", "b: sure?", "a: It isn't waterproof, only splash proof.")),
        (
            "en",
            (
                "b: any pouch?",
                "a: Yes, it comes with a soft pouch.",
                "b: got none",
                "a: It doesn't come with a pouch.",
            ),
        ),
        ("pl", ("b: wodoodporny?", "a: Tak, jest wodoodporny.", "b: na pewno?", "a: Nie jest wodoodporny, niestety.")),
    ],
)
def test_affirmed_and_denied(lang: str, lines: tuple[str, ...]) -> None:
    (hit,) = hits(lang, *lines)
    assert (hit.certainty, hit.message_ids) == ("suspected", ("m2", "m4"))


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("b: 能机洗吗", "a: 被套可以机洗的", "b: 枕芯呢", "a: 枕芯不能机洗的亲")),
        ("zh", ("b: 有帽子吗", "a: 有帽子的", "b: 有口袋吗", "a: 没有口袋")),
        ("zh", ("b: 有货吗", "a: 没有M码了", "b: 真没有?", "a: 有M码了亲,刚到")),
        ("zh", ("b: 能机洗吗", "a: 可以机洗的", "b: 真的?", "a: 不好意思说错了,不能机洗的")),
        ("zh", ("b: 送得到吗", "a: 这个镇不能送达的呢", "b: 那县城", "a: 县城可以送达")),
        ("zh", ("b: 有问题", "a: 没有问题的亲", "b: 真的?", "a: 有问题您随时联系")),
        ("en", ("b: waterproof?", "a: The case is waterproof.", "b: and the strap?", "a: The strap isn't waterproof.")),
        ("en", ("b: ok?", "a: It isn't a problem.", "b: but it is late", "a: That is a problem of the carrier.")),
        ("pl", ("b: ma zamek?", "a: Ma kieszeń.", "b: a zamek?", "a: Nie ma zamka.")),
    ],
)
def test_other_parts_other_things_and_what_may_change(lang: str, lines: tuple[str, ...]) -> None:
    assert hits(lang, *lines) == []


def test_a_colleague_is_contradicted_by_the_colleagues_rule_alone() -> None:
    lines = ("b: 能机洗吗", "a: 可以机洗的", "b: 会缩水吗", "c: 不能机洗的亲")
    assert hits("zh", *lines) == []
    assert [hit.agent_id for hit in hits("zh", *lines, against="colleague")] == ["c"]
