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
BATCH = 25  # agents of one task: fewer would cost time, as their rows are made at once; more would cost memory
Progress = Callable[[str, int, int], None]


SHEETS = (("findings", FINDINGS), ("promises", PROMISES), ("times", TIMES), ("late", LATE), ("not_counted", NOT_COUNTED))


@dataclass(frozen=True, slots=True)
class Batch:
    """All that some agents' files are made from, small enough to be sent to another process."""

    stems: dict[str | None, str]  # agent → name of the files
    lang: Lang
    frames: tuple[pl.DataFrame, ...]  # of each of SHEETS, these agents' rows
    styles: list[list[str]]
    pages: dict[str | None, dict[str, Any]]  # what each agent's page says


def write_agents(
    view: View, folder: Path, jobs: int = 1, progress: Progress | None = None, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """`<agent>.xlsx` and `<agent>.html` for everyone who wrote a message or is named by a finding or a promise.

    `meanwhile` is done while other processes write.
    """
    stems = _stems(view)
    batches = _batches(view, stems)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("agents", done, len(stems))

    if jobs > 1 and len(stems) > SPREAD_FROM:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            counts = pool.map(_write_batch, ((batch, folder) for batch in batches))
            meanwhile()
            for count in counts:
                step(count)
    else:
        meanwhile()
        for batch in batches:
            step(_write_batch((batch, folder)))


def _stems(view: View) -> dict[str | None, str]:
    frames = [view.times, view.not_counted]
    if view.result.detail is not None:  # only those of whom tonight tells something
        frames = [view.findings, view.promises, view.late, view.not_counted]
    ids = [agent for frame in frames for agent in frame.get_column("agent_id").to_list()]
    return agent_names(ids)


def _batches(view: View, stems: dict[str | None, str]) -> Iterable[Batch]:
    frames = (view.findings, view.promises, view.times, view.late, view.not_counted)
    styles = _probe(view.words)
    parts = [frame.partition_by("agent_id", as_dict=True, maintain_order=True) for frame in frames]
    pages = Pages(view)
    pages.prefetch(frame.head(SHOWN) for frame in parts[0].values())
    agents = list(stems)
    for few in (agents[at : at + BATCH] for at in range(0, len(agents), BATCH)):
        contents = {}
        for agent in few:
            own = parts[0].get((agent,), view.findings.clear()), parts[2].get((agent,), view.times.clear())
            contents[agent] = pages.content(agent, *own, f"{stems[agent]}.xlsx")
        yield Batch({agent: stems[agent] for agent in few}, view.result.lang, tuple(_of(few, parts, frames)), styles, contents)


def _of(
    agents: list[str | None], parts: Sequence[Mapping[tuple[object, ...], pl.DataFrame]], frames: Sequence[pl.DataFrame]
) -> Iterable[pl.DataFrame]:
    """These agents' rows of each frame: what the columns of its sheet show."""
    for part, frame, (_, specs) in zip(parts, frames, SHEETS, strict=True):
        shown = ["agent_id", *(name for name, *_ in specs if name in frame.columns and name != "agent_id")]
        yield pl.concat([frame.clear(), *(part[(agent,)] for agent in agents if (agent,) in part)]).select(shown)


def _columns(specs: tuple[sheets.Spec, ...], known: Words) -> tuple[Column, ...]:
    return sheets.columns(specs, known, without=("agent",))


def _probe(known: Words) -> list[list[str]]:
    """The style numbers of an agent's tables: the same in every agent's workbook, so that rows are made once for all."""
    book = sheets.new_book("", known)
    for sheet, specs in SHEETS:
        book.filled(known[f"sheet.{sheet}"], [], _columns(specs, known), [])
    return book.styles()


def _write_batch(job: tuple[Batch, Path]) -> int:
    batch, folder = job
    known = words(batch.lang)
    rows = [
        _by_agent(frame, row_templates(frame, _columns(specs, known), style, known["note.cut"]))
        for frame, (_, specs), style in zip(batch.frames, SHEETS, batch.styles, strict=True)
    ]
    for agent, stem in batch.stems.items():
        (folder / f"{stem}.html").write_text(render(batch.pages[agent]), encoding="utf-8", newline="\n")
        title = str(batch.pages[agent]["agent"])
        _write_book(title, known, [table.get(agent, []) for table in rows], batch.styles, folder / f"{stem}.xlsx")
    return len(batch.stems)


def _by_agent(frame: pl.DataFrame, rows: pl.Series) -> dict[str | None, list[str]]:
    grouped = frame.select("agent_id", rows.alias("row")).group_by("agent_id", maintain_order=True).agg("row")
    return dict(zip(grouped.get_column("agent_id").to_list(), grouped.get_column("row").to_list(), strict=True))


def _write_book(title: str, known: Words, tables: list[list[str]], styles: list[list[str]], path: Path) -> None:
    book = sheets.new_book(title, known)
    for (sheet, specs), rows, style in zip(SHEETS, tables, styles, strict=True):
        if rows or sheet != "not_counted":
            book.filled(known[f"sheet.{sheet}"], rows, _columns(specs, known), style, freeze=2, tint="severity_word")
    book.save(path)
