"""`auditor formats`: which exports are known, what a file is taken for and why, and mappings for all others."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditor.errors import EXIT_USAGE, Fault, UsageError

_FILE = click.Path(path_type=Path)
_ENCODING = "Encoding of a file that is not UTF-8 and bears no mark: gb18030, cp1250 …"


@click.group()
def formats() -> None:
    """Known export formats, and mappings for others."""


@formats.command("list")
def list_() -> None:
    """One line a format: its id, platform, kinds, what it is, and where a sample lies."""
    from auditor.ingest import FORMATS

    rows = [(row.id, row.platform or "any", "/".join(row.kinds), row.description, row.sample) for row in FORMATS]
    rows.insert(0, ("format", "platform", "kind", "what it is", "sample"))
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    for id_, platform, kinds, what, sample in rows:
        click.echo(f"{id_:{widths[0]}}  {platform:{widths[1]}}  {kinds:27}  {what}  [{sample}]")


@formats.command()
@click.argument("file", type=_FILE)
@click.option("--mapping", "mappings", multiple=True, metavar="MAP.yaml", help="A mapping of your own (repeatable).")
@click.option("--platform", help="Platform of rows that name none.")
@click.option("--timezone", metavar="ZONE", help="Zone of times without an offset.")
@click.option("--encoding", metavar="NAME", help=_ENCODING)
def detect(file: Path, mappings: tuple[str, ...], platform: str | None, timezone: str | None, encoding: str | None) -> None:
    """Say which format a file is, and why; show what is read, what is not, and the first rows. Of a zip file: each in it.

    Exits with 2 where a run would refuse the file.
    """
    from auditor.ingest import detect_all

    readable = True
    for number, found in enumerate(detect_all(file, platform, timezone, mappings, encoding)):
        click.echo("\n" * (number > 0) + str(found))
        readable &= found.readable
    sys.exit(0 if readable else EXIT_USAGE)


@formats.command("map")
@click.argument("file", type=_FILE)
@click.option("--out", type=_FILE, metavar="MAP.yaml", help="Write there instead of standard output.")
@click.option("--encoding", metavar="NAME", help=_ENCODING)
def map_(file: Path, out: Path | None, encoding: str | None) -> None:
    """Draft a mapping for a file of any format, to be corrected and given with --mapping."""
    from auditor.ingest.drafting import draft_of

    text = draft_of(file, encoding)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError(Fault(str(out), "is there already", "give another --out, or delete it first")) from None
    except OSError as error:
        raise UsageError(Fault(str(out), f"cannot be written ({error.strerror})", "give another --out")) from None
    click.echo(f"{out}: correct it, then look at `auditor formats detect {file} --mapping {out}`")
