"""Whole files through the loader: what is read, what is refused with which reason, and that nothing is lost on the way."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from auditor.errors import UsageError
from auditor.ingest import Loaded, Options, json_blocks, load
from auditor.ingest import objects as json_rows
from auditor.model import MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS

OPTIONS = Options(as_of=datetime.fromisoformat("2026-11-21T06:00:00+08:00"))
HEADER = "conversation_id,message_id,sent_at,sender_role,sender_id,text,platform"
ROW = "c1,m1,2026-11-10 09:30:00,buyer,b1,什么时候发货呢，麻烦帮我看一下,pinduoduo"


def read(folder: Path, name: str, content: bytes | str, **more: object) -> Loaded:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    loaded = load([str(path)], options=OPTIONS, **more)  # type: ignore[arg-type]
    (item,) = loaded.inputs
    assert item.rows == item.accepted + item.duplicate + item.quarantined + item.blank
    assert dict(loaded.messages.schema) == MESSAGE_COLUMNS
    assert dict(loaded.orders.schema) == ORDER_COLUMNS
    assert dict(loaded.notices.schema) == NOTICE_COLUMNS
    return loaded


def why(loaded: Loaded) -> str:
    (item,) = loaded.inputs
    assert item.status == "refused"
    assert [(bad.row, bad.reason) for bad in loaded.quarantined] == [(0, item.reason)]
    return item.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    loaded = read(tmp_path, "a.csv", f"{HEADER}\r\n{ROW}\r\n".replace(",", separator).encode(encoding))
    assert loaded.messages["text"].to_list() == ["什么时候发货呢，麻烦帮我看一下"]
    assert loaded.messages["offset_s"].to_list() == [28800]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", "請問什麼時候出貨呢謝謝您"),
        ("cp1250", "Dzień dobry, proszę o paczkę, łąka"),
        ("euc_kr", "안녕하세요 언제 배송되나요"),
    ],
)
def test_other_encodings_are_refused_not_guessed(tmp_path: Path, encoding: str, text: str) -> None:
    body = f"{HEADER}\n" + f"c1,m1,2026-11-10 09:30:00,buyer,b1,{text},other\n" * 5
    assert "UTF-8" in why(read(tmp_path, "a.csv", body.encode(encoding)))


def test_a_bad_byte_costs_its_row_only(tmp_path: Path) -> None:
    body = f"{HEADER}\n{ROW}\n".encode() + ROW.replace("m1", "m2").encode().replace("货".encode(), b"\xff") + b"\n"
    loaded = read(tmp_path, "a.csv", body)
    assert (loaded.messages.height, [bad.row for bad in loaded.quarantined]) == (1, [3])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08rest", "damaged gz file"),
        (b"name,age\nann,3\n", "its first line is: name, age"),
        (f"{HEADER.replace('sent_at,', '')}\n".encode(), "needed column sent_at is missing; the header is: conversation_id"),
        (f"{HEADER},Text\n{ROW},x\n".encode(), "two columns are named 'Text'"),
        (b'{"order_id": 1', "not readable as one JSON document"),
        (b'[{"order_id": NaN, "paid_at": null}]', "NaN is not JSON"),
        (b'{"code": 0}\n', "its keys are: code"),
        (b"PK\x03\x04 not a zip", "damaged or cut zip file"),
        (f"{HEADER}\n{ROW}\n".encode() + b"\x00" * 100, "zero bytes"),
        (b'{"a":' * 5000, "too deeply nested"),
    ],
)
def test_refusals_name_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in why(read(tmp_path, "x.dat", content))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (("buyer", "owner"), "sender_role"),
        (("2026-11-10 09:30:00", "2026-11-22 09:30:00"), "sent_at"),
        (("2026-11-10 09:30:00", "昨天 14:20"), "sent_at"),
        (("2026-11-10 09:30:00", "2020-11-10 09:30:00"), "sent_at"),
        (("c1", "nan"), "conversation_id"),
        (("b1", "1.2E+17"), "sender_id"),
        (("麻烦", "\x00"), "text"),
        (("麻烦", "呀" * 100_001), "text"),
    ],
)
def test_bad_rows_are_quarantined_and_the_rest_is_read(tmp_path: Path, change: tuple[str, str], column: str) -> None:
    loaded = read(tmp_path, "a.csv", f"{HEADER}\n{ROW}\n{ROW.replace(*change)}\n")
    (bad,) = loaded.quarantined
    assert (loaded.messages.height, bad.row, bad.column) == (1, 3, column)
    assert len(bad.raw) <= 2_000


def test_json_lines_each_stand_for_themselves(tmp_path: Path) -> None:
    good = {"conversation_id": 12345678901234567890, "sent_at": 1794274200, "sender_role": "客服", "text": "在", "platform": "jd"}
    lines = [
        json.dumps(good), "", "{broken", '{"text":"a","text":"b"}', '{"text" :"a","text":"b"}', json.dumps({**good, "order_id": 1.5}),  # noqa: E501
        '{"text":"\\ud800"}', "[1]", '{"conversation_id":NaN}', json.dumps({**good, "Text ": "x"}),
    ]  # fmt: skip
    loaded = read(tmp_path, "a.jsonl", "\n".join(lines))
    assert loaded.messages.select("conversation_id", "sender_role", "offset_s").rows() == [
        ("12345678901234567890", "agent", 28800)
    ]
    assert [bad.row for bad in loaded.quarantined] == [3, 4, 5, 6, 7, 8, 9, 10]


VALUES = st.one_of(
    st.none(), st.text(max_size=5), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.booleans(), st.just([1])
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c", 'k":', "A"]), VALUES, min_size=1), min_size=1, max_size=5),
    st.booleans(),
)
def test_quick_json_equals_careful_json(values: list[dict[str, object]], spaced: bool) -> None:
    separators = (", ", " : ") if spaced else (",", ":")
    data = "\n".join(json.dumps(value, separators=separators) for value in values).encode()
    numbered = list(json_rows.lines(data))
    slow_faults: list[json_rows.RowFault] = []
    slow = json_rows.of_objects(json_rows.careful(numbered, slow_faults), ["a", "b"], slow_faults, set())
    at_once = json_blocks.fast(data)
    if at_once is not None:
        assert not slow_faults
        assert json_rows._wanted(at_once, ["a", "b"], 1).equals(slow)
    quick_faults: list[json_rows.RowFault] = []
    quick = json_rows._chunk(numbered, ["a", "b"], quick_faults, set())
    assert quick.equals(slow)
    assert {fault.row for fault in quick_faults} == {fault.row for fault in slow_faults}


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(['"x"', "null", '"\\"a\\":null"', "1"])), max_size=3),
        min_size=1,
        max_size=3,
    )
)
def test_lines_read_at_once_have_no_doubled_or_missing_keys(pairs: list[list[tuple[str, str]]]) -> None:
    data = "\n".join("{" + ",".join(f'"{key}":{value}' for key, value in line) + "}" for line in pairs).encode()
    found = json_blocks.fast(data)
    if found is not None:
        faults: list[json_rows.RowFault] = []
        slow = json_rows.of_objects(json_rows.careful(list(json_rows.lines(data)), faults), found.columns, faults, set())
        assert not faults
        assert found.equals(slow.drop("row"))


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_workbooks_keep_dates_and_refuse_rounded_ids(tmp_path: Path) -> None:
    good = ["c1", "buyer", datetime(2026, 11, 10, 9, 30), "在吗", "pinduoduo", "395056780000000001"]  # noqa: DTZ001
    bad = [*good[:5], 395056780000000001]
    data = workbook([["", "导出"], ["conversation_id", "sender_role", "sent_at", "text", "platform", "order_id"], good, [], bad])
    loaded = read(tmp_path, "a.xlsx", data)
    assert loaded.messages.select("order_id", "row", "sent_at").row(0)[:2] == ("395056780000000001", 3)
    assert loaded.messages["sent_at"][0].isoformat() == "2026-11-10T01:30:00+00:00"
    assert ([bad.row for bad in loaded.quarantined], loaded.inputs[0].blank) == ([5], 1)


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_cut_workbooks_are_refused(tmp_path: Path, part: float) -> None:
    data = workbook([HEADER.split(","), list(ROW.split(","))])
    assert "workbook" in why(read(tmp_path, "a.xlsx", data[: int(len(data) * part)]))


@pytest.mark.parametrize(
    ("extra", "reason"),
    [(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "document type"), (b" " * (40 << 20), "more than is safe")],
)
def test_workbooks_that_attack_are_refused(tmp_path: Path, extra: bytes, reason: str) -> None:
    stream = io.BytesIO(workbook([HEADER.split(",")]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/extra.xml", extra)
    assert reason in why(read(tmp_path, "a.xlsx", stream.getvalue()))


def test_totals_are_blank_and_lines_of_an_order_are_one(tmp_path: Path) -> None:
    header = "订单号,订单状态,商品id,用户实付金额(元),商家实收金额(元),承诺发货时间,支付时间"
    rows = "261116-1,待发货,1,10,9,2026-11-18 10:00:00,2026-11-16 10:00:00\n261116-1,待发货,2,5.5,5,2026-11-18 10:00:00,2026-11-16 10:00:00\n"  # noqa: E501
    loaded = read(tmp_path, "a.csv", f"说明：导出\n{header}\n{rows}总计,,,15.5,14,,\n")
    assert loaded.orders.select("order_id", "product_id", "amount").rows()[0][:2] == ("261116-1", None)
    assert str(loaded.orders["amount"][0]) == "15.50"
    assert (loaded.inputs[0].rows, loaded.inputs[0].accepted, loaded.inputs[0].blank) == (3, 2, 1)


def test_a_formula_is_no_order(tmp_path: Path) -> None:
    loaded = read(
        tmp_path, "a.csv", 'order_id,platform,status\n=1+1,jd,paid\n=""0042"",jd,paid\n'.replace('=""0042""', '="0042"')
    )
    assert (loaded.orders["order_id"].to_list(), [bad.row for bad in loaded.quarantined]) == (["0042"], [2])


def test_an_order_time_that_came_twice_is_taken_as_kindly_as_it_can_be(tmp_path: Path) -> None:
    body = "order_id,platform,ship_by,shipped_at\n1,allegro,2026-10-25 02:30:00,2026-10-25 02:30:00\n"
    loaded = read(tmp_path, "a.csv", body)
    assert [at.isoformat() for at in loaded.orders.select("ship_by", "shipped_at").row(0)] == [
        "2026-10-25T01:30:00+00:00", "2026-10-25T00:30:00+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("version: 1\nshops:\n  a:\n    platfrom: jd\n", "line 4: unknown key 'platfrom' in shop a; did you mean platform?"),
        ("version: 1\nshops:\n  a: {platform: jd}\n  a: {platform: jd}\n", "line 4: key 'a' stands twice"),
        ("version: 2\nshops: {}\n", "line 1: version '2' is not known"),
        ("version: 1\nshops:\n  a:\n    facts:\n      - {slot: price, value: 1, valid_from: 1.10.2026}\n", "line 5: valid_from: '1.10.2026' is not a date"),  # noqa: E501
        ("version: 1\nshops:\n  a:\n    facts:\n      - {slot: price}\n", "line 5: value is needed"),
        ("version: 1\nshops: &x\n  a: {}\n", "line 2: anchors"),
        ("version: 1\nshops:\n  a: {timezone: Nowhere/Land}\n", "line 3: timezone 'Nowhere/Land' is not known"),
        ("version: 1\nshops:\n  a: {name: !!python/object:os.system x}\n", "line 3: tag "),
    ],
)  # fmt: skip
def test_facts_are_read_strictly(tmp_path: Path, body: str, reason: str) -> None:
    assert reason in why(read(tmp_path, "facts.yaml", body))


def test_facts_keep_values_as_written_and_set_the_shop_zone(tmp_path: Path) -> None:
    (tmp_path / "z_facts.yaml").write_text(
        "version: 1\nshops:\n  s1:\n    timezone: Europe/Warsaw\n    facts:\n"
        "      - {slot: price, product_id: 007, value: 1.10, except: {no: 2}, valid_to: null}\n"
    )
    (tmp_path / "a.csv").write_text(f"{HEADER},shop_id\n{ROW},s1\n")
    loaded = load([str(tmp_path)], options=OPTIONS)
    (fact,) = loaded.shops["s1"].facts
    assert (fact.product_id, fact.value, fact.exceptions, fact.valid_to) == ("007", "1.10", (("no", "2"),), None)
    assert loaded.messages["offset_s"].to_list() == [3600]


def test_paths_that_are_not_there_are_told_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load([str(tmp_path / "none"), str(tmp_path / "*.csv")], facts="nowhere.yaml", options=OPTIONS)
    assert len(caught.value.faults) == 3
    with pytest.raises(UsageError, match="--timezone"):
        load([], options=Options(as_of=OPTIONS.as_of, timezone="CST"))


def test_a_kind_that_was_said_must_be_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n")
    loaded = load([], orders=[str(tmp_path / "a.csv")], options=OPTIONS)
    assert "given as orders, but it holds transcript" in loaded.inputs[0].reason


def test_documentation_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("README.md", ".hidden.csv", "expected.jsonl", "note.txt"):
        (tmp_path / name).write_text("words only\n")
    loaded = load([str(tmp_path)], options=OPTIONS)
    assert [Path(item.path).name for item in loaded.inputs] == ["note.txt"]
    assert loaded.inputs[0].status == "refused"


def test_blanks_of_platform_and_shop_are_filled_from_the_conversation(tmp_path: Path) -> None:
    lines = [
        f"{HEADER},shop_id,order_id",
        f"{ROW},s1,o1",
        "c1,m2,2026-11-10 09:31:00,agent,a,在,,,",
        "c2,m3,2026-11-10 09:31:00,agent,,在,,,",
    ]
    found = read(tmp_path, "a.csv", "\n".join(lines)).messages.select("platform", "shop_id", "order_id", "sender_id").rows()
    assert found == [("pinduoduo", "s1", "o1", "b1"), ("pinduoduo", "s1", None, "a"), ("unknown", None, None, None)]


def test_lines_of_the_platform_are_the_systems_and_labelled_answers_the_bots(tmp_path: Path) -> None:
    texts = ["【即将超时】请尽快回复", "在的亲（此消息由机器人自动回复）", "请不要未回复买家"]
    lines = [HEADER, *(f"c1,m{n},2026-11-10 09:31:00,agent,a,{text},jd" for n, text in enumerate(texts))]
    assert read(tmp_path, "a.csv", "\n".join(lines)).messages["sender_role"].to_list() == ["system", "bot", "agent"]


def test_messages_without_an_id_get_a_lasting_one(tmp_path: Path) -> None:
    body = f"{HEADER}\n" + ROW.replace("m1", "") + "\n" + ROW.replace("m1", "") + "\n"
    first, second = read(tmp_path, "a.csv", body).messages["message_id"].to_list()
    assert second == f"{first}-2"
    assert read(tmp_path, "b.csv", body).messages["message_id"].to_list() == [first, second]
