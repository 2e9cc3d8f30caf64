"""Everything that is understood of one text, from the readers of promises, claims, topics and acts."""

from __future__ import annotations

from functools import lru_cache

from auditor.model import Lang, Reading
from auditor.reading.acts import act_gate, acts
from auditor.reading.claims import claim_gate, claims
from auditor.reading.normal import Normal
from auditor.reading.promises import promise_gate, promises
from auditor.reading.topics import topics


def read(text: Normal, lang: Lang) -> Reading:
    """Everything that is understood of one text."""
    made, asked = promises(text, lang)
    return Reading(made, asked, claims(text, lang), topics(text, lang), acts(text, lang))


@lru_cache(maxsize=8)
def reading_gate(lang: Lang) -> str:
    """A pattern (Rust and RE2 syntax) over normal texts; what it does not match says nothing that is read."""
    return "|".join(f"(?:{gate(lang)})" for gate in (promise_gate, claim_gate, act_gate))
