"""A sample of tonight's conversations for people to read, beside what the audit found in them."""

from __future__ import annotations

import polars as pl

from auditor import sampling, state
from auditor.audit import audit
from auditor.chats import Chats
from auditor.errors import FailedError, Fault
from auditor.model import AuditResult
from auditor.report.sample import write_sample
from auditor.request import Progress, Request


def spot_check(request: Request, size: int, seed: int, progress: Progress) -> tuple[AuditResult, pl.DataFrame, pl.DataFrame]:
    """Audit, draw `size` conversations by `seed` and write their workbook to `request.out`, whole or not at all.

    Returns the audit, the drawn conversations and the strata (sampling.STRATUM, stratum_size, stratum_drawn).
    Raises AuditorError.
    """
    path = request.out
    aside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with state.work_folder(path.with_name(f".{path.name}.work")) as work:
            result = audit(request, progress, work=work)
            drawn, strata = _drawn(result, size, seed)
            write_sample(result, drawn, strata, aside)
        aside.replace(path)
    except OSError as error:
        raise FailedError(Fault(str(path), f"cannot be written ({error.strerror or error})", "give another --out")) from error
    finally:
        aside.unlink(missing_ok=True)
    return result, drawn, strata


def _drawn(result: AuditResult, size: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    chats = result.conversations
    if not isinstance(chats, Chats):
        raise TypeError("an audit keeps its conversations as Chats")
    flagged = sorted({finding.conversation_id for finding in result.findings if finding.suppressed_by is None})
    table = chats.homes().with_columns(pl.col("conversation_id").is_in(flagged).alias("flagged"))
    drawn = sampling.draw(table, size, seed)
    counts = drawn.group_by(sampling.STRATUM).len("stratum_drawn")
    sizes = table.group_by(sampling.STRATUM).len("stratum_size")
    strata = sizes.join(counts, on=sampling.STRATUM, how="left", nulls_equal=True).with_columns(
        pl.col("stratum_drawn").fill_null(0)
    )
    return drawn, strata.sort(*sampling.STRATUM, nulls_last=True)
