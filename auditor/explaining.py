"""One finding step by step, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from auditor import rulebook
from auditor.elements import elements
from auditor.errors import UsageError
from auditor.model import Rule
from auditor.money import doubt


def explained(record: Mapping[str, Any], lang: str) -> str:
    """`record`: a row of findings.jsonl. The rule's texts come from the installed packs, where they still have the rule."""
    rule = _rule(record["rule_id"])
    steps = [
        ("Finding", f"{record['finding_id']} · {record['severity']} · {record['certainty']} · {record['family']}"),
        ("Rule", f"{record['rule_id']} ({record['pack']} {record['pack_version']})" + (f" – {rule.title[lang]}" if rule else "")),
        ("Clause", _clause(record, rule, lang)),
        ("Where", _where(record)),
        ("Evidence", f"messages {', '.join(record['message_ids'])}"),
        ("Quote", record["quote"]),
        ("Measured", record["measured"] or "–"),
        ("Threshold", record["threshold"] or "–"),
        ("Conclusion", record["explanation"]),
    ]
    if record.get("money_arithmetic"):
        steps.append(("Money", _money(record)))
    if rule and rule.figures:
        steps.append(("Uncertain", doubt(rule.figures)))
    steps += [("Elements" if n == 0 else "", line) for n, line in enumerate(map(str, elements(record, rule)))]
    if record["certainty"] == "suspected":
        steps.append(("Rests on", "how the text was understood; a person has to confirm it"))
    if rule:
        steps += [
            ("Why", rule.why[lang]),
            ("Do better", rule.fix[lang]),
            ("Beware", " · ".join(each[lang] for each in rule.falsepositives)),
        ]
    if record["suppressed_by"]:
        steps.append(("Suppressed", f"not counted: {_suppressed(record['suppressed_by'])}"))
    return "\n".join(_step(name, text) for name, text in steps)


def _money(record: Mapping[str, Any]) -> str:
    amount = record.get("money_at_risk")
    return f"{amount or 'amount unknown'} {record.get('currency') or ''}: {record['money_arithmetic']}"


def _suppressed(by: str) -> str:
    if by == "draft":
        return "the rule is a draft"
    return by if by.startswith("overlay:") else f"{by} stands for the same evidence"


def _rule(rule_id: str) -> Rule | None:
    try:
        packs = rulebook.load()
    except UsageError:
        return None
    return next((rule for pack in packs for rule in pack.rules if rule.id == rule_id), None)


def _clause(record: Mapping[str, Any], rule: Rule | None, lang: str) -> str:
    if rule is None:
        return str(record["clause"])
    clause = rule.clause
    note = f"; {clause.note[lang]}" if clause.note else ""
    if clause.text:
        note = f"; {clause.wording}: {clause.text[lang]}{note}"
    if clause.effective_from:
        note = f"; in force from {clause.effective_from}" + (f" to {clause.effective_to}" if clause.effective_to else "") + note
    return f"{record['clause']} – {clause.source}, seen {clause.seen.isoformat()}, confidence: {clause.confidence}{note}"


def _where(record: Mapping[str, Any]) -> str:
    parts = [f"{record['occurred_at']}", f"platform {record['platform']}", f"shop {record['shop_id'] or '–'}"]
    parts += [f"agent {record['agent_id'] or '–'}", f"conversation {record['conversation_id']}"]
    return ", ".join(parts + ([f"order {record['order_id']}"] if record["order_id"] else []))


def _step(name: str, text: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    body = textwrap.wrap(printable, width=96) or ["–"]
    return "\n".join(f"{name if i == 0 else '':<11}{line}" for i, line in enumerate(body))
