"""What must hold of the reader whatever is written: shifted clocks, more sentences, other numerals, texts without end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promise_notation import asked, made

from auditor.ledger import ledger
from auditor.model import Claim
from auditor.reading.claims import claims
from auditor.reading.normal import normal
from auditor.reading.promises import promises
from tests.benchmarks import reading_set
from tests.chats import shard

SETS = {one.name: one for one in reading_set.read_all()}
SAID = [s.text for name in ("zh_promises", "zh_promises_third") for s in SETS[name].sayings if s.promises and "\n" not in s.text]
CLAIMED = [s.text for s in SETS["zh_claims"].sayings if s.claims]
INNOCENT = ["感谢您的支持", "祝您生活愉快", "这款卖得挺好的", "亲亲", "欢迎下次光临", "包装都是纸盒"]
DIGITS = "零一二三四五六七八九"
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def chinese(n: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(n, 10)
    if not tens:
        return DIGITS[n]
    return (DIGITS[tens] if tens > 1 else "") + "十" + (DIGITS[ones] if ones else "")


def wide(n: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(n))


@QUICK
@given(st.sampled_from(SAID), st.integers(-11, 13), st.integers(0, 300), st.integers(540, 1300))
def test_a_message_its_order_and_the_zone_moved_together_change_nothing(text: str, hours: int, day: int, minute: int) -> None:
    moment = datetime(2026, 1, 5) + timedelta(days=day, minutes=minute)  # noqa: DTZ001  the wall clock, whatever the zone
    chat = f"{moment:%Y-%m-%d %H:%M} agent 阿梅: {text}"
    order = {"paid_at": f"{moment - timedelta(hours=3):%Y-%m-%d %H:%M}"}

    def read(zone: timezone) -> list[tuple[str, datetime | None, bool, str]]:
        entries = ledger(shard(chat, order, zone=zone, as_of="2027-06-01 00:00", goes_on_until=None))
        return [(e.kind, e.deadline.replace(tzinfo=None) if e.deadline else None, e.vague, e.outcome) for e in entries]

    assert read(timezone(timedelta(hours=hours))) == read(timezone(timedelta(hours=8)))


@QUICK
@given(st.sampled_from(SAID), st.lists(st.sampled_from(INNOCENT), min_size=1, max_size=3), st.booleans())
def test_an_innocent_sentence_takes_no_promise_and_no_claim_away(text: str, innocent: list[str], before: bool) -> None:
    more = "。".join(innocent)
    whole = f"{more}。{text}" if before else f"{text}。{more}"
    assert made(whole, "zh") == made(text, "zh")


@QUICK
@given(st.sampled_from(CLAIMED), st.sampled_from(INNOCENT))
def test_an_innocent_sentence_takes_no_claim_away(text: str, innocent: str) -> None:
    def stated(said: str) -> list[tuple[str, str]]:
        return [(claim.slot, claim.value) for claim in claims(normal(said), "zh")]

    assert stated(f"{innocent}。{text}") == stated(text)


@QUICK
@given(
    st.integers(1, 60),
    st.sampled_from(["小时", "天", "个工作日", "分钟", "周"]),
    st.sampled_from(["{}{}内给您发货", "我们{}{}内退款给您", "您付款后{}{}内寄出", "{}{}后给您回复", "不超过{}{}给您补发"]),
)
def test_digits_full_width_digits_and_chinese_numerals_read_alike(n: int, unit: str, sentence: str) -> None:
    read = [made(sentence.format(written, unit), "zh") for written in (str(n), chinese(n), wide(n))]
    assert read[0]
    assert read == [read[0]] * 3


@QUICK
@given(st.integers(1, 12), st.sampled_from(["上午", "下午", "今晚", "明天下午", ""]), st.sampled_from(["", "半"]))
def test_hours_read_alike_in_both_numerals(hour: int, part: str, half: str) -> None:
    one, other = (f"{part}{written}点{half}前能发吗" for written in (str(hour), "两" if hour == 2 else chinese(hour)))
    assert asked(one, "zh") == asked(other, "zh") != ""


PIECES = [
    "明天给您发货",
    "亲~",
    "不",
    "48小时内",
    "您",
    "一二三",
    "如果",
    "退款",
    "。明天。",
    "「明天发」",
    "?",
    "3-5-7-",
    "包邮",
    "1元2块",
]


@pytest.mark.parametrize("read", [promises, claims], ids=["promises", "claims"])
@pytest.mark.parametrize("piece", PIECES)
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str, read: Callable[..., tuple[Claim, ...]]) -> None:
    def seconds(repeats: int) -> float:
        text, took = normal(piece * repeats), []
        for _ in range(2):
            start = time.process_time()
            read(text, "zh")
            took.append(time.process_time() - start)
        return min(took)

    short, long = seconds(400), seconds(4_000)
    assert long < 40 * max(short, 0.002)  # ten times the text; its square would be a hundred times
