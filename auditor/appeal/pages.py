"""The bundle's HTML pages: self-contained, without scripts, everything from chats escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from auditor.appeal.assess import Assessment
from auditor.appeal.case import Case
from auditor.appeal.overview import rests_on
from auditor.appeal.statement import Block
from auditor.appeal.timeline import Event, excerpt, said_by
from auditor.appeal.wording import Value, clock, known, pick, say, show, span, tell, visible
from auditor.model import AuditResult, Finding, Lang

_TEMPLATES = Path(__file__).parent / "templates"
_SOON, _VERY_SOON = timedelta(hours=24), timedelta(hours=6)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _page(template: str, lang: Lang, title: str, **values: object) -> bytes:
    html = _environment().get_template(template).render(lang=lang, title=title, t=_teller(lang), **values)
    return html.encode("utf-8", "backslashreplace")


def _teller(lang: Lang) -> Callable[..., str]:
    def told(key: str, **values: Value) -> str:
        return say(lang, key, **values)

    return told


def statement_page(blocks: Sequence[Block], lang: Lang) -> bytes:
    """Render the draft statement, to print."""
    return _page("statement.html", lang, blocks[0].text, blocks=blocks)


def conversation_page(case: Case, evidence: frozenset[str], lang: Lang) -> bytes:
    """Render the conversation as it went, `evidence` marked; a long one around the evidence, and it says so."""
    shown, cut = excerpt(case, evidence)
    lines = [
        {
            "id": visible(message.message_id),
            "at": clock(message.at),
            "day": message.at.date().isoformat(),
            "role": message.role,
            "who": say(lang, f"role.{message.role}"),
            "sender": visible(message.sender_id or ""),
            "kind": message.content_type,
            "named": said_by(message, lang),
            "text": visible(message.text),
            "marked": message.message_id in evidence,
            "doubt": message.time_doubt,
        }
        for message in shown
    ]
    head = _heading(case, lang)
    return _page(
        "conversation.html", lang, say(lang, "page.conversation"), lines=lines, cut=cut, total=len(case.messages), head=head
    )


def timeline_page(case: Case, events: Sequence[Event], lang: Lang) -> bytes:
    """Render the timeline with its spans in words."""
    rows = [{"at": clock(event.at), "event": event} for event in events]
    return _page("timeline.html", lang, say(lang, "page.timeline"), rows=rows, head=_heading(case, lang))


def assessment_page(case: Case, found: Assessment, result: AuditResult, lang: Lang) -> bytes:
    """Render the internal view: what to do by when, the suggested verdict and why."""
    terms = case.pack.appeal if case.pack else None
    return _page(
        "assessment.html",
        lang,
        say(lang, "page.assessment"),
        head=_heading(case, lang),
        case=case,
        found=found,
        verdict=say(lang, f"verdict.{found.verdict}"),
        rests=rests_on(found, lang),
        left=_left(case, lang),
        urgency=_urgency(case),
        by=clock(case.appeal_by) if case.appeal_by else say(lang, "state.unknown"),
        as_of=clock(result.as_of),
        entry=pick(terms.entry, lang) if terms else "",
        wanted=pick(terms.evidence, lang) if terms else "",
        reasons=[tell(lang, said) for said in found.reasons],
        favour=[tell(lang, said) for said in found.favour],
        against=[tell(lang, said) for said in found.against],
        gaps=[tell(lang, said) for said in found.gaps if said not in found.reasons],
        elements=[(tell(lang, each.label), each.status, tell(lang, each.shown)) for each in found.elements],
        groups=[
            (say(lang, f"page.{name}"), [_finding(each, lang) for each in group])
            for name, group in (("supporting", found.supporting), ("others", found.others), ("dropped", found.dropped))
            if group
        ],
        families=[say(lang, f"family.{family}") for family in case.charge.families],
        words=list(case.charge.words),
        limits=limits(case, lang),
    )


def limits(case: Case, lang: Lang) -> list[str]:
    """Say what the bundle does not prove."""
    keys = ["unchanged", "export_only", "suggestion", "deadline", "form", "privacy"]
    form = case.pack.appeal.form if case.pack and case.pack.appeal else None
    whole = case.notice.platform in ("taobao", "tmall") or (form is not None and form.partial_screenshots is False)
    return [say(lang, f"limits.{key}") for key in (*keys, *(["screenshots"] if whole else []))]


def _finding(finding: Finding, lang: Lang) -> dict[str, str]:
    return {
        "rule": finding.rule_id,
        "certainty": known(lang, f"certainty.{finding.certainty}", finding.certainty),
        "at": clock(finding.occurred_at),
        "agent": show(finding.agent_id, lang),
        "messages": ", ".join(visible(each) for each in finding.message_ids),
        "text": visible(finding.explanation),
        "quote": visible(finding.quote),
        "basis": known(lang, f"reason.{finding.basis}", finding.basis),
        "suppressed": visible(finding.suppressed_by or ""),
    }


def _heading(case: Case, lang: Lang) -> list[tuple[str, str]]:
    notice = case.notice
    money = f"{notice.amount} {notice.currency or ''}".strip() if notice.amount is not None else None
    rows = (
        ("notice_id", notice.notice_id),
        ("platform", notice.platform),
        ("shop", notice.shop_id),
        ("order", case.order.order_id if case.order else notice.order_id),
        ("conversation", case.conversation.conversation_id if case.conversation else notice.conversation_id),
        ("agent", notice.agent_id),
        ("clause", notice.clause),
        ("reason", notice.reason),
        ("amount", money),
        ("issued_at", clock(notice.issued_at)),
    )
    return [(say(lang, f"field.{name}"), show(value, lang)) for name, value in rows if value]


def _left(case: Case, lang: Lang) -> str:
    return span(case.left, lang) if case.left is not None and case.state == "open" else say(lang, f"state.{case.state}")


def _urgency(case: Case) -> str:
    if case.left is None:
        return "unknown"
    return "very_soon" if case.left < _VERY_SOON else "soon" if case.left < _SOON else "open"
