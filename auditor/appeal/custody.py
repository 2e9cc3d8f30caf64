"""Chain of custody: every line in the bundle back to its source file and row, each line hashed with the one before it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import PureWindowsPath

import orjson

from auditor.appeal.case import Case
from auditor.model import AuditResult, InputFile

COLUMNS = ("line", "what", "id", "at", "role", "text_sha256", "source_file", "source_sha256", "source_row", "previous", "hash")
_RULE = "hash = SHA-256 of previous + LF + the line without `previous` and `hash` as JSON (sorted keys, no spaces, UTF-8)"


def custody(case: Case, result: AuditResult) -> dict[str, object]:
    """Build the chain: `made` (program, packs, clock, zone data), `rule`, `lines` and the last hash as `head`."""
    made = {
        "program": f"auditor {result.version}",
        "as_of": result.as_of.isoformat(),
        "tzdata": _tzdata(),
        "packs": [
            {"id": pack.id, "version": pack.version, "sha256": pack.sha256}
            for pack in result.packs
            if "*" in pack.platforms or case.notice.platform in pack.platforms
        ],
    }
    previous, lines = _hash(made, ""), list[dict[str, object]]()
    for number, row in enumerate(_rows(case, result.inputs), 1):
        line: dict[str, object] = {"line": number, **row}
        digest = _hash(line, previous)
        lines.append({**line, "previous": previous, "hash": digest})
        previous = digest
    return {"made": made, "rule": _RULE, "start": _hash(made, ""), "lines": lines, "head": previous}


def _rows(case: Case, inputs: Sequence[InputFile]) -> list[dict[str, object]]:
    notice, order = case.notice, case.order
    rows = [_row("notice", notice.notice_id, notice.issued_at.isoformat(), None, None, inputs, notice.source, notice.row)]
    if order is not None:
        rows.append(_row("order", order.order_id, None, None, None, inputs, order.source, order.row))
    for each in case.messages:
        rows.append(_row("message", each.message_id, each.at.isoformat(), each.role, each.text, inputs, each.source, each.row))
    return rows


def _row(
    what: str, name: str, at: str | None, role: str | None, text: str | None, inputs: Sequence[InputFile], source: int, row: int
) -> dict[str, object]:
    file = inputs[source] if row > 0 and 0 <= source < len(inputs) else None
    return {
        "what": what,
        "id": name,
        "at": at,
        "role": role,
        "text_sha256": None if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "source_file": PureWindowsPath(file.path).name if file else None,  # takes / and \ alike
        "source_sha256": file.sha256 if file else None,
        "source_row": row if file else None,
    }


def _hash(content: Mapping[str, object], previous: str) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _tzdata() -> str:
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "of the system"
