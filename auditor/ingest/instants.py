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
_READ: Schema = {"at": INSTANT, "offset_s": pl.Int32, "doubt": pl.Boolean, "fault": pl.String}

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
    if values.null_count() == len(values):
        return pl.DataFrame(schema=_READ).clear(len(values))
    frame = pl.DataFrame({"text": values, "zone": zones})
    names = zones.unique().drop_nulls().sort().to_list()
    done = _regular(frame, names)
    if done["at"].null_count():
        other = frame.with_row_index("i").filter(done["at"].is_null())
        left = other.filter(~pl.col("text").str.strip_chars().str.to_lowercase().is_in(sorted(EMPTY)).fill_null(True))
        done = _with_irregular(done, left) if left.height else done
    return _on_the_local_clock(done, zones, names) if utc_clock else done


def _regular(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The times that are written in the one regular way, parsed all at once; nulls in all other rows."""
    text = pl.col("text")
    locals_ = [
        text.str.slice(0, 19).str.to_datetime(f"%Y-%m-%d{sign}%H:%M:%S", strict=False, time_unit="us") for sign in _signs(frame)
    ]
    local = pl.coalesce(*locals_, pl.lit(None, dtype=pl.Datetime("us")))
    exact = text.str.contains(_REGULAR)  # what parses also takes blanks for noughts, and a 61st second
    parsed = frame.select(local.alias("local"), text.str.slice(19).alias("tail"), exact.alias("exact"), "zone")
    parsed = parsed.with_columns(pl.when("exact").then("tail").alias("tail")) if not parsed["exact"].all() else parsed
    tails = parsed["tail"].unique().drop_nulls().to_list()
    read = [(tail, *_read_tail(tail)) for tail in tails]
    good = [(tail, micros, offset) for tail, micros, offset, ok in read if ok]
    parsed = parsed.with_columns(_in_range(parsed).alias("local"), *_tail_columns(good, len(good) == len(tails) == 1))
    if any(offset is None for *_, offset in good):
        parsed = parsed.with_columns(_local_offsets(names).alias("offset"))
    moment = pl.col("local").dt.epoch("us") + pl.col("micros") - pl.col("offset") * 1_000_000
    known = moment.is_not_null()
    return parsed.select(
        moment.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("at"),
        pl.when(known).then("offset").cast(pl.Int32).alias("offset_s"),
        pl.when(known).then(False).alias("doubt"),
        pl.lit(None, dtype=pl.String).alias("fault"),
    )


def _signs(frame: pl.DataFrame) -> list[str]:
    """What stands between day and hour: nearly always the same in all rows, so that a look at some spares looking at all."""
    some = pl.concat([frame.head(100), frame.tail(100)])["text"].drop_nulls().str.slice(10, 1).unique().to_list()
    return [sign for sign in ("T", " ") if sign in some]


def _in_range(parsed: pl.DataFrame) -> pl.Expr:
    return pl.when(pl.col("exact") & pl.col("local").dt.year().is_between(1971, 2099)).then("local")


def _tail_columns(good: list[tuple[str, int, int | None]], single: bool) -> list[pl.Expr]:
    """What follows the seconds as columns `micros` and `offset`; null where it is not regular."""
    if single:
        ((_, micros, offset),) = good
        return [pl.lit(micros, dtype=pl.Int64).alias("micros"), pl.lit(offset, dtype=pl.Int64).alias("offset")]
    tail, tails = pl.col("tail"), [tail for tail, *_ in good]
    return [
        tail.replace_strict(tails, [micros for _, micros, _ in good], default=None, return_dtype=pl.Int64).alias("micros"),
        tail.replace_strict(tails, [offset for *_, offset in good], default=None, return_dtype=pl.Int64).alias("offset"),
    ]


def _local_offsets(names: list[str]) -> pl.Expr:
    """The written offset, else that of the row's zone; null where that hour came twice or never."""
    offsets = [pl.col("offset")]
    for name in names:
        tz = zone(name)
        if isinstance(tz, timezone):
            offset = pl.lit(int((tz.utcoffset(None) or timedelta()).total_seconds()), dtype=pl.Int64)
        else:
            utc = pl.col("local").dt.replace_time_zone(name, ambiguous="null", non_existent="null")
            offset = (pl.col("local") - utc.dt.convert_time_zone("UTC").dt.replace_time_zone(None)).dt.total_seconds()
        offsets.append(pl.when(pl.col("zone") == name).then(offset))
    return pl.coalesce(offsets)


def _on_the_local_clock(done: pl.DataFrame, zones: pl.Series, names: list[str]) -> pl.DataFrame:
    """Offsets as the clocks of the rows' zones showed them at these instants, which leaves no doubt."""
    known = pl.col("at").is_not_null()
    offsets = pl.coalesce(pl.when(known & pl.lit(zones == name)).then(_offset_at(done["at"], name)) for name in names)
    return done.with_columns(offsets.cast(pl.Int32).alias("offset_s"), pl.when(known).then(False).alias("doubt"))


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


def _offset_at(at: pl.Series, name: str) -> pl.Series:
    tz = zone(name)
    if isinstance(tz, timezone):
        return pl.repeat(int((tz.utcoffset(None) or timedelta()).total_seconds()), len(at), dtype=pl.Int32, eager=True)
    local = at.dt.convert_time_zone(name).dt.replace_time_zone(None)
    return (local - at.dt.replace_time_zone(None)).dt.total_seconds().cast(pl.Int32)


def _with_irregular(done: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """Put in all other spellings: each distinct one of a zone is read once."""
    rows: list[tuple[str, str, int | None, int | None, bool | None, str | None]] = []
    for text, name in left.select("text", "zone").unique(maintain_order=True).iter_rows():
        found = parse(text, zone(name) or UTC)
        if isinstance(found, str):
            rows.append((text, name, None, None, None, found))
        else:
            rows.append((text, name, found.micros, found.offset_s, found.doubt, None))
    schema: Schema = {"text": pl.String, "zone": pl.String, "at": pl.Int64, **{k: v for k, v in _READ.items() if k != "at"}}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    read = left.join(table, on=["text", "zone"], how="left", maintain_order="left").select(
        "i", pl.col("at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), "offset_s", "doubt", "fault"
    )
    whole = done.with_row_index("i").join(read, on="i", how="left", maintain_order="left", suffix=" read")
    return whole.select(pl.coalesce(f"{name} read", name).alias(name) for name in _READ)
