"""What is different between a rule and the one it extends, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.errors import Fault, UsageError
from auditor.jurisdiction import stem
from auditor.model import Pack, Rule
from auditor.params import suggest

_SHOWN = ("title", "status", "detector", "family", "severity", "certainty_at_most", "message", "why", "fix", "yields_to")


def rule_difference(rule: Rule, packs: Mapping[str, Pack]) -> list[str]:
    """What the rule changes in the one it extends, told with a head line."""
    if not rule.extends:
        return [f"{rule.id} extends no rule"]
    rules = {each.id: each for pack in packs.values() for each in pack.rules}
    base = rules.get(rule.extends)
    if base is None:
        return [f"{rule.id} extends {rule.extends}, which is not among the packs loaded"]
    return [f"{rule.id} extends {base.id}", *(difference(rule, base) or ["(no difference)"])]


def pack_difference(name: str, packs: Mapping[str, Pack]) -> list[str]:
    """What the pack makes of those it includes, and of each rule that its own ones extend. Raises UsageError."""
    pack = packs.get(name)
    if pack is None:
        raise UsageError(Fault(name, "there is no such pack", suggest(name, packs)))
    lines = []
    own = {stem(rule.id) for rule in pack.rules}
    for other, left in pack.includes.items():
        lines.append(f"{name} includes {other}")
        rules = [stem(rule.id) for rule in packs[other].rules] if other in packs else []
        lines += [f"- {other}/{rule}" for rule in rules if rule in left and rule not in own]
        lines += [f"~ {other}/{rule} → {name}/{rule}" for rule in rules if rule in own]
    for rule in pack.rules:
        lines += rule_difference(rule, packs) if rule.extends else [f"+ {rule.id}"]
    return lines


def difference(rule: Rule, base: Rule) -> list[str]:
    """Lines "- key: value" of the base and "+ key: value" of the rule, in the order of the keys; none where they are alike."""
    before, after = dict(_flat(base)), dict(_flat(rule))
    lines = []
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            lines += [f"- {key}: {before[key]}"] if key in before else []
            lines += [f"+ {key}: {after[key]}"] if key in after else []
    return lines


def _flat(rule: Rule) -> Iterator[tuple[str, str]]:
    for name in _SHOWN:
        yield from flat(name, getattr(rule, name))
    for name in ("document", "section", "source", "seen", "confidence", "note"):
        yield from flat(f"clause.{name}", getattr(rule.clause, name))
    for day, values in rule.params:
        yield from flat(f"params.{day}", "withdrawn" if values is None else values)
    for place, texts in enumerate(rule.falsepositives):
        yield from flat(f"falsepositives.{place}", texts)


def flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    """(the way to a plain value, the value) of everything in it, in order."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from flat(f"{name}.{key}" if name else str(key), each)
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        for place, each in enumerate(value):
            yield from flat(f"{name}.{place}", each)
    else:
        yield name, ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
