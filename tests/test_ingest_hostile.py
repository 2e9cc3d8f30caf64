"""Files that are broken, crafted or still on their way: each class ends in a clear verdict, in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from auditor.ingest import Loaded, Options, load
from auditor.ingest.encoding import POLISH_WORDS, to_utf8
from auditor.ingest.tables import Refused
from auditor.sandbox import limited

OPTIONS = Options(as_of=datetime.fromisoformat("2026-11-21T06:00:00+08:00"))
HEADER = "conversation_id,message_id,sent_at,sender_role,sender_id,text,platform"
ROW = "c1,m1,2026-11-10 09:30:00,buyer,b1,什么时候发货呢，麻烦帮我看一下,pinduoduo"
CSV = f"{HEADER}\n{ROW}\n".encode()
POLISH = "Dzień dobry, proszę o paczkę; kiedy wyślecie? Dziękuję, życzę miłego wieczoru, łąka źródło święto ćma"


def read(folder: Path, files: dict[str, bytes], options: Options = OPTIONS) -> Loaded:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    loaded = load([str(folder)], options=options)
    for item in loaded.inputs:
        assert item.rows == item.accepted + item.duplicate + item.quarantined + item.blank
        assert item.status == "read" or (item.reason and not item.accepted)
    return loaded


def verdict(folder: Path, name: str, data: bytes, options: Options = OPTIONS) -> str:
    (item,) = read(folder, {name: data}, options).inputs
    return f"{item.status}: {item.reason}"


def zipped(files: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", level) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def book(cells: dict[tuple[int, int], object], sheets: int = 1) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        for number in range(sheets):
            sheet = made.add_worksheet()
            for (row, column), cell in cells.items() if number == sheets - 1 else ():
                sheet.write(row, column, cell)
    return stream.getvalue()


def table() -> dict[tuple[int, int], object]:
    return {(r, c): cell for r, line in enumerate((HEADER, ROW)) for c, cell in enumerate(line.split(","))}


def html(rows: str, after: str = "</table></body></html>") -> bytes:
    head = "".join(f"<th>{name}</th>" for name in HEADER.split(","))
    return f"<!DOCTYPE html><html><body><table><tr>{head}</tr>{rows}{after}".encode()


def cells(text: str, first: str = "<td>c1</td>") -> str:
    return f"<tr>{first}<td>m1</td><td>2026-11-10 09:30:00</td><td>buyer</td><td>b1</td><td>{text}</td><td>jd</td></tr>"


# ---- archives ------------------------------------------------------------------------------------------------------------


def test_packed_exports_are_read_and_named_by_their_place(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        {
            "a.csv.gz": gzip.compress(CSV),
            "b.zip": zipped({"x/one.csv": CSV.replace(b"m1", b"m2"), "two.csv": CSV.replace(b"m1", b"m3")}),
        },
    )
    assert [Path(item.path).name for item in loaded.inputs] == ["a.csv.gz", "two.csv", "one.csv"]
    assert loaded.inputs[2].path.endswith("b.zip/x/one.csv")
    assert sorted(loaded.messages["message_id"].to_list()) == ["m1", "m2", "m3"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv.gz", gzip.compress(CSV)[:-12], "cut"),
        ("a.csv.gz", gzip.compress(gzip.compress(CSV)), "archive within"),
        ("a.csv.gz", gzip.compress(CSV)[:-8] + b"\x00" * 8, "damaged gz"),
        ("a.csv.gz", gzip.compress(CSV) + b"rest", "damaged gz"),
        ("a.csv.gz", gzip.compress(b" " * (48 << 20)), "more than is safe"),
        ("a.csv.gz", CSV, "the name says a gz file, but it is plain text"),
        ("a.zip", zipped({"b.zip": zipped({"c.csv": CSV})}), "archive within"),
        ("a.zip", zipped({f"{n}.csv": b"" for n in range(2_001)}), "2,001 entries"),
        ("a.zip", zipped({"a.csv": b" " * (48 << 20)}), "more than is safe"),
        ("a.zip", zipped({"a.csv": CSV})[:-30], "cut zip file"),
        ("a.csv", gzip.compress(CSV), "it is a gz file"),
    ],
)
def test_bad_archives_are_refused(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    found = verdict(tmp_path, name, data)
    assert found.startswith("refused")
    assert reason in found


def test_names_inside_a_zip_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ("../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a\x1b[2J.csv")
    loaded = read(folder, {"a.zip": zipped({name: CSV.replace(b"m1", str(n).encode()) for n, name in enumerate(names)})})
    assert loaded.messages.height == 4
    assert all("a.zip/" in item.path and ".." not in item.path and item.path.isprintable() for item in loaded.inputs)
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.zip"]


def test_a_link_inside_a_zip_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "a link inside a zip file" in verdict(tmp_path, "a.zip", stream.getvalue())


# ---- workbooks and pages -------------------------------------------------------------------------------------------------


def test_far_cells_gaps_and_other_sheets(tmp_path: Path) -> None:
    far = read(tmp_path, {"a.xlsx": book({**table(), (3, 16_383): "far"}, sheets=3)})
    assert ([(bad.row, bad.reason[:13]) for bad in far.quarantined], far.messages.height) == ([(4, "the row has c")], 1)
    gap = read(tmp_path, {"a.xlsx": book({**table(), (1_048_575, 0): "c2"})})
    assert ([(bad.row, bad.column) for bad in gap.quarantined], gap.messages.height) == ([(1_048_576, "sent_at")], 1)
    both = book({**table(), (1_048_575, 0): "c2", (3, 16_383): "far"})
    assert verdict(tmp_path, "a.xlsx", both).startswith("refused")  # its seventeen thousand million cells kill the reader


def test_too_many_sheets_are_refused(tmp_path: Path) -> None:
    assert "256 sheets" in verdict(tmp_path, "a.xlsx", book(table(), sheets=256))


def test_a_reader_that_dies_or_hangs_costs_its_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = book(table())
    monkeypatch.setattr(limited, "MEMORY", 1 << 20)
    monkeypatch.setattr(limited, "MEMORY_A_BYTE", 0)
    wide = book({**table(), **{(r, 900): "x" * 50 for r in range(2, 20_000)}})
    assert verdict(tmp_path, "a.xlsx", wide).startswith("refused: the ")
    monkeypatch.undo()
    (tmp_path / "a.xlsx").unlink()
    assert verdict(tmp_path, "b.xlsx", good).startswith("read")


def test_tables_of_pages(tmp_path: Path) -> None:
    markup = cells("<b>你好</b><br>第二行<img src=x onerror=alert(1)><script>evil()</script>&lt;i&gt;")
    loaded = read(tmp_path, {"a.html": html(markup), "old.xls": html(cells("x").replace("m1", "m2"))})
    assert loaded.messages.sort("message_id")["text"].to_list() == ["你好\n第二行<i>", "x"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (html(cells("x"), after=""), "it was cut"),
        (html(cells("x"), after="<tr><td>c2</td><td"), "it was cut"),
        (b"<html>" + b"<div>" * 2_000 + html(cells("x")), "nested too deeply"),
        (b"<html><p>no table</p></html>", "no table"),
        (html(cells("x", first="<td colspan=1000000000>c1</td>")), ""),
    ],
)
def test_broken_pages(tmp_path: Path, data: bytes, reason: str) -> None:
    found = read(tmp_path, {"a.html": data})
    assert found.messages.height == 0
    assert reason in found.inputs[0].reason
    assert found.quarantined


@pytest.mark.parametrize(
    ("name", "data"), [("a.csv", book(table())), ("a.xlsx", html(cells("x"))), ("a.jsonl", b'[\n{"a": 1}\n]'), ("a.json", CSV)]
)
def test_a_name_that_contradicts_is_told(tmp_path: Path, name: str, data: bytes) -> None:
    assert "the name says" in verdict(tmp_path, name, data)


# ---- encodings -----------------------------------------------------------------------------------------------------------


def test_polish_is_read_where_it_is_plain_and_named_where_it_is_not() -> None:
    assert to_utf8(POLISH.encode("cp1250")).name == "cp1250"
    assert to_utf8(POLISH.encode("cp1250")).data.decode() == POLISH
    for data in (
        POLISH.encode("iso8859-2"),
        "Zażółć Żółw".encode("cp1250"),
        "Čeština říká žluťoučký kůň úpěl ďábelské ódy šíleně".encode("cp1250"),
    ):
        with pytest.raises(Refused, match="--encoding"):
            to_utf8(data)
    assert to_utf8(POLISH.encode("iso8859-2"), "iso8859-2").data.decode() == POLISH
    assert POLISH_WORDS > 5


def test_two_encodings_in_one_file_cost_the_rows_of_the_other(tmp_path: Path) -> None:
    rows = [ROW.replace("m1", f"m{n}") for n in range(4)]
    mixed = f"{HEADER}\n{rows[0]}\n{rows[1]}\n".encode() + f"{rows[2]}\n{rows[3]}\n".encode("gbk")
    cut = (
        f"{HEADER}\n{rows[0]}\n{rows[1]}\n{rows[2]}\n".encode("gbk")
        + rows[3].encode("gbk").replace("看一下".encode("gbk"), b"\xbf")
        + b"\n"
    )
    loaded = read(tmp_path, {"a.csv": mixed})
    assert ([bad.row for bad in loaded.quarantined], loaded.messages.height) == ([4, 5], 2)
    (tmp_path / "a.csv").unlink()
    loaded = read(tmp_path, {"b.csv": cut})
    assert ([bad.row for bad in loaded.quarantined], loaded.messages.height) == ([5], 3)


@pytest.mark.parametrize("encoding", ["big5", "euc_kr", "shift_jis", "cp1251", "utf-16-le"])
def test_what_is_not_plain_asks_for_the_option(tmp_path: Path, encoding: str) -> None:
    text = {
        "euc_kr": "안녕하세요 언제 배송되나요 감사합니다",
        "cp1251": "Здравствуйте когда отправите",
        "shift_jis": "いつ発送されますか",
    }
    data = CSV.decode().replace("什么时候发货呢，麻烦帮我看一下", text.get(encoding, "請問什麼時候出貨")).encode(encoding)
    assert verdict(tmp_path, "a.csv", data).startswith("refused")
    if encoding == "big5":
        assert verdict(tmp_path, "a.csv", data, Options(as_of=OPTIONS.as_of, encoding="big5")).startswith("read")


def test_garbled_texts_are_noted(tmp_path: Path) -> None:
    garbled = "在吗请问什么时候发货谢谢".encode().decode("gb18030", "ignore")
    assert "garbled" in verdict(tmp_path, "a.csv", CSV.decode().replace("什么时候发货呢，麻烦帮我看一下", garbled).encode())


# ---- what is no file, or not yet -----------------------------------------------------------------------------------------


def test_files_that_are_still_written_are_left_for_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = read(tmp_path, {"a.csv": CSV, "b.csv.part": CSV, "c.csv.crdownload": CSV, "~$d.xlsx": b"x"})
    assert [item.status for item in loaded.inputs] == ["read", "postponed", "postponed", "postponed"]
    from auditor.ingest import arrival

    def grow(_: float) -> None:
        with (tmp_path / "a.csv").open("ab") as stream:
            stream.write(ROW.replace("m1", "m2").encode() + b"\n")

    monkeypatch.setattr(arrival.time, "sleep", grow)
    again = load([str(tmp_path / "a.csv")], options=Options(as_of=OPTIONS.as_of, settle=0.01))
    assert [item.status for item in again.inputs] == ["postponed"]
    assert again.messages.height == 0


def test_a_fresh_archive_that_is_cut_is_left_an_old_one_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.csv": CSV})[:-30])
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(CSV)[:-12])
    now = Options(as_of=datetime.now(UTC))
    assert [item.status for item in load([str(tmp_path)], options=now).inputs] == ["postponed", "postponed"]
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    assert [item.status for item in load([str(tmp_path)], options=now).inputs] == ["refused", "refused"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "up").symlink_to(tmp_path)
    with (tmp_path / "sparse.csv").open("wb") as stream:
        stream.truncate(3 << 30)
    loaded = read(tmp_path, {"a.csv": CSV, "a\nb.csv": CSV.replace(b"m1", b"m2")})
    assert sum(item.status == "read" for item in loaded.inputs) == 2
    assert all("\n" not in item.path for item in loaded.inputs)
    assert {item.reason.split(";")[0][:24] for item in loaded.inputs if item.status != "read"} <= {
        "not a regular file",
        "larger than 1024 MB",
    }
