"""Names of files and folders that no id can break: ASCII, short, the same on Windows, macOS and Linux."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_LONGEST = 60
_HASH = 8


def slug(text: str) -> str:
    """`text` as a name of at most 69 ASCII characters; where anything had to change, a short hash of the original follows."""
    kept = "".join(char if char in _SAFE else "-" for char in text)
    while "--" in kept:
        kept = kept.replace("--", "-")
    kept = kept.strip("-._")[:_LONGEST].strip("-._")
    if kept == text:
        return kept
    return f"{kept}-{_digest(text)}" if kept else _digest(text)


def instant_name(at: datetime | None) -> str:
    """Write an instant in its own offset as 20261121T200000+0800; `unknown` where there is none (sorts after all digits)."""
    return "unknown" if at is None else at.strftime("%Y%m%dT%H%M%S%z")


def unique(stems: Iterable[tuple[str, str]]) -> list[str]:
    """Names in order, each once even where case is ignored; given (name, what it stands for), a clash adds a hash and a count."""
    taken: set[str] = set()
    names: list[str] = []
    for stem, meaning in stems:
        name, turn = stem, 1
        while name.casefold() in taken:
            name = f"{stem}-{_digest(f'{meaning}|{turn}')}"
            turn += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
