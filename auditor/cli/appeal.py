"""`auditor appeal`: evidence bundles for the notices that can still be appealed, at any hour of the day."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.reading import newest_run
from auditor.cli.run import exit_code, inputs_of, request_of
from auditor.cli.terminal import progress
from auditor.errors import Fault, UsageError

if TYPE_CHECKING:
    from auditor.model import AuditResult


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--notice", multiple=True, metavar="ID", help="Only this notice (repeatable).")
@click.option(
    "--run",
    "earlier",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Without INPUT: read again what that run read (default: the newest in reports/).",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder [reports/<as-of date>-appeals/].")
def appeal(notice: tuple[str, ...], earlier: Path | None, **options: Any) -> None:
    """Build or rebuild the evidence bundles of penalty notices that are still in their window.

    For a notice that came after the nightly run: `auditor appeal --penalties NEW.csv` reads that run's exports again, the new
    notice beside them. Earlier reports stay as they are.
    """
    if not options["inputs"]:
        options["inputs"] = inputs_read(earlier or newest_run(Path("reports")))
    request = request_of(options, lambda as_of: Path("reports") / f"{as_of.date().isoformat()}-appeals")
    from auditor.audit import bundles

    with progress(options["quiet"], options["log_json"]) as show:
        result = bundles(request, show, notice)
    if not options["quiet"]:
        click.echo("\n".join(_told(result, request.out)))
    sys.exit(exit_code(result, None))


def inputs_read(run: Path) -> tuple[str, ...]:
    """The files that a run read, as its run.json names them. Raises UsageError, with every file that is gone."""
    path = run / "run.json"
    try:
        files = [str(file["path"]) for file in json.loads(path.read_text(encoding="utf-8"))["inputs"] if file["status"] == "read"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        mend = "name the exports, or a run's folder with --run"
        raise UsageError(Fault(str(path), f"cannot be read ({error})", mend)) from error
    gone = [name for name in files if not Path(name).exists()]
    if gone:
        mend = f"name the exports themselves ({path} lists them)"
        raise UsageError([Fault(name, "was read by that run and is gone", mend) for name in gone])
    return tuple(files)


def _told(result: AuditResult, out: Path) -> list[str]:
    from auditor.appeal import deadline

    lines = []
    timed = [(deadline(notice, result.packs)[0], notice.notice_id) for notice in result.notices]
    for by, notice_id in sorted((by, notice_id) for by, notice_id in timed if by is not None and by > result.as_of):
        left = int((by - result.as_of).total_seconds()) // 60
        lines.append(f"{notice_id}: by {by.isoformat(sep=' ', timespec='minutes')}, {left // 60} h {left % 60:02d} min left")
    unknown = sorted(notice_id for by, notice_id in timed if by is None)
    lines += [f"{notice_id}: how long it can be appealed is not known" for notice_id in unknown]
    expired = len(timed) - len(lines)
    if expired:
        lines.append(f"{expired:,} notices are past their window.")
    return [*(lines or ["No penalty notice was found."]), f"Bundles: {out / 'appeals'}"]


inputs_of(appeal)
