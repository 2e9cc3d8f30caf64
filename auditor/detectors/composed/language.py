"""What a rule may write under `when` and `tally`: messages, orders of events, counts and shares, in trees of all, any and not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from auditor.params import ListName
from auditor.reading.patterns import as_gate

Role = Literal["buyer", "agent", "bot", "system"]
Content = Literal["text", "image", "video", "voice", "file", "product_card", "order_card", "event"]

_TYPED: tuple[Content, ...] = ("text", "voice")


@dataclass(frozen=True, slots=True)
class Says:
    """A message: `by` whom, of which `content`, and what must and must not stand in it.

    Of `any` (keywords), `lists` (word lists) and `patterns` (RE2) at least `least` must be found; `all` keywords must be there;
    `none`, `unless_lists` and `unless_patterns` clear the message. `only`: every letter of it stands in a passage of `lists`;
    `unless_only`: a message of which every letter stands in these lists is cleared.
    `shortest`, `longest`: letters and digits. Keywords know no case, width, script or Polish diacritics; latin ones are whole
    words.
    """

    by: tuple[Role, ...] = ("agent",)
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    least: int = 1
    lists: tuple[ListName, ...] = ()
    patterns: tuple[str, ...] = ()
    unless_lists: tuple[ListName, ...] = ()
    unless_patterns: tuple[str, ...] = ()
    unless_only: tuple[ListName, ...] = ()
    only: bool = False
    content: tuple[Content, ...] = _TYPED
    shortest: int | None = None
    longest: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where the parts do not fit together."""
        offered = len(self.any) + len(self.lists) + len(self.patterns)
        if not self.by or not self.content:
            raise ValueError("by and content name nobody and nothing; name at least one role and one kind")
        if any(not any(map(str.isalnum, word)) for word in (*self.any, *self.all, *self.none)):
            raise ValueError("a keyword has no letter or digit; write words")
        if not 1 <= self.least <= max(offered, 1):
            raise ValueError(f"least: {self.least} of {offered} cannot be found; write a number from 1 to {max(offered, 1)}")
        if self.only and not self.lists:
            raise ValueError("only needs lists; name the word lists that the message consists of")
        for pattern in (*self.patterns, *self.unless_patterns):
            _check_gate(pattern)

    @property
    def wordless(self) -> bool:
        """Whether nothing rests on how a text was understood."""
        clearing = (self.none, self.unless_lists, self.unless_patterns, self.unless_only)
        return not any((self.any, self.all, self.lists, self.patterns, *clearing))

    @property
    def plain(self) -> bool:
        """Whether role and content alone decide."""
        return self.wordless and self.shortest is None and self.longest is None


def _check_gate(pattern: str) -> None:
    try:
        as_gate(pattern, "pl")
    except (ValueError, IndexError) as error:
        raise ValueError(
            f"the pattern {pattern!r} cannot be used on whole columns ({error}); write sets like [^0-9], and no \\D, \\S or \\W"
        ) from None


@dataclass(frozen=True, slots=True)
class Sequence:
    """After a message another one must not follow (`follows`: it counts where it does) or must (`missing`: where it does not).

    The watch ends after `within` (both ends included), after so many `messages`, or at a message `before` which it must be;
    a watch that is still open at the end of the export is not judged.
    """

    after: Says
    follows: Says | None = None
    missing: Says | None = None
    before: Says | None = None
    within: timedelta | None = None
    messages: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where the parts do not fit together."""
        if (self.follows is None) == (self.missing is None):
            raise ValueError("write either follows or missing; follows: what must not come, missing: what must")
        if self.within is None and self.messages is None and self.before is None:
            raise ValueError("nothing ends the watch; write within, messages or before")
        if (self.messages is not None and self.messages < 1) or (self.within is not None and self.within <= timedelta(0)):
            raise ValueError("within and messages must be more than nothing; write 10m, or 1")


@dataclass(frozen=True, slots=True)
class Count:
    """At least `at_least` such messages in the conversation; `within`: in any stretch so long.

    `same_text`: all alike letter by letter; `same_agent`: all by one person.
    """

    of: Says
    at_least: int
    within: timedelta | None = None
    same_text: bool = False
    same_agent: bool = True

    def __post_init__(self) -> None:
        """Raise ValueError for a number that every conversation reaches."""
        if self.at_least < 1:
            raise ValueError(f"at_least: {self.at_least} is always reached; write 1 or more")


@dataclass(frozen=True, slots=True)
class Ratio:
    """The messages `of` are at least the share `at_least` of those `among`, of which there are at least `fewest`."""

    of: Says
    among: Says
    at_least: float
    fewest: int = 1

    def __post_init__(self) -> None:
        """Raise ValueError for a share that is none."""
        _check_share(self.at_least, self.fewest)


def _check_share(share: float, fewest: int) -> None:
    if not 0 < share <= 1:
        raise ValueError(f"{share} is not a share; write a number above 0 and up to 1")
    if fewest < 1:
        raise ValueError(f"fewest: {fewest} is nothing; write 1 or more")


@dataclass(frozen=True, slots=True)
class Condition:
    """One of: a message, an order of events, a count, a share; or a tree: `all` of several, `any` of them, `not` one."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    not_: Condition | None = field(default=None, metadata={"yaml": "not"})
    says: Says | None = None
    sequence: Sequence | None = None
    count: Count | None = None
    ratio: Ratio | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless exactly one is given."""
        given = [each for each in (self.all, self.any, self.not_, self.says, self.sequence, self.count, self.ratio) if each]
        if len(given) != 1:
            raise ValueError("is not one condition; write exactly one of all, any, not, says, sequence, count or ratio")

    @property
    def accuses(self) -> bool:
        """Whether something must be seen for it to hold; a bare `not` would look at every conversation."""
        if self.not_ is not None:
            return False
        return any(each.accuses for each in self.all) if self.all else all(each.accuses for each in self.any)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often `when` holds for one agent, buyer or shop before it counts.

    `at_least` so many within `window`, in so many `conversations`, `same_text` alike letter by letter; or, where `among` is
    given, at least the `share` of those, of which there are at least `fewest`: then the window is that many local days
    (7d: Monday to Sunday). Messages are counted where `when` (and `among`) is a bare `says`, else conversations.
    """

    per: Literal["agent", "buyer", "shop"]
    window: timedelta = timedelta(days=1)
    at_least: int = 1
    conversations: int = 1
    same_text: bool = False
    among: Condition | None = None
    share: float | None = None
    fewest: int = 1

    def __post_init__(self) -> None:
        """Raise ValueError where the parts do not fit together."""
        if (self.among is None) != (self.share is None):
            raise ValueError("among and share go together; write both or neither")
        if self.share is not None:
            _check_share(self.share, self.fewest)
            if self.window.seconds or self.window.days < 1:
                raise ValueError("a share is counted over whole days; write window: 1d or 7d")
        if self.at_least < 1 or self.conversations < 1 or self.window <= timedelta(0):
            raise ValueError("at_least, conversations and window must be more than nothing; write 1 or more")


@dataclass(frozen=True, slots=True)
class Params:
    """`when` it holds for a conversation; `tally`: how often for one agent, buyer or shop, where once is not enough."""

    when: Condition
    tally: Tally | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for conditions that nothing holds back."""
        if not self.when.accuses:
            raise ValueError("nothing needs to be seen for this to hold; add a part that says what to find")
        among = self.tally.among if self.tally else None
        if among is not None and (among.says is None) != (self.when.says is None):
            raise ValueError("messages are no share of conversations; let when and among both be says, or neither")
