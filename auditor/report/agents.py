"""One workbook and one page for each agent; many agents may be spread over processes, with the same bytes either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from auditor.model import Lang
from auditor.report import sheets
from auditor.report.names import agent_names
from auditor.report.page import Pages, render
from auditor.report.view import View
from auditor.report.words import words

SPREAD_FROM = 20  # fewer agents are written sooner than processes start
BATCH = 8
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class AgentFiles:
    """All that one agent's files are made from, small enough to be sent to another process."""

    stem: str
    lang: Lang
    findings: pl.DataFrame
    not_counted: pl.DataFrame
    promises: pl.DataFrame
    times: pl.DataFrame
    late: pl.DataFrame
    content: dict[str, Any]


def write_agents(view: View, folder: Path, jobs: int = 1, progress: Progress | None = None) -> None:
    """`<agent>.xlsx` and `<agent>.html` for everyone who wrote a message or is named by a finding or a promise."""
    stems = _stems(view)
    tasks = _tasks(view, stems)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("agents", done, len(stems))

    if jobs > 1 and len(stems) > SPREAD_FROM:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            batches = _batches(tasks)
            for count in pool.map(_write_batch, ((batch, folder) for batch in batches)):
                step(count)
    else:
        for task in tasks:
            step(_write_batch(([task], folder)))


def _stems(view: View) -> dict[str | None, str]:
    ids = view.times.get_column("agent_id").to_list() + view.not_counted.get_column("agent_id").to_list()
    return agent_names(ids)


def _tasks(view: View, stems: dict[str | None, str]) -> Iterable[AgentFiles]:
    frames = (view.findings, view.not_counted, view.promises, view.times, view.late)
    parts = [(frame.clear(), frame.partition_by("agent_id", as_dict=True, maintain_order=True)) for frame in frames]
    pages = Pages(view)
    for agent, stem in stems.items():
        own = [split.get((agent,), empty) for empty, split in parts]
        findings, not_counted, promises, times, late = own
        content = pages.content(agent, findings, times, f"{stem}.xlsx")
        yield AgentFiles(stem, view.result.lang, findings, not_counted, promises, times, late, content)


def _batches(tasks: Iterable[AgentFiles]) -> Iterable[list[AgentFiles]]:
    batch: list[AgentFiles] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_batch(job: tuple[list[AgentFiles], Path]) -> int:
    batch, folder = job
    for files in batch:
        (folder / f"{files.stem}.html").write_text(render(files.content), encoding="utf-8", newline="\n")
        _write_book(files, folder / f"{files.stem}.xlsx")
    return len(batch)


def _write_book(files: AgentFiles, path: Path) -> None:
    known = words(files.lang)
    without = ("agent",)
    book = sheets.new_book(str(files.content["agent"]), known)
    sheets.add(book, known, "findings", files.findings, sheets.FINDINGS, without)
    sheets.add(book, known, "promises", files.promises, sheets.PROMISES, without)
    sheets.add(book, known, "times", files.times, sheets.TIMES, without)
    sheets.add(book, known, "late", files.late, sheets.LATE, without)
    if files.not_counted.height:
        sheets.add(book, known, "not_counted", files.not_counted, sheets.NOT_COUNTED, without)
    book.save(path)
