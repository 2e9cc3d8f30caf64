"""Which packs judge a platform: its own, those they include, and those for every platform; and which rule goes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from auditor.model import Pack, Rule

EVERY = "*"


def stem(rule_id: str) -> str:
    """The rule's name without its pack."""
    return rule_id.partition("/")[2]


def packs_of(packs: Sequence[Pack], platform: str) -> tuple[Pack, ...]:
    """The packs that judge a platform's messages, in the order given.

    A pack that one of the platform's own includes comes without the rules that the own pack leaves out or has itself.
    """
    own = {pack.id for pack in packs if platform in pack.platforms}
    left: dict[str, set[str]] = {}
    for pack in packs:
        if pack.id in own:
            for name, without in pack.includes.items():
                replaced = {stem(rule.id) for rule in pack.rules}
                left[name] = left.get(name, set()) | replaced | set(without)
    chosen = []
    for pack in packs:
        if pack.id in own or EVERY in pack.platforms:
            chosen.append(pack)
        elif pack.id in left:
            chosen.append(replace(pack, rules=tuple(rule for rule in pack.rules if stem(rule.id) not in left[pack.id])))
    return tuple(chosen)


def homes(packs: Sequence[Pack]) -> dict[str, Pack]:
    """Platform → its own pack, which says its zone, calendar and language."""
    return {platform: pack for pack in packs for platform in pack.platforms if platform != EVERY}


def rules_on(packs: Sequence[Pack], platform: str) -> list[Rule]:
    """The rules that judge a platform: its own first, then the included ones, then those for every platform."""
    ranked = sorted(packs_of(packs, platform), key=lambda pack: (platform not in pack.platforms, EVERY in pack.platforms))
    return [rule for pack in ranked for rule in pack.rules]


def goes_first(other: str, rule: Rule) -> bool:
    """Whether the rule yields to that other one: named by its id, or by its name in any other pack ("*/first_reply")."""
    if other in rule.yields_to:
        return True
    return f"{EVERY}/{stem(other)}" in rule.yields_to and not other.startswith(f"{rule.pack}/")


def firsts(rule: Rule, ids: Iterable[str]) -> list[str]:
    """Of these rules, those that the rule yields to."""
    return [other for other in ids if goes_first(other, rule)]
