"""What could not be read: told once for a thousand rows, tried again after a mend, and never held against an agent."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from click.testing import CliRunner

from auditor.cli import main
from auditor.ingest import Options, load
from auditor.model import Quarantined
from auditor.normalise import normalise
from auditor.quarantine import grouped, value_of

AS_OF = "2026-11-21T02:00:00+08:00"
HEADER = "conversation_id,message_id,sent_at,sender_role,sender_id,text,platform\n"
BAD = "c2,x,03/04/2026 10:00,buyer,b1,在吗,jd\nc2,y,2026-13-01 10:00:00,buyer,b1,在,jd\n"


def lines(count: int, time: str = "2026-11-10 09:30:00") -> str:
    return "".join(f"c1,m{n},{time},buyer,b1,在吗{n},jd\n" for n in range(count))


def test_rows_that_fail_alike_are_one_group_and_others_are_not() -> None:
    alike = [
        Quarantined("a.csv", n, f"'{n}/04/2026': day and month cannot be told apart; write 2026", "{}", "sent_at")
        for n in range(2, 1002)
    ]
    other = Quarantined("a.csv", 7, "the role is none of buyer, agent", json.dumps({"sender_role": "boss"}), "sender_role")
    first, second = grouped([*alike, other])
    assert (first.count, first.rows, first.mend) == (1000, (2, 3, 4, 5, 6), "write 2026")
    assert (second.count, second.example) == (1, "boss")
    assert "1,000 rows (2, 3, 4, 5, 6 …)" in str(first)
    assert value_of(other) == "boss"


def test_list_and_retry_after_a_mend(tmp_path: Path) -> None:
    exports, out = tmp_path / "in", tmp_path / "out"
    exports.mkdir()
    (exports / "a.csv").write_text(
        HEADER + lines(3) + "c2,x,03/04/2026 10:00,buyer,b1,在吗,jd\nc2,y,2026-13-01 10:00:00,buyer,b1,在,jd\n"
    )
    (exports / "b.csv").write_bytes((HEADER + "c3,m,2026-11-10 09:30:00,buyer,b1,請問什麼時候出貨呢,jd\n").encode("big5"))
    run = CliRunner()
    told = run.invoke(main, ["run", str(exports), "--as-of", AS_OF, "--out", str(out), "--jobs", "1", "--settle", "0"])
    assert told.exit_code == 3
    assert "Not read" in told.output
    record = [json.loads(line) for line in (out / "quarantine.jsonl").read_text().splitlines()]
    assert [(each["row"], each["column"], each["value"]) for each in record if each["row"]] == [
        (5, "sent_at", "03/04/2026 10:00"), (6, "sent_at", "2026-13-01 10:00:00"),
    ]  # fmt: skip
    assert "write 2026-11-10T09:30:00+08:00" in record[0]["mend"]
    listed = run.invoke(main, ["quarantine", "list", str(out)])
    assert (listed.exit_code, "3 in quarantine." in listed.output) == (0, True)
    (exports / "a.csv").write_text((exports / "a.csv").read_text().replace("03/04/2026 10:00", "2026-11-03 10:00:00"))
    again = run.invoke(main, ["quarantine", "retry", str(out), "--encoding", "big5"])
    assert again.exit_code == 3
    assert "a.csv: 1 rows are read now, 1 still fail" in again.output
    assert "b.csv: was refused, is read now: 1 rows" in again.output
    (exports / "b.csv").unlink()
    assert "b.csv: is no longer there" in run.invoke(main, ["quarantine", "retry", str(out)]).output


def test_what_is_no_run_is_said_without_a_traceback(tmp_path: Path) -> None:
    for command in ("list", "retry"):
        found = CliRunner().invoke(main, ["quarantine", command, str(tmp_path)])
        assert (found.exit_code, "Traceback" in found.output) == (2, False)


def test_a_lost_answer_puts_its_conversation_in_doubt(tmp_path: Path) -> None:
    bad = "c1,a1,昨天 14:20,agent,a1,在的,jd\n"
    short = "c2,a1,2026-11-10 09:30:05,agent\n"
    good = "".join(f"{name},q,2026-11-10 09:30:00,buyer,b1,在吗,jd\n" for name in ("c1", "c2", "c3"))
    (tmp_path / "a.csv").write_text(HEADER + good + bad + short)
    found = normalise(load([str(tmp_path)], options=Options(as_of=datetime.fromisoformat(AS_OF))))
    assert found.messages.select("conversation_id", "time_doubt").rows() == [("c1", True), ("c2", True), ("c3", False)]
