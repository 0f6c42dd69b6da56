"""Which of the times that were offered a message takes, in words: "Wednesday at 9 please", "10:30 works for me"."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from bot.domain.time_expressions import AN_INSTANT_LASTS, resolve_expression
from bot.domain.time_grammar import TimeExpression, bare_clock, find_times

_BESIDE = frozenset(
    """a as be best book brilliant can could d day do does fine for free from go good great have how i ideal
    ideally is it let let's like ll lovely make may me meet my ok okay on one our perfect please pls prefer
    rather s see set should slot sounds suit suits sure take thank thanks that that's the then time times to us
    want we will with work works would yeah yep yes you""".split()  # noqa: SIM905
)
"""Words that add nothing to a choice; whatever else is said may turn it round: "not on Wednesday", "after 9"."""


def chosen_time(text: str, offered: Collection[datetime], now: datetime) -> datetime | None:
    """The offered time that is named, and nothing besides; None where it may be another, or several.

    The times that are offered are aware, each in the zone in which it was shown.
    """
    expression = _named(text)
    if expression is None:
        return None
    fitting = [at for at in offered if _is(expression, at, now)]
    return fitting[0] if len(fitting) == 1 else None


def _named(text: str) -> TimeExpression | None:
    found = list(find_times(text))
    if not found:
        kept = " ".join(word for word in text.split() if word.lower().strip("?!.,") not in _BESIDE)
        return bare_clock(kept.strip("?!., "))
    besides = re.findall(r"\w+", f"{text[: found[0].start]} {text[found[0].end :]}".lower())
    return found[0] if len(found) == 1 and _BESIDE.issuperset(besides) else None


def _is(expression: TimeExpression, at: datetime, now: datetime) -> bool:
    zone = at.tzinfo
    span = None if zone is None else resolve_expression(expression, now, zone)
    if zone is None or span is None:
        return False
    begins, ends = span
    if expression.day is None:
        return begins.astimezone(zone).time() == at.time()
    if expression.clock is not None and ends - begins <= AN_INSTANT_LASTS:
        return begins == at
    return begins <= at < ends
