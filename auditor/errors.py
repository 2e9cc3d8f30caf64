"""What is wrong, where, and how to mend it: the one voice in which the program complains.

`Fault` is one complaint. `AuditorError` carries all that were found together, so that a person mends
a rule pack or an input folder in one go, and names the exit code that the command line answers with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EXIT_OK = 0
EXIT_FINDINGS = 1  # findings at or above --fail-on
EXIT_USAGE = 2  # wrong usage, configuration or rule pack: nothing was audited
EXIT_QUARANTINE = 3  # audited, but some input was quarantined or refused
EXIT_LOCKED = 4  # another run holds the lock
EXIT_FAILED = 5  # failed; earlier state and reports are unchanged


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `place` (file, file:line, option), `what` is wrong, and the `mend`."""

    place: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        sentence = f"{self.place}: {self.what}" if self.place else self.what
        return f"{sentence}; {self.mend}" if self.mend else sentence


class AuditorError(Exception):
    """Anything that a user can cause, told all at once and without a traceback."""

    exit_code = EXIT_FAILED

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(AuditorError):
    """Wrong options, configuration or rule pack: nothing was audited."""

    exit_code = EXIT_USAGE


class LockedError(AuditorError):
    """Another run holds the lock of the output or state folder."""

    exit_code = EXIT_LOCKED


class FailedError(AuditorError):
    """The run could not be finished; what earlier runs wrote is unchanged."""

    exit_code = EXIT_FAILED
