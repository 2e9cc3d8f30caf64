"""The value that the passage of a claim states: an amount, a period, a name, in its canonical form."""

from __future__ import annotations

from collections.abc import Callable

import re2

from auditor.reading.values import counted, named, numbers, plain
from auditor.reading.words import Span

FIXED = frozenset(
    {
        "in_stock", "out_of_stock", "free", "buyer_pays", "accepted", "none",
        "genuine", "not_genuine", "true", "false", "yes", "no",
    }
)  # fmt: skip
_NOT_MONEY = (
    "斤", "克", "g", "kg", "公斤", "cm", "厘米", "mm", "毫米", "米", "m", "ml", "毫升", "升", "l", "号", "码", "天", "小时",
    "点", "月", "年", "个", "件", "罐", "盒", "瓶", "包", "袋", "箱", "双", "套", "折", "%", "人", "层", "寸", "w", "v", "周",
    "岁", "分", "度", ":", "-", "~", "/", "*", "只", "条", "支", "片", "张", "粒", "颗", "台", "次", "位", "单", "级", "代",
    "工作日", "日", "比", "多", "h", "x", "倍", "千", "万", "两", "款", "种", "不锈钢", "楼", "班", "路", "后", "前", "左右",
)  # fmt: skip
_BROKEN = re2.compile(r"([0-9])块([0-9])")  # 9块9
_HOURS = ("小时", "h", "hour", "hr", "godz")


def stated_value(slot: str, kind: str, view: str, span: Span, words: str) -> str | None:
    """The canonical value of the passage, or None where it is no claim of that slot after all."""
    if kind in FIXED:
        return kind
    passage = view[slice(*span)]
    reader = _READERS.get((slot, kind))
    return reader(passage, view[span[1] : span[1] + 3].lstrip(), words) if reader else None


def _count(passage: str, after: str, words: str) -> str | None:
    number = counted(passage)
    return None if number is None else plain(number)


def _last_amount(passage: str, after: str, words: str) -> str | None:
    found = numbers(passage)
    return plain(found[-1]) if found else None


def _price(passage: str, after: str, words: str) -> str | None:
    found = numbers(_BROKEN.sub(r"\1.\2", passage))
    bare = passage[-1:].isdigit()
    if not found or (bare and after.startswith(_NOT_MONEY)) or found[-1] == 0:
        return None
    return plain(found[-1]) if len(numbers(words)) <= 3 else None


def _threshold(passage: str, after: str, words: str) -> str | None:
    found = numbers(passage)
    return f"free_over_{plain(found[0])}" if found else None


def _days(passage: str, after: str, words: str) -> str | None:
    number = counted(passage)
    return None if number is None or not 1 <= number <= 365 else f"{plain(number)}_days"


def _sent_within(passage: str, after: str, words: str) -> str | None:
    found = numbers(passage)
    number = found[-1] if found else counted(passage)
    if number is None:
        return None
    tail = passage[max(passage.rfind(plain(number)), 0) :].removeprefix(plain(number)).lstrip(" -")
    return f"{plain(number)}h" if tail.startswith(_HOURS) else f"{plain(number)}d"


def _period(passage: str, after: str, words: str) -> str | None:
    if "终身" in passage or "life" in passage or "dozywot" in passage:
        return "lifetime"
    number = counted(passage)
    if number is None:
        return None
    if "天" in passage or "day" in passage or "dni" in passage:
        return f"{plain(number)}_days"
    if "月" in passage or "month" in passage or "mies" in passage or "m-c" in passage or "mc" in passage:
        return f"{plain(number)}_months"
    return f"{plain(number * 12)}_months"


def _percent_off(passage: str, after: str, words: str) -> str | None:
    if "半价" in passage:
        return "50%"
    number = counted(passage)
    if number is None:
        return None
    if "折" not in passage:
        return f"{plain(number)}%"
    tenths = number if number < 10 else number / 10
    return f"{plain(100 - tenths * 10)}%"


def _money_off(passage: str, after: str, words: str) -> str | None:
    found = numbers(passage)
    if not found:
        return None
    return plain(found[0]) if len(found) == 1 else f"{plain(found[1])}_over_{plain(found[0])}"


def _named(slot: str) -> Callable[[str, str, str], str | None]:
    def read(passage: str, after: str, words: str) -> str | None:
        found = named(slot, passage)
        return found[0] if found else None

    return read


_READERS: dict[tuple[str, str], Callable[[str, str, str], str | None]] = {
    ("stock", "number"): _count,
    ("shipping_fee", "free_over"): _threshold,
    ("shipping_fee", "amount"): _last_amount,
    ("return_policy", "days"): _days,
    ("ship_time", "within"): _sent_within,
    ("price", "amount"): _price,
    ("discount", "percent"): _percent_off,
    ("discount", "amount"): _money_off,
    ("carrier", "name"): _named("carrier"),
    ("material", "name"): _named("material"),
    ("warranty", "period"): _period,
    ("compensation", "amount"): _last_amount,
}
