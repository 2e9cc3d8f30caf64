"""Run the chats beside the rules: each must find what is marked, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from auditor.check import judge
from auditor.errors import Fault, UsageError
from auditor.model import Finding, Pack, Rule
from auditor.params import suggest
from auditor.rulebook import load, place_of
from auditor.ruletest import clean
from auditor.ruletest.chats import Case, read_cases
from auditor.ruletest.languages import misplaced
from auditor.ruletest.mutation import Changed, mutate
from auditor.ruletest.result import Result, compare
from auditor.ruletest.tables import tables


def test_file(rule: Rule) -> Path:
    """Where a rule's chats lie."""
    path = place_of(rule.path)
    return path.with_name(f"{path.stem}.test.yaml")


def cases_of(pack: Pack, rule: Rule) -> list[Case]:
    """The cases beside a rule; none where there is no file. Raises UsageError."""
    path = test_file(rule)
    return read_cases(pack, rule, path, str(Path(rule.path).with_name(path.name))) if path.is_file() else []


def _wanted(packs: Sequence[Pack], rules: Iterable[str] | None) -> list[tuple[Pack, Rule]]:
    names = None if rules is None else set(rules)
    return [(pack, rule) for pack in packs for rule in pack.rules if names is None or rule.id in names]


def gates(packs: Sequence[Pack], rules: Iterable[str] | None = None) -> list[Fault]:
    """What a rule lacks before it may judge: texts in their languages, flagged and clean chats, both sides of a limit."""
    faults: list[Fault] = []
    for pack, rule in _wanted(packs, rules):
        faults += misplaced(rule)
        try:
            faults += _gate(rule, cases_of(pack, rule))
        except UsageError as error:
            faults += error.faults
    return faults


def _gate(rule: Rule, cases: Sequence[Case]) -> list[Fault]:
    place = rule.path.replace(".yaml", ".test.yaml")
    if not cases:
        return [Fault(rule.path, "the rule has no test", f"write {place} with a flagged and a clean chat")]
    faults = []
    if not any(case.flagged for case in cases):
        faults.append(Fault(place, "no chat is flagged", "mark the offending line with #!"))
    if all(case.flagged for case in cases):
        faults.append(Fault(place, "no chat is clean", "add one without a mark"))
    sides: dict[str, set[bool]] = {}
    for case in cases:
        if case.boundary:
            sides.setdefault(case.boundary, set()).add(case.flagged)
    if not sides:
        faults.append(Fault(place, "no boundary pair", "give a flagged and a clean chat the same word under boundary:"))
    for word, seen in sorted(sides.items()):
        if len(seen) == 1:
            faults.append(Fault(place, f"boundary {word!r} has one side only", "add the chat on the other side of it"))
    names = [case.name for case in cases]
    faults += [
        Fault(place, f"two cases are named {name!r}", "rename one") for name in sorted({n for n in names if names.count(n) > 1})
    ]
    return faults


def run(folders: Sequence[Path] | None = None, names: Sequence[str] = ()) -> list[Result]:
    """Test the packs under the folders (default: the shipped ones), or only the rules and packs named.

    What a rule lacks (see `gates`), and what a rule finds in a clean chat, stands among the results as a failure.
    Raises UsageError for faulty packs and unknown names.
    """
    packs = load(folders)
    chosen = _chosen(packs, names)
    lacking = [Result("", "", fault.place, f"{fault.what}; {fault.mend}") for fault in gates(packs, chosen)]
    eager = [result for result in clean.gate(packs, load() if folders else packs, chosen) if not result.passed]
    return lacking + eager + run_tests(packs, chosen)


def run_mutants(folders: Sequence[Path] | None = None, names: Sequence[str] = ()) -> list[Changed]:
    """Change each limit, switch and entry of the rules, and of the word lists they name, and see whether a test notices.

    Raises UsageError for faulty packs and unknown names. The tests must pass unchanged.
    """
    packs = load(folders)
    wanted = [(pack, rule, cases_of(pack, rule)) for pack, rule in _wanted(packs, _chosen(packs, names))]
    return list(mutate(packs, [one for one in wanted if one[1].status != "withdrawn"]))


def _chosen(packs: Sequence[Pack], names: Sequence[str]) -> set[str] | None:
    """Ids of the rules that are named, by themselves or by their pack; None: all. Raises UsageError."""
    known = {rule.id for pack in packs for rule in pack.rules}
    chosen = {rule for rule in known for name in names if name in (rule, rule.partition("/")[0])} if names else None
    strange = [name for name in names if name not in known and name not in {pack.id for pack in packs}]
    if strange:
        raise UsageError(
            Fault(name, "there is no such rule or pack", suggest(name, known if "/" in name else {pack.id for pack in packs}))
            for name in strange
        )
    return chosen


def run_tests(packs: Sequence[Pack], rules: Iterable[str] | None = None) -> list[Result]:
    """Judge the chats of all rules (or of those named), many in one run. Raises UsageError where a test file is faulty."""
    cases: list[Case] = []
    faults: list[Fault] = []
    for pack, rule in _wanted(packs, rules):
        try:
            cases += cases_of(pack, rule)
        except UsageError as error:
            faults += error.faults
    if faults:
        raise UsageError(faults)
    results: list[Result] = []
    for as_of, group in groupby(sorted(cases, key=lambda case: case.as_of), key=lambda case: case.as_of):
        results += _judge(list(group), packs, as_of)
    return sorted(results, key=lambda result: (result.rule_id, _line(result.place)))


def _line(place: str) -> int:
    return int(place.rpartition(":")[2])


def _judge(cases: Sequence[Case], packs: Sequence[Pack], as_of: datetime) -> list[Result]:
    messages, orders, shops, ends = tables(cases)
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in judge(messages, orders, shops, packs, as_of, "en", ends).findings:
        if finding.suppressed_by in (None, "draft"):
            found.setdefault((finding.conversation_id.partition("-")[0], finding.rule_id), []).append(finding)
    return [
        Result(case.rule.id, case.name, case.place, compare(case, found.get((f"c{n}", case.rule.id), [])))
        for n, case in enumerate(cases)
    ]
