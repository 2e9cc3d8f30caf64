"""One YAML file → a rule or a pack's head, with every fault by file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

from auditor.errors import Fault
from auditor.model import FAMILIES, LANGS, SEVERITIES, Certainty, Rule, Versions
from auditor.params import check_params, suggest
from auditor.rulebook.clause import read_clause, read_figures, to_day
from auditor.rulebook.define import expanded
from auditor.strictyaml import Document, Steps
from auditor.wording import BraceError, names

if TYPE_CHECKING:
    from auditor.detectors import Detector

T = TypeVar("T")

Status = Literal["draft", "active", "withdrawn"]
STATUSES: tuple[Status, ...] = ("draft", "active", "withdrawn")
CERTAINTIES: tuple[Certainty, ...] = ("proven", "suspected")
RULE_KEYS = (
    "id", "extends", "title", "status", "detector", "family", "severity", "certainty_at_most", "message", "why", "fix",
    "clause", "falsepositives", "yields_to", "figures", "params",
)  # fmt: skip
OPTIONAL = ("extends", "certainty_at_most", "yields_to", "figures")


@dataclass
class Reader:
    """A document being read: takes values by their steps and gathers what is wrong with them."""

    document: Document
    faults: list[Fault] = field(default_factory=list)

    def fault(self, steps: Steps, what: str, mend: str = "") -> None:
        """Note a complaint; the steps are named in it."""
        name = ".".join(map(str, steps))
        self.faults.append(self.document.fault(steps, f"{name}: {what}" if name else what, mend))

    def get(self, steps: Steps) -> object:
        """The value there, None where there is none."""
        value: object = self.document.value
        for step in steps:
            if isinstance(value, list):
                value = value[step] if isinstance(step, int) and step < len(value) else None
            else:
                value = value.get(str(step)) if isinstance(value, dict) else None
        return value

    def mapping(self, steps: Steps, known: Iterable[str] | None, needed: Iterable[str] = ()) -> Mapping[str, object]:
        """The mapping there, its keys checked; empty where it is none."""
        value = self.get(steps)
        if not isinstance(value, dict):
            self.fault(steps, "is missing" if value is None else "is not a mapping", "write key: value lines")
            return {}
        known = tuple(known) if known is not None else tuple(value)
        meant: set[str] = set()
        for key in value:
            if key not in known:
                mend = suggest(key, known)
                meant.add(mend.removeprefix("did you mean ").rstrip("?"))
                self.fault((*steps, key), "unknown key", mend)
        for key in needed:
            if key not in value and key not in meant:
                self.fault((*steps, key), "is missing", "write it")
        return value

    def text(self, steps: Steps, *, optional: bool = False) -> str:
        """The text there, not blank."""
        value = self.get(steps)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None:
            self.fault(steps, f"{value!r} is not a text", "put it in quotes" if value != "" else "write it out")
        elif not optional and self._parent_holds(steps):
            self.fault(steps, "is empty", "write it")
        return ""

    def _parent_holds(self, steps: Steps) -> bool:
        parent = self.get(steps[:-1])
        return isinstance(parent, dict) and steps[-1] in parent

    def convert(self, steps: Steps, how: Callable[[object], T], default: T) -> T:
        """The value there by a converter that raises ValueError("what; mend"); the default where it is missing or wrong."""
        value = self.get(steps)
        if value is None:
            return default
        try:
            return how(value)
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            self.fault(steps, what, mend)
            return default

    def choice(self, steps: Steps, known: tuple[T, ...], default: T | None = None) -> T:
        """One of the known words."""
        value = self.get(steps)
        if value in known:
            return known[known.index(value)]
        if value is not None:
            self.fault(steps, f"{value!r} is not known", suggest(str(value), map(str, known)))
        return known[0] if default is None else default

    def texts(self, steps: Steps, *, facts: frozenset[str] | None = None, optional: bool = False) -> Mapping[str, str]:
        """Texts in all three languages; `facts`: the names that may stand in braces (None: braces are plain text)."""
        if optional and self.get(steps) is None:
            return {}
        made: dict[str, str] = {}
        for lang in self.mapping(steps, LANGS, LANGS):
            made[lang] = self.text((*steps, lang))
            if facts is not None:
                self._check_names((*steps, lang), made[lang], facts)
        return made

    def _check_names(self, steps: Steps, text: str, facts: frozenset[str]) -> None:
        try:
            asked = names(text)
        except BraceError as error:
            self.fault(steps, str(error), "write {name} with a name of the detector's facts, nothing else")
            return
        for name in dict.fromkeys(asked):
            if name not in facts:
                self.fault(steps, f"{{{name}}} is not a fact of this detector", suggest(name, facts))

    def texts_each(self, steps: Steps) -> tuple[Mapping[str, str], ...]:
        """A list of texts, at least one, each in all three languages."""
        value = self.get(steps)
        if not isinstance(value, list):
            if value is not None:
                self.fault(steps, "is not a list of texts", "write one {zh: …, en: …, pl: …} each with a dash")
            return ()
        if not value:
            self.fault(steps, "is empty", "name at least one")
        return tuple(self.texts((*steps, place)) for place in range(len(value)))

    def list_of_texts(self, steps: Steps, *, optional: bool = False) -> tuple[str, ...]:
        """A list of texts, at least one unless optional."""
        value = self.get(steps)
        if value is None and optional:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            if value is not None:
                self.fault(steps, "is not a list of texts", "write [a, b] or one line each with a dash")
            return ()
        if not value and not optional:
            self.fault(steps, "is empty", "name at least one")
        return tuple(str(each).strip() for each in value)


def read_rule(
    reader: Reader, pack: str, stem: str, detectors: Mapping[str, Detector], shared: Mapping[str, object] | None = None
) -> Rule:
    """The rule of a file; what is wrong is in reader.faults, and then the rule must not be used."""
    reader.mapping((), RULE_KEYS, [key for key in RULE_KEYS if key not in OPTIONAL])
    name = reader.text(("id",))
    if name and name != f"{pack}/{stem}":
        reader.fault(("id",), f"{name!r} is not the file's place", f"write {pack}/{stem} or move the file")
    detector = detectors.get(reader.text(("detector",)))
    if detector is None and reader.get(("detector",)):
        reader.fault(
            ("detector",), f"{reader.get(('detector',))!r} is not a detector", suggest(reader.text(("detector",)), detectors)
        )
    return Rule(
        id=f"{pack}/{stem}",
        pack=pack,
        title=reader.texts(("title",)),
        status=reader.choice(("status",), STATUSES, "draft"),
        detector=reader.text(("detector",)),
        family=reader.choice(("family",), FAMILIES),
        severity=reader.choice(("severity",), SEVERITIES),
        message=reader.texts(("message",), facts=detector.FACTS if detector else None),
        why=reader.texts(("why",), facts=frozenset()),
        fix=reader.texts(("fix",), facts=frozenset()),
        clause=read_clause(reader, ("clause",)),
        falsepositives=reader.texts_each(("falsepositives",)),
        params=read_versions(reader, ("params",), detector, shared or {}),
        certainty_at_most=reader.choice(("certainty_at_most",), CERTAINTIES),
        yields_to=reader.list_of_texts(("yields_to",), optional=True),
        figures=read_figures(reader, ("figures",)),
        path=str(reader.document.path),
        extends=reader.text(("extends",), optional=True),
    )


def read_versions(
    reader: Reader, place: Steps, detector: Detector | None, shared: Mapping[str, object] = MappingProxyType({})
) -> Versions:
    """Parameters by the day from which they hold, oldest first; null where the rule is withdrawn from that day on."""
    versions: list[tuple[date, Mapping[str, object] | None]] = []
    given = reader.mapping(place, None)
    if not given and isinstance(reader.get(place), dict):
        reader.fault(place, "is empty", "write a day and its parameters: 2026-01-01: {…}")
    for key, values in given.items():
        steps = (*place, key)
        day = _key_day(reader, steps)
        if day is None:
            continue
        if versions and day <= versions[-1][0]:
            reader.fault(steps, f"the day is not after {versions[-1][0]}", "put the versions in order, the oldest first")
        if values is not None and not isinstance(values, dict):
            reader.fault(steps, "is not a mapping", "write {limit: 3m} or null for withdrawn")
            continue
        if values is not None:
            values = expanded(reader, steps, values, shared)
        if values is not None and detector is not None:
            for inside, what, mend in check_params(detector.Params, values)[1]:
                reader.fault((*steps, *inside), what, mend)
        versions.append((day, values))
    return tuple(versions)


def _key_day(reader: Reader, steps: Steps) -> date | None:
    try:
        return to_day(steps[-1])
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        reader.fault(steps, what, mend)
        return None
