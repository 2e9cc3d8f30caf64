"""Where the work runs. An engine maps one function over independent parts and gives the outcomes back in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from auditor.engines import local

Run = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class Engine:
    """`run(work, parts)`; `jobs`: how many parts may be worked on at once; `shared`: other machines read and write the files."""

    run: Run
    jobs: int
    shared: bool = False


@contextmanager
def engine(name: str, jobs: int, scheduler: str | None = None) -> Iterator[Engine]:
    """The engine of that name: `local`, or `dask` with its scheduler's address. Raises UsageError, FailedError."""
    if name == "dask":
        from auditor.engines import dask

        with dask.connected(scheduler) as found:
            yield found
    else:
        yield Engine(partial(_local, jobs), jobs)


def _local(jobs: int, work: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
    return local.run(work, parts, jobs)
