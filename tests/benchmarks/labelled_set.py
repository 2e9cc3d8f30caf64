"""Reads the labelled chats as a person wrote them and writes them out as canonical files with their gold."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HOME = Path(__file__).parent / "labelled"
YEAR = 2026
CONTENT_TYPES = {"image", "video", "voice", "file", "product_card", "order_card", "event"}
Row = dict[str, Any]


class SourceError(ValueError):
    """A line of a .chats file that cannot be read; the message names file and line."""


@dataclass
class Shop:
    """A shop as declared at the head of a .chats file."""

    shop_id: str
    platform: str
    lang: str
    prefix: str
    currency: str
    zone: str


@dataclass
class Chat:
    """One conversation while it is read: rows in the shape of the canonical files."""

    chat_id: str
    shop: Shop
    zone: tzinfo
    product: str | None
    info: Row
    gold: list[Row] = field(default_factory=list)
    accused: list[str | None] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    at: datetime | None = None

    @property
    def buyer(self) -> str:
        return f"b_{self.chat_id}"


@dataclass
class LabelledSet:
    """All rows of a labelled folder, in the order of its sources."""

    messages: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    penalties: list[Row] = field(default_factory=list)
    conversations: list[Row] = field(default_factory=list)
    gold: list[Row] = field(default_factory=list)


def zone_of(name: str) -> tzinfo:
    """`+08:00` or an IANA name → a zone."""
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", name)
    if not found:
        return ZoneInfo(name)
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)


def instant(words: str, zone: tzinfo) -> datetime:
    """`09-22 10:02[:30]` in 2026 → an aware moment with a fixed offset."""
    shape = "%Y-%m-%d %H:%M:%S" if words.count(":") == 2 else "%Y-%m-%d %H:%M"
    return fixed(datetime.strptime(f"{YEAR}-{words.strip()}", shape).replace(tzinfo=zone))


def fixed(moment: datetime) -> datetime:
    """The same moment, its zone reduced to the offset that held then, so that adding hours is counting hours."""
    offset = moment.utcoffset()
    assert offset is not None
    return moment.replace(tzinfo=timezone(offset))


def _options(words: Iterable[str]) -> dict[str, str]:
    return {k: v for k, _, v in (word.partition("=") for word in words)}


def _start_chat(line: str, shops: dict[str, Shop]) -> Chat:
    head, _, note = line[1:].partition("#")
    chat_id, shop_id, *words = head.split()
    shop, given = shops[shop_id], _options(words)
    info: Row = {
        "conversation_id": chat_id,
        "lang": shop.lang,
        "platform": shop.platform,
        "clean": "clean" in given,
        "hard_negative_of": [f for f in given.get("hard", "").split(",") if f],
        "note": note.strip(),
    }
    if "skip" in given:
        info["not_scored"] = given["skip"].split(",")
    return Chat(chat_id, shop, zone_of(given.get("zone", shop.zone)), given.get("product"), info)


def _read_gold(chat: Chat, line: str) -> None:
    head, _, why = line[1:].partition("--")
    name, certainty, severity, *words = head.split()
    family, subtype = name.split("/")
    given = _options(words)
    row: Row = {
        "conversation_id": chat.chat_id,
        "family": family,
        "subtype": subtype,
        "agent_id": None,
        "message_ids": [],
        "certainty": certainty,
        "severity_min": severity,
        "promise": None,
        "why": why.strip(),
    }
    if "promise" in given:
        kind, deadline, outcome = given["promise"].split(",")
        row["promise"] = {"kind": kind, "deadline": None if deadline == "none" else deadline, "outcome": outcome}
    if "also" in given:
        row["also_acceptable_families"] = given["also"].split(",")
    chat.gold.append(row)
    chat.accused.append(given.get("by"))


def _read_order(chat: Chat, line: str) -> None:
    head, *parts = line.split("|")
    _, order_id, *words = head.split()
    *product, amount = words
    times = {}
    for part in parts:
        name, _, when = part.strip().partition(" ")
        times[f"{name}_at" if name not in ("ship_by",) else name] = instant(when, chat.zone)
    times.setdefault("created_at", min(times.values()))
    if "paid_at" in times and chat.shop.lang == "zh":
        times.setdefault("ship_by", times["paid_at"] + timedelta(hours=48))
    if "shipped_at" in times:
        times.setdefault("first_scan_at", times["shipped_at"] + timedelta(hours=3))
    status = next(
        (s for s in ("cancelled", "refunded", "delivered", "shipped", "paid", "created") if f"{s}_at" in times), "created"
    )
    row: Row = {"order_id": order_id, "platform": chat.shop.platform, "shop_id": chat.shop.shop_id, "buyer_id": chat.buyer}
    row["product_id"] = product[0] if product else chat.product
    row |= {name: moment.isoformat() for name, moment in sorted(times.items(), key=lambda item: item[1])}
    row |= {"amount": float(amount), "currency": chat.shop.currency, "status": status}
    chat.orders.append(row)


def _read_notice(chat: Chat, line: str, as_of: datetime) -> None:
    head, clause, reason = (part.strip() for part in line.split("|"))
    _, notice_id, verdict, day, clock, amount = head.split()
    issued = instant(f"{day} {clock}", chat.zone)
    row: Row = {"notice_id": notice_id, "platform": chat.shop.platform, "shop_id": chat.shop.shop_id}
    row |= {"conversation_id": chat.chat_id, "order_id": chat.orders[0]["order_id"] if chat.orders else None, "agent_id": None}
    row |= {"clause": clause, "reason": reason, "issued_at": issued.isoformat(), "amount": float(amount)}
    row["currency"] = chat.shop.currency
    chat.notices.append(row)
    still_open = issued <= as_of < issued + timedelta(hours=24)
    chat.info["penalty"] = {"notice_id": notice_id, "verdict": verdict, "in_24h_window": still_open}


def _moment(chat: Chat, words: list[str]) -> datetime:
    """Takes the time off the front of `words`."""
    first = words.pop(0)
    if first.startswith("+"):
        assert chat.at is not None
        scale = {"m": 60, "h": 3600}.get(first[-1], 1)
        seconds = int(first.strip("+mh")) * scale
        return fixed((chat.at + timedelta(seconds=seconds)).astimezone(chat.zone))
    if "-" in first:
        return instant(f"{first} {words.pop(0)}", chat.zone)
    assert chat.at is not None
    return instant(f"{chat.at:%m-%d} {first}", chat.zone)


def _read_message(chat: Chat, line: str) -> None:
    words = line.split()
    chat.at = _moment(chat, words)
    speaker = words.pop(0)
    text = line[line.index(f" {speaker} ") + len(speaker) + 2 :].strip() if words else ""
    marks: list[int] = []
    if found := re.match(r"\[([\d,]+)\]\s*", text):
        marks, text = [int(n) for n in found[1].split(",")], text[found.end() :]
    content_type = "text"
    if (found := re.match(r"\((\w+)(?: (\w+))?\)\s*", text)) and found[1] in CONTENT_TYPES:
        content_type, text = found[1], text[found.end() :]
        chat.product = found[2] or chat.product
    role = {">": "buyer", "bot": "bot", "sys": "system"}.get(speaker, "agent")
    row: Row = {"conversation_id": chat.chat_id, "message_id": f"{chat.chat_id}-{len(chat.messages) + 1:02d}"}
    row |= {"sent_at": chat.at.isoformat(), "sender_role": role}
    if role in ("buyer", "agent"):
        row["sender_id"] = chat.buyer if role == "buyer" else f"{chat.shop.prefix}:{speaker}"
    row |= {"text": text, "content_type": content_type, "channel": "chat", "platform": chat.shop.platform}
    row |= {"shop_id": chat.shop.shop_id, "buyer_id": chat.buyer, "lang": chat.shop.lang}
    for order in chat.orders:
        if datetime.fromisoformat(order["created_at"]) <= chat.at:
            row["order_id"] = order["order_id"]
            break
    if chat.product:
        row["product_id"] = chat.product
    chat.messages.append(row)
    for mark in marks:
        gold = chat.gold[mark - 1]
        gold["message_ids"].append(row["message_id"])
        if role == "agent" and chat.accused[mark - 1] is None:
            gold["agent_id"] = gold["agent_id"] or row["sender_id"]


def _name_accused(chat: Chat) -> None:
    for gold, by in zip(chat.gold, chat.accused, strict=True):
        if by not in (None, "-"):
            gold["agent_id"] = f"{chat.shop.prefix}:{by}"
    for notice in chat.notices:
        agents = [m["sender_id"] for m in chat.messages if m["sender_role"] == "agent"]
        notice["agent_id"] = next((g["agent_id"] for g in chat.gold if g["agent_id"]), agents[0] if agents else None)


def _read_line(chat: Chat, line: str, as_of: datetime) -> None:
    if line.startswith("!"):
        _read_gold(chat, line)
    elif line.startswith("order "):
        _read_order(chat, line)
    elif line.startswith("notice "):
        _read_notice(chat, line, as_of)
    else:
        _read_message(chat, line)


def chats(path: Path, as_of: datetime) -> Iterator[Chat]:
    """The conversations of one .chats file. Raises SourceError naming the line that cannot be read."""
    shops: dict[str, Shop] = {}
    chat: Chat | None = None
    for number, line in enumerate(map(str.strip, path.read_text(encoding="utf-8").splitlines()), 1):
        if not line or line.startswith("# "):
            continue
        try:
            if line.startswith("shop "):
                shop = Shop(*line.split()[1:])
                shops[shop.shop_id] = shop
            elif line.startswith("@"):
                if chat:
                    yield chat
                chat = _start_chat(line, shops)
            else:
                assert chat, "a line before the first @"
                _read_line(chat, line, as_of)
        except (ValueError, KeyError, IndexError, TypeError, AssertionError) as error:
            raise SourceError(f"{path.name}:{number}: {line!r}: {error!r}") from error
    if chat:
        yield chat


def read(home: Path = HOME) -> LabelledSet:
    """All .chats files of a folder, in order of their names."""
    as_of = datetime.fromisoformat((home / "as_of.txt").read_text(encoding="utf-8").strip())
    labelled = LabelledSet()
    for path in sorted(home.glob("*.chats")):
        for chat in chats(path, as_of):
            _name_accused(chat)
            labelled.messages += chat.messages
            labelled.orders += chat.orders
            labelled.penalties += [{k: v for k, v in notice.items() if v is not None} for notice in chat.notices]
            labelled.conversations.append(chat.info)
            labelled.gold += chat.gold
    return labelled


def write(folder: Path, home: Path = HOME) -> LabelledSet:
    """Writes the canonical files, the gold and as_of.txt into `folder` (made if missing)."""
    labelled = read(home)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("messages", "orders", "penalties", "conversations", "gold"):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in getattr(labelled, name))
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
    for name in ("facts.yaml", "as_of.txt"):
        shutil.copyfile(home / name, folder / name)
    return labelled
