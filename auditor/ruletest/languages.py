"""Texts of a rule that stand in the wrong language: a reader must not meet English on a Chinese or Polish page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor import strictyaml
from auditor.errors import Fault
from auditor.model import Rule, Texts
from auditor.rulebook import place_of
from auditor.strictyaml import Steps

_OPENING, _CLOSING = "(（“„「", ")）”」"


def misplaced(rule: Rule) -> list[Fault]:
    """One fault, with its line, for each text of the rule that is not in the language it stands under."""
    wrong = [(steps, lang, mend) for steps, texts in _texts(rule) for lang, mend in _wrong(texts)]
    if not wrong:
        return []
    document = strictyaml.parse(place_of(rule.path).read_text(encoding="utf-8-sig"), Path(rule.path))
    return [
        document.fault((*steps, lang), f"{'.'.join(map(str, (*steps, lang)))}: seems to be in another language", mend)
        for steps, lang, mend in wrong
    ]


def _texts(rule: Rule) -> Iterator[tuple[Steps, Texts]]:
    yield ("title",), rule.title
    yield ("message",), rule.message
    yield ("why",), rule.why
    yield ("fix",), rule.fix
    yield ("clause", "note"), rule.clause.note
    for place, texts in enumerate(rule.falsepositives):
        yield ("falsepositives", place), texts


def _wrong(texts: Texts) -> Iterator[tuple[str, str]]:
    if texts and not has_han(texts["zh"]):
        yield "zh", "write it in Chinese"
    for lang in ("en", "pl"):
        if has_han(_bare(texts.get(lang, ""))):
            yield lang, "put Chinese terms in brackets or quotation marks"
    if " " in texts.get("pl", "") and texts["pl"] == texts["en"]:
        yield "pl", "write it in Polish"


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _bare(text: str) -> str:
    """The text without what stands in brackets or quotation marks: there a foreign term may be named."""
    kept, depth = [], 0
    for character in text:
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(character)
    return "".join(kept)
