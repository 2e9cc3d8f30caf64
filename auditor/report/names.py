"""File names for agents: safe letters and a short hash, so that no id can leave the folder or meet another's file."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

NO_AGENT = "_no_agent"
MAX_BYTES = 90  # of the stem; with the suffix below 100


def slug(text: str, max_bytes: int) -> str:
    """Letters and digits of any script in NFC; everything else becomes one hyphen; cut at whole characters."""
    kept = (c if unicodedata.category(c)[0] in "LN" else "-" for c in unicodedata.normalize("NFC", text))
    parts = [part for part in "".join(kept).split("-") if part]
    name = ""
    for letter in "-".join(parts):
        if len((name + letter).encode()) > max_bytes:
            break
        name += letter
    return unicodedata.normalize("NFC", name).strip("-")


def agent_names(agents: Iterable[str | None]) -> dict[str | None, str]:
    """A file stem for each agent: slug, hyphen, hash. The hash tells apart what letter case or cutting makes alike."""
    names: dict[str | None, str] = {}
    taken: set[str] = set()
    for agent in sorted(set(agents), key=lambda a: (a is not None, a or "")):
        if agent is None:
            names[agent] = NO_AGENT
            continue
        digest = hashlib.sha256(agent.encode("utf-8", "surrogatepass")).hexdigest()
        size = 8
        while True:
            name = f"{slug(agent, MAX_BYTES - 1 - size) or 'agent'}-{digest[:size]}"
            if name.casefold() not in taken or size >= len(digest):
                break
            size += 4
        taken.add(name.casefold())
        names[agent] = name
    return names
