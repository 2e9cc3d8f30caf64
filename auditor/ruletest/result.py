"""What came of a chat: whether the findings are what its marks say, and the difference in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.model import LANGS, Finding, Rule
from auditor.ruletest.chats import Case, Line
from auditor.wording import render


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case; `failure` is empty where it passed, else says what was expected and what was found."""

    rule_id: str
    name: str
    place: str
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Whether the rule did what the case says."""
        return not self.failure

    @property
    def message(self) -> str:
        """One paragraph: where, which case, and what is wrong."""
        case = f"{self.rule_id}, {self.name}: " if self.rule_id else ""
        return f"{self.place}: {case}{self.failure or 'passed'}"


def compare(case: Case, found: Sequence[Finding]) -> str:
    """Empty where the findings of the case's rule are what the marks say; else one line a difference."""
    said = []
    for line in case.lines:
        if line.fragment is None:
            continue
        mine = [finding for finding in found if line.message_id in finding.message_ids]
        if not mine:
            said.append(f"not found: {_shown(line)}" + (f"; found instead: {told(found)}" if found else ""))
        elif not any(line.fragment in text for finding in mine for text in _texts(case.rule, finding)):
            said.append(f"found {line.message_id}, but nothing says {line.fragment!r}: {told(mine)}")
    marked = {line.message_id for line in case.lines if line.fragment is not None}
    said += [f"found without a mark: {told([finding])}" for finding in found if marked.isdisjoint(finding.message_ids)]
    return "\n".join(said)


def _texts(rule: Rule, finding: Finding) -> list[str]:
    return [*(render(rule.message, finding.facts, lang) for lang in LANGS), finding.quote, finding.measured, finding.threshold]


def _shown(line: Line) -> str:
    return f"{line.message_id} ({line.at:%Y-%m-%d %H:%M:%S} {line.role}: {line.text})"


def told(found: Sequence[Finding]) -> str:
    """Findings in one line."""
    return " | ".join(f"{', '.join(f.message_ids)}: {f.explanation} [{f.certainty}] “{f.quote}”" for f in found)
