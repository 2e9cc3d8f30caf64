"""Polish time expressions, over normal text without diacritics."""

# ruff: noqa: E501 (a pattern stays on one line)

from __future__ import annotations

from collections.abc import Iterator

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
_UNITS = r"godzinki|godziny|godzine|godzina|godzin|godzinki|godzinke|godz\.?|h|hours?|dniowek|dni|dnia|dzien|dniach|dn\.|dob|doby|dobe|tygodni|tygodnie|tygodnia|tydzien|tyg\.?|minutki|minutek|minut|minuty|min\.?|miesiecy|mies\.|miesiaca|miesiac|miesiace"
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
    day = next(at for at, words in enumerate(_WEEKDAYS) if (groups[1] or "").rstrip(".") in words.split("|"))
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


def _in_figures(groups: Groups) -> Piece | None:
    day, month, *year = groups
    return date(int((month or "0").rstrip(".")), int(day or 0), int(year[0]) if year and year[0] else None)


def _in_month(day: int, groups: Groups) -> Piece | None:
    at = next(at for at, start in enumerate(_MONTHS) if (groups[0] or "").startswith(start))
    return date(at + 1, day)


def _date(groups: Groups) -> Piece | None:
    day, month, year = groups
    at = next(at for at, start in enumerate(_MONTHS) if (month or "").startswith(start))
    return date(at + 1, int(day or 0), int(year) if year else None)


_ADJ = r"przyszl\w*|nastepn\w*|kolejn\w*|najblizsz\w*|ten|ta|te|tego|tej|zeszl\w*|ubiegl\w*|ostatni\w*|minion\w*"

_FEASTS = {  # name: (in the genitive or accusative: "do …", on the day: "w …", after "przed", after "po")
    "holidays": ("swiat", "", "swietami", "swietach"),
    "christmas": ("bozego narodzenia|gwiazdki", "boze narodzenie|gwiazdke", "bozym narodzeniem|gwiazdka", "bozym narodzeniu|gwiazdce"),
    "christmas_eve": ("wigilii", "wigilie", "wigilia", "wigilii"),
    "new_years_eve": ("sylwestra", "sylwestra", "sylwestrem", "sylwestrze"),
    "new_year": ("nowego roku", "nowy rok", "nowym rokiem", "nowym roku"),
    "epiphany": ("trzech kroli", "trzech kroli", "swietem trzech kroli|trzema krolami", "trzech krolach|swiecie trzech kroli"),
    "valentine": ("walentynek", "walentynki", "walentynkami", "walentynkach"),
    "womens_day": ("dnia kobiet", "dzien kobiet", "dniem kobiet", "dniu kobiet"),
    "good_friday": ("wielkiego piatku", "wielki piatek", "wielkim piatkiem", "wielkim piatku"),
    "easter": ("wielkanocy|swiat wielkanocnych", "wielkanoc", "wielkanoca|swietami wielkanocnymi", "wielkanocy|swietach wielkanocnych"),
    "easter_monday": ("", "poniedzialek wielkanocny|lany poniedzialek", "", "lanym poniedzialku"),
    "may_days": ("majowki|dlugiego weekendu majowego", "", "majowka|weekendem majowym|dlugim weekendem majowym", "majowce|weekendzie majowym|dlugim weekendzie majowym"),
    "mothers_day": ("dnia matki", "dzien matki", "dniem matki", "dniu matki"),
    "childrens_day": ("dnia dziecka", "dzien dziecka", "dniem dziecka", "dniu dziecka"),
    "fathers_day": ("dnia ojca", "dzien ojca", "dniem ojca", "dniu ojca"),
    "corpus_christi": ("bozego ciala", "boze cialo", "bozym cialem", "bozym ciele"),
    "all_saints": ("wszystkich swietych", "wszystkich swietych", "wszystkimi swietymi|swietem zmarlych", "wszystkich swietych"),
    "independence_day": ("swieta niepodleglosci", "swieto niepodleglosci", "swietem niepodleglosci", "swiecie niepodleglosci"),
    "black_friday": ("black friday|black friday'?a|czarnego piatku", "black friday|czarny piatek", "black friday|czarnym piatkiem", "black friday|czarnym piatku"),
    "st_nicholas": ("mikolajek", "mikolajki", "mikolajkami", "mikolajkach"),
    "any": ("", "", "", "swiecie|dlugim weekendzie|dlugim weekendem"),
}  # fmt: skip
_FIRST_DAY = r"pierwsz(?:y|ego|ym) (?:dzien|dnia|dniu)(?: (?:robocz\w+|pracujac\w+|rob\.?))?"


def _feast_rules(name: str, until: str, on: str, before: str, past: str) -> Iterator[tuple[str, Reader]]:
    if until:
        yield rf"\b(?:do|najpozniej do|na) (?:{until})\b", lambda groups: feast(name, -1 if name == "holidays" else 0)
    if on:
        yield rf"\b(?:w|we|na|w sama?) (?:{on})\b", lambda groups: feast(name)
    if before:
        yield rf"\b(?:jeszcze )?(?:tuz |zaraz )?przed (?:{before})\b", lambda groups: feast(name, -1)
    yield rf"\b(?:(?:zaraz|tuz|od razu|juz|dopiero) )?po (?:{past})\b", lambda groups: after(name)
    yield rf"\b(?:w )?{_FIRST_DAY} (?:zaraz )?po (?:\w+ )?(?:{past})\b", lambda groups: first_after(name)


_FEAST_RULES = tuple(rule for name, forms in _FEASTS.items() for rule in _feast_rules(name, *forms))

RULES: tuple[tuple[str, Reader], ...] = (
    (rf"\b(?:wczoraj\w*|przedwczoraj|(?:{_N} )?(?:{_UNITS})(?: temu)|zeszlym tygodniu|dopiero co)\b", lambda groups: AGO),
    (
        rf"(?:\b(?:w ciagu|w przeciagu|w terminie|w czasie|w|do|max|maks|maksymalnie|za|przez|nie dluzej niz|najdalej w|najpozniej w ciagu)\b\.? )?"
        rf"(?:maksymalnie |najblizszych |nastepnych |okolo |ok\.? |do |max )?"
        rf"(?:{_N} ?(?:-|–|—|do|lub|albo) ?)?({_N}) ?-?({_UNITS})\b(?: (roboczych|robocze|roboczego|roboczy|robocz|rob\.?|r\.|pracujacych|pracujace))?",
        _span,
    ),
    (r"\b(?:w ciagu|w przeciagu|za|do|przez|w) ()(tygodnia|tydzien|godzinke|godziny|godzine|doby|dobe|miesiaca|miesiac)()\b", _span),
    (r"\b(?:za|w|do|w ciagu) (?:tydzien|tygodnia) (?:lub|albo|do|-) (?:dwoch|dwa|2)(?: tygodni\w*)?\b", lambda groups: span(14, "days")),
    (r"\b(?:w ciagu |za |w )?pol ?(?:godz(?:iny|inki|inke)?\b|godz\.|h\b)", lambda groups: span(30, "minutes")),
    (r"\b(?:w ciagu |za |w )?(?:poltorej godziny|1,5 godziny)\b", lambda groups: span(1.5, "hours")),
    (r"\b(?:w ciagu |za |w )?(?:poltora dnia)\b", lambda groups: span(2, "days")),
    (r"\b(?:w ciagu |za |w )?(?:kwadrans(?:a|ie)?)\b", lambda groups: span(15, "minutes")),
    (r"\b(?:w ciagu |za |w )?(?:pol dnia)\b", lambda groups: span(12, "hours")),
    (r"\b(?:miedzy|pomiedzy|od|w godz\.|w godzinach|godz\.|w godz) ?(?:godz\.? |godzina |godzinami )?[0-9]{1,2}(?:[:.][0-9]{2})?(?:-?ta|-?tej|-?ej)? ?(?:a|i|do|-|–) ?(?:godz\.? |godziny |godzina )?([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:-?ta|-?tej|-?ej)?\b", _clock),
    (r"\b[0-9]{1,2}:[0-9]{2} ?(?:-|–|do) ?([0-9]{1,2}):([0-9]{2})\b", _clock),
    (r"\b(?:jeszcze |do )?(?:dzisiaj|dzisiejsz\w*(?: dni\w*)?|dzis|dziisaj|dzisaj|(?:w )?dniu dzisiejszym|(?:dnia )?dzisiejszego)\b", lambda groups: days(0)),
    (r"\b(?:w )?tym samym dniu\b|\btego samego dnia\b|\bten sam dzien\b", lambda groups: SAME_DAY),
    (r"\bw dniu (?:zakupu|zamowienia|wplaty)\b", lambda groups: days(0)),
    (r"\b(?:do )?(?:dnia )?(?:jutro|jutra|jutrzejsz\w*|jutr0|jurto)(?: dniu)?\b", lambda groups: days(1)),
    (r"\b(?:nastepnego dnia|kolejnego dnia|nastepny dzien|kolejny dzien|nazajutrz|na drugi dzien|dzien pozniej)\b", lambda groups: days(1)),
    (r"\b(?:w |na |do )?(?:nast\.|nastepn\w+|kolejn\w+|najblizsz\w+|pierwsz\w+) (?:dzien|dnia|dniu|dn\.) (?:robocz\w+|rob\.?|pracujac\w+)", lambda groups: span(1, "business_days")),
    (r"\b(?:do )?(?:pojutrze|pojutrza)\b", lambda groups: days(2)),
    (r"\b(?:do )?popojutrze\b", lambda groups: days(3)),
    (r"\b(?:z samego rana|z rana|rano|nad ranem|przed poludniem|do poludnia|przedpoludniem|ranem)\b", lambda groups: part(MORNING)),
    (r"\b(?:w poludnie|o poludniu|poludnie|w samo poludnie)\b", lambda groups: part(NOON)),
    (r"\b(?:po ?poludniu|popoludniem|popoludnie|w (?:godzinach|godz\.) popoludniowych|w drugiej (?:polowie|czesci) dnia)\b", lambda groups: part(AFTERNOON)),
    (r"\b(?:w (?:godzinach|godz\.) (?:porannych|przedpoludniowych|rannych)|w pierwszej (?:polowie|czesci) dnia|z rana|o poranku)\b", lambda groups: part(MORNING)),
    (r"\b(?:w (?:godzinach|godz\.) (?:wieczornych|nocnych)|wieczorkiem|poznym wieczorem)\b", lambda groups: part(EVENING)),
    (r"\b(?:wieczorem|do wieczora|wieczor|w nocy|noca|pod wieczor|do polnocy)\b", lambda groups: part(EVENING)),
    (r"\b(?:do|pod|na|przed) koni?ec(?:a)?(?: \w+)? dnia\b|\bdo konca (?:dzisiejszego )?dnia\b", lambda groups: END_OF_THE_DAY),
    (r"\bw ciagu dnia\b", lambda groups: Piece("part", When("days", 1))),
    (r"\b(?:do|przed) (?:konca|koncem) (?:(?:dzisiejszego )?dnia (?:pracy|roboczego)|pracy|zmiany)|\b(?:do|przed) (?:zamkniecia|zamknieciem)(?: sklepu| biura)?\b", lambda groups: CLOSING),
    (rf"{_TO}{_HOUR}([0-9]{{1,2}})(?:[:.]([0-9]{{2}}))?(?:-?(?:tej|stej|ej|ta))?\b", _clock),
    (rf"\b{_HOUR}([0-9]{{1,2}}):([0-9]{{2}})\b", _clock),
    (r"\b(?:godz\.? ?|godziny |godzina |godzinie )([0-9]{1,2})()\b", _clock),
    (rf"\b(?:do|o|przed|okolo|ok\.?|kolo) (?:godziny |godzinie )?({_HOUR_WORDS})\b", _said_hour),
    (rf"\b(?:do |o |przed )?wpol do ({_HOUR_WORDS})\b", _half_past),
    (rf"\b(?:w|we|do|na|przed) (?:({_ADJ}) )?({_WEEKDAY})\b\.?(?: wlacznie)?", _weekday),
    (rf"\b(?:({_ADJ}) )?({_LONG_WEEKDAY})\b", _weekday),
    (r"\b()(pon\.|czw\.|wt\.|pt\.)", _weekday),
    (rf"\b(?:w |we |do |na )?({_WEEKDAY}) (?:przyszlego|nastepnego|w przyszlym|w nastepnym) (?:tygodni[au]\b|tyg\b)", lambda groups: _weekday(("przyszly", groups[0]))),
    (r"\b(?:(?:jeszcze )?w tym tygodniu\b|(?:do|pod|na|przed) kon(?:ca|iec|cem) (?:tego )?(?:tyg\b\.?|tygodnia\b)|w weekend\b|(?:do|na|przez) weekend\w*|przed weekendem\b|w ten weekend\b|w (?:drugiej polowie|polowie) (?:tego )?tygodnia\b|w tym tyg\b\.?)", lambda groups: week()),
    (r"\b(?:na poczatku |pod koniec |do konca )?(?:w )?(?:przyszlym|nastepnym|kolejnym|przyszlego|nastepnego|przyszly|nast\.|przysz\.) (?:tygodni[au]\b|tydzien\b|tyg\b\.?)", lambda groups: week(1)),
    (r"\bna (?:przyszly|nastepny|kolejny) tydzien\b", lambda groups: week(1)),
    (rf"\b(?:do konca|pod koniec|w ciagu|w|do|z koncem) ({_MONTH})\b", lambda groups: _in_month(31, groups)),
    (rf"\b(?:na poczatku|z poczatkiem|w pierwszych dniach|w pierwszej polowie) ({_MONTH})\b", lambda groups: _in_month(10, groups)),
    (rf"\b(?:w polowie|do polowy|w srodku) ({_MONTH})\b", lambda groups: _in_month(20, groups)),
    (r"\b(?:(?:do|przed|z|pod) kon(?:ca|cem|iec)|jeszcze w) (?:tego |tym )?rok(?:u)?\b", lambda groups: date(12, 31)),
    (r"\bw (?:tym|biezacym) miesiacu\b", lambda groups: month_day(31)),
    (r"\b(?:do|pod|na|przed) kon(?:ca|iec|cem) (?:tego |biezacego )?miesiaca\b|\bw tym miesiacu\b", lambda groups: month_day(31)),
    (r"\b(?:na|z) poczat(?:ku|kiem) miesiaca\b", lambda groups: month_day(10)),
    (r"\b(?:w polowie|do polowy) miesiaca\b", lambda groups: month_day(20)),
    (r"\b(?:w|do konca|pod koniec) (?:przyszlym|nastepnym|przyszlego|nastepnego) miesi[ac]\w+\b", lambda groups: month_day(31, 1)),
    (r"\bna poczatku (?:przyszlego|nastepnego) miesiaca\b", lambda groups: month_day(10, 1)),
    (rf"(?:\b(?:do|na|dnia|w dniu|przed|najpozniej|ok\.|ok|okolo|kolo) )?\b(?:[0-9]{{1,2}}\.? ?(?:-|–|lub|albo|do) ?)?([0-9]{{1,2}})(?:-?(?:go|ego|tego|stego))?\.? ({_MONTH})\b(?: ([0-9]{{4}}))?", _date),
    (r"(?:\b(?:do|na|dnia|w dniu|przed|najpozniej) )\b([0-9]{1,2})\.(0?[1-9]|1[0-2])(?:\.((?:20)?[0-9]{2}))?\b\.?(?: ?r\.?)?", _in_figures),
    (r"\b([0-9]{1,2})\.(0[1-9]|1[0-2]|[1-9]\.)(?:\.?((?:20)?[0-9]{2}))?\b\.?(?: ?r\.?)?", _in_figures),
    (r"\b([0-9]{1,2})\.([1-9])\.", _in_figures),
    (r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b", lambda groups: date(int(groups[1] or 0), int(groups[2] or 0), int(groups[0] or 0))),
    (r"(?:\b(?:do|na|dnia|przed) )?\b([0-9]{1,2})(?:-?(?:go|ego|tego|stego|szego|wszego|giego|ciego|ego)| ?bm\.?| b\.m\.)(?: dnia)?\b", lambda groups: month_day(int(groups[0] or 0))),
    *_FEAST_RULES,
    (r"\b(?:po|przed|od) (?:\w+ )?(?:weekendzie|urlopie|urlopu|wakacjach|feriach)\b", lambda groups: VAGUE),
    (rf"\b(?:po|od) (?:{_LONG_WEEKDAY}|jutra|jutrze|{_N} (?:dniach|godzinach|tygodniach))\b", lambda groups: VAGUE),
    (r"\bpo (?:godz\.? ?|godzinie )?[0-9]{1,2}(?:[:.][0-9]{2})?\b", lambda groups: VAGUE),
    (r"\bnajwczesniej|\bnajszybciej (?:w|jutro|za|pojutrze)|\bnie wczesniej niz|\bdopiero (?:od|po)\b|\bco najmniej|\bminimum\b", lambda groups: NOT_BEFORE),
)  # fmt: skip
