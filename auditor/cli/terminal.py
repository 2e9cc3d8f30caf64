"""How the program speaks to a terminal, a log file and a script: faults, progress, exit codes."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from auditor.errors import EXIT_FAILED, EXIT_LOCKED, EXIT_USAGE, AuditorError

Progress = Callable[[str, int, int], None]
_INTERRUPTED = 130
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_JSON = "auditor.log_json"


class Commands(click.Group):
    """A group whose commands answer every trouble with one message and the exit code that interfaces promise."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember early whether a collector listens, so that even a misspelt option is told as JSON."""
        if "--log-json" in args:
            speak_json(ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever is raised becomes its message and code."""
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            raise
        except (Exception, KeyboardInterrupt) as error:
            json_wanted = bool(ctx.meta.get(_JSON))
            if isinstance(error, click.ClickException) and not json_wanted:
                raise  # click shows the usage
            if isinstance(error, BrokenPipeError) and ctx.invoked_subcommand != "run":
                mute()  # `auditor understand … | head`
                sys.exit(0)
            code, told = _meaning(ctx, error)
            if json_wanted:
                status = "stopped" if code == _INTERRUPTED else "failed"
                log("run_end", status=status, exit_code=code, faults=[" ".join(each.split()) for each in told])
            else:
                for each in told:
                    say(f"auditor: {each}")
            sys.exit(code)


def speak_json(ctx: click.Context) -> None:
    """From now on everything on standard error is a JSON line."""
    ctx.meta[_JSON] = True


@contextmanager
def beating(folder: Path | None) -> Iterator[dict[str, Any]]:
    """Leave word in the state's folder of how the run went, whatever happens but a kill; fill in what it should say."""
    told: dict[str, Any] = {"started_at": _now(), "pid": os.getpid(), "exit_code": EXIT_FAILED, "faults": []}
    try:
        yield told
    except BaseException as error:
        told["exit_code"], told["faults"] = _meaning(click.get_current_context(), error)
        raise
    finally:
        if folder is not None and told["exit_code"] != EXIT_LOCKED:  # the run that holds the lock will speak for itself
            from auditor import state

            state.beat(folder, {**told, "ended_at": _now()})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _meaning(ctx: click.Context, error: BaseException) -> tuple[int, list[str]]:
    """(exit code, what to say)."""
    match error:
        case AuditorError():
            nothing = ["nothing was audited"] if error.exit_code == EXIT_USAGE and ctx.invoked_subcommand == "run" else []
            return error.exit_code, [*(str(fault) for fault in error.faults), *nothing]
        case click.ClickException():
            return error.exit_code, [error.format_message()]
        case KeyboardInterrupt() | click.Abort():
            return _INTERRUPTED, ["stopped; earlier reports are unchanged"]
        case BrokenPipeError():
            return EXIT_FAILED, ["a process of the run died; earlier reports are unchanged; try --jobs 1"]
        case MemoryError():
            return EXIT_FAILED, ["out of memory; earlier reports are unchanged; run with --jobs 1 or fewer files"]
        case OSError():
            return EXIT_FAILED, [f"{error}; earlier reports are unchanged"]
        case _:  # a bug: still one message, and never the code that means "findings"
            return EXIT_FAILED, [_bug(error)]


def _bug(error: BaseException) -> str:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "auditor" in Path(frame.filename).parts]
    frame = own[-1] if own else None
    where = f" in {Path(frame.filename).name}:{frame.lineno}" if frame else ""
    message = " ".join(str(error).split())[:300]
    text = "".join(character if character.isprintable() else " " for character in message)
    what = f"a fault of the program itself{where} ({type(error).__name__}: {text})"
    return f"{what}; earlier reports are unchanged; please report it"


def mute() -> None:
    """Nobody reads standard output any more: let what is still buffered go nowhere."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str) -> None:
    """One line on standard error; that nobody reads it any more stops nothing."""
    with suppress(OSError):
        click.echo(line, err=True)


def instant(_: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 time with offset; one without is read by this machine's clock."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a time; write 2026-11-16T02:00:00+08:00", param=option) from error
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise click.BadParameter(f"{value!r} is not between {_FIRST_YEAR} and {_LAST_YEAR}", param=option)
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
    say(json.dumps(record, ensure_ascii=False, default=str))


class _Lines:
    """A line at the first and the last step of a stage, and at every tenth between."""

    def __init__(self) -> None:
        self._tenth: dict[str, int] = {}

    def __call__(self, stage: str, done: int, of: int) -> None:
        tenth = 10 * done // max(of, 1)
        if self._tenth.get(stage) == tenth and done < of:
            return
        self._tenth[stage] = tenth
        say(f"{stage}: {done} of {of}")


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
