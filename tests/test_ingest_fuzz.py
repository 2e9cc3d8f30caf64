"""Bytes that no program would write, through the whole door: only verdicts come out (`python -m tests.fuzz` for longer)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import SEEDS, checked, damaged


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 3), st.binary(max_size=6)), min_size=1, max_size=5),
)
def test_damaged_files_end_in_verdicts(name: str, damages: list[tuple[int, int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        checked(Path(folder) / name, damaged(SEEDS[name], damages))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.txt", "a.gz", "a.zip", "a.html"]), st.binary(max_size=200))
def test_any_bytes_end_in_verdicts(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        checked(Path(folder) / name, data)
