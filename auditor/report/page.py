"""One agent's page: the worst findings with the chat around them, plain HTML that runs and loads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup, escape

from auditor.model import FAMILIES, SEVERITIES, Finding, Message
from auditor.report.measured import duration, in_words
from auditor.report.redact import mask, short_id
from auditor.report.view import View, text_of
from auditor.report.words import term

SHOWN = 100  # findings with their context on a page; the rest are in the workbook
AROUND = 3  # messages before and after the evidence
MAX_LINES = 40  # of context under one finding
MAX_TEXT = 1_500  # characters of one message
SPARK_WIDTH, SPARK_HEIGHT = 220, 44


class Pages:
    """Makes the content of agents' pages; remembers what it masked and where each message stands."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._words = {key.removeprefix("page."): text for key, text in view.words.items() if key.startswith("page.")}
        self._rules: dict[tuple[str, str], Markup] = {}
        self._texts: dict[str, str] = {}
        self._escaped: dict[str, str] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._agents = {str(row["agent_id"]): row for row in view.scores.agents.to_dict("records")}
        self._ranked = int(view.scores.agents["rank"].notna().sum())
        self._days = view.scores.days["day"].tolist()

    def prefetch(self, shown: Iterable[pl.DataFrame]) -> None:
        """Have the conversations of these findings built in one go, where they are kept as columns: one by one takes hours."""
        build = getattr(self._view.result.conversations, "prefetch", None)
        if build:
            build(sorted({i for frame in shown for i in frame.get_column("conversation_id").to_list()}))

    def content(self, agent: str | None, findings: pl.DataFrame, metrics: pl.DataFrame, workbook: str) -> dict[str, Any]:
        """All that the template needs: texts, numbers, lists; `findings` are the agent's own, worst first."""
        view, known = self._view, self._view.words
        shown = findings.head(SHOWN)
        return {
            "lang": {"zh": "zh-CN"}.get(view.result.lang, view.result.lang),
            "w": self._words,
            "agent": agent if agent is not None else known["note.no_agent"],
            "shops": _list(metrics, "shop"),
            "platforms": _list(metrics, "platform_name"),
            "as_of": view.result.as_of.isoformat(sep=" ", timespec="seconds"),
            "period": f"{self._days[0]} – {self._days[-1]}" if self._days else "–",
            "figures": self._figures(agent, metrics),
            "spark": spark(self._days, findings),
            "severities": [(s, known[f"severity.{s}"], findings.filter(pl.col("severity") == s).height) for s in SEVERITIES],
            "families": [(known[f"family.{f}"], n) for f in FAMILIES if (n := findings.filter(pl.col("family") == f).height)],
            "total": findings.height,
            "more": known["page.more"].format(shown=shown.height, total=findings.height, file=workbook)
            if findings.height > shown.height
            else "",
            "findings": [self._finding(row) for row in shown.iter_rows(named=True)],
            "version": view.result.version,
        }

    def _figures(self, agent: str | None, metrics: pl.DataFrame) -> list[tuple[str, str, str]]:
        """Label, value and small print of each key figure."""
        known = self._view.words
        row = self._agents.get(agent) if agent is not None else None
        if row is None:
            return []
        ranked = row["rank"] == row["rank"] and row["rank"] is not None
        rank = known["page.rank_of"].format(rank=int(row["rank"]), total=self._ranked) if ranked else "–"
        judged, median = int(row["rounds_judged"]), row["first_response_median_s"]
        interval = known["page.interval"].format(low=f"{row['low']:.1f}", high=f"{row['high']:.1f}")
        figures = [
            ("rank", rank, "" if ranked else known["note.small_sample"]),
            ("conversations", f"{row['conversations']:,}", ""),
            ("proven", f"{row['proven']:,}", known["page.trend_is"].format(trend=known[f"trend.{row['trend']}"])),
            ("suspected", f"{row['suspected']:,}", ""),
            ("points", f"{row['points_per_100']:.1f}", interval),
            (
                "in_time",
                f"{row['rounds_in_time'] / judged:.1%}" if judged else "–",
                known["page.in_time_of"].format(hits=int(row["rounds_in_time"]), total=judged),
            ),
            ("first_median", duration(median, self._view.result.lang) if median is not None and median == median else "–", ""),
            (
                "promises",
                f"{row['promises_kept']:,} / {row['promises_broken']:,}",
                known["page.promises_of"].format(total=int(row["promises_made"])),
            ),
        ]
        return [(known[f"page.{key}"], value, small) for key, value, small in figures]

    def _finding(self, row: Mapping[str, Any]) -> dict[str, Any]:
        known = self._view.words
        finding = self._view.result.findings[row["n"]]
        basis = row["basis"] or known["reason.understanding"]
        badge = row["certainty_word"] if finding.certainty == "proven" else known["page.rests_on"].format(basis=basis)
        return {
            "title": row["rule_title"],
            "severity": finding.severity,
            "severity_word": row["severity_word"],
            "certainty": finding.certainty,
            "badge": badge,
            "family": row["family_word"],
            "time": f"{finding.occurred_at:%Y-%m-%d %H:%M:%S} ({row['zone']})",
            "explanation": row["explanation"],
            "measures": self._measures(finding),
            "quote": row["quote"],
            "context": self._context(finding),
            "about": self._about(finding),
            "conversation": finding.conversation_id,
            "order": finding.order_id or "",
            "shop": row["shop"] or "",
            "platform": row["platform_name"],
            "money": f"{row['money']:,.2f} {row['currency']}" if row["money"] else "",
            "id": finding.finding_id,
        }

    def _about(self, finding: Finding) -> Markup:
        """What there is to say about the rule: the same under each of its findings, and made once."""
        key = (finding.rule_id, finding.clause)
        if key not in self._rules:
            known, lang = self._view.words, self._view.result.lang
            rule = self._view.rules.get(finding.rule_id)
            said: dict[str, Any] = dict.fromkeys(("source", "confidence", "note", "why", "fix"), "")
            said |= {"clause": finding.clause, "official": False, "falsepositives": []}
            if rule:
                said = {
                    "clause": finding.clause or f"{rule.clause.document} {rule.clause.section}".strip(),
                    "source": rule.clause.source,
                    "confidence": term(known, "confidence", rule.clause.confidence),
                    "official": rule.clause.confidence == "official",
                    "note": text_of(rule.clause.note, lang),
                    "why": text_of(rule.why, lang),
                    "fix": text_of(rule.fix, lang),
                    "falsepositives": [text_of(each, lang) for each in rule.falsepositives],
                }
            self._rules[key] = Markup(_template("rule.html.j2").render(w=self._words, rule=said))  # noqa: S704 - escaped there
        return self._rules[key]

    def _measures(self, finding: Finding) -> list[tuple[str, str, str]]:
        """Label, words and, where they differ, the arithmetic of what was measured and of the limit."""
        known = self._view.words
        pairs = (("measured", finding.measured), ("threshold", finding.threshold))
        said = [
            (known[f"page.{key}"], in_words(value, known, self._view.result.lang), value)
            for key, value in pairs
            if value and (key, value) != ("threshold", "0")
        ]
        return [(label, words, "" if words == value else value) for label, words, value in said]

    def _context(self, finding: Finding) -> Markup:
        """The chat around the evidence, in order; a gap says how many messages are left out."""
        conversation = self._view.result.conversations.get(finding.conversation_id)
        if conversation is None:
            return Markup()
        places = self._places.get(conversation.conversation_id)
        if places is None:
            places = {m.message_id: n for n, m in enumerate(conversation.messages)}
            self._places[conversation.conversation_id] = places
        evidence = {places[i] for i in finding.message_ids if i in places}
        wanted = sorted({n for e in evidence for n in range(max(0, e - AROUND), min(len(places), e + AROUND + 1))})
        if len(wanted) > MAX_LINES:
            wanted = sorted(sorted(wanted, key=lambda n: (n not in evidence, n))[:MAX_LINES])
        lines: list[str] = []
        before, day = -1, ""
        for n in wanted:
            if before >= 0 and n > before + 1:
                lines.append(f'<div class="gap">{escape(self._view.words["page.gap"].format(count=n - before - 1))}</div>')
            message = conversation.messages[n]
            stamp = message.at.isoformat(sep=" ")
            if stamp[:10] != day:
                lines.append(f'<div class="day">{stamp[:10]}</div>')
            lines.append(self._line(message, conversation.buyer_id, " evidence" if n in evidence else "", stamp[11:19]))
            before, day = n, stamp[:10]
        return Markup("\n".join(lines))  # noqa: S704 - every part below is escaped or ours

    def _line(self, message: Message, buyer: str | None, evidence: str, time: str) -> str:
        """One message as HTML. It is made here and not in the template for speed; who, content and text are escaped."""
        role = message.role if message.role in ("buyer", "agent", "bot") else "system"
        who = self._who(role, short_id(buyer) if role == "buyer" else message.sender_id if role == "agent" else "")
        content = "" if message.content_type == "text" else self._content(message.content_type)
        return (
            f'<div class="msg {role}{evidence}"><div class="by">{who} · {time}</div>'
            f"<p>{content}{self._text(message.text)}</p></div>"
        )

    def _who(self, role: str, name: str | None) -> str:
        key = f"{role} {name}"
        if key not in self._escaped:
            self._escaped[key] = str(escape(f"{term(self._view.words, 'role', role)} {name or ''}".strip()))
        return self._escaped[key]

    def _content(self, kind: str) -> str:
        return f"<i>[{escape(term(self._view.words, 'content', kind))}]</i> "

    def _text(self, text: str) -> str:
        """A message's text masked, cut and escaped, once for each distinct text."""
        ready = self._texts.get(text)
        if ready is None:
            masked = mask(text)
            if len(masked) > MAX_TEXT:
                masked = masked[:MAX_TEXT] + " " + self._view.words["page.text_cut"].format(total=len(text))
            ready = self._texts[text] = str(escape(masked))
        return ready


def render(content: Mapping[str, Any]) -> str:
    """The page; every text is escaped by the template engine."""
    return _template("agent.html.j2").render(content)


@cache
def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(name)


def spark(days: list[Any], findings: pl.DataFrame) -> dict[str, Any] | None:
    """Bars of findings a day over the whole period; None for a single day."""
    if len(days) < 2:
        return None
    counts: dict[Any, int] = dict(findings.group_by("day").len().rows())
    values = [counts.get(day, 0) for day in days[-60:]]
    top, step = max(*values, 1), SPARK_WIDTH / len(values)
    bars = [
        {
            "x": round(n * step, 2),
            "w": round(max(step * 0.75, 1), 2),
            "h": round(max(SPARK_HEIGHT * v / top, 1), 2),
            "y": round(SPARK_HEIGHT - max(SPARK_HEIGHT * v / top, 1), 2),
            "label": f"{day}: {v}",
        }
        for n, (day, v) in enumerate(zip(days[-60:], values, strict=True))
    ]
    return {"bars": bars, "width": SPARK_WIDTH, "height": SPARK_HEIGHT, "top": max(values)}


def _list(frame: pl.DataFrame, name: str) -> str:
    return ", ".join(frame.get_column(name).drop_nulls().unique().sort().to_list())
