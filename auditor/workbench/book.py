"""The rule book: every rule with clause, source, dates, thresholds, false positives and examples, as Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from auditor import strictyaml
from auditor.model import LANGS, Clause, Lang, Pack, Rule
from auditor.money import spoken
from auditor.rulebook.difference import flat
from auditor.ruletest import cases_of
from auditor.ruletest.chats import Case
from auditor.wording import say_duration

_HERE = Path(__file__).parent
_TRUSTED = ("official", "shop_default")


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as the book shows it, in one language."""

    rule: Rule
    anchor: str
    clause: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    penalties: Sequence[str]
    versions: Sequence[tuple[str, Sequence[tuple[str, str]]]]  # day → (parameter, value); none: withdrawn
    examples: Sequence[Case]


def write(packs: Sequence[Pack], folder: Path) -> list[Path]:
    """Write rulebook.<lang>.md and .html for each language; returns the files. The folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in LANGS:
        for suffix in ("md", "html"):
            path = folder / f"rulebook.{lang}.{suffix}"
            path.write_text(rendered(packs, lang, suffix), encoding="utf-8")
            written.append(path)
    return written


def rendered(packs: Sequence[Pack], lang: Lang, suffix: str) -> str:
    """The book in that language, as "md" or "html"."""
    known = _words()[lang]
    shown = [pack for pack in packs if pack.rules]
    entries = {pack.id: [_entry(pack, rule, lang, known) for rule in _shown(pack)] for pack in shown}
    template = _templates().get_template(f"book.{suffix}.j2")
    return template.render(packs=shown, entries=entries, lang=lang, w=known, window=lambda pack: _window(pack, lang))


def _shown(pack: Pack) -> list[Rule]:
    return [rule for rule in pack.rules if rule.status != "withdrawn"]


def _window(pack: Pack, lang: Lang) -> str:
    return say_duration(pack.appeal.window, lang) if pack.appeal else ""


def _entry(pack: Pack, rule: Rule, lang: Lang, known: Mapping[str, str]) -> Entry:
    cases = cases_of(pack, rule)
    return Entry(
        rule=rule,
        anchor=rule.id.replace("/", "-"),
        clause=_clause(rule.clause, lang, known),
        warnings=_warnings(rule, known),
        penalties=_penalties(rule.clause, lang, known),
        versions=[(day.isoformat(), [] if values is None else [*flat("", values)]) for day, values in rule.params],
        examples=_examples(cases),
    )


def _examples(cases: Sequence[Case]) -> list[Case]:
    """A flagged chat, and a clean one that differs from it in what is said or when."""
    flagged = next((case for case in cases if case.flagged), None)
    told = [(line.at, line.text) for line in flagged.lines] if flagged else []
    others = (case for case in cases if not case.flagged and [(line.at, line.text) for line in case.lines] != told)
    return [case for case in (flagged, next(others, None)) if case is not None]


def _clause(clause: Clause, lang: Lang, known: Mapping[str, str]) -> list[tuple[str, str]]:
    rows = [
        (known["clause"], f"{clause.document}, {clause.section}"),
        (f"{known['text']} ({known[clause.wording]})", clause.text.get(lang, "")),
        (known["source"], clause.source),
        (known["seen"], clause.seen.isoformat()),
        (known["confidence"], known.get(clause.confidence, known["unverified_"])),
        (known["effective"], " – ".join(day.isoformat() if day else "…" for day in (clause.effective_from, clause.effective_to))),
        (known["note"], clause.note.get(lang, "")),
    ]
    return [(name, text) for name, text in rows if text and text != "… – …"]


def _warnings(rule: Rule, known: Mapping[str, str]) -> list[str]:
    told = [f"{figure.param}: " + "; ".join(f"{value} ({source})" for value, source in figure.says) for figure in rule.figures]
    return told + ([] if rule.clause.confidence in _TRUSTED else [known["unverified"] + f" ({rule.clause.source})"])


def _penalties(clause: Clause, lang: Lang, known: Mapping[str, str]) -> list[str]:
    lines = []
    for day, penalty in clause.penalties:
        parts = [spoken(penalty), penalty.points, penalty.note.get(lang, "")] if penalty else [known["none"]]
        lines.append(f"{known['from']} {day.isoformat()}: " + "; ".join(filter(None, parts)))
    return lines


@cache
def _words() -> Mapping[Lang, Mapping[str, str]]:
    return strictyaml.load(_HERE / "words.yaml", scalars="text").value  # type: ignore[return-value]


@cache
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["cell"] = lambda text: " ".join(str(text).replace("|", "\\|").replace("<", "&lt;").split())
    return made
