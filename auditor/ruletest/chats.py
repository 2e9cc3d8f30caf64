"""The chats beside a rule (<rule>.test.yaml): read with their marks, and laid out as the tables that are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from auditor import strictyaml
from auditor.errors import Fault, UsageError
from auditor.model import (
    CHANNELS,
    CONTENT_TYPES,
    MESSAGE_COLUMNS,
    ORDER_COLUMNS,
    ORDER_INSTANTS,
    ROLES,
    Fact,
    Pack,
    Rule,
    Shop,
)
from auditor.params import suggest

MARK = "#!"
_KEYS = ("name", "boundary", "platform", "as_of", "export_ends", "lang", "channel", "product", "order", "orders", "facts", "chat")
_FACT_KEYS = ("slot", "product_id", "value", "currency", "except", "text", "valid_from", "valid_to")
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
        if key not in _KEYS:
            source.fault((*steps, key), f"{key}: unknown key", suggest(key, _KEYS))
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
        product=_text(value.get("product")),
        order=_text(value.get("order")),
        channel=_channel(source, (*steps, "channel"), value.get("channel")),
    )


def _channel(source: _Source, steps: strictyaml.Steps, value: object) -> str:
    if value is None or value in CHANNELS:
        return str(value or "chat")
    source.fault(steps, f"{value!r} is not a channel", suggest(str(value), CHANNELS))
    return "chat"


def _text(value: object) -> str | None:
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
        order = {key: _text(cell) for key, cell in row.items()}
        instants = {name: _instant(source, (*at, name), row.get(name)) for name in ORDER_INSTANTS}
        amount = Decimal(str(row["amount"])) if row.get("amount") is not None else None
        made.append({**order, **instants, "amount": amount, "order_id": str(row.get("order_id") or f"O{len(made) + 1}")})
    return made


def _facts(source: _Source, steps: strictyaml.Steps, value: object) -> list[Mapping[str, object]]:
    made: list[Mapping[str, object]] = []
    for at, row in _rows(source, steps, value, _FACT_KEYS):
        try:
            days = {key: date.fromisoformat(str(row[key])) for key in ("valid_from", "valid_to") if row.get(key) is not None}
        except ValueError as error:
            source.fault(at, str(error), "write 2026-03-02")
            continue
        made.append({**row, **days})
    return made


# ---- tables --------------------------------------------------------------------------------------------------------------


def tables(cases: Sequence[Case]) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Shop], dict[int, datetime]]:
    """Messages, orders, shops, and until when each export reaches; case n is conversation c<n>, shop s<n>, source n."""
    messages: list[dict[str, object]] = []
    orders: list[dict[str, object]] = []
    shops: dict[str, Shop] = {}
    taken: set[str] = set()
    for n, case in enumerate(cases):
        names = {str(o["order_id"]): _free(str(o["order_id"]), n, taken) for o in case.orders}
        messages += [_message(case, n, line, names) for line in case.lines]
        orders += [_order(case, n, order, names) for order in case.orders]
        if case.orders:  # the order export goes on until then, too
            orders.append(
                {"order_id": f"end-{n}", "platform": case.platform, "created_at": case.export_ends, "source": n, "row": 0}
            )
        facts = tuple(_fact(f"s{n}", fact) for fact in case.facts)
        shops[f"s{n}"] = Shop(f"s{n}", platform=case.platform, facts=facts)
    return (
        _frame(messages, MESSAGE_COLUMNS),
        _frame(orders, ORDER_COLUMNS),
        shops,
        {n: c.export_ends for n, c in enumerate(cases)},
    )


def _free(name: str, n: int, taken: set[str]) -> str:
    free = f"{name}-{n}" if name in taken else name
    taken.add(free)
    return free


def _frame(rows: list[dict[str, object]], columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    utc = [{key: v.astimezone(UTC) if isinstance(v := row.get(key), datetime) else v for key in columns} for row in rows]
    return pl.DataFrame(utc, schema=dict(columns), orient="row")


def _message(case: Case, n: int, line: Line, names: Mapping[str, str]) -> dict[str, object]:
    offset = line.at.utcoffset() or timedelta(0)
    return {
        "conversation_id": f"c{n}-{line.conversation}" if line.conversation else f"c{n}",
        "message_id": line.message_id,
        "sent_at": line.at,
        "offset_s": int(offset.total_seconds()),
        "sender_role": line.role,
        "sender_id": line.sender,
        "text": line.text,
        "content_type": line.content_type,
        "channel": case.channel,
        "platform": case.platform,
        "shop_id": f"s{n}",
        "buyer_id": f"b{n}-{line.conversation}" if line.conversation else f"b{n}",
        "order_id": names.get(case.order, case.order) if case.order else None,
        "product_id": case.product,
        "lang": case.lang,
        "time_doubt": False,
        "source": n,
        "row": int(line.message_id[1:]),
    }


def _order(case: Case, n: int, order: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    buyer = str(order.get("buyer_id") or "b1")
    return {
        **order,
        "order_id": names[str(order["order_id"])],
        "platform": case.platform,
        "shop_id": f"s{n}",
        "buyer_id": f"b{n}" if buyer == "b1" else f"{buyer}-{n}",
        "source": n,
        "row": 1,
    }


def _fact(shop: str, row: Mapping[str, object]) -> Fact:
    exceptions = row.get("except")
    return Fact(
        shop_id=shop,
        slot=str(row.get("slot")),
        value=str(row.get("value")),
        product_id=_text(row.get("product_id")),
        currency=_text(row.get("currency")),
        text=_text(row.get("text")),
        exceptions=tuple((str(k), str(v)) for k, v in exceptions.items()) if isinstance(exceptions, dict) else (),
        valid_from=row.get("valid_from"),  # type: ignore[arg-type]
        valid_to=row.get("valid_to"),  # type: ignore[arg-type]
    )
