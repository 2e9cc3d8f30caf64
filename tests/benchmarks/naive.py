"""The audit that a sensible person writes first, without a thought for speed: the baseline of the speed benchmark.

Run as a script: `python naive.py MESSAGES_CSV ORDERS_CSV OUT`. pandas reads, jieba and spaCy's Matcher look at every message, a
loop over the conversations takes response times and near-duplicates by difflib, openpyxl writes a workbook an agent.
"""

from __future__ import annotations

import html
import json
import logging
import sys
import zipfile
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import spacy
from spacy.matcher import Matcher

SOON = ("今天", "今晚", "明天", "后天", "马上", "小时", "天内", "上午", "下午", "周末", "本周", "月底", "工作日", "号前", "中午")
DEEDS = ("发货", "发出", "寄出", "送达", "退款", "补发", "回您", "回复", "能出", "到账")
SURE = ("保证", "绝对", "百分百", "肯定", "一定", "全网", "第一")
THINGS = ("最低价", "正品", "送达", "不会", "没问题", "无效", "发货", "质量")
RUDE = (
    ("爱买", "不买"),
    ("关", "我们"),
    ("弄坏", "什么事"),
    ("加", "微信"),
    ("私下", "转账"),
    ("好评", "返现"),
    ("五星", "截图"),
)
LATIN = (
    ("ship", "yesterday"),
    ("shipped", "yesterday"),
    ("cheapest", "world"),
    ("own", "fault"),
    ("outside", "site"),
    ("5", "stars"),
)
POLISH = (
    ("poza", "allegro"),
    ("wysłaliśmy", "wczoraj"),
    ("sto", "procent"),
    ("pana", "wina"),
    ("najtańsza", "polsce"),
    ("zwrot", "dni"),
)
SIMILAR = 0.85
LIMIT = 180  # seconds, for everyone
GAP: list[dict[str, Any]] = [{"OP": "?"}, {"OP": "?"}, {"OP": "?"}]


def patterns() -> dict[str, list[dict[str, Any]]]:
    """Two words with at most three tokens between them, by rule name."""
    pairs = [(a, b) for a in SOON for b in DEEDS] + [(a, b) for a in SURE for b in THINGS] + [*RUDE, *LATIN, *POLISH]
    return {f"{a}…{b}": [{"LOWER": a}, *GAP, {"LOWER": b}] for a, b in pairs}


def matched(messages: pd.DataFrame) -> list[tuple[int, str, str]]:
    """(row, rule, words) for every pattern that stands in any message."""
    chinese = messages["text"].str.contains("[一-鿿]", regex=True)
    found = []
    for chosen, nlp in (
        (chinese, spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})),
        (~chinese, spacy.blank("en")),
    ):
        matcher = Matcher(nlp.vocab)
        for name, pattern in patterns().items():
            matcher.add(name, [pattern])
        texts = messages.loc[chosen, "text"]
        for doc, row in nlp.pipe(zip(texts.tolist(), texts.index.tolist(), strict=True), as_tuples=True, batch_size=1000):
            found += [(row, nlp.vocab.strings[key], doc[start:end].text) for key, start, end in matcher(doc)]
    return found


def walked(messages: pd.DataFrame) -> tuple[list[tuple[int, float]], list[int]]:
    """((row, seconds waited) of each answer, rows that nearly repeat the agent's last words)."""
    waits, repeats = [], []
    for _, chat in messages.sort_values(["sent_at", "message_id"]).groupby("conversation_id", sort=False):
        asked, last = None, None
        for row, role, at, text in zip(chat.index, chat["sender_role"], chat["sent_at"], chat["text"], strict=True):
            if role == "buyer":
                asked = asked or at
            elif role == "agent":
                if asked is not None:
                    waits.append((row, (at - asked).total_seconds()))
                asked = None
                if last is not None and SequenceMatcher(None, last, text).ratio() >= SIMILAR:
                    repeats.append(row)
                last = text
    return waits, repeats


def late_orders(orders: pd.DataFrame) -> set[str]:
    """Orders shipped after their day, or never."""
    shipped, due = (pd.to_datetime(orders[name], utc=True, format="ISO8601") for name in ("shipped_at", "ship_by"))
    return set(orders.loc[shipped.isna() | (shipped > due), "order_id"])


def report(findings: pd.DataFrame, messages: pd.DataFrame, out: Path) -> None:
    """A workbook an agent, one of all agents, and a zip an agent with the first ten conversations as pages."""
    columns = ["rule", "waited", "words", "platform", "shop_id", "conversation_id", "message_id", "order_id", "time", "text"]
    chats = dict(iter(messages[messages["conversation_id"].isin(findings["conversation_id"])].groupby("conversation_id")))
    manager = openpyxl.Workbook()
    manager.active.append(["agent", "findings"])
    for agent, own in findings.groupby("sender_id"):
        name = str(agent).replace(":", "_")
        manager.active.append([agent, len(own)])
        book = openpyxl.Workbook()
        book.active.append(columns)
        for row in own[columns].itertuples(index=False):
            book.active.append(list(row))
        book.save(out / f"{name}.xlsx")
        with zipfile.ZipFile(out / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
            for chat_id in own["conversation_id"].unique()[:10]:
                chat = chats[chat_id]
                lines = zip(chat["time"], chat["sender_role"], chat["text"], strict=True)
                page = "".join(f"<p>{at} {role}: {html.escape(text)}</p>" for at, role, text in lines)
                bundle.writestr(f"{chat_id}.html", f"<meta charset=utf-8>{page}")
    manager.save(out / "manager.xlsx")


def main(messages_csv: str, orders_csv: str, out: Path) -> None:
    """Audits the two files into `out` and leaves counts.json there."""
    logging.disable(logging.CRITICAL)
    out.mkdir(parents=True, exist_ok=True)
    messages = pd.read_csv(messages_csv, dtype=str, keep_default_na=False)
    orders = pd.read_csv(orders_csv, dtype=str, keep_default_na=False)
    messages["time"] = messages["sent_at"]
    messages["sent_at"] = pd.to_datetime(messages["sent_at"], utc=True, format="ISO8601")
    waits, repeats = walked(messages)
    agents = set(messages.index[messages["sender_role"] == "agent"])
    rows: list[tuple[int, str, float | None, str]] = [(row, "late", seconds, "") for row, seconds in waits if seconds > LIMIT]
    rows += [(row, rule, None, words) for row, rule, words in matched(messages) if row in agents]
    rows += [(row, "repeated", None, "") for row in repeats]
    late = late_orders(orders)
    about = messages[(messages["sender_role"] == "agent") & messages["order_id"].isin(late)].drop_duplicates("order_id")
    rows += [(row, "order late", None, "") for row in about.index]
    findings = pd.DataFrame(rows, columns=["row", "rule", "waited", "words"]).join(messages, on="row")
    report(findings, messages, out)
    (out / "counts.json").write_text(json.dumps({"messages": len(messages), "findings": len(findings)}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
