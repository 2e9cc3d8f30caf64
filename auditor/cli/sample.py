"""`auditor sample`: conversations drawn for people to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.cli.run import inputs_of, request_of
from auditor.cli.terminal import progress


@click.command()
@click.option("--size", type=click.IntRange(min=1), default=30, show_default=True, metavar="N", help="Conversations to draw.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="The same seed draws the same conversations.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx", help="[reports/sample-<as-of date>.xlsx]"
)
def sample(size: int, seed: int, **options: Any) -> None:
    """Draw a seeded, stratified random sample of conversations for a manual spot check.

    Strata are platform, shop, agent and whether the audit found anything, so that misses come to light as well as false alarms.
    The workbook shows the chats first and what was found last; its verdicts go back with `auditor review import`.
    """
    from auditor.spotcheck import spot_check

    request = request_of(options, lambda as_of: Path("reports") / f"sample-{as_of.date().isoformat()}.xlsx", whole_folder=False)
    with progress(options["quiet"], options["log_json"]) as show:
        _, drawn, strata = spot_check(request, size, seed, show)
    if not options["quiet"]:
        flagged = drawn["flagged"].sum()
        click.echo(
            f"{drawn.height:,} of {strata['stratum_size'].sum():,} conversations drawn from {strata.height:,} strata "
            f"(seed {seed}); in {flagged:,} of them the audit found something."
        )
        click.echo(f"Sample: {request.out}")


inputs_of(sample)
