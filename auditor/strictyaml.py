"""YAML without surprises: `9:30` and `no` stay text, a key stands once, and every value knows its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

from auditor.errors import Fault, UsageError

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
Scalars = Literal["typed", "text"]  # "text": numbers and truth values too stay exactly as they were written
Steps = tuple[str | int, ...]  # the way from the top to a value: ("params", "2025-01-01", "limit"), ("hits", 0)

_MOST_LEVELS = 40
_MENDS = {
    "tab character": "indent with blanks",
    "cannot start any token": "indent with blanks, and put texts with @, %, ` or tabs in quotes",
    "mapping values are not allowed": "put texts with a colon in quotes, and check the indentation",
    "control characters": "remove the characters that cannot be seen",
    "did not find expected": "check the indentation, close what is open, and see that the file was not cut off",
}
_LOOK = "see the line and the one before it"
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded file: its value, and the 1-based line at which each value stands."""

    path: Path
    value: Value
    lines: dict[Steps, int] = field(default_factory=dict)
    scalars: Scalars = "typed"
    faults: list[Fault] = field(default_factory=list)  # found while it was read

    def line_of(self, steps: Steps = ()) -> int:
        """The line of that value; of the nearest value around it where it does not exist."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def fault(self, steps: Steps, what: str, mend: str = "") -> Fault:
        """A complaint that points at that value."""
        return Fault(f"{self.path}:{self.line_of(steps)}", what, mend)


def load(path: Path, scalars: Scalars = "typed") -> Document:
    """Read one YAML file.

    Mappings have text keys; plain `true`, `false`, `null`, whole numbers and decimals are themselves,
    anything else (dates, times, yes, no) stays the text it is. With `scalars="text"` only null is not text.
    Raises UsageError with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Fault(str(path), f"cannot be read ({error})", "save it as UTF-8 text")) from error
    return parse(text, path, scalars)


def parse(text: str, path: Path, scalars: Scalars = "typed") -> Document:
    """The same for a text; `path` is only named in complaints."""
    document = parse_on(text, path, scalars)
    if document.faults:
        raise UsageError(document.faults)
    return document


def parse_on(text: str, path: Path, scalars: Scalars = "typed") -> Document:
    """The same, with what is wrong in `faults`, so that the reading can go on; raises only for what is no YAML at all."""
    document = Document(path, None, scalars=scalars)
    events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
    try:
        value = _top(events, document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        position = getattr(error, "position", None)
        line = mark.line + 1 if mark else text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        place = f"{path}:{line}" if line else str(path)
        what = (getattr(error, "problem", None) or str(error)).splitlines()[0]
        mend = next((mend for part, mend in _MENDS.items() if part in what), _LOOK)
        raise UsageError([*document.faults, Fault(place, f"is not valid YAML: {what}", mend)]) from error
    return Document(path, value, document.lines, scalars, document.faults)


def _top(events: Iterator[yaml.Event], document: Document) -> Value:
    value: Value = None
    seen = False
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if seen:
                _note(event, document, "a second document", "keep one document per file")
                return value
            seen = True
            value = _value(next(events), events, (), document)
    return value


def _value(event: yaml.Event, events: Iterator[yaml.Event], steps: Steps, document: Document) -> Value:
    document.lines[steps] = _line(event)
    if len(steps) > _MOST_LEVELS:
        _refuse(event, document, f"more than {_MOST_LEVELS} levels deep")
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        _note(event, document, "anchors and aliases are not used here", "write the value out")
    tag = getattr(event, "tag", None)
    if tag:
        _note(event, document, f"tag {tag} is not used here", "drop it")
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, steps, document)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, steps, document)
    text, style = str(getattr(event, "value", "")), getattr(event, "style", "")
    return text if style else _scalar(text, document.scalars)


def _mapping(events: Iterator[yaml.Event], steps: Steps, document: Document) -> dict[str, Value]:
    result: dict[str, Value] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            _note(event, document, "a key must be text", "write a word before the colon")
            _value(event, events, (*steps, "?"), document)
            _value(next(events), events, (*steps, "?"), document)
            continue
        key = str(getattr(event, "value", ""))
        if key in result:
            _note(event, document, f"key {key!r} stands twice", "keep one of the two")
            _value(next(events), events, (*steps, "?"), document)
            continue
        result[key] = _value(next(events), events, (*steps, key), document)
        document.lines[*steps, key] = _line(event)
    return result


def _sequence(events: Iterator[yaml.Event], steps: Steps, document: Document) -> list[Value]:
    result: list[Value] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        result.append(_value(event, events, (*steps, len(result)), document))
    return result


def _scalar(text: str, scalars: Scalars) -> Value:
    if text in ("", "~", "null"):
        return None
    if scalars == "text":
        return text
    if text in ("true", "false"):
        return text == "true"
    whole, dot, part = text.removeprefix("-").partition(".")
    if not whole or not _DIGITS.issuperset(whole) or (len(whole) > 1 and whole[0] == "0") or len(whole) > 15:
        return text
    if not dot:
        return int(text)
    return float(text) if part and _DIGITS.issuperset(part) else text


def _note(event: yaml.Event, document: Document, what: str, mend: str) -> None:
    document.faults.append(Fault(f"{document.path}:{_line(event)}", what, mend))


def _refuse(event: yaml.Event, document: Document, what: str, mend: str = "") -> None:
    raise UsageError(Fault(f"{document.path}:{_line(event)}", what, mend))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
