"""Word lists: rules/words/<lang>/<name>.yaml, found clause by clause in a text.

A list says `what` it finds (one sentence) and has
  any             RE2 patterns over the normal form of a clause
  tokens          spaCy token patterns (LOWER, IN, OP …; no REGEX: matching stays linear)
  unless          patterns: a clause that holds one is passed over
  unless_message  patterns: a message that holds one is passed over
  scope           `clause` (default) or `message`: what a pattern may span
  hits, misses    texts in which something / nothing must be found; the tests run them
Polish lists are matched without diacritics on both sides, so write them as you like.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import re2

from auditor.errors import Fault, UsageError
from auditor.model import LANGS, Lang
from auditor.reading.literals import literals as words_needed
from auditor.reading.normal import Normal, clause_at, clauses, normal
from auditor.reading.patterns import as_gate
from auditor.rulesdir import RULES
from auditor.strictyaml import Document, load

if TYPE_CHECKING:
    from spacy.matcher import Matcher

Span = tuple[int, int]

_KEYS = frozenset({"what", "any", "tokens", "unless", "unless_message", "scope", "hits", "misses"})
_TOKEN_KEYS = frozenset({"LOWER", "ORTH", "TEXT", "OP", "IS_DIGIT", "LIKE_NUM", "IS_ALPHA", "IS_PUNCT", "LENGTH"})


@dataclass(frozen=True)
class WordList:
    """One list of one language; `gate` is a pattern that any normalised text with a find matches (RE2 and Rust alike)."""

    name: str
    lang: Lang
    what: str
    gate: str
    any: Any  # compiled alternation, or None
    unless: Any
    unless_message: Any
    patterns: tuple[str, ...] = ()  # `any`, one by one, as they are matched
    clearing: tuple[str, ...] = ()  # `unless`, one by one
    clearing_message: tuple[str, ...] = ()  # `unless_message`, one by one
    tokens: tuple[tuple[dict[str, object], ...], ...] = ()
    token_gate: Any = None
    whole_message: bool = False
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    path: Path = field(default_factory=Path)

    @cached_property
    def door(self) -> Any:
        """The gate, compiled."""
        return re2.compile(self.gate, _options())

    @cached_property
    def needed(self) -> frozenset[str] | None:
        """Words of which every text with a find holds one (Polish: without diacritics); None: there are none."""
        named = [_named(pattern) or [] for pattern in self.tokens]
        words = words_needed(self.patterns)
        return None if words is None else words.union(*named)

    def find(self, normal: Normal) -> tuple[Span, ...]:
        """Where the list's words stand: spans of `normal.text`, in order, without doubles."""
        text = self._view(normal)
        if not _matches(self.door, text):
            return ()
        if self.unless_message is not None and _matches(self.unless_message, text):
            return ()
        borders = ((0, len(text)),) if self.whole_message else clauses(normal)
        found: set[Span] = set()
        for start, end in borders:
            piece = text[start:end]
            spans = self._spans(piece)
            if spans and not self._passed_over(text, start, end):
                found.update((start + first, start + last) for first, last in spans)
        return tuple(sorted(found))

    def _passed_over(self, text: str, start: int, end: int) -> bool:
        """Whether `unless` holds, of the clause or of the clause with the question mark behind it."""
        asked = text[end : end + 1] == "?"
        return _matches(self.unless, text[start:end]) or (asked and _matches(self.unless, text[start : end + 1]))

    def holds(self, text: str) -> bool:
        """Whether the list finds anything in a text as written."""
        return bool(self.find(normal(text)))

    def _view(self, normal: Normal) -> str:
        return normal.folded if self.lang == "pl" else normal.text

    def _spans(self, piece: str) -> list[Span]:
        spans = (
            [match.span() for match in self.any.finditer(piece) if match.end() > match.start()] if self.any is not None else []
        )
        if self.tokens and _matches(self.token_gate, piece):
            spans.extend(_token_spans(self, piece))
        return spans


@cache
def word_list(name: str, lang: Lang) -> WordList | None:
    """The list of that name ("claims/stock"), or None where the language has none. Raises UsageError on a faulty file."""
    path = RULES / "words" / lang / f"{name}.yaml"
    return _read(path, name, lang) if path.is_file() else None


def all_word_lists() -> tuple[WordList, ...]:
    """Every list of every language, sorted by language and name; all faults of all files are told at once."""
    lists: list[WordList] = []
    faults: list[Fault] = []
    for lang in LANGS:
        root = RULES / "words" / lang
        for path in sorted(root.rglob("*.yaml")):
            try:
                lists.append(_read(path, path.relative_to(root).with_suffix("").as_posix(), lang))
            except UsageError as error:
                faults.extend(error.faults)
    if faults:
        raise UsageError(faults)
    return tuple(lists)


def _matches(pattern: Any, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None


# ---- reading a file ------------------------------------------------------------------------------------------------


@cache
def _read(path: Path, name: str, lang: Lang) -> WordList:
    document = load(path)
    faults: list[Fault] = []
    value = document.value
    if not isinstance(value, dict):
        raise UsageError(document.fault((), "a word list is a mapping", "see rules/words for examples"))
    faults.extend(document.fault((key,), f"{key!r} is not a key of a word list") for key in value if key not in _KEYS)
    what = value.get("what")
    if not isinstance(what, str) or not what:
        faults.append(document.fault((), "'what' is missing", "say in one sentence what the list finds"))
    if value.get("scope", "clause") not in ("clause", "message"):
        faults.append(document.fault(("scope",), "scope is clause or message"))
    patterns = {key: _patterns(document, key, lang, faults) for key in ("any", "unless", "unless_message")}
    texts = {key: _texts(document, key, faults) for key in ("hits", "misses")}
    tokens, literals = _token_patterns(document, lang, faults)
    if not patterns["any"] and not tokens:
        faults.append(document.fault((), "neither 'any' nor 'tokens'", "give at least one pattern"))
    if not texts["hits"]:
        faults.append(document.fault((), "'hits' is missing", "give at least one text that must match"))
    if faults:
        raise UsageError(faults)
    gates = [as_gate(pattern, lang) for pattern in patterns["any"]] + [as_gate(re2.escape(one), lang) for one in literals]
    gate = "(?:" + "|".join(gates) + ")"
    return WordList(
        name=name,
        lang=lang,
        what=str(what),
        gate=gate,
        any=compiled(patterns["any"]),
        unless=compiled(patterns["unless"]),
        unless_message=compiled(patterns["unless_message"]),
        patterns=patterns["any"],
        clearing=patterns["unless"],
        clearing_message=patterns["unless_message"],
        tokens=tokens,
        token_gate=compiled([re2.escape(one) for one in literals]),
        whole_message=value.get("scope") == "message",
        hits=texts["hits"],
        misses=texts["misses"],
        path=path,
    )


def compiled(patterns: Iterable[str]) -> Any:
    """The patterns as one alternation, or None where there are none."""
    pieces = [f"(?:{pattern})" for pattern in patterns]
    return re2.compile("|".join(pieces), _options()) if pieces else None


def _options() -> Any:
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    return options


def _patterns(document: Document, key: str, lang: Lang, faults: list[Fault]) -> tuple[str, ...]:
    patterns: list[str] = []
    for at, text in enumerate(_texts(document, key, faults)):
        pattern = _folded(text, lang)
        try:
            compiled = re2.compile(pattern, _options())
            as_gate(pattern, lang)
        except (re2.error, ValueError) as error:
            faults.append(document.fault((key, at), f"{text!r} is not a pattern ({_words(error)})", "write RE2 syntax"))
            continue
        if compiled.search("") is not None and not pattern.startswith("^"):
            faults.append(document.fault((key, at), f"{text!r} matches anything", "make some part of it needed"))
        patterns.append(pattern)
    return tuple(patterns)


def _words(error: Exception) -> str:
    what = error.args[0] if error.args else ""
    return what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)


def _texts(document: Document, key: str, faults: list[Fault]) -> tuple[str, ...]:
    value = document.value
    items = value.get(key) if isinstance(value, dict) else None
    if items is None:
        return ()
    if not isinstance(items, list):
        faults.append(document.fault((key,), f"{key} is a list"))
        return ()
    for at, item in enumerate(items):
        if isinstance(item, (dict, list)) or item is None:
            faults.append(document.fault((key, at), "an entry is a text", "put it in quotes"))
    return tuple(str(item) for item in items if not isinstance(item, (dict, list)) and item is not None)


def _folded(text: str, lang: Lang) -> str:
    return normal(text).folded if lang == "pl" and not text.isascii() else text


# ---- spaCy token patterns --------------------------------------------------------------------------------------------


def _token_patterns(
    document: Document, lang: Lang, faults: list[Fault]
) -> tuple[tuple[tuple[dict[str, object], ...], ...], tuple[str, ...]]:
    items = document.value.get("tokens") if isinstance(document.value, dict) else None
    result: list[tuple[dict[str, object], ...]] = []
    literals: list[str] = []
    for at, item in enumerate(items if isinstance(items, list) else []):
        tokens = [_token(token, lang) for token in item if isinstance(token, dict)] if isinstance(item, list) else []
        needed = _named(tokens)
        if not isinstance(item, list) or len(tokens) != len(item) or needed is None:
            mend = "write - [{LOWER: word}, …] with one token that is needed and named"
            faults.append(document.fault(("tokens", at), "is not a usable token pattern", mend))
        elif any(key not in _TOKEN_KEYS for token in tokens for key in token):
            faults.append(document.fault(("tokens", at), f"token keys are {', '.join(sorted(_TOKEN_KEYS))}"))
        else:
            result.append(tuple(tokens))
            literals.extend(needed)
    return tuple(result), tuple(dict.fromkeys(literals))


def _token(token: dict[str, Any], lang: Lang) -> dict[str, object]:
    folded: dict[str, object] = {}
    for key, value in token.items():
        if isinstance(value, str) and key != "OP":
            folded[key] = _folded(value, lang)
        elif isinstance(value, dict) and isinstance(value.get("IN"), list):
            folded[key] = {**value, "IN": [_folded(str(one), lang) for one in value["IN"]]}
        else:
            folded[key] = value
    return folded


def _named(tokens: Iterable[dict[str, object]]) -> list[str] | None:
    """The words of the needed token that is likely the rarest: the longest; None where no token is named."""
    named = [words for token in tokens if (words := _literals(token))]
    return max(named, key=lambda words: min(map(len, words)), default=None)


def _literals(token: dict[str, object]) -> list[str] | None:
    if token.get("OP") in ("?", "*", "!"):
        return None
    for key in ("LOWER", "ORTH", "TEXT"):
        value = token.get(key)
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict) and set(value) == {"IN"}:
            return list(value["IN"])
    return None


@cache
def _pipeline(lang: Lang) -> Any:
    import spacy
    from spacy.vocab import Vocab

    return Vocab() if lang == "zh" else spacy.blank(lang)


@cache
def _matcher(path: Path, name: str, lang: Lang) -> Matcher:
    from spacy.matcher import Matcher

    nlp = _pipeline(lang)
    matcher = Matcher(nlp if lang == "zh" else nlp.vocab)
    matcher.add(name, [list(pattern) for pattern in _read(path, name, lang).tokens])
    return matcher


def _token_spans(words: WordList, piece: str) -> list[Span]:
    nlp = _pipeline(words.lang)
    if words.lang == "zh":
        import rjieba
        from spacy.tokens import Doc

        cut = rjieba.cut(piece)
        doc = Doc(nlp, words=cut, spaces=[False] * len(cut))
    else:
        doc = nlp.make_doc(piece)
    spans: list[Span] = []
    for _, start, end in _matcher(words.path, words.name, words.lang)(doc):
        span = doc[start:end]
        spans.append((span.start_char, span.end_char))
    return spans


__all__ = ["Span", "WordList", "all_word_lists", "clause_at", "compiled", "word_list"]
