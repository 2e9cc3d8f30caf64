"""Generates a seeded corpus of marketplace chats with orders in the canonical CSV files, for measuring speed only.

The shape follows what shops' exports look like: canned answers used over and over (Zipf), about three texts in ten distinct,
Chinese four fifths, about eight messages a conversation, 200 agents of very different workload, conversations interleaved.
"""

from __future__ import annotations

import csv
import random
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path

import yaml

MESSAGE_FIELDS = (
    "platform",
    "shop_id",
    "conversation_id",
    "message_id",
    "sent_at",
    "sender_role",
    "sender_id",
    "buyer_id",
    "order_id",
    "content_type",
    "text",
)
ORDER_FIELDS = (
    "order_id",
    "platform",
    "shop_id",
    "buyer_id",
    "paid_at",
    "ship_by",
    "shipped_at",
    "amount",
    "currency",
    "carrier",
)
Row = tuple[str, ...]
Line = tuple[float, Row]  # seconds since 1970, the row without its number
Crew = tuple[list[str], list[float]]  # agents, their cumulated workload
AGENTS = 200
DAYS = 14
FIRST_DAY = datetime(2026, 10, 26, tzinfo=UTC)
AS_OF = "2026-11-16T02:00:00+08:00"
NOTICES_AT = "2026-11-15T12:00:00+08:00"  # still in a window of 24 hours


@dataclass(frozen=True, slots=True)
class Voice:
    """How people write in one language; `{…}` are slots of SLOTS or numbers."""

    platforms: tuple[str, ...]
    zone: timezone
    currency: str
    share: float  # of the conversations
    canned: tuple[str, ...]
    typed: tuple[str, ...]
    wrong: tuple[str, ...]
    short: tuple[str, ...]
    asked: tuple[str, ...]
    bot: tuple[str, ...]


def _voices() -> tuple[dict[str, list[str]], tuple[Voice, ...]]:
    """(slot → its words, the voices) of voices.yaml."""
    told = yaml.safe_load(Path(__file__).with_name("voices.yaml").read_text(encoding="utf-8"))
    texts = ("canned", "typed", "wrong", "short", "asked", "bot")
    voices = tuple(
        Voice(
            platforms=tuple(voice["platforms"].split()),
            zone=timezone(timedelta(hours=voice["hours_east"])),
            currency=voice["currency"],
            share=voice["share"],
            **{name: tuple(voice[name]) for name in texts},
        )
        for voice in told["voices"].values()
    )
    return {slot: words.split() for slot, words in told["slots"].items()}, voices


SLOTS, VOICES = _voices()
ZH = VOICES[0]


class Writer:
    """Draws texts; its only state is the random numbers."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.weights = {v.currency: list(accumulate(1 / (rank + 1) for rank in range(len(v.canned)))) for v in VOICES}

    def fill(self, template: str) -> str:
        """A template with its slots filled."""
        head, *parts = template.split("{")
        out = [head]
        for part in parts:
            slot, _, rest = part.partition("}")
            out += (self.value(slot), rest)
        return "".join(out)

    def value(self, slot: str) -> str:
        """A value for one slot."""
        draw = self.rng.random
        if slot == "few":
            return str(2 + int(draw() * 8))
        if slot == "hour":
            return str(1 + int(draw() * 8))
        if slot == "num":
            return str(10 + int(draw() ** 2 * 9000))
        if slot == "order":
            return str(int((1 + draw() * 8) * 10**11))
        words = SLOTS[slot]
        return words[int(draw() * len(words))]

    def one_of(self, choices: tuple[str, ...]) -> str:
        return choices[int(self.rng.random() * len(choices))]

    def agent(self, voice: Voice) -> str:
        """What an agent says: mostly pasted, sometimes typed, seldom wrong."""
        chance = self.rng.random()
        if chance < 0.015:
            return self.fill(self.one_of(voice.wrong))
        if chance < 0.40:
            return self.fill(self.one_of(voice.typed))
        weights = self.weights[voice.currency]
        return self.fill(voice.canned[bisect(weights, self.rng.random() * weights[-1], hi=len(weights) - 1)])

    def buyer(self, voice: Voice) -> str:
        """What a buyer says: short, or a question with particulars."""
        if self.rng.random() < 0.42:
            return self.one_of(voice.short)
        text = self.fill(self.one_of(voice.asked))
        return f"{text} {self.fill(self.one_of(voice.asked))}" if self.rng.random() < 0.25 else text


def _lengths(rng: random.Random, messages: int) -> Iterator[int]:
    """Conversation lengths that add up to `messages`, about eight on average."""
    left = messages
    while left:
        length = min(left, 1 + min(60, int(rng.expovariate(1 / 7.5))))
        left -= length
        yield length


def _stamp(epoch: float, zone: timezone) -> str:
    return datetime.fromtimestamp(int(epoch), zone).isoformat()


def _order(rng: random.Random, voice: Voice, platform: str, shop: str, buyer: str, started: float) -> Row:
    paid = started - rng.expovariate(1 / 30000)
    shipped = paid + min(rng.lognormvariate(10.7, 0.8), 18 * 86400)
    when = _stamp(shipped, voice.zone) if rng.random() < 0.97 else ""
    number = f"{26}{int(rng.random() * 10**16):016d}"
    amount = f"{rng.lognormvariate(4.2, 0.9):.2f}"
    carrier = ("中通", "极兔", "圆通")[int(rng.random() * 3)] if voice is ZH else "DHL"
    return (
        number,
        platform,
        shop,
        buyer,
        _stamp(paid, voice.zone),
        _stamp(paid + 172800, voice.zone),
        when,
        amount,
        voice.currency,
        carrier,
    )


def _talk(write: Writer, voice: Voice, length: int, started: float) -> Iterator[tuple[float, str, str, str]]:
    """(epoch, role, content type, text) of one conversation."""
    rng, at, role = write.rng, started, "buyer"
    for turn in range(length):
        if turn == 1 and rng.random() < 0.3:
            yield at + 1, "bot", "text", write.one_of(voice.bot)
        elif role == "buyer":
            image = rng.random() < 0.04
            yield at, role, "image" if image else "text", "" if image else write.buyer(voice)
        else:
            yield at, role, "text", write.agent(voice)
        after = (
            ("agent" if rng.random() < 0.75 else "buyer") if role == "buyer" else ("buyer" if rng.random() < 0.65 else "agent")
        )
        slow = 30 if voice is not ZH and after == "agent" else 1
        at += slow * (rng.lognormvariate(3.6, 1.0) if after != role else rng.lognormvariate(2.3, 0.8))
        role = after


def generate(folder: Path, messages: int, seed: int = 1) -> None:
    """Writes messages.csv and orders.csv. The same numbers give the same bytes; about 20 s a million messages."""
    rng = random.Random(seed)
    write = Writer(rng)
    crews = {voice.currency: _crew(rng, voice) for voice in VOICES}
    lengths = list(_lengths(rng, messages))
    days = sorted(int(rng.random() * DAYS) for _ in lengths)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "messages.csv").open("w", encoding="utf-8", newline="") as message_file,
        (folder / "orders.csv").open("w", encoding="utf-8", newline="") as order_file,
    ):
        write_message = csv.writer(message_file, lineterminator="\n").writerow
        write_order = csv.writer(order_file, lineterminator="\n").writerow
        write_message(MESSAGE_FIELDS)
        write_order(ORDER_FIELDS)
        number, waiting = 0, list[Line]()
        for chat, (day, length) in enumerate(zip(days, lengths, strict=True)):
            if chat and day != days[chat - 1]:
                number, waiting = _flush(write_message, waiting, number), []
            order, spoken = _conversation(write, crews, f"c{chat:08d}", day, length)
            if order:
                write_order(order)
            waiting += spoken
        _flush(write_message, waiting, number)


def _conversation(write: Writer, crews: dict[str, Crew], chat: str, day: int, length: int) -> tuple[Row | None, list[Line]]:
    """(its order, if there is one, and its messages with the time to sort by)."""
    rng = write.rng
    voice = _pick_voice(rng.random())
    names, weights = crews[voice.currency]
    agent = names[bisect(weights, rng.random() * weights[-1], hi=len(weights) - 1)]
    platform = write.one_of(voice.platforms)
    shop, buyer = f"{platform}_shop{int(agent[-3:]) % 25:02d}", f"u{int(rng.random() * 10**8):08d}"
    local_hour = 7.8 + 15.4 * (rng.random() + rng.random()) / 2
    midnight = FIRST_DAY + timedelta(days=day) - (voice.zone.utcoffset(None) or timedelta())
    started = midnight.timestamp() + local_hour * 3600
    order = _order(rng, voice, platform, shop, buyer, started) if rng.random() < 0.5 else None
    about = order[0] if order else ""
    sender = {"buyer": buyer, "agent": agent, "bot": ""}
    spoken: list[Line] = [
        (at, (platform, shop, chat, _stamp(at, voice.zone), role, sender[role], buyer, about, kind, text))
        for at, role, kind, text in _talk(write, voice, length, started)
    ]
    return order, spoken


def read_rows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV file that `generate` wrote."""
    return csv.DictReader(lines)


def _crew(rng: random.Random, voice: Voice) -> Crew:
    """The agents of one language and their cumulated workload."""
    first = sum(round(AGENTS * before.share) for before in VOICES[: VOICES.index(voice)])
    names = [f"agent:{first + n:03d}" for n in range(round(AGENTS * voice.share))]
    return names, list(accumulate(rng.gammavariate(3, 1) for _ in names))


def _pick_voice(chance: float) -> Voice:
    for voice in VOICES:
        if (chance := chance - voice.share) < 0:
            return voice
    return ZH


def _flush(write: Callable[[Row], object], lines: list[Line], number: int) -> int:
    """Writes a day's messages in order of time, numbered on from `number`."""
    lines.sort(key=lambda line: line[0])
    for _, (platform, shop, chat, *rest) in lines:
        number += 1
        write((platform, shop, chat, f"m{number:08d}", *rest))
    return number
