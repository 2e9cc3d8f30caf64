"""The clauses behind a charge as the rule pack knows them: document, section, source, and how far to trust each."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.appeal.assess import Assessment
from auditor.appeal.case import Case
from auditor.appeal.charge import rules_for
from auditor.appeal.statement import escaped
from auditor.appeal.wording import known, pick, say, show
from auditor.model import Lang, Pack, Rule
from auditor.money import doubt, spoken

_MOST = 12


def clauses(case: Case, found: Assessment, packs: Sequence[Pack]) -> list[Rule]:
    """Rules that a finding on this charge rests on, then those whose clause the notice names, then its families' others."""
    hit = {finding.rule_id for finding in found.supporting}
    named = {rule.id for rule in case.charge.named}
    rules = [rule for rule in rules_for(case.notice.platform, packs) if _meant(rule, case, hit | named)]
    return sorted(rules, key=lambda rule: (rule.id not in hit, rule.id not in named))[:_MOST]


def _meant(rule: Rule, case: Case, ids: set[str]) -> bool:
    return rule.id in ids or (not case.charge.named and rule.family in case.charge.families)


def rule_markdown(case: Case, rules: Sequence[Rule], lang: Lang) -> str:
    """Write the clauses as Markdown; each that is not from an official page says so."""
    lines = [
        f"# {say(lang, 'clause.title')}",
        "",
        escaped(say(lang, "clause.charge", clause=case.notice.clause, text=case.notice.reason)),
    ]
    if not rules:
        lines += ["", say(lang, "clause.none")]
    for rule in rules:
        lines += ["", f"## {escaped(pick(rule.title, lang))}", "", *(f"- {line}" for line in _facts(rule, case, lang))]
    return "\n".join(lines) + "\n"


def _facts(rule: Rule, case: Case, lang: Lang) -> list[str]:
    clause, colon = rule.clause, say(lang, "unit.colon")
    rows = [
        ("clause.rule", f"{rule.id} ({rule.pack})"),
        ("clause.document", clause.document),
        ("clause.section", clause.section),
        ("clause.source", clause.source),
        ("clause.seen", clause.seen.isoformat()),
        ("clause.confidence", known(lang, f"confidence.{clause.confidence}", clause.confidence)),
        ("clause.text", pick(clause.text, lang)),
        ("clause.note", pick(clause.note, lang)),
        ("clause.penalty", _penalty(rule, case, lang)),
        ("clause.figures", doubt(rule.figures)),
        ("clause.in_force", _in_force(rule, case)),
        ("clause.look_at", " ".join(pick(each, lang) for each in rule.falsepositives)),
    ]
    lines = [f"{say(lang, key)}{colon}{escaped(show(text, lang))}" for key, text in rows if text]
    return [*lines, f"**{say(lang, 'clause.unverified')}**"] if clause.confidence != "official" else lines


def _penalty(rule: Rule, case: Case, lang: Lang) -> str:
    """What the clause named for a breach on the day of the notice."""
    penalty = rule.clause.penalty_on(case.notice.issued_at.date())
    if penalty is None:
        return ""
    return "; ".join(part for part in (spoken(penalty), penalty.points, pick(penalty.note, lang)) if part)


def _in_force(rule: Rule, case: Case) -> str:
    """Name the version of the rule on the day of the conversation's last message before the notice."""
    days = [message.at.date() for message in case.messages if message.at <= case.notice.issued_at]
    day = days[-1] if days else case.notice.issued_at.date()
    held = [(start, params) for start, params in rule.params if start <= day]
    if not held or held[-1][1] is None:
        return f"{day.isoformat()}: –"
    start, params = held[-1]
    named = ", ".join(f"{name}={value}" for name, value in sorted((params or {}).items()))
    return f"{day.isoformat()}: {start.isoformat()} → {named}" if named else f"{day.isoformat()}: {start.isoformat()}"
