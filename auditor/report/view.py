"""What the reports say, before it is cells or HTML: findings, promises and answers as tables in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from auditor.model import SEVERITIES, AuditResult, Penalty, Review, Rule
from auditor.money import doubt, spoken
from auditor.report.redact import mask_column
from auditor.report.words import Words, term, verdict_choice, words
from auditor.score import Scores, rules_by_id, score


@dataclass(frozen=True, slots=True)
class View:
    """A result as its reports show it; `findings` are those that stand, worst first, `not_counted` the others."""

    result: AuditResult
    scores: Scores
    words: Words
    rules: dict[str, Rule]
    findings: pl.DataFrame
    not_counted: pl.DataFrame
    promises: pl.DataFrame
    times: pl.DataFrame
    late: pl.DataFrame


def view_of(result: AuditResult) -> View:
    """Everything that a page or a sheet shows, computed once."""
    known = words(result.lang)
    scores = score(result)
    rules = rules_by_id(result)
    findings = _findings(result, _listed(result, scores.findings), known, rules)
    return View(
        result=result,
        scores=scores,
        words=known,
        rules=rules,
        findings=findings.filter("standing"),
        not_counted=findings.filter(~pl.col("standing")),
        promises=_promises(result, _listed(result, scores.ledger), known),
        times=labelled(result, scores.metrics, known).with_columns(in_time_rate=rate("rounds_in_time", "rounds_judged")),
        late=_late(result, known),
    )


def _listed(result: AuditResult, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that lists for people show: those of conversations judged tonight, and those of the last days."""
    if result.detail is None:
        return frame
    tonight = pl.col("conversation_id").is_in(result.detail.judged["conversation_id"].implode())
    return frame.filter(tonight | (pl.col("day") >= result.detail.since))


def text_of(texts: object, lang: str) -> str:
    """A text of a rule in the report's language, else in English, else empty."""
    return str(texts.get(lang) or texts.get("en") or "") if hasattr(texts, "get") else ""


def penalty_text(penalty: Penalty | None, lang: str) -> str:
    """What a breach costs: the formula, the points and what is said of them."""
    if penalty is None:
        return ""
    return "; ".join(part for part in (spoken(penalty), penalty.points, text_of(penalty.note, lang), penalty.source) if part)


def rate(hits: str, total: str) -> pl.Expr:
    """A share of two columns; null where nothing was counted."""
    return pl.when(pl.col(total) > 0).then(pl.col(hits) / pl.col(total))


def zone(offset_s: pl.Expr) -> pl.Expr:
    """Seconds east of Greenwich as "+08:00"."""
    minutes = offset_s.abs() // 60
    pad = [(part.cast(pl.String).str.zfill(2)) for part in (minutes // 60, minutes % 60)]
    sign = pl.when(offset_s < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    return pl.concat_str(sign, pad[0], pl.lit(":"), pad[1])


def _word(known: Words, group: str, column: str) -> pl.Expr:
    """A column of keys in words; unknown keys are shown as they are."""
    prefix = f"{group}."
    table = {key.removeprefix(prefix): text for key, text in known.items() if key.startswith(prefix)}
    return pl.col(column).replace_strict(table, default=pl.col(column).str.replace_all("_", " "), return_dtype=pl.String)


def _reason(known: Words, column: str) -> pl.Expr:
    """A column of reason keys in words; a sentence is left as it is."""
    table = {key.removeprefix("reason."): text for key, text in known.items() if key.startswith("reason.")}
    return pl.col(column).replace(table)


def reason_text(known: Words, reason: str) -> str:
    """Why something was not judged, in words: "promise_no_order" reads as "no_order" does."""
    for key in (reason, reason.removeprefix("promise_").removeprefix("round_")):
        if f"reason.{key}" in known:
            return known[f"reason.{key}"]
    return reason.replace("_", " ")


def names_of(result: AuditResult) -> dict[str, str]:
    """What people call each platform: as its pack says."""
    lang = result.lang
    return {platform: text_of(texts, lang) for pack in result.packs for platform, texts in pack.names.items()}


def labelled(result: AuditResult, frame: pl.DataFrame, known: Words) -> pl.DataFrame:
    """The frame with `agent`, `shop` and `platform_name` as people read them."""
    shops = {shop_id: f"{shop.name} ({shop_id})" for shop_id, shop in result.shops.items() if shop.name}
    shop = pl.col("shop_id").replace(shops) if shops else pl.col("shop_id")
    return frame.with_columns(
        agent=pl.col("agent_id").fill_null(f"({known['note.no_agent']})"),
        shop=shop,
        platform_name=pl.coalesce(
            pl.col("platform").replace_strict(names_of(result), default=None, return_dtype=pl.String),
            _word(known, "platform", "platform"),
        ),
    )


def _findings(result: AuditResult, frame: pl.DataFrame, known: Words, rules: dict[str, Rule]) -> pl.DataFrame:
    lang = result.lang
    ids = sorted(rules)
    about = pl.DataFrame(
        {
            "rule_id": ids,
            "rule_title": [text_of(rules[i].title, lang) for i in ids],
            "fix": [text_of(rules[i].fix, lang) for i in ids],
            "confidence": [term(known, "confidence", rules[i].clause.confidence) for i in ids],
            "doubt": [doubt(rules[i].figures) for i in ids],
        },
        schema=dict.fromkeys(("rule_id", "rule_title", "fix", "confidence", "doubt"), pl.String),
    )
    ranks = {severity: place for place, severity in enumerate(SEVERITIES)}
    return (
        labelled(result, frame, known)
        .join(about, on="rule_id", how="left", maintain_order="left")
        .with_columns(
            rank=pl.col("severity").replace_strict(ranks, default=len(ranks), return_dtype=pl.Int32),
            suspected=(pl.col("certainty") == "suspected").cast(pl.Int32),
            verdict=_verdict(result, known),
            reviewer_reason=pl.col("finding_id").replace_strict(
                {i: review.reason for i, review in _reviews(result).items()}, default=None, return_dtype=pl.String
            ),
            rule_title=pl.coalesce("rule_title", "rule_id"),
            severity_word=_word(known, "severity", "severity"),
            certainty_word=_word(known, "certainty", "certainty"),
            family_word=_word(known, "family", "family"),
            messages=pl.col("message_ids").list.join(", "),
            zone=zone(pl.col("offset_s")),
            quote=mask_column(frame.get_column("quote")),
            explanation=mask_column(frame.get_column("explanation")),
            basis=_reason(known, "basis"),
            threshold=pl.when(pl.col("threshold") != "0").then(pl.col("threshold")),  # of a forbidden wording: says nothing
            suppressed_by=pl.col("suppressed_by")
            .fill_null("draft")
            .replace({key: known[f"note.{key}"] for key in ("draft", "dismissed", "excused")}),
            money=pl.col("cents") / 100,
        )
        .sort("rank", "suspected", "local", "finding_id", maintain_order=True)
    )


def _reviews(result: AuditResult) -> Mapping[str, Review]:
    return result.reviews.by_finding if result.reviews else {}


def _verdict(result: AuditResult, known: Words) -> pl.Expr:
    """What a reviewer said, as the drop-down offers it."""
    said = {i: verdict_choice(known, review.verdict) for i, review in _reviews(result).items()}
    return pl.col("finding_id").replace_strict(said, default=None, return_dtype=pl.String)


def _promises(result: AuditResult, frame: pl.DataFrame, known: Words) -> pl.DataFrame:
    return (
        labelled(result, frame, known)
        .with_columns(
            text=mask_column(frame.get_column("text")),
            kind_word=_word(known, "kind", "kind"),
            outcome_word=_word(known, "outcome", "outcome"),
            event_word=_word(known, "event", "event"),
            reason=_reason(known, "reason"),
            messages=pl.col("message_ids").list.join(", "),
            **{
                name: pl.when(pl.col(name)).then(pl.lit(known["flag.true"])).otherwise(pl.lit(known["flag.false"]))
                for name in ("conditional", "hedged")
            },
        )
        .sort("made", "conversation_id", maintain_order=True)
    )


def _late(result: AuditResult, known: Words) -> pl.DataFrame:
    """Rounds answered late or not at all, longest counted wait first."""
    offset = pl.duration(seconds=pl.col("offset_s"))
    rounds = _listed(result, result.rounds.filter(pl.col("status").is_in(["late", "unanswered"])))
    return (
        labelled(result, rounds, known)
        .with_columns(
            status_word=_word(known, "status", "status"),
            own_status_word=_word(known, "status", "own_status"),
            cause_word=_word(known, "cause", "cause"),
            difference_s=pl.col("counted_s") - pl.col("own_counted_s"),
            opened=pl.col("opened_at").dt.replace_time_zone(None) + offset,
            answered=pl.col("answered_at").dt.replace_time_zone(None) + offset,
            zone=zone(pl.col("offset_s")),
            first_round=pl.when("first").then(pl.lit(known["flag.true"])).otherwise(pl.lit(known["flag.false"])),
        )
        .sort("counted_s", "opened_at", "conversation_id", "opened_message_id", descending=[True, False, False, False])
    )


def rules_table(view: View) -> pl.DataFrame:
    """Every rule of the packs with its hits, most hits first."""
    lang, known = view.result.lang, view.words
    counts = {
        rule_id: (hits, proven, agents)
        for rule_id, hits, proven, agents in view.scores.findings.filter("standing")
        .group_by("rule_id")
        .agg(
            pl.len(),
            (pl.col("certainty") == "proven").sum().alias("proven"),
            pl.col("agent_id").drop_nulls().n_unique().alias("a"),
        )
        .rows()
    }
    rows = [
        {
            "rule_id": rule.id,
            "rule_title": text_of(rule.title, lang) or rule.id,
            "family": known[f"family.{rule.family}"],
            "severity": known[f"severity.{rule.severity}"],
            "status": known[f"rule_status.{rule.status}"],
            "hits": counts.get(rule.id, (0, 0, 0))[0],
            "proven": counts.get(rule.id, (0, 0, 0))[1],
            "agents": counts.get(rule.id, (0, 0, 0))[2],
            "clause": f"{rule.clause.document} {rule.clause.section}".strip(),
            "source": rule.clause.source,
            "confidence": term(known, "confidence", rule.clause.confidence),
            "confidence_key": rule.clause.confidence,
            "penalty": penalty_text(rule.clause.penalty_on(view.result.as_of.date()), lang),
            "doubt": doubt(rule.figures),
            "note": text_of(rule.clause.note, lang),
        }
        for rule in view.rules.values()
    ]
    texts = (
        "rule_id",
        "rule_title",
        "family",
        "severity",
        "status",
        "clause",
        "source",
        "confidence",
        "confidence_key",
        "note",
        "penalty",
        "doubt",
    )
    schema = {**dict.fromkeys(texts, pl.String), **dict.fromkeys(("hits", "proven", "agents"), pl.Int64)}
    return pl.DataFrame(rows, schema=schema).sort(["hits", "rule_id"], descending=[True, False])
