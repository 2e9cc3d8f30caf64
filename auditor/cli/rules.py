"""`auditor rules`: list, show, validate and test rule packs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditor.cli.authoring import backtest, docs, new, schema
from auditor.errors import EXIT_FINDINGS

_LANG = click.option(
    "--lang", type=click.Choice(["zh", "en", "pl"]), default="en", show_default=True, help="Language of the texts."
)


_FOLDERS = click.option(
    "--folder", "folders", multiple=True, type=click.Path(path_type=Path), help="Pack folder (default: the shipped rules)."
)


@click.group()
def rules() -> None:
    """Work on rule packs."""


@rules.command("list")
@click.option("--rules", "packs", multiple=True, metavar="PACK", help="Pack by name or path (default: all).")
@_LANG
def list_(packs: tuple[str, ...], lang: str) -> None:
    """One line a rule: id, severity, family, status, title."""
    from auditor import rulebook

    for pack in rulebook.select(rulebook.load(), packs):
        click.echo(f"{pack.id} {pack.version} – {pack.title[lang]} ({len(pack.rules)} rules, sha256 {pack.sha256[:12]})")
        for rule in pack.rules:
            click.echo(f"  {rule.id:44} {rule.severity:9} {rule.family:14} {rule.status:10} {rule.title[lang]}")


@rules.command()
@click.argument("name")
@click.option("--diff", is_flag=True, help="Only what differs from the rule that it extends; of a pack, from those it includes.")
@_FOLDERS
@_LANG
def show(name: str, diff: bool, folders: tuple[Path, ...], lang: str) -> None:
    """Everything about one rule: clause, source, versions, known false positives. NAME: a rule, or (with --diff) a pack."""
    from auditor import rulebook
    from auditor.rulebook.difference import pack_difference, rule_difference

    packs = rulebook.load(folders or None)
    every = {**{pack.id: pack for pack in rulebook.load()}, **{pack.id: pack for pack in packs}} if diff else {}
    if not diff:
        click.echo(rulebook.describe(rulebook.find(name, packs), lang))
    elif "/" in name:
        click.echo("\n".join(rule_difference(rulebook.find(name, packs), every)))
    else:
        click.echo("\n".join(pack_difference(name, every)))


@rules.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
def validate(folders: tuple[Path, ...]) -> None:
    """Check packs; tell every fault at once, with file, line and mend. FOLDERS: pack folders (default: the shipped rules)."""
    from auditor import rulebook

    packs = rulebook.load(folders or None)
    click.echo(f"{len(packs)} packs, {sum(len(p.rules) for p in packs)} rules: no faults")


@rules.command()
@click.argument("rule_ids", nargs=-1)
@_FOLDERS
@click.option("--mutate", is_flag=True, help="Change each limit, switch and word too, and fail where no test notices.")
def test(rule_ids: tuple[str, ...], folders: tuple[Path, ...], mutate: bool) -> None:
    """Run the chats beside the rules and the clean chats. RULE_IDS: only these (a pack's name stands for its rules)."""
    from auditor import ruletest

    results = ruletest.run(folders or None, rule_ids)
    failed = [result for result in results if not result.passed]
    for result in failed:
        click.echo(result.message)
    click.echo(f"{len(results) - len(failed)} of {len(results)} cases passed")
    if mutate and not failed:
        changes = ruletest.run_mutants(folders or None, rule_ids)
        missed = [change for change in changes if not change.noticed]
        for change in missed:
            click.echo(f"{change.where}: no test notices: {change.what}")
        click.echo(f"{len(changes) - len(missed)} of {len(changes)} changes noticed")
        failed += missed  # type: ignore[arg-type]
    sys.exit(EXIT_FINDINGS if failed else 0)


for _command in (new, schema, docs, backtest):
    rules.add_command(_command)
