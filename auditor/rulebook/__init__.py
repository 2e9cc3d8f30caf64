"""rules/*/*.yaml → rule packs; every fault of all packs is told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import strictyaml
from auditor.errors import Fault, UsageError
from auditor.jurisdiction import firsts, packs_of, stem
from auditor.model import Pack, Rule
from auditor.params import suggest, typed_params, version_at
from auditor.rulebook.define import definitions
from auditor.rulebook.extend import extended
from auditor.rulebook.head import read_pack
from auditor.rulebook.overlay import is_overlay, overlaid
from auditor.rulebook.read import Reader, read_rule
from auditor.rulesdir import RULES
from auditor.wording import render

if TYPE_CHECKING:
    from auditor.detectors import Detector

__all__ = ["describe", "find", "load", "packs_for", "place_of", "render", "select", "typed_params", "version_at"]

ANY = "*"
_ID = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_LARGEST = 1_000_000  # bytes of one file
_MOST_RULES = 5_000
_NO_PACKS = ("words", "clean")  # folders of word lists and of clean chats


def load(folders: Sequence[Path] | None = None, detectors: Mapping[str, Detector] | None = None) -> tuple[Pack, ...]:
    """All packs under the folders (each a folder of packs, or one pack's folder; default: the shipped rules), by id.

    Raises UsageError with every fault of every pack.
    """
    return _shipped() if folders is None and detectors is None else _loaded(folders, detectors)


@cache
def _shipped() -> tuple[Pack, ...]:
    return _loaded(None, None)


def _loaded(folders: Sequence[Path] | None, detectors: Mapping[str, Detector] | None) -> tuple[Pack, ...]:
    known = _detectors() if detectors is None else detectors
    faults: list[Fault] = []
    packs: list[Pack] = []
    for folder in [RULES] if folders is None else folders:
        places = _pack_folders(folder)
        if not places:
            faults.append(Fault(_shown(folder), "holds no rule pack", "name a folder with pack.yaml in it, or in its subfolders"))
        packs += [_load_pack(place, known, faults) for place in places]
    faults += _clashes(packs)
    faults += _bad_yields(packs)
    faults += _bad_includes(packs)
    if faults:
        raise UsageError(faults)
    return tuple(sorted(packs, key=lambda pack: pack.id))


def _detectors() -> Mapping[str, Detector]:
    from auditor.detectors import DETECTORS

    return DETECTORS


def _shown(path: Path) -> str:
    """The path as complaints and reports show it: no machine's folders before the shipped rules."""
    if path.is_relative_to(RULES):
        return (Path("rules") / path.relative_to(RULES)).as_posix()
    shown = path.as_posix()
    return f"./{shown}" if shown.startswith("rules") else shown


def place_of(shown: str) -> Path:
    """The file or folder behind a `Rule.path` or `Pack.path`."""
    return RULES / shown.removeprefix("rules/") if shown.startswith("rules/") else Path(shown)


def _pack_folders(folder: Path) -> list[Path]:
    if (folder / "pack.yaml").is_file():
        return [folder]
    if not folder.is_dir():
        return []
    inside = (
        each for each in folder.iterdir() if each.is_dir() and each.name not in _NO_PACKS and not each.name.startswith((".", "_"))
    )
    return sorted(each for each in inside if any(each.glob("*.y*ml")))


def _read(path: Path, faults: list[Fault]) -> Reader | None:
    try:
        if path.stat().st_size > _LARGEST:
            faults.append(Fault(_shown(path), f"is larger than {_LARGEST:,} bytes", "split it"))
            return None
        text = path.read_text(encoding="utf-8-sig")
        document = strictyaml.parse_on(text, Path(_shown(path)))
        faults += document.faults
        return Reader(document)
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(_shown(path), f"cannot be read ({type(error).__name__})", "save it as UTF-8 text"))
    except UsageError as error:
        faults += error.faults
    return None


def _load_pack(folder: Path, detectors: Mapping[str, Detector], faults: list[Fault]) -> Pack:
    told = len(faults)
    paths = _rule_files(folder, faults)
    if len(paths) > _MOST_RULES:
        faults.append(Fault(_shown(folder), f"holds {len(paths):,} rules, at most {_MOST_RULES:,} are taken", "split the pack"))
        paths = []
    digest = hashlib.sha256()
    for path in (folder / "pack.yaml", *paths):
        digest.update(path.name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
    head = _read(folder / "pack.yaml", faults)
    pack = read_pack(head or Reader(strictyaml.Document(Path(_shown(folder / "pack.yaml")), None)), folder.name, detectors)
    shared = definitions(head) if head else {}
    if not paths and len(faults) == told:
        faults.append(Fault(_shown(folder), "holds no rule and would find everybody clean", "write one, or remove the folder"))
    faults += [
        Fault(_shown(path), f"{path.stem!r} cannot be an id", "use a-z, 0-9 and _")
        for path in (folder, *paths)
        if not _ID.issuperset(path.stem if path != folder else path.name)
    ]
    readers = [(path.stem, reader) for path in paths if (reader := _read(path, faults)) is not None]
    used: list[Path] = []
    readers = [(stem, extended(reader, folder, (f"{folder.name}/{stem}",), used)) for stem, reader in readers]
    for path in used:
        digest.update(path.read_bytes())
    name = _name_of(folder, head, [reader for _, reader in readers], faults)
    rules = tuple(read_rule(reader, name, stem, detectors, shared) for stem, reader in readers)
    faults += [fault for _, reader in readers for fault in reader.faults]
    faults += head.faults if head else ()
    return replace(pack, id=name, rules=rules, sha256=digest.hexdigest())


def _name_of(folder: Path, head: Reader | None, rules: Sequence[Reader], faults: list[Fault]) -> str:
    """The pack's name, by which its rules are held: a renamed or copied folder is one fault, not one a rule."""
    said = head.get(("id",)) if head else None
    if isinstance(said, str) and said and said != folder.name:
        return said  # read_pack has said so
    given = [str(reader.get(("id",)) or "").partition("/")[0] for reader in rules]
    if len(given) > 1 and len(set(given)) == 1 and given[0] not in ("", folder.name) and head:
        what = f"the pack is {folder.name!r}, but its {len(given)} rules have ids of {given[0]!r}"
        faults.append(head.document.fault(("id",), what, f"write {folder.name}/… in the rules, or {given[0]} here and as folder"))
        return given[0]
    return folder.name


def _rule_files(folder: Path, faults: list[Fault]) -> list[Path]:
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")}
    for name, path in files.items():
        if name.endswith(".test.yaml"):
            if name.replace(".test.yaml", ".yaml") not in files:
                faults.append(Fault(_shown(path), "tests a rule that is not there", "name it like the rule, or remove it"))
        elif not name.endswith((".yaml", ".md")):
            faults.append(Fault(_shown(path), "is not a rule", "a rule's file ends in .yaml; move other files away"))
    return [
        path for name, path in files.items() if name.endswith(".yaml") and not name.endswith(".test.yaml") and name != "pack.yaml"
    ]


def _clashes(packs: Iterable[Pack]) -> list[Fault]:
    seen: dict[str, Pack] = {}
    faults = []
    for pack in packs:
        if pack.id in seen:
            faults.append(
                Fault(pack.path, f"pack {pack.id!r} is also in {seen[pack.id].path}", "rename one of the two folders and its ids")
            )
        seen[pack.id] = pack
    return faults


def _bad_yields(packs: Sequence[Pack]) -> list[Fault]:
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    own = {pack.id for pack in packs}
    names = {stem(rule_id) for rule_id in rules}
    faults = []
    for rule in (rule for rule in rules.values() if rule.yields_to):
        for other in rule.yields_to:
            if other.startswith(f"{ANY}/"):
                if stem(other) not in names:
                    faults.append(_yield_fault(rule, f"no other pack has a rule {other!r}", suggest(stem(other), names)))
            elif other not in rules and other.partition("/")[0] in own:
                faults.append(_yield_fault(rule, f"there is no rule {other!r}", suggest(other, rules)))
        if _reaches(rule.id, rules):
            faults.append(_yield_fault(rule, "goes round in a circle back to this rule", "let one of them yield to none"))
    return faults


def _yield_fault(rule: Rule, what: str, mend: str) -> Fault:
    document = strictyaml.parse(place_of(rule.path).read_text(encoding="utf-8"), Path(rule.path))
    return document.fault(("yields_to",), f"yields_to: {what}", mend)


def _bad_includes(packs: Sequence[Pack]) -> list[Fault]:
    shipped = () if any(pack.path.startswith("rules/") for pack in packs) or not any(p.includes for p in packs) else _shipped()
    known = {pack.id: {stem(rule.id) for rule in pack.rules} for pack in (*shipped, *packs)}
    faults = []
    for pack in packs:
        for name, left in pack.includes.items():
            steps: tuple[str | int, ...] = ("includes", name)
            if name == pack.id or name not in known:
                others = [other for other in known if other != pack.id]
                faults.append(_head_fault(pack, steps, f"there is no other pack {name!r}", suggest(name, others)))
                continue
            faults += [
                _head_fault(pack, (*steps, place), f"{name} has no rule {rule!r}", suggest(rule, known[name]))
                for place, rule in enumerate(left)
                if rule not in known[name]
            ]
        own = known[pack.id] | {stem(rate.id) for rate in pack.rates}
        faults += [
            _head_fault(pack, ("exemptions", n, "rules", place), f"the pack has no rule or rate {rule!r}", suggest(rule, own))
            for n, each in enumerate(pack.exemptions)
            for place, rule in enumerate(each.rules)
            if rule not in own
        ]
    return faults


def _head_fault(pack: Pack, steps: tuple[str | int, ...], what: str, mend: str) -> Fault:
    path = Path(pack.path) / "pack.yaml"
    document = strictyaml.parse(place_of(path.as_posix()).read_text(encoding="utf-8-sig"), path)
    return document.fault(steps, f"{steps[0]}: {what}", mend)


def _reaches(start: str, rules: Mapping[str, Rule]) -> bool:
    seen: set[str] = set()
    open_ = firsts(rules[start], rules)
    while open_:
        name = open_.pop()
        if name == start:
            return True
        if name in rules and name not in seen:
            seen.add(name)
            open_ += firsts(rules[name], rules)
    return False


def select(packs: Sequence[Pack], wanted: Sequence[str], detectors: Mapping[str, Detector] | None = None) -> tuple[Pack, ...]:
    """The packs named by id or by path (a path is loaded here and stands before a shipped pack of its name); none named: all.

    A YAML file is an overlay: it changes rules of the packs for some shops.

    Raises UsageError with every unknown name and every fault of packs loaded.
    """
    known = {pack.id: pack for pack in packs}
    chosen: dict[str, Pack] = {}
    faults: list[Fault] = []
    overlays: list[Path] = []
    for name in wanted:
        path = Path(name)
        if name in known:
            chosen.setdefault(name, known[name])
        elif is_overlay(path):
            overlays.append(path)
        elif path.is_dir() or path.name == "pack.yaml":
            try:
                chosen.update({pack.id: pack for pack in load([path.parent if path.is_file() else path], detectors)})
            except UsageError as error:
                faults += error.faults
        else:
            faults.append(Fault("--rules", f"{name!r} is neither a rule pack nor a folder", suggest(name, known)))
    if faults:
        raise UsageError(faults)
    for pack in [*chosen.values()]:
        chosen = {name: known[name] for name in pack.includes if name in known} | chosen
    picked = tuple(chosen[name] for name in sorted(chosen)) if len(wanted) > len(overlays) else tuple(packs)
    return overlaid(picked, overlays, _detectors() if detectors is None else detectors) if overlays else picked


def find(rule_id: str, packs: Sequence[Pack] | None = None) -> Rule:
    """The rule of that id, among the shipped packs unless others are given. Raises UsageError."""
    rules = {rule.id: rule for pack in (load() if packs is None else packs) for rule in pack.rules}
    if rule_id not in rules:
        raise UsageError(Fault(rule_id, "there is no such rule", suggest(rule_id, rules)))
    return rules[rule_id]


def packs_for(packs: Sequence[Pack], platform: str) -> tuple[Pack, ...]:
    """The packs of a platform: its own first, then those it includes, then those of every platform."""
    return tuple(sorted(packs_of(packs, platform), key=lambda pack: (platform not in pack.platforms, ANY in pack.platforms)))


def describe(rule: Rule, lang: str) -> str:
    """A rule in plain lines, as `auditor rules show` prints it."""
    clause = rule.clause
    lines = [
        f"{rule.id}: {rule.title[lang]}",
        f"{rule.family}, {rule.severity}, {rule.status}; at most {rule.certainty_at_most}; detector {rule.detector}",
        f"{clause.document}, {clause.section} ({clause.source}, {clause.seen}; {clause.confidence})",
    ]
    lines += [clause.note[lang]] if clause.note else []
    lines += ["", rule.message[lang], rule.why[lang], rule.fix[lang], ""]
    for day, values in rule.params:
        lines.append(
            f"from {day}: "
            + ("withdrawn" if values is None else ", ".join(f"{key} {_flat(value)}" for key, value in values.items()))
        )
    lines += ["yields to " + ", ".join(rule.yields_to)] if rule.yields_to else []
    lines += ["", *(f"- {each[lang]}" for each in rule.falsepositives)]
    return "\n".join(lines)


def _flat(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
