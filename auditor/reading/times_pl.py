"""Polish time expressions, over normal text without diacritics."""

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
    for value, words in {
        1: "jeden jednego jedna jednej jedno 1-go",
        2: "dwa dwoch dwie dwu dwuch",
        3: "trzy trzech",
        4: "cztery czterech",
        5: "piec pieciu",
        6: "szesc szesciu",
        7: "siedem siedmiu",
        8: "osiem osmiu",
        9: "dziewiec dziewieciu",
        10: "dziesiec dziesieciu",
        12: "dwanascie dwunastu",
        14: "czternascie czternastu",
        15: "pietnascie pietnastu",
        20: "dwadziescia dwudziestu",
        24: "dwudziestu|czterech",
        30: "trzydziesci trzydziestu",
        48: "czterdziestu|osmiu",
        72: "siedemdziesieciu|dwoch",
    }.items()
    for word in (one.replace("|", " ") for one in words.split(" "))
}
_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_N = rf"(?:[0-9]+(?:[.,][0-9]+)?|\b(?:{_WORD})\b)"
_WEEKDAYS = (
    "poniedzialek|poniedzialku|poniedzialkiem|pon|pn",
    "wtorek|wtorku|wtorkiem|wt",
    "sroda|srode|srody|sroda|sr",
    "czwartek|czwartku|czwartkiem|czw",
    "piatek|piatku|piatkiem|piontek|pt",
    "sobota|sobote|soboty|sob",
    "niedziela|niedziele|niedzieli|nd|ndz",
)
_WEEKDAY = "|".join(_WEEKDAYS)
_LONG_WEEKDAY = "|".join(word for words in _WEEKDAYS for word in words.split("|") if len(word) > 3)
_MONTHS = ("stycz", "lut", "mar", "kwie", "maj", "czerw", "lip", "sierp", "wrze", "pazdz", "listop", "grud")
_MONTH = (
    "stycznia|styczniu|lutego|lutym|marca|marcu|kwietnia|kwietniu|maja|maju|czerwca|czerwcu|lipca|lipcu|sierpnia|sierpniu|"
    "wrzesnia|wrzesniu|pazdziernika|pazdzierniku|listopada|listopadzie|grudnia|grudniu"
)
_HOURS = ["pierwszej", "drugiej", "trzeciej", "czwartej", "piatej", "szostej", "siodmej", "osmej", "dziewiatej", "dziesiatej", "jedenastej", "dwunastej", "trzynastej", "czternastej", "pietnastej", "szesnastej", "siedemnastej", "osiemnastej", "dziewietnastej", "dwudziestej"]  # fmt: skip
_HOUR_WORDS = "|".join(_HOURS)
_UNITS = r"godzinki|godziny|godzine|godzina|godzin|godz\.?|h|dniowek|dni|dnia|dzien|dniach|dob|doby|dobe|tygodni|tygodnie|tygodnia|tydzien|minut|minuty|min|miesiecy|miesiaca|miesiac|miesiace"
_TO = r"(?:\b(?:do|o|przed|ok|okolo|kolo|na|najpozniej o|maksymalnie do|max do)\b\.? ?)"
_HOUR = r"(?:godz\.? ?|godziny |godzina |godzinie |g\. ?|h )?"


def number(text: str) -> float:
    """48, 1,5, dwóch, jednego."""
    return float(text.replace(",", ".")) if text[0].isdigit() and text != "1-go" else float(_NUMBERS[text])


def _span(groups: Groups) -> Piece | None:
    n, unit, business = groups
    amount, unit = (number(n) if n else 1.0), unit or ""
    if unit.startswith(("godz", "h")):
        return span(amount, "hours")
    if unit.startswith("min"):
        return span(amount, "minutes")
    if unit.startswith("dob"):
        return span(24 * amount, "hours")
    if unit.startswith("ty"):
        return span(7 * amount, "days")
    if unit.startswith("mies"):
        return span(30 * amount, "days")
    return span(amount, "business_days" if business else "days")


def _weekday(groups: Groups) -> Piece:
    day = next(at for at, words in enumerate(_WEEKDAYS) if groups[1] in words.split("|"))
    before = groups[0] or ""
    if before.startswith(("zeszl", "ubiegl", "ostatni", "miniony")):
        return AGO
    return weekday(day, 1 if before.startswith(("przyszl", "nastepn", "kolejn")) else 0)


def _clock(groups: Groups) -> Piece | None:
    hour, minutes = int(groups[0] or 0), int(groups[1] or 0)
    return clock(hour, minutes, bare=hour <= 7 and not groups[1])


def _said_hour(groups: Groups) -> Piece | None:
    hour = _HOURS.index(groups[0] or "pierwszej") + 1
    return clock(hour, bare=hour <= 12)


def _half_past(groups: Groups) -> Piece | None:
    return clock(_HOURS.index(groups[0] or "pierwszej") + 0.5, bare=True)


def _date(groups: Groups) -> Piece | None:
    day, month, year = groups
    at = next(at for at, start in enumerate(_MONTHS) if (month or "").startswith(start))
    return date(at + 1, int(day or 0), int(year) if year else None)


_ADJ = r"przyszl\w*|nastepn\w*|kolejn\w*|najblizsz\w*|ten|ta|te|tego|tej|zeszl\w*|ubiegl\w*|ostatni\w*|minion\w*"

RULES: tuple[tuple[str, Reader], ...] = (
    (rf"\b(?:wczoraj\w*|przedwczoraj|(?:{_N} )?(?:{_UNITS})(?: temu)|zeszlym tygodniu|dopiero co)\b", lambda groups: AGO),
    (
        rf"(?:\b(?:w ciagu|w przeciagu|w terminie|w czasie|w|do|max|maks|maksymalnie|za|przez|nie dluzej niz|najdalej w|najpozniej w ciagu)\b\.? )?"
        rf"(?:maksymalnie |najblizszych |nastepnych |okolo |ok\.? |do |max )?"
        rf"(?:{_N} ?(?:-|–|—|do|lub|albo) ?)?({_N}) ?-?({_UNITS})\b(?: (roboczych|robocze|roboczego|roboczy|rob\.?|pracujacych))?",
        _span,
    ),
    (r"\b(?:w ciagu|w przeciagu|za|do|przez|w) ()(tygodnia|tydzien|godziny|godzine|doby|dobe|miesiaca|miesiac)()\b", _span),
    (r"\b(?:w ciagu |za |w )?pol godz(?:iny|inki)?\b", lambda groups: span(30, "minutes")),
    (r"\b(?:w ciagu |za |w )?(?:poltorej godziny|1,5 godziny)\b", lambda groups: span(1.5, "hours")),
    (r"\b(?:w ciagu |za |w )?(?:poltora dnia)\b", lambda groups: span(2, "days")),
    (r"\b(?:w ciagu |za |w )?(?:kwadrans(?:a|ie)?)\b", lambda groups: span(15, "minutes")),
    (r"\b(?:w ciagu |za |w )?(?:pol dnia)\b", lambda groups: span(12, "hours")),
    (r"\b(?:jeszcze |do )?(?:dzisiaj|dzisiejsz\w*(?: dni\w*)?|dzis|dziisaj|dzisaj|(?:w )?dniu dzisiejszym|(?:dnia )?dzisiejszego)\b", lambda groups: days(0)),
    (r"\b(?:w )?tym samym dniu|\btego samego dnia|\bten sam dzien|\bw dniu (?:zakupu|zamowienia|wplaty)\b", lambda groups: days(0)),
    (r"\b(?:do )?(?:dnia )?(?:jutro|jutra|jutrzejsz\w*|jutr0|jurto)(?: dniu)?\b", lambda groups: days(1)),
    (r"\bnastepnego dnia|\bkolejnego dnia|\bnazajutrz\b", lambda groups: days(1)),
    (r"\b(?:do )?(?:pojutrze|pojutrza)\b", lambda groups: days(2)),
    (r"\b(?:do )?popojutrze\b", lambda groups: days(3)),
    (r"\b(?:z samego rana|z rana|rano|nad ranem|przed poludniem|do poludnia|przedpoludniem|ranem)\b", lambda groups: part(MORNING)),
    (r"\b(?:w poludnie|o poludniu|poludnie|w samo poludnie)\b", lambda groups: part(NOON)),
    (r"\b(?:po ?poludniu|popoludniem|popoludnie)\b", lambda groups: part(AFTERNOON)),
    (r"\b(?:wieczorem|do wieczora|wieczor|w nocy|noca|pod wieczor|do polnocy)\b", lambda groups: part(EVENING)),
    (r"\b(?:do|pod|na|przed) koni?ec(?:a)?(?: \w+)? dnia\b|\bdo konca (?:dzisiejszego )?dnia\b", lambda groups: days(0)),
    (r"\b(?:do|przed) (?:konca|koncem) (?:(?:dzisiejszego )?dnia (?:pracy|roboczego)|pracy|zmiany)|\b(?:do|przed) (?:zamkniecia|zamknieciem)(?: sklepu| biura)?\b", lambda groups: CLOSING),
    (rf"{_TO}{_HOUR}([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))?(?:-?(?:tej|ej))?\b", _clock),
    (rf"\b{_HOUR}([0-9]{{1,2}}):([0-9]{{2}})\b", _clock),
    (r"\b(?:godz\.? ?|godziny |godzina |godzinie )([0-9]{1,2})()\b", _clock),
    (rf"\b(?:do|o|przed|po|okolo) (?:godziny |godzinie )?({_HOUR_WORDS})\b", _said_hour),
    (rf"\b(?:do |o |przed )?wpol do ({_HOUR_WORDS})\b", _half_past),
    (rf"\b(?:w|we|do|na|przed|od) (?:({_ADJ}) )?({_WEEKDAY})\b\.?(?: (?:wlacznie|przyszlego tygodnia))?", _weekday),
    (rf"\b(?:({_ADJ}) )?({_LONG_WEEKDAY})\b", _weekday),
    (rf"\b(?:w|we|do|na) ({_LONG_WEEKDAY}) (?:przyszlego|nastepnego|w przyszlym) tygodni[au]\b", lambda groups: _weekday(("przyszly", groups[0]))),
    (r"\b(?:(?:jeszcze )?w tym tygodniu|(?:do|pod|na|przed) kon(?:ca|iec|cem) (?:tego )?tygodnia|w weekend|do weekendu|przed weekendem|w ten weekend)\b", lambda groups: week()),
    (r"\b(?:na poczatku |pod koniec |do konca )?(?:w )?(?:przyszlym|nastepnym|kolejnym|przyszlego|nastepnego) tygodni[au]\b", lambda groups: week(1)),
    (r"\b(?:do|pod|na|przed) kon(?:ca|iec|cem) (?:tego |biezacego )?miesiaca\b|\bw tym miesiacu\b", lambda groups: month_day(31)),
    (r"\b(?:na|z) poczat(?:ku|kiem) miesiaca\b", lambda groups: month_day(10)),
    (r"\b(?:w polowie|do polowy) miesiaca\b", lambda groups: month_day(20)),
    (r"\b(?:w|do konca|pod koniec) (?:przyszlym|nastepnym|przyszlego|nastepnego) miesi[ac]\w+\b", lambda groups: month_day(31, 1)),
    (r"\bna poczatku (?:przyszlego|nastepnego) miesiaca\b", lambda groups: month_day(10, 1)),
    (rf"(?:\b(?:do|na|dnia|w dniu|przed|najpozniej) )?\b([0-9]{{1,2}})(?:-?(?:go|ego))?\.? ({_MONTH})\b(?: ([0-9]{{4}}))?", _date),
    (r"(?:\b(?:do|na|dnia|w dniu|przed) )?\b([0-9]{1,2})\.(0?[1-9]|1[0-2])(?:\.((?:20)?[0-9]{2}))?\b\.?(?: ?r\.?)?", lambda groups: date(int(groups[1] or 0), int(groups[0] or 0), int(groups[2]) if groups[2] else None)),
    (r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b", lambda groups: date(int(groups[1] or 0), int(groups[2] or 0), int(groups[0] or 0))),
    (r"(?:\b(?:do|na|dnia|przed) )?\b([0-9]{1,2})(?:-?go| ?bm\.?| b\.m\.)(?: dnia)?\b", lambda groups: month_day(int(groups[0] or 0))),
    (r"\b(?:w )?pierwsz(?:y|ego|ym) (?:dzien|dnia|dniu) (?:roboczy(?:m)?|roboczego)? ?po (?:\w+ )?(?:swietach|swiecie|dlugim weekendzie)\b", lambda groups: Piece("holiday", When("after_holiday", 1))),
    (r"\b(?:po|przed) (?:\w+ )?(?:swietach|swietami|swiecie|swietem|nowym roku|sylwestrze|majowce|weekendzie|urlopie|wielkanocy|wakacjach|dlugim weekendzie)\b", lambda groups: VAGUE),
    (rf"\b(?:po|od) (?:{_LONG_WEEKDAY}|jutra|jutrze|{_N} (?:dniach|godzinach|tygodniach))\b", lambda groups: VAGUE),
    (r"\bpo (?:godz\.? ?|godzinie )?[0-9]{1,2}(?:[:.][0-9]{2})?\b", lambda groups: VAGUE),
    (r"\bnajwczesniej|\bnajszybciej (?:w|jutro|za|pojutrze)|\bnie wczesniej niz|\bdopiero (?:od|po)\b|\bco najmniej|\bminimum\b", lambda groups: NOT_BEFORE),
)  # fmt: skip
