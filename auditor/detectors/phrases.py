"""Words that an agent must not use: claims, lures, insults, threats, by word list.

    agent lan: 加我微信，私下转账便宜20        flagged (lists: [misleading/off_platform])
    agent lan: 平台规定不能加微信的哦          passes: it is refused
    buyer: 你是不是傻                          passes: it is the buyer's word

A weak list counts only where the buyer reacts, or where two different weak passages stand in one conversation; a mild
list only where the buyer reacts, or beside a weak passage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from auditor.model import Conversation, Hit, NotEvaluated
from auditor.params import ListName
from auditor.shard import Shard
from auditor.turns import is_text, may_say, passages

NAME = "phrases"
FACTS = frozenset({"passages", "count", "reaction"})

_BUYERS_LINES = 2  # how many of the buyer's next messages may hold the reaction
_SAYS = "conduct/reports_speech"
_OPENING, _CLOSING = '“"「『«„‘', '”"」』»”’'


@dataclass(frozen=True, slots=True)
class Params:
    """Names of word lists.

    `lists`: any match counts. `weak`: needs a `reaction` of the buyer or a second weak passage. `mild`: needs a reaction or a
    weak passage. `needs`: one of these must match in the same message too. `unless`: a match of these clears the message.
    """

    lists: tuple[ListName, ...] = ()
    weak: tuple[ListName, ...] = ()
    mild: tuple[ListName, ...] = ()
    reaction: tuple[ListName, ...] = ()
    needs: tuple[ListName, ...] = ()
    unless: tuple[ListName, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    position: int
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    mild: tuple[str, ...]
    reaction: str

    @property
    def passages(self) -> tuple[str, ...]:
        """All that was found, each once."""
        return tuple(dict.fromkeys((*self.strong, *self.weak, *self.mild)))


def check(shard: Shard, params: Params) -> Iterator[Hit | NotEvaluated]:
    """One hit a conversation and agent: all messages in which the lists found something said by the agent."""
    ids = may_say(shard, (*params.lists, *params.weak, *params.mild))
    for conversation in shard.conversations(shard.with_texts(ids)):
        lines = list(_lines(shard, conversation, params))
        lines.sort(key=lambda line: (conversation.messages[line.position].sender_id or "", line.position))
        for agent, group in groupby(lines, key=lambda line: conversation.messages[line.position].sender_id):
            mine = list(group)
            if _counts(mine):
                yield _hit(conversation, agent, mine)


def _lines(shard: Shard, conversation: Conversation, params: Params) -> Iterator[_Line]:
    for position, message in enumerate(conversation.messages):
        if message.role != "agent" or not is_text(message):
            continue
        strong = _said(shard, conversation, position, params.lists)
        weak = _said(shard, conversation, position, params.weak)
        mild = _said(shard, conversation, position, params.mild)
        if not (strong or weak or mild):
            continue
        if params.needs and not passages(shard, conversation, position, params.needs):
            continue
        if passages(shard, conversation, position, params.unless):
            continue
        yield _Line(position, strong, weak, mild, _reaction(shard, conversation, position, params))


def _said(shard: Shard, conversation: Conversation, position: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the passages that are the agent's own words."""
    found = passages(shard, conversation, position, names)
    return tuple(passage for passage in found if not _repeats_buyer(shard, conversation, position, passage))


def _repeats_buyer(shard: Shard, conversation: Conversation, position: int, passage: str) -> bool:
    """Whether the agent only takes up the buyer's words: in quotation marks, as reported speech, or asking back."""
    folded = passage.casefold()
    before = (m.text.casefold() for m in conversation.messages[:position] if m.role == "buyer")
    if not any(folded in text for text in before):
        return False
    text = conversation.messages[position].text
    start = text.find(passage)
    end = start + len(passage)
    quoted = any(sign in text[:start] for sign in _OPENING) and any(sign in text[end:] for sign in _CLOSING)
    asks_back = text[end : end + 3].strip()[:1] in ("?", "？")
    return quoted or asks_back or bool(passages(shard, conversation, position, (_SAYS,)))


def _reaction(shard: Shard, conversation: Conversation, position: int, params: Params) -> str:
    seen = 0
    for later in range(position + 1, len(conversation.messages)):
        if conversation.messages[later].role != "buyer":
            continue
        found = passages(shard, conversation, later, params.reaction)
        seen += 1
        if found:
            return conversation.messages[later].text
        if seen == _BUYERS_LINES:
            break
    return ""


def _counts(lines: list[_Line]) -> bool:
    if any(line.strong or line.reaction for line in lines):
        return True
    weak = {passage.casefold() for line in lines for passage in line.weak}
    return len(weak) > 1 or (bool(weak) and any(line.mild for line in lines))


def _hit(conversation: Conversation, agent: str | None, lines: list[_Line]) -> Hit:
    first = conversation.messages[lines[0].position]
    said = tuple(dict.fromkeys(passage for line in lines for passage in line.passages))
    reaction = next((line.reaction for line in lines if line.reaction), "")
    return Hit(
        at=first.at,
        conversation_id=conversation.conversation_id,
        message_ids=tuple(conversation.messages[line.position].message_id for line in lines),
        agent_id=agent,
        certainty="suspected",
        quote=first.text if len(lines) == 1 else " … ".join(said),
        facts={"passages": ", ".join(said), "count": len(said), "reaction": reaction or None},
        measured=", ".join(said),
        threshold="0",
        order_id=first.order_id,
        basis="wording_and_reaction" if reaction else "wording",
    )
