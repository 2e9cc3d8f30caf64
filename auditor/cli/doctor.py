"""`auditor doctor`: is everything there that a night needs?"""

from __future__ import annotations

import sys

import click

from auditor.errors import EXIT_FAILED


@click.command()
def doctor() -> None:
    """Check the installation, fonts, write access, rule packs, clock and time zone."""
    from auditor.checkup import checkup

    bad = 0
    for name, good, told in checkup():
        bad += not good
        click.echo(f"{'ok  ' if good else 'BAD '} {name:12} {told}")
    sys.exit(EXIT_FAILED if bad else 0)
