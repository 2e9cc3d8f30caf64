"""Chinese time expressions, over normal text."""

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
    joined,
    month_day,
    part,
    span,
    week,
    weekday,
)

_DIGITS = {
    one: value
    for value, ones in enumerate(("零〇", "一壹", "二两贰俩", "三叁仨", "四", "五", "六", "七", "八", "九"))
    for one in ones
}
_N = r"(?:[0-9]+(?:\.[0-9]+)?|[零〇一二两俩三四五六七八九十百廿]+)"
_RANGE = rf"(?:{_N} ?(?:-|~|–|—|到|至|或|、) ?)?({_N})"
_DAY = r"(?:[0-9]{1,2}|[一二三四五六七八九十廿]+)"
_IN = "(?:之?以?内|里)?"
_WEEK = "(?:周|星期|礼拜)"
_DAYS = "一二三四五六日"
_AFTER_HOLIDAY = "(?:(?:国庆|中秋|端午|五一|元旦|春节|清明|过|假|长)节?(?:长?假|假期)?|节|年)(?:之|以)?后(?:回来)?"

_PARTS = {
    "早": MORNING,
    "早上": MORNING,
    "早晨": MORNING,
    "一早": MORNING,
    "一大早": MORNING,
    "清早": MORNING,
    "上午": MORNING,
    "午前": MORNING,
    "凌晨": 360,
    "中午": NOON,
    "午间": NOON,
    "下午": AFTERNOON,
    "午后": AFTERNOON,
    "傍晚": EVENING,
    "晚": EVENING,
    "晚上": EVENING,
    "晚间": EVENING,
    "夜里": EVENING,
    "半夜": EVENING,
}
_RELATIVE = {"今": 0, "当": 0, "本": 0, "明": 1, "次": 1, "翌": 1, "隔": 1, "后": 2, "大后": 3, "昨": -1, "前": -2}


def number(text: str) -> float:
    """48, 1.5, 四十八, 两, 廿三; of 两三 or 三五 the upper one."""
    if text[0].isdigit() and text[0].isascii():
        return float(text)
    total, current = 0, 0
    for one in text:
        if one == "百":
            total, current = total + (current or 1) * 100, 0
        elif one in "十廿":
            total, current = total + (20 if one == "廿" else (current or 1) * 10), 0
        else:
            current = _DIGITS[one]
    return float(total + current)


def _span(groups: Groups) -> Piece | None:
    n, half, unit = groups[0], groups[1], groups[2] or ""
    amount = (number(n) if n else 0) + (0.5 if half else 0)
    if unit in ("小时", "钟头", "钟", "h", "hr", "hrs", "hour", "hours"):
        return span(amount, "hours")
    if unit in ("分钟", "分", "min", "mins"):
        return span(amount, "minutes")
    if unit == "刻钟":
        return span(15 * amount, "minutes")
    if unit.startswith("工作"):
        return span(amount, "business_days")
    if unit in ("周", "星期", "礼拜"):
        return span(7 * amount, "days")
    if unit == "月":
        return span(15 if half and not n else 30 * amount, "days") if n or half else None
    return span(0.5 * 24, "hours") if half and not n else span(amount, "days")


def _day(groups: Groups) -> Piece:
    n, rest = _RELATIVE[groups[0] or "今"], groups[1] or ""
    piece = days(max(n, 0), _PARTS.get(rest))
    return Piece(piece.sort, piece.when, piece.minute, past=True) if n < 0 else piece


def _clock(groups: Groups) -> Piece | None:
    hour, rest = number(groups[0] or "0"), groups[1] or ""
    minutes = (
        30
        if rest == "半"
        else 15
        if rest == "一刻"
        else 45
        if rest == "三刻"
        else number(rest.rstrip("分"))
        if rest.rstrip("分整")
        else 0
    )
    return clock(hour, minutes)


def _weekday(groups: Groups) -> Piece:
    ahead = (groups[0] or "").count("下")
    if "上" in (groups[0] or ""):
        return AGO
    return weekday(_DAYS.index((groups[1] or "一").replace("天", "日").replace("末", "日")), ahead)


def _month_part(groups: Groups) -> Piece | None:
    ahead = 1 if "下" in (groups[0] or "") else 0
    day = {"初": 10, "上旬": 10, "中": 20, "中旬": 20}.get(groups[2] or "", 31)
    month = groups[1]
    return date(round(number(month)), day) if month else month_day(day, ahead)


def _month_day(groups: Groups) -> Piece | None:
    return month_day(round(number(groups[1] or "0")), 1 if "下" in (groups[0] or "") else 0)


def _date(groups: Groups) -> Piece | None:
    year, month, day = groups
    return date(round(number(month or "0")), round(number(day or "0")), int(year) if year else None)


def _holiday(groups: Groups) -> Piece:
    return Piece("holiday", When("after_holiday", number(groups[0]) if groups[0] else 1))


RULES: tuple[tuple[str, Reader], ...] = (
    (rf"(?:都|已经|过去|过了|等了|好)?{_RANGE}个?(?:多)?(?:小时|钟头|天|分钟|周|星期|月)(?:多)?了", lambda groups: AGO),
    (rf"(?:延迟|延误|耽误|推迟|延长|晚)(?:个)?{_RANGE}个?(?:小时|天|工作日|周)", lambda groups: VAGUE),
    (
        rf"{_N}个?(?:分钟|小时|钟头|天) ?(?:-|~|到|至) ?({_N}) ?个?()(小时|钟头|天|工作日){_IN}",
        lambda groups: _span(groups),
    ),
    (rf"(?:已经|都|过去|过了)?(?:{_RANGE}|半)个?(?:多)?(?:小时|钟头|天|分钟|周|星期|月)(?:之|以)?前", lambda groups: AGO),
    (
        rf"(?:{_RANGE})? ?个?(半)? ?个?(小时|钟头|hours|hour|hrs|hr|h|分钟|mins|min|刻钟|工作日|工作天){_IN}(?:之?后)?",
        lambda groups: _timed(groups),
    ),
    (rf"()(半)个?(小时|钟头|钟|天|月){_IN}", _span),
    (rf"{_RANGE} ?(?:个)?()(?:自然)?(天|日内|日之内|日){_IN}(?:之?后)?", lambda groups: _span((groups[0], None, "天"))),
    (rf"{_RANGE}个?()(周|星期|礼拜){_IN}", _span),
    (rf"{_RANGE}个()(月){_IN}", _span),
    (r"(今|当|明|次|翌|隔|后|大后|昨|前)(?:天|日|儿个|儿|个)(?:之?内|以内|之前|前)?", lambda groups: _day((groups[0], ""))),
    (r"(今|明|昨|后)(?:天)?(早上|早晨|早|晚上|晚|一早|一大早|上午|下午|中午)(?:之?前)?", _day),
    (r"第二天|名天", lambda groups: days(1)),  # 名天: mistyped
    (
        r"今明(?:两|2)?[天日]|这(?:一)?(?:两|2|二|俩|一二|一两)[天日]|近(?:两|2|一两)[天日]|今天或(?:者)?明天|今天明天",
        lambda groups: days(1),
    ),
    (r"明后(?:两|2)?[天日]|明(?:天|儿)?(?:或者?|、|-|到|至)?后[天日]", lambda groups: days(2)),
    (
        r"(早上|早晨|一早|一大早|清早|上午|午前|凌晨|中午|午间|下午|午后|傍晚|晚上|晚间|夜里|半夜)(?:之?前)?",
        lambda groups: part(_PARTS[groups[0] or "早"]),
    ),
    (
        r"(早|晚) ?([0-9]{1,2}|十[一二]?|[二两三四五六七八九])[点:](半|[0-9]{2}|整)?(?:钟)?(?:之?前|以前)?",
        lambda groups: _short_part(groups),
    ),
    (
        r"([0-9]{1,2}|十[一二]?|[二两三四五六七八九])点(半|整|[一三]刻|[0-9]{1,2}分?|[一二三四五]?十[一二三四五六七八九]?分?)?钟?(?:之?前|以前|左右)?",
        _clock,
    ),
    (
        r"(一)点(半|整|[一三]刻|钟|[0-9]{2}分?|[一二三四五]?十五?分)(?:之?前|以前|左右)?",
        lambda groups: _clock((groups[0], (groups[1] or "").rstrip("钟"))),
    ),
    (r"(一)点()(?:之?前|以前)", _clock),
    (r"(?:的|收货|到货)?前(?:一|1|两|2|几)天", lambda groups: AGO),
    (r"((?:今|明|后)(?:天|晚)?)?(上午|中午|下午|凌晨|晚上|今晚|明晚)一点(半)?(?:之?前)?", lambda groups: _one_o_clock(groups)),
    (r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?:之?前|以前)?", lambda groups: clock(int(groups[0] or 0), int(groups[1] or 0))),
    (r"(?:今天|今日)?(?:零点|半夜12点|24点|24:00)(?:之?前)?", lambda groups: Piece("clock", None, EVENING)),
    (rf"((?:上|下|下下|这|本)?个?){_WEEK}([一二三四五六日天末])(?:之?前|以前|之内)?", _weekday),
    (rf"(?:这|本)(?:一)?个?{_WEEK}(?:之?以?内|里|末|底)?(?:之?前)?", lambda groups: week()),
    (rf"下(?:一)?个?{_WEEK}(?:之?以?内|里|初|底|之前|前|左右)?", lambda groups: week(1)),
    (
        r"((?:本|这|这个|下|下个)?)(?:([0-9]{1,2}|[一二三四五六七八九十]+))?月(底|末|初|上旬|中旬|中|下旬)(?:之?前|以前)?",
        _month_part,
    ),
    (r"(?:本|这个)月(?:之?以?内|里)?", lambda groups: month_day(31)),
    (r"下个?月(?:之?以?内|里)?", lambda groups: month_day(31, 1)),
    (r"(上旬|中旬|下旬)", lambda groups: _month_part((None, None, groups[0]))),
    (rf"((?:本月|这个月|下个?月)?)({_DAY})[号日](?:之?前|以前|之内)?", _month_day),
    (rf"(?:([0-9]{{4}})[年./-])?([0-9]{{1,2}}|[一二三四五六七八九十]+)月({_DAY})[号日]?(?:之?前|以前)?", _date),
    (r"([0-9]{4})[年./-]([0-9]{1,2})[./-]([0-9]{1,2})[号日]?(?:之?前|以前)?", _date),
    (r"()([0-9]{1,2})[./]([0-9]{1,2})(?:[号日](?:之?前|以前)?|之?前)", _date),
    (r"(?:今天|今日)?(?:我们)?(?:下班|打烊|关门)(?:之?前|以前)", lambda groups: CLOSING),
    (
        rf"{_AFTER_HOLIDAY}(?:的)?(?:第一个工作日|第一天|首个工作日|首日|(?:一|正式)?(?:上班|开工|复工)(?:的?(?:第一|当|首)[天日])?)",
        lambda groups: _holiday((None,)),
    ),
    (rf"{_AFTER_HOLIDAY}(?:第)?({_N})个?(?:工作日|天){_IN}", _holiday),
    (
        r"节后|节前|年后|年前|开年|(?:国庆|中秋|端午|五一|元旦|春节|清明|双11|双十一|假期|放假)(?:节)?(?:之?前|之?后)",
        lambda groups: VAGUE,
    ),
    (r"最快|最早|最少要?|至少要?|起码", lambda groups: NOT_BEFORE),
)


def _timed(groups: Groups) -> Piece | None:
    return _span(groups) if groups[0] or groups[1] else None


def _short_part(groups: Groups) -> Piece | None:
    time = _clock((groups[1], groups[2]))
    if time is None or time.minute is None or groups[0] == "早" or time.minute >= EVENING:
        return time
    return Piece("clock", None, EVENING if time.minute == 720 else time.minute + 720 if time.minute < 720 else time.minute)


def _one_o_clock(groups: Groups) -> Piece | None:
    """下午一点: said alone, 一点 means "a little"."""
    in_part = part(_PARTS.get((groups[1] or "")[-2:], EVENING))
    hour = clock(1, 30 if groups[2] else 0)
    day = days(_RELATIVE.get((groups[0] or groups[1] or "今")[0], 0)) if groups[0] or (groups[1] or "")[0] in "今明" else None
    time = joined(in_part, hour, either=False) if hour else None
    return joined(day, time, either=False) if day and time else time
