"""Times as exports write them → instants in UTC with the offset of the clock they were written by, or the reason why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from auditor.ingest.tables import NOT_TEXT
from auditor.model import INSTANT

PLATFORM_ZONES = {
    **dict.fromkeys(("pinduoduo", "taobao", "tmall", "jd", "douyin", "kuaishou", "xiaohongshu"), "Asia/Shanghai"),
    "allegro": "Europe/Warsaw",
}
DEFAULT_ZONE = "UTC"
PAST = timedelta(days=1_100)
FUTURE = timedelta(minutes=10)
EMPTY = frozenset({"", "-", "--", "/", "null", "none", "nan", "n/a", "\\n", "0000-00-00 00:00:00"})

Schema = dict[str, pl.DataType | type[pl.DataType]]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - zones are put on later
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?")
_WRITTEN = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?[T ]*"
    r"(上午|下午|早上|晚上|中午)? *([0-9]{1,2})[:时]([0-9]{1,2})(?:[:分]([0-9]{1,2})秒?)?"
    r"(?:[.,]([0-9]{1,9}))? *([AaPp][Mm])? *(Z|z|UTC|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?"
)
_NUMBER = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,15})?")
_DAY_FIRST = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}.*")
_DAY_ONLY = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?")
_REGULAR = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9]:[0-5][0-9]"
_TAIL = re.compile(r"(?:\.([0-9]{1,6}))?(Z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Instant:
    """Microseconds since 1970 UTC, the written clock's seconds east of Greenwich, and whether that hour came twice."""

    micros: int
    offset_s: int
    doubt: bool = False


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo | None:
    """An IANA zone or a fixed offset such as "+08:00"; None where there is no such zone."""
    match = _OFFSET.fullmatch(name.strip())
    if match:
        seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
        if seconds > 15 * 3600:
            return None
        return timezone(timedelta(seconds=-seconds if match[1] == "-" else seconds))
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_name(platform: str | None, shop_zone: str | None, option: str | None) -> str:
    """The zone of times without an offset: the option, else the shop's, else the platform's, else UTC."""
    return option or shop_zone or PLATFORM_ZONES.get(platform or "", DEFAULT_ZONE)


def parse(text: str, tz: tzinfo) -> Instant | str:
    """One written time, or a sentence that says why it is none."""
    shown = text.lstrip(NOT_TEXT)[:40]
    if len(text) > 64:
        return f"{shown!r} is not a time; write 2026-11-10T09:30:00+08:00"
    clean = unicodedata.normalize("NFKC", text.lstrip(NOT_TEXT)).strip().strip("'\"=").strip()
    if _NUMBER.fullmatch(clean):
        return _number(clean, tz)
    match = _WRITTEN.fullmatch(clean)
    if match:
        return _written(match, tz, shown)
    if _DAY_FIRST.fullmatch(clean):
        return f"{shown!r}: day and month cannot be told apart; write 2026-11-10T09:30:00+08:00"
    if _DAY_ONLY.fullmatch(clean):
        return f"{shown!r} has no time of day; export it with hours and minutes"
    return f"{shown!r} is not a time; write 2026-11-10T09:30:00+08:00"


def _number(digits: str, tz: tzinfo) -> Instant | str:
    whole = digits.partition(".")[0]
    if len(whole) == 10:
        return _from_utc(_EPOCH + timedelta(seconds=int(whole)), tz)
    if len(whole) == 13:
        return _from_utc(_EPOCH + timedelta(milliseconds=int(whole)), tz)
    if len(whole) == 5 and whole >= "20000":
        seconds = round(float(digits) * 86_400)
        return _localise(_SERIAL_ZERO + timedelta(seconds=seconds), tz, digits)
    return f"{digits} is no time; epoch seconds have 10 digits, milliseconds 13"


def _from_utc(moment: datetime, tz: tzinfo) -> Instant:
    offset = moment.replace(tzinfo=UTC).astimezone(tz).utcoffset() or timedelta()
    return Instant((moment - _EPOCH) // timedelta(microseconds=1), int(offset.total_seconds()))


def _written(match: re.Match[str], tz: tzinfo, shown: str) -> Instant | str:
    year, month, day, half, hour, minute, second, fraction, mark, tail = match.groups()
    hours = _half_day(int(hour), half, mark)
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        moment = datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0), micros)  # noqa: DTZ001
    except ValueError:
        return f"{shown!r} is not on the calendar or the clock"
    if not 1971 <= moment.year <= 2099:
        return f"{shown!r} is out of the years that can be audited"
    if tail is None:
        return _localise(moment, tz, shown)
    if tail in ("Z", "z", "UTC"):
        return Instant((moment - _EPOCH) // timedelta(microseconds=1), 0)
    own = zone(tail)
    return _localise(moment, own, shown) if own is not None else f"{shown!r} has an offset that no zone has"


def _half_day(hour: int, half: str | None, mark: str | None) -> int:
    """下午3 → 15, 12 am → 0; an hour that is already past noon stays."""
    after_noon = half in ("下午", "晚上") or (mark or "").lower() == "pm"
    before_noon = half in ("上午", "早上") or (mark or "").lower() == "am"
    if after_noon and hour < 12:
        return hour + 12
    return 0 if before_noon and hour == 12 else hour


def _localise(moment: datetime, tz: tzinfo, shown: str) -> Instant | str:
    early = moment.replace(tzinfo=tz, fold=0)
    late = moment.replace(tzinfo=tz, fold=1)
    if early.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != moment:
        return f"{shown!r} does not exist in {tz}: clocks were put forward over it; export with offsets"
    offset = early.utcoffset() or timedelta()
    return Instant(
        (moment - offset - _EPOCH) // timedelta(microseconds=1),
        int(offset.total_seconds()),
        early.utcoffset() != late.utcoffset(),
    )


# ---- whole columns -----------------------------------------------------------------------------------------------------


def column(values: pl.Series, zones: pl.Series, utc_clock: bool = False) -> pl.DataFrame:
    """Columns `at` (INSTANT), `offset_s`, `doubt`, `fault` for written times and their zones' names; nulls where empty.

    `utc_clock`: offsets are not the written ones but those of the zone at that instant.
    """
    frame = pl.DataFrame({"text": values, "zone": zones}).with_row_index("i")
    empty = pl.col("text").is_null() | pl.col("text").str.strip_chars().str.to_lowercase().is_in(sorted(EMPTY))
    parts = [
        _one_zone(part.drop("zone"), str(name), utc_clock)
        for (name,), part in frame.filter(~empty).partition_by("zone", as_dict=True, maintain_order=True).items()
    ]
    schema: Schema = {"i": pl.UInt32, "at": INSTANT, "offset_s": pl.Int32, "doubt": pl.Boolean, "fault": pl.String}
    done = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    if done.height == frame.height:
        return done.sort("i").drop("i")
    return frame.select("i").join(done, on="i", how="left", maintain_order="left").drop("i")


def _one_zone(frame: pl.DataFrame, name: str, utc_clock: bool) -> pl.DataFrame:
    regular = _regular(frame, name)
    left = frame.join(regular.select("i"), on="i", how="anti") if regular.height < frame.height else frame.clear()
    parts = [regular, _irregular(left, name)] if left.height else [regular]
    done = pl.concat(parts)
    if not utc_clock:
        return done
    local = _offset_at(done["at"], name)
    return done.with_columns(local.alias("offset_s"), pl.lit(False).alias("doubt"))


def _regular(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The times that are written in the one regular way, parsed all at once; the others are left out."""
    plain = frame.filter(pl.col("text").str.contains(_REGULAR)).select(
        "i",
        pl.col("text")
        .str.slice(0, 19)
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
        .alias("local"),
        pl.col("text").str.slice(19).alias("tail"),
    )
    plain = plain.filter(pl.col("local").dt.year().is_between(1971, 2099))
    tails = plain["tail"].unique().to_list()
    read = [(tail, *_read_tail(tail)) for tail in tails]
    table = pl.DataFrame(read, schema={"tail": pl.String, "micros": pl.Int64, "offset": pl.Int64, "ok": pl.Boolean}, orient="row")
    plain = plain.join(table, on="tail", how="left", maintain_order="left").filter(pl.col("ok"))
    fixed = plain.filter(pl.col("offset").is_not_null())
    return pl.concat([_finish(fixed, pl.col("offset")), _finish_local(plain.filter(pl.col("offset").is_null()), name)])


def _read_tail(tail: str) -> tuple[int, int | None, bool]:
    """What follows the seconds: microseconds, offset (None: no offset), and whether it is regular."""
    match = _TAIL.fullmatch(tail)
    if not match:
        return 0, None, False
    micros = int((match[1] or "0").ljust(6, "0"))
    if match[2] is None or match[2] == "Z":
        return micros, None if match[2] is None else 0, True
    own = zone(match[2])
    return micros, (int((own.utcoffset(None) or timedelta()).total_seconds()) if own else None), own is not None


def _finish(frame: pl.DataFrame, offset: pl.Expr) -> pl.DataFrame:
    moment = pl.col("local").dt.epoch("us") + pl.col("micros") - offset * 1_000_000
    return frame.select(
        "i",
        moment.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("at"),
        offset.cast(pl.Int32).alias("offset_s"),
        pl.lit(False).alias("doubt"),
        pl.lit(None, dtype=pl.String).alias("fault"),
    )


def _finish_local(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Local times of a zone; those that exist twice or never are left to the careful way."""
    tz = zone(name)
    if isinstance(tz, timezone):
        return _finish(frame, pl.lit(int((tz.utcoffset(None) or timedelta()).total_seconds())))
    utc = pl.col("local").dt.replace_time_zone(name, ambiguous="null", non_existent="null")
    frame = frame.with_columns(utc.dt.convert_time_zone("UTC").dt.replace_time_zone(None).alias("utc"))
    frame = frame.filter(pl.col("utc").is_not_null())
    return _finish(frame, (pl.col("local") - pl.col("utc")).dt.total_seconds())


def _offset_at(at: pl.Series, name: str) -> pl.Series:
    tz = zone(name)
    if isinstance(tz, timezone):
        offset = int((tz.utcoffset(None) or timedelta()).total_seconds())
        return (
            pl.select(pl.lit(offset, dtype=pl.Int32).repeat_by(at.len()).explode()).to_series()
            if at.len()
            else at.cast(pl.Int64).cast(pl.Int32)
        )
    local = at.dt.convert_time_zone(name).dt.replace_time_zone(None)
    return (local - at.dt.replace_time_zone(None)).dt.total_seconds().cast(pl.Int32)


def _irregular(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """All other spellings: each distinct one is read once."""
    tz = zone(name) or UTC
    rows: list[tuple[str, int | None, int | None, bool | None, str | None]] = []
    for text in frame["text"].unique(maintain_order=True).to_list():
        found = parse(text, tz)
        if isinstance(found, str):
            rows.append((text, None, None, None, found))
        else:
            rows.append((text, found.micros, found.offset_s, found.doubt, None))
    schema = {"text": pl.String, "micros": pl.Int64, "offset_s": pl.Int32, "doubt": pl.Boolean, "fault": pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.join(table, on="text", how="left", maintain_order="left").select(
        "i",
        pl.col("micros").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("at"),
        "offset_s",
        "doubt",
        "fault",
    )
