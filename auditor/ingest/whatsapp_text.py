"""A WhatsApp chat exported as text, with the spellings of times of all countries: little proof, as with all copied text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import re2

from auditor.ingest.source import Source
from auditor.ingest.tables import Kind, Match, RawRows, Refused, RowFault, cut, frame_of_records
from auditor.ingest.whatsapp_times import times_of

ID = "whatsapp_text"
TITLE = "WhatsApp chat exported as text"
KINDS: tuple[Kind, ...] = ("transcript",)
NOTE = "low assurance: text, in which a pasted line looks like a real one; its times are the phone's, --timezone says of where"

_LINE = re2.compile(
    r"^\[?(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}),? (\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.? ?[Mm]\.?)?)(?:\]| -) (.*)$"
)
_SENDER = re2.compile(r"^([^:]{1,80}): ?(.*)$")
_NUMBER = re2.compile(r"^~?\+?[\d ()-]{7,20}$")
_FILE = re2.compile(
    r"(?i)(?:whatsapp chat with|czat whatsapp z użytkownikiem|czat whatsapp z|与(.+?)的whatsapp聊天)\s*(.*?)(?:\.txt)?$"
)
_SHOP = ("shop", "store", "support", "service", "sklep", "obsługa", "biuro", "客服", "店", "商城", "旗舰", "team", "help")
_MEDIA = {
    "image": (
        "image omitted",
        "obraz pominięto",
        "pominięto obraz",
        "图像已忽略",
        "sticker omitted",
        "gif omitted",
        ".jpg",
        ".png",
        ".webp",
    ),
    "video": ("video omitted", "film pominięto", "pominięto film", "视频已忽略", ".mp4"),
    "voice": ("audio omitted", "pominięto plik audio", "音频已忽略", ".opus", ".m4a", ".mp3"),
    "file": (
        "media omitted",
        "pominięto multimedia",
        "省略多媒体文件",
        "document omitted",
        "(file attached)",
        "attached:",
        "(dołączono plik)",
        ".pdf",
    ),
}
_SIGNS = {0x200E: None, 0x200F: None, 0x202A: None, 0x202C: None, 0xFEFF: None, 0x202F: " ", 0xA0: " "}
_NAMES = ("conversation_id", "sent_at", "sender_role", "sender_id", "text", "content_type", "buyer_id")


@dataclass(slots=True)
class _Draft:
    line: int
    day: str
    clock: str
    sender: str | None
    words: list[str] = field(default_factory=list)


def _plain(line: str) -> str:
    """Without the invisible signs that the app puts in."""
    return line.translate(_SIGNS)


def recognise(source: Source) -> Match | None:
    """Lines such as `[15.01.26, 10:30:45] Name: text` or `15/01/2026, 10:30 - Name: text`."""
    if source.shape != "table" or source.sheet:
        return None
    found = [match for line in source.lines if (match := _LINE.match(_plain(line)))]
    named = sum(_SENDER.match(match[3]) is not None for match in found)
    if not found or not _LINE.match(_plain(next((line for line in source.lines if line.strip()), ""))) or not named:
        return None
    return Match("transcript", "lines of day, time, name and text as WhatsApp exports them")


def read(source: Source, match: Match) -> RawRows:
    """One row a message; lines without a name are the app's own. Raises Refused where it cannot be told who the shop is."""
    drafts, faults = _drafts(source.data.decode("utf-8").replace("\r\n", "\n").split("\n"))
    times = times_of([(draft.day, draft.clock) for draft in drafts])
    people = list(dict.fromkeys(draft.sender for draft in drafts if draft.sender))
    buyer = _buyer(people, Path(source.path).name)
    records = [(each.line, _record(each, time, buyer)) for each, time in zip(drafts, times, strict=True)]
    frame = frame_of_records(records, _NAMES)
    return RawRows(frame, tuple(faults), 0, len(records) + len(faults), understood=_NAMES, note=NOTE)


def _drafts(lines: Sequence[str]) -> tuple[list[_Draft], list[RowFault]]:
    drafts: list[_Draft] = []
    faults: list[RowFault] = []
    for number, line in enumerate(lines, 1):
        plain = _plain(line)
        found = _LINE.match(plain)
        if found:
            sender = _SENDER.match(found[3])
            drafts.append(
                _Draft(number, found[1], found[2], sender[1].strip() if sender else None, [sender[2] if sender else found[3]])
            )
        elif drafts:
            drafts[-1].words.append(plain.rstrip())
        elif plain.strip():
            faults.append(RowFault(number, "the line stands before the first time and name", cut(line), "text"))
    return drafts, faults


def _buyer(people: Sequence[str], name: str) -> str:
    """Who is the buyer: a bare number, whom the file is named after, or the one beside a name that speaks of a shop."""
    numbers = [one for one in people if _NUMBER.match(one)]
    if len(numbers) == 1 and len(people) > 1:
        return numbers[0]
    shops = [one for one in people if any(word in one.casefold() for word in _SHOP)]
    others = [one for one in people if one not in shops]
    if shops and len(others) == 1:
        return others[0]
    named = _FILE.search(name)
    if named and (wanted := (named[1] or named[2] or "").strip()) in people and len(people) > 1:
        return wanted
    raise Refused(
        f"who of {', '.join(people[:5])} is the buyer cannot be told; "
        "keep the export's own name (WhatsApp Chat with BUYER.txt), or give a table by a mapping"
    )


def _record(draft: _Draft, time: str, buyer: str) -> Mapping[str, str | None]:
    text = "\n".join(draft.words).strip()
    role = "system" if draft.sender is None else "buyer" if draft.sender == buyer else "agent"
    return {
        "conversation_id": buyer,
        "sent_at": time,
        "sender_role": role,
        "sender_id": draft.sender,
        "text": text,
        "content_type": "event" if role == "system" else _content(text),
        "buyer_id": buyer,
    }


def _content(text: str) -> str:
    low = text.casefold()
    if len(low) <= 120 and (
        low.startswith("<") or "omitted" in low or "pominięto" in low or "attached" in low or "已忽略" in low
    ):
        return next((kind for kind, words in _MEDIA.items() if any(word in low for word in words)), "text")
    return "text"
