"""The words of the bundles, the reading of a notice's charge, and names that no id can break."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.appeal.charge import read_charge
from auditor.appeal.names import slug, unique
from auditor.appeal.statement import escaped
from auditor.appeal.wording import clock, one_line, say, span, words
from auditor.model import CONTENT_TYPES, FAMILIES, LANGS, ORDER_INSTANTS, ROLES, Confidence, Lang, Notice, Outcome, PromiseKind


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_words_with_the_same_places() -> None:
    base = words("zh")
    for lang in LANGS:
        assert words(lang).keys() == base.keys()
        assert {key for key in base if places(words(lang)[key]) != places(base[key])} == set()


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("family", FAMILIES),
        ("element", FAMILIES),
        ("event", ORDER_INSTANTS),
        ("role", ROLES),
        ("content", tuple(code for code in CONTENT_TYPES if code != "text")),
        ("kind", get_args(PromiseKind)),
        ("outcome", get_args(Outcome)),
        ("confidence", get_args(Confidence)),
    ],
)
def test_every_code_of_the_model_has_a_word(group: str, codes: tuple[str, ...]) -> None:
    assert {f"{group}.{code}" for code in codes} <= words("en").keys()


@pytest.mark.parametrize(
    ("clause", "reason", "families"),
    [
        ("承诺未履行", "客服承诺发货未履行", {"promise"}),
        ("服务态度", "客服辱骂消费者", {"attitude"}),
        ("发货物流服务态度违规", "", {"promise", "contradiction", "misleading"}),  # not 服务态度
        ("机械回复", "重复话术", {"mechanical"}),
        ("延迟发货", "超过48小时未发货", {"promise"}),
        ("Customer service", "Refused damage claim", {"mechanical", "attitude", "procedure"}),
        ("Misleading claims", "Superlative advertising in chat", {"contradiction", "misleading"}),
        ("Regulamin 10.4", "Brak odpowiedzi w ciągu 24h", {"response_time"}),
        ("?", "xyz", set()),
        ("", "related to translate", set()),  # stems begin a word: no "late"
    ],
)
def test_a_charge_is_read_from_the_words_of_the_notice(clause: str, reason: str, families: set[str]) -> None:
    notice = Notice("n", "pinduoduo", datetime(2026, 11, 1, tzinfo=UTC), clause=clause, reason=reason)
    assert set(read_charge(notice, ()).families) == families


@given(st.text(max_size=200))
def test_any_id_becomes_a_short_ascii_name(text: str) -> None:
    name = slug(text)
    assert name.isascii()
    assert len(name) <= 69
    assert not set(name) & set('/\\:*?"<>| \n')
    assert not name.startswith(".")


def test_names_stay_apart_where_case_is_ignored() -> None:
    names = unique([("N1", "a"), ("n1", "b"), ("N1", "c")])
    assert len({name.casefold() for name in names}) == 3
    assert slug("申诉 1") != slug("申诉/1")


@pytest.mark.parametrize(
    ("lang", "length", "shown"),
    [
        ("zh", timedelta(hours=8, minutes=30), "8小时30分钟"),
        ("en", timedelta(days=1, hours=2), "1 d 2 h"),
        ("pl", timedelta(minutes=3, seconds=1), "3 min 1 s"),
        ("en", timedelta(0), "0 s"),
    ],
)
def test_spans_are_exact_to_the_second(lang: Lang, length: timedelta, shown: str) -> None:
    assert span(length, lang) == span(-length, lang) == shown


def test_chat_text_is_shown_not_obeyed() -> None:
    assert one_line("a\u202eb\x07\nc{x}") == "a[U+202E]b[U+0007] c{x}"
    assert (
        say("en", "against.not_shipped", ship_by="{0.__class__}")
        == "The order was to ship by {0.__class__}; the data shows no shipment."
    )
    assert escaped("<b>[x](y)`*") == "&lt;b&gt;\\[x\\](y)\\`\\*"
    assert one_line("👩\u200d💻") == "👩\u200d💻"


def test_instants_carry_their_offset() -> None:
    assert clock(datetime(2026, 11, 21, 20, tzinfo=timezone(timedelta(hours=-5)))) == "2026-11-21 20:00:00 -05:00"
