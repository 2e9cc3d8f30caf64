"""This machine: one process, or as many as `jobs` says. Fresh processes (spawn), as Polars' threads do not survive a fork."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from auditor.errors import FailedError, Fault

P = TypeVar("P")
R = TypeVar("R")


def calm_collector() -> None:
    """Let the garbage collector look less often: millions of small records live to the end of a part, and none is a cycle."""
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def run(work: Callable[[P], R], parts: Sequence[P], jobs: int) -> Iterator[R]:
    """`work` of each part, in the order of the parts. Raises FailedError where a worker dies."""
    if jobs <= 1 or len(parts) <= 1:
        yield from map(work, parts)
        return
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(min(jobs, len(parts)), mp_context=context, initializer=calm_collector) as pool:
            yield from pool.map(work, parts)
    except BrokenProcessPool as error:
        mend = "run again with --jobs 1, or on a machine with more memory"
        raise FailedError(Fault("--jobs", "a worker process died (often for want of memory)", mend)) from error
