"""A draft of a mapping, made by looking at a file: names in Chinese, Polish or English, and the shapes of values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from auditor.errors import Fault, UsageError
from auditor.ingest import instants
from auditor.ingest.guessing import day_orders, spellings
from auditor.ingest.mapping import NEEDED, TIMES
from auditor.ingest.sighting import Column, Sighting, hint, sight
from auditor.ingest.source import Source, open_source
from auditor.ingest.tables import Refused
from auditor.ingest.words import CONTENT_WORDS, ROLE_WORDS
from auditor.model import CONTENT_TYPES, ROLES

_KINDS = ("transcript", "orders", "penalties")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")
_FEW = 12  # different words that a column of roles or types may have
_WORDS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "sender_role": (ROLES, ROLE_WORDS),
    "content_type": (CONTENT_TYPES, CONTENT_WORDS),
}
_HOW = {
    "transcript": "a chat: sent_at, text, conversation_id or buyer_id, and sender_role (or sender_id with buyer_id)",
    "orders": "orders: order_id, and the times of what happened",
    "penalties": "penalty notices: issued_at, clause or reason",
}


@dataclass(frozen=True, slots=True)
class _Guess:
    kind: str
    fields: Mapping[str, Column]


def draft(source: Source, name: str) -> str:
    """The YAML of a mapping that reads the file as well as could be guessed. Raises Refused where it has no rows."""
    seen = sight(source)
    guess = max((_guess(seen, kind) for kind in _KINDS), key=_worth)
    return "\n".join(_lines(seen, guess, name)) + "\n"


def _worth(guess: _Guess) -> tuple[int, int, int]:
    needed = sum(name in guess.fields for name in NEEDED[guess.kind])
    marks = {
        "transcript": ("sender_role", "sender_id"),
        "orders": ("paid_at", "shipped_at", "created_at"),
        "penalties": ("clause",),
    }
    return needed + sum(name in guess.fields for name in marks[guess.kind]), len(guess.fields), -_KINDS.index(guess.kind)


def _guess(seen: Sighting, kind: str) -> _Guess:
    found: dict[str, tuple[int, int, Column]] = {}
    for place, column in enumerate(seen.columns):
        told = _own_id(column, kind) or hint(column.name, kind)
        if told and _fits(kind, told[0], column):
            found[told[0]] = min(found.get(told[0], (999, 0, column)), (told[1], place, column), key=lambda one: one[:2])
    fields = {name: column for name, (_, _, column) in found.items()}
    if kind == "transcript":
        _by_shape(seen, fields)
    return _Guess(kind, fields)


def _own_id(column: Column, kind: str) -> tuple[str, int] | None:
    """What `id` means where it stands: the row's own, or that of the object around it."""
    if column.name == "id":
        return ({"transcript": "message_id", "orders": "order_id", "penalties": "notice_id"}[kind], 50)
    if column.name == "^.id" and kind == "transcript":
        return "conversation_id", 50
    return None


def _fits(kind: str, field: str, column: Column) -> bool:
    if field in TIMES[kind]:
        return not column.examples or _is_times(column)
    return True


def _is_times(column: Column) -> bool:
    good = sum(not isinstance(instants.parse(text, UTC), str) or bool(spellings((text,))) for text in column.examples)
    return good * 2 > len(column.examples)


def _by_shape(seen: Sighting, fields: dict[str, Column]) -> None:
    """Fill what a chat cannot do without by what the values look like."""
    used = {column.name for column in fields.values()}
    free = [column for column in seen.columns if column.name not in used and column.examples]
    if "sent_at" not in fields:
        _take(fields, "sent_at", [column for column in free if _is_times(column)][:1])
    if "sender_role" not in fields:
        _take(fields, "sender_role", [column for column in free if _is_roles(column)][:1])
    if "text" not in fields:
        rest = [column for column in free if column not in fields.values() and not _is_times(column)]
        _take(fields, "text", sorted(rest, key=_length, reverse=True)[:1])


def _take(fields: dict[str, Column], name: str, found: Sequence[Column]) -> None:
    for column in found:
        fields[name] = column


def _is_roles(column: Column) -> bool:
    words = [word.casefold() for word in column.examples]
    return len(words) <= _FEW and sum(word in ROLE_WORDS or word in ROLES for word in words) * 2 >= len(words) > 1


def _length(column: Column) -> float:
    return sum(map(len, column.examples)) / len(column.examples)


# ---- as YAML -----------------------------------------------------------------------------------------------------------


def _lines(seen: Sighting, guess: _Guess, name: str) -> Iterator[str]:
    yield f"# A draft for {_shown(name)}, made by looking at it: correct it, then"
    yield "#   auditor formats detect FILE --mapping THIS.yaml      shows what it makes of the file"
    yield "#   auditor run FILE… --mapping THIS.yaml                reads all files with these columns by it"
    yield "version: 1"
    yield f"id: {_id(name)}"
    yield f"title: {_quoted(Path(name).stem)}"
    yield f"kind: {guess.kind}            # transcript, orders or penalties"
    yield "# platform: taobao         # of all rows: pinduoduo, taobao, jd, douyin, allegro …; or give --platform"
    yield "# timezone: Asia/Shanghai  # of times without an offset; Europe/Warsaw, +08:00 …"
    if seen.records:
        yield f"records: {_quoted(seen.records)}"
    yield "# A file that has all of these is read by this mapping:"
    yield f"recognise: [{', '.join(map(_quoted, _marks(guess)))}]"
    yield f"fields:                    # {_HOW[guess.kind]}"
    for field, column in guess.fields.items():
        yield f"  {field}: {_quoted(column.name)}{_example(column)}"
    for field in _lacking(guess):
        yield f"  # {field}:  # needed: name its column"
    yield from _value_lines(guess)
    yield from _time_lines(guess)
    yield from _unused(seen, guess)


def _marks(guess: _Guess) -> list[str]:
    """Up to five columns that tell such files from others."""
    inner = [column.name for column in guess.fields.values() if not column.name.startswith("^")]
    return list(dict.fromkeys(inner))[:5]


def _lacking(guess: _Guess) -> list[str]:
    have = set(guess.fields)
    lacking = [name for name in NEEDED[guess.kind] if name not in have]
    if guess.kind == "transcript":
        lacking += ["conversation_id"] * (not have & {"conversation_id", "buyer_id", "receiver_id"})
        lacking += ["sender_role"] * ("sender_role" not in have and not {"sender_id", "buyer_id"} <= have)
    return lacking


def _value_lines(guess: _Guess) -> Iterator[str]:
    tables = {field: _table(guess.fields[field], *_WORDS[field]) for field in _WORDS if field in guess.fields}
    if any(tables.values()):
        yield "values:                    # what words of the file mean; * stands for any signs"
    for field, table in tables.items():
        if table:
            yield f"  {field}:"
            yield from (
                f"    {_quoted(word)}: {meant or '~  # say what: ' + ', '.join(_WORDS[field][0])}" for word, meant in table
            )


def _table(column: Column, allowed: tuple[str, ...], known: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """The column's words that are not canonical themselves; None where their meaning is not known."""
    words = [word for word in column.examples if word.casefold() not in allowed]
    if len(words) > _FEW:
        return []
    return [(word, known.get(word.casefold())) for word in words]


def _time_lines(guess: _Guess) -> Iterator[str]:
    texts = [text for name in TIMES[guess.kind] if name in guess.fields for text in guess.fields[name].examples]
    odd = [text for text in texts if isinstance(instants.parse(text, UTC), str)]
    if not odd:
        return
    found, doubtful = spellings(odd), day_orders(odd)
    if doubtful:
        yield f"# times: [{_quoted(doubtful[0])}]  # or {_quoted(doubtful[1])}: {_shown(odd[0])} does not say which is the day"
    elif found:
        yield f"times: [{', '.join(map(_quoted, found))}]  # as strptime writes it"
    else:
        yield f'# times: ["%d.%m.%Y %H:%M:%S"]  # how such times are spelt: {_shown(odd[0])}'


def _unused(seen: Sighting, guess: _Guess) -> Iterator[str]:
    used = {column.name for column in guess.fields.values()}
    free = [column for column in seen.columns if column.name not in used]
    if free:
        yield "# Not used:"
    yield from (f"#   {_quoted(column.name)}{_example(column)}" for column in free)


def _example(column: Column) -> str:
    return f"  # {' | '.join(_shown(text) for text in column.examples[:3])}" if column.examples else ""


def _shown(text: str) -> str:
    """An example on one line of a comment."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain if len(plain) <= 40 else plain[:40] + "…"


def _quoted(text: str) -> str:
    """A text as YAML reads it back."""
    han = all(sign in _PLAIN or "\u4e00" <= sign <= "\u9fff" for sign in text)
    return (
        text
        if text and han and not text[0].isdigit() and text not in ("true", "false", "null")
        else json.dumps(text, ensure_ascii=False)
    )


def _id(name: str) -> str:
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in Path(name).stem.casefold())
    return plain.strip("_")[:40] or "own_export"


def draft_of(path: Path, encoding: str | None = None) -> str:
    """The same for a file. Raises UsageError where it cannot be opened or has no rows."""
    try:
        return draft(open_source(path, str(path), given=encoding), path.name)
    except Refused as refusal:
        raise UsageError(Fault(str(path), str(refusal), "give an export as CSV, XLSX, JSON or JSON lines")) from None
