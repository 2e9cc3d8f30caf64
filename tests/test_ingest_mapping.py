"""Formats that are data: what a mapping may say, what is told when it is wrong, and the rows that come of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from auditor.conversations import with_export_ends
from auditor.errors import UsageError
from auditor.ingest import FORMATS, Loaded, Options, load
from auditor.ingest.globs import matches, pick
from auditor.ingest.mapping import read_mapping
from auditor.ingest.markup import plain
from auditor.ingest.paths import Lookup, Record, get, records

AS_OF = datetime.fromisoformat("2026-11-21T06:00:00+08:00")
CHAT = """\
version: 1
id: sheet
kind: transcript
platform: taobao
recognise: [会话, 时间, 内容]
fields:
  conversation_id: 会话
  sent_at: 时间
  sender_role: 谁
  sender_id: [客服, 谁]
  text: 内容
"""
ORDERS = "version: 1\nid: mine\nkind: orders\nrecognise: [no]\nfields: {order_id: no, paid_at: paid, shipped_at: sent}\n"


def read(folder: Path, mapping: str, name: str, content: str | bytes) -> Loaded:
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    loaded = load([str(path)], options=Options(as_of=AS_OF, mappings=(str(folder / "map.yaml"),)))
    (item,) = loaded.inputs
    assert item.rows == item.accepted + item.duplicate + item.quarantined + item.blank
    return loaded


def test_a_table_is_read_by_a_mapping(tmp_path: Path) -> None:
    body = "记录导出\n会话 ,时间,谁,客服,内容,备注\na,2026-11-10 09:00:00,买家,,在吗,x\na,2026-11-10 09:01:00,客服,小满,在的,\n"
    loaded = read(tmp_path, CHAT, "a.csv", body)
    assert loaded.messages.select("sender_role", "sender_id", "text", "row").rows() == [
        ("buyer", "买家", "在吗", 3), ("agent", "小满", "在的", 4),
    ]  # fmt: skip
    assert loaded.inputs[0].format == "sheet"


def test_values_are_patterns_and_unknown_ones_are_shown(tmp_path: Path) -> None:
    mapping = (
        CHAT.replace("谁\n  sender_id: [客服, 谁]", "谁\n  sender_id: 谁") + "values:\n  sender_role: {'店:*': agent, B: buyer}\n"
    )
    body = "会话,时间,谁,内容\na,2026-11-10 09:00:00,店:一,1\na,2026-11-10 09:00:01,b ,2\na,2026-11-10 09:00:02,谁呢,3\n"
    loaded = read(tmp_path, mapping, "a.csv", body)
    assert loaded.messages["sender_role"].to_list() == ["agent", "buyer"]
    (bad,) = loaded.quarantined
    assert (bad.row, bad.column) == (4, "sender_role")
    assert "谁呢" in bad.raw


def test_without_a_role_the_buyer_is_the_sender_who_is_the_buyer(tmp_path: Path) -> None:
    mapping = (
        CHAT.replace("conversation_id: 会话", "buyer_id: 会话").replace("  sender_role: 谁\n", "").replace("[客服, 谁]", "谁")
    )
    body = "会话,时间,谁,内容\nb1,2026-11-10 09:00:00,b1,在吗\nb1,2026-11-10 09:00:01,小满,在\nb**1,2026-11-10 09:00:02,小满,在\n"
    loaded = read(tmp_path, mapping, "a.csv", body)
    assert loaded.messages.select("conversation_id", "sender_role").rows() == [("b1", "buyer"), ("b1", "agent")]
    (bad,) = loaded.quarantined
    assert "masked" in bad.reason


def test_times_in_other_spellings_and_columns_that_are_joined(tmp_path: Path) -> None:
    mapping = CHAT.replace("sent_at: 时间", "sent_at: {join: [日, 时间]}").replace("[会话, 时间, 内容]", "[会话, 日, 内容]")
    body = "会话,日,时间,谁,内容\na,10.11.2026,09:00,买家,在吗\na,11/10/26,9:05 PM,买家,在吗\na,2026-11-10,09:10:00,买家,嗯\n"
    loaded = read(tmp_path, mapping + "times: ['%d.%m.%Y %H:%M', '%m/%d/%y %I:%M %p']\n", "a.csv", body)
    assert [at.isoformat() for at in loaded.messages["sent_at"]] == [
        "2026-11-10T01:00:00+00:00", "2026-11-10T13:05:00+00:00", "2026-11-10T01:10:00+00:00",
    ]  # fmt: skip


NESTED = """\
version: 1
id: desk
kind: transcript
platform: allegro
clock: utc
recognise: [body, ^.requester.id]
records: tickets.comments
lookups: {author: {in: ^.^.users, key: id, by: author_id}}
fields:
  conversation_id: ^.id
  message_id: id
  sent_at: at
  sender_role: author.role
  sender_id: author_id
  text: body
  attachments: files
html: [text]
leave_out: {public: ["false"]}
also:
  - records: tickets
    fields: {conversation_id: id, sent_at: at, sender_id: requester.id, text: opening}
    constants: {sender_role: buyer}
"""


def test_nested_json_with_people_beside_it(tmp_path: Path) -> None:
    comments = [
        {"id": 3, "at": "2026-11-10T10:00:00Z", "author_id": 9, "body": None, "public": True, "files": [{"type": "image/png"}]},
        {"id": 2, "at": "2026-11-10T09:00:00Z", "author_id": 7, "body": "<p>Tak &amp; <b>jutro</b></p>", "public": True},
        {"id": 1, "at": "2026-11-10T08:30:00Z", "author_id": 7, "body": "internal", "public": False},
    ]
    ticket = {"id": 5, "at": "2026-11-10T08:00:00Z", "opening": "Gdzie paczka?", "requester": {"id": 9}, "comments": comments}
    users = [{"id": 7, "role": "agent"}, {"id": 9, "role": "end-user"}]
    loaded = read(tmp_path, NESTED, "a.json", json.dumps({"tickets": [ticket], "users": users}))
    found = loaded.messages.sort("sent_at").select("conversation_id", "sender_role", "text", "content_type", "offset_s").rows()
    assert found == [
        ("5", "buyer", "Gdzie paczka?", "text", 3600),
        ("5", "agent", "Tak & jutro", "text", 3600),
        ("5", "buyer", "", "image", 3600),
    ]
    assert (loaded.inputs[0].rows, loaded.inputs[0].blank) == (4, 1)
    assert "left out" in loaded.inputs[0].reason


def test_lines_of_json_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    mapping = (
        CHAT.replace("谁\n  sender_id: [客服, 谁]", "who.role").replace("会话", "c").replace("时间", "t").replace("内容", "x")
    )
    lines = [
        '{"c":"a","t":1794274200,"who":{"role":"buyer"},"x":"1"}',
        "",
        "[1]",
        '{"c":"a","t":1794274260000,"who":{"role":"agent"},"x":"2"}',
    ]
    loaded = read(tmp_path, mapping, "a.jsonl", "\n".join(lines))
    assert loaded.messages.select("sender_role", "row").rows() == [("buyer", 1), ("agent", 4)]
    assert [bad.row for bad in loaded.quarantined] == [3]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (CHAT.replace("  conversation_id: 会话\n", ""), ":6: conversation_id or buyer_id is needed"),
        (CHAT.replace("sent_at", "send_at"), ":8: 'send_at' is not a field of transcript; did you mean sent_at?"),
        (CHAT.replace("  text: 内容\n", ""), ":6: the field text is needed; write `text: `"),
        (CHAT + "values:\n  sender_role: {a: seller}\n", ":13: 'seller' is not a sender_role"),
        (CHAT + "timezone: Polska\n", ":12: 'Polska' is not a known zone"),
        (CHAT + "times: [dd.mm.yyyy]\n", ":12: 'dd.mm.yyyy' is no spelling of a day; write it as %d.%m.%Y"),
        (CHAT.replace("kind: transcript", "kind: chat"), ":3: 'chat' is not a kind"),
        (CHAT.replace("id: sheet", "id: My Sheet"), ":2: 'My Sheet' is no id"),
        (CHAT + "clocks: utc\n", ":12: 'clocks' is not a key of the mapping; did you mean clock?"),
        (CHAT + "fields: {}\n", ":12: key 'fields' stands twice"),
    ],
)  # fmt: skip
def test_faults_of_a_mapping_have_line_and_mend(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_mapping(body, tmp_path / "m.yaml")
    assert said in str(caught.value)


def test_a_mapping_may_not_take_the_id_of_a_known_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the id jd_orders is taken"):
        read(tmp_path, CHAT.replace("sheet", "jd_orders"), "a.csv", "x")


def test_a_users_mapping_goes_before_a_known_format(tmp_path: Path) -> None:
    header = "订单号,商品ID,下单时间,京东价,订单状态,出库时间"
    mapping = "version: 1\nid: mine\nkind: orders\nplatform: jd\nrecognise: [订单号, 出库时间]\nfields: {order_id: 订单号}\n"
    loaded = read(tmp_path, mapping, "a.csv", f"{header}\n1,2,2026-11-10 09:00:00,3,x,\n")
    assert loaded.inputs[0].format == "mine"


def test_several_lines_of_one_order_are_read_in_the_shops_favour(tmp_path: Path) -> None:
    mapping = (
        "version: 1\nid: mine\nkind: orders\nplatform: jd\nrecognise: [no]\nlines: sum\n"
        "fields: {order_id: no, product_id: p, paid_at: paid, shipped_at: sent, ship_by: due, amount: a}\n"
    )
    rows = [
        "no,p,paid,sent,due,a",
        '="7",1,2026-11-10 09:00:00,2026-11-12 09:00:00,2026-11-11 09:00:00,1.50',
        "7,2,2026-11-10 10:00:00,2026-11-11 09:00:00,2026-11-12 09:00:00,2",
        "8,3,2026-11-10 10:00:00,,,3",
        "合计,,,,,6.50",
    ]
    loaded = read(tmp_path, mapping, "a.csv", "\n".join(rows))
    shown = loaded.orders.select(
        "order_id", "product_id", "amount", *(pl.col(n).dt.strftime("%d %H") for n in ("paid_at", "shipped_at", "ship_by"))
    ).rows()
    assert [tuple(map(str, row)) for row in shown] == [
        ("7", "None", "3.50", "10 02", "11 01", "12 01"), ("8", "3", "3.00", "10 02", "None", "None"),
    ]  # fmt: skip
    assert loaded.inputs[0].blank == 1


def test_an_export_without_ship_times_never_proves_that_nothing_was_shipped(tmp_path: Path) -> None:
    with_times = read(tmp_path, ORDERS, "a.csv", "no,paid,sent\n1,2026-11-10 09:00:00,\n")
    without = read(tmp_path, ORDERS, "a.csv", "no,paid\n1,2026-11-10 09:00:00\n")
    assert with_export_ends(with_times.orders, with_times.silent)["seen_until"].null_count() == 0
    assert with_export_ends(without.orders, without.silent)["seen_until"].null_count() == 1


def test_days_without_hours_are_kind(tmp_path: Path) -> None:
    mapping = ORDERS + "times: '%b-%d-%y'\n"
    loaded = read(tmp_path, mapping, "a.csv", "no,paid,sent\n1,Nov-10-26,Nov-10-26\n")
    assert [at.isoformat() for at in loaded.orders.select("paid_at", "shipped_at").row(0)] == [
        "2026-11-10T23:59:59+00:00", "2026-11-10T00:00:00+00:00",
    ]  # fmt: skip


def test_patterns_paths_and_markup() -> None:
    assert [matches("a*b*", text) for text in ("ab", "axbx", "ba", "a")] == [True, True, False, False]
    assert matches("a*a", "a") is False
    assert pick({"*": "x", "b": "y"}, "b") == (True, "y")
    document = {"a.b": 1, "a": {"c": [{"d": 2}]}, "users": [{"id": 2, "n": "x"}]}
    (record,) = records(document, "a.c")
    assert get(record, "d", {}, {}) == 2
    assert get(record, "^.^.a.b", {}, {}) == 1
    assert get(record, "who.n", {"who": Lookup("^.^.users", "id", "d")}, {}) == "x"
    assert get(Record(document), "a.c.0.d", {}, {}) == 2
    assert plain("a < b<br/>c<script>x</script>&lt;d&gt;<p>e") == "a < b\nc<d>\ne"


def test_known_mappings_have_ids_like_their_files() -> None:
    folder = Path(__file__).parent.parent / "auditor" / "ingest" / "known"
    names = {path.stem for path in folder.glob("*.yaml")}
    assert names <= {row.id for row in FORMATS}
    assert len(names) >= 10


def test_the_mappings_in_the_manual_are_right(tmp_path: Path) -> None:
    manual = (Path(__file__).parent.parent / "auditor" / "ingest" / "known" / "README.md").read_text(encoding="utf-8")
    table, nested = (block.split("```")[0] for block in manual.split("```yaml\n")[1:])
    (tmp_path / "map.yaml").write_text(table, encoding="utf-8")
    body = (
        "Nr zgłoszenia;Data;Godzina;Typ;Nadawca;Klient;Widoczność;Treść\n1;10.11.2026;09:00;K;Jan;Jan;;Gdzie paczka?\n"
        "1;10.11.2026;09:05;Sklep 1;Ola;Jan;wewnętrzna;sprawdź\n1;10.11.2026;09:30;Sklep 1;Ola;Jan;;Wyślemy jutro\n"
    )
    loaded = read(tmp_path, table, "a.csv", body)
    assert loaded.messages.select("sender_role", "channel", "offset_s").rows() == [
        ("buyer", "email", 3600),
        ("agent", "email", 3600),
    ]
    assert loaded.inputs[0].blank == 1
    mapping = read_mapping(
        "version: 1\nid: desk\nkind: transcript\n" + nested.replace("fields:\n  con", "fields:\n  sent_at: at\n  con", 1),
        tmp_path / "m",
    )
    assert len(mapping.rows) == 2
