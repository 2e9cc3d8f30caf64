"""Penalty notices → deadlines, proof tables and evidence bundles, most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.appeal.assess import assess
from auditor.appeal.bundle import bundle
from auditor.appeal.case import gather
from auditor.appeal.deadlines import deadline
from auditor.appeal.overview import overview
from auditor.model import AuditResult

__all__ = ["deadline", "write"]

Progress = Callable[[str, int, int], None]  # (stage, done, of)


def write(result: AuditResult, folder: Path, progress: Progress | None = None) -> None:
    """Fill `folder` with appeals.xlsx and one bundle for every notice whose window is open or unknown at `result.as_of`.

    The workbook comes first, so that the deadlines are there even if a bundle cannot be written; then the bundles, most
    urgent first. Names are `<appeal_by>_<notice_id>.zip`, the time in the notice's own offset, `unknown_…` where there is none.
    """
    cases = [(case, assess(case, result)) for case in gather(result)]
    (folder / "appeals.xlsx").write_bytes(overview(cases, result.as_of, result.lang))
    live = [(case, found) for case, found in cases if case.state != "expired"]
    for done, (case, found) in enumerate(live, 1):
        (folder / f"{case.name}.zip").write_bytes(bundle(case, found, result))
        if progress is not None:
            progress("appeal", done, len(live))
