r"""Labelled sayings: what was written, by whom and when, and what it promises or claims; one file a language and matter.

A file begins with its settings; then each line is a chat of its own, or the lines of a block are one chat:

    lang zh
    platform pinduoduo
    zone Asia/Shanghai
    labels promises                     promises or claims: only what the file labels is counted

    @ 2026-03-04 10:20                  the moment of every chat's first line from here on (local time of `zone`)
    明天给您发哈 => ship 03-05           a line without a mark: one message of an agent, a chat of its own
    今天发不了哈                         no =>: nothing is promised
    4点前下单当天发 => ship 03-04 if     `if`: conditional
    ⏎ inside a message is a line break

    order created 2026-03-04 09:00 paid 2026-03-04 09:01      any instants of the chat's order
    > 明天下午3点前能发出来吗             > the buyer, < the agent; a blank line ends the chat
    < +5m 好的亲，没问题 => ship 03-05 15:00                   +5m: after the line before (else one minute)

Promises: `KIND DUE [if]`, several parted by `; `. DUE is a day (its end, 23:59:59), a day and a time, `+48h` or `+30m` from
the message, `soon` (vague), or `open` (dated, but the event that it counts from is not known). Claims: `SLOT=VALUE`.
A `?` before a label: a matter of taste, neither hit nor miss. A `?` alone: the message is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HOME = Path(__file__).resolve().parent / "said"
KINDS = ("ship", "deliver", "refund", "reship", "reply", "compensate", "restock", "other")
_STEP = re.compile(r"\+(\d+)([smhd])(?: |$)")
_DUE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)(?: (\d\d:\d\d(?::\d\d)?))?$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class SayingError(ValueError):
    """A line that cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A labelled promise. `due` is None where it is vague or counts from an unknown event."""

    kind: str
    due: datetime | None
    vague: bool = False
    conditional: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A labelled claim."""

    slot: str
    value: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """One message with its labels; `counted` is False where it is only context or a matter of taste."""

    place: str  # file:line, its id
    chat: str
    at: datetime
    buyer: bool
    text: str
    promises: tuple[Promised, ...] = ()
    claims: tuple[Claimed, ...] = ()
    counted: bool = True


@dataclass(frozen=True, slots=True)
class SayingSet:
    """A file. `labels` is "promises" or "claims"; `orders` canonical order rows."""

    name: str
    lang: str
    platform: str
    labels: str
    sayings: tuple[Saying, ...]
    orders: tuple[dict[str, str], ...]


def read_all(folder: Path = HOME) -> list[SayingSet]:
    """All files of a folder, by name."""
    return [read(path) for path in sorted(folder.glob("*.txt"))]


def read(path: Path) -> SayingSet:
    """One file. Raises SayingError."""
    lines = list(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
    settings = {name: rest for _, line in lines for name, _, rest in [line.partition(" ")] if name in _SETTINGS}
    missing = [name for name in _SETTINGS if name not in settings]
    if missing:
        raise SayingError(f"{path.name}: no line {missing[0]} …")
    reader = _Reader(path.name, settings["platform"], settings["labels"], ZoneInfo(settings["zone"]))
    for number, line in lines:
        try:
            reader.line(number, line)
        except (ValueError, KeyError) as error:
            raise SayingError(f"{path.name}:{number}: {error}") from error
    return SayingSet(
        path.stem, settings["lang"], settings["platform"], settings["labels"], tuple(reader.sayings), tuple(reader.orders)
    )


_SETTINGS = ("lang", "platform", "zone", "labels")


class _Reader:
    """Where the reading of a file has got to."""

    def __init__(self, name: str, platform: str, labels: str, zone: ZoneInfo) -> None:
        self.name, self.platform, self.labels, self.zone = name, platform, labels, zone
        self.start: datetime | None = None
        self.chat: str | None = None
        self.at: datetime | None = None
        self.sayings: list[Saying] = []
        self.orders: list[dict[str, str]] = []

    def line(self, number: int, line: str) -> None:
        first, _, rest = line.partition(" ")
        if not line.strip():
            self.chat = None
        elif first == "#" or first in _SETTINGS:
            return
        elif first == "@":
            self.start, self.chat = datetime.fromisoformat(rest.strip()).replace(tzinfo=self.zone), None
        elif first == "order":
            self._order(number, rest.split())
        elif first in (">", "<"):
            self._say(number, rest, first == ">", self._chat(number))
        else:
            self.chat = None
            self._say(number, line, False, self._chat(number))
            self.chat = None

    def _chat(self, number: int) -> str:
        if self.chat is None:
            self.chat, self.at = f"{self.name}:{number}", None
        return self.chat

    def _order(self, number: int, words: list[str]) -> None:
        chat = self._chat(number)
        row = {"order_id": chat, "platform": self.platform, "shop_id": "s", "buyer_id": chat}
        for name, day, clock in zip(words[::3], words[1::3], words[2::3], strict=True):
            row[f"{name}_at"] = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=self.zone).isoformat()
        self.orders.append(row)

    def _say(self, number: int, line: str, buyer: bool, chat: str) -> None:
        if self.start is None:
            raise SayingError("no @ line before it")
        step = _STEP.match(line)
        if step:
            line = line[step.end() :]
        wait = timedelta(**{_UNITS[step[2]]: int(step[1])}) if step else timedelta(minutes=1)
        at = self.start if self.at is None else self.at + wait
        self.at = at
        text, _, labels = line.partition(" =>")
        said = [one.strip() for one in labels.split(";") if one.strip()]
        taste = said == ["?"]
        promises = tuple(_promise(one, at) for one in said if self.labels == "promises" and not taste)
        claims = tuple(_claim(one) for one in said if self.labels == "claims" and not taste)
        if buyer and said:
            raise SayingError("a buyer's line has no label")
        place = f"{self.name}:{number}"
        text = text.strip().replace("⏎", "\n")
        self.sayings.append(Saying(place, chat, at, buyer, text, promises, claims, not buyer and not taste))


def _claim(label: str) -> Claimed:
    slot, sign, value = label.removeprefix("?").partition("=")
    if not sign or not value:
        raise SayingError(f"{label!r} is not SLOT=VALUE")
    return Claimed(slot, value, label.startswith("?"))


def _promise(label: str, at: datetime) -> Promised:
    kind, _, rest = label.removeprefix("?").partition(" ")
    conditional = rest.endswith(" if")
    due = rest.removesuffix(" if").strip()
    if kind not in KINDS or not due:
        raise SayingError(f"{label!r} is not KIND DUE [if]")
    return Promised(kind, _due(due, at), due == "soon", conditional, label.startswith("?"))


def _due(due: str, at: datetime) -> datetime | None:
    if due in ("soon", "open"):
        return None
    step = _STEP.fullmatch(due)
    if step:
        return (at.astimezone(ZoneInfo("UTC")) + timedelta(**{_UNITS[step[2]]: int(step[1])})).astimezone(at.tzinfo)
    found = _DUE.match(due)
    if found is None:
        raise SayingError(f"{due!r} is no day, +hours, soon or open")
    clock = time.fromisoformat(found[4]) if found[4] else time(23, 59, 59)
    return datetime.combine(date(int(found[1] or at.year), int(found[2]), int(found[3])), clock, at.tzinfo)


def message_rows(sets: Iterable[SayingSet]) -> Iterator[dict[str, str]]:
    """The sayings as canonical messages."""
    for one in sets:
        ordered = {row["order_id"] for row in one.orders}
        for saying in one.sayings:
            row = {
                "conversation_id": saying.chat,
                "message_id": saying.place,
                "sent_at": saying.at.isoformat(),
                "sender_role": "buyer" if saying.buyer else "agent",
                "sender_id": f"{saying.chat}/buyer" if saying.buyer else "agent",
                "text": saying.text,
                "platform": one.platform,
                "shop_id": "s",
                "buyer_id": saying.chat,
                "lang": one.lang,
            }
            yield row | ({"order_id": saying.chat} if saying.chat in ordered else {})
