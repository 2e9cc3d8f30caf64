"""The first sheet of the manager's workbook: key figures, what was found, charts, and what to know before acting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from auditor.model import FAMILIES, SEVERITIES
from auditor.report.cells import INK, LINE, NUMBER_FORMATS, PALE, SEVERITY_FILL, Book, wide
from auditor.report.view import View, rules_table
from auditor.score import CERTAINTIES, MIN_SAMPLE, SEVERITY_WEIGHT, trend

LABEL, CELLS = 30, 13  # widths of column A and of the ten beside it
FIRST_AGENTS = 10
DAY_ZERO = date(1899, 12, 30).toordinal()  # from which workbooks count days
GRID = {"visible": True, "line": {"color": LINE, "width": 0.75}}
LABELS = {"proven": "#FFFFFF", "suspected": "#5A4210"}  # inks of the numbers on the bars


class _Pen:
    """Writes down the sheet, remembering the row."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet, self.row = book, sheet, 0

    def text(self, column: int, text: str, **look: Any) -> None:
        self.sheet.write_string(self.row, column, text, self.book.format(**look))

    def number(self, column: int, value: float | None, kind: str = "#,##0", **look: Any) -> None:
        style = self.book.format(num_format=kind, align="right", **look)
        if value is None or value != value:
            self.sheet.write_string(self.row, column, "–", self.book.format(align="right", **look))
        else:
            self.sheet.write_number(self.row, column, float(value), style)

    def date(self, column: int, value: date, **look: Any) -> None:
        style = self.book.format(num_format=NUMBER_FORMATS["date"], align="left", **look)
        self.sheet.write_number(self.row, column, value.toordinal() - DAY_ZERO, style)

    def head(self, texts: Sequence[str]) -> None:
        """The header row of a table: the first column to the left, the figures' to the right like the figures."""
        look = {"bold": True, "bg_color": PALE, "text_wrap": True, "border": 1, "border_color": LINE, "valign": "vcenter"}
        for place, text in enumerate(texts):
            self.text(place, text, align="right" if place else "left", **look)
        lines = max(-(-wide(text) * 6 // (5 * (CELLS if place else LABEL))) for place, text in enumerate(texts))
        self.sheet.set_row(self.row, 7 + 14 * lines)
        self.row += 1

    def heading(self, text: str) -> None:
        self.row += 1
        for column in range(11):
            self.sheet.write_blank(self.row, column, None, self.book.format(bottom=2, bottom_color=INK))
        self.text(0, text, bold=True, font_size=12, font_color=INK, bottom=2, bottom_color=INK)
        self.sheet.set_row(self.row, 20)
        self.row += 1


def add_overview(book: Book, view: View) -> None:
    """Add the sheet to the book."""
    sheet = book.sheet(view.words["sheet.overview"])
    sheet.set_default_row(17)
    sheet.set_column(0, 0, LABEL, book.format())
    sheet.set_column(1, 10, CELLS, book.format())
    pen = _Pen(book, sheet)
    _title(pen, view)
    _key_figures(pen, view)
    _warnings(pen, view)
    families = _found(pen, view)
    _first_look(pen, view)
    days = _days(pen, view)
    _charts(pen, view, families, days)


def _title(pen: _Pen, view: View) -> None:
    known, result = view.words, view.result
    days = view.scores.days["day"].tolist()
    start, end = (days[0].isoformat(), days[-1].isoformat()) if days else ("–", "–")
    pen.text(0, known["overview.title"], bold=True, font_size=18, font_color=INK)
    pen.sheet.set_row(0, 30)
    pen.row = 1
    as_of = result.as_of.isoformat(sep=" ", timespec="seconds")
    pen.text(
        0, known["overview.subtitle"].format(as_of=as_of, start=start, end=end, version=result.version), font_color="#5B6B75"
    )
    pen.row = 2


def _key_figures(pen: _Pen, view: View) -> None:
    known, scores, counts = view.words, view.scores, view.result.counts
    matrix, metrics = scores.matrix, scores.metrics
    total = {name: int(metrics.get_column(name).sum()) for name in metrics.columns if name.startswith(("rounds_", "promises_"))}
    judged = total["rounds_judged"]
    read = sum(file.status == "read" for file in view.result.inputs)
    money = {c: ", ".join(f"{n / 100:,.2f} {cur}" for cur, k, n in scores.money if k == c) or "–" for c in CERTAINTIES}
    agents = int(metrics.get_column("agent_id").drop_nulls().n_unique())
    figures: list[tuple[str, str | int | float | None, str]] = [
        ("messages", counts.get("messages"), "#,##0"),
        ("proven", int(matrix["proven"].to_numpy().sum()), "#,##0"),
        ("conversations", counts.get("conversations"), "#,##0"),
        ("suspected", int(matrix["suspected"].to_numpy().sum()), "#,##0"),
        ("agents", counts.get("agents", agents), "#,##0"),
        ("in_time", total["rounds_in_time"] / judged if judged else None, "0.0%"),
        ("orders", counts.get("orders"), "#,##0"),
        ("promises", f"{total['promises_kept']:,} / {total['promises_broken']:,}", ""),
        ("notices", counts.get("notices", len(view.result.notices)), "#,##0"),
        ("money_proven", money["proven"], ""),
        ("files", f"{read} / {len(view.result.inputs)}", ""),
        ("money_suspected", money["suspected"], ""),
    ]
    pen.heading(known["overview.key_figures"])
    for place, (key, value, kind) in enumerate(figures):
        label, cell = (0, 1) if place % 2 == 0 else (4, 7)
        look = {"bottom": 1, "bottom_color": LINE}
        pen.text(label, known[f"overview.{key}"], font_color="#44545E", **look)
        for between in range(label + 1, cell):
            pen.sheet.write_blank(pen.row, between, None, pen.book.format(**look))
        if isinstance(value, str):
            pen.text(cell, value, bold=True, align="right", **look)
        else:
            pen.number(cell, value, kind, bold=True, **look)
        pen.row += place % 2
    if scores.money_unknown:
        pen.text(4, known["overview.money_unknown"], font_color="#44545E")
        pen.number(7, scores.money_unknown, bold=True)
        pen.row += 1


def _warnings(pen: _Pen, view: View) -> None:
    known, result = view.words, view.result
    rules = rules_table(view).filter((pl.col("hits") > 0) & (pl.col("confidence_key") != "official"))
    suspected = int(view.scores.matrix["suspected"].to_numpy().sum())
    refused = [file.path for file in result.inputs if file.status != "read"]
    unjudged = sum(n.count for n in result.not_evaluated)
    lines = [
        (int(result.detail is not None), _covered(view)),
        (suspected, known["overview.warn_suspected"].format(count=suspected)),
        (rules.height, known["overview.warn_rules"].format(rules=rules.height, hits=int(rules["hits"].sum()))),
        (len(result.quarantined), known["overview.warn_quarantine"].format(count=len(result.quarantined))),
        (len(refused), known["overview.warn_files"].format(count=len(refused), files=", ".join(refused[:5]))),
        (unjudged, known["overview.warn_not_evaluated"].format(count=unjudged)),
        (view.not_counted.height, known["overview.warn_not_counted"].format(count=view.not_counted.height)),
        (len(_doubted(view)), known["overview.warn_doubt"].format(rules=", ".join(_doubted(view)))),
        (len(view.scores.money), known["overview.warn_money"]),
        (1, known["overview.warn_privacy"]),
    ]
    pen.heading(known["overview.warnings"])
    for count, line in lines:
        if count:
            look = pen.book.format(text_wrap=True, bg_color="#FFF8E5", valign="vcenter", indent=1)
            pen.sheet.merge_range(pen.row, 0, pen.row, 10, "", look)
            pen.sheet.write_string(pen.row, 0, line, look)
            pen.sheet.set_row(pen.row, 17 * (1 + wide(line) // 150))
            pen.row += 1


def _covered(view: View) -> str:
    """What the lists of a night with a state show, and what the figures count."""
    detail = view.result.detail
    if detail is None:
        return ""
    line = view.words["overview.covers"].format(count=f"{detail.judged.height:,}")
    if detail.since <= view.result.as_of.date():
        line += " " + view.words["overview.covers_since"].format(day=detail.since)
    return line


def _doubted(view: View) -> list[str]:
    """Rules with findings, and rates with units, whose figures are not certain."""
    hit = set(view.findings["rule_id"].to_list())
    rated = set(view.result.rates["rate_id"].to_list())
    rates = {rate.id for pack in view.result.packs for rate in pack.rates if rate.figures}
    return sorted({rule_id for rule_id in hit if view.rules[rule_id].figures} | (rated & rates))


def _found(pen: _Pen, view: View) -> tuple[int, int]:
    """Family by certainty and severity; the rows that the chart shows."""
    known, matrix = view.words, view.scores.matrix
    pen.heading(known["overview.found"])
    head = {"bold": True, "bg_color": PALE, "align": "center", "border": 1, "border_color": LINE}
    for at, certainty in ((1, "proven"), (6, "suspected")):
        style = pen.book.format(**head)
        pen.sheet.merge_range(pen.row, at, pen.row, at + 4, "", style)
        pen.sheet.write_string(pen.row, at, known[f"certainty.{certainty}"], style)
    pen.row += 1
    pen.text(0, known["column.family"], **{**head, "align": "left"})
    for at in (1, 6):
        for place, severity in enumerate(SEVERITIES):
            look = {**head, "bg_color": SEVERITY_FILL[severity], "text_wrap": True}
            pen.text(at + place, known[f"severity.{severity}"], **look)
        pen.text(at + 4, known["overview.total"], **head)
    pen.row += 1
    first = pen.row
    cells = matrix.to_dict("index")  # family → (certainty, severity) → count
    line = {"bottom": 1, "bottom_color": LINE}
    for family in FAMILIES:
        pen.text(0, known[f"family.{family}"], **line)
        for at, certainty in ((1, "proven"), (6, "suspected")):
            for place, severity in enumerate(SEVERITIES):
                pen.number(at + place, int(cells[family][(certainty, severity)]), "#,##0;-#,##0;–", **line)
            total = sum(int(cells[family][(certainty, severity)]) for severity in SEVERITIES)
            pen.number(at + 4, total, "#,##0;-#,##0;–", bold=True, **line)
        pen.row += 1
    pen.text(0, known["overview.total"], bold=True, top=1)
    for at, certainty in ((1, "proven"), (6, "suspected")):
        for place, severity in enumerate(SEVERITIES):
            pen.number(at + place, sum(int(row[(certainty, severity)]) for row in cells.values()), bold=True, top=1)
        pen.number(at + 4, int(matrix[certainty].to_numpy().sum()), bold=True, top=1)
    pen.row += 1
    return first, pen.row - 2


def _first_look(pen: _Pen, view: View) -> None:
    known, agents = view.words, view.scores.agents
    first = agents[agents["points"] > 0].head(FIRST_AGENTS)  # ranked ones come first
    pen.heading(known["overview.first_look"])
    notes = [known["overview.first_look_note"].format(minimum=MIN_SAMPLE, **SEVERITY_WEIGHT)]
    if first["small_sample"].any():
        notes.append(known["overview.first_look_small"].format(minimum=MIN_SAMPLE))
    look = pen.book.format(text_wrap=True, font_color="#5B6B75", italic=True)
    for note in notes:
        pen.sheet.merge_range(pen.row, 0, pen.row, 10, "", look)
        pen.sheet.write_string(pen.row, 0, note, look)
        pen.sheet.set_row(pen.row, 17 * (1 + wide(note) // 175))
        pen.row += 1
    keys = ("agent", "rank", "conversations", "points_per_100", "low", "high", "proven", "suspected", "in_time_rate", "trend")
    pen.head([known[f"column.{key}"] for key in keys])
    for agent in first.to_dict("records"):
        line: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        if agent["small_sample"]:
            line |= {"font_color": "#7A868D", "italic": True}
        pen.text(0, str(agent["agent_id"]), **line)
        kinds = ("#,##0", "#,##0", "#,##0.0", "#,##0.0", "#,##0.0", "#,##0", "#,##0", "0.0%")
        names = ("rank", "conversations", "points_per_100", "low", "high", "proven", "suspected", "in_time_rate")
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1):
            pen.number(place, agent[name], kind, **line)
        word = known["note.small_sample"] if agent["small_sample"] else known[f"trend.{agent['trend']}"]
        pen.text(9, word, align="right", **line)
        pen.row += 1


def _days(pen: _Pen, view: View) -> tuple[int, int]:
    """The figures of each day; the rows that the charts show."""
    known, days = view.words, view.scores.days
    pen.heading(known["overview.days"])
    half = len(days) // 2
    first, second = days.iloc[:half], days.iloc[half:]
    word = "unknown"
    if half:
        sizes = [int(part[name].sum()) for part in (first, second) for name in ("faulty_conversations", "conversations")]
        word = trend(*sizes)
    pen.text(0, known["overview.trend"].format(trend=known[f"trend.{word}"]), italic=True, font_color="#5B6B75")
    pen.row += 1
    names = ("day", "conversations", "proven", "suspected", "points_per_100", "in_time_rate", "rounds_late", "rounds_unanswered")
    pen.head([known[f"column.{name}"] for name in names])
    start = pen.row
    kinds = ("#,##0", "#,##0", "#,##0", "#,##0.0", "0.0%", "#,##0", "#,##0")
    line = {"bottom": 1, "bottom_color": LINE}
    for day in days.to_dict("records"):
        pen.date(0, day["day"], **line)
        for place, (name, kind) in enumerate(zip(names[1:], kinds, strict=True), start=1):
            pen.number(place, day[name], kind, **line)
        pen.row += 1
    return start, max(start, pen.row - 1)


def _charts(pen: _Pen, view: View, families: tuple[int, int], days: tuple[int, int]) -> None:
    """Three charts beside the tables; they read the cells, so they follow when somebody edits."""
    known, name = view.words, view.words["sheet.overview"]
    top, bottom = families
    bars = pen.book.book.add_chart({"type": "bar", "subtype": "stacked"})
    for column, key, colour in ((5, "proven", "#B5483A"), (10, "suspected", "#E3B778")):
        bars.add_series(
            {
                "name": known[f"certainty.{key}"],
                "categories": [name, top, 0, bottom, 0],
                "values": [name, top, column, bottom, column],
                "fill": {"color": colour},
                "gap": 50,
                # no label where there is nothing: the third part of a number format is that of nought
                "data_labels": {"value": True, "num_format": "#,##0;;", "font": {"size": 9, "color": LABELS[key]}},
            }
        )
    _dress(bars, known["overview.chart_families"])
    bars.set_y_axis({"reverse": True, "num_font": {"size": 9}, "line": {"none": True}, "major_tick_mark": "none"})
    bars.set_x_axis(_whole_numbers(view))
    pen.sheet.insert_chart(2, 12, bars, {"object_position": 2})
    first, last = days
    for at, column, key, colour, kind in (
        (20, 4, "chart_days", "#B5483A", "0"),
        (38, 5, "chart_in_time", "#2F6F8F", "0%"),
    ):
        line = pen.book.book.add_chart({"type": "line"})
        line.add_series(
            {
                "name": known[f"overview.{key}"],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
                "line": {"color": colour, "width": 2.25},
                "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}},
            }
        )
        _dress(line, known[f"overview.{key}"])
        line.set_legend({"none": True})
        line.set_x_axis(_day_axis(last - first + 1))
        top_limit = {"max": 1} if kind == "0%" else {}
        line.set_y_axis(
            {"num_format": kind, "min": 0, **top_limit, "major_gridlines": GRID, "num_font": {"size": 9}, "line": {"none": True}}
        )
        pen.sheet.insert_chart(at, 12, line, {"object_position": 2})


def _whole_numbers(view: View) -> dict[str, Any]:
    """An axis of counts: round steps of at least one, about six of them."""
    longest = max(int(n) for n in view.scores.matrix.to_numpy().sum(axis=1))
    step = next(size for power in range(10) for size in (10**power, 2 * 10**power, 5 * 10**power) if size * 6 >= longest)
    style = {"major_gridlines": GRID, "num_font": {"size": 9}, "line": {"none": True}, "major_tick_mark": "none"}
    return {"num_format": "#,##0", "min": 0, "major_unit": step, "max": step * max(1, -(-longest // step)), **style}


def _day_axis(days: int) -> dict[str, Any]:
    """An axis of days with about ten dates, whatever the length of the period."""
    return {
        "date_axis": True,
        "num_format": "mm-dd",
        "num_font": {"size": 9, "rotation": 0 if days <= 14 else -45},
        "major_unit": max(1, -(-days // 12)),
        "major_unit_type": "days",
        "line": {"color": LINE},
    }


def _dress(chart: Any, title: str) -> None:
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12, "bold": True, "color": INK}})
    chart.set_legend({"position": "bottom", "font": {"size": 9}})
    chart.set_size({"width": 620, "height": 330})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.show_blanks_as("gap")
