"""Whether the chats beside a rule, and the texts beside a word list, would notice that something in them was changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from auditor.check import Judged, apply, settle, shards, suppress
from auditor.jurisdiction import packs_of
from auditor.model import LANGS, Finding, Lang, Mark, NotEvaluated, Pack, Rule
from auditor.reading.words import WordList, compiled, word_list
from auditor.ruletest.chats import Case
from auditor.ruletest.mutants import lists_named, mutants
from auditor.ruletest.result import compare
from auditor.ruletest.tables import tables
from auditor.shard import Shard


@dataclass(frozen=True, slots=True)
class Changed:
    """One change; `noticed`: a test failed, as it should."""

    where: str  # the rule, or the word list: "words/zh/misleading/off_platform"
    what: str
    noticed: bool


def mutate(packs: Sequence[Pack], wanted: Sequence[tuple[Pack, Rule, Sequence[Case]]]) -> Iterator[Changed]:
    """All changes of those rules and of the word lists they name, in order; the rules' chats must pass unchanged."""
    lists: set[str] = set()
    for pack, rule, cases in wanted:
        lists |= lists_named(rule)
        bench = _Bench(packs, pack, rule, cases)
        for mutant in mutants(rule):
            yield Changed(rule.id, mutant.what, bench.notices(mutant.rule))
    for name in sorted(lists):
        yield from of_lists(name)


class _Bench:
    """The chats of one rule, laid out once, on which its mutants are tried."""

    def __init__(self, packs: Sequence[Pack], pack: Pack, rule: Rule, cases: Sequence[Case]) -> None:
        self._pack = pack
        self._groups: list[tuple[list[Case], tuple[Shard, ...], list[Finding]]] = []
        for as_of, group in groupby(sorted(cases, key=lambda case: case.as_of), key=lambda case: case.as_of):
            mine = list(group)
            messages, orders, shops, ends = tables(mine)
            made = shards(messages, orders, shops, packs, as_of, ends)
            others = [found for first in _stronger(packs, rule) for found in _found(*first, made)]
            self._groups.append((mine, made, others))

    def notices(self, rule: Rule) -> bool:
        """Whether a case fails for the changed rule."""
        return any(self._fails(rule, *group) for group in self._groups)

    def _fails(self, rule: Rule, cases: Sequence[Case], made: Sequence[Shard], others: Sequence[Finding]) -> bool:
        pack = replace(self._pack, rules=(rule,))
        findings = [*_found(pack, rule, made), *others]
        rules = [pack, *_packs_for(others)]
        by_case: dict[str, list[Finding]] = {}
        for finding in suppress(findings, rules):
            if finding.rule_id == rule.id and finding.suppressed_by in (None, "draft"):
                by_case.setdefault(finding.conversation_id.partition("-")[0], []).append(finding)
        return any(compare(case, by_case.get(f"c{n}", [])) for n, case in enumerate(cases))


def _packs_for(others: Sequence[Finding]) -> list[Pack]:
    return [_STRONGER[rule_id] for rule_id in sorted({finding.rule_id for finding in others})]


_STRONGER: dict[str, Pack] = {}  # rule id → its pack with that rule alone


def _stronger(packs: Sequence[Pack], rule: Rule) -> list[tuple[Pack, Rule]]:
    """The rules that the rule yields to: what they find takes its findings away."""
    found = []
    for pack in packs:
        for other in pack.rules:
            if other.id in rule.yields_to and other.status == "active":
                _STRONGER[other.id] = replace(pack, rules=(replace(other, yields_to=()),))
                found.append((pack, other))
    return found


def _found(pack: Pack, rule: Rule, made: Sequence[Shard]) -> list[Finding]:
    outcomes: list[Finding | NotEvaluated | Mark] = []
    for shard in made:
        if pack in packs_of((pack,), shard.messages["platform"][0]):
            outcomes += apply(rule, pack, shard, "en")
    marks = tuple(each for each in outcomes if isinstance(each, Mark))
    findings = tuple(each for each in outcomes if isinstance(each, Finding))
    as_of = made[0].as_of
    return list(settle(Judged(findings, (), marks), [replace(pack, rules=(rule,))], as_of, "en").findings)


# ---- word lists --------------------------------------------------------------------------------------------------------------


@cache
def of_lists(name: str) -> tuple[Changed, ...]:
    """Each entry of the list of that name dropped, in every language that has it."""
    return tuple(changed for lang in LANGS for changed in _of_list(name, lang))


def _of_list(name: str, lang: Lang) -> Iterator[Changed]:
    words = word_list(name, lang)
    if words is None:
        return
    for key, patterns in entries(words).items():
        for place, pattern in enumerate(patterns):
            rest = (*patterns[:place], *patterns[place + 1 :])
            other = replace(words, **{key: compiled(rest)})
            if key == "any":
                noticed = any(not other.holds(text) for text in words.hits)
            else:
                noticed = any(other.holds(text) for text in words.misses)
            yield Changed(f"words/{lang}/{name}", f"{key}: {pattern} dropped", noticed)


def entries(words: WordList) -> Mapping[str, tuple[str, ...]]:
    """The list's patterns by key, one by one."""
    return {"any": words.patterns, "unless": words.clearing, "unless_message": words.clearing_message}


def score(changes: Iterable[Changed]) -> tuple[int, int]:
    """(noticed, all)."""
    every = list(changes)
    return sum(change.noticed for change in every), len(every)
