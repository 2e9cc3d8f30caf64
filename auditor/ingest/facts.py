"""facts.yaml: what is true of the shops and their products, read strictly, every fault told with its line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date

from auditor.ingest import instants
from auditor.ingest.source import Source
from auditor.ingest.strict_yaml import Listed, Mapped, Node, Scalar, read
from auditor.ingest.tables import Kind, Match, Refused
from auditor.model import Fact, Shop

ID = "facts"
TITLE = "facts of shops and products (YAML)"
KINDS: tuple[Kind, ...] = ("facts",)

_TOP = ("version", "shops")
_SHOP = ("platform", "name", "timezone", "facts")
_FACT = ("slot", "product_id", "value", "currency", "text", "except", "valid_from", "valid_to")


def recognise(source: Source) -> Match | None:
    """A YAML file with the key shops."""
    return Match("facts", "YAML with the key shops") if source.shape == "yaml" else None


@dataclass(slots=True)
class _Reader:
    faults: list[str]

    def wrong(self, line: int, what: str) -> None:
        self.faults.append(f"line {line}: {what}")

    def mapping(self, node: Node, what: str, allowed: tuple[str, ...]) -> dict[str, Node]:
        if not isinstance(node, Mapped):
            self.wrong(node.line, f"{what} must be keys and values")
            return {}
        for key, line in node.lines.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                self.wrong(
                    line,
                    f"unknown key {key!r} in {what}; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(allowed)}"),
                )
        return node.items

    def text(self, items: dict[str, Node], key: str, needed_in: int = 0) -> str | None:
        node = items.get(key)
        if isinstance(node, Scalar) and node.text is not None:
            return node.text.strip() or None
        if node is not None and not isinstance(node, Scalar):
            self.wrong(node.line, f"{key} must be one value")
        elif needed_in:
            self.wrong(needed_in, f"{key} is needed")
        return None

    def day(self, items: dict[str, Node], key: str) -> date | None:
        text = self.text(items, key)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(items[key].line, f"{key}: {text!r} is not a date; write 2026-01-31")
            return None


def read_shops(source: Source) -> tuple[dict[str, Shop], int]:
    """The shops by id, and the count of facts. Raises Refused with every fault and its line."""
    reader = _Reader([])
    top = reader.mapping(read(source.data), "the file", _TOP)
    version = reader.text(top, "version", 1)
    if version not in (None, "1"):
        reader.wrong(top["version"].line, f"version {version!r} is not known; this program reads version 1")
    shops: dict[str, Shop] = {}
    node = top.get("shops")
    if isinstance(node, Mapped):
        for shop_id, value in node.items.items():
            shops[shop_id] = _shop(reader, shop_id, value)
    elif node is not None:
        reader.wrong(node.line, "shops must be keys (shop ids) and values")
    if reader.faults:
        raise Refused("; ".join(reader.faults[:20]))
    return shops, sum(len(shop.facts) for shop in shops.values())


def _shop(reader: _Reader, shop_id: str, node: Node) -> Shop:
    items = reader.mapping(node, f"shop {shop_id}", _SHOP)
    zone = reader.text(items, "timezone")
    if zone is not None and instants.zone(zone) is None:
        reader.wrong(items["timezone"].line, f"timezone {zone!r} is not known; write Asia/Shanghai or +08:00")
    platform = reader.text(items, "platform")
    listed = items.get("facts")
    found: list[Fact] = []
    if isinstance(listed, Listed):
        found = [fact for item in listed.items if (fact := _fact(reader, shop_id, item)) is not None]
    elif listed is not None and not (isinstance(listed, Scalar) and listed.text is None):
        reader.wrong(listed.line, "facts must be a list")
    return Shop(shop_id, platform.lower() if platform else None, reader.text(items, "name"), zone, tuple(found))


def _fact(reader: _Reader, shop_id: str, node: Node) -> Fact | None:
    items = reader.mapping(node, "a fact", _FACT)
    slot, value = reader.text(items, "slot", node.line), reader.text(items, "value", node.line)
    first, last = reader.day(items, "valid_from"), reader.day(items, "valid_to")
    if first and last and last < first:
        reader.wrong(node.line, "valid_to is before valid_from")
    exceptions = _exceptions(reader, items.get("except"))
    if slot is None or value is None:
        return None
    return Fact(
        shop_id, slot, value, reader.text(items, "product_id"), reader.text(items, "currency"), reader.text(items, "text"),
        exceptions, first, last,
    )  # fmt: skip


def _exceptions(reader: _Reader, node: Node | None) -> tuple[tuple[str, str], ...]:
    if node is None or (isinstance(node, Scalar) and node.text is None):
        return ()
    if not isinstance(node, Mapped):
        reader.wrong(node.line, "except must be regions or cases with their values")
        return ()
    return tuple((key, value.text) for key, value in node.items.items() if isinstance(value, Scalar) and value.text is not None)
