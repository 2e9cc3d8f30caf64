"""English time expressions, over normal text."""

# ruff: noqa: E501 (a pattern stays on one line)

from __future__ import annotations

from auditor.model import When
from auditor.reading.times import (
    AFTERNOON,
    AGO,
    CLOSING,
    EVENING,
    MORNING,
    NOON,
    NOT_BEFORE,
    VAGUE,
    Groups,
    Piece,
    Reader,
    clock,
    date,
    days,
    month_day,
    part,
    span,
    week,
    weekday,
)

_NUMBERS = {
    word: value
    for value, words in enumerate(
        [
            "zero",
            "one|a|an|1st",
            "two|couple|a couple",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
    for word in words.split("|")
} | {
    "twenty": 20,
    "twenty four": 24,
    "twenty-four": 24,
    "thirty": 30,
    "forty eight": 48,
    "forty-eight": 48,
    "seventy two": 72,
    "seventy-two": 72,
}
_NUMBERS["sixty"] = 60
_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_N = rf"(?:[0-9]+(?:\.[0-9]+)?|\b(?:{_WORD})\b)"
_WEEKDAYS = (
    "monday|mon",
    "tuesday|tues|tue",
    "wednesday|weds|wed|wendsday|wensday",
    "thursday|thurs|thur|thu",
    "friday|fri",
    "saturday|sat",
    "sunday|sun",
)
_WEEKDAY = "|".join(_WEEKDAYS)
_LONG_WEEKDAY = "monday|tuesday|tues|wednesday|weds|wendsday|wensday|thursday|thurs|friday|saturday|sunday"
_MONTHS = (
    "january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug",
    "september|sept|sep", "october|oct", "november|nov", "december|dec",
)  # fmt: skip
_MONTH = "|".join(_MONTHS)
_BY = r"(?:\b(?:by|before|until|till|no later than|not later than|at|around|about|b4|@) )"
_PART = {
    "morning": MORNING,
    "noon": NOON,
    "midday": NOON,
    "lunchtime": NOON,
    "lunch": NOON,
    "afternoon": AFTERNOON,
    "evening": EVENING,
    "night": EVENING,
}
_PARTS = "|".join(_PART)
_DAYS = {
    "today": 0,
    "2day": 0,
    "tonight": 0,
    "tonite": 0,
    "same day": 0,
    "same-day": 0,
    "next day": 1,
    "next-day": 1,
    "following day": 1,
}


def number(text: str) -> float:
    """48, 1.5, two, twenty-four."""
    return float(text) if text[0].isdigit() and text.replace(".", "").isdigit() else float(_NUMBERS[text])


def _span(groups: Groups) -> Piece | None:
    n, half, business, unit = groups
    amount = (number(n) if n else 0) + (0.5 if half else 0)
    kind = unit or ""
    if kind.startswith(("h", "hr")):
        return span(amount, "hours")
    if kind.startswith(("min",)):
        return span(amount, "minutes")
    if kind.startswith("w"):
        return span(amount * 5, "business_days") if business else span(amount * 7, "days")
    if kind.startswith("mo"):
        return span(30 * amount, "days")
    if amount == 0.5:
        return span(12, "hours")
    return span(amount, "business_days" if business else "days")


def _day(groups: Groups) -> Piece:
    word, of_day = groups
    minute = _PART.get(of_day or "")
    n = _DAYS.get(word or "", 1)
    return days(n, EVENING if word in ("tonight", "tonite") else minute)


def _clock(groups: Groups) -> Piece | None:
    hour, minutes, half = int(groups[0] or 0), int(groups[1] or 0), (groups[2] or "")[:1]
    if half and (hour > 12 or hour == 0):
        return None
    if half == "p":
        return clock(hour % 12 + 12, minutes, bare=False)
    if half == "a":
        return clock(hour % 12, minutes, bare=False)
    return clock(hour, minutes, bare=hour <= 12)


def _weekday(groups: Groups) -> Piece:
    day = next(at for at, words in enumerate(_WEEKDAYS) if groups[1] in words.split("|"))
    if groups[0] == "last":
        return AGO
    return weekday(day, 1 if groups[0] == "next" else 0)


def _date(day: str | None, month: str | None, year: str | None) -> Piece | None:
    at = next(at for at, words in enumerate(_MONTHS) if month in words.split("|"))
    return date(at + 1, int(day or 0), int(year) if year else None)


_TZ = r"(?: ?(?:est|edt|et|pst|pdt|pt|cst|cdt|cet|cest|gmt|utc|bst|pacific|eastern|central|uk time|local time))"

RULES: tuple[tuple[str, Reader], ...] = (
    (rf"(?:{_N} ?(?:hours?|hrs?|days?|weeks?|months?|minutes?|mins?|business days?)|a while) ago", lambda groups: AGO),
    (r"\b2day\b", lambda groups: days(0)),
    (r"\b(?:yesterday|last (?:night|week|month|time)|earlier today|the other day|earlier this week)\b", lambda groups: AGO),
    (
        rf"(?:\b(?:within|w/in|in|inside|under|max|up to|less than|no more than|not more than|maximum|take|takes) )?(?:the next |the |about |just |max )?"
        rf"(?:{_N} ?(?:-|–|—|to|or) ?)?({_N})( and a half)?(?: of)?[ -]?\+?(business|working|work|bus\.?|biz|week)?[ -]?"
        r"(hours?|hrs?|h|minutes?|mins?|days?|weeks?|wks?|months?)\b",
        _span,
    ),
    (rf"(?:\b(?:within|in) )?()({'half'}) an? ()(hour|day|h)\b", _span),
    (r"\b(?:within|in) (?:the|this) (?:next )?()()()(hour)\b", lambda groups: span(1, "hours")),
    (r"(?:\b(?:within|in) )?\b(?:an|one|a) (?:hour|hr) and a half\b", lambda groups: span(1.5, "hours")),
    (r"(?:\b(?:within|in) )?\b(?:an|a|one) (?:hour|hr) or (?:two|so)\b", lambda groups: span(2, "hours")),
    (r"(?:\b(?:within|in) )?\b(?:a|one) day or (?:two|so)\b", lambda groups: span(2, "days")),
    (r"(?:\b(?:within|in) )?\b(?:a|one) fortnight\b", lambda groups: span(14, "days")),
    (r"\b(?:later )?(today|2day|tonight|tonite)(?: (?:in the )?(morning|noon|midday|afternoon|evening|night))?\b", _day),
    (rf"\b(?:tomorrow|tommorow|tomorow|tommorrow|tmrw|tmr|tmrow|tomoz|2moro|2morrow|tom)(?: in the| at)?()(?:'?s? ({_PARTS}))?\b", _day),
    (r"\b(?:the )?day after (?:tomorrow|tmrw|tomorow|tommorow)\b", lambda groups: days(2)),
    (r"\b(?:tomorrow|tmrw) or (?:the )?day after\b", lambda groups: days(2)),
    (r"\b(?:the |on the |that |very )?(same[ -]day|next[ -]day|following day)()\b", lambda groups: days(0 if (groups[0] or "")[0] == "s" else 1)),
    (rf"\b(?:this|in the|the) (?:same )?({_PARTS})\b", lambda groups: days(0, _PART[groups[0] or "night"])),
    (r"\b(?:by )?(noon|midday|lunchtime|evening)\b", lambda groups: part(_PART[groups[0] or "noon"])),
    (rf"\b({_PARTS})\b", lambda groups: part(_PART[groups[0] or "noon"])),
    (r"\bfirst thing(?: in the morning)?\b", lambda groups: part(MORNING)),
    (r"\b(?:by )?(?:the )?(?:eod|e\.o\.d\.?|end of (?:the |this )?day|end of today|day'?s end)\b", lambda groups: days(0)),
    (r"\b(?:by )?(?:the )?(?:midnight)\b", lambda groups: Piece("clock", None, EVENING)),
    (
        r"\b(?:by |before )?(?:the )?(?:end of (?:the |our )?(?:business|business day|working day|work day|shift)|close of (?:business|play)|cob|eob|closing time|we close)\b",
        lambda groups: CLOSING,
    ),
    (rf"{_BY}?([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))? ?([ap])\.?m\b\.?", _clock),
    (rf"{_BY}?([0-9]{{1,2}})[:h]([0-9]{{2}})()\b", _clock),
    (rf"{_BY}([0-9]{{1,2}})()()\b(?: ?o'?clock)?", _clock),
    (r"\b([0-9]{1,2})()() ?o'?clock\b", _clock),
    (rf"{_BY}?[0-9]{{1,2}}(?::[0-9]{{2}})? ?(?:[ap]\.?m\.?)?{_TZ}\b", lambda groups: VAGUE),
    (rf"\b(?:(this|next|coming|last|this coming|on|by|before|until|from) )({_WEEKDAY})\b", lambda groups: _weekday(groups)),
    (rf"\b()({_LONG_WEEKDAY})s?\b", lambda groups: _weekday(groups)),
    (rf"\b({_WEEKDAY})()\b,? (?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b", lambda groups: _date(groups[2], groups[3], None)),
    (rf"\b(?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?(?:,? ([0-9]{{4}}))?", lambda groups: _date(groups[0], groups[1], groups[2])),
    (rf"\b({_MONTH})\b\.? (?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,? ([0-9]{{4}}))?", lambda groups: _date(groups[1], groups[0], groups[2])),
    (r"\b([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})\b", lambda groups: date(int(groups[1] or 0), int(groups[2] or 0), int(groups[0] or 0))),
    (r"\b(?:the )?([0-9]{1,2})(?:st|nd|rd|th)\b", lambda groups: month_day(int(groups[0] or 0))),
    (r"\b(?:(?:by |before )?(?:the )?end of (?:the|this) week|eow|this week(?:end)?|(?:the|by) weekend|later this week)\b", lambda groups: week()),
    (r"\b(?:(?:early|end of|late|mid|sometime|some time|later) )?next week\b", lambda groups: week(1)),
    (r"\b(?:(?:by |before )?(?:the )?end of (?:the|this) month|eom|this month)\b", lambda groups: month_day(31)),
    (r"\b(?:(?:end of|late|sometime) )?next month\b", lambda groups: month_day(31, 1)),
    (r"\b(?:early|(?:at )?(?:the )?(?:beginning|start) of) next month\b", lambda groups: month_day(10, 1)),
    (r"\b(?:the )?(?:first|1st) (?:business |working |work )?day (?:after|following) (?:the |our )?(?:holidays?|christmas|easter|new year|bank holiday|break)\b",
     lambda groups: Piece("holiday", When("after_holiday", 1))),
    (r"\b(?:after|before|over|until|till) (?:the |our )?(?:holidays?|christmas|easter|new year'?s?|bank holiday|break|xmas|weekend)\b", lambda groups: VAGUE),
    (rf"\b(?:after|from) (?:{_N} ?(?:days?|hours?|weeks?)|tomorrow|{_LONG_WEEKDAY})\b", lambda groups: VAGUE),
    (r"\b(?:earliest|at the earliest|not before|no earlier than|no sooner than|at least|not until|minimum|a minimum of)\b", lambda groups: NOT_BEFORE),
)  # fmt: skip
