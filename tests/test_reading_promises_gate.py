"""The gate of the promise reader is never narrower than the reader, in either engine, and quotes are the text's own."""

from __future__ import annotations

import polars as pl
import pytest
import re2
import test_reading_promises_en as en
import test_reading_promises_pl as pl_cases
import test_reading_promises_zh as zh
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Lang
from auditor.reading.normal import normal
from auditor.reading.promises import elliptic, promise_gate, promises

CASES: dict[Lang, list[str]] = {
    "zh": [text for text, _ in [*zh.PROMISES, *zh.REQUESTS]],
    "en": [text for text, _ in [*en.PROMISES, *en.REQUESTS]],
    "pl": [text for text, _ in [*pl_cases.PROMISES, *pl_cases.REQUESTS]],
}
LANGS: list[Lang] = ["zh", "en", "pl"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_gate_lets_everything_pass_that_is_read(lang: Lang) -> None:
    texts = [normal(text).text for text in CASES[lang]]
    gate = promise_gate(lang)
    assert [text for text in texts if not re2.search(gate, text)] == []
    assert pl.Series(texts).filter(~pl.Series(texts).str.contains(gate)).to_list() == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_gate_keeps_small_talk_out(lang: Lang) -> None:
    talk = {
        "zh": ["您好", "好的亲", "谢谢"],
        "en": ["hello there", "thank you!", "nice"],
        "pl": ["dzień dobry", "dziękuję", "super"],
    }
    assert [text for text in talk[lang] if re2.search(promise_gate(lang), text)] == []


@settings(deadline=None)
@given(st.data())
def test_an_innocent_sentence_takes_no_promise_away(data: st.DataObject) -> None:
    lang = data.draw(st.sampled_from(LANGS))
    text = data.draw(st.sampled_from(CASES[lang]))
    more = {"zh": "。谢谢亲", "en": ". Thank you!", "pl": ". Pozdrawiam!"}[lang]
    before, after = (promises(normal(one), lang)[0] for one in (text, text.rstrip(".!") + more))
    assert [(one.kind, one.when) for one in before] == [(one.kind, one.when) for one in after]


@given(st.text(alphabet="明后天今48小时内发不寄退前点半三周五 ,。?“”:您快递付款后的话", max_size=40))
def test_any_text_is_read_without_fault_and_quoted_as_written(text: str) -> None:
    for several in promises(normal(text), "zh"):
        for one in several:
            assert one.text in text
    elliptic(normal(text), "zh")


@pytest.mark.parametrize("lang", LANGS)
def test_long_texts_stay_linear(lang: Lang) -> None:
    text = {"zh": "明天发,", "en": "ships tomorrow, ", "pl": "jutro wyślemy, "}[lang] * 3000
    assert len(promises(normal(text), lang)[0]) == 1
