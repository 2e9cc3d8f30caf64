"""`auditor formats`: which exports are known, and what a file is taken for, and why."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def formats() -> None:
    """Known export formats."""


@formats.command("list")
def list_() -> None:
    """One line a format."""
    from auditor.ingest import FORMATS

    for known in FORMATS:
        click.echo(f"{known.id:24} {'/'.join(known.kinds):24} {known.description}")


@formats.command()
@click.argument("file", type=click.Path(path_type=Path))
def detect(file: Path) -> None:
    """Say which format a file is, and why; show the first rows as they would be read."""
    from auditor.ingest import detect as recognise

    click.echo(str(recognise(file)))
