"""facts.yaml: what is true of the shops and their products, read strictly, every fault told with its line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from auditor.errors import UsageError
from auditor.ingest import instants
from auditor.ingest.source import Source
from auditor.ingest.tables import Kind, Match, Refused
from auditor.model import Fact, Shop
from auditor.strictyaml import Document, Steps, Value, parse

ID = "facts"
TITLE = "facts of shops and products (YAML)"
KINDS: tuple[Kind, ...] = ("facts",)

_MAX_BYTES = 4 << 20
_TOP = ("version", "shops")
_SHOP = ("platform", "name", "timezone", "facts")
_FACT = ("slot", "product_id", "value", "currency", "text", "except", "valid_from", "valid_to")


def recognise(source: Source) -> Match | None:
    """A YAML file with the key shops."""
    return Match("facts", "YAML with the key shops") if source.shape == "yaml" else None


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the document, and the way to it."""

    value: Value
    steps: Steps = ()

    def __getitem__(self, step: str | int) -> _Node:
        value = self.value
        if isinstance(value, dict):
            return _Node(value.get(str(step)), (*self.steps, step))
        return _Node(value[int(step)] if isinstance(value, list) else None, (*self.steps, step))

    def names(self) -> tuple[str, ...]:
        return tuple(self.value) if isinstance(self.value, dict) else ()


@dataclass(slots=True)
class _Reader:
    document: Document
    faults: list[str] = field(default_factory=list)

    def wrong(self, node: _Node, what: str) -> None:
        self.faults.append(f"line {self.document.line_of(node.steps)}: {what}")

    def mapping(self, node: _Node, what: str, allowed: tuple[str, ...]) -> _Node:
        if not isinstance(node.value, dict):
            self.wrong(node, f"{what} must be keys and values")
        for key in node.names():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                mend = f"did you mean {near[0]}?" if near else f"known: {', '.join(allowed)}"
                self.wrong(node[key], f"unknown key {key!r} in {what}; {mend}")
        return node

    def text(self, node: _Node, key: str, needed: bool = False) -> str | None:
        value = node[key].value
        if isinstance(value, str):
            return value.strip() or None
        if value is not None:
            self.wrong(node[key], f"{key} must be one value")
        elif needed:
            self.wrong(node, f"{key} is needed")
        return None

    def day(self, node: _Node, key: str) -> date | None:
        text = self.text(node, key)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(node[key], f"{key}: {text!r} is not a date; write 2026-01-31")
            return None


def read_shops(source: Source) -> tuple[dict[str, Shop], int]:
    """The shops by id, and the count of facts. Raises Refused with every fault and its line."""
    document = _document(source)
    reader = _Reader(document)
    top = reader.mapping(_Node(document.value), "the file", _TOP)
    version = reader.text(top, "version", needed=True)
    if version not in (None, "1"):
        reader.wrong(top["version"], f"version {version!r} is not known; this program reads version 1")
    listed = top["shops"]
    shops = {shop_id: _shop(reader, shop_id, listed[shop_id]) for shop_id in listed.names()}
    if listed.value is not None and not isinstance(listed.value, dict):
        reader.wrong(listed, "shops must be keys (shop ids) and values")
    if reader.faults:
        raise Refused("; ".join(reader.faults[:20]))
    return shops, sum(len(shop.facts) for shop in shops.values())


def _document(source: Source) -> Document:
    """The file as YAML in which every value is text as it was written. Raises Refused with a line."""
    if len(source.data) > _MAX_BYTES:
        raise Refused("larger than 4 MB; facts are short")
    try:
        return parse(source.data.decode("utf-8"), Path(source.path), scalars="text")
    except UsageError as error:
        found = [(fault.place.removeprefix(str(Path(source.path))).removeprefix(":"), fault) for fault in error.faults]
        said = [f"{f'line {line}: ' if line else ''}{fault.what}{f'; {fault.mend}' * bool(fault.mend)}" for line, fault in found]
        raise Refused("; ".join(said)) from None


def _shop(reader: _Reader, shop_id: str, node: _Node) -> Shop:
    reader.mapping(node, f"shop {shop_id}", _SHOP)
    zone = reader.text(node, "timezone")
    if zone is not None and instants.zone(zone) is None:
        reader.wrong(node["timezone"], f"timezone {zone!r} is not known; write Asia/Shanghai or +08:00")
    platform = reader.text(node, "platform")
    listed = node["facts"]
    found: list[Fact] = []
    if isinstance(listed.value, list):
        found = [fact for index in range(len(listed.value)) if (fact := _fact(reader, shop_id, listed[index])) is not None]
    elif listed.value is not None:
        reader.wrong(listed, "facts must be a list")
    return Shop(shop_id, platform.lower() if platform else None, reader.text(node, "name"), zone, tuple(found))


def _fact(reader: _Reader, shop_id: str, node: _Node) -> Fact | None:
    reader.mapping(node, "a fact", _FACT)
    slot, value = reader.text(node, "slot", needed=True), reader.text(node, "value", needed=True)
    first, last = reader.day(node, "valid_from"), reader.day(node, "valid_to")
    if first and last and last < first:
        reader.wrong(node, "valid_to is before valid_from")
    exceptions = _exceptions(reader, node["except"])
    if slot is None or value is None:
        return None
    return Fact(
        shop_id, slot, value, reader.text(node, "product_id"), reader.text(node, "currency"), reader.text(node, "text"),
        exceptions, first, last,
    )  # fmt: skip


def _exceptions(reader: _Reader, node: _Node) -> tuple[tuple[str, str], ...]:
    if node.value is None:
        return ()
    if not isinstance(node.value, dict):
        reader.wrong(node, "except must be regions or cases with their values")
        return ()
    return tuple((key, value) for key, value in node.value.items() if isinstance(value, str))
