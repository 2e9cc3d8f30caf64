"""Reading a mapping's YAML: every fault with its line and its mend, all told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from auditor.errors import Fault, UsageError
from auditor.ingest import instants
from auditor.strictyaml import Document, Steps, Value

_MOST = 20
_NAME_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document, and the way to it."""

    value: Value
    steps: Steps = ()

    def __getitem__(self, step: str) -> Node:
        value = self.value.get(step) if isinstance(self.value, dict) else None
        return Node(value, (*self.steps, step))


@dataclass(slots=True)
class Reader:
    """Takes values out of a document and remembers what is wrong with them."""

    document: Document
    faults: list[Fault] = field(default_factory=list)

    def top(self) -> Node:
        """The whole document."""
        return Node(self.document.value)

    def wrong(self, node: Node, what: str, mend: str = "") -> None:
        """Remember a fault at that value."""
        self.faults.append(self.document.fault(node.steps, what, mend))

    def end(self) -> None:
        """Raise UsageError if anything was wrong."""
        if self.faults:
            raise UsageError(self.faults[:_MOST])

    def keys(self, node: Node, what: str, allowed: Sequence[str]) -> None:
        """Complain of keys that mean nothing."""
        if not isinstance(node.value, dict):
            self.wrong(node, f"{what} must be keys and values", f"its keys: {', '.join(allowed)}")
            return
        for key in node.value:
            self.known(node[key], key, allowed, f"a key of {what}")

    def known(self, node: Node, word: str, allowed: Sequence[str], what: str) -> None:
        """Complain of a word that is none of those."""
        if word not in allowed:
            near = difflib.get_close_matches(word, allowed, 1)
            self.wrong(node, f"{word!r} is not {what}", f"did you mean {near[0]}?" if near else f"known: {', '.join(allowed)}")

    def names(self, node: Node, key: str) -> list[str]:
        """The keys under a key."""
        value = node[key].value
        if value is not None and not isinstance(value, dict):
            self.wrong(node[key], f"{key} must be keys and values")
        return list(value) if isinstance(value, dict) else []

    def items(self, node: Node, key: str) -> Iterator[Node]:
        """The items of a list of keys and values."""
        value = node[key].value
        if value is not None and not isinstance(value, list):
            self.wrong(node[key], f"{key} must be a list")
        for index, item in enumerate(value if isinstance(value, list) else []):
            yield Node(item, (*node[key].steps, index))

    def text(self, node: Node, key: str, needed: bool = False) -> str | None:
        """One value as it was written; None where there is none."""
        value = node[key].value
        if isinstance(value, str):
            return value
        if value is not None:
            self.wrong(node[key], f"{key} must be one value")
        elif needed:
            self.wrong(node, f"{key} is needed")
        return None

    def choice(self, node: Node, key: str, allowed: Sequence[str], needed: bool = False) -> str | None:
        """One of some words."""
        value = self.text(node, key, needed)
        if value is None or value in allowed:
            return value
        self.known(node[key], value, allowed, f"a {key}")
        return None

    def texts(self, node: Node, key: str, empty: bool = False) -> tuple[str, ...]:
        """One value or a list of values; empty ones count only where `empty`."""
        return self.listed(node[key], key, empty)

    def listed(self, node: Node, key: str, empty: bool = False) -> tuple[str, ...]:
        """The same for a value that was taken out already."""
        value = node.value
        many = value if isinstance(value, list) else [] if value is None and not empty else [value]
        found = []
        for each in many:
            if isinstance(each, str) and (each or empty):
                found.append(each)
            elif each is None and empty:
                found.append("")
            else:
                self.wrong(node, f"{key} must be a column, or a list of columns")
                break
        return tuple(found)

    def name(self, node: Node, key: str, default: str) -> str:
        """An id of small letters, digits, - and _."""
        value = self.text(node, key)
        if value is not None and not (0 < len(value) <= 60 and _NAME_SIGNS.issuperset(value)):
            self.wrong(node[key], f"{value!r} is no id", "use small letters, digits, - and _, at most 60")
        return value or default

    def zone(self, node: Node, key: str) -> str | None:
        """A zone that exists."""
        value = self.text(node, key)
        if value is not None and instants.zone(value) is None:
            self.wrong(node[key], f"{value!r} is not a known zone", "write Asia/Shanghai or +08:00")
        return value

    def time_formats(self, node: Node, key: str) -> tuple[str, ...]:
        """Spellings of times such as %d.%m.%Y %H:%M."""
        found = self.texts(node, key)
        for each in found:
            if not _is_time_format(each):
                self.wrong(node[key], f"{each!r} is no spelling of a day", "write it as %d.%m.%Y %H:%M:%S")
        return found


def _is_time_format(spelling: str) -> bool:
    day = any(sign in spelling for sign in ("%d", "%e", "%D", "%F", "%s"))
    try:
        pl.Series(["x"]).str.to_datetime(spelling, strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        try:
            pl.Series(["x"]).str.to_date(spelling, strict=False)
        except pl.exceptions.PolarsError:
            return False
    return day and "%" in spelling
