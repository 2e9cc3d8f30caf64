"""`auditor rules`: new, schema, docs and backtest, for those who write and change rules."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from auditor.cli.terminal import instant
from auditor.errors import FailedError, Fault

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("name", metavar="PACK/NAME")
@click.option("--detector", required=True, metavar="NAME", help="What looks: one of the detectors of the shipped rules.")
@click.option("--folder", type=_FOLDER, default=Path(), show_default=True, help="Where the pack lies, or shall lie.")
def new(name: str, detector: str, folder: Path) -> None:
    """Write a draft rule and its chats to start from, copied from a shipped rule of the same detector."""
    from auditor.workbench import scaffold

    for path in scaffold.new(name, detector, folder, date.today().isoformat()):  # noqa: DTZ011 - the author's own day
        click.echo(path)


@click.command()
@click.option("--out", type=_FOLDER, default=Path("schema"), show_default=True, help="Folder to write to.")
def schema(out: Path) -> None:
    """Write JSON Schemas of rules, packs, chats and overlays, by which editors complete and check YAML."""
    from auditor.workbench.schema import schemas

    for name, text in schemas().items():
        _write(out / name, text)
        click.echo(out / name)


@click.command()
@click.option("--out", type=_FOLDER, default=Path("rulebook"), show_default=True, help="Folder to write to.")
@click.option("--rules", "packs", multiple=True, metavar="PACK", help="Pack by name or path (default: all).")
def docs(out: Path, packs: tuple[str, ...]) -> None:
    """Write the rule book (Markdown and HTML; zh, en, pl): clauses, sources, thresholds, false positives, examples."""
    from auditor import rulebook
    from auditor.workbench import book

    try:
        written = book.write(rulebook.select(rulebook.load(), packs), out)
    except OSError as error:
        raise FailedError(Fault(str(out), f"cannot be written ({error.strerror})", "give another --out")) from error
    for path in written:
        click.echo(path)


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--pack", "new_packs", multiple=True, required=True, metavar="NEW", help="The changed pack, by name or path.")
@click.option("--against", multiple=True, metavar="OLD", help="What it is held against (default: the shipped pack of its name).")
@click.option("--orders", multiple=True, metavar="FILE", help="Order export (repeatable).")
@click.option("--facts", metavar="FILE", help="facts.yaml.")
@click.option("--platform", help="Platform of messages that name none.")
@click.option("--shop", help="Shop of messages that name none.")
@click.option("--timezone", metavar="ZONE", help="Zone of times without offset.")
@click.option("--format", "format_", metavar="FORMAT", help="Export format (default: recognised by content).")
@click.option("--as-of", callback=instant, metavar="TIMESTAMP", help="The audit's now (default: the clock).")
@click.option("--lang", type=click.Choice(["zh", "en", "pl"]), default="en", show_default=True, help="Language of explanations.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all findings.")
def backtest(**options: Any) -> None:
    """Show what a changed pack would have found over earlier transcripts: new, gone, changed, agents, quotes to look at."""
    from auditor.audit import Request
    from auditor.workbench import backtest as bench

    as_of = (options["as_of"] or datetime.now().astimezone()).replace(microsecond=0)
    new_packs = options["new_packs"]
    request = Request(
        inputs=options["inputs"],
        as_of=as_of,
        out=Path(),
        orders=options["orders"],
        facts=options["facts"],
        platform=options["platform"],
        shop=options["shop"],
        timezone=options["timezone"],
        format=options["format_"],
        lang=options["lang"],
    )
    comparison = bench.backtest(request, new_packs, options["against"] or [Path(name).resolve().name for name in new_packs])
    if options["as_json"]:
        click.echo(json.dumps(bench.as_record(comparison), ensure_ascii=False, indent=1))
    else:
        click.echo(bench.as_text(comparison))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FailedError(Fault(str(path), f"cannot be written ({error.strerror})", "give another --out")) from error
