"""The clean-chat gate: chats in which nobody does anything wrong, on which no active rule of any pack may find anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from auditor.check import judge
from auditor.errors import Fault, UsageError
from auditor.model import Pack
from auditor.rulesdir import RULES
from auditor.ruletest.chats import Case, read_cases
from auditor.ruletest.result import Result, told
from auditor.ruletest.tables import tables


def clean_cases(heads: Sequence[Pack], folder: Path | None = None) -> list[Case]:
    """The chats of rules/clean/<pack>.yaml, told by the clock of that one of the packs. Raises UsageError."""
    known = {pack.id: pack for pack in heads if pack.rules}
    found: list[Case] = []
    faults: list[Fault] = []
    for path in sorted((folder or RULES / "clean").glob("*.yaml")):
        pack = known.get(path.stem)
        if pack is None:
            continue
        try:
            found += read_cases(pack, pack.rules[0], path, f"rules/clean/{path.name}")
        except UsageError as error:
            faults += error.faults
    if faults:
        raise UsageError(faults)
    return found


def gate(
    packs: Sequence[Pack], heads: Sequence[Pack], rules: Iterable[str] | None = None, folder: Path | None = None
) -> list[Result]:
    """One result a clean chat: what an active rule of these packs (or one of those named) found there is its failure.

    `heads`: the packs by whose clocks the chats are told.
    """
    names = None if rules is None else set(rules)
    results: list[Result] = []
    cases = sorted(clean_cases(heads, folder), key=lambda case: case.as_of)
    for as_of, group in groupby(cases, key=lambda case: case.as_of):
        mine = list(group)
        messages, orders, shops, ends = tables(mine)
        found: dict[str, list[str]] = {}
        for finding in judge(messages, orders, shops, packs, as_of, "en", ends).findings:
            if finding.suppressed_by is None and (names is None or finding.rule_id in names):
                what = f"{finding.rule_id} finds something in a clean chat: {told([finding])}"
                found.setdefault(finding.conversation_id.partition("-")[0], []).append(what)
        results += [Result("clean", case.name, case.place, "\n".join(found.get(f"c{n}", []))) for n, case in enumerate(mine)]
    return results
