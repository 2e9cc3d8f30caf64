"""Times, ids and amounts: right, doubtful, or refused with a reason; columns read as single values are."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.ingest import cells, ids, instants
from auditor.ingest.instants import Instant

WARSAW, SHANGHAI = ZoneInfo("Europe/Warsaw"), ZoneInfo("Asia/Shanghai")


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-10T09:30:00+08:00", "2026-11-10 09:30:00", "2026/11/10 9:30", "2026年11月10日09:30:00", "２０２６-11-10 09:30:00",  # noqa: E501
        "2026-11-10 上午9:30:00", "1794274200", "1794274200000", "46336.395833333336", "2026-11-10T01:30:00Z", "2026-11-10T09:30:00,000+0800",  # noqa: E501
        "2026-11-10 09:30:00.000000000", "2026-11-10 09:30 AM",
    ],
)  # fmt: skip
def test_one_instant_in_many_spellings(text: str) -> None:
    found = instants.parse(text, SHANGHAI)
    assert isinstance(found, Instant), found
    assert found.micros == micros("2026-11-10T09:30:00+08:00")


@pytest.mark.parametrize(
    "text",
    ["", "昨天 14:20", "03/04/2026 10:00", "2026-11-10", "10:30", "2026-02-30 10:00:00", "2026-11-10 25:00:00", "2026-11-10 10:00:60",  # noqa: E501
     "1794274200000000", "-1", "0", "2026-11-10 10:00 CST", "2026-11-10T10:00:00 Europe/Nowhere", "9" * 100, "0001-01-01 00:00:00"],  # noqa: E501
)  # fmt: skip
def test_what_is_no_time_says_so(text: str) -> None:
    assert isinstance(instants.parse(text, SHANGHAI), str)


def test_an_hour_that_came_twice_is_doubtful_and_one_that_never_came_is_refused() -> None:
    twice = instants.parse("2026-10-25 02:30:00", WARSAW)
    assert twice == Instant(micros("2026-10-25T02:30:00+02:00"), 7200, doubt=True)
    assert "does not exist" in str(instants.parse("2026-03-29 02:30:00", WARSAW))
    assert instants.parse("2026-10-25T02:30:00+01:00", WARSAW) == Instant(micros("2026-10-25T02:30:00+01:00"), 3600)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), min_size=1, max_size=5),  # noqa: DTZ001
    st.sampled_from(["", "Z", "+08:00", "-05:00", ".250Z", ".5", "+05:3"]),
    st.sampled_from(["Europe/Warsaw", "Asia/Shanghai", "UTC", "+08:00", "America/New_York"]),
)
def test_a_column_is_read_as_its_cells_are(moments: list[datetime], tail: str, zone: str) -> None:
    texts = [moment.strftime("%Y-%m-%d %H:%M:%S") + tail for moment in moments] + [
        "2026-10-25 02:30:00" + tail,
        "2026-03-29T02:30:00" + tail,
    ]
    found = instants.column(pl.Series(texts), pl.Series([zone] * len(texts)))
    tz = instants.zone(zone)
    assert tz is not None
    for text, row in zip(texts, found.iter_rows(named=True), strict=True):
        one = instants.parse(text, tz)
        if isinstance(one, str):
            assert (row["at"], row["fault"]) == (None, one)
        else:
            assert (row["at"].timestamp(), row["offset_s"], row["doubt"]) == (one.micros / 1e6, one.offset_s, one.doubt)


def test_utc_exports_show_the_clock_of_the_place() -> None:
    found = instants.column(
        pl.Series(["2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"]), pl.Series(["Europe/Warsaw"] * 2), utc_clock=True
    )
    assert found["offset_s"].to_list() == [7200, 3600]


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("123456789012345678", "123456789012345678"), ('="000123"', "000123"), ("\t42", "42"), ("'0042", "0042"), ("１２３\u00a0", "123"),  # noqa: E501
        ("395056780000.0", "395056780000"), ("null", None), ("-", None), ("", None), ("店:小美", "店:小美"), ("nina_7", "nina_7"), ("2E", "2E"),  # noqa: E501
    ],
)  # fmt: skip
def test_ids_are_exact_text(written: str, clean: str | None) -> None:
    found = ids.clean_ids(pl.DataFrame({"id": [written]}), ("id",))
    assert (found["id"][0], found.columns) == (clean, ["id"])


@pytest.mark.parametrize(
    "written", ["1.23457E+17", "1E17", "\x001.5", "3.9505678E+11", "12345678901234567.0", "7" * 1001, "a\x00b"]
)
def test_lost_ids_are_faults(written: str) -> None:
    found = ids.clean_ids(pl.DataFrame({"id": [written]}), ("id",))
    assert found["id.fault"][0] is not None


def test_amounts() -> None:
    assert [cells.amount(text) for text in ("12.5", "¥1,299.00", "12,50 zł", "17.8元", "\x0012.5")] == [
        Decimal("12.50"), Decimal("1299.00"), Decimal("12.50"), Decimal("17.80"), Decimal("12.50"),
    ]  # fmt: skip
    assert all(isinstance(cells.amount(text), str) for text in ("-1", "1.234", "NaN", "free", "=1+1", "1e99"))


def test_zones() -> None:
    assert instants.zone("+08:00") == timezone(datetime.fromisoformat("2026-01-01T00:00:00+08:00").utcoffset() or None)  # type: ignore[arg-type]
    assert instants.zone("Mars/Olympus") is None
    assert instants.zone_name("pinduoduo", "Europe/Warsaw", "+09:00") == "+09:00"
    assert instants.zone_name("pinduoduo", "Europe/Warsaw", None) == "Europe/Warsaw"
    assert instants.zone_name("jd", None, None) == "Asia/Shanghai"
