"""`auditor run`: the nightly job."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.config import configured
from auditor.cli.terminal import beating, instant, log, mute, progress, say, speak_json
from auditor.errors import EXIT_FINDINGS, EXIT_OK, EXIT_QUARANTINE, Fault, UsageError

if TYPE_CHECKING:
    from auditor.audit import Request
    from auditor.model import AuditResult


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--orders", multiple=True, metavar="FILE", help="Order export (repeatable).")
@click.option("--penalties", multiple=True, metavar="FILE", help="Penalty notices (repeatable).")
@click.option("--facts", metavar="FILE", help="facts.yaml: what is true of the shops and products.")
@click.option("--rules", multiple=True, metavar="PACK", help="Rule pack by name or path (default: by each message's platform).")
@click.option("--overlay", multiple=True, metavar="FILE", help="Rules tuned or switched off for some shops (repeatable).")
@click.option("--platform", help="Platform of messages that name none.")
@click.option("--shop", help="Shop of messages that name none.")
@click.option("--timezone", metavar="ZONE", help="Zone of times without offset (default: the platform's).")
@click.option("--format", "format_", metavar="FORMAT", help="Export format (default: recognised by content).")
@click.option("--encoding", metavar="NAME", help="Encoding of files that are not UTF-8 and bear no mark: gb18030, cp1250 …")
@click.option(
    "--settle", type=click.FloatRange(min=0), default=1.0, show_default=True, metavar="SECONDS", help="Watch fresh files so long."
)
@click.option("--mapping", multiple=True, metavar="MAP.yaml", help="Mapping for other tables (repeatable; `formats map`).")
@click.option(
    "--reviews",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Reviewers' verdicts [reviews.jsonl beside the output folder, if it is there].",
)
@click.option("--as-of", callback=instant, metavar="TIMESTAMP", help="The audit's now (default: the clock).")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder [reports/<as-of date>/].")
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR", help="Remember what was read; audit only what is new.")
@click.option("--full", is_flag=True, help="Ignore the state and build it anew from these inputs.")
@click.option(
    "--report-days",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="With --state: list findings of the last N days beside tonight's.",
)
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True, help="Where the work runs.")
@click.option("--scheduler", metavar="ADDRESS", help="Of the Dask cluster, as in tcp://10.0.0.5:8786.")
@click.option(
    "--work", type=click.Path(path_type=Path), metavar="DIR", help="Folder for files on the way; a cluster's machines all see it."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes (default: the processors).")
@click.option(
    "--lang", "language", type=click.Choice(["zh", "en", "pl"]), default="zh", show_default=True, help="Reports' language."
)
@click.option("--fail-on", type=click.Choice(["critical", "major", "minor", "info"]), help="Exit 1 on findings this severe.")
@click.option("--quiet", is_flag=True, help="Print faults only.")
@click.option("--log-json", is_flag=True, help="Log as JSON lines on standard error.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=configured,
    is_eager=True,
    expose_value=False,
    metavar="FILE",
    help="Any of these options by its long name, as YAML.",
)
def run(**options: Any) -> None:
    """Read exports, audit them, and write reports and appeal bundles.

    INPUT: transcript exports (files, folders or globs); orders, notices and facts lying among them are recognised.
    """
    with beating(options["state"]) as beat:
        code = _run(options, beat)
    sys.exit(code)


def _run(options: Mapping[str, Any], beat: dict[str, Any]) -> int:
    request = request_of(options, lambda as_of: Path("reports") / as_of.date().isoformat())
    from auditor.audit import run as audit_and_write

    if options["log_json"]:
        speak_json(click.get_current_context())
        log("run_start", as_of=request.as_of.isoformat(), out=str(request.out))
    with progress(options["quiet"], options["log_json"]) as show:
        result = audit_and_write(request, show)
    code = exit_code(result, options["fail_on"])
    beat.update(as_of=request.as_of.isoformat(), out=str(request.out), exit_code=code, counts=dict(result.counts))
    _tell(result, request.out, code, options)
    return code


def inputs_of(command: click.Command) -> None:
    """Give another command the options of `run` that say what is read and how."""
    own = {parameter.name for parameter in command.params} | {
        "fail_on",
        "state",
        "full",
        "report_days",
        "engine",
        "scheduler",
        "work",
    }
    command.params = [*(parameter for parameter in run.params if parameter.name not in own), *command.params]


def request_of(options: Mapping[str, Any], place: Callable[[datetime], Path], whole_folder: bool = True) -> Request:
    """The options as what they ask for; `place`: as-of → where it is written if --out does not say. Raises UsageError."""
    for where, names in (("INPUT", options["inputs"]), ("--orders", options["orders"]), ("--penalties", options["penalties"])):
        if not all(names):
            raise UsageError(Fault(where, "is an empty name", "name files or folders (is a variable of your script unset?)"))
    from auditor import state

    as_of = (options["as_of"] or datetime.now().astimezone()).replace(microsecond=0)
    out = options["out"] or place(as_of)
    if whole_folder:
        state.probe(out)
    from auditor.audit import Request
    from auditor.reviews import FILE, load

    return Request(
        inputs=options["inputs"],
        as_of=as_of,
        out=out,
        orders=options["orders"],
        penalties=options["penalties"],
        facts=options["facts"],
        rules=(*options["rules"], *_overlays(options["overlay"])),
        platform=options["platform"],
        shop=options["shop"],
        timezone=_zone(options["timezone"]),
        format=options["format_"],
        encoding=options["encoding"],
        settle=options["settle"],
        mappings=options["mapping"],
        state=options.get("state"),
        full=options.get("full", False),
        report_days=options.get("report_days", 0),
        engine=options.get("engine", "local"),
        scheduler=options.get("scheduler"),
        work=options.get("work"),
        jobs=options["jobs"] or os.cpu_count() or 1,
        lang=options["language"],
        reviews=load(options["reviews"] or out.parent / FILE),
    )


def _tell(result: AuditResult, out: Path, code: int, options: Mapping[str, Any]) -> None:
    """How it went. The reports are there already: that nobody can read this changes neither them nor the exit code."""
    from auditor.cli.summary import outdated, summary, unread

    if options["log_json"]:
        for file in result.inputs:
            if file.status != "read":
                log("not_read", path=file.path, status=file.status, reason=file.reason)
        for overlay in outdated(result):
            log("overlay_expired", overlay=overlay)
        log("run_end", status="done", exit_code=code, **result.counts)
    elif options["quiet"]:
        for line in (*unread(result), *outdated(result)):
            say(f"auditor: {line}")
    else:
        try:
            click.echo(summary(result, out, options["fail_on"]))
        except OSError as error:
            mute()
            say(f"auditor: the summary could not be printed ({error.strerror}); the reports are in {out}")


def _overlays(names: tuple[str, ...]) -> tuple[str, ...]:
    from auditor.rulebook.overlay import is_overlay

    strange = [name for name in names if not is_overlay(Path(name)) or not Path(name).is_file()]
    if strange:
        raise UsageError(Fault("--overlay", f"{name!r} is no YAML file", "name an overlay's file") for name in strange)
    return names


def _zone(name: str | None) -> str | None:
    from auditor.worktime import zone_of

    if name is not None:
        try:
            zone_of(name)
        except UsageError as error:
            raise UsageError(Fault("--timezone", f"{name!r} is no time zone", "write Asia/Shanghai or +08:00")) from error
    return name


def exit_code(result: AuditResult, fail_on: str | None) -> int:
    """0 audited; 1 findings at or above `fail_on`; 3 some input was quarantined or refused (wins)."""
    if result.quarantined or any(file.status != "read" for file in result.inputs):
        return EXIT_QUARANTINE
    return EXIT_FINDINGS if severe(result, fail_on) else EXIT_OK


def severe(result: AuditResult, fail_on: str | None) -> int:
    """How many standing findings are at or above that severity."""
    from auditor.model import SEVERITIES

    if fail_on is None:
        return 0
    worst = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return sum(f.suppressed_by is None and f.severity in worst for f in result.findings)
