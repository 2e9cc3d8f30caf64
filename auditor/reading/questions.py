"""Which segments of a text ask: question marks, question words, alternatives (发不发), tags ("…, is that ok?")."""

from __future__ import annotations

from auditor.model import Lang
from auditor.reading.normal import Normal
from auditor.reading.segments import Segment

_ASKING = ("ask", "ask_when")
# A Chinese question with one of these leaves the promise before it as it is: "2天内有货 您等一下可以吗".
_NOT_OF_IT = ("等", "请问", "还有")


def mark_questions(parts: list[Segment], normal: Normal, lang: Lang) -> None:
    """Set `asked` on the segments that ask."""
    may_end = lang == "zh" and ("不" in normal.text or "没" in normal.text)
    for at, part in enumerate(parts):
        marked = part.asked
        if not marked and not may_end and part.kinds.isdisjoint(_ASKING):
            continue
        part.asked = marked or _asks(part, normal, lang)
        if marked:
            _mark_sentence(parts, at)
        if part.asked and at and not part.actions and not part.groups and part.end - part.start <= 16:
            before = parts[at - 1]
            told = any(one.has("correction") for one in parts[max(0, at - 3) : at])  # "改到周三发,您看可以吗" is settled
            told = told or (lang == "zh" and any(word in normal.text[part.start : part.end] for word in _NOT_OF_IT))
            if before.sentence == part.sentence and (before.actions or before.groups) and not told:
                before.asked = True  # "…, is that ok?"


def _asks(part: Segment, normal: Normal, lang: Lang) -> bool:
    asks = part.of("ask", "ask_when")
    if lang == "zh":
        said = normal.text[part.start : part.end].rstrip(" ~")
        either = any("不" in normal.text[token.start : token.end] for token in part.actions)  # 发不发
        return bool(asks) or either or (len(said) > 2 and said.endswith(("不", "没", "没有")))
    return any(token.start - part.start <= 4 for token in asks)


def offered(normal: Normal) -> frozenset[str]:
    """The words that a Chinese question offers with their negation: 高 of 高不高, 合 of 合不合适, 好吃 of 好吃不好吃."""
    text = normal.text
    pairs = (_stands_twice(text, at) for at, sign in enumerate(text) if sign in "不没" and at > 0)
    return frozenset(word for word in pairs if word)


def _stands_twice(text: str, at: int) -> str:
    for size in (1, 2):
        before, after = text[max(at - size, 0) : at], text[at + 1 : at + 1 + size]
        if len(before) == size and before == after and "\u4e00" <= before[0] <= "\u9fff":
            return before
    return ""


def _mark_sentence(parts: list[Segment], at: int) -> None:
    """A question mark asks from the first question word of its sentence on."""
    first = start = at
    while start > 0 and parts[start - 1].sentence == parts[at].sentence:
        start -= 1
        if parts[start].has("ask", "ask_when"):
            first = start
    for i in range(first, at):
        parts[i].asked = True
