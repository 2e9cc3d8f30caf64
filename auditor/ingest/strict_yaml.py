"""YAML without surprises: every scalar stays as it was written, and tags, aliases and doubled keys are faults with their line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import yaml

from auditor.ingest.tables import Refused

MAX_BYTES = 4 << 20
MAX_DEPTH = 20
Node = Union["Scalar", "Mapped", "Listed"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as written; None for null."""

    text: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """Keys (text) and their nodes, with the line of each key."""

    items: dict[str, Node]
    lines: dict[str, int]
    line: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A sequence."""

    items: tuple[Node, ...]
    line: int


def read(data: bytes) -> Node:
    """The one document of a file. Raises Refused with a line."""
    if len(data) > MAX_BYTES:
        raise Refused("larger than 4 MB; facts are short")
    try:
        events = list(yaml.parse(data.decode("utf-8"), Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 0
        raise Refused(f"line {line}: not readable as YAML ({fault.problem})") from None
    except (yaml.YAMLError, ValueError) as fault:
        raise Refused(f"not readable as YAML ({str(fault)[:120]})") from None
    body = [event for event in events if not isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent))]
    if sum(isinstance(event, yaml.DocumentStartEvent) for event in body) != 1:
        raise Refused("the file must hold exactly one YAML document")
    node, _ = _node(body, 1, 0)
    return node


def _node(events: list[yaml.Event], at: int, depth: int) -> tuple[Node, int]:
    event = events[at]
    line = event.start_mark.line + 1 if event.start_mark else 0
    if depth > MAX_DEPTH:
        raise Refused(f"line {line}: nested too deeply")
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Refused(f"line {line}: anchors and aliases are not read; write the value out")
    tag = getattr(event, "tag", None)
    if tag and tag != "!":
        raise Refused(f"line {line}: tags such as {tag} are not read; drop it")
    if isinstance(event, yaml.ScalarEvent):
        plain = not event.style and event.value in ("", "null", "~", "Null", "NULL")
        return Scalar(None if plain else event.value, line), at + 1
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, at + 1, depth, line)
    return _mapping(events, at + 1, depth, line)


def _sequence(events: list[yaml.Event], at: int, depth: int, line: int) -> tuple[Node, int]:
    found: list[Node] = []
    while not isinstance(events[at], yaml.SequenceEndEvent):
        node, at = _node(events, at, depth + 1)
        found.append(node)
    return Listed(tuple(found), line), at + 1


def _mapping(events: list[yaml.Event], at: int, depth: int, line: int) -> tuple[Node, int]:
    items: dict[str, Node] = {}
    lines: dict[str, int] = {}
    while not isinstance(events[at], yaml.MappingEndEvent):
        key, at = _node(events, at, depth + 1)
        if not isinstance(key, Scalar) or key.text is None:
            raise Refused(f"line {key.line}: a key must be a word")
        if key.text in items:
            raise Refused(f"line {key.line}: the key {key.text!r} stands twice (first in line {lines[key.text]})")
        value, at = _node(events, at, depth + 1)
        items[key.text], lines[key.text] = value, key.line
    return Mapped(items, lines, line), at + 1
