"""The words of the reports, one YAML file a language; a key that is missing in one is missing in none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from auditor.model import Lang

FOLDER = Path(__file__).parent / "words"
Words = Mapping[str, str]


@cache
def words(lang: Lang) -> Words:
    """Every word of a language under its dotted key ("column.agent")."""
    groups: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({f"{group}.{key}": str(text) for group, texts in groups.items() for key, text in texts.items()})


def term(known: Words, group: str, key: str) -> str:
    """The word of an open vocabulary (a reason, a platform); an unknown key is shown as it is."""
    return known.get(f"{group}.{key}", key.replace("_", " "))


def verdict_choice(known: Words, verdict: str) -> str:
    """A verdict as the drop-down offers it: the word for machines first, then the reader's own where it differs."""
    word = known[f"verdict.{verdict}"]
    return verdict if word == verdict else f"{verdict} {word}"
