"""One workbook and one page for each agent; many agents may be spread over processes, with the same bytes either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from auditor.model import Lang
from auditor.report import sheets
from auditor.report.cells import Column, row_templates
from auditor.report.names import agent_names
from auditor.report.page import SHOWN, Pages, render
from auditor.report.sheets import FINDINGS, LATE, NOT_COUNTED, PROMISES, TIMES
from auditor.report.view import View
from auditor.report.words import Words, words

SPREAD_FROM = 20  # fewer agents are written sooner than processes start
BATCH = 8
Progress = Callable[[str, int, int], None]


SHEETS = (("findings", FINDINGS), ("promises", PROMISES), ("times", TIMES), ("late", LATE), ("not_counted", NOT_COUNTED))


@dataclass(frozen=True, slots=True)
class AgentFiles:
    """All that one agent's files are made from, small enough to be sent to another process."""

    stem: str
    lang: Lang
    rows: tuple[list[str], ...]  # of each of SHEETS, ready for the workbook
    styles: list[list[str]]
    content: dict[str, Any]  # of the page


def write_agents(
    view: View, folder: Path, jobs: int = 1, progress: Progress | None = None, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """`<agent>.xlsx` and `<agent>.html` for everyone who wrote a message or is named by a finding or a promise.

    `meanwhile` is done while other processes write.
    """
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
            counts = pool.map(_write_batch, ((batch, folder) for batch in batches))
            meanwhile()
            for count in counts:
                step(count)
    else:
        meanwhile()
        for task in tasks:
            step(_write_batch(([task], folder)))


def _stems(view: View) -> dict[str | None, str]:
    ids = view.times.get_column("agent_id").to_list() + view.not_counted.get_column("agent_id").to_list()
    return agent_names(ids)


def _tasks(view: View, stems: dict[str | None, str]) -> Iterable[AgentFiles]:
    known = view.words
    frames = (view.findings, view.promises, view.times, view.late, view.not_counted)
    styles = _probe(known)
    parts = [frame.partition_by("agent_id", as_dict=True, maintain_order=True) for frame in frames]
    pages = Pages(view)
    pages.prefetch(frame.head(SHOWN) for frame in parts[0].values())
    agents = list(stems)
    # rows weigh many times what they are made from: those of a few agents at a time
    for few in (agents[at : at + BATCH] for at in range(0, len(agents), BATCH)):
        rows = [
            _by_agent(own, row_templates(own, _columns(specs, known), style, known["note.cut"]))
            for own, (_, specs), style in zip(_of(few, parts, frames), SHEETS, styles, strict=True)
        ]
        for agent in few:
            own = parts[0].get((agent,), view.findings.clear()), parts[2].get((agent,), view.times.clear())
            content = pages.content(agent, *own, f"{stems[agent]}.xlsx")
            yield AgentFiles(stems[agent], view.result.lang, tuple(table.get(agent, []) for table in rows), styles, content)


def _of(
    agents: list[str | None], parts: Sequence[Mapping[tuple[object, ...], pl.DataFrame]], frames: Sequence[pl.DataFrame]
) -> Iterable[pl.DataFrame]:
    """These agents' rows of each frame."""
    for part, frame in zip(parts, frames, strict=True):
        yield pl.concat([frame.clear(), *(part[(agent,)] for agent in agents if (agent,) in part)])


def _columns(specs: tuple[sheets.Spec, ...], known: Words) -> tuple[Column, ...]:
    return sheets.columns(specs, known, without=("agent",))


def _probe(known: Words) -> list[list[str]]:
    """The style numbers of an agent's tables: the same in every agent's workbook, so that rows are made once for all."""
    book = sheets.new_book("", known)
    for sheet, specs in SHEETS:
        book.filled(known[f"sheet.{sheet}"], [], _columns(specs, known), [])
    return book.styles()


def _by_agent(frame: pl.DataFrame, rows: pl.Series) -> dict[str | None, list[str]]:
    grouped = frame.select("agent_id", rows.alias("row")).group_by("agent_id", maintain_order=True).agg("row")
    return dict(zip(grouped.get_column("agent_id").to_list(), grouped.get_column("row").to_list(), strict=True))


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
    book = sheets.new_book(str(files.content["agent"]), known)
    for (sheet, specs), rows, styles in zip(SHEETS, files.rows, files.styles, strict=True):
        if rows or sheet != "not_counted":
            book.filled(known[f"sheet.{sheet}"], rows, _columns(specs, known), styles, freeze=2, tint="severity_word")
    book.save(path)
