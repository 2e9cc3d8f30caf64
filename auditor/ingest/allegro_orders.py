"""Allegro's orders (checkout forms) and shipments as its API delivers them (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.ingest.objects import as_text
from auditor.ingest.source import Source, documents
from auditor.ingest.tables import Kind, Match, RawRows, RowFault, cut, frame_of_records

ID = "allegro_orders"
TITLE = "Allegro orders and shipments (API JSON)"
KINDS: tuple[Kind, ...] = ("orders",)

_NAMES = (
    "order_id", "buyer_id", "product_id", "created_at", "paid_at", "ship_by", "shipped_at", "cancelled_at",
    "amount", "currency", "carrier", "tracking_no", "status",
)  # fmt: skip


def _get(value: Any, *path: str) -> Any:
    """The value under a path of keys, or None."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_form(value: Any) -> bool:
    return (
        isinstance(value, Mapping) and "id" in value and "lineItems" in value and ("delivery" in value or "fulfillment" in value)
    )


def _is_shipment(value: Any) -> bool:
    return isinstance(value, Mapping) and "waybill" in value and "createdAt" in value


def _inside(value: Any) -> list[Any] | None:
    """What a page holds: its forms or its shipments (which name their order)."""
    forms, shipments = _get(value, "checkoutForms"), _get(value, "shipments")
    if isinstance(forms, list):
        return forms
    if isinstance(shipments, list):
        order = _get(value, "checkoutForm", "id") or _get(value, "orderId") or _get(value, "checkoutFormId")
        return [{"orderId": order, **item} if isinstance(item, Mapping) else item for item in shipments]
    return None


def recognise(source: Source) -> Match | None:
    """Checkout forms (lineItems with delivery) or shipments (waybill), alone, in lists or in pages."""
    for value in source.objects:
        listed = _inside(value)
        if any(_is_form(item) or _is_shipment(item) for item in ([value] if listed is None else listed[:3])):
            return Match("orders", "checkout forms or shipments as Allegro's order API has them")
    return None


def _each(listed: list[tuple[int, Any]]) -> Iterator[Any]:
    for _, value in listed:
        inner = _inside(value)
        if inner is None:
            yield value
        else:
            yield from inner


def read(source: Source, match: Match) -> RawRows:
    """One row a form and one a shipment; rows of the same order are joined when all files are read."""
    listed, faults = documents(source)
    records: list[tuple[int, Mapping[str, str | None]]] = []
    items = list(_each(listed))
    rows = len(items) + len(faults)
    for number, value in enumerate(items, 1):
        if _is_form(value):
            records.append((number, _form(value)))
        elif _is_shipment(value) and _order_of(value):
            records.append((number, _shipment(value)))
        else:
            reason = "neither a checkout form nor a shipment that names its order"
            faults.append(RowFault(number, reason, cut(json.dumps(value, ensure_ascii=False))))
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), 0, rows, platform="allegro", understood=_NAMES, utc_clock=True)


def _form(value: Mapping[str, Any]) -> dict[str, str | None]:
    lines = [line for line in value["lineItems"] if isinstance(line, Mapping)] if isinstance(value["lineItems"], list) else []
    bought = sorted(str(line["boughtAt"]) for line in lines if line.get("boughtAt"))
    offers = {as_text(_get(line, "offer", "id")) for line in lines}
    cancelled = value.get("status") == "CANCELLED" or _get(value, "fulfillment", "status") == "CANCELLED"
    total = _get(value, "summary", "totalToPay")
    return {
        "order_id": as_text(value.get("id")),
        "buyer_id": as_text(_get(value, "buyer", "login")),
        "product_id": offers.pop() if len(offers) == 1 else None,
        "created_at": bought[0] if bought else None,
        "paid_at": as_text(_get(value, "payment", "finishedAt")),
        "ship_by": as_text(_get(value, "delivery", "time", "dispatch", "to")),
        "cancelled_at": as_text(value.get("updatedAt")) if cancelled else None,
        "amount": as_text(_get(total, "amount")),
        "currency": as_text(_get(total, "currency")),
        "status": as_text(_get(value, "fulfillment", "status") or value.get("status")),
    }


def _order_of(value: Mapping[str, Any]) -> str | None:
    return as_text(value.get("orderId") or _get(value, "order", "id") or _get(value, "checkoutForm", "id"))


def _shipment(value: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "order_id": _order_of(value),
        "shipped_at": as_text(value.get("createdAt")),
        "carrier": as_text(value.get("carrierName") or value.get("carrierId")),
        "tracking_no": as_text(value.get("waybill")),
    }
