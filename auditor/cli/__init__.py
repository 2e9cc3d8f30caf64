"""Words in, exit code out: the command `auditor`. No logic; rooms are imported only by the command that needs them."""

from __future__ import annotations

import click

from auditor import __version__
from auditor.cli.appeal import appeal
from auditor.cli.doctor import doctor
from auditor.cli.formats import formats
from auditor.cli.prune import prune
from auditor.cli.quarantine import quarantine
from auditor.cli.reading import explain, understand
from auditor.cli.review import review
from auditor.cli.rules import rules
from auditor.cli.run import run
from auditor.cli.sample import sample
from auditor.cli.status import status
from auditor.cli.terminal import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
def main() -> None:
    """Check marketplace chats against the platforms' service rules.

    The nightly job is `auditor run`; everything else helps to understand, explain and mend.
    """


for command in (
    run, status, prune, appeal, understand, explain, review, sample, rules, formats, quarantine, doctor,
):  # fmt: skip
    main.add_command(command)
