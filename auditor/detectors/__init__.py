"""What to look for: one thing, one file. A detector yields hits; it knows no rule, no severity, no law.

Rules are found, code is listed: this table is the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from auditor.detectors import (
    composed,
    contradiction,
    mechanical,
    phrases,
    procedure,
    promises,
    response_time,
    ship_window,
    shipment,
    statements,
)
from auditor.model import Hit, Mark, NotEvaluated
from auditor.shard import Shard


class Detector(Protocol):
    """What a detector's module offers. `Params` is a frozen dataclass whose fields a rule may set."""

    NAME: str
    FACTS: frozenset[str]  # what a rule's message may name
    Params: Any

    def check(self, shard: Shard, params: Any) -> Iterator[Hit | NotEvaluated | Mark]:
        """Hits of one shard that holds one pack's platforms; NotEvaluated with an empty rule_id, which check.py fills in.

        Marks are settled by `composed.settle` once all shards were seen.
        """
        ...


_MODULES: tuple[Any, ...] = (
    response_time,
    promises,
    ship_window,
    shipment,
    statements,
    contradiction,
    phrases,
    mechanical,
    procedure,
    composed,
)

DETECTORS: Mapping[str, Detector] = {module.NAME: module for module in _MODULES}
