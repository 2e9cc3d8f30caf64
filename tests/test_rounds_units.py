"""Each platform judges its own unit; the examples are those that the platforms' help pages and seller schools give."""

from datetime import timedelta, timezone

import pytest

from auditor.detectors.response_time import Params, check, waits
from auditor.model import Hit
from auditor.rounds import unit_verdicts
from tests.chats import shard

MINUTES = timedelta(minutes=1)
TAOBAO = Params(limit=3 * MINUTES, counted=(480, 1380), stops="assist")
PINDUODUO = Params(kind="any", limit=3 * MINUTES, counted=(480, 1380), unit="consumer_day")
JD = Params(kind="any", limit=timedelta(seconds=30), counted=(540, 1380), unit="session", session_gap=timedelta(hours=2))
DOUYIN = Params(kind="any", limit=3 * MINUTES, counted=(480, 1380), unit="session_mean", stops="assist")
AMAZON = Params(kind="any", limit=timedelta(hours=24), unit="message", every_message=True)
ETSY = Params(kind="any", limit=timedelta(hours=24), unit="first_message", stops="any")
ALLEGRO = timedelta(hours=24)
WARSAW = timezone(timedelta(hours=2))


def verdicts(chat: str, params: Params, **kwargs: str) -> list[str]:
    """passed, failed or why not counted, unit by unit."""
    made = shard("\n".join(f"2026-03-02 {line}" for line in chat.splitlines()), **kwargs)  # type: ignore[arg-type]
    return unit_verdicts(waits(made, params), params.unit, params.any_gap)["verdict"].to_list()


def hits(chat: str, params: Params) -> list[Hit]:
    made = shard("\n".join(f"2026-03-02 {line}" for line in chat.splitlines()))
    return [found for found in check(made, params) if isinstance(found, Hit)]


ONE = "10:10:15 buyer: 这款有货吗\n10:15:20 buyer: 在吗\n10:18:10 agent a: 有的"


def test_taobao_counts_rounds_from_the_first_question() -> None:
    assert verdicts(ONE, TAOBAO) == ["failed"]
    assert verdicts(ONE + "\n10:18:30 buyer: 今天能发吗\n10:19:00 agent a: 能", TAOBAO) == ["failed", "passed"]
    ten = "\n".join(f"10:10:{second:02} buyer: 有人吗?" for second in range(10))
    assert verdicts(ten, TAOBAO) == ["failed"]


def test_taobao_takes_an_assisting_robot_for_a_human_but_no_welcome() -> None:
    assert verdicts("10:00:00 buyer: 有货吗\n10:00:01 bot: 您好，请稍等", TAOBAO) == ["failed"]
    taken = "10:00:00 buyer: 有货吗\n10:00:30 agent a: 有\n10:01:00 buyer: 今天发吗\n10:01:02 bot: 48小时内发货"
    assert verdicts(taken, TAOBAO) == ["passed", "passed"]


def test_jd_leaves_out_a_session_by_the_time_it_began() -> None:
    assert verdicts("08:56:00 buyer: 有货吗\n09:01:00 agent a: 有", JD) == ["outside_hours"]
    assert verdicts("09:00:00 buyer: 有货吗\n09:00:30 agent a: 有", JD) == ["passed"]
    assert verdicts("09:00:00 buyer: 有货吗\n09:00:31 agent a: 有", JD) == ["failed"]


def test_jd_judges_the_first_reply_of_a_session_alone() -> None:
    later = "10:00:00 buyer: 有货吗\n10:00:05 agent a: 有\n10:01:00 buyer: 多少钱\n10:09:00 agent a: 19元"
    assert verdicts(later, JD) == ["passed"]
    assert verdicts(later + "\n14:00:00 buyer: 发货了吗\n14:01:00 agent a: 发了", JD) == ["passed", "failed"]
    closed = later + "\n10:10:00 system: 会话已结束\n10:25:00 buyer: 发货了吗\n10:26:00 agent a: 发了"
    assert verdicts(closed, JD) == ["passed", "failed"]
    assert verdicts(closed.replace("10:25:00", "10:15:00"), JD) == ["passed"]


def test_one_bad_message_fails_a_consumer_once() -> None:
    chat = "10:00:00 buyer: 有货吗\n10:00:30 agent a: 有\n10:10:00 buyer: 今天发吗\n10:20:00 agent b: 发"
    assert verdicts(chat, PINDUODUO) == ["failed"]
    twice = chat + "\n11:00:00 buyer: 到哪了\n11:30:00 agent a: 在路上"
    assert verdicts(twice, PINDUODUO) == ["failed"]
    (hit,) = hits(twice, PINDUODUO)
    assert hit.message_ids == ("L3", "L4", "L5", "L6")
    assert (hit.agent_id, hit.facts["rounds"], hit.facts["counted"]) == ("b", 2, 30 * MINUTES)


def test_douyin_takes_the_mean_of_a_session() -> None:
    chat = "10:00:00 buyer: 有货吗\n10:04:00 agent a: 有\n10:05:00 buyer: 今天发吗\n10:0{} agent a: 发"
    assert verdicts(chat.format("7:00"), DOUYIN) == ["passed"]
    assert verdicts(chat.format("7:02"), DOUYIN) == ["failed"]
    strict = Params(kind="any", limit=3 * MINUTES, counted=(480, 1380), unit="session_mean", any_gap=True)
    assert verdicts(chat.format("7:00"), strict) == ["failed"]
    assert hits(chat.format("7:02"), DOUYIN)[0].measured.endswith("mean = 181 s")


def test_douyin_a_welcome_alone_is_no_service() -> None:
    assert verdicts("10:00:00 buyer: 有货吗\n10:00:01 bot: 欢迎光临", DOUYIN) == ["failed"]


def test_amazon_counts_each_message_and_thanks_too() -> None:
    chat = "10:00:00 buyer: Where is it?\n10:00:30 agent a: On its way.\n10:01:00 buyer: thanks!"
    assert verdicts(chat, AMAZON, lang="en", platform="amazon") == ["passed", "failed"]
    marked = chat + "\n10:05:00 system: Marked as no response needed"
    assert verdicts(marked, AMAZON, lang="en", platform="amazon") == ["passed", "left_out"]


def test_etsy_judges_the_first_message_and_takes_an_automatic_answer() -> None:
    chat = "10:00:00 buyer: Is it silver?\n10:00:02 bot: We answer soon.\n10:05:00 buyer: Hello?"
    assert verdicts(chat, ETSY, lang="en", platform="etsy") == ["passed"]


def test_an_idle_answer_stops_no_clock() -> None:
    chat = "10:00:00 buyer: Where is it?\n10:01:00 agent a: Hi!"
    strict = Params(kind="any", limit=timedelta(hours=24), idle=("acts/greeting",))
    assert verdicts(chat, strict, lang="en", platform="tiktok_shop") == ["failed"]
    assert verdicts(chat + " It arrives today.", strict, lang="en", platform="tiktok_shop") == ["passed"]


@pytest.mark.parametrize(
    ("line", "cause", "agent"),
    [
        ("10:09:00 system: 正在为您排队，前面还有 3 位", "queue", None),
        ("10:09:00 system: 会话已分配给小周", "transfer", None),
        ("10:05:00 system: 会话已分配给小周", "agent", "a"),
        ("10:09:00 system: 【即将超时】请尽快回复", "agent", "a"),
    ],
)
def test_a_wait_is_laid_to_whoever_caused_it(line: str, cause: str, agent: str | None) -> None:
    chat = f"10:00:00 buyer: 有货吗\n{line}\n10:10:00 agent a: 有"
    (hit,) = hits(chat, Params(kind="any", limit=3 * MINUTES))
    assert (hit.facts["cause"], hit.agent_id) == (cause, agent)


def test_a_message_left_while_nobody_was_there() -> None:
    chat = "10:00:00 buyer: 有货吗\n10:00:01 system: 当前无客服在线，已转为离线留言"
    out = Params(kind="any", limit=3 * MINUTES, left_messages="left_out")
    assert verdicts(chat, out) == ["left_out"]
    assert verdicts(chat, Params(kind="any", limit=3 * MINUTES)) == ["failed"]


@pytest.mark.parametrize(("answered", "verdict"), [("2025-10-03 23:59:59", "in_time"), ("2025-10-04 00:00:00", "late")])
def test_allegro_claims_end_with_the_local_day(answered: str, verdict: str) -> None:
    chat = f"2025-09-19 12:53:44 buyer: Reklamacja\n{answered} agent a: Uznajemy"
    made = shard(chat, platform="allegro", lang="pl", zone=WARSAW)
    assert waits(made, Params(limit=timedelta(days=14), ends="day"))["status"].to_list() == [verdict]


@pytest.mark.parametrize(
    ("weekends", "last"),
    [("deadline_moves", "2025-12-22 10:00:00"), ("excluded", "2025-12-23 00:00:00")],
    ids=["literal reading", "excluded"],
)
def test_allegro_message_of_a_sunday_both_readings(weekends: str, last: str) -> None:
    params = Params(limit=ALLEGRO, weekends=weekends)  # type: ignore[arg-type]
    for answered, status in ((last, "in_time"), (last[:-1] + "1", "late")):
        made = shard(f"2025-12-21 10:00:00 buyer: Czy jest?\n{answered} agent a: Jest", platform="allegro", lang="pl")
        assert waits(made, params)["status"].to_list() == [status]
