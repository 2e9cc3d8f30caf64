"""The chats beside a rule (<rule>.test.yaml): read with their marks, and laid out as the tables that are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from auditor import strictyaml
from auditor.errors import Fault, UsageError
from auditor.model import (
    CHANNELS,
    CONTENT_TYPES,
    ORDER_COLUMNS,
    ORDER_INSTANTS,
    ROLES,
    Pack,
    Rule,
)
from auditor.params import suggest

MARK = "#!"
CASE_KEYS = (
    "name",
    "boundary",
    "platform",
    "as_of",
    "export_ends",
    "lang",
    "channel",
    "product",
    "order",
    "orders",
    "facts",
    "chat",
)
FACT_KEYS = ("slot", "product_id", "value", "currency", "except", "text", "valid_from", "valid_to")
_WAIT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat; `fragment` is None where it is not marked, else what the finding must say ("" = anything)."""

    message_id: str
    at: datetime
    role: str
    sender: str | None
    content_type: str
    text: str
    fragment: str | None
    conversation: int = 0  # counted up by a line of dashes: another buyer's conversation with the same shop


@dataclass(frozen=True, slots=True)
class Case:
    """One chat beside a rule. All instants are aware."""

    rule: Rule
    name: str
    place: str  # file:line
    boundary: str
    platform: str
    lang: str
    as_of: datetime
    export_ends: datetime
    lines: tuple[Line, ...]
    orders: tuple[Mapping[str, object], ...] = ()
    facts: tuple[Mapping[str, object], ...] = ()
    product: str | None = None
    order: str | None = None
    channel: str = "chat"

    @property
    def flagged(self) -> bool:
        """Whether the rule must find something here."""
        return any(line.fragment is not None for line in self.lines)


@dataclass
class _Source:
    """A test file being read."""

    document: strictyaml.Document
    pack: Pack
    rule: Rule
    faults: list[Fault] = field(default_factory=list)

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.pack.timezone)

    def fault(self, steps: strictyaml.Steps, what: str, mend: str = "") -> None:
        self.faults.append(self.document.fault(steps, what, mend))


def read_cases(pack: Pack, rule: Rule, path: Path, shown: str) -> list[Case]:
    """The cases of a test file. Raises UsageError with every fault."""
    document = strictyaml.parse(path.read_text(encoding="utf-8"), Path(shown))
    source = _Source(document, pack, rule)
    top = document.value
    cases = top.get("cases") if isinstance(top, dict) and set(top) == {"cases"} else None
    if not isinstance(cases, list) or not cases:
        raise UsageError(document.fault((), "is not a list of cases", "write cases: and below it one dash a chat"))
    made = [_case(source, ("cases", i), value) for i, value in enumerate(cases)]
    if source.faults:
        raise UsageError(source.faults)
    return [case for case in made if case is not None]


def _case(source: _Source, steps: strictyaml.Steps, value: strictyaml.Value) -> Case | None:
    if not isinstance(value, dict):
        source.fault(steps, "is not a case", "write name: and chat:")
        return None
    for key in value:
        if key not in CASE_KEYS:
            source.fault((*steps, key), f"{key}: unknown key", suggest(key, CASE_KEYS))
    lines = tuple(_lines(source, (*steps, "chat"), value.get("chat")))
    if not lines:
        source.fault(steps, "the case has no chat", "write chat: | and the lines below it")
        return None
    as_of = _instant(source, (*steps, "as_of"), value.get("as_of")) or _quiet_day(max(line.at for line in lines))
    first = source.pack.platforms[0]
    return Case(
        rule=source.rule,
        name=str(value.get("name") or ""),
        place=f"{source.document.path}:{source.document.line_of(steps)}",
        boundary=str(value.get("boundary") or ""),
        platform=str(value.get("platform") or ("unknown" if first == "*" else first)),
        lang=str(value.get("lang") or _language(source.pack, lines)),
        as_of=as_of,
        export_ends=_instant(source, (*steps, "export_ends"), value.get("export_ends")) or as_of,
        lines=lines,
        orders=tuple(_orders(source, (*steps, "orders"), value.get("orders"))),
        facts=tuple(_facts(source, (*steps, "facts"), value.get("facts"))),
        product=as_text(value.get("product")),
        order=as_text(value.get("order")),
        channel=_channel(source, (*steps, "channel"), value.get("channel")),
    )


def _channel(source: _Source, steps: strictyaml.Steps, value: object) -> str:
    if value is None or value in CHANNELS:
        return str(value or "chat")
    source.fault(steps, f"{value!r} is not a channel", suggest(str(value), CHANNELS))
    return "chat"


def as_text(value: object) -> str | None:
    """A value of a test file as a text; None stays None."""
    return None if value is None else str(value)


def _quiet_day(last: datetime) -> datetime:
    """The first midnight (UTC) of a month that lies at least 30 days on: few different days, so that cases share a run."""
    day = last.astimezone(UTC) + _WAIT
    return datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=UTC)


def _language(pack: Pack, lines: Sequence[Line]) -> str:
    text = "".join(line.text for line in lines)
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        return "zh"
    if pack.language != "zh":
        return pack.language
    return "pl" if any(sign in "ąćęłńóśźż" for sign in text.lower()) else "en"


# ---- lines, instants, orders, facts ------------------------------------------------------------------------------------


def _lines(source: _Source, steps: strictyaml.Steps, chat: object) -> list[Line]:
    written = [line.strip() for line in str(chat or "").splitlines() if line.strip()]
    made = []
    conversation = 0
    for number, line in enumerate(written, 1):
        if set(line) == {"-"}:
            conversation += 1
            continue
        try:
            made.append(replace(_line(source, number, line), conversation=conversation))
        except ValueError as error:
            place = f"{source.document.path}:{source.document.line_of(steps) + number}"
            source.faults.append(Fault(place, str(error), "write 2026-03-02 10:00:00 buyer: text, or agent NAME: text"))
    return made


def _line(source: _Source, number: int, line: str) -> Line:
    said, mark, fragment = line.partition(MARK)
    day, _, rest = said.strip().partition(" ")
    clock, _, rest = rest.partition(" ")
    who, colon, text = rest.partition(":")
    words = who.split()
    if not colon or not words:
        raise ValueError(f"{line!r} is not a line of a chat")
    kind = words.pop().strip("[]") if words[-1].startswith("[") else "text"
    if words[0] not in ROLES or kind not in CONTENT_TYPES or len(words) > 2:
        raise ValueError(f"{who!r} is not a sender")
    sender = words[1] if len(words) == 2 else "a1" if words[0] == "agent" else None
    at = _parse(f"{day} {clock}", source.zone)
    return Line(f"L{number}", at, words[0], sender, kind, text.strip(), fragment.strip() if mark else None)


def _parse(text: str, zone: tzinfo) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a date and time") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _instant(source: _Source, steps: strictyaml.Steps, value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return _parse(str(value), source.zone)
    except ValueError as error:
        source.fault(steps, str(error), "write 2026-03-02 10:00:00")
        return None


def _rows(
    source: _Source, steps: strictyaml.Steps, value: object, known: Sequence[str]
) -> list[tuple[strictyaml.Steps, dict[str, object]]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        source.fault(steps, "is not a list of rows", "write - {…}")
        return []
    for i, row in enumerate(value):
        for key in row:
            if key not in known:
                source.fault((*steps, i, key), f"{key}: unknown key", suggest(key, known))
    return [((*steps, i), row) for i, row in enumerate(value)]


def _orders(source: _Source, steps: strictyaml.Steps, value: object) -> list[Mapping[str, object]]:
    made: list[Mapping[str, object]] = []
    for at, row in _rows(source, steps, value, tuple(ORDER_COLUMNS)):
        order = {key: as_text(cell) for key, cell in row.items()}
        instants = {name: _instant(source, (*at, name), row.get(name)) for name in ORDER_INSTANTS}
        amount = Decimal(str(row["amount"])) if row.get("amount") is not None else None
        made.append({**order, **instants, "amount": amount, "order_id": str(row.get("order_id") or f"O{len(made) + 1}")})
    return made


def _facts(source: _Source, steps: strictyaml.Steps, value: object) -> list[Mapping[str, object]]:
    made: list[Mapping[str, object]] = []
    for at, row in _rows(source, steps, value, FACT_KEYS):
        try:
            days = {key: date.fromisoformat(str(row[key])) for key in ("valid_from", "valid_to") if row.get(key) is not None}
        except ValueError as error:
            source.fault(at, str(error), "write 2026-03-02")
            continue
        made.append({**row, **days})
    return made
