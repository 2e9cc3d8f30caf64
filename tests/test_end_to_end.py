"""The main job on the samples, as its users run it."""

import hashlib
import json
import zipfile
from datetime import datetime
from pathlib import Path

import bagit
import pytest

from auditor.audit import Request, run
from auditor.model import AuditResult

ROOT = Path(__file__).parent.parent
AS_OF = datetime.fromisoformat("2026-11-21T02:00:00+08:00")


def audit(out: Path, *inputs: str, jobs: int = 1) -> AuditResult:
    return run(Request(inputs or (str(ROOT / "sample_transcripts"),), AS_OF, out, jobs=jobs), lambda *_: None)


def digests(out: Path, *but: str) -> dict[str, str]:
    files = (p for p in sorted(out.rglob("*")) if p.is_file() and p.name not in but)
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AuditResult]:
    out = tmp_path_factory.mktemp("night") / "2026-11-21"
    return out, audit(out)


def test_everything_promised_is_there(night: tuple[Path, AuditResult]) -> None:
    out, result = night
    promised = ("run.json", "findings.jsonl", "findings.parquet", "metrics.csv", "manager.xlsx", "quarantine.jsonl")
    assert all((out / name).is_file() for name in (*promised, "appeals/appeals.xlsx"))
    agents = {f.agent_id for f in result.findings if f.agent_id}
    assert len(list(out.glob("agents/*.xlsx"))) == len(list(out.glob("agents/*.html"))) >= len(agents)
    assert len(list(out.glob("appeals/*.zip"))) == 1


def test_the_samples_show_most_families_and_mostly_innocent_chats(night: tuple[Path, AuditResult]) -> None:
    _, result = night
    standing = [f for f in result.findings if f.suppressed_by is None]
    assert {"response_time", "promise", "misleading", "mechanical", "attitude"} <= {f.family for f in standing}
    flagged = {f.conversation_id for f in standing}
    assert len(flagged) < result.counts["conversations"] * 0.7


def test_rows_reconcile(night: tuple[Path, AuditResult]) -> None:
    _, result = night
    for file in result.inputs:
        assert file.rows == file.accepted + file.duplicate + file.quarantined + file.blank, file
        assert file.status == "read", file


def test_every_finding_explains_itself(night: tuple[Path, AuditResult]) -> None:
    _, result = night
    for f in result.findings:
        messages = {m.message_id for m in result.conversations[f.conversation_id].messages}
        assert f.message_ids, f
        assert set(f.message_ids) <= messages, f
        assert f.quote, f
        assert f.explanation, f
        assert f.clause, f
        assert f.certainty == "proven" or f.basis, f


def test_two_runs_write_the_same_bytes(night: tuple[Path, AuditResult], tmp_path: Path) -> None:
    out, _ = night
    audit(tmp_path / "again", jobs=2)
    assert digests(out, "run.json") == digests(tmp_path / "again", "run.json")


def test_the_order_of_the_inputs_changes_nothing(night: tuple[Path, AuditResult], tmp_path: Path) -> None:
    folders = sorted(str(p) for p in (ROOT / "sample_transcripts").iterdir() if p.suffix != ".md")
    audit(tmp_path / "turned", *reversed(folders))
    assert (tmp_path / "turned" / "findings.jsonl").read_bytes() == (night[0] / "findings.jsonl").read_bytes()


def test_an_innocent_chat_added_removes_no_finding(night: tuple[Path, AuditResult], tmp_path: Path) -> None:
    lines = [
        {"conversation_id": "innocent", "sent_at": "2026-11-19T10:00:00+08:00", "sender_role": "buyer", "text": "在吗"},
        {
            "conversation_id": "innocent",
            "sent_at": "2026-11-19T10:00:20+08:00",
            "sender_role": "agent",
            "sender_id": "x",
            "text": "在的",
        },
    ]
    extra = tmp_path / "extra.jsonl"
    extra.write_text("".join(json.dumps({**line, "platform": "pinduoduo"}) + "\n" for line in lines), encoding="utf-8")
    result = audit(tmp_path / "more", str(ROOT / "sample_transcripts"), str(extra))
    assert {f.finding_id for f in result.findings} == {f.finding_id for f in night[1].findings}


def test_the_bundle_is_a_valid_bag_and_a_flipped_byte_is_found(night: tuple[Path, AuditResult], tmp_path: Path) -> None:
    archive = next(night[0].glob("appeals/*.zip"))
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(tmp_path)
    folder = next(tmp_path.iterdir())
    bagit.Bag(str(folder)).validate()
    statement = folder / "data" / "for_platform" / "statement.txt"
    content = bytearray(statement.read_bytes())
    content[10] ^= 1
    statement.write_bytes(content)
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(folder)).validate()


def test_the_runs_record_names_packs_inputs_and_counts(night: tuple[Path, AuditResult]) -> None:
    record = json.loads((night[0] / "run.json").read_bytes())
    assert record["as_of"] == AS_OF.isoformat()
    assert all(len(pack["sha256"]) == 64 for pack in record["packs"])
    assert {"path", "sha256", "kind", "format", "encoding", "status", "reason"} <= set(record["inputs"][0])
    assert {"ingest", "judge", "report", "appeal"} <= set(record["timings_s"])
