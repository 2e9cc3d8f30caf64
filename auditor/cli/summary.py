"""The end of a run in a dozen lines that a tired person understands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from auditor.appeal import deadline
from auditor.cli.run import severe
from auditor.model import FAMILIES, AuditResult
from auditor.quarantine import Group, grouped
from auditor.rulebook.overlay import expired

_HOW = {"refused": "Not read", "postponed": "Left for the next run"}


def summary(result: AuditResult, out: Path, fail_on: str | None) -> str:
    """What was read, what was found, what waits, where it lies."""
    lines = [*_read(result), *_found(result), *_appeals(result), f"Reports: {out / 'manager.xlsx'}"]
    count = severe(result, fail_on)
    if count:
        lines.append(f"{count} findings at or above {fail_on} (--fail-on).")
    return "\n".join(lines)


def _read(result: AuditResult) -> list[str]:
    counts = result.counts
    lines = [
        f"Audited {counts['messages']:,} messages in {counts['conversations']:,} conversations of {counts['agents']:,} agents, "
        f"{counts['orders']:,} orders, as of {result.as_of.isoformat(sep=' ', timespec='minutes')}."
    ]
    return [*lines, *unread(result), *outdated(result)]


def unread(result: AuditResult) -> list[str]:
    """What was not audited, and why: the faults that even a quiet run tells."""
    count = result.counts["quarantined"]
    lines = [f"{count:,} rows went to quarantine (quarantine.jsonl has each):"] if count else []
    groups = grouped(row for row in result.quarantined if row.row)
    lines += [f"  {plain(group)}" for group in groups[:5]]
    lines += [f"  … and {len(groups) - 5} more reasons (`auditor quarantine list` shows all)."] if len(groups) > 5 else []
    refused = [file for file in result.inputs if file.status != "read"]
    lines += [f"{_HOW[file.status]}: {file.path}: {file.reason}" for file in refused[:5]]
    if len(refused) > 5:
        lines.append(f"… and {len(refused) - 5} more files that could not be read (run.json lists all).")
    return lines


def outdated(result: AuditResult) -> list[str]:
    """Overlays that have expired: since their last day the pack's own rules judge."""
    return [
        f"Expired on {overlay.until.isoformat()}: {overlay} for {overlay.rule}; renew it or remove it."
        for overlay in expired(result.packs, result.as_of.date())
    ]


def plain(group: Group) -> str:
    """A group on one line, without signs that a terminal obeys."""
    return "".join(sign if sign.isprintable() else " " for sign in str(group))


def _found(result: AuditResult) -> list[str]:
    standing = [f for f in result.findings if f.suppressed_by is None]
    if not standing:
        lines = ["No violations found."]
    else:
        proven = sum(f.certainty == "proven" for f in standing)
        lines = [
            f"{len(standing):,} findings: {proven:,} proven, {len(standing) - proven:,} suspected (to be confirmed by a person)."
        ]
        families = Counter(f.family for f in standing)
        lines.append("  " + ", ".join(f"{family} {families[family]:,}" for family in FAMILIES if families[family]))
    if result.counts["not_evaluated"]:
        lines.append(f"{result.counts['not_evaluated']:,} things could not be judged (sheet “not evaluated” says why).")
    return lines


def _appeals(result: AuditResult) -> list[str]:
    open_ones, unknown = [], 0
    for notice in result.notices:
        by, _ = deadline(notice, result.packs)
        if by is None:
            unknown += 1
        elif by > result.as_of:
            open_ones.append((by, notice.notice_id))
    if not result.notices:
        return []
    if not open_ones:
        return [
            f"{len(result.notices)} penalty notices, none still in its appeal window"
            + (f" ({unknown} unknown)." if unknown else ".")
        ]
    by, notice_id = min(open_ones)
    left = int((by - result.as_of).total_seconds()) // 60
    first = f"first: {notice_id} by {by.isoformat(sep=' ', timespec='minutes')} ({left // 60} h {left % 60:02d} min left)"
    return [f"{len(open_ones)} of {len(result.notices)} penalty notices can still be appealed; {first}."]
