"""From a pattern to its gate: a looser pattern that whole columns can be tested with, by any linear-time engine."""

from __future__ import annotations

from auditor.model import Lang

_DIACRITICS = {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "źż"}
_POLISH = "".join(_DIACRITICS.values())
_REFUSED = frozenset("ABDWSCzQE")  # escapes that mean different things, or nothing, to the two engines


def as_gate(pattern: str, lang: Lang) -> str:
    r"""A pattern that matches every whole text of which a clause matches `pattern`, in RE2 and in Rust's regex.

    Anchors and \b fall away. For Polish, whose patterns stand without diacritics, letters also match with them.
    Raises ValueError for escapes that the engines read differently.
    """
    if lang != "pl" and not any(sign in pattern for sign in "\\[^$"):
        return pattern
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            pieces.append(_escape(pattern[at : at + 2], lang))
            at += 2
            if pieces[-1].lower() == "\\p":
                end = pattern.index("}", at) + 1 if pattern[at : at + 1] == "{" else at + 1
                pieces.append(pattern[at:end])
                at = end
        elif character == "[":
            end = _class_end(pattern, at)
            pieces.append(_class(pattern[at:end], lang))
            at = end
        elif pattern.startswith("(?", at):
            end = at + 2
            while pattern[end] not in ":)>":
                end += 1
            pieces.append(pattern[at : end + 1])
            at = end + 1
        elif character == "{":
            end = pattern.find("}", at) + 1 or len(pattern)
            pieces.append(pattern[at:end])
            at = end
        else:
            pieces.append(_plain(character, lang))
            at += 1
    return "".join(pieces)


def _escape(escape: str, lang: Lang) -> str:
    if escape[1:] in _REFUSED:
        raise ValueError(f"{escape} is not allowed")
    if lang == "pl" and escape == "\\w":
        return f"[\\w{_POLISH}]"  # RE2 knows ASCII letters only
    return "" if escape == "\\b" else escape


def _plain(character: str, lang: Lang) -> str:
    if character in "^$":
        return ""
    if lang == "pl" and character in _DIACRITICS:
        return f"[{character}{_DIACRITICS[character]}]"
    return character


def _class_end(pattern: str, start: int) -> int:
    at = start + 1
    if pattern[at : at + 1] == "^":
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        if pattern.startswith("[:", at):
            at = pattern.index(":]", at) + 2
            continue
        at += 2 if pattern[at] == "\\" else 1
    if at >= len(pattern):
        raise ValueError("missing ]")
    return at + 1


def _class(text: str, lang: Lang) -> str:
    if lang != "pl" or text.startswith("[^"):
        return text
    if any(text[at] == "-" and text[at - 1].isalpha() for at in range(2, len(text) - 1)) or "\\" in text:
        return text[:-1] + _POLISH + "]"
    return text[:-1] + "".join(_DIACRITICS[letter] for letter in text if letter in _DIACRITICS) + "]"
