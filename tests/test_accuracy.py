"""On labelled chats nothing proven is wrong, hardly a clean chat is flagged, and every family is found."""

import pytest

from auditor.audit import Request, audit
from auditor.report.machine import write_findings
from tests.benchmarks import accuracy, labelled_set
from tests.chats import at


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> accuracy.Score:
    folder = tmp_path_factory.mktemp("labelled")
    labels = labelled_set.write(folder)
    names = {"orders": (str(folder / "orders.jsonl"),), "penalties": (str(folder / "penalties.jsonl"),)}
    request = Request(
        (str(folder / "messages.jsonl"),), at("2026-11-20 02:00"), folder / "out", facts=str(folder / "facts.yaml"), **names
    )
    write_findings(audit(request, lambda *_: None).findings, folder / "findings.jsonl")
    return accuracy.score(labels.conversations, labels.gold, accuracy.rows(folder / "findings.jsonl"))


def test_nothing_that_is_called_proven_is_wrong(scored: accuracy.Score) -> None:
    assert scored.proven_wrong == []


def test_clean_chats_stay_clean(scored: accuracy.Score) -> None:
    assert len(scored.flagged) <= 0.02 * scored.clean, scored.flagged


def test_every_family_is_found(scored: accuracy.Score) -> None:
    weak = {family: round(tally.f1, 2) for family, tally in scored.families.items() if tally.f1 < 0.8}
    assert not weak, accuracy.summary(scored)
