"""A shard × rules → findings: the one place where a date meets a rule.

A detector runs once for each version of a rule's parameters; a hit counts only under the version that was in force on
the local day when its message was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import polars as pl

from auditor.detectors import DETECTORS, Detector, composed
from auditor.jurisdiction import goes_first, packs_of, stem
from auditor.model import SEVERITIES, Certainty, Finding, Hit, Lang, Mark, NotEvaluated, Order, Pack, Rule, Shop, left_out
from auditor.money import at_risk, needs_order
from auditor.overlays import laid_over, switched_off
from auditor.params import typed_params
from auditor.shard import Place, Shard
from auditor.wording import render

Home = tuple[str, str | None]  # platform and shop


class Judged(NamedTuple):
    """What the rules say of a shard."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    marks: tuple[Mark, ...] = ()  # still to be settled


def places(packs: Sequence[Pack], platforms: Iterable[str]) -> dict[str, Place]:
    """How each platform counts time: as its own pack says, else the general pack."""
    found: dict[str, Place] = {}
    for platform in platforms:
        own = sorted(packs_of(packs, platform), key=lambda p: (platform not in p.platforms, p.id))
        if own and platform in own[0].platforms:
            found[platform] = Place(own[0].timezone, own[0].calendar, own[0].opens, own[0].closes)
    return found


def judge(
    messages: pl.DataFrame,
    orders: pl.DataFrame,
    shops: Mapping[str, Shop],
    packs: Sequence[Pack],
    as_of: datetime,
    lang: Lang,
    seen_until: Mapping[int, datetime] | None = None,
) -> Judged:
    """Judge messages of whole conversations (model.MESSAGE_COLUMNS) by the packs of each message's platform."""
    judged = judge_shard(shards(messages, orders, shops, packs, as_of, seen_until), packs, lang)
    return settle(judged, packs, as_of, lang)


def shards(
    messages: pl.DataFrame,
    orders: pl.DataFrame,
    shops: Mapping[str, Shop],
    packs: Sequence[Pack],
    as_of: datetime,
    seen_until: Mapping[int, datetime] | None = None,
) -> tuple[Shard, ...]:
    """One shard for each set of packs that judges it, so that a rule sees its own platforms and nothing else."""
    platforms = sorted(messages["platform"].unique().to_list())
    where = places(packs, platforms)
    made = []
    for platform in platforms:
        part = messages.filter(pl.col("platform") == platform)
        made.append(Shard(part, orders, shops, where, as_of, seen_until))
    return tuple(made)


def judge_shard(made: Sequence[Shard], packs: Sequence[Pack], lang: Lang) -> Judged:
    """The findings of some shards, each of one platform, in order of time."""
    findings: list[Finding] = []
    left: list[NotEvaluated] = []
    marks: list[Mark] = []
    for shard in made:
        platform = shard.messages["platform"][0]
        for pack in packs_of(packs, platform):
            for rule in pack.rules:
                for outcome in apply(rule, pack, shard, lang):
                    into = findings if isinstance(outcome, Finding) else marks if isinstance(outcome, Mark) else left
                    into.append(outcome)  # type: ignore[arg-type]
        if not any(platform in p.platforms for p in packs):
            ids = tuple(shard.messages["conversation_id"].unique().sort().to_list())
            left.append(NotEvaluated("", "no_pack_for_platform", len(ids), (platform,), ids))
    return Judged(tuple(suppress(findings, packs)), tuple(merge(left)), tuple(marks))


def settle(judged: Judged, packs: Sequence[Pack], as_of: datetime, lang: Lang) -> Judged:
    """Count what was marked, now that all conversations were seen: `judged` with the findings that come of it, and no marks."""
    if not judged.marks:
        return judged
    rules = {rule.id: (rule, pack) for pack in packs for rule in pack.rules}
    findings, left = list(judged.findings), list(judged.not_evaluated)
    by_version = sorted(judged.marks, key=lambda mark: (mark.rule_id, mark.since))
    for (rule_id, since), group in groupby(by_version, key=lambda mark: (mark.rule_id, mark.since)):
        rule, pack = rules[rule_id]
        params = typed_params(composed.Params, dict(rule.params)[since] or {}, rule.path)
        marks = list(group)
        first = {mark.hit.conversation_id: mark for mark in reversed(marks)}
        made: list[Finding] = []
        for outcome in composed.settle(marks, params, as_of):
            if isinstance(outcome, NotEvaluated):
                left.append(replace(outcome, rule_id=rule_id))
            else:
                mark = first[outcome.conversation_id]
                made.append(finding(outcome, rule, pack, (mark.platform, mark.shop_id), lang, mark.order))
        findings += switched_off(made, rule)
    return Judged(tuple(suppress(findings, packs)), tuple(merge(left)))


# ---- rules and dates -----------------------------------------------------------------------------------------------------


def apply(rule: Rule, pack: Pack, shard: Shard, lang: Lang) -> Iterable[Finding | NotEvaluated | Mark]:
    """What one rule, with its overlays, makes of a shard that one of its pack's platforms holds."""
    found = _apply(rule, pack, shard, lang)
    return laid_over(found, rule, lambda changed: _apply(changed, pack, shard, lang)) if rule.overlays else found


def _apply(rule: Rule, pack: Pack, shard: Shard, lang: Lang) -> Iterator[Finding | NotEvaluated | Mark]:
    if rule.status == "withdrawn":
        return
    detector = DETECTORS[rule.detector]
    first, last = _days(shard)
    last = max(last, shard.as_of.date())  # an order's time may run out after the last message
    for since, until, values in _versions(rule):
        if (until is not None and until <= first) or since > last:
            continue
        for outcome in outcomes(shard, detector, typed_params(detector.Params, values, rule.path)):
            if isinstance(outcome, NotEvaluated):
                yield from _begun(shard, outcome, rule, since, until)
            elif _holds(since, until, (outcome.hit if isinstance(outcome, Mark) else outcome).at.date()):
                yield _held(outcome, since, rule, pack, shard, lang)
    if rule.params and first < rule.params[0][0]:
        early = sorted(cid for cid, day in shard.once(_first_days).items() if day < rule.params[0][0])
        if early:
            yield left_out("before_first_version", early, rule.id)


def _held(outcome: Hit | Mark, since: date, rule: Rule, pack: Pack, shard: Shard, lang: Lang) -> Finding | NotEvaluated | Mark:
    """A hit or a mark under the version in force; in a time that the platform does not assess it is only counted."""
    hit = outcome.hit if isinstance(outcome, Mark) else outcome
    if pack.exempts(stem(rule.id), hit.at):
        return left_out("exempt", [hit.conversation_id], rule.id)
    order = _order(hit, rule, shard)
    if isinstance(outcome, Mark):
        return replace(outcome, rule_id=rule.id, since=since, order=order)
    return finding(hit, rule, pack, shard.home_of(hit.conversation_id), lang, order)


def _holds(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day < until)


def _begun(shard: Shard, left: NotEvaluated, rule: Rule, since: date, until: date | None) -> Iterator[NotEvaluated]:
    """What was left out of conversations that began under that version: it counts once, however many versions a rule has."""
    days = shard.once(_first_days)
    ids = [cid for cid in left.conversations if since <= days[cid] and (until is None or days[cid] < until)]
    if ids:
        yield left_out(left.reason, ids, rule.id)


def _first_days(shard: Shard) -> dict[str, date]:
    """The local day on which each conversation began."""
    local = pl.col("sent_at").dt.replace_time_zone(None) + pl.duration(seconds=pl.col("offset_s"))
    return dict(shard.messages.group_by("conversation_id").agg(local.min().dt.date()).iter_rows())


def outcomes(shard: Shard, detector: Detector, params: Any) -> tuple[Hit | NotEvaluated | Mark, ...]:
    """What the detector sees with these parameters; rules of different packs that set the same share one look."""
    return shard.once(_Look(detector.NAME, params))


@dataclass(frozen=True, slots=True)
class _Look:
    """A detector with its parameters, as something a shard can remember."""

    name: str
    params: Any

    def __call__(self, shard: Shard) -> tuple[Hit | NotEvaluated | Mark, ...]:
        return tuple(DETECTORS[self.name].check(shard, self.params))


def _versions(rule: Rule) -> Iterator[tuple[date, date | None, Mapping[str, object]]]:
    days = [since for since, _ in rule.params]
    for i, (since, values) in enumerate(rule.params):
        if values is not None:
            yield since, (days[i + 1] if i + 1 < len(days) else None), values


def _days(shard: Shard) -> tuple[date, date]:
    """First and last local day on which anything of the shard can have happened: its messages, and what its orders had to do."""
    local = (shard.messages["sent_at"].dt.epoch("s") + shard.messages["offset_s"]) // 86_400
    due = shard.orders_frame.select(pl.min_horizontal("paid_at", "ship_by", "shipped_at").min()).item()
    low = date.fromordinal(719_163 + int(local.min() or 0))  # type: ignore[arg-type]
    return (low if due is None else min(low, due.date())), shard.as_of.date() + timedelta(days=1)


# ---- a hit becomes a finding ------------------------------------------------------------------------------------------------


def _order(hit: Hit, rule: Rule, shard: Shard) -> Order | None:
    """The order that the penalty is reckoned from, where it needs one."""
    needed = needs_order(rule.clause.penalty_on(hit.at.date()))
    return shard.order_of(hit.conversation_id, hit.order_id) if needed else None


def finding(hit: Hit, rule: Rule, pack: Pack, home: Home, lang: Lang, order: Order | None = None) -> Finding:
    """The hit in the rule's words, with its clause, severity and a name that stays the same in every run."""
    platform, shop_id = home
    certainty: Certainty = "proven" if hit.certainty == rule.certainty_at_most == "proven" else "suspected"
    risk = at_risk(rule.clause.penalty_on(hit.at.date()), order)
    return Finding(
        finding_id=finding_id(rule.id, hit),
        rule_id=rule.id,
        pack=pack.id,
        pack_version=pack.version,
        clause=f"{rule.clause.document} {rule.clause.section}".strip(),
        family=rule.family,
        severity=rule.severity,
        certainty=certainty,
        platform=platform,
        shop_id=shop_id,
        agent_id=hit.agent_id,
        conversation_id=hit.conversation_id,
        order_id=hit.order_id,
        message_ids=hit.message_ids,
        occurred_at=hit.at,
        measured=hit.measured,
        threshold=hit.threshold,
        explanation=render(rule.message, hit.facts, lang),
        quote=hit.quote,
        suppressed_by="draft" if rule.status == "draft" else None,
        facts=hit.facts,
        basis="" if certainty == "proven" else hit.basis or "understanding",
        cents=risk.cents,
        currency=risk.currency,
        arithmetic=risk.arithmetic,
    )


def finding_id(rule_id: str, hit: Hit) -> str:
    """Sixteen hex digits from the rule and the evidence: the same in every run that finds the same."""
    parts = "\x1f".join((rule_id, hit.conversation_id, hit.agent_id or "", *hit.message_ids))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def suppress(findings: Sequence[Finding], packs: Sequence[Pack]) -> list[Finding]:
    """By time; a finding of a rule that yields to another one on the same evidence is kept, marked and not counted."""
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    unique = {f.finding_id: f for f in findings}
    by_conversation: dict[str, list[Finding]] = {}
    for f in unique.values():
        by_conversation.setdefault(f.conversation_id, []).append(f)
    kept = []
    for f in unique.values():
        stronger = [o for o in by_conversation[f.conversation_id] if _covers(o, f, rules[f.rule_id])]
        first = min(stronger, key=lambda o: (SEVERITIES.index(o.severity), o.finding_id)) if stronger else None
        kept.append(replace(f, suppressed_by=first.finding_id) if first and f.suppressed_by is None else f)
    return sorted(kept, key=lambda f: (f.occurred_at, f.conversation_id, f.rule_id, f.finding_id))


def _covers(other: Finding, f: Finding, rule: Rule) -> bool:
    return goes_first(other.rule_id, rule) and other.suppressed_by is None and bool(set(other.message_ids) & set(f.message_ids))


def merge(left: Iterable[NotEvaluated]) -> list[NotEvaluated]:
    """One line for each rule and reason: counts added, the first examples kept."""
    merged: dict[tuple[str, str], NotEvaluated] = {}
    for one in left:
        key = (one.rule_id, one.reason)
        seen = merged.get(key)
        if seen is None:
            merged[key] = one
        else:
            examples = tuple(sorted({*seen.examples, *one.examples})[:5])
            every = seen.conversations + one.conversations
            merged[key] = replace(seen, count=seen.count + one.count, examples=examples, conversations=every)
    return [merged[key] for key in sorted(merged)]
