"""`auditor understand` and `auditor explain`: what the tool read, and why it found what it found."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from auditor.cli.terminal import instant
from auditor.errors import EXIT_QUARANTINE, FailedError, Fault, UsageError


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--orders", multiple=True, metavar="FILE", help="Order export (repeatable).")
@click.option("--facts", metavar="FILE", help="facts.yaml.")
@click.option("--platform", help="Platform of messages that name none.")
@click.option("--timezone", metavar="ZONE", help="Zone of times without offset.")
@click.option("--format", "format_", metavar="FORMAT", help="Export format (default: recognised by content).")
@click.option("--mapping", multiple=True, metavar="MAP.yaml", help="Mapping for other tables (repeatable; `formats map`).")
@click.option("--as-of", callback=instant, metavar="TIMESTAMP", help="The audit's now (default: the clock).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write there instead of standard output.")
def understand(**options: Any) -> None:
    """Print what was understood of each message, one JSON object a line, in input order."""
    from auditor.understanding import understood

    as_of = options["as_of"] or datetime.now().astimezone()
    where = (options["platform"], options["timezone"], options["format_"], options["mapping"])
    records, trouble = understood(options["inputs"], options["orders"], options["facts"], as_of, *where)
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    if options["out"]:
        try:
            options["out"].write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise FailedError(
                Fault(str(options["out"]), f"cannot be written ({error.strerror})", "give another --out")
            ) from error
    else:
        for line in lines:
            click.echo(line)
    for fault in trouble:
        click.echo(f"auditor: {fault}", err=True)
    sys.exit(EXIT_QUARANTINE if trouble else 0)


@click.command()
@click.argument("finding_id")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The run's folder (default: the newest in reports/).")
@click.option(
    "--lang", type=click.Choice(["zh", "en", "pl"]), default="en", show_default=True, help="Language of the rule's texts."
)
def explain(finding_id: str, out: Path | None, lang: str) -> None:
    """Show a finding step by step: rule, clause, evidence, measured value against threshold."""
    from auditor.explaining import explained

    folder = out or newest_run(Path("reports"))
    click.echo(explained(_finding(folder, finding_id), lang))


def newest_run(reports: Path) -> Path:
    """The run's folder that was written last. Raises UsageError where there is none."""
    runs = sorted(reports.glob("*/run.json"), key=lambda path: (path.stat().st_mtime, path.parent.name))
    if not runs:
        raise UsageError(Fault(str(reports), "holds no run", "run `auditor run` first, or name the run's folder with --out"))
    return runs[-1].parent


def _finding(folder: Path, finding_id: str) -> Mapping[str, Any]:
    if not finding_id:
        raise UsageError(Fault("FINDING_ID", "is empty", "copy the id from a report"))
    matches = [record for record in _findings(folder) if record["finding_id"].startswith(finding_id)]
    if not matches:
        raise UsageError(Fault(str(folder / "findings.jsonl"), f"has no finding {finding_id!r}", "copy the id from a report"))
    if len(matches) > 1:
        raise UsageError(Fault(finding_id, f"stands for {len(matches)} findings", "give more of its digits"))
    return matches[0]


def _findings(folder: Path) -> Iterator[Mapping[str, Any]]:
    path = folder / "findings.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise UsageError(Fault(str(path), f"cannot be read ({error})", "name a run's folder with --out")) from error
