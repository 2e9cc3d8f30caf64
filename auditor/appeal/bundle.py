"""The evidence bundle of one case: what goes to the platform, what stays inside, sealed as a bag."""

from __future__ import annotations

from auditor.appeal.assess import Assessment
from auditor.appeal.bag import zip_bag
from auditor.appeal.case import Case
from auditor.appeal.clauses import clauses, rule_markdown
from auditor.appeal.custody import custody
from auditor.appeal.pages import assessment_page, conversation_page, limits, statement_page, timeline_page
from auditor.appeal.statement import as_markdown, as_text, draft
from auditor.appeal.tables import conversation_csv, conversation_jsonl, custody_csv, pretty_json, timeline_csv
from auditor.appeal.timeline import on_the_charge, timeline
from auditor.appeal.wording import one_line
from auditor.model import AuditResult

PLATFORM, INTERNAL = "for_platform", "internal"


def bundle(case: Case, found: Assessment, result: AuditResult) -> bytes:
    """Make the zip of a case's bag; the same case gives the same bytes."""
    notice = case.notice
    info = [
        ("Source-Organization", one_line(notice.shop_id or "unknown")),
        ("External-Identifier", one_line(notice.notice_id)),
        ("External-Description", f"Appeal evidence, platform {one_line(notice.platform)}"),
        ("Bag-Software-Agent", f"auditor {result.version}"),
    ]
    return zip_bag(case.name, payload(case, found, result), info, result.as_of)


def payload(case: Case, found: Assessment, result: AuditResult) -> dict[str, bytes]:
    """Make the files below data/: `for_platform/` in the platform's language, `internal/` in the reports'."""
    theirs, ours = _for_platform(case, found, result), _internal(case, found, result)
    return {f"{PLATFORM}/{name}": body for name, body in theirs.items()} | {
        f"{INTERNAL}/{name}": body for name, body in ours.items()
    }


def _for_platform(case: Case, found: Assessment, result: AuditResult) -> dict[str, bytes]:
    lang, blocks, chain = case.language, draft(case, found, result), custody(case, result)
    # where the records support the notice, its marks would plead against the shop: those are for inside
    marked = frozenset[str]() if found.verdict == "justified" else found.evidence
    events = on_the_charge(case, timeline(case, marked, lang))
    files = {
        "statement.txt": as_text(blocks).encode(),
        "statement.md": as_markdown(blocks).encode(),
        "statement.html": statement_page(blocks, lang),
        "timeline.html": timeline_page(case, events, lang),
        "timeline.csv": timeline_csv(events),
        "chain_of_custody.csv": custody_csv(chain),
        "chain_of_custody.json": pretty_json(chain),
    }
    if case.conversation is None:
        return files
    return files | {
        "conversation.html": conversation_page(case, marked, lang),
        "conversation.csv": conversation_csv(case.messages),
        "conversation.jsonl": conversation_jsonl(case.messages),
    }


def _internal(case: Case, found: Assessment, result: AuditResult) -> dict[str, bytes]:
    lang = result.lang
    rules = clauses(case, found, result.packs)
    files = {
        "assessment.html": assessment_page(case, found, result, lang),
        "timeline_full.html": timeline_page(case, timeline(case, found.evidence, lang), lang),
        "rule.md": rule_markdown(case, rules, lang).encode(),
        "LIMITS.txt": "".join(f"- {line}\n" for line in limits(case, lang)).encode(),
    }
    return files | {"conversation_marked.html": conversation_page(case, found.evidence, lang)} if case.conversation else files
