"""No limit, switch or word of a shipped rule can be changed without a test that notices.

By default a sixth of the rules and all word lists; everything: python -m pytest -m slow tests/test_rules_mutation.py
(as `auditor rules test --mutate` does).
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from auditor import rulebook, ruletest
from auditor.ruletest.mutants import lists_named
from auditor.ruletest.mutation import Changed, of_lists, score

_ONE_IN = 6


def unnoticed(changes: Iterable[Changed]) -> list[str]:
    every = list(changes)
    noticed, total = score(every)
    missed = [f"{change.where}: {change.what}" for change in every if not change.noticed]
    assert noticed == total - len(missed)
    return missed


def rules() -> list[str]:
    return sorted(rule.id for pack in rulebook.load() for rule in pack.rules if rule.status != "withdrawn")


def test_changes_of_some_rules_are_noticed() -> None:
    changes = [change for change in ruletest.run_mutants(names=rules()[::_ONE_IN]) if not change.where.startswith("words/")]
    assert len(changes) > 100
    assert unnoticed(changes) == []


def test_each_entry_of_the_word_lists_that_rules_name_is_noticed() -> None:
    names = sorted({name for pack in rulebook.load() for rule in pack.rules for name in lists_named(rule)})
    assert len(names) > 20
    assert unnoticed(change for name in names for change in of_lists(name)) == []


@pytest.mark.slow
def test_changes_of_all_rules_are_noticed() -> None:
    changes = ruletest.run_mutants()
    assert len({change.where for change in changes if "words/" not in change.where}) == len(rules())
    assert unnoticed(changes) == []
