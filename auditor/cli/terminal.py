"""How the program speaks to a terminal, a log file and a script: faults, progress, exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from auditor.errors import EXIT_FAILED, EXIT_USAGE, AuditorError

Progress = Callable[[str, int, int], None]
_INTERRUPTED = 130


class Commands(click.Group):
    """A group whose commands answer every foreseeable trouble with a message and the exit code that interfaces promise."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; AuditorError becomes its message and code."""
        try:
            return super().invoke(ctx)
        except AuditorError as error:
            complain(error)
            sys.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            click.echo("auditor: stopped; earlier reports are unchanged", err=True)
            sys.exit(_INTERRUPTED)
        except BrokenPipeError:  # `auditor understand … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except MemoryError:
            click.echo("auditor: out of memory; earlier reports are unchanged; run with --jobs 1 or fewer files", err=True)
            sys.exit(EXIT_FAILED)
        except OSError as error:
            click.echo(f"auditor: {error}; earlier reports are unchanged", err=True)
            sys.exit(EXIT_FAILED)


def complain(error: AuditorError) -> None:
    """All faults, one a line, on standard error."""
    for fault in error.faults:
        click.echo(f"auditor: {fault}", err=True)
    if error.exit_code == EXIT_USAGE:
        click.echo("auditor: nothing was audited", err=True)


def instant(_: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 time with offset; one without is read by this machine's clock."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a time; write 2026-11-16T02:00:00+08:00", param=option) from error
    return at if at.tzinfo else at.astimezone()


@contextmanager
def progress(quiet: bool, log_json: bool) -> Iterator[Progress]:
    """A bar on a terminal, plain lines in a log, JSON lines for a collector; nothing when quiet."""
    if log_json:
        yield _json_lines
    elif quiet:
        yield lambda stage, done, of: None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield bars
    else:
        yield _Lines()


def _json_lines(stage: str, done: int, of: int) -> None:
    log("progress", stage=stage, done=done, of=of)


def log(event: str, **fields: object) -> None:
    """One JSON object a line on standard error; never any chat text."""
    record = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields}
    click.echo(json.dumps(record, ensure_ascii=False, default=str), err=True)


class _Lines:
    """A line at the first and the last step of a stage, and at every tenth between."""

    def __init__(self) -> None:
        self._tenth: dict[str, int] = {}

    def __call__(self, stage: str, done: int, of: int) -> None:
        tenth = 10 * done // max(of, 1)
        if self._tenth.get(stage) == tenth and done < of:
            return
        self._tenth[stage] = tenth
        click.echo(f"{stage}: {done} of {of}", err=True)


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=of)
            bars.update(tasks[stage], completed=done, total=of)

        yield show
