"""`auditor status`: how the nights are going, for monitoring."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click


@click.command()
@click.option("--state", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The state of the nightly run.")
@click.option("--warn-hours", type=float, default=26, show_default=True, help="A last run older than this is a warning.")
@click.option("--critical-hours", type=float, default=50, show_default=True, help="… and older than this is critical.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(state: Path, warn_hours: float, critical_hours: float, as_json: bool) -> None:
    """Last run, next deadline of an appeal, what waits in quarantine.

    Exit code: 0 all is well, 1 warning, 2 critical, 3 there is no state.
    """
    from auditor.watching import LEVELS
    from auditor.watching import status as looked

    found = looked(state, datetime.now(UTC), timedelta(hours=warn_hours), timedelta(hours=critical_hours))
    click.echo(json.dumps(found.told, ensure_ascii=False) if as_json else "\n".join(found.lines))
    sys.exit(LEVELS.index(found.level))
