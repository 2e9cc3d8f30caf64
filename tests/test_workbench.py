"""What authors of rules work with: schemas that agree with the reader, skeletons that pass, the rule book, and what-if."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from auditor import rulebook, ruletest, strictyaml
from auditor.audit import Request
from auditor.cli import main
from auditor.detectors import DETECTORS
from auditor.errors import UsageError
from auditor.model import LANGS
from auditor.rulesdir import RULES
from auditor.workbench import backtest, book, scaffold
from auditor.workbench.schema import schemas
from tests.chats import at

# ---- schemas ---------------------------------------------------------------------------------------------------------


def test_the_schemas_in_the_project_are_those_of_the_program() -> None:
    for name, text in schemas().items():
        assert (RULES / "schema" / name).read_text(encoding="utf-8") == text, "run: auditor rules schema --out rules/schema"


def shipped(kind: str) -> Iterator[Path]:
    for path in sorted(RULES.glob("*/*.yaml")):
        name = "pack" if path.name == "pack.yaml" else "test" if path.name.endswith(".test.yaml") else "rule"
        if name == kind and path.parent.name not in ("words", "clean"):
            yield path


@pytest.mark.parametrize("kind", ["rule", "pack", "test"])
def test_everything_shipped_fits_its_schema(kind: str) -> None:
    check = validator(kind)
    for path in shipped(kind):
        faults = [f"{list(error.absolute_path)}: {error.message}" for error in check.iter_errors(strictyaml.load(path).value)]
        assert not faults, f"{path}: {faults}"


def validator(kind: str) -> Any:
    schema = json.loads(schemas()[f"{kind}.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: minor", "severty: minor"),
        ("severity: minor", "severity: urgent"),
        ("limit: 3m", "limit: three minutes"),
        ("limit: 3m", "limt: 3m"),
        ("kind: first", "kind: frist"),
        ("2020-01-01:", "soon:"),
    ],
)
def test_a_fault_does_not_fit(old: str, new: str) -> None:
    text = (RULES / "taobao" / "first_reply.yaml").read_text(encoding="utf-8")
    assert old in text
    value = strictyaml.parse(text.replace(old, new), Path("x.yaml")).value
    assert list(validator("rule").iter_errors(value))


def test_a_composed_rule_is_checked_to_its_depth() -> None:
    text = (RULES / "service_sop" / "passed_from_hand_to_hand.yaml").read_text(encoding="utf-8")
    for old, new in (("at_least: 3", "at_most: 3"), ("same_agent: false", "same_agent: maybe"), ("patterns:", "pattern:")):
        assert old in text
        assert list(validator("rule").iter_errors(strictyaml.parse(text.replace(old, new), Path("x.yaml")).value)), new


def test_an_overlay_fits_its_schema() -> None:
    change = {
        "rule": "a/b",
        "shops": ["s"],
        "off": True,
        "from": "2026-01-01",
        "until": "2026-02-01",
        "owner": "x",
        "reason": "y",
    }
    check = validator("overlay")
    assert not list(check.iter_errors({"id": "house", "changes": [change]}))
    for key in ("owner", "reason", "until", "rule"):
        assert list(check.iter_errors({"id": "house", "changes": [{k: v for k, v in change.items() if k != key}]})), key


# ---- skeletons -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("detector", sorted(DETECTORS))
def test_a_new_rule_is_a_valid_draft_whose_chats_pass(tmp_path: Path, detector: str) -> None:
    written = scaffold.new("corner/quick", detector, tmp_path, "2026-11-22")
    assert [path.name for path in written] == ["pack.yaml", "quick.yaml", "quick.test.yaml"]
    (pack,) = rulebook.load([tmp_path])
    assert (pack.id, [(rule.id, rule.status, rule.detector) for rule in pack.rules]) == (
        "corner",
        [("corner/quick", "draft", detector)],
    )
    assert pack.rules[0].clause.confidence == "shop_default"
    assert [result.message for result in ruletest.run([tmp_path]) if not result.passed] == []
    assert [path.name for path in scaffold.new("corner/slow", detector, tmp_path, "2026-11-22")] == [
        "slow.yaml",
        "slow.test.yaml",
    ]


def test_nothing_is_overwritten_and_nothing_strange_is_made(tmp_path: Path) -> None:
    scaffold.new("corner/quick", "phrases", tmp_path, "2026-11-22")
    for name, detector, says in (
        ("corner/quick", "phrases", "is there already"),
        ("../quick", "phrases", "is not the id"),
        ("corner/Quick", "phrases", "is not the id"),
        ("corner", "phrases", "is not the id"),
        ("corner/other", "phrase", "did you mean phrases?"),
    ):
        with pytest.raises(UsageError) as caught:
            scaffold.new(name, detector, tmp_path, "2026-11-22")
        assert says in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*.yaml")) == ["pack.yaml", "quick.test.yaml", "quick.yaml"]


# ---- the rule book ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_book_holds_every_rule_with_its_source_and_limits(lang: str) -> None:
    packs = [pack for pack in rulebook.load() if pack.id in ("taobao", "service_sop")]
    page, text = (book.rendered(packs, lang, suffix) for suffix in ("html", "md"))  # type: ignore[arg-type]
    for pack in packs:
        for rule in pack.rules:
            assert f'id="{rule.id.replace("/", "-")}"' in page
            assert f"`{rule.id}`" in text
            assert rule.title[lang] in text
            assert rule.clause.seen.isoformat() in text
    assert "limit: 3m" in page
    assert "counted: 08:00-23:00" in text
    assert "⚠" in page


def test_the_book_marks_evidence_and_runs_nothing(tmp_path: Path) -> None:
    (pack,) = (pack for pack in rulebook.load() if pack.id == "taobao")
    page = book.rendered([pack], "en", "html")
    assert 'class="hit"' in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    text = (RULES / "taobao" / "first_reply.yaml").read_text(encoding="utf-8").replace("taobao/", "shop/")
    place = tmp_path / "shop"
    place.mkdir()
    (place / "pack.yaml").write_text(
        (RULES / "taobao" / "pack.yaml").read_text("utf-8").replace("id: taobao", "id: shop"), "utf-8"
    )
    (place / "first_reply.yaml").write_text(text.replace("First human reply too late", "<b onclick=x>late</b>"), encoding="utf-8")
    assert "<b onclick" not in book.rendered(rulebook.load([place]), "en", "html")


def test_the_book_is_the_same_each_time(tmp_path: Path) -> None:
    packs = [pack for pack in rulebook.load() if pack.id == "allegro"]
    first, second = book.write(packs, tmp_path / "a"), book.write(packs, tmp_path / "b")
    assert [path.name for path in first] == [f"rulebook.{lang}.{suffix}" for lang in LANGS for suffix in ("md", "html")]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


# ---- what a changed pack would have found ----------------------------------------------------------------------------

TALK = (
    ("c1", "2026-03-02T10:00:00+08:00", "buyer", "", "这个有货吗"),
    ("c1", "2026-03-02T10:04:00+08:00", "agent", "lan", "有货的"),
    ("c2", "2026-03-02T10:00:00+08:00", "buyer", "", "这个有货吗"),
    ("c2", "2026-03-02T10:02:30+08:00", "agent", "mei", "有货的"),
)


def request(folder: Path) -> Request:
    names = ("conversation_id", "sent_at", "sender_role", "sender_id", "text")
    rows = [dict(zip(names, row, strict=True)) | {"platform": "pinduoduo", "shop_id": "s1"} for row in TALK]
    path = folder / "talk.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return Request((str(path),), at("2026-03-03 00:00"), folder / "out", lang="en")


def changed_pack(folder: Path, limit: str, more: str = "") -> Path:
    place = folder / "house"
    place.mkdir(parents=True, exist_ok=True)
    head = (RULES / "pinduoduo" / "pack.yaml").read_text(encoding="utf-8").split("appeal:")[0].split("rates:")[0]
    head = head.split("exemptions:")[0].split("includes:")[0].replace("id: pinduoduo", "id: house")
    (place / "pack.yaml").write_text(head, encoding="utf-8")
    text = f"id: house/first_reply\nextends: pinduoduo/first_reply\n{more}params:\n  2020-02-03: {{limit: {limit}}}\n"
    (place / "first_reply.yaml").write_text(text, encoding="utf-8")
    return place


def test_new_gone_and_changed(tmp_path: Path) -> None:
    asked = request(tmp_path)
    stricter = backtest.backtest(asked, [str(changed_pack(tmp_path, "2m"))], [str(changed_pack(tmp_path / "old", "3m"))])
    assert (stricter.before, stricter.after, stricter.same) == (1, 2, 1)
    assert [(f.conversation_id, f.agent_id) for f in stricter.new] == [("c2", "mei")]
    assert backtest.agents(stricter) == [("mei", 1, 0)]
    milder = backtest.backtest(asked, [str(changed_pack(tmp_path, "5m"))], [str(changed_pack(tmp_path / "old", "3m"))])
    assert [(f.conversation_id, f.agent_id) for f in milder.gone] == [("c1", "lan")]
    severer = backtest.backtest(
        asked, [str(changed_pack(tmp_path, "3m", "severity: critical\n"))], [str(changed_pack(tmp_path / "old", "3m"))]
    )
    assert [(before.severity, after.severity) for before, after in severer.changed] == [("minor", "critical")]
    assert not severer.new
    assert not severer.gone
    record = backtest.as_record(severer)
    assert record["changed"][0]["severity_before"] == "minor"
    assert record["quotes"][0]["kind"] == "changed"
    assert json.loads(json.dumps(record)) == record


def test_twenty_quotes_of_each_rule_in_turn(tmp_path: Path) -> None:
    stricter = backtest.backtest(
        request(tmp_path), [str(changed_pack(tmp_path, "2m"))], [str(changed_pack(tmp_path / "old", "3m"))]
    )
    (finding,) = stricter.new
    from dataclasses import replace

    many = tuple(replace(finding, rule_id=f"house/r{n % 3}", conversation_id=f"c{n:03d}") for n in range(60))
    shown = backtest.quotes(replace(stricter, new=many))
    assert len(shown) == 20
    assert [found.rule_id for _, found in shown[:4]] == ["house/r0", "house/r1", "house/r2", "house/r0"]
    text = backtest.as_text(replace(stricter, new=(replace(finding, quote="\x1b[31m红\n字"),)))
    assert "\x1b" not in text
    assert "1 new, 0 gone" in text


def test_on_the_command_line(tmp_path: Path) -> None:
    asked = request(tmp_path)
    arguments = [
        "rules",
        "backtest",
        "--pack",
        str(changed_pack(tmp_path, "2m")),
        "--against",
        str(changed_pack(tmp_path / "old", "3m")),
    ]
    done = CliRunner().invoke(main, [*arguments, "--as-of", "2026-03-03T00:00:00+08:00", asked.inputs[0]])
    assert done.exit_code == 0, done.output
    assert "4 messages in 2 conversations: 1 findings before, 2 after." in done.output
    assert "house/first_reply minor, proven; c2" in done.output
    done = CliRunner().invoke(main, [*arguments, "--as-of", "2026-03-03T00:00:00+08:00", "--json", asked.inputs[0]])
    assert [found["agent_id"] for found in json.loads(done.output)["new"]] == ["mei"]
    done = CliRunner().invoke(main, ["rules", "schema", "--out", str(tmp_path / "schema")])
    assert len(done.output.splitlines()) == 4
    done = CliRunner().invoke(main, ["rules", "new", "corner/quick", "--detector", "phrases", "--folder", str(tmp_path)])
    assert done.exit_code == 0
    done = CliRunner().invoke(main, ["rules", "docs", "--out", str(tmp_path / "book"), "--rules", "allegro"])
    assert len(done.output.splitlines()) == 6
