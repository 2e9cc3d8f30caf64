"""Rounds: who waited how long, by each platform's own clock and unit."""

from auditor.rounds.opened import Clock, needs, rounds
from auditor.rounds.units import UNITS, Unit, failures, unit_verdicts
from auditor.rounds.waited import Terms, due_on_working_days, judged

__all__ = ["UNITS", "Clock", "Terms", "Unit", "due_on_working_days", "failures", "judged", "needs", "rounds", "unit_verdicts"]
