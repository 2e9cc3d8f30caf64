"""`auditor status` and `auditor prune`: what monitoring sees, and what privacy law says must go."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.pruning import prune
from auditor.watching import status
from tests.test_nights import AS_OF, audited, chat, written

NOTICE = {
    "notice_id": "N1",
    "platform": "pinduoduo",
    "issued_at": "2026-03-19T20:00:00+08:00",
    "appeal_by": "2026-03-20T20:00:00+08:00",
}
DAY = timedelta(days=1)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    chats = [line for number in range(6) for line in chat(random.Random(5), number)]
    files = [written(tmp_path / "in", "chats.jsonl", chats), written(tmp_path / "in", "notices.jsonl", [NOTICE])]
    command = ["run", *files, "--state", str(tmp_path / "state"), "--as-of", AS_OF.isoformat(), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return tmp_path / "state"


def test_a_good_night_is_told_with_its_next_deadline(state: Path) -> None:
    found = status(state, datetime.now(UTC), DAY, 2 * DAY)
    assert found.told["last_run"]["exit_code"] == 0
    assert found.told["quarantine_rows"] == 0
    near = status(state, AS_OF, DAY, 2 * DAY)
    assert near.told["next_deadline"]["notice_id"] == "N1"
    assert near.level == "warning", "less than a day is left"
    assert status(state, AS_OF - 9 * DAY, DAY, 2 * DAY).level == "ok"


def test_silence_is_an_alarm(state: Path, tmp_path: Path) -> None:
    later = datetime.now(UTC) + 1.5 * DAY
    assert status(state, later, DAY, 2 * DAY).level == "warning"
    assert status(state, later + DAY, DAY, 2 * DAY).level == "critical"
    assert CliRunner().invoke(main, ["status", "--state", str(tmp_path / "none")]).exit_code == 3


def test_a_failed_night_is_critical_and_says_why(state: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "run.json").unlink()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    command = ["run", str(tmp_path / "in"), "--state", str(state), "--as-of", AS_OF.isoformat(), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(main, command).exit_code == 2
    done = CliRunner().invoke(main, ["status", "--state", str(state), "--json"])
    assert done.exit_code == 2
    told = json.loads(done.output)
    assert told["level"] == "critical"
    assert "holds no earlier run" in " ".join(told["reasons"])


def test_what_is_old_leaves_no_trace_in_the_state_and_does_not_come_back(state: Path, tmp_path: Path) -> None:
    old = [{**line, "conversation_id": "陈年旧事"} for line in chat(random.Random(8), 50)]
    old = [{**line, "sent_at": (datetime.fromisoformat(line["sent_at"]) - 200 * DAY).isoformat()} for line in old]
    files = [written(tmp_path / "in", "old.jsonl", old)]
    audited(tmp_path / "two", files, state=state)
    would = prune(state, AS_OF - 100 * DAY, dry_run=True)
    assert would.gone["messages"] == len(old)
    assert prune(state, AS_OF - 100 * DAY) == would
    assert prune(state, AS_OF - 100 * DAY).gone["messages"] == 0
    again = audited(tmp_path / "three", files, state=state)
    assert again.counts["conversations"] == 6, "a file that was read does not come back"
    assert "陈年旧事" not in (tmp_path / "three" / "findings.jsonl").read_text(encoding="utf-8")


def test_a_state_that_is_not_there_is_not_made_by_pruning(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["prune", "--state", str(tmp_path / "none"), "--older-than", "180d"])
    assert done.exit_code == 2
    assert not (tmp_path / "none").exists()
