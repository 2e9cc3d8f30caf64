"""Messages that are HTML → what a reader sees of them, in one pass and without trusting that tags are closed."""

from __future__ import annotations

import html

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "table"})
_SILENT = frozenset({"script", "style", "head", "title"})
_LINE_ENDS = "\r\n\u2028\u2029"


def plain(text: str) -> str:
    """The text without tags; blocks are lines, entities are signs, scripts and styles say nothing."""
    if "<" not in text and "&" not in text:
        return text
    pieces: list[str] = []
    place, silent = 0, ""
    while (start := text.find("<", place)) >= 0 and (end := text.find(">", start)) >= 0:
        name = _name(text[start + 1 : end])
        if not silent:
            pieces.append(text[place:start])
        if not name:  # a sign like "a < b", not a tag
            pieces.append("" if silent else text[start : start + 1])
            place = start + 1
            continue
        silent = _silence(name, silent)
        if name.strip("/") in _BREAKS and not silent:
            pieces.append("\n")
        place = end + 1
    if not silent:
        pieces.append(text[place:])
    lines = (" ".join(line.split()) for line in html.unescape("".join(pieces)).splitlines())
    return "\n".join(line for line in lines if line)


def _name(inside: str) -> str:
    """The tag's name in small letters, with its slash; "" where this is no tag."""
    slash = "/" if inside.startswith("/") else ""
    word = inside.removeprefix("/")
    if word.startswith("!"):
        return "!"
    name = word.split(maxsplit=1)[0].rstrip("/").casefold() if word[:1].isascii() and word[:1].isalpha() else ""
    return slash + name if name else ""


def _silence(name: str, silent: str) -> str:
    if silent:
        return "" if name == f"/{silent}" else silent
    return name if name in _SILENT else ""
