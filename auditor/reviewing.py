"""Reviewers' workbooks → verdicts: the reports' own sheets, filled in by a person and given back."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl

from auditor.errors import Fault, UsageError
from auditor.model import LANGS, VERDICTS, Review
from auditor.report.words import words
from auditor.reviews import faults_of

_COLUMNS = ("finding_id", "verdict", "reviewer_reason")
_HEADER_WITHIN = 5  # rows
_MOST_CHARS = 1_000


def verdicts(path: Path) -> tuple[Review, ...]:
    """The verdicts of every sheet that has the columns for them; rows without one are passed over.

    Raises UsageError: with every cell that is no verdict, two verdicts on one finding, or what keeps the file from being read.
    """
    given: dict[str, Review] = {}
    faults: list[Fault] = []
    sheets = 0
    for name, rows in _sheets(path):
        places: dict[str, int] | None = None
        for number, cells in enumerate(rows, 1):
            if places is None:
                places = _header(cells) if number <= _HEADER_WITHIN else None
                sheets += places is not None
                continue
            review = _review(cells, places)
            if review is None:
                continue
            place = f"{path} sheet {name!r} row {number}"
            faults.extend(faults_of(review, place))
            known = given.setdefault(review.finding_id, review)
            if known != review:
                what = f"says {review.verdict!r} of {review.finding_id}, and another row {known.verdict!r}"
                faults.append(Fault(place, what, "let one of the two stand"))
    if not sheets:
        columns = ", ".join(words("en")[f"column.{name}"] for name in _COLUMNS)
        faults.append(
            Fault(str(path), f"has no sheet with the columns {columns}", "give a workbook that a run or a sample wrote")
        )
    if faults:
        raise UsageError(faults)
    return tuple(given[key] for key in sorted(given))


def _sheets(path: Path) -> Iterator[tuple[str, Iterator[Sequence[object]]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of styles that do not concern us
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            for sheet in book.worksheets:
                yield sheet.title, sheet.iter_rows(values_only=True)
            book.close()
    except OSError as error:
        raise UsageError(Fault(str(path), f"cannot be read ({error.strerror})", "name the reviewed workbook")) from error
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise UsageError(Fault(str(path), f"is no workbook that can be read ({error})", "save it as .xlsx")) from error


def _header(cells: Sequence[object]) -> dict[str, int] | None:
    """Where the columns stand, in whatever language the report was written."""
    headers = [str(cell).strip() if cell is not None else "" for cell in cells]
    for lang in LANGS:
        names = {words(lang)[f"column.{name}"]: name for name in _COLUMNS}
        found = {names[header]: at for at, header in enumerate(headers) if header in names}
        if {"finding_id", "verdict"} <= found.keys():
            return found
    return None


def _review(cells: Sequence[object], places: dict[str, int]) -> Review | None:
    said = {name: _text(cells[at]) if at < len(cells) else "" for name, at in places.items()}
    if not said["verdict"] and not said.get("reviewer_reason"):
        return None
    return Review(said["finding_id"].lower(), _verdict(said["verdict"]), said.get("reviewer_reason", ""))  # type: ignore[arg-type]


def _text(cell: object) -> str:
    return " ".join(str(cell).split())[:_MOST_CHARS] if cell is not None else ""


def _verdict(said: str) -> str:
    """The machine's word: the drop-down's choice, that word alone, or the reader's own; anything else as it stands."""
    first = said.split(" ")[0].lower() if said else ""
    if first in VERDICTS:
        return first
    for lang in LANGS:
        for verdict in VERDICTS:
            if said.lower() == words(lang)[f"verdict.{verdict}"].lower():
                return verdict
    return said
