"""One YAML file → a rule or a pack's head, with every fault by file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from auditor.errors import Fault
from auditor.model import (
    FAMILIES,
    LANGS,
    SEVERITIES,
    AppealTerms,
    Certainty,
    Clause,
    Confidence,
    Pack,
    Rule,
)
from auditor.params import check_params, suggest, to_duration, to_hours
from auditor.strictyaml import Document, Steps
from auditor.wording import BraceError, names

if TYPE_CHECKING:
    from auditor.detectors import Detector

T = TypeVar("T")

Status = Literal["draft", "active", "withdrawn"]
STATUSES: tuple[Status, ...] = ("draft", "active", "withdrawn")
CERTAINTIES: tuple[Certainty, ...] = ("proven", "suspected")
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
_RULE_KEYS = (
    "id", "title", "status", "detector", "family", "severity", "certainty_at_most", "message", "why", "fix",
    "clause", "falsepositives", "yields_to", "money", "params",
)  # fmt: skip
_PACK_KEYS = ("id", "version", "title", "platforms", "timezone", "calendar", "currency", "language", "hours", "appeal")
_CLAUSE_KEYS = ("document", "section", "source", "seen", "confidence", "note")
_APPEAL_KEYS = ("window", "starts", "clause", "entry", "evidence", "assumed")
_MONEY_KEYS = ("amount", "currency", "per", "note")


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


def to_day(value: object) -> date:
    """A calendar day from "2026-03-02". Raises ValueError."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a date; write 2026-03-02") from None


def _to_zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{value!r} is not a time zone; write a name like Asia/Shanghai") from None


def _to_code(letters: int, example: str) -> Callable[[object], str]:
    def convert(value: object) -> str:
        text = str(value)
        if len(text) == letters and text.isascii() and text.isalpha() and text.isupper():
            return text
        raise ValueError(f"{value!r} is not a code of {letters} capitals; write one like {example}")

    return convert


def read_clause(reader: Reader, steps: Steps) -> Clause:
    """Document, section, source, the day it was seen, and how well it is known."""
    reader.mapping(steps, _CLAUSE_KEYS, _CLAUSE_KEYS[:-1])
    confidence = reader.choice((*steps, "confidence"), CONFIDENCES)
    return Clause(
        document=reader.text((*steps, "document")),
        section=reader.text((*steps, "section")),
        source=reader.text((*steps, "source")),
        seen=reader.convert((*steps, "seen"), to_day, date.min),
        confidence=confidence,
        note=reader.texts((*steps, "note"), optional=True),
    )


def read_rule(reader: Reader, pack: str, stem: str, detectors: Mapping[str, Detector]) -> Rule:
    """The rule of a file; what is wrong is in reader.faults, and then the rule must not be used."""
    reader.mapping((), _RULE_KEYS, [key for key in _RULE_KEYS if key not in ("certainty_at_most", "yields_to", "money")])
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
        params=_read_versions(reader, detector),
        certainty_at_most=reader.choice(("certainty_at_most",), CERTAINTIES),
        yields_to=reader.list_of_texts(("yields_to",), optional=True),
        money=_read_money(reader),
        path=str(reader.document.path),
    )


def _read_versions(reader: Reader, detector: Detector | None) -> tuple[tuple[date, Mapping[str, object] | None], ...]:
    versions: list[tuple[date, Mapping[str, object] | None]] = []
    given = reader.mapping(("params",), None)
    if not given and isinstance(reader.get(("params",)), dict):
        reader.fault(("params",), "is empty", "write a day and its parameters: 2026-01-01: {…}")
    for key, values in given.items():
        steps = ("params", key)
        day = _key_day(reader, steps)
        if day is None:
            continue
        if versions and day <= versions[-1][0]:
            reader.fault(steps, f"the day is not after {versions[-1][0]}", "put the versions in order, the oldest first")
        if values is not None and not isinstance(values, dict):
            reader.fault(steps, "is not a mapping", "write {limit: 3m} or null for withdrawn")
            continue
        if values is not None and detector is not None:
            for name, what, mend in check_params(detector.Params, values)[1]:
                reader.fault((*steps, name), what, mend)
        versions.append((day, values))
    return tuple(versions)


def _key_day(reader: Reader, steps: Steps) -> date | None:
    try:
        return to_day(steps[-1])
    except ValueError as error:
        what, _, mend = str(error).partition("; ")
        reader.fault(steps, what, mend)
        return None


def _read_money(reader: Reader) -> Mapping[str, str]:
    if reader.get(("money",)) is None:
        return {}
    given = reader.mapping(("money",), _MONEY_KEYS, ("amount", "currency"))
    return {key: str(given[key]) for key in _MONEY_KEYS if given.get(key) is not None}


def read_pack(reader: Reader, folder: str) -> Pack:
    """The head of a pack, without rules and hash."""
    reader.mapping((), _PACK_KEYS, [key for key in _PACK_KEYS if key != "appeal"])
    name = reader.text(("id",))
    if name and name != folder:
        reader.fault(("id",), f"{name!r} is not the folder's name", f"write {folder} or rename the folder")
    opens, closes = reader.convert(("hours",), to_hours, (540, 1080))
    return Pack(
        id=folder,
        version=reader.text(("version",)),
        title=reader.texts(("title",)),
        platforms=reader.list_of_texts(("platforms",)),
        timezone=reader.convert(("timezone",), _to_zone, "UTC"),
        calendar=reader.convert(("calendar",), _to_code(2, "CN"), ""),
        currency=reader.convert(("currency",), _to_code(3, "CNY"), ""),
        language=reader.choice(("language",), LANGS),
        opens=opens,
        closes=closes,
        rules=(),
        sha256="",
        appeal=_read_appeal(reader) if reader.get(("appeal",)) is not None else None,
        path=str(reader.document.path.parent),
    )


def _read_appeal(reader: Reader) -> AppealTerms:
    reader.mapping(("appeal",), _APPEAL_KEYS, _APPEAL_KEYS[:3])
    return AppealTerms(
        window=reader.convert(("appeal", "window"), to_duration, to_duration("0s")),
        starts=reader.choice(("appeal", "starts"), ("notice",)),
        clause=read_clause(reader, ("appeal", "clause")),
        entry=reader.texts(("appeal", "entry"), optional=True),
        evidence=reader.texts(("appeal", "evidence"), optional=True),
        assumed=reader.texts(("appeal", "assumed"), optional=True),
    )
