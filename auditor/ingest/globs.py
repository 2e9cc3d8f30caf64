"""Words with `*` for anything, compared without regular expressions and in linear time."""

from __future__ import annotations

from collections.abc import Mapping


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is like the pattern; `*` stands for any signs, none included."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    place, last = len(first), rest.pop()
    for piece in rest:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return len(text) - len(last) >= place and text.endswith(last)


def pick(table: Mapping[str, str | None], text: str) -> tuple[bool, str | None]:
    """(whether the table knows the text, what it says of it): the very word first, then patterns in their order."""
    if text in table:
        return True, table[text]
    for pattern, value in table.items():
        if "*" in pattern and matches(pattern, text):
            return True, value
    return False, None
