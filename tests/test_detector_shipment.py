"""What the export of an order cannot tell is held against nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

import polars as pl
import pytest

from auditor.conversations import with_export_ends
from auditor.detectors import shipment
from auditor.shard import Shard
from tests.chats import CHINA, PLACES, at, messages, orders

CHAT = "2026-03-02 10:00 buyer: 什么时候发货\n2026-03-02 10:01 agent lan: 在安排了亲"
DUE = {"paid_at": "2026-03-02 09:00", "ship_by": "2026-03-04 09:00", "refund_requested_at": "2026-03-09 09:00"}
SENT = {"paid_at": "2026-03-02 09:00", "shipped_at": "2026-03-02 20:00", "refund_requested_at": "2026-03-09 09:00"}


def hits(order: Mapping[str, str], kind: str, silent: bool = False, scans: bool = False) -> int:
    given = orders(order)
    table = with_export_ends(given, set(given["source"]) if silent else ()).with_columns(pl.lit(scans).alias("scans_known"))
    until = {0: at("2026-05-31 00:00").astimezone(UTC)}
    made = Shard(messages(CHAT), table, {}, PLACES, at("2026-06-01 00:00", CHINA), until)
    return len(list(shipment.check(made, shipment.Params(kind=kind))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, 1),
        ({"shipped_at": "2026-03-04 09:01"}, 1),
        ({"status": "待发货"}, 1),
        ({"status": "已发货"}, 0),
        ({"status": "交易关闭"}, 0),
        ({"status": "Cancelled"}, 0),
        ({"delivered_at": "2026-03-08 09:00"}, 0),  # confirmed by the buyer, sent at an unknown time
    ],
)
def test_an_order_that_was_not_shipped_in_time(more: dict[str, str], found: int) -> None:
    assert hits(DUE | more, "late") == found


def test_an_export_without_ship_times_tells_of_no_late_shipment() -> None:
    assert hits(DUE, "late", silent=True) == 0


@pytest.mark.parametrize(
    ("more", "found"), [({}, 1), ({"first_scan_at": "2026-03-04 09:00"}, 1), ({"delivered_at": "2026-03-08 09:00"}, 0)]
)
def test_a_parcel_that_was_not_scanned(more: dict[str, str], found: int) -> None:
    assert hits(SENT | more, "unscanned", scans=True) == found


def test_an_export_without_scans_tells_of_no_missing_scan() -> None:
    assert hits(SENT | {"delivered_at": "2026-03-08 09:00"}, "unscanned") == hits(SENT, "unscanned") == 0
