"""English time expressions, over normal text."""

# ruff: noqa: E501 (a pattern stays on one line)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.model import When
from auditor.reading.times import (
    AFTERNOON,
    AGO,
    CLOSING,
    END_OF_THE_DAY,
    EVENING,
    MORNING,
    NOON,
    NOT_BEFORE,
    SAME_DAY,
    VAGUE,
    Groups,
    Piece,
    Reader,
    after,
    clock,
    date,
    days,
    feast,
    first_after,
    month_day,
    part,
    slashed,
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
_LONG_MONTH = "|".join(word for words in _MONTHS for word in words.split("|") if len(word) > 3)
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
    "am": MORNING,
    "a.m": MORNING,
    "pm": AFTERNOON,
    "p.m": AFTERNOON,
}
_PARTS = "morning|noon|midday|lunchtime|lunch|afternoon|evening|night"
_DAYS = {
    "today": 0,
    "2day": 0,
    "tonight": 0,
    "tonite": 0,
    "2nite": 0,
    "2night": 0,
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
    return days(n, EVENING if word in ("tonight", "tonite", "2nite", "2night") else minute)


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


_ZONES = {  # the standard time's name said in summer may be meant as it is written: the later reading
    "pst": "-08:00", "pdt": "-07:00", "pt": "America/Los_Angeles", "pacific": "America/Los_Angeles",
    "mst": "-07:00", "mdt": "-06:00", "mt": "America/Denver", "mountain": "America/Denver",
    "cst": "-06:00", "cdt": "-05:00", "ct": "America/Chicago", "central": "America/Chicago",
    "est": "-05:00", "edt": "-04:00", "et": "America/New_York", "eastern": "America/New_York",
    "gmt": "+00:00", "utc": "+00:00", "bst": "+01:00", "uk": "Europe/London",
    "cet": "+01:00", "cest": "+02:00", "beijing": "+08:00", "china": "+08:00",
}  # fmt: skip
_ZONE = r"(pst|pdt|mst|mdt|cst|cdt|est|edt|gmt|utc|bst|cet|cest|(?:pacific|mountain|central|eastern)(?: standard| daylight)?(?: time)?|(?:uk|china|beijing) time)"
_ZONE_ALONE = rf"\b{_ZONE}\b"
ONLY_BESIDE_TIMES = frozenset({_ZONE_ALONE})  # they open no gate by themselves
_SHORT_ZONE = rf"({_ZONE[1:-1]}|pt|mt|ct|et)"


def _in_figures(groups: Groups) -> Piece | None:
    """9/21; what may as well be a fraction or a page (1/2) only after "by", "on" …"""
    said, first, second, year = groups[0], int(groups[1] or 0), int(groups[2] or 0), groups[3]
    if not said and not year and max(first, second) <= 12:
        return None
    return slashed(first, second, int(year) if year else None)


def _zoned(groups: Groups) -> Piece | None:
    piece = _clock(groups[:3])
    return None if piece is None else replace(piece, zone=_ZONES[(groups[3] or "").split(" ")[0]])


def _in_month(day: int, month: str | None) -> Piece | None:
    return date(next(at for at, words in enumerate(_MONTHS) if month in words.split("|")) + 1, day)


_FEASTS = {
    "christmas": "christmas(?: day)?|xmas(?: day)?|x-mas",
    "christmas_eve": "(?:christmas|xmas) eve",
    "new_year": "(?:the )?new year(?:'?s?(?: day)?)?",
    "new_years_eve": "new year'?s'? eve|nye",
    "valentine": "valentine'?s?(?: day)?",
    "good_friday": "good friday",
    "easter": "easter(?: sunday)?",
    "easter_monday": "easter monday",
    "mothers_day": "mother'?s'? day",
    "fathers_day": "father'?s'? day",
    "memorial_day": "memorial day",
    "fourth_of_july": "(?:the )?(?:4th|fourth) of july|july (?:4th|fourth)",
    "labor_day": "labou?r day",
    "halloween": "hallowe'?en",
    "thanksgiving": "thanksgiving(?: day)?",
    "black_friday": "black friday",
    "cyber_monday": "cyber monday",
    "any": "(?:the |our )?(?:bank|public|national|long) (?:holiday(?: weekend)?|weekend)",
    "": "(?:the |our )?holidays?(?: break| season)?|(?:the |our )break|vacation|(?:the )?weekend",
}
_FIRST_DAY = r"(?:the )?(?:first|1st|next|very first) (?:business |working |work |biz )?day (?:back )?(?:after|following|post)"


def _feast_rules(name: str, words: str) -> Iterator[tuple[str, Reader]]:
    if name not in ("", "any"):
        yield rf"\b(?:by|until|till|on|for|in time for|no later than)(?: the)? (?:{words})\b", lambda groups: feast(name)
        yield rf"\b(?:just |right |well )?(?:before|ahead of) (?:{words})\b", lambda groups: feast(name, -1)
        yield rf"\b(?:just |right |straight |shortly )?(?:after|following|post) (?:{words})\b", lambda groups: after(name)
        yield rf"\b{_FIRST_DAY} (?:{words})\b", lambda groups: first_after(name)
    elif name:
        yield rf"\b(?:just |right |straight )?(?:after|following|post) (?:{words})\b", lambda groups: after(name)
        yield rf"\b{_FIRST_DAY} (?:{words})\b", lambda groups: first_after(name)
    else:
        yield rf"\b(?:after|before|over|until|till|following) (?:{words})\b", lambda groups: VAGUE
        yield rf"\b{_FIRST_DAY} (?:(?:the |our )?holidays?(?: break)?|(?:the |our )break)\b", lambda groups: _AFTER_HOLIDAYS


_AFTER_HOLIDAYS = Piece("holiday", When("after_holiday", 1))
_FEAST_RULES = tuple(rule for name, words in _FEASTS.items() for rule in _feast_rules(name, words))

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
    (r"\b(?:later )?(today|2day|2nite|2night|tonight|tonite)(?: (?:in the )?(morning|noon|midday|afternoon|evening|night))?\b", _day),
    (rf"\b(?:tom+or+[ou]w|tom+row|tomm?or?row|tmrw|tmr|tmrow|tmmrw|tomoz|2mo?r+ow?|2mrw|2mro|tom)()(?:(?: in the | at | |'?s )({_PARTS}|[ap]\.?m))?\b", _day),
    (r"\b(?:the )?day after (?:tom+or+ow|tmrw|tmr)\b", lambda groups: days(2)),
    (r"\b(?:tom+or+ow|tmrw|tmr) or (?:the )?day after(?: that)?\b", lambda groups: days(2)),
    (r"\b(?:(?:on |that |very |the )*same[ -]day|that very day)\b", lambda groups: SAME_DAY),
    (r"\b(?:the |on the )?(?:next[ -]day|following day)\b", lambda groups: days(1)),
    (r"\b(?:(?:first|1st) thing )?in the morning\b", lambda groups: Piece("part", When("days", 1), MORNING)),
    (rf"\b(?:this|in the|the) (?:same )?({_PARTS})\b", lambda groups: days(0, _PART[groups[0] or "night"])),
    (r"\b(?:by |before )?(noon|midday|lunchtime|evening)\b", lambda groups: part(_PART[groups[0] or "noon"])),
    (rf"\b({_PARTS})\b", lambda groups: part(_PART[groups[0] or "noon"])),
    (r"\b(?:first|1st) thing\b", lambda groups: part(MORNING)),
    (r"\b(?:by |before )?(?:the )?(?:eod|e\.o\.d\.?|end of (?:the |this )?day|day'?s end|the day is out)\b", lambda groups: END_OF_THE_DAY),
    (r"\b(?:by |before )?(?:the )?end of today\b", lambda groups: days(0)),
    (r"\b(?:in|within) (?:the|a) day\b", lambda groups: span(1, "days")),
    (r"\b(?:by )?this time tomorrow\b", lambda groups: span(24, "hours")),
    (r"\b(?:on |by |the )*(?:next|following|1st|first|very next|first available) (?:business|working|work|biz) day\b", lambda groups: span(1, "business_days")),
    (r"\b(?:within |in )?(?:a|one) day and a half\b", lambda groups: span(2, "days")),
    (r"\b(?:within |in )?(?:a|one) week or (?:two|2|so)\b", lambda groups: span(14, "days")),
    (rf"\b({_N}) (days?|weeks?|wks?) from (?:now|today)\b", lambda groups: _span((groups[0], None, None, groups[1]))),
    (r"\b(?:a|1|one) week from (?:now|today)\b", lambda groups: span(7, "days")),
    (r"\b(?:a|1|one) week from tomorrow\b", lambda groups: days(8)),
    (rf"\b(?:a|1|one) week from ({_LONG_WEEKDAY})\b", lambda groups: _weekday(("next", groups[0]))),
    (r"\b(?:over|during|at|on|this|by|the) (?:this |the |coming )?weekend\b", lambda groups: week()),
    (r"\b(?:by |before )?(?:the )?end of (?:the|this) year\b|\bthis year\b|\b(?:by )?year'?s end\b", lambda groups: date(12, 31)),
    (rf"\b(?:by |before )?(?:the )?(?:end of|late|in|during) ({_LONG_MONTH})\b", lambda groups: _in_month(31, groups[0])),
    (rf"\b(?:in |by )?(?:early|(?:the )?(?:beginning|start) of) ({_MONTH})\b", lambda groups: _in_month(10, groups[0])),
    (rf"\b(?:in |by )?(?:mid|middle of|the middle of)[ -]({_MONTH})\b", lambda groups: _in_month(20, groups[0])),
    (r"\b(by |before |on |until |from |for )?([0-9]{1,2})/([0-9]{1,2})(?:/((?:20)?[0-9]{2}))?\b", _in_figures),
    (r"\b(?:by )?(?:the )?(?:midnight)\b", lambda groups: Piece("clock", None, EVENING)),
    (
        r"\b(?:by |before )?(?:the )?(?:end of (?:the |our )?(?:business|business day|working day|work day|shift)|close of (?:business|play)|cob|eob|closing time|we close)\b",
        lambda groups: CLOSING,
    ),
    (rf"{_BY}?([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))? ?([ap])\.?m\b\.?", _clock),
    (rf"{_BY}?([0-9]{{1,2}})[:h]([0-9]{{2}})()\b", _clock),
    (rf"{_BY}([0-9]{{1,2}})()()\b(?: ?o'?clock)?", _clock),
    (r"\b([0-9]{1,2})()() ?o'?clock\b", _clock),
    (rf"{_BY}?([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))? ?(?:([ap])\.?m\.?)? ?{_SHORT_ZONE}\b", _zoned),
    (_ZONE_ALONE, lambda groups: Piece("zone", zone=_ZONES[(groups[0] or "").split(" ")[0]])),
    (r"\b(?:your|local) time\b", lambda groups: VAGUE),
    (rf"{_BY}?[0-9]{{1,2}}(?:[:.][0-9]{{2}})? ?(?:[ap]\.?m\.?)? (?:your|local) time\b", lambda groups: VAGUE),
    (r"\b(?:between|from|any ?time between|around|about) [0-9]{1,2}(?:[:.][0-9]{2})? ?(?:[ap]\.?m\b\.?)? ?(?:and|to|-|–|till?|until) ?([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(?:([ap])\.?m)?\b", _clock),
    (r"\b[0-9]{1,2}(?:[:.][0-9]{2})? ?(?:[ap]\.?m\b\.?)? ?(?:to|-|–) ?([0-9]{1,2})(?:[:.]([0-9]{2}))? ?([ap])\.?m\b", _clock),
    (rf"\b(?:(this|next|coming|last|this coming|on|by|before|until|from) )({_WEEKDAY})\b", lambda groups: _weekday(groups)),
    (rf"\b()({_LONG_WEEKDAY})s?\b", lambda groups: _weekday(groups)),
    (rf"\b({_WEEKDAY})()\b,? (?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b", lambda groups: _date(groups[2], groups[3], None)),
    (rf"{_BY}?\b(?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?(?:,? ([0-9]{{4}}))?", lambda groups: _date(groups[0], groups[1], groups[2])),
    (rf"{_BY}?\b({_MONTH})\b\.? (?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,? ([0-9]{{4}}))?", lambda groups: _date(groups[1], groups[0], groups[2])),
    (r"\b([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})\b", lambda groups: date(int(groups[1] or 0), int(groups[2] or 0), int(groups[0] or 0))),
    (rf"{_BY}?\b(?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)\b", lambda groups: month_day(int(groups[0] or 0))),
    (r"\b(?:(?:by |before )?(?:the )?end of (?:the|this) week|eow|this week|later this week|(?:within|in|during) the week)\b", lambda groups: week()),
    (r"\b(?:(?:early|end of|late|mid|sometime|some time|later) )?next week\b", lambda groups: week(1)),
    (r"\b(?:(?:by |before )?(?:the )?end of (?:the|this) month|eom|this month)\b", lambda groups: month_day(31)),
    (r"\b(?:(?:end of|late|sometime) )?next month\b", lambda groups: month_day(31, 1)),
    (r"\b(?:early|(?:at )?(?:the )?(?:beginning|start) of) next month\b", lambda groups: month_day(10, 1)),
    *_FEAST_RULES,
    (rf"\b(?:after|from) (?:{_N} ?(?:days?|hours?|weeks?)|tomorrow|{_LONG_WEEKDAY})\b", lambda groups: VAGUE),
    (r"\b(?:earliest|at the earliest|not before|no earlier than|no sooner than|at least|not until|minimum|a minimum of)\b", lambda groups: NOT_BEFORE),
)  # fmt: skip
