"""A cluster: the very function that one process runs, on the workers of a Dask scheduler; the only module that knows Dask.

Parts and outcomes lie in files in a folder that all machines see. What a lost worker had in hand is done again by another one;
its files are put in place whole, so that it does not matter how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from auditor.engines import Engine
from auditor.errors import FailedError, Fault, UsageError

_PATIENCE = 30  # seconds for the scheduler to answer, and for the first worker to come
_AGAIN = 3  # times that a part is tried anew where a worker raises


@contextmanager
def connected(scheduler: str | None) -> Iterator[Engine]:
    """An engine on that scheduler.

    Raises UsageError where Dask is missing or no address is given, FailedError where nobody answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise UsageError(Fault("--engine dask", "needs Dask", "python -m pip install 'auditor[cluster]'")) from error
    if not scheduler:
        raise UsageError(Fault("--scheduler", "is missing", "name the scheduler, as in --scheduler tcp://10.0.0.5:8786"))
    try:
        client = distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        mend = "look whether the scheduler runs there and has workers"
        raise FailedError(Fault(f"--scheduler {scheduler}", f"cannot be reached ({error})", mend)) from error
    try:
        threads = sum(client.ncores().values())
        yield Engine(lambda work, parts: _run(client, work, parts), max(1, threads), shared=True)
    finally:
        client.close()


def _run(client: Any, work: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
    """Outcomes in the order of the parts; skewed parts stall nobody, as idle workers take what waits."""
    futures = client.map(work, list(parts), pure=False, retries=_AGAIN)
    try:
        for future in futures:
            yield future.result()
    except import_module("distributed").KilledWorker as error:
        mend = "give the workers more memory, or look into their logs"
        raise FailedError(Fault("--engine dask", "workers died over and over on one part", mend)) from error
    finally:
        client.cancel(futures)
