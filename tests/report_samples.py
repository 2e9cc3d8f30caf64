"""A small invented audit, and hostile texts, for the tests of the reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import polars as pl

from auditor.model import (
    ACTIVITY_COLUMNS,
    ROUND_COLUMNS,
    AuditResult,
    Clause,
    Conversation,
    Finding,
    InputFile,
    Lang,
    LedgerEntry,
    Message,
    NotEvaluated,
    Pack,
    Penalty,
    Quarantined,
    Rule,
    Shop,
    Tier,
)
from auditor.money import at_risk

CHINA = timezone(timedelta(hours=8))
POLAND = timezone(timedelta(hours=2))
DAY = date(2026, 9, 21)


def texts(zh: str, en: str, pl_: str) -> dict[str, str]:
    """A text in the three languages."""
    return {"zh": zh, "en": en, "pl": pl_}


def rule(rule_id: str, family: Any, severity: Any, title: dict[str, str], **other: Any) -> Rule:
    """A rule with everything filled in."""
    clause = Clause(
        document="Merchant service rules",
        section="2.1",
        source="https://example.org/rules (stored copy)",
        seen=date(2026, 9, 1),
        confidence=other.pop("confidence", "third_party"),
        penalties=((date(2020, 1, 1), penalty),) if (penalty := other.pop("penalty", None)) else (),
        note=texts("各存档的达标线不一致", "stored copies disagree on the pass mark", "kopie podają różne progi"),
    )
    why = texts("买家等得越久，越容易退款或投诉。", "Waiting buyers leave.", "Kupujący, który czeka, odchodzi.")
    fix = texts("先回一句“在的”，再去查。", "Answer first, look things up second.", "Najpierw odpowiedz, potem sprawdzaj.")
    return Rule(
        id=rule_id,
        pack=rule_id.partition("/")[0],
        title=title,
        status=other.pop("status", "active"),
        detector="sample",
        family=family,
        severity=severity,
        message=title,
        why=why,
        fix=fix,
        clause=clause,
        falsepositives=(texts("导出的时钟偏快。", "The clock of the export runs ahead.", "Zegar eksportu się spieszy."),),
        params=((date(2020, 1, 1), {}),),
        **other,
    )


RULES = (
    rule(
        "pinduoduo/first_reply",
        "response_time",
        "major",
        texts("首次人工响应超时", "First human reply too late", "Za późna pierwsza odpowiedź"),
        penalty=Penalty("conversation", "CNY", (Tier(amount=Decimal(3)),)),
    ),
    rule(
        "pinduoduo/promise_broken",
        "promise",
        "critical",
        texts("承诺发货时间未兑现", "Promised dispatch not kept", "Niedotrzymany termin wysyłki"),
        confidence="official",
        penalty=Penalty("order", "CNY", (Tier(amount=Decimal("5.50")),)),
    ),
    rule(
        "pinduoduo/blame",
        "attitude",
        "minor",
        texts("把责任推给买家", "Blames the buyer", "Zrzuca winę na kupującego"),
        confidence="shop_default",
    ),
    rule("pinduoduo/idea", "procedure", "info", texts("试行规则", "A draft", "Projekt"), status="draft"),
)
PACKS = (
    Pack(
        id="pinduoduo",
        version="2026.09",
        title=texts("拼多多", "Pinduoduo", "Pinduoduo"),
        platforms=("pinduoduo",),
        timezone="Asia/Shanghai",
        calendar="CN",
        currency="CNY",
        language="zh",
        opens=480,
        closes=1380,
        rules=RULES,
        sha256="ab" * 32,
    ),
)


def message(conversation: str, number: int, at: datetime, role: str, sender: str | None, text: str, **more: Any) -> Message:
    """One line of a chat."""
    return Message(conversation, f"{conversation}-m{number}", at, role, sender, text, **more)


def conversation(conversation_id: str, agent: str, at: datetime, said: str, asked: str = "在吗？今天能发货吗？") -> Conversation:
    """A chat of eleven messages; the sixth is the agent's telling one."""
    lines: list[tuple[str, str | None, str]] = [
        ("buyer", "buyer-886712", "你好"),
        ("bot", None, "欢迎光临小店，请稍候。"),
        ("buyer", "buyer-886712", asked),
        ("buyer", "buyer-886712", "我的手机是13812345678，邮箱 someone@example.org"),
        ("buyer", "buyer-886712", "人呢"),
        ("agent", agent, said),
        ("buyer", "buyer-886712", "好的，谢谢 😀"),
        ("system", None, "买家已离开"),
        ("buyer", "buyer-886712", "订单号 240921-123456789012345"),
        ("agent", agent, "亲，已经帮您查了"),
        ("buyer", "buyer-886712", "嗯"),
    ]
    messages = tuple(
        message(conversation_id, n, at + timedelta(minutes=n), role, sender, text) for n, (role, sender, text) in enumerate(lines)
    )
    return Conversation(
        conversation_id, "pinduoduo", "qingchu_home", "buyer-886712", messages, ("zh",) * len(messages), (0,) * len(messages)
    )


def finding(number: int, of: Rule, agent: str | None, at: datetime, where: str, quote: str, lang: Lang, **more: Any) -> Finding:
    """A finding of a rule; `certainty` is proven unless said."""
    values: dict[str, Any] = {
        "finding_id": f"f{number:04d}",
        "rule_id": of.id,
        "pack": of.pack,
        "pack_version": "2026.09",
        "clause": f"{of.clause.document} {of.clause.section}",
        "family": of.family,
        "severity": of.severity,
        "certainty": "proven",
        "platform": "pinduoduo",
        "shop_id": "qingchu_home",
        "agent_id": agent,
        "conversation_id": where,
        "order_id": "240921-123456789012345",
        "message_ids": (f"{where}-m5",),
        "occurred_at": at,
        "measured": "5 min 12 s",
        "threshold": "3 min",
        "explanation": of.message[lang],
        "quote": quote,
    }
    risk = at_risk(of.clause.penalty_on(at.date()), None)
    values |= {"cents": risk.cents, "currency": risk.currency, "arithmetic": risk.arithmetic}
    return Finding(**{**values, **more})


def promise(agent: str | None, at: datetime, where: str, outcome: Any, text: str = "今天一定发") -> LedgerEntry:
    """A promise to ship today."""
    due = at.replace(hour=23, minute=59, second=59)
    return LedgerEntry(
        conversation_id=where,
        message_ids=(f"{where}-m5",),
        agent_id=agent,
        platform="pinduoduo",
        shop_id="qingchu_home",
        made_at=at,
        kind="ship",
        text=text,
        deadline=due,
        arithmetic=f"{at:%Y-%m-%d %H:%M} + today → {due:%Y-%m-%d %H:%M:%S}",
        vague=False,
        conditional=False,
        hedged=False,
        outcome=outcome,
        reason="The order was shipped a day later.",
        certain=True,
        order_id="240921-123456789012345",
        event="shipped_at",
        event_at=due + timedelta(hours=9),
    )


def round_row(agent: str | None, day: int, number: int, waited: int | None, status: str) -> dict[str, Any]:
    """A round of the sample's shop, opened at 10:00 local."""
    opened = datetime(2026, 9, 21, 2, 0, tzinfo=UTC) + timedelta(days=day, minutes=number)
    return {
        "platform": "pinduoduo",
        "shop_id": "qingchu_home",
        "conversation_id": f"c{day}-{number}",
        "agent_id": agent,
        "day": DAY + timedelta(days=day),
        "opened_at": opened,
        "opened_message_id": f"c{day}-{number}-m2",
        "answered_at": None if waited is None else opened + timedelta(seconds=waited),
        "answered_message_id": None if waited is None else f"c{day}-{number}-m5",
        "offset_s": 28_800,
        "waited_s": waited if waited is not None else 90_000,
        "counted_s": waited if waited is not None else 40_000,
        "limit_s": 180,
        "first": True,
        "bot_replies": 1,
        "status": status,
    }


AGENTS = ("晓晴", "Łucja Żak", "=cmd|' /C calc'!A0")


def sample(lang: Lang = "en", said: str = "今天一定发，最迟明天下午", agents: tuple[str, ...] = AGENTS) -> AuditResult:
    """Three agents over four days, every family of data at least once."""
    start = datetime(2026, 9, 21, 10, 2, tzinfo=CHINA)
    findings, ledger, rounds, activity = [], [], [], []
    conversations: dict[str, Conversation] = {}
    number = 0
    for day in range(4):
        for place, agent in enumerate(agents):
            at = start + timedelta(days=day, hours=place)
            activity.append(("pinduoduo", "qingchu_home", agent, DAY + timedelta(days=day), 12 if place < 2 else 3, 140))
            for turn in range(6):
                late = turn < 2 - place
                rounds.append(round_row(agent, day, 10 * place + turn, 312 if late else 40 + turn, "late" if late else "in_time"))
            if (day + place) % 2 == 0:
                where = f"c-{day}-{place}"
                conversations[where] = conversation(where, agent, at, said)
                for of in RULES[: 2 if place == 0 else 3]:
                    number += 1
                    more: dict[str, Any] = {}
                    if of.family == "attitude":
                        more = {"certainty": "suspected", "basis": "the phrase “自己看”"}
                    findings.append(finding(number, of, agent, at + timedelta(minutes=5), where, said, lang, **more))
                ledger.append(promise(agent, at, where, ("kept", "broken", "pending", "unverifiable")[day], said))
    rounds.append(round_row(None, 1, 99, None, "unanswered"))
    shielded = replace(findings[0], finding_id="f9001", rule_id="pinduoduo/blame", suppressed_by="pinduoduo/first_reply")
    findings += [
        shielded,
        finding(9002, RULES[3], agents[0], start, "c-0-0", said, lang),
        finding(9003, RULES[0], None, start, "c-none", said, lang),
    ]
    findings.sort(key=lambda f: (f.occurred_at, f.conversation_id, f.rule_id, f.finding_id))
    return AuditResult(
        as_of=datetime(2026, 9, 26, 6, 0, tzinfo=CHINA),
        lang=lang,
        version="0.1.0",
        packs=PACKS,
        findings=tuple(findings),
        not_evaluated=(
            NotEvaluated("pinduoduo/promise_broken", "no_order", 7, ("c-1", "c-2")),
            NotEvaluated("pinduoduo/first_reply", "some_new_reason", 1),
        ),
        ledger=tuple(ledger),
        rounds=pl.DataFrame(rounds, schema=ROUND_COLUMNS),
        activity=pl.DataFrame(activity, schema=ACTIVITY_COLUMNS, orient="row"),
        conversations=conversations,
        notices=(),
        orders={},
        shops={"qingchu_home": Shop("qingchu_home", "pinduoduo", "青初家居", "+08:00")},
        inputs=(
            InputFile("chats.jsonl", "cd" * 32, "transcript", "canonical_jsonl", "utf-8", "read", "", 100, 95, 2, 2, 1),
            InputFile("odd.bin", "ef" * 32, "unknown", "unknown", "", "refused", "no known format"),
        ),
        quarantined=(Quarantined("chats.jsonl", 17, "sent_at is not a time; write 2026-09-21T10:02:00+08:00", said, "sent_at"),),
        counts={"messages": 1680, "conversations": 108, "agents": 3, "orders": 4, "notices": 0},
    )
