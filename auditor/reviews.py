"""What reviewers said of findings, kept from run to run: a file of JSON lines to which imports only add."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl

from auditor.errors import FailedError, Fault, UsageError
from auditor.model import VERDICTS, Findings, Review, Reviews

FILE = "reviews.jsonl"  # beside the runs' folders
_HEX = frozenset("0123456789abcdef")


def load(path: Path) -> Reviews | None:
    """The verdicts of that file; None where there is none. Raises UsageError with every line that cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(
            Fault(str(path), f"cannot be read ({error.strerror})", "name reviewers' verdicts with --reviews")
        ) from error
    found: dict[str, Review] = {}
    faults: list[Fault] = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        try:
            record = json.loads(line)
            review = Review(record["finding_id"], record["verdict"], record["reason"])
        except (ValueError, TypeError, KeyError):
            faults.append(Fault(f"{path}:{number}", "is no verdict", "delete the line, and import the workbook again"))
            continue
        faults.extend(replace(fault, place=f"{path}:{number}") for fault in faults_of(review, ""))
        found[review.finding_id] = review
    if faults:
        raise UsageError(faults)
    return Reviews(str(path), hashlib.sha256(data).hexdigest(), found)


def faults_of(review: Review, place: str) -> list[Fault]:
    """What is wrong with a verdict."""
    faults = []
    if len(review.finding_id) != 16 or not _HEX.issuperset(review.finding_id):
        faults.append(Fault(place, f"{review.finding_id!r} is no finding's id", "leave the column as the report wrote it"))
    if review.verdict not in VERDICTS:
        faults.append(Fault(place, f"{review.verdict!r} is no verdict", "choose " + ", ".join(VERDICTS)))
    elif review.verdict == "excused" and not review.reason:
        faults.append(Fault(place, "excused without a reason", "say in the next column what excuses it"))
    return faults


def add(path: Path, given: Sequence[Review], source: str, at: datetime) -> tuple[int, int]:
    """Append the verdicts that are new or changed; how many were added, and how many were known. Raises FailedError.

    The file is replaced as a whole: a reader sees the old one or the new one. `at` (aware) and `source` (the workbook's
    name) are for people who ask later who said so.
    """
    known = load(path)
    before = dict(known.by_finding) if known else {}
    fresh = [review for review in given if before.get(review.finding_id) != review]
    if not fresh:
        return 0, len(given)
    lines = [
        {"finding_id": r.finding_id, "verdict": r.verdict, "reason": r.reason, "source": source, "at": at.isoformat()}
        for r in fresh
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    aside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_bytes() if known else b""
        with aside.open("wb") as out:
            out.write(old + text.encode())
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise FailedError(Fault(str(path), f"cannot be written ({error.strerror})", "give another --reviews")) from error
    return len(fresh), len(given) - len(fresh)


def reviewed(findings: Findings, reviews: Reviews | None) -> Findings:
    """The findings, those that a reviewer dismissed or excused marked so that they do not count."""
    said = {i: r.verdict for i, r in reviews.by_finding.items() if r.verdict != "confirmed"} if reviews else {}
    if not said:
        return findings
    verdict = pl.col("finding_id").replace_strict(said, default=None, return_dtype=pl.String)
    return Findings(findings.frame.with_columns(suppressed_by=pl.coalesce("suppressed_by", verdict)))
