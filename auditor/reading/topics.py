"""What a text asks or talks about: price, stock, shipping, returns … (rules/words/<lang>/topics/)."""

from __future__ import annotations

from auditor.model import Lang
from auditor.reading.lexicon import lexicon
from auditor.reading.normal import Normal


def topics(normal: Normal, lang: Lang) -> frozenset[str]:
    """Names of the topic lists that find something in the text."""
    return frozenset(lexicon("topics", lang).find(normal))
