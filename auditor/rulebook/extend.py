"""`extends: pack/rule`: a rule that says only what is different from another one, found by name alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from auditor import strictyaml
from auditor.errors import UsageError
from auditor.params import suggest
from auditor.rulebook.define import definitions, expanded
from auditor.rulebook.read import Reader
from auditor.rulesdir import RULES
from auditor.strictyaml import Document, Steps, Value

EXTENDS = "extends"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")

Versions = Mapping[str, object]


def extended(reader: Reader, folder: Path, chain: tuple[str, ...], used: list[Path]) -> Reader:
    """The reader with what it extends put in below its own values; itself where it extends nothing.

    `folder`: of its pack; `chain`: the rules on the way here, itself last; `used`: takes the files of the rules extended.
    """
    name = reader.text((EXTENDS,), optional=True)
    own = reader.document.value
    if not isinstance(own, dict) or not name:
        return reader
    base = _base(reader, name, folder, chain, used)
    if base is None or not isinstance(base.document.value, dict):
        return reader
    inherited = base.document.value
    merged: dict[str, Value] = {**{key: value for key, value in inherited.items() if key not in ("id", EXTENDS)}, **own}
    shared = _shared(folder)
    merged["params"] = _layered(reader, _dict(inherited.get("params")), _dict(own.get("params")), shared)
    lines = dict(reader.document.lines)
    for key in merged:
        lines.setdefault((key,), lines[EXTENDS,])
    for day in _dict(merged["params"]):
        lines.setdefault(("params", day), lines["params",])
    return Reader(Document(reader.document.path, merged, lines), reader.faults)


def _base(reader: Reader, name: str, folder: Path, chain: tuple[str, ...], used: list[Path]) -> Reader | None:
    pack, _, stem = name.partition("/")
    if not (pack and stem and _NAME.issuperset(pack + stem)):
        reader.fault((EXTENDS,), f"{name!r} is not the id of a rule", "write pack/rule; rules are found by name, never by path")
        return None
    if name in chain:
        reader.fault((EXTENDS,), f"goes round in a circle: {' → '.join((*chain, name))}", "let one of them extend none")
        return None
    places = [folder.parent / pack, RULES / pack]
    path = next((place / f"{stem}.yaml" for place in places if (place / f"{stem}.yaml").is_file()), None)
    if path is None:
        reader.fault((EXTENDS,), f"there is no rule {name!r}", suggest(name, _names(places)))
        return None
    try:
        found = Reader(strictyaml.parse(path.read_text(encoding="utf-8-sig"), path))
    except (OSError, UnicodeDecodeError, UsageError):
        reader.fault((EXTENDS,), f"the rule {name!r} cannot be read", f"mend it first: auditor rules validate {path.parent.name}")
        return None
    used.append(path)
    whole = extended(found, path.parent, (*chain, name), used)
    reader.faults += [fault for fault in whole.faults if "circle" in fault.what]
    value = whole.document.value
    if isinstance(value, dict):
        params = _expanded(whole, ("params",), _dict(value.get("params")), _shared(path.parent))
        whole = Reader(Document(path, {**value, "params": params}, whole.document.lines))  # type: ignore[dict-item]
    return whole


def _names(places: list[Path]) -> set[str]:
    """The rules of the pack asked for, else of all packs beside."""
    near = [place for place in places if place.is_dir()]
    folders = near or [each for place in places for each in sorted(place.parent.iterdir()) if (each / "pack.yaml").is_file()]
    return {
        f"{each.name}/{path.stem}"
        for each in folders
        for path in each.glob("*.yaml")
        if path.name != "pack.yaml" and not path.name.endswith(".test.yaml")
    }


def _shared(folder: Path) -> Mapping[str, object]:
    """What the pack of that folder defines for all of its rules; its faults are told where it is read."""
    try:
        head = strictyaml.parse((folder / "pack.yaml").read_text(encoding="utf-8-sig"), folder / "pack.yaml")
    except (OSError, UnicodeDecodeError, UsageError):
        return {}
    return definitions(Reader(head))


def _expanded(reader: Reader, steps: Steps, versions: Versions, shared: Mapping[str, object]) -> dict[str, object]:
    return {
        day: expanded(reader, (*steps, day), values, shared) if isinstance(values, dict) else values
        for day, values in versions.items()
    }


def _layered(reader: Reader, base: Versions, own: Versions, shared: Mapping[str, object]) -> dict[str, Value]:
    """On each day what the base says with what the own block in force changes; null withdraws."""
    mine = _expanded(reader, ("params",), own, shared)
    made: dict[str, object] = {}
    for day in sorted({*base, *mine}):
        below, above = _held(base, day), _held(mine, day)
        if above is _NOTHING or below is _NOTHING:
            made[day] = below if above is _NOTHING else above
        elif isinstance(below, dict) and isinstance(above, dict):
            made[day] = {**below, **above}
        else:
            made[day] = above if isinstance(above, dict) or above is None else below
    return made  # type: ignore[return-value]


_NOTHING = object()


def _held(versions: Versions, day: str) -> object:
    """The block in force on that day (ISO days sort as texts)."""
    days = [each for each in sorted(versions) if each <= day]
    return versions[days[-1]] if days else _NOTHING


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
