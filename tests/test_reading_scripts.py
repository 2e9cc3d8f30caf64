"""Approved scripts: who answers for them, from when until when, and what agents fill in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.reading import scripts as module
from auditor.reading.scripts import is_approved, scripts

DAY = date(2026, 3, 2)
FILE = """
scripts:
  - {text: "亲，请提供{订单号}，我为您核实。", owner: 小周, approved: 2026-03-01, until: 2026-03-31}
  - {text: "Please see the size chart.", owner: Ann, approved: 2026-03-01, shop: s1}
"""


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scripts.yaml"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(module, "PATH", path)


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("text", "day", "shop", "approved"),
    [
        ("亲 请提供订单号 我为您核实~", DAY, None, True),
        ("亲,请提供退款单号或者运单号,我为您核实", DAY, None, True),
        ("亲,请提供订单号", DAY, None, False),
        ("亲,请提供订单号,我为您核实", date(2026, 2, 28), None, False),
        ("亲,请提供订单号,我为您核实", date(2026, 4, 1), None, False),
        ("please see the size chart", DAY, "s1", True),
        ("please see the size chart", DAY, "s2", False),
    ],
)
def test_approved_on_its_days_in_its_shop(text: str, day: date, shop: str | None, approved: bool) -> None:
    assert is_approved(text, day, shop) is approved


def test_a_rule_may_name_scripts_of_its_own() -> None:
    assert is_approved("稍后给您发教程!", DAY, None, ("稍后给您发教程",))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "scripts.yaml"
    path.write_text(
        "scripts:\n  - {text: hello, approved: soon}\n  - {owner: Ann, approved: 2026-01-01, color: red}\n", encoding="utf-8"
    )
    with pytest.raises(UsageError) as error:
        scripts(path)
    told = "\n".join(f"{fault.place} {fault.what}" for fault in error.value.faults)
    assert all(word in told for word in ("'owner' is missing", "'approved' is not a day", "'text' is missing", "'color'"))


def test_the_shipped_list_can_be_read() -> None:
    assert all(script.owner and script.approved for script in scripts(module.PATH))
