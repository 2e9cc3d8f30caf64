"""A shop's overlay (a YAML file): rules tuned or switched off for some shops and days, each with owner, reason and expiry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import strictyaml
from auditor.errors import Fault, UsageError
from auditor.model import SEVERITIES, Overlay, Pack, Rule
from auditor.params import check_params, suggest
from auditor.rulebook.clause import to_day
from auditor.rulebook.read import Reader
from auditor.strictyaml import Steps

if TYPE_CHECKING:
    from auditor.detectors import Detector

_KEYS = ("id", "changes")
CHANGE_KEYS = ("rule", "shops", "off", "params", "severity", "from", "until", "owner", "reason")
CHANGE_NEEDED = ("rule", "shops", "from", "until", "owner", "reason")
_EVERY = "*"


def is_overlay(path: Path) -> bool:
    """Whether that name stands for an overlay's file, not for a pack."""
    return path.suffix in (".yaml", ".yml") and path.name != "pack.yaml"


def overlaid(packs: Sequence[Pack], paths: Iterable[Path], detectors: Mapping[str, Detector]) -> tuple[Pack, ...]:
    """The packs with the overlays of those files on their rules. Raises UsageError with every fault of every file."""
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    faults: list[Fault] = []
    changes: dict[str, list[Overlay]] = {}
    digest = hashlib.sha256()
    names: dict[str, Path] = {}
    for path in paths:
        reader = _opened(path, faults)
        if reader is None:
            continue
        digest.update(path.read_bytes())
        for overlay in _read(reader, rules, detectors):
            changes.setdefault(overlay.rule, []).append(overlay)
        name = reader.text(("id",))
        if name and name in names:
            reader.fault(("id",), f"{name!r} is also the id of {names[name]}", "rename one of the two")
        names[name] = path
        faults += reader.faults
    if faults:
        raise UsageError(faults)
    return tuple(_with(pack, changes, digest.hexdigest()) for pack in packs)


def _with(pack: Pack, changes: Mapping[str, Sequence[Overlay]], digest: str) -> Pack:
    if not any(rule.id in changes for rule in pack.rules):
        return pack
    rules = tuple(replace(rule, overlays=(*rule.overlays, *changes.get(rule.id, ()))) for rule in pack.rules)
    return replace(pack, rules=rules, sha256=hashlib.sha256(f"{pack.sha256} {digest}".encode()).hexdigest())


def expired(packs: Iterable[Pack], day: date) -> list[Overlay]:
    """The overlays that no longer hold on that day, by id."""
    every = {overlay.id: overlay for pack in packs for rule in pack.rules for overlay in rule.overlays}
    return [every[name] for name in sorted(every) if every[name].until < day]


def _opened(path: Path, faults: list[Fault]) -> Reader | None:
    try:
        document = strictyaml.parse_on(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(str(path), f"cannot be read ({type(error).__name__})", "name an overlay's file, saved as UTF-8 text"))
        return None
    except UsageError as error:
        faults += error.faults
        return None
    faults += document.faults
    return Reader(document)


def _read(reader: Reader, rules: Mapping[str, Rule], detectors: Mapping[str, Detector]) -> list[Overlay]:
    reader.mapping((), _KEYS, _KEYS)
    name = reader.text(("id",))
    given = reader.get(("changes",))
    if not isinstance(given, list) or not given:
        if given is not None:
            reader.fault(("changes",), "is not a list of changes", "write one {rule: …, shops: […], …} each with a dash")
        return []
    return [_change(reader, ("changes", place), f"{name}/{place + 1}", rules, detectors) for place in range(len(given))]


def _change(reader: Reader, steps: Steps, name: str, rules: Mapping[str, Rule], detectors: Mapping[str, Detector]) -> Overlay:
    given = reader.mapping(steps, CHANGE_KEYS, CHANGE_NEEDED)
    rule_id = reader.text((*steps, "rule"))
    rule = rules.get(rule_id)
    if rule_id and rule is None:
        reader.fault((*steps, "rule"), f"there is no rule {rule_id!r}", suggest(rule_id, rules))
    shops = reader.list_of_texts((*steps, "shops"))
    if _EVERY in shops and len(shops) > 1:
        reader.fault((*steps, "shops"), "names all shops and some", 'write ["*"] alone, or the shops')
    since, until = (reader.convert((*steps, key), to_day, date.min) for key in ("from", "until"))
    if until < since:
        reader.fault((*steps, "until"), "lies before from", "put the two in order")
    off = given.get("off")
    if off not in (None, True):
        reader.fault((*steps, "off"), f"{off!r} switches nothing off", "write off: true, or remove the line")
    if (off is True) == any(key in given for key in ("params", "severity")):
        reader.fault(steps, "says nothing to change, or too much", "write off: true, or params and severity")
    params = reader.mapping((*steps, "params"), None) if given.get("params") is not None else {}
    if rule is not None:
        _check(reader, (*steps, "params"), rule, params, detectors)
    return Overlay(
        id=name,
        rule=rule_id,
        shops=shops,
        since=since,
        until=until,
        owner=reader.text((*steps, "owner")),
        reason=reader.text((*steps, "reason")),
        off=off is True,
        params=params,
        severity=reader.choice((*steps, "severity"), SEVERITIES) if given.get("severity") is not None else None,
    )


def _check(reader: Reader, steps: Steps, rule: Rule, params: Mapping[str, object], detectors: Mapping[str, Detector]) -> None:
    told: set[tuple[Steps, str]] = set()
    for _, values in rule.params:
        if values is None or not params:
            continue
        if "tally" in values:
            reader.fault(steps, "what is counted over all conversations cannot be tuned for a shop", "switch it off or extend it")
            return
        for inside, what, mend in check_params(detectors[rule.detector].Params, {**values, **params})[1]:
            if (inside, what) not in told:
                reader.fault((*steps, *inside), what, mend)
            told.add((inside, what))
