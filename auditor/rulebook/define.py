"""Names in a rule's parameters: "$thanks" stands for what the rule's, else the pack's `define` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from auditor.params import suggest
from auditor.strictyaml import Steps

if TYPE_CHECKING:
    from auditor.rulebook.read import Reader

SIGN = "$"
DEFINE = "define"


def definitions(reader: Reader, steps: Steps = (DEFINE,)) -> Mapping[str, object]:
    """The mapping name → value there; none where it is not given."""
    given = reader.get(steps)
    return reader.mapping(steps, None) if given is not None else {}


def expanded(reader: Reader, steps: Steps, values: Mapping[str, object], shared: Mapping[str, object]) -> Mapping[str, object]:
    """The parameters with every "$name" put in, and without their own `define`. Faults are noted in the reader."""
    own = definitions(reader, (*steps, DEFINE)) if DEFINE in values else {}
    known = {**shared, **own}
    used: set[str] = set()
    made = {key: _put_in(reader, (*steps, key), value, known, used, ()) for key, value in values.items() if key != DEFINE}
    for name in own:
        if name not in used:
            reader.fault(
                (*steps, DEFINE, name), "is defined and never used", f"write {SIGN}{name} where it belongs, or remove it"
            )
    return made


def _put_in(
    reader: Reader, steps: Steps, value: object, known: Mapping[str, object], used: set[str], inside: tuple[str, ...]
) -> object:
    if isinstance(value, str) and value.startswith(SIGN) and value[1:].isidentifier():
        name = value[1:]
        if name in inside:
            reader.fault(steps, f"{SIGN}{name} is defined by itself", "write it out in one place")
            return value
        if name not in known:
            reader.fault(steps, f"nothing is defined as {value!r}", suggest(name, known))
            return value
        used.add(name)
        return _put_in(reader, steps, known[name], known, used, (*inside, name))
    if isinstance(value, list):
        return [each for place, one in enumerate(value) for each in _spread(reader, (*steps, place), one, known, used, inside)]
    if isinstance(value, dict):
        return {key: _put_in(reader, (*steps, key), each, known, used, inside) for key, each in value.items()}
    return value


def _spread(
    reader: Reader, steps: Steps, value: object, known: Mapping[str, object], used: set[str], inside: tuple[str, ...]
) -> list[object]:
    """A name in a list stands for all of its entries."""
    made = _put_in(reader, steps, value, known, used, inside)
    return made if isinstance(made, list) and isinstance(value, str) else [made]
