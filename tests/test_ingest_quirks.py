"""What real chats hold besides words: notices, robots, hand-overs, recalls, pictures, masked names, read marks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from auditor.ingest import Loaded, Options, load

AS_OF = datetime.fromisoformat("2026-11-21T06:00:00+08:00")


def read(folder: Path, content: str, name: str = "a.csv", encoding: str = "utf-8") -> Loaded:
    (folder / name).write_bytes(content.encode(encoding))
    loaded = load([str(folder / name)], options=Options(as_of=AS_OF))
    (item,) = loaded.inputs
    assert item.rows == item.accepted + item.duplicate + item.quarantined + item.blank
    return loaded


def chat(folder: Path, *lines: tuple[str, str]) -> list[tuple[str, str, str]]:
    rows = ["conversation_id\tsent_at\tsender_role\tsender_id\ttext\tplatform"]
    rows += [f"c\t2026-11-10 09:00:{n:02}\t{role}\tx\t{text}\ttaobao" for n, (role, text) in enumerate(lines)]
    return read(folder, "\n".join(rows)).messages.select("sender_role", "content_type", "text").rows()


@pytest.mark.parametrize(
    ("role", "text", "becomes"),
    [
        ("buyer", "【即将超时】买家等待回复已超过2分钟", ("system", "text")),
        ("buyer", "[消极接待] 请尽快回复", ("system", "text")),
        ("buyer", "系统关闭会话", ("system", "text")),
        ("agent", "当前用户来自 商品详情页", ("system", "text")),
        ("agent", "——以上为历史消息——".strip("—"), ("system", "text")),
        ("agent", "由 服务助手 转交给 店铺:小舟", ("system", "event")),
        ("agent", "店铺:小舟 将会话转接给 店铺:阿蒲", ("system", "event")),
        ("agent", "会话已转接至售后组", ("system", "event")),
        ("agent", "对方撤回了一条消息", ("system", "event")),
        ("buyer", "tb_lan 撤回了一条消息", ("system", "event")),
        ("agent", "您好，在的（此消息由机器人自动回复）", ("bot", "text")),
        ("agent", "【自动回复】您好，客服稍后就来", ("bot", "text")),
        ("agent", "[欢迎语] 欢迎光临", ("bot", "text")),
        ("buyer", "[图片]", ("buyer", "image")),
        ("buyer", "【商品卡片】", ("buyer", "product_card")),
        ("buyer", "https://item.taobao.com/item.htm?id=600000000001", ("buyer", "product_card")),
        ("agent", "[语音]", ("agent", "voice")),
    ],
)
def test_lines_that_are_not_what_they_look_like(tmp_path: Path, role: str, text: str, becomes: tuple[str, str]) -> None:
    ((found, kind, kept),) = chat(tmp_path, (role, text))
    assert (found, kind) == becomes
    assert kept == text


@pytest.mark.parametrize(
    "text",
    [
        "亲，我帮您把会话转接给售后同事",
        "由我转交给仓库处理",
        "系统提示：这个地址暂时不发货，您换一个吧",
        "我们没有机器人自动回复的，都是人工",
        "图片在详情页里",
        "请不要未回复买家",
        "看 https://item.taobao.com/item.htm?id=1 这款",
        "[图片] 您看这里",
    ],
)
def test_people_who_say_such_things_stay_people(tmp_path: Path, text: str) -> None:
    assert chat(tmp_path, ("agent", text)) == [("agent", "text", text)]


def test_read_marks_are_no_words(tmp_path: Path) -> None:
    body = 'conversation_id,sent_at,sender_role,text,platform\nc,2026-11-10 09:00:00,agent,"好的亲\n已读",taobao\nc,2026-11-10 09:01:00,buyer,已读,taobao\n'  # noqa: E501
    assert read(tmp_path, body).messages["text"].to_list() == ["好的亲", "已读"]


def test_wangwang_sections_buyers_and_lines_that_go_on(tmp_path: Path) -> None:
    text = (
        "店:一\n2026年11月10日9:00:00  店:一: 您好：在的\n2026年11月10日09:00:05 甲: 价格: 多少\n再问一下\n\n"
        "店:二\n2026年11月10日10:00:00  乙：有货吗\n2026年11月10日10:00:09  店:二: 有\n店\n2026年11月10日11:00:00  店: 没人\n"
    )
    loaded = read(tmp_path, text, "a.txt", "gb18030")
    assert loaded.messages.select("conversation_id", "sender_role", "sender_id", "text").rows() == [
        ("甲", "agent", "店:一", "您好：在的"),
        ("甲", "buyer", "甲", "价格: 多少\n再问一下"),
        ("乙", "buyer", "乙", "有货吗"),
        ("乙", "agent", "店:二", "有"),
    ]
    assert [(bad.row, "no buyer" in bad.reason) for bad in loaded.quarantined] == [(10, True)]


def test_a_captured_page_takes_its_days_from_rows_of_their_own(tmp_path: Path) -> None:
    body = (
        '{"shopname":"店","active_user_nickname":"甲","messages":[{"chatTime":"08:00:00","chatName":"甲","chatTextLeft":"早"},'
        '{"groupTime":"2026年11月9日"},{"chatTime":"23:59:00","chatName":"甲","chatTextLeft":"在吗"},{"groupTime":"昨天"},'
        '{"chatTime":"09:00:00","chatName":"店:一","chatTextRight":"在"},'
        '{"chatTime":"2026-11-10 09:01:00","chatName":"店:一","chatTextRight":"在的"}]}'
    )
    loaded = read(tmp_path, body, "a.json")
    assert loaded.messages.select("sender_role", "row", "shop_id").rows() == [("buyer", 3, "店"), ("agent", 6, "店")]
    assert [bad.row for bad in loaded.quarantined] == [1, 5]


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        (["[15.01.26, 10:30:45] Ann: a", "[16.01.26, 10:30:45] Sklep: b"], ["01-15 10:30", "01-16 10:30"]),
        (["1/2/26, 9:30\u202fPM - Ann: a", "1/12/26, 8:00\u202fAM - Shop: b", "2/1/26, 8:00 AM - Ann: c"], ["01-02 21:30", "01-12 08:00", "02-01 08:00"]),  # noqa: E501
        (["2026/1/5, 23:59 - Ann: a", "2026/1/6, 00:01 - 客服: b"], ["01-05 23:59", "01-06 00:01"]),
        (["30/12/2025, 10:00 - Ann: a", "02/01/2026, 10:00 - Support: b"], ["12-30 10:00", "01-02 10:00"]),
    ],
)  # fmt: skip
def test_whatsapp_in_the_spellings_of_many_countries(tmp_path: Path, lines: list[str], times: list[str]) -> None:
    found = read(tmp_path, "\n".join(lines), "a.txt").messages
    assert [at.strftime("%m-%d %H:%M") for at in found["sent_at"]] == times
    assert set(found["sender_role"]) == {"buyer", "agent"}
    assert found["conversation_id"].unique().to_list() == ["Ann"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1/2/26, 09:30 - Ann: a\n1/2/26, 09:31 - Shop: b\n", "does not say which number is the day"),
        ("15.01.26, 09:30 - Ann: a\n15.01.26, 09:31 - Bob: b\n", "who of Ann, Bob is the buyer cannot be told"),
    ],
)
def test_whatsapp_does_not_guess(tmp_path: Path, text: str, said: str) -> None:
    assert said in read(tmp_path, text, "a.txt").inputs[0].reason
    if "Bob" in text:
        assert read(tmp_path, text, "WhatsApp Chat with Ann.txt").messages["sender_role"].to_list() == ["buyer", "agent"]


def test_an_issue_with_more_messages_than_the_list_has_is_not_judged_by_its_first(tmp_path: Path) -> None:
    first = '{"text":"a","author":{"role":"BUYER"},"createdAt":"2026-11-18T10:00:00Z"}'
    issue = '{"id":"i%d","currentState":{},"buyer":{"login":"x"},"chat":{"initialMessage":%s,"messagesCount":%d}}'
    body = '{"issues":[%s,%s]}' % (issue % (1, first, 1), issue % (2, first, 3))  # noqa: UP031
    loaded = read(tmp_path, body, "a.json")
    assert loaded.messages.select("conversation_id", "channel", "sender_id").rows() == [("i1", "dispute", "x")]
    assert (loaded.inputs[0].blank, "fetch their chats" in loaded.inputs[0].reason) == (1, True)


def test_a_chat_tool_that_shares_names_with_the_canonical_table_is_no_quarrel(tmp_path: Path) -> None:
    body = (
        '{"id":1,"content":"hi","conversation_id":7,"message_type":"incoming","created_at":1794274200,"private":false,"content_type":"text"}\n'
        '{"id":2,"content":"hello","conversation_id":7,"message_type":1,"created_at":1794274260,"private":false,"content_type":"text"}\n'
    )
    loaded = read(tmp_path, body, "a.jsonl")
    assert loaded.inputs[0].format == "chatwoot"
    assert loaded.messages["sender_role"].to_list() == ["buyer", "agent"]


def test_an_order_is_tied_to_nobody_by_stars(tmp_path: Path) -> None:
    body = "order_id,platform,buyer_id,status\n1,jd,jd_q***u,x\n2,jd,jd_qiuyu,x\n"
    assert read(tmp_path, body).orders["buyer_id"].to_list() == [None, "jd_qiuyu"]


def test_a_main_account_beside_its_sub_accounts_is_the_shops(tmp_path: Path) -> None:
    text = (
        "tb_a 2026-11-10 09:00:00\n在吗\n店 2026-11-10 09:01:00\n在\n由 服务助手 转交给 店:一\n店:一 2026-11-10 09:02:00\n您说\n"
    )
    found = read(tmp_path, text, "a.txt").messages.select("conversation_id", "sender_role", "content_type").rows()
    assert found == [("tb_a", "buyer", "text"), ("tb_a", "agent", "text"), ("tb_a", "system", "event"), ("tb_a", "agent", "text")]
