"""The reports of an audit: files for programs, a workbook for managers, a workbook and a page for each agent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.model import AuditResult
from auditor.report.agents import write_agents
from auditor.report.machine import write_findings, write_metrics, write_parquet, write_quarantine
from auditor.report.manager import write_manager
from auditor.report.view import view_of
from auditor.shares import beside


def write(
    result: AuditResult,
    folder: Path,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Write every report of the result into the folder, which exists; the same result gives the same bytes.

    `progress` is told a stage ("tables", "manager", "agents"), how much of it is done, and of how much.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("tables", 0, 1)
    view = view_of(result)
    write_findings(result.findings, folder / "findings.jsonl")
    write_parquet(view.scores.findings, folder / "findings.parquet")
    write_metrics(beside(view.scores.metrics, result.rates), folder / "metrics.csv")
    write_quarantine(result.quarantined, folder / "quarantine.jsonl")
    tell("tables", 1, 1)

    def manager() -> None:
        tell("manager", 0, 1)
        write_manager(view, folder / "manager.xlsx")
        tell("manager", 1, 1)

    agents = folder / "agents"
    agents.mkdir(exist_ok=True)
    write_agents(view, agents, jobs, tell, meanwhile=manager)
