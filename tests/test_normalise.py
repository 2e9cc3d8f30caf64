"""Doubles, conflicts, orders and languages: counted, kept by content, and the same whatever the order of the files."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path

import pytest

from auditor.ingest import Loaded, Options, load
from auditor.normalise import normalise

OPTIONS = Options(as_of=datetime.fromisoformat("2026-11-21T06:00:00+08:00"))
HEADER = "conversation_id,message_id,sent_at,sender_role,text,platform,order_id"


def read(folder: Path, *contents: str) -> Loaded:
    for number, content in enumerate(contents):
        (folder / f"{number}.csv").write_text(content, encoding="utf-8")
    return normalise(load([str(folder)], options=OPTIONS))


def message(number: int, text: str = "在吗", order: str = "", conversation: str = "c1", platform: str = "jd") -> str:
    return f"{conversation},m{number},2026-11-10 09:30:{number:02},buyer,{text},{platform},{order}"


def test_overlapping_exports_count_doubles_and_fill_what_is_missing(tmp_path: Path) -> None:
    one = "\n".join([HEADER, message(1), message(2)])
    two = "\n".join([HEADER, message(2, order="o2"), message(3)])
    found = read(tmp_path, one, two)
    assert found.messages.select("message_id", "order_id").rows() == [("m1", None), ("m2", "o2"), ("m3", None)]
    assert sum(item.duplicate for item in found.inputs) == 1
    assert all(item.rows == item.accepted + item.duplicate + item.quarantined + item.blank for item in found.inputs)
    assert not found.quarantined


def test_one_id_with_two_contents_keeps_the_same_one_whatever_the_order(tmp_path: Path) -> None:
    contents = ["\n".join([HEADER, message(1, text)]) for text in ("甲", "乙", "丙")]
    kept = set()
    for number, order in enumerate(itertools.permutations(contents)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = read(folder, *order)
        assert (found.messages.height, len(found.quarantined)) == (1, 2)
        assert sum(item.quarantined for item in found.inputs) == 2
        kept.add(found.messages["text"][0])
    assert len(kept) == 1


def test_bare_messages_are_doubles_across_files_but_not_within_one(tmp_path: Path) -> None:
    bare = "\n".join([HEADER, *(["c1,,2026-11-10 09:30:00,buyer,在吗,jd,"] * 2)])
    found = read(tmp_path, bare, bare)
    assert found.messages.height == 2
    assert sum(item.duplicate for item in found.inputs) == 2


def test_orders_are_joined_where_one_row_is_silent_and_kept_apart_where_they_clash(tmp_path: Path) -> None:
    header = "order_id,platform,paid_at,shipped_at,carrier,status"
    one = f"{header}\no1,jd,2026-11-10 10:00:00,,,paid\no2,jd,2026-11-10 10:00:00,,,paid\n"
    two = f"{header}\no1,jd,2026-11-10 10:00:00,2026-11-11 10:00:00,X,shipped\no2,jd,2026-11-10 12:00:00,,,paid\n"
    found = read(tmp_path, one, two)
    assert found.orders.select("order_id", "carrier", "status").rows() == [("o1", "X", "shipped"), ("o2", None, "paid")]
    assert found.orders["paid_at"][1].hour == 2
    (bad,) = found.quarantined
    assert "paid_at" in bad.reason


def test_messages_stand_in_the_order_of_conversation_time_and_file(tmp_path: Path) -> None:
    lines = [HEADER, message(3), message(1, conversation="c2"), message(2), "c1,m9,2026-11-10 09:30:02,buyer,后,jd,"]
    found = read(tmp_path, "\n".join(lines))
    assert found.messages.select("conversation_id", "message_id").rows() == [
        ("c1", "m2"),
        ("c1", "m9"),
        ("c1", "m3"),
        ("c2", "m1"),
    ]


@pytest.mark.parametrize(
    ("text", "platform", "lang"),
    [
        ("什么时候发", "allegro", "zh"), ("Kiedy wyślecie?", "cross_border", "pl"), ("Prosze o zwrot", "cross_border", "pl"),
        ("When will it ship", "cross_border", "en"), ("czy", "allegro", "pl"), ("123", "pinduoduo", "zh"), ("??", "cross_border", "en"),  # noqa: E501
    ],
)  # fmt: skip
def test_languages_by_letters_words_and_platform(tmp_path: Path, text: str, platform: str, lang: str) -> None:
    assert read(tmp_path, "\n".join([HEADER, message(1, text, platform=platform)])).messages["lang"].to_list() == [lang]


def test_a_text_without_words_speaks_as_its_conversation_does(tmp_path: Path) -> None:
    found = read(tmp_path, "\n".join([HEADER, message(1, "你好", platform="other"), message(2, "666", platform="other")]))
    assert found.messages["lang"].to_list() == ["zh", "zh"]
