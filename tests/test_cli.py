"""The command line from the user's chair: one message, the right exit code, nothing harmed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor import audit, state
from auditor.cli import main
from auditor.errors import FailedError, Fault

CHAT = (
    '{"conversation_id":"1234567890123456789","sent_at":"2026-11-20T10:00:00+08:00","sender_role":"buyer","text":"在吗",'
    '"platform":"pinduoduo","shop_id":"s"}\n'
    '{"conversation_id":"1234567890123456789","sent_at":"2026-11-20T10:01:00+08:00","sender_role":"agent","text":"你是傻逼吗,滚",'
    '"sender_id":"\\u001b[31ma","platform":"pinduoduo","shop_id":"s"}\n'
)


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def config(tmp_path: Path, text: str, *more: str) -> Result:
    path = tmp_path / "auditor.yaml"
    path.write_text(text, encoding="utf-8")
    return call("run", str(tmp_path / "nothing.jsonl"), "--out", str(tmp_path / "out"), "--config", str(path), *more)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("outt: x\n", "auditor.yaml:1: 'outt' is no option"),
        ("quiet: true\njobs: two\n", "auditor.yaml:2: jobs: 'two' is not a valid integer"),
        ("jobs: 1.5\n", "auditor.yaml:1: jobs: 1.5 is not one plain value"),
        ("quiet: maybe\n", "auditor.yaml:1: quiet: 'maybe' is neither true nor false"),
        ("lang: [zh]\n", "auditor.yaml:1: lang: ['zh'] is not one plain value"),
        ("orders: [a, {b: c}]\n", "auditor.yaml:1: orders:"),
        ("as-of: tomorrow\n", "auditor.yaml:1: as-of: 'tomorrow' is not a time"),
        ("- a\n", "auditor.yaml:1: is not a list of options"),
        ("inputs: [a]\n", "'inputs' is no option"),
    ],
)
def test_a_wrong_config_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    result = config(tmp_path, text)
    assert result.exit_code == 2
    assert told in result.output
    assert not (tmp_path / "out").exists()


def test_config_knows_every_option_by_its_long_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[audit.Request] = []

    def stop(request: audit.Request, _: audit.Progress) -> None:
        seen.append(request)
        raise FailedError(Fault("", "enough"))

    monkeypatch.setattr(audit, "run", stop)
    text = "lang: pl\nas-of: 2026-11-21T02:00:00+08:00\norders: one.csv\nrules: [taobao, allegro]\nshop: 12\nformat: canonical\n"
    result = config(tmp_path, text + "jobs: 3\nfail-on: info\ntimezone: +08:00\nfacts:\n", "--jobs", "2")
    assert result.exit_code == 5
    request = seen[0]
    assert (request.lang, request.orders, request.rules) == ("pl", ("one.csv",), ("taobao", "allegro"))
    assert (request.shop, request.format, request.jobs, request.timezone, request.facts) == ("12", "canonical", 2, "+08:00", None)
    assert request.as_of.isoformat() == "2026-11-21T02:00:00+08:00"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "holds no file to audit"),
        (("--timezone", "Mars/X"), "--timezone: 'Mars/X' is no time zone"),
        (("--as-of", "0001-01-01T00:00:00"), "not between 2000 and 2100"),
        (("--rules", "taobo"), "did you mean taobao"),
        (("--orders", ""), "--orders: is an empty name"),
    ],
)
def test_wrong_usage_leaves_nothing_behind(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    (tmp_path / "exports").mkdir()
    result = call("run", str(tmp_path / "exports"), "--out", str(tmp_path / "deep" / "out"), *words)
    assert result.exit_code == 2
    assert told in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]


def test_every_line_of_a_json_log_is_json_and_the_last_says_how_it_ended(tmp_path: Path) -> None:
    for words, code in ((("--rules", "taobo"), 2), (("--as-of", "never"), 2), ((), 2)):
        result = call("run", str(tmp_path / "nothing"), "--out", str(tmp_path / "out"), "--log-json", *words)
        assert result.exit_code == code
        last = [json.loads(line) for line in result.stderr.splitlines()][-1]
        assert (last["event"], last["status"], last["exit_code"]) == ("run_end", "failed", code)
        assert last["faults"]


def test_a_bug_is_one_message_and_never_the_code_for_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: audit.Request, _: audit.Progress) -> None:
        raise KeyError("\x1b[31mx")

    monkeypatch.setattr(audit, "run", broken)
    result = call("run", str(tmp_path), "--quiet")
    assert result.exit_code == 5
    assert "a fault of the program itself" in result.stderr
    assert "\x1b" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_quiet_run_still_tells_what_it_could_not_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "chat.jsonl").write_text(CHAT, encoding="utf-8")
    (tmp_path / "in" / "empty.csv").write_text("")
    out = tmp_path / "out"
    words = ("run", str(tmp_path / "in"), "--out", str(out), "--quiet", "--jobs", "1", "--fail-on", "info")
    result = call(*words, "--as-of", "2026-11-21T02:00:00+08:00")
    assert result.exit_code == 3
    assert "empty.csv" in result.stderr
    assert result.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    findings = [json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {finding["conversation_id"] for finding in findings} == {"1234567890123456789"}
    shown = call("explain", findings[0]["finding_id"], "--out", str(out))
    assert shown.exit_code == 0
    assert "1234567890123456789" in shown.output
    assert "\x1b" not in shown.output
    assert call("explain", "nosuch", "--out", str(out)).exit_code == 2
    assert call("explain", "x", "--out", str(tmp_path)).exit_code == 2


def test_a_second_run_is_turned_away_before_it_reads_anything(tmp_path: Path) -> None:
    with state.locked(tmp_path / "out"):
        result = call("run", str(tmp_path / "nothing"), "--out", str(tmp_path / "out"))
    assert result.exit_code == 4
    assert "another run" in result.stderr
    assert list(tmp_path.iterdir()) == []
