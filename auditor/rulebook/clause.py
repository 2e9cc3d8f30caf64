"""A clause as an object: where it stands, what it says, since when it holds, what a breach costs, what is not certain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal, get_args
from zoneinfo import ZoneInfo

from auditor.model import Clause, Confidence, Figure, Penalty, Tier
from auditor.strictyaml import Steps

if TYPE_CHECKING:
    from auditor.rulebook.read import Reader

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
_Per = Literal["finding", "order", "conversation"]
_Wording = Literal["paraphrase", "quote"]
_PERS: tuple[_Per, ...] = get_args(_Per)
_WORDINGS: tuple[_Wording, ...] = get_args(_Wording)
_NEEDED = ("document", "section", "source", "seen", "confidence")
_KEYS = (*_NEEDED, "note", "text", "wording", "effective_from", "effective_to", "penalty")
_PENALTY_KEYS = ("per", "currency", "amount", "share", "least", "most", "tiers", "points", "note", "source")
_TIER_KEYS = ("upto", "amount", "share", "least", "most")
_FIGURE_KEYS = ("param", "says")
_SAID_KEYS = ("value", "source")


# ---- single values --------------------------------------------------------------------------------------------------


def to_day(value: object) -> date:
    """A calendar day from "2026-03-02". Raises ValueError."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a date; write 2026-03-02") from None


def to_moment(value: object) -> datetime:
    """A local date and time from "2026-03-02 08:00:00". Raises ValueError."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise ValueError(f"{value!r} is not a local date and time; write 2026-03-02 08:00:00")
    return at


def to_zone(value: object) -> str:
    """The name of a time zone. Raises ValueError."""
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{value!r} is not a time zone; write a name like Asia/Shanghai") from None


def to_code(letters: int, example: str) -> Callable[[object], str]:
    """A reader of codes of so many capitals. It raises ValueError."""

    def convert(value: object) -> str:
        text = str(value)
        if len(text) == letters and text.isascii() and text.isalpha() and text.isupper():
            return text
        raise ValueError(f"{value!r} is not a code of {letters} capitals; write one like {example}")

    return convert


def to_amount(value: object) -> Decimal:
    """Money or a count, not below nought. Raises ValueError."""
    try:
        amount = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_finite() and amount >= 0:
        return amount
    raise ValueError(f"{value!r} is not an amount; write 3 or 5.50")


def to_share(value: object) -> Decimal:
    """A share from "10%" or 0.1. Raises ValueError."""
    text = str(value).strip()
    try:
        share = to_amount(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = Decimal(-1)
    if 0 <= share <= 10:
        return share
    raise ValueError(f'{value!r} is not a share; write "10%"')


def optional_day(reader: Reader, steps: Steps) -> date | None:
    """The day there, None where there is none."""
    return None if reader.get(steps) is None else reader.convert(steps, to_day, date.min)


def optional_amount(reader: Reader, steps: Steps, how: Callable[[object], Decimal] = to_amount) -> Decimal | None:
    """The amount or share there, None where there is none."""
    return None if reader.get(steps) is None else reader.convert(steps, how, Decimal(0))


# ---- clauses ----------------------------------------------------------------------------------------------------------


def read_clause(reader: Reader, steps: Steps) -> Clause:
    """Document, section, source, the day it was seen, how well it is known, what it says and what a breach costs."""
    reader.mapping(steps, _KEYS, _NEEDED)
    start, end = (optional_day(reader, (*steps, key)) for key in ("effective_from", "effective_to"))
    if start is not None and end is not None and end < start:
        reader.fault((*steps, "effective_to"), f"the clause ends before it begins ({start})", "put the two days right")
    return Clause(
        document=reader.text((*steps, "document")),
        section=reader.text((*steps, "section")),
        source=reader.text((*steps, "source")),
        seen=reader.convert((*steps, "seen"), to_day, date.min),
        confidence=reader.choice((*steps, "confidence"), CONFIDENCES),
        note=reader.texts((*steps, "note"), optional=True),
        text=reader.texts((*steps, "text"), optional=True),
        wording=reader.choice((*steps, "wording"), _WORDINGS),
        effective_from=start,
        effective_to=end,
        penalties=_read_penalties(reader, (*steps, "penalty")),
    )


def _read_penalties(reader: Reader, steps: Steps) -> tuple[tuple[date, Penalty | None], ...]:
    """Penalties by the day from which each holds, oldest first."""
    if reader.get(steps) is None:
        return ()
    made: list[tuple[date, Penalty | None]] = []
    for key, value in reader.mapping(steps, None).items():
        try:
            day = to_day(key)
        except ValueError:
            reader.fault((*steps, key), f"{key!r} is not a date", "write the day from which it holds: 2026-01-01: {…}")
            continue
        if made and day <= made[-1][0]:
            reader.fault((*steps, key), f"the day is not after {made[-1][0]}", "put the penalties in order, the oldest first")
        made.append((day, None if value is None else _read_penalty(reader, (*steps, key))))
    return tuple(made)


def _read_penalty(reader: Reader, steps: Steps) -> Penalty:
    given = reader.mapping(steps, _PENALTY_KEYS)
    rows = given.get("tiers")
    if rows is not None and not isinstance(rows, list):
        reader.fault((*steps, "tiers"), "is not a list", "write {upto: 300, amount: 3} with a dash, the last without upto")
        rows = None
    if rows is not None:
        tiers = tuple(_read_tier(reader, (*steps, "tiers", place)) for place in range(len(rows)))
    else:
        tiers = (_tier(reader, steps),) if {"amount", "share"} & set(given) else ()
    if tiers and not given.get("currency"):
        reader.fault((*steps, "currency"), "is missing", "write the currency of the amount: CNY")
    if not (tiers or given.get("points") or given.get("note")):
        reader.fault(steps, "names no amount, no points and no note", "write what a breach costs, or leave the penalty out")
    return Penalty(
        per=reader.choice((*steps, "per"), _PERS),
        currency=reader.convert((*steps, "currency"), to_code(3, "CNY"), ""),
        tiers=tiers,
        points=reader.text((*steps, "points"), optional=True),
        note=reader.texts((*steps, "note"), optional=True),
        source=reader.text((*steps, "source"), optional=True),
    )


def _read_tier(reader: Reader, steps: Steps) -> Tier:
    given = reader.mapping(steps, _TIER_KEYS)
    if given and not {"amount", "share"} & set(given):
        reader.fault(steps, "names neither amount nor share", "write amount: 3 or share: 10%")
    return _tier(reader, steps)


def _tier(reader: Reader, steps: Steps) -> Tier:
    return Tier(
        upto=optional_amount(reader, (*steps, "upto")),
        amount=optional_amount(reader, (*steps, "amount")),
        share=optional_amount(reader, (*steps, "share"), to_share),
        least=optional_amount(reader, (*steps, "least")),
        most=optional_amount(reader, (*steps, "most")),
    )


def read_figures(reader: Reader, steps: Steps) -> tuple[Figure, ...]:
    """Figures that are not certain, each with what the sources say of it."""
    value = reader.get(steps)
    if value is None:
        return ()
    if not isinstance(value, list):
        reader.fault(steps, "is not a list", "write one {param: …, says: […]} each with a dash")
        return ()
    return tuple(_read_figure(reader, (*steps, place)) for place in range(len(value)))


def _read_figure(reader: Reader, steps: Steps) -> Figure:
    reader.mapping(steps, _FIGURE_KEYS, _FIGURE_KEYS)
    rows = reader.get((*steps, "says"))
    if not isinstance(rows, list) or not rows:
        if rows is not None:
            reader.fault((*steps, "says"), "is not a list of sources", "write {value: …, source: …} each with a dash")
        rows = []
    said = []
    for place in range(len(rows)):
        at = (*steps, "says", place)
        reader.mapping(at, _SAID_KEYS, _SAID_KEYS)
        value = reader.get((*at, "value"))
        said.append(("" if value is None else str(value), reader.text((*at, "source"))))
    return Figure(param=reader.text((*steps, "param")), says=tuple(said))
