"""The samples are read as their goldens say; `python tests/test_ingest_samples.py` writes the goldens anew, to be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from auditor.errors import UsageError
from auditor.ingest import FORMATS, Loaded, Options, detect, load
from auditor.normalise import normalise

SAMPLES = Path(__file__).parent.parent / "sample_transcripts"
AS_OF = datetime.fromisoformat("2026-11-21T06:00:00+08:00")
FOLDERS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())


def read(folder: Path) -> Loaded:
    return normalise(load([str(folder)], facts=str(SAMPLES / "facts.yaml"), options=Options(as_of=AS_OF)))


def rows(loaded: Loaded) -> Iterator[dict[str, object]]:
    names = {index: Path(item.path).name for index, item in enumerate(loaded.inputs)}
    for table, frame in (("messages", loaded.messages), ("orders", loaded.orders), ("notices", loaded.notices)):
        for record in frame.iter_rows(named=True):
            offset = timezone(timedelta(seconds=record.pop("offset_s", 0) or 0))
            shown: dict[str, object] = {"table": table}
            for name, value in record.items():
                if value is None or value is False or name == "seen_until":
                    continue
                shown[name] = value.astimezone(offset).isoformat() if isinstance(value, datetime) else str(value)
            yield {**shown, "source": names[record["source"]], "row": record["row"]}
    for bad in loaded.quarantined:
        yield {"table": "quarantine", "source": Path(bad.file).name, "row": bad.row, "column": bad.column, "reason": bad.reason}


def golden(folder: Path) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(read(folder)))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_sample_reads_as_its_golden_says(name: str) -> None:
    assert golden(SAMPLES / name) == (SAMPLES / name / "expected.jsonl").read_text(encoding="utf-8")


def test_the_whole_folder_reconciles() -> None:
    loaded = normalise(load([str(SAMPLES)], options=Options(as_of=AS_OF)))
    assert all(item.status == "read" for item in loaded.inputs)
    for item in loaded.inputs:
        assert item.rows == item.accepted + item.duplicate + item.quarantined + item.blank
    assert sum(item.quarantined for item in loaded.inputs) == len(loaded.quarantined) == 0
    assert set(loaded.shops) == {"880011", "nw_gear"}
    assert loaded.notices.height == 2


def test_every_format_has_a_sample() -> None:
    found = {
        detect(path).format for path in SAMPLES.rglob("*") if path.is_file() and path.name not in ("expected.jsonl", "README.md")
    }
    assert found == {row.id for row in FORMATS}


def test_detection_says_what_it_saw() -> None:
    seen = detect(SAMPLES / "pinduoduo" / "orders_promised.csv")
    assert (seen.format, seen.kind, seen.encoding, seen.header_row, seen.zone) == (
        "pinduoduo_orders", "orders", "gb18030", 2, "Asia/Shanghai",
    )  # fmt: skip
    assert "ship_by" in seen.understood
    assert "商品规格" in seen.ignored
    assert seen.first_rows[0]["order_id"] == "261116-600000000000002"
    shown = str(seen).splitlines()
    assert shown[1] == "format:   pinduoduo_orders"
    assert any(line.split() == ["ship_by", "←", "承诺发货时间"] for line in shown)
    assert any("order_id = 261116-600000000000002" in line for line in shown)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file is empty"), (b"\x00\xff\xfe\x07" * 50, "not UTF-8"), (b"name,age\nann,3\n", "it has 2 columns: name, age")],
)
def test_what_is_not_known_says_what_was_seen_and_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x").write_bytes(content)
    shown = str(detect(tmp_path / "x"))
    assert "unknown" in shown.splitlines()[1]
    assert said in shown
    assert "auditor formats list" in shown


def test_detection_of_no_file_or_a_folder_is_wrong_usage(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError):
            detect(path)


def test_names_do_not_matter_and_order_neither(tmp_path: Path) -> None:
    for number, path in enumerate(sorted(SAMPLES.rglob("*.*"), reverse=True)):
        if path.name not in ("expected.jsonl", "README.md"):
            (tmp_path / f"{number:02}.dat").write_bytes(path.read_bytes())
    place = ["source", "row"]
    here = normalise(load([str(SAMPLES)], options=Options(as_of=AS_OF)))
    there = normalise(load([str(tmp_path)], options=Options(as_of=AS_OF)))
    assert here.messages.drop(place).equals(there.messages.drop(place))
    assert here.orders.drop(place).equals(there.orders.drop(place))
    assert isinstance(here.messages, pl.DataFrame)


if __name__ == "__main__":
    for name in FOLDERS:
        (SAMPLES / name / "expected.jsonl").write_text(golden(SAMPLES / name), encoding="utf-8")
