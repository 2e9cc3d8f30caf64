"""The shipped rules: each has what a rule needs, and its own chats say what it finds."""

from __future__ import annotations

from functools import lru_cache

import pytest

from auditor import rulebook, ruletest
from auditor.jurisdiction import firsts, rules_on
from auditor.rulesdir import RULES
from auditor.ruletest import clean
from auditor.ruletest.languages import has_han

_NAMES = sorted(
    f"{path.parent.name}/{path.stem}"
    for path in RULES.glob("*/*.yaml")
    if path.name != "pack.yaml" and not path.name.endswith(".test.yaml") and path.parent.name not in ("words", "clean")
)


@lru_cache(maxsize=1)
def _results() -> dict[str, list[ruletest.Result]]:
    by_rule: dict[str, list[ruletest.Result]] = {}
    for result in ruletest.run_tests(rulebook.load()):
        by_rule.setdefault(result.rule_id, []).append(result)
    return by_rule


@pytest.mark.parametrize("name", _NAMES)
def test_rule(name: str) -> None:
    results = _results().get(name, [])
    assert results, f"{name} has no chats"
    assert not [result.message for result in results if not result.passed]


@pytest.mark.parametrize("name", _NAMES)
def test_gates(name: str) -> None:
    assert not [str(fault) for fault in ruletest.gates(rulebook.load(), [name])]


def test_packs_hold_the_platforms_and_families() -> None:
    packs = rulebook.load()
    platforms = {platform for pack in packs for platform in pack.platforms}
    assert platforms == {
        *("pinduoduo", "taobao", "tmall", "jd", "douyin", "kuaishou", "xiaohongshu", "allegro", "aliexpress", "amazon", "ebay"),
        *("etsy", "walmart", "kaufland", "shopee", "lazada", "tiktok_shop", "cross_border", "china", "*"),
    }
    assert sum(len(pack.rules) for pack in packs) >= 150
    for platform in platforms - {"*"}:
        kinds = {rule.detector for rule in rules_on(packs, platform)}
        assert {"response_time", "promises", "contradiction", "phrases"} <= kinds, platform
    assert {rule.family for pack in packs for rule in pack.rules} == {
        "response_time", "promise", "contradiction", "misleading", "mechanical", "attitude", "procedure",
    }  # fmt: skip


def test_texts_of_packs_stand_in_their_languages() -> None:
    for pack in rulebook.load():
        given = [pack.title]
        if pack.appeal:
            given += [pack.appeal.clause.note, pack.appeal.entry, pack.appeal.evidence, pack.appeal.assumed]
        for texts in filter(None, given):
            assert has_han(texts["zh"]), (pack.id, texts["zh"])
            assert texts["pl"] != texts["en"], (pack.id, texts["pl"])


def test_no_rule_names_a_source_by_a_bare_number() -> None:
    for pack in rulebook.load():
        for rule in pack.rules:
            words = rule.clause.source.replace(",", " ").replace(";", " ").split()
            assert not [word for word in words if word[0] in "SA" and word[1:].isdigit()], rule.id


def test_general_rules_yield_where_a_platform_has_its_own() -> None:
    rules = {rule.id: rule for pack in rulebook.load() for rule in pack.rules}
    for rule in rules.values():
        own = rule.id.partition("/")[2]
        if rule.pack == "service_sop":
            others = {other for other in rules if other != rule.id and other.partition("/")[2] == own}
            assert others <= set(firsts(rule, rules)), rule.id


def test_no_active_rule_finds_anything_in_a_clean_chat() -> None:
    packs = rulebook.load()
    results = clean.gate(packs, packs)
    assert len(results) >= 30
    assert not [result.message for result in results if not result.passed]
