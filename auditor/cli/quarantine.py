"""`auditor quarantine`: what could not be read, and whether it can be after a mend."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from auditor.errors import EXIT_QUARANTINE


@click.group()
def quarantine() -> None:
    """Rows and files that could not be read."""


@quarantine.command("list")
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--rows", is_flag=True, help="Each row, instead of rows that fail alike as one.")
def list_(run_dir: Path, rows: bool) -> None:
    """Show what the run in RUN_DIR could not read, why, and how to mend it."""
    from auditor.quarantine import grouped, read, value_of

    found = read(run_dir / "quarantine.jsonl")
    if rows:
        for row in found:
            click.echo(f"{row.file}:{row.row}: {row.column or '-'}: {row.reason} | {_plain(value_of(row))}")
    else:
        for group in grouped(found):
            click.echo(_plain(str(group)))
    click.echo(f"{len(found):,} in quarantine." if found else "Nothing is in quarantine.")


@quarantine.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--platform", help="Platform of messages that name none.")
@click.option("--shop", help="Shop of messages that name none.")
@click.option("--timezone", metavar="ZONE", help="Zone of times without offset.")
@click.option("--format", "format", metavar="FORMAT", help="Export format (default: recognised by content).")
@click.option("--encoding", metavar="NAME", help="Encoding of files that are not UTF-8 and bear no mark.")
@click.option("--mapping", "mappings", multiple=True, metavar="FILE", help="Mapping file of an own table (repeatable).")
def retry(run_dir: Path, **options: Any) -> None:
    """Read the files of the run in RUN_DIR again, after a file or mapping was mended, and say what is read now.

    Nothing is written: `auditor run` audits what can be read. Exit code 3 where something still fails.
    """
    from auditor import ingest
    from auditor.quarantine import grouped
    from auditor.retrying import as_of_the_run, retried

    given = ingest.Options(as_of=datetime.now(UTC), **options)
    found = retried(run_dir, as_of_the_run(run_dir, given))
    for file in found:
        click.echo(_plain(str(file)))
        for group in grouped(file.still):
            click.echo(f"  {_plain(str(group))}")
    failing = sum(len(file.still) for file in found) + sum(file.now != "read" and not file.still for file in found)
    mended = sum(file.mended for file in found) + sum(file.before != "read" and file.now == "read" for file in found)
    if not found:
        click.echo("Nothing is in quarantine.")
    elif mended:
        click.echo("Run `auditor run` again to audit what is read now.")
    sys.exit(EXIT_QUARANTINE if failing else 0)


def _plain(text: str) -> str:
    """Text as a terminal shows it: no signs that it obeys."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
