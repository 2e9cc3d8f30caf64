"""Marks of all conversations → hits: so many for one agent, buyer or shop within a window, or too great a share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from auditor.detectors.composed.language import Params, Tally
from auditor.model import FactValue, Hit, Mark, NotEvaluated, left_out

_SHOWN = 5

Key = tuple[str, str, str]


def settle(marks: Sequence[Mark], params: Params, as_of: datetime) -> Iterator[Hit | NotEvaluated]:
    """Hits of one version of a rule, from all of its marks. Each stands in the conversation of its first mark."""
    tally = params.tally
    nobody = sorted({mark.hit.conversation_id for mark in marks if mark.who is None})
    if nobody:
        yield left_out("nobody_named", nobody)
    if tally is None:
        return
    named = sorted((mark for mark in marks if mark.who is not None), key=_order)
    for _, group in groupby(named, key=_key):
        mine = list(group)
        yield from _share(mine, tally, as_of) if tally.share is not None else _often(mine, tally)


def _key(mark: Mark) -> Key:
    return mark.platform, mark.shop_id or "", mark.who or ""


def _order(mark: Mark) -> tuple[Key, datetime, str, tuple[str, ...], bool]:
    return _key(mark), mark.hit.at, mark.hit.conversation_id, mark.hit.message_ids, mark.counts


# ---- so many ---------------------------------------------------------------------------------------------------------------


def _often(marks: Sequence[Mark], tally: Tally) -> Iterator[Hit]:
    alike: dict[str, list[Mark]] = {}
    for mark in marks:
        alike.setdefault(mark.text if tally.same_text else "", []).append(mark)
    for _, group in sorted(alike.items()):
        yield from _windows(group, tally)


def _windows(marks: Sequence[Mark], tally: Tally) -> Iterator[Hit]:
    """From each first mark on, the window it opens; windows that are enough do not overlap."""
    first = 0
    while first + tally.at_least <= len(marks):
        opened = marks[first].hit.at
        inside = [mark for mark in marks[first:] if mark.hit.at - opened <= tally.window]
        if len(inside) >= tally.at_least and len(_conversations(inside)) >= tally.conversations:
            limit = f"< {tally.at_least} ({int(tally.window.total_seconds())} s)"
            if tally.conversations > 1:
                limit += f", < {tally.conversations} conversations"
            passed = int((inside[-1].hit.at - opened).total_seconds())
            yield _hit(inside, f"{len(inside)} × in {passed} s", limit, None)
            first += len(inside)
        else:
            first += 1


def _conversations(marks: Sequence[Mark]) -> list[str]:
    return list(dict.fromkeys(mark.hit.conversation_id for mark in marks))


# ---- too great a share ---------------------------------------------------------------------------------------------------------


def _share(marks: Sequence[Mark], tally: Tally, as_of: datetime) -> Iterator[Hit | NotEvaluated]:
    few: list[str] = []
    open_: list[str] = []
    for block, group in groupby(marks, key=lambda mark: _block(mark.hit.at.date(), tally.window.days)):
        inside = list(group)
        of = [mark for mark in inside if mark.counts]
        among = [mark for mark in inside if not mark.counts]
        if not of:
            continue
        if block + tally.window > as_of.astimezone(of[0].hit.at.tzinfo).date():
            open_ += _conversations(of)
        elif len(among) < tally.fewest:
            few += _conversations(of)
        elif len(of) / len(among) >= (tally.share or 0) and len(of) >= tally.at_least:
            share = f"{len(of)} / {len(among)} = {len(of) / len(among):.1%}"
            yield _hit(of, f"{block.isoformat()} + {tally.window.days} d: {share}", f"< {tally.share:.1%}", share)
    for reason, found in (("pending", open_), ("too_few", few)):
        if found:
            yield left_out(reason, found)


def _block(day: date, days: int) -> date:
    """The first day of the block: counted from a Monday."""
    return day - timedelta(days=(day.toordinal() - 1) % days)


def _hit(marks: Sequence[Mark], sums: str, limit: str, share: str | None) -> Hit:
    first = marks[0].hit
    where = _conversations(marks)
    quotes = list(dict.fromkeys(mark.hit.quote for mark in marks))
    facts: dict[str, FactValue] = {
        **first.facts,
        "times": len(marks),
        "said": " … ".join(quotes[:_SHOWN]),
        "last": quotes[-1],
        "arithmetic": sums,
        "who": marks[0].who,
        "conversations": len(where),
        "share": share,
    }
    shown = ", ".join(where[:_SHOWN]) + (" …" if len(where) > _SHOWN else "")
    return replace(
        first,
        message_ids=tuple(dict.fromkeys(message_id for mark in marks for message_id in mark.hit.message_ids)),
        quote=" … ".join(quotes[:_SHOWN]),
        facts=facts,
        measured=f"{sums} ({shown})",
        threshold=limit,
    )
