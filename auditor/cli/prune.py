"""`auditor prune`: what privacy law says must go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click


def _days(_: click.Context, option: click.Parameter, value: str) -> timedelta:
    number = value.removesuffix("d")
    if not number.isdigit() or not int(number):
        raise click.BadParameter(f"{value!r} is no number of days; write 180d", param=option)
    return timedelta(days=int(number))


@click.command()
@click.option(
    "--state", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True, metavar="DIR", help="The state."
)
@click.option("--older-than", callback=_days, required=True, metavar="DAYS", help="For example 180d, counted from now.")
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
def prune(state: Path, older_than: timedelta, dry_run: bool) -> None:
    """Remove old chats, and all that was made of them, from the state; say what was removed.

    Reports, evidence bundles and exports are yours: they are not touched.
    """
    from auditor.pruning import prune as removed

    before = datetime.now(UTC) - older_than
    found = removed(state, before, dry_run)
    click.echo(f"{'Would remove' if dry_run else 'Removed'} what is older than {before.isoformat(sep=' ', timespec='minutes')}:")
    for kind, count in found.gone.items():
        click.echo(f"  {kind:14} {count:>12,} rows gone, {found.kept[kind]:>12,} stay")
