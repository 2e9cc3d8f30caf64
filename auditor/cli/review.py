"""`auditor review import`: what people said of the findings comes back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from auditor.cli.terminal import instant


@click.group()
def review() -> None:
    """Take reviewers' verdicts back."""


@review.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.xlsx..."
)
@click.option(
    "--reviews",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("reports/reviews.jsonl"),
    show_default=True,
    metavar="FILE",
    help="Where the verdicts are kept; `auditor run` reads them from beside its --out folder.",
)
@click.option("--as-of", callback=instant, metavar="TIMESTAMP", help="When it was said (default: the clock).")
def import_(files: tuple[Path, ...], reviews: Path, as_of: datetime | None) -> None:
    """Read the verdicts of workbooks: confirmed, dismissed, or excused with a reason.

    The next run shows them, and dismissed and excused findings no longer count. Nothing is taken while a cell is wrong.
    """
    from collections import Counter

    from auditor.errors import Fault, UsageError
    from auditor.reviewing import verdicts
    from auditor.reviews import add

    at = as_of or datetime.now().astimezone().replace(microsecond=0)
    faults: list[Fault] = []
    given = []
    for file in files:
        try:
            given.append((file, verdicts(file)))
        except UsageError as error:
            faults.extend(error.faults)
    if faults:
        raise UsageError(faults)
    for file, found in given:
        added, known = add(reviews, found, file.name, at)
        said = Counter(each.verdict for each in found)
        kinds = ", ".join(f"{said[verdict]:,} {verdict}" for verdict in sorted(said)) or "no verdicts"
        click.echo(f"{file}: {kinds}; {added:,} new or changed, {known:,} known already.")
    click.echo(f"Verdicts: {reviews}")
