"""The normal form and the way back; clauses of all three languages; strict YAML."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.reading.normal import clauses, normal
from auditor.strictyaml import parse


@pytest.mark.parametrize(
    ("written", "form", "folded"),
    [
        ("４８Ｈ內發貨，謝謝", "48h内发货,谢谢", "48h内发货,谢谢"),
        ("明\u200b天发\ufeff", "明天发", "明天发"),
        ("WYŚLĘ Jutro", "wyślę jutro", "wysle jutro"),
        ("Wys\u0301le\u0328", "wyślę", "wysle"),
    ],
)
def test_normal_form(written: str, form: str, folded: str) -> None:
    assert (normal(written).text, normal(written).folded) == (form, folded)


def test_quotes_are_as_written() -> None:
    one = normal("亲\u200b，Wys\u0301lemy ½ jutro…OK")
    assert one.quote(one.text.index("wyślemy"), one.text.index(" ")) == "Wys\u0301lemy"
    assert one.quote(one.text.index("ok"), len(one.text)) == "OK"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("今天(周三)18：00前发🌕好的", ["今天", "周三", "18：00前发", "好的"]),
        ("Wyślemy do godz. 15.00, np. jutro. Ok", ["Wyślemy do godz. 15.00", "np. jutro", "Ok"]),
        ("10,000 pcs at 5 p.m. today – yes", ["10,000 pcs at 5 p.m. today", "yes"]),
        ("3-5 dni, 2.5 kg; 9–17", ["3-5 dni", "2.5 kg", "9–17"]),
        ("15. maja wyślemy. Do 15. Jutro", ["15. maja wyślemy", "Do 15", "Jutro"]),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    one = normal(text)
    assert [one.quote(start, end) for start, end in clauses(one)] == parts


@given(st.text())
def test_every_position_leads_back(text: str) -> None:
    one = normal(text)
    assert len(one.folded) == len(one.text)
    for at in range(len(one.text)):
        start, end = one.original_span(at, at + 1)
        assert 0 <= start < end <= len(text)


def test_yaml_keeps_what_was_typed() -> None:
    one = parse('a: 9:30\nb: [no, 0123, 5, "5", 2025-01-01, 1.5]\n', Path("x"))
    assert one.value == {"a": "9:30", "b": ["no", "0123", 5, "5", "2025-01-01", 1.5]}
    assert (one.line_of(("b", 2)), one.line_of(("a", "unknown"))) == (2, 1)


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2", "a: &x 1\nb: *x", "a: [1", "a: !!str 3", "a: 1\n---\nb: 2", "? [a]\n: b", "a:\n\tb: 1"]
)
def test_yaml_refuses_surprises(text: str) -> None:
    with pytest.raises(UsageError, match=r"x:[0-9]"):
        parse(text, Path("x"))
