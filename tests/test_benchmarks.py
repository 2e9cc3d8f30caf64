"""The benchmarks' own material: labelled chats that hold together, a corpus that repeats, a score that counts right."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tests.benchmarks import accuracy, corpus, labelled_set, program, speed

LABELLED = labelled_set.read()
AS_OF = datetime.fromisoformat((labelled_set.HOME / "as_of.txt").read_text(encoding="utf-8").strip())
SAID = {m["message_id"]: m for m in LABELLED.messages}
CHATS = {c["conversation_id"]: c for c in LABELLED.conversations}


def test_ids_are_unique() -> None:
    for rows, key in (
        (LABELLED.messages, "message_id"),
        (LABELLED.conversations, "conversation_id"),
        (LABELLED.orders, "order_id"),
        (LABELLED.penalties, "notice_id"),
    ):
        assert [k for k, n in Counter(row[key] for row in rows).items() if n > 1] == []


def test_each_label_names_evidence_and_agent_of_its_own_chat() -> None:
    for g in LABELLED.gold:
        assert g["message_ids"], g
        assert {SAID[m]["conversation_id"] for m in g["message_ids"]} == {g["conversation_id"]}, g
        agents = {
            m.get("sender_id")
            for m in LABELLED.messages
            if m["conversation_id"] == g["conversation_id"] and m["sender_role"] == "agent"
        }
        assert g["agent_id"] in agents if agents else g["agent_id"] is None, g
        assert g["family"] in accuracy.FAMILIES
        assert g["certainty"] in ("proven", "suspected")
        assert g["severity_min"] in ("critical", "major", "minor")


def test_promises_are_due_after_they_were_made_and_before_the_audit() -> None:
    for g in LABELLED.gold:
        assert (g["family"] == "promise") == (g["promise"] is not None), g
        if g["promise"] and g["promise"]["deadline"]:
            due = datetime.fromisoformat(g["promise"]["deadline"])
            assert datetime.fromisoformat(SAID[g["message_ids"][0]]["sent_at"]) < due < AS_OF, g


def test_a_clean_chat_has_no_label_and_the_others_have_one() -> None:
    guilty = {g["conversation_id"] for g in LABELLED.gold}
    assert {c for c, info in CHATS.items() if info["clean"]} == set(CHATS) - guilty
    assert len(guilty) <= 0.6 * len(CHATS)


def test_every_family_is_there_in_every_language() -> None:
    seen = {(CHATS[g["conversation_id"]]["lang"], g["family"]) for g in LABELLED.gold}
    assert seen == {(lang, family) for lang in ("zh", "pl", "en") for family in accuracy.FAMILIES}


def test_time_runs_forward_and_ends_before_the_audit() -> None:
    for chat in CHATS:
        moments = [datetime.fromisoformat(m["sent_at"]) for m in LABELLED.messages if m["conversation_id"] == chat]
        assert moments == sorted(moments), chat
        assert moments[-1] < AS_OF, chat


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "as_of.txt").write_text("2026-11-20T02:00:00+08:00", encoding="utf-8")
    (tmp_path / "x.chats").write_text("shop s pinduoduo zh s CNY +08:00\n@ a s clean\n10:00 > hi\n", encoding="utf-8")
    with pytest.raises(labelled_set.SourceError, match=r"x\.chats:3"):
        labelled_set.read(tmp_path)


def test_the_corpus_repeats_and_has_the_shape_it_says(tmp_path: Path) -> None:
    for name in ("one", "two"):
        corpus.generate(tmp_path / name, 3000, seed=5)
    for name in ("messages.csv", "orders.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with (tmp_path / "one" / "messages.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 3000
    assert {"pinduoduo", "taobao", "allegro", "cross_border"} == {row["platform"] for row in rows}
    assert {"buyer", "agent", "bot"} == {row["sender_role"] for row in rows}
    speed.write_notices(tmp_path / "one" / "messages.csv", tmp_path / "notices.jsonl", 5)
    assert len(accuracy.rows(tmp_path / "notices.jsonl")) == 5


def test_the_score_counts_places_once_and_leaves_out_matters_of_taste() -> None:
    chats = [
        {"conversation_id": "a", "clean": False, "not_scored": ["response_time"]},
        {"conversation_id": "b", "clean": True},
        {"conversation_id": "c", "clean": False},
    ]
    label = {"message_ids": ["1"], "agent_id": None, "certainty": "proven"}
    gold = [
        {"conversation_id": "a", "family": "promise", **label},
        {"conversation_id": "c", "family": "mechanical", "also_acceptable_families": ["attitude"], **label},
    ]
    said = {"message_ids": ["1"], "agent_id": "x", "certainty": "proven", "severity": "minor"}
    findings = [
        {"conversation_id": "a", "family": "promise", **said},
        {"conversation_id": "a", "family": "promise", **said},
        {"conversation_id": "a", "family": "response_time", **said},
        {"conversation_id": "b", "family": "attitude", **said},
        {"conversation_id": "b", "family": "promise", **said, "suppressed_by": "y"},
        {"conversation_id": "b", "family": "procedure", **said, "severity": "info"},
        {"conversation_id": "c", "family": "attitude", **said},
    ]
    result = accuracy.score(chats, gold, findings)
    assert result.families["promise"] == accuracy.Tally(1, 1, 1, 0, 1, 1, 1)
    assert result.false_alarms == result.proven_wrong == [("b", "attitude")]
    assert result.flagged == ["b"]
    assert result.misses == []
    assert result.families["mechanical"].recall == 1.0


def test_a_program_that_fails_is_told_with_its_own_words(tmp_path: Path) -> None:
    assert program.run([sys.executable, "-c", "pass"], tmp_path).wall > 0
    with pytest.raises(program.ProgramError, match="exit code 5\nno such luck"):
        program.run([sys.executable, "-c", "import sys; print('no such luck', file=sys.stderr); sys.exit(5)"], tmp_path)
