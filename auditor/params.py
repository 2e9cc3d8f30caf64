"""What a rule may set on its detector: YAML values made the types that the detector's `Params` names."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar

from auditor.errors import Fault, UsageError
from auditor.model import LANGS, Rule
from auditor.rulesdir import RULES

P = TypeVar("P")
Steps = tuple[str | int, ...]
Complaint = tuple[Steps, str, str]  # the way to the value inside the parameters, what is wrong, the mend
ListName = typing.NewType("ListName", str)  # a word list in rules/words, as in "misleading/off_platform"

_LONGEST_PATTERN = 4096
_MOST_NAMED = 16
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def version_at(rule: Rule, day: date) -> Mapping[str, object] | None:
    """The parameters in force on that local day; None before the first version and while withdrawn."""
    held: Mapping[str, object] | None = None
    for since, values in rule.params:
        if since > day:
            break
        held = values
    return held


def typed_params(params: type[P], values: Mapping[str, object], place: str = "") -> P:
    """An instance of the detector's Params from a rule's values. Raises UsageError with every fault."""
    made, faults = check_params(params, values)
    if faults or made is None:
        named = [(".".join(map(str, steps)), what, mend) for steps, what, mend in faults]
        raise UsageError(Fault(f"{place}: {key}" if place else key, what, mend) for key, what, mend in named)
    return made


class Complaints(ValueError):  # noqa: N818 - several errors at once
    """Faults inside a nested value."""

    def __init__(self, faults: Iterable[Complaint]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(what for _, what, _ in self.faults))


def yaml_names(params: type) -> Mapping[str, dataclasses.Field[Any]]:
    """What a rule writes → the field it sets: the field's own name, or its metadata's `yaml`."""
    return {str(f.metadata.get("yaml", f.name)): f for f in dataclasses.fields(params)}


@lru_cache(maxsize=64)
def _hints(params: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(params)


def check_params(params: type[P], values: Mapping[str, object]) -> tuple[P | None, list[Complaint]]:
    """The instance, or None and what is wrong, each by its way inside the values."""
    kind: Any = params
    hints, fields = _hints(kind), yaml_names(params)
    faults: list[Complaint] = []
    given: dict[str, object] = {}
    meant: set[str] = set()
    for key, value in values.items():
        if key not in fields:
            mend = suggest(key, fields)
            meant.add(mend.removeprefix("did you mean ").rstrip("?"))
            faults.append(((key,), "the detector has no such parameter", mend))
            continue
        name = fields[key].name
        try:
            given[name] = convert(hints[name], value)
        except ValueError as error:
            faults += [((key, *steps), what, mend) for steps, what, mend in complaints(error)]
        else:
            faults += [((key,), what, "") for what in unsafe_patterns(key, given[name])]
    for key, field in fields.items():
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and key not in values and key not in meant:
            faults.append(((key,), "the detector needs this parameter", "write it"))
    return (None, faults) if faults else _made(params, given)


def _made(params: type[P], given: Mapping[str, object]) -> tuple[P | None, list[Complaint]]:
    """The instance; a Params may refuse values that do not fit together by raising ValueError("what; mend")."""
    try:
        return params(**given), []
    except ValueError as error:
        return None, complaints(error)


def complaints(error: ValueError) -> list[Complaint]:
    """What a converter complains of."""
    if isinstance(error, Complaints):
        return list(error.faults)
    what, _, mend = str(error).partition("; ")
    return [((), what, mend)]


def suggest(word: str, known: Iterable[str]) -> str:
    """The mend for an unknown word: the nearest known one, else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    shown = ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
    return f"known are {shown}" if names else "none is known"


def convert(hint: Any, value: object) -> object:
    """A YAML value as the hinted type. Raises ValueError("what; mend")."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is ListName:
        return _to_list_name(value)
    if isinstance(hint, typing.NewType):
        return convert(hint.__supertype__, value)
    if dataclasses.is_dataclass(hint):
        return _nested(hint, value)
    if origin in (typing.Union, types.UnionType):
        return _either(args, value)
    if origin is typing.Literal:
        if value not in args:
            raise ValueError(f"{value!r} is not allowed; {suggest(str(value), map(str, args))}")
        return value
    if origin in (tuple, frozenset):
        if args == (int, int):
            return to_hours(value)
        return origin(_many(args[0], value))
    return _plain(hint, value)


def _either(args: tuple[Any, ...], value: object) -> object:
    if value is None and type(None) in args:
        return None
    return convert(next(arg for arg in args if arg is not type(None)), value)


def _many(hint: Any, value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{value!r} is not a list; write [a, b]")  # noqa: TRY004 - a fault of the file, not of a type
    made: list[object] = []
    faults: list[Complaint] = []
    for place, each in enumerate(value):
        try:
            made.append(convert(hint, each))
        except ValueError as error:
            faults += [((place, *steps), what, mend) for steps, what, mend in complaints(error)]
    if faults:
        raise Complaints(faults)
    return made


def _nested(hint: Any, value: object) -> object:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is not a mapping; write {{{', '.join(yaml_names(hint))}}}")  # noqa: TRY004
    made, faults = check_params(hint, value)
    if faults:
        raise Complaints(faults)
    return made


def _to_list_name(value: object) -> str:
    if isinstance(value, str) and any((RULES / "words" / lang / f"{value}.yaml").is_file() for lang in LANGS):
        return value
    raise ValueError(f"there is no word list {value!r}; {suggest(str(value), _list_names())}")


def _list_names() -> set[str]:
    roots = [RULES / "words" / lang for lang in LANGS]
    return {path.relative_to(root).with_suffix("").as_posix() for root in roots for path in root.rglob("*.yaml")}


def _plain(hint: Any, value: object) -> object:
    if hint is timedelta:
        return to_duration(value)
    if hint is bool:
        return _to_bool(value)
    if hint is str:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not a text; put it in quotes")
        return value
    if hint in (int, float, Decimal):
        return _to_number(hint, value)
    raise ValueError(f"the detector's type {hint!r} cannot be set from YAML")


def _to_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError(f"{value!r} is neither true nor false; write true or false")


def _to_number(hint: type, value: object) -> object:
    try:
        number = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, str) and len(value) > 1 and value[0] == "0" and value[1].isdigit():
        raise ValueError(f"{value!r} begins with a nought; write {value.lstrip('0') or '0'}")
    if number.is_finite() and number < 0:
        raise ValueError(f"{value!r} is below nought; write 0 or more")
    if number.is_finite() and (hint is not int or number == number.to_integral_value()):
        return hint(number)
    kind, example = ("a whole number", "3") if hint is int else ("a number", "3 or 0.5")
    raise ValueError(f"{value!r} is not {kind}; write {example}")


def to_duration(value: object) -> timedelta:
    """Read "90s", "3m", "24h", "2d", "1h30m" as a duration. Raises ValueError."""
    text, seconds, digits = str(value).strip(), 0, ""
    for sign in text:
        if sign.isascii() and sign.isdigit():
            digits += sign
        elif sign in _SECONDS and digits:
            seconds, digits = seconds + int(digits) * _SECONDS[sign], ""
        else:
            digits = "?"
            break
    if digits or not text or len(text) > 12:
        raise ValueError(f"{value!r} is not a duration; write 90s, 3m, 12h or 2d")
    return timedelta(seconds=seconds)


def to_hours(value: object) -> tuple[int, int]:
    """Read "08:00-23:00" as minutes after midnight; 24:00 is the day's end. Raises ValueError."""
    start, dash, end = str(value).partition("-")
    opens, closes = _to_minutes(start), _to_minutes(end)
    if dash and opens is not None and closes is not None and opens < closes:
        return opens, closes
    raise ValueError(f'{value!r} are not hours; write "08:00-23:00", the earlier first')


def _to_minutes(clock: str) -> int | None:
    hours, colon, minutes = clock.strip().partition(":")
    if not (colon and len(minutes) == 2 and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= 1440 else None


def unsafe_patterns(key: str, value: object) -> list[str]:
    """What the linear-time engine says against the patterns of a parameter named …pattern or …patterns."""
    if not key.endswith(("pattern", "patterns")):
        return []
    patterns = value if isinstance(value, tuple | frozenset) else (value,)
    return [said for pattern in patterns if isinstance(pattern, str) and (said := unsafe_pattern(pattern))]


def unsafe_pattern(pattern: str) -> str:
    """Why a pattern cannot be used on chat text; empty where it can."""
    import re2

    if len(pattern) > _LONGEST_PATTERN:
        return f"the pattern {pattern[:40]!r}… has {len(pattern):,} characters, at most {_LONGEST_PATTERN:,} are taken"
    options = re2.Options()
    options.log_errors = False
    try:
        if re2.compile(pattern, options).search("") is not None:
            return f"the pattern {pattern!r} matches an empty text, so every message would be a hit"
    except (re2.error, UnicodeError) as error:
        if "\\u" in pattern:
            return (
                f"the pattern {pattern!r} names characters by \\u: write them as they are (一-龥), or \\p{{Han}}, or \\x{{4e00}}"
            )
        return f"the pattern {pattern!r} is malformed or cannot run in linear time ({error})"
    return ""
