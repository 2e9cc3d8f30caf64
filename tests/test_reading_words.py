"""Word lists: every list finds its hits and passes its misses; gates are never narrower than the list."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import re2

from auditor.errors import UsageError
from auditor.reading import words
from auditor.reading.normal import normal
from auditor.reading.words import WordList, all_word_lists

LISTS = all_word_lists()


def _name(one: WordList) -> str:
    return f"{one.lang}/{one.name}"


@pytest.mark.parametrize("one", LISTS, ids=_name)
def test_hits_and_misses(one: WordList) -> None:
    assert [text for text in one.hits if not one.holds(text)] == []
    assert [text for text in one.misses if one.holds(text)] == []


@pytest.mark.parametrize("one", LISTS, ids=_name)
def test_the_gate_lets_every_hit_pass_in_both_engines(one: WordList) -> None:
    texts = [normal(text).text for text in one.hits]
    assert all(re2.search(one.gate, text) for text in texts)
    assert pl.Series(texts).str.contains(one.gate).all()


def _written(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, lang: str = "pl") -> WordList | None:
    path = folder / "words" / lang / "x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(words, "RULES", folder)
    words.word_list.cache_clear()
    return words.word_list("x", lang)


def test_polish_is_found_with_and_without_diacritics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _written(tmp_path, monkeypatch, "what: x\nany: ['wyśl[eę]']\nunless: [nie]\nhits: [wyślę]\n")
    assert one is not None
    assert one.holds("Wyślę jutro")
    assert one.holds("wysle jutro")
    assert not one.holds("nie wyślę jutro")
    assert one.find(normal("Nie dziś, wyślę jutro")) == ((10, 15),)
    assert re2.search(one.gate, "wyślę")
    assert re2.search(one.gate, "wysle")


def test_token_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "what: x\ntokens:\n  - [{LOWER: żaden}, {OP: '?'}, {LOWER: {IN: [problem, kłopot]}}]\nhits: [żaden problem]\n"
    one = _written(tmp_path, monkeypatch, text)
    assert one is not None
    assert one.holds("Zaden wielki kłopot!")
    assert not one.holds("problem żaden")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what: x\nany: ['(']\nhits: [a]\n", ":2: '(' is not a pattern"),
        ("what: x\nany: [a]\n", "'hits' is missing"),
        ("what: x\nany: ['a*']\nhits: [a]\n", ":2: 'a*' matches anything"),
        ("what: x\nany: [a]\nhits: [a]\nhint: b\n", ":4: 'hint' is not a key"),
        ("what: x\ntokens: [[{REGEX: a}]]\nhits: [a]\n", ":2: is not a usable token pattern"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"x\.yaml") as error:
        _written(tmp_path, monkeypatch, text)
    assert said in str(error.value)


def test_an_anchored_pattern_means_the_whole_clause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _written(tmp_path, monkeypatch, "what: x\nany: ['^ok$']\nhits: [ok]\n", "en")
    assert one is not None
    assert one.holds("Well, OK! Done")
    assert not one.holds("ok then")
