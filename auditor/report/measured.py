"""What a detector measured, in the reader's words: durations with units, events by name; the arithmetic itself stays beneath."""

from __future__ import annotations

from datetime import timedelta

import re2

from auditor.report.words import Words
from auditor.wording import say_duration

_SPAN = re2.compile(r"^(<= )?([0-9]+) s( \([^()]*\))?$")
_ANSWER = re2.compile(r" = ([0-9]+) s(?: \(([0-9]+) s by the clock\))?$")
_INSTANT = r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5,8}) ?([+-][0-9]{2}:[0-9]{2})"
_EVENT = re2.compile(f"^([a-z_]+) {_INSTANT}$")
_DUE = re2.compile(f"→ {_INSTANT}$")
_END_OF_DAY = re2.compile(r"→ end of day ([0-9]{4}-[0-9]{2}-[0-9]{2})$")
_NO_EVENT = re2.compile(r"^no [a-z]+ event by the end of the export$")


def duration(seconds: float, lang: str) -> str:
    """Seconds as rules' sentences say them: "37 h 30 min", from two days on "3 d 1 h"."""
    return say_duration(timedelta(seconds=seconds), lang)


def in_words(measured: str, known: Words, lang: str) -> str:
    """A `Finding.measured` or `.threshold` as a person says it; whatever is not known to be arithmetic is left as it is."""
    if found := _ANSWER.search(measured):
        counted, clock = found.group(1), found.group(2)
        said = duration(int(counted), lang)
        return f"{said} ({known['page.by_clock'].format(time=duration(int(clock), lang))})" if clock else said
    if found := _SPAN.search(measured):
        return f"{'≤ ' if found.group(1) else ''}{duration(int(found.group(2)), lang)}{found.group(3) or ''}"
    if (found := _EVENT.search(measured)) and f"event.{found.group(1)}" in known:
        return f"{known[f'event.{found.group(1)}']} {found.group(2)} ({found.group(3)})"
    if found := _DUE.search(measured):
        return f"{known['page.until'].format(time=found.group(1))} ({found.group(2)})"
    if found := _END_OF_DAY.search(measured):
        return known["page.until"].format(time=f"{found.group(1)} 24:00")
    return known["page.no_event"] if _NO_EVENT.search(measured) else measured
