"""What the buyer asked, whether two questions are one, and the hit that pairs answers with questions."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from auditor.model import Conversation, FactValue, Hit
from auditor.reading.questions import offered
from auditor.reading.things import named_things
from auditor.shard import Shard
from auditor.turns import is_text, letters, made_of, passages

ACK, PING, OPEN, ASKS = "mechanical/buyer_ack", "mechanical/ping", "mechanical/open_question", "mechanical/asks"
CLOSING, COMPLAINS = "mechanical/closing", "procedure/complaint"
_BROAD = frozenset({"product", "order", "greeting"})  # topics that questions on anything share
_LONGEST_ECHO, _SHORT_ECHO = 16, 8  # letters
_SHORTEST = 4  # letters of a telling word where words are spelt


def asks(shard: Shard, conversation: Conversation, position: int, *also: str) -> bool:
    """Whether the message asks something, complains, or does what the lists `also` find."""
    message = conversation.messages[position]
    if not is_text(message) or made_of(shard, conversation, position, (ACK,)) or made_of(shard, conversation, position, (PING,)):
        return False
    return bool(passages(shard, conversation, position, (ASKS, COMPLAINS, *also))) or needs_content(shard, conversation, position)


def needs_content(shard: Shard, conversation: Conversation, position: int) -> bool:
    """Whether the question wants more than a yes or a no (an "either or" wants one of the two)."""
    return bool(passages(shard, conversation, position, (OPEN,))) or (
        conversation.langs[position] == "zh" and bool(offered(shard.texts.normal(conversation.text_ids[position])))
    )


def says_something(shard: Shard, conversation: Conversation, position: int) -> bool:
    """Whether it is more than an acknowledgement, a closing or a call for attention."""
    return is_text(conversation.messages[position]) and not made_of(shard, conversation, position, (ACK, PING, CLOSING))


def same_question(shard: Shard, similarity: float, conversation: Conversation, one: int, other: int, answer: int) -> bool:
    """Whether two questions are one: alike in wording (0–1), or on a topic that the answer speaks to."""
    ids = conversation.text_ids
    if fuzz.ratio(shard.texts.normal(ids[one]).text, shard.texts.normal(ids[other]).text) / 100 >= similarity:
        return True
    first, second, said = (shard.texts.reading(ids[at]).topics for at in (one, other, answer))
    return bool((first & second & said) - _BROAD)


def things_of(conversation: Conversation, position: int) -> frozenset[str]:
    """The telling words of a message."""
    lang = conversation.langs[position]
    found = named_things(conversation.messages[position].text, lang)
    return found if lang == "zh" else frozenset(word for word in found if len(word) >= _SHORTEST)


def echoes(conversation: Conversation, asked: int, answered: Sequence[int], later: int) -> bool:
    """Whether a few words of the question, and none of the answer, are called out again ("……杯子!")."""
    text = conversation.messages[later].text
    said, wanted = things_of(conversation, later), things_of(conversation, asked)
    told = frozenset().union(*(things_of(conversation, at) for at in answered))
    if wanted & told or not said & wanted or letters(text) > _LONGEST_ECHO:
        return False
    return said <= wanted or (letters(text) <= _SHORT_ECHO and text.rstrip().endswith(("!", "?", "！", "？")))


def pairs_hit(conversation: Conversation, pairs: Sequence[tuple[int, int]], times: int) -> Hit:
    """The hit for pairs (question, answer), of which `times` are too many."""
    said = [conversation.messages[answer].text for _, answer in pairs]
    facts: dict[str, FactValue] = {
        "times": len(pairs),
        "answer": " / ".join(said),
        "questions": " / ".join(conversation.messages[asked].text for asked, _ in pairs),
    }
    return answers_hit(conversation, [answer for _, answer in pairs], facts, " / ".join(said), f"< {times}", False)


def answers_hit(
    conversation: Conversation, positions: Sequence[int], facts: dict[str, FactValue], measured: str, threshold: str, proven: bool
) -> Hit:
    """The hit whose evidence are the agent's messages at those positions."""
    first = conversation.messages[positions[0]]
    quotes = tuple(dict.fromkeys(conversation.messages[at].text for at in positions))
    return Hit(
        at=first.at,
        conversation_id=conversation.conversation_id,
        message_ids=tuple(conversation.messages[at].message_id for at in positions),
        agent_id=first.sender_id,
        certainty="proven" if proven else "suspected",
        quote=" … ".join(quotes),
        facts=facts,
        measured=measured,
        threshold=threshold,
        order_id=first.order_id,
        basis="" if proven else "questions_and_answers",
    )
