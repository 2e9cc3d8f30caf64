"""Personal data in quoted chat, masked: phone numbers, e-mail addresses, identity and bank cards. A help, no guarantee.

Order and parcel numbers must stay readable, so a number is masked only where its form or its check digit speaks for a
person, and never where the words before it call it an order or a parcel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import re2

MASK = "•"
_EMAIL = re2.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}")
_RUN = re2.compile(r"\+?\(?[0-9](?:[ ()\-]{0,2}[0-9]){6,40}[Xx]?")
_TOKEN = re2.compile(r"[+(]*[0-9]+[Xx]?")
# What must be there before a text is worth a closer look: seven digits in all, or an at sign.
_TRIGGER = r"[@＠]|(?:[0-9０-９][^0-9０-９]{0,3}){7}"
_STAMP = r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9](?: [0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?)?\b"  # names nobody
_FORMS = str.maketrans("０１２３４５６７８９＠＋－．（）　Ｘｘ", "0123456789@+-.() Xx")
_ID_WORDS = ("订单", "单号", "运单", "物流", "快递", "order", "zamówieni", "przesyłk", "paczk", "tracking", "parcel")
_PHONE_WORDS = ("tel", "phone", "call", "电话", "手机", "联系", "号码", "微信", "dzwo", "whatsapp")


def mask(text: str) -> str:
    """The text with personal data masked; same length, same positions (a full-width digit counts as a digit)."""
    plain = text.translate(_FORMS)
    chars = list(text)
    for found in _EMAIL.finditer(plain):
        at = plain.index("@", found.start())
        _hide(chars, found.start() + 1, at)
        _hide(chars, at + 1, plain.rindex(".", at, found.end()))
    for found in _RUN.finditer(plain):
        _mask_run(plain, chars, found.start(), found.end())
    return "".join(chars)


def mask_column(texts: pl.Series) -> pl.Series:
    """`mask` over a column: only the distinct texts that hold a trigger are looked at one by one."""
    bare = texts.str.replace_all(_STAMP, "")
    suspects = texts.filter(bare.str.contains(_TRIGGER).fill_null(False)).unique(maintain_order=True).to_list()
    changed = {text: masked for text in suspects if (masked := mask(text)) != text}
    return texts.replace(changed) if changed else texts


def short_id(value: str | None) -> str:
    """A buyer's id so shortened that it tells buyers apart on a page and names none."""
    if not value:
        return ""
    return value[0] + "…" if len(value) < 6 else f"{value[:2]}…{value[-2:]}"


def _hide(chars: list[str], start: int, end: int) -> None:
    for place in range(start, end):
        if chars[place].isalnum():
            chars[place] = MASK


def _mask_run(plain: str, chars: list[str], start: int, end: int) -> None:
    """A run of digit groups may hold a card, a date and a phone in a row: try every span of groups, longest first."""
    before = plain[max(0, start - 16) : start].lower()
    said_phone = _last(before, _PHONE_WORDS)
    if _last(before, _ID_WORDS) > said_phone:
        return
    groups = [(start + t.start(), start + t.end()) for t in _TOKEN.finditer(plain[start:end])]
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + 9), first, -1):
            span = plain[groups[first][0] : groups[last - 1][1]]
            digits = "".join(c for c in span if c in "0123456789Xx")
            if _personal(digits, span, said_phone >= 0):
                _hide(chars, groups[first][0], groups[last - 1][1] - 2)
                first = last
                break
        else:
            first += 1


def _last(before: str, names: tuple[str, ...]) -> int:
    """Where the last of the words begins; -1: none is there."""
    return max(before.rfind(name) for name in names)


def _personal(digits: str, span: str, phone_said: bool) -> bool:
    checks: tuple[Callable[[str], bool], ...] = (_cn_identity, _pesel, _bank_card, _polish_account)
    return _phone(digits, span, phone_said) or any(check(digits) for check in checks)


def _phone(digits: str, span: str, phone_said: bool) -> bool:
    if not digits.isdigit():
        return False
    grouped = " " in span or "-" in span or "(" in span
    if span.startswith(("+", "(+")):
        return 9 <= len(digits) <= 14
    if digits.startswith("0086"):
        digits = digits[4:]
    elif digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789":
        return True
    if grouped and digits[0] == "0" and 10 <= len(digits) <= 12 and digits[1] != "0":
        return True  # a Chinese landline with its area code
    sizes = [len(part) for part in span.replace("-", " ").split()]
    if len(digits) == 9 and sizes == [3, 3, 3] and digits[0] in "45678":
        return True  # a Polish number as it is written
    return phone_said and 7 <= len(digits) <= 12


def _cn_identity(digits: str) -> bool:
    if len(digits) != 18 or not digits[:17].isdigit() or digits[0] not in "12345678":
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits[:17], weights, strict=True)) % 11]
    return digits[17].upper() == check and _is_day(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))


def _pesel(digits: str) -> bool:
    if len(digits) != 11 or not digits.isdigit():
        return False
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    if (10 - sum(int(d) * w for d, w in zip(digits[:10], weights, strict=True)) % 10) % 10 != int(digits[10]):
        return False
    century, month = divmod(int(digits[2:4]), 20)
    return century in (0, 1) and _is_day(1900 + 100 * century + int(digits[:2]), month, int(digits[4:6]))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return date(1900, 1, 1) <= date(year, month, day) <= date(2035, 12, 31)
    except ValueError:
        return False


def _bank_card(digits: str) -> bool:
    """Luhn, and a prefix and length of the big schemes: a tenth of all numbers would pass Luhn alone."""
    if not digits.isdigit():
        return False
    union = (digits.startswith("62") and len(digits) == 16) or (digits[:3] in ("621", "622", "623") and len(digits) == 19)
    sixteen = len(digits) == 16 and (digits[0] == "4" or "51" <= digits[:2] <= "55" or "2221" <= digits[:4] <= "2720")
    amex = len(digits) == 15 and digits[:2] in ("34", "37")
    if not (union or sixteen or amex):
        return False
    doubled = (sum(divmod(2 * int(d), 10)) if n % 2 else int(d) for n, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _polish_account(digits: str) -> bool:
    return len(digits) == 26 and digits.isdigit() and int(digits[2:] + "2521" + digits[:2]) % 97 == 1
