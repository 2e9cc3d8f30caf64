"""Everything that is understood of one text, each part worked out when it is first asked for and only where its gate opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from auditor.model import Claim, Lang, Promise
from auditor.reading.acts import acts
from auditor.reading.claims import claim_door, claim_gate, claims
from auditor.reading.literals import Door
from auditor.reading.normal import Normal
from auditor.reading.promises import promise_door, promise_gate, promises
from auditor.reading.topics import topics

# Part of a reading → the cheap test of a column of folded texts without which a text says nothing of that kind; and the
# pattern (RE2 syntax) that tells more, for those that pass.
DOORS: Mapping[str, Callable[[Lang], Door]] = {"promises": promise_door, "claims": claim_door}
GATES: Mapping[str, Callable[[Lang], str]] = {"promises": promise_gate, "claims": claim_gate}


class Reading(Protocol):
    """What one text says."""

    @property
    def promises(self) -> tuple[Promise, ...]:
        """What the writer commits the shop to."""

    @property
    def requests(self) -> tuple[Promise, ...]:
        """What a buyer asks for that an assent would make a promise."""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Statements of fact."""

    @property
    def topics(self) -> frozenset[str]:
        """What is asked or talked about."""

    @property
    def acts(self) -> frozenset[str]:
        """What the writer does: asks, assents, refuses, apologises … (acts.py lists them)."""


class TextReading:
    """What one text says. `open_gates`: the parts whose gate it passed; the others are empty without a look."""

    __slots__ = ("_acts", "_claims", "_lang", "_normal", "_open", "_promises", "_topics")

    def __init__(self, normal: Normal, lang: Lang, open_gates: frozenset[str] = frozenset(GATES)) -> None:
        self._normal, self._lang, self._open = normal, lang, open_gates
        self._promises: tuple[tuple[Promise, ...], tuple[Promise, ...]] | None = None
        self._claims: tuple[Claim, ...] | None = None
        self._topics: frozenset[str] | None = None
        self._acts: frozenset[str] | None = None

    def _both(self) -> tuple[tuple[Promise, ...], tuple[Promise, ...]]:
        if self._promises is None:
            self._promises = promises(self._normal, self._lang) if "promises" in self._open else ((), ())
        return self._promises

    @property
    def promises(self) -> tuple[Promise, ...]:
        """What the writer commits the shop to."""
        return self._both()[0]

    @property
    def requests(self) -> tuple[Promise, ...]:
        """What a buyer asks for that an assent would make a promise."""
        return self._both()[1]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Statements of fact."""
        if self._claims is None:
            self._claims = claims(self._normal, self._lang) if "claims" in self._open else ()
        return self._claims

    @property
    def topics(self) -> frozenset[str]:
        """What is asked or talked about."""
        if self._topics is None:
            self._topics = topics(self._normal, self._lang)
        return self._topics

    @property
    def acts(self) -> frozenset[str]:
        """What the writer does: asks, assents, refuses, apologises … (acts.py lists them)."""
        if self._acts is None:
            self._acts = acts(self._normal, self._lang)
        return self._acts


T = TypeVar("T", Promise, Claim)


class AsWritten:
    """The reading of a text that differs from the one that was read only in digits, as long: quotes are put back as written."""

    __slots__ = ("_read", "_reading", "_written")

    def __init__(self, reading: Reading, read: str, written: str) -> None:
        self._reading, self._read, self._written = reading, read, written

    def _quoted(self, found: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(replace(one, text=self._quote(one.text)) for one in found)

    def _quote(self, text: str) -> str:
        start = self._read.find(text)
        return text if start < 0 else self._written[start : start + len(text)]

    @property
    def promises(self) -> tuple[Promise, ...]:
        """What the writer commits the shop to."""
        return self._quoted(self._reading.promises)

    @property
    def requests(self) -> tuple[Promise, ...]:
        """What a buyer asks for that an assent would make a promise."""
        return self._quoted(self._reading.requests)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Statements of fact."""
        return self._quoted(self._reading.claims)

    @property
    def topics(self) -> frozenset[str]:
        """What is asked or talked about."""
        return self._reading.topics

    @property
    def acts(self) -> frozenset[str]:
        """What the writer does."""
        return self._reading.acts
