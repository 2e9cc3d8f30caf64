"""Who promised what: promises outright, sentences typed in two lines, short answers to a buyer's question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from auditor.model import Conversation, Lang, Message, Promise, When
from auditor.reading.answers import asks_when, assent, elliptic
from auditor.reading.normal import normal
from auditor.reading.promises import promises as read_promises
from auditor.shard import Shard

SAME_BURST = timedelta(minutes=3)
_YES = ("acts/assent", "acts/echo")  # the word lists of plain yeses
_LONGEST_SHORT_ANSWER: dict[Lang, int] = {"zh": 24, "en": 60, "pl": 60}  # characters

# In a buyer's mouth: what is to be done for the buyer, and what the buyer does.
_FOR_ME = ("给我", "帮我", "替我", "退我", "发我", "回我", "补我", "赔我", "我就", "我这", "我的", "我们这", "我要投诉")
_BUYER_ACTS = ("我", "俺", "给你", "给您", "给店", "寄回", "退回去", "退货")

Asked = list[tuple[Message, int]]  # the buyer's messages since the last human answer, with their texts


@dataclass(frozen=True, slots=True)
class Made:
    """A promise with the messages that make it up: an assent brings the buyer's request along."""

    promise: Promise
    message: Message  # the agent's, at whose time it was made
    message_ids: tuple[str, ...]
    anchor: Message  # whose clock its words are relative to
    text: str
    lang: Lang


def promising(shard: Shard) -> list[str]:
    """Ids of the conversations in which an agent may have promised something."""
    texts = shard.texts
    by_agent = texts.frame.filter("by_agent")["text_id"]
    passing = texts.passing("promises")
    made = {i for i in by_agent.to_list() if i in passing and (texts.reading(i).promises or _time_alone(shard, i) is not None)}
    return sorted({*shard.with_texts(made), *_assenting(shard)})


def _assenting(shard: Shard) -> list[str]:
    """Ids of the conversations in which a plain yes follows, with no human line between, a text that may ask for a promise."""
    texts = shard.texts
    likely = texts.frame.filter(pl.col("by_agent") & pl.col("text_id").is_in(sorted(texts.may_match(_YES))))
    yes = {i for i in likely["text_id"].to_list() if _assent(shard, i)}
    if not yes:
        return []
    human = ((pl.col("sender_role") == "agent") & (pl.col("content_type") == "text")).cast(pl.Int32)
    lines = shard.messages.select(
        "conversation_id",
        "text_id",
        "sender_role",
        (human.cum_sum().over("conversation_id") - human).alias("stretch"),
    )
    answers = lines.filter((pl.col("sender_role") == "agent") & pl.col("text_id").is_in(sorted(yes)))
    asking = lines.filter((pl.col("sender_role") == "buyer") & pl.col("text_id").is_in(sorted(texts.passing("promises"))))
    asked = asking.join(answers, on=["conversation_id", "stretch"], how="semi")
    dated = [i for i in asked["text_id"].unique().to_list() if any(r.when is not None for r in _requests(shard, i))]
    return sorted(asked.filter(pl.col("text_id").is_in(dated))["conversation_id"].unique().to_list())


def _time_alone(shard: Shard, text_id: int) -> When | None:
    """The time that is all a short text says ("明天"), else None."""
    if text_id not in shard.once(_short) or text_id not in shard.texts.passing("promises"):
        return None
    known = shard.once(_times_alone)
    if text_id not in known:
        known[text_id] = elliptic(shard.texts.normal(text_id), shard.texts.lang(text_id))
    return known[text_id]


def _times_alone(_: Shard) -> dict[int, When | None]:
    return {}


def _assent(shard: Shard, text_id: int) -> str | None:
    """Whether a short text is a plain yes ("yes", or "conditional")."""
    if text_id not in shard.once(_short) or text_id not in shard.texts.may_match(_YES):
        return None
    known = shard.once(_assents)
    if text_id not in known:
        known[text_id] = assent(shard.texts.normal(text_id), shard.texts.lang(text_id))
    return known[text_id]


def _assents(_: Shard) -> dict[int, str | None]:
    return {}


def _short(shard: Shard) -> frozenset[int]:
    """Ids of the texts that are short enough to be an answer that leans on its question."""
    longest = pl.col("lang").replace_strict(_LONGEST_SHORT_ANSWER, return_dtype=pl.Int64)
    return frozenset(shard.texts.frame.filter(pl.col("norm").str.len_chars() <= longest)["text_id"].to_list())


def made(shard: Shard, conversation: Conversation) -> Iterator[Made]:
    """The promises of a conversation's agents, in order."""
    asked: Asked = []
    pending: Message | None = None  # a time alone ("明天"), waiting for its verb in the next line
    vague: Promise | None = None  # the last promise, where it had no deadline
    passing = shard.texts.passing("promises")
    undated: Message | None = None  # the agent's line before, where it names no time
    for i, message in enumerate(conversation.messages):
        text_id = conversation.text_ids[i]
        if message.role == "buyer":
            asked.append((message, text_id))
            pending = undated = None
            continue
        if message.role != "agent" or message.content_type != "text":
            continue
        lang = conversation.langs[i]
        alone = _time_alone(shard, text_id)
        promises = shard.texts.reading(text_id).promises if text_id in passing else ()
        found: list[Made] = []
        if pending and alone is None and message.at - pending.at <= SAME_BURST and not any(p.when for p in promises):
            spread = _read_together(pending, message, lang)
            found = [_one(p, message, (pending.message_id, message.message_id), lang) for p in spread or promises]
        elif promises:
            found = [_one(p, message, (message.message_id,), lang) for p in promises]
        elif asked:
            found = list(_answered(shard, asked, message, alone, _assent(shard, text_id), vague, lang))
            alone = None if found else alone
        if not found and alone is not None and undated and message.at - undated.at <= SAME_BURST:
            found = [
                _one(p, message, (undated.message_id, message.message_id), lang) for p in _read_together(undated, message, lang)
            ]
            alone = None if found else alone
        yield from found
        if found:
            vague = found[-1].promise if found[-1].promise.when is None else None
        pending = message if alone is not None else None
        undated = message if alone is None and not any(p.when for p in promises) else None
        asked = asked if pending else []


def _one(promise: Promise, message: Message, ids: tuple[str, ...], lang: Lang) -> Made:
    return Made(promise, message, ids, message, promise.text, lang)


def _read_together(before: Message, message: Message, lang: Lang) -> tuple[Promise, ...]:
    """A sentence typed in two lines, read as one."""
    joined = before.text + ("" if lang == "zh" else " ") + message.text
    return tuple(p for p in read_promises(normal(joined), lang)[0] if p.when is not None)


def _answered(
    shard: Shard, asked: Asked, message: Message, alone: When | None, yes: str | None, vague: Promise | None, lang: Lang
) -> Iterator[Made]:
    """What an answer makes of the question before it: "When does it ship?" – "Tomorrow.", "Can you ship before 3?" – "Sure"."""
    if alone is None and not yes:
        return
    requests = [(buyer, request) for buyer, text_id in asked for request in _requests(shard, text_id)]
    if requests:
        buyer, request = requests[-1]
        if alone is not None:
            promise = replace(request, when=alone, vague=False, request=False, text=message.text)
            yield Made(promise, message, (message.message_id,), message, f"{request.text} – {message.text}", lang)
        elif request.when is not None:
            promise = replace(request, request=False, conditional=request.conditional or yes == "conditional")
            ids = (buyer.message_id, message.message_id)
            anchor = message if request.when.unit in ("minutes", "hours") else buyer  # the later of the two
            yield Made(promise, message, ids, anchor, f"{request.text} – {message.text}", lang)
    elif alone is not None and vague is not None and _ask_when(shard, asked):
        promise = replace(vague, when=alone, vague=False, text=message.text)
        yield Made(promise, message, (message.message_id,), message, f"{vague.text} – {message.text}", lang)


def _requests(shard: Shard, text_id: int) -> tuple[Promise, ...]:
    """What a buyer's text asks for; in Chinese a demand may look like a statement ("今天能发吧", "明天之内必须退款")."""
    reading = shard.texts.reading(text_id)
    if reading.requests or shard.texts.lang(text_id) != "zh" or not reading.promises:
        return reading.requests
    text = shard.texts.normal(text_id).text
    for of_shop in _FOR_ME:
        text = text.replace(of_shop, "")
    if any(word in text for word in _BUYER_ACTS):
        return ()
    sure = text.rstrip(" .。!~").endswith("吧")
    return tuple(promise for promise in reading.promises if sure or promise.kind != "other")


def _ask_when(shard: Shard, asked: Asked) -> bool:
    """As in "We'll send it soon." – "So when?" – "By Wednesday."."""
    return any(asks_when(shard.texts.normal(text_id), shard.texts.lang(text_id)) for _, text_id in asked)
