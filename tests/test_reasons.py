"""Every reason that the code can give has words in every language, in the reports and in the appeal bundles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import auditor
from auditor.appeal.wording import words as appeal_words
from auditor.model import LANGS
from auditor.report.words import words as report_words

ROOT = Path(auditor.__file__).parent
PLACES = ("check.py", "detectors/**/*.py", "ledger/**/*.py", "reading/when.py")
SECOND = {"NotEvaluated": 1, "left_out": 0, "Held": 1, "Resolved": 2}  # where a call names its reason by position
NAMES = ("reason", "basis", "problem")


def literals(node: ast.AST, constants: dict[str, str]) -> Iterator[str]:
    """The texts that an expression can be: either side of a choice, a module's constant; an f-string is another's reason."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body, constants)
        yield from literals(node.orelse, constants)
    elif isinstance(node, (ast.BoolOp, ast.Tuple)):
        for each in node.values if isinstance(node, ast.BoolOp) else node.elts:
            yield from literals(each, constants)
    elif isinstance(node, ast.BinOp):
        yield ast.unparse(node)  # a reason is one key, not put together


def given(tree: ast.Module, ledger: bool) -> Iterator[str]:
    """The reasons and bases that a module gives."""
    constants = {
        target.id: each.value.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in SECOND and len(node.args) > SECOND[name]:
                yield from literals(node.args[SECOND[name]], constants)
            for keyword in node.keywords:
                if keyword.arg in NAMES:
                    yield from literals(keyword.value, constants)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name) and node.target.id == "reason":
            yield from literals(node.iter, constants)
        elif ledger and isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts:
            yield from literals(node.value.elts[-1], constants)


def reasons() -> set[str]:
    found: set[str] = set()
    for pattern in PLACES:
        for path in ROOT.glob(pattern):
            found.update(given(ast.parse(path.read_text(encoding="utf-8")), "ledger" in path.parts))
    return found - {""}


def test_the_source_is_read() -> None:
    expected = {"no_order", "no_order_for_anchor", "outside_hours", "deadline_ahead", "no_event_data", "corrected_before_due"}
    assert expected | {"understanding", "wording", "two_claims", "no_calendar", "before_first_version"} <= reasons()


def test_every_reason_is_a_key_with_words() -> None:
    for lang in LANGS:
        assert {reason for reason in reasons() if f"reason.{reason}" not in report_words(lang)} == set()
        assert {reason for reason in reasons() if f"reason.{reason}" not in appeal_words(lang)} == set()
