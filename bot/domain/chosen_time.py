"""Which of the times that were offered a message may take, in words: "Wednesday at 9 please", "the later one"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from bot.domain.time_expressions import AN_INSTANT_LASTS, resolve_expression
from bot.domain.time_grammar import TimeExpression, bare_clock, find_times

_BESIDE = frozenset(
    """a are as be best book brilliant can could d day do does fine for free from go good great have how i ideal
    ideally is it let let's like ll lovely make may me meet my ok okay on one option our perfect please pls prefer
    rather s see set should slot sounds suit suits sure take thank thanks that that's the then time times to us
    want we will with work works would yeah yep yes you""".split()  # noqa: SIM905
)
"""Words that add nothing to a choice; whatever else is said may turn it round: "not on Wednesday", "after 9"."""

_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")
_WHICH = r"first|second|third|fourth|fifth|last"
_PLACE = re.compile(
    rf"\b(?:the (?P<place>{_WHICH}|latest|earliest|earlier|later|former|latter)(?: (?:one|option|slot|time))?"
    rf"|(?P<one>{_WHICH}) (?:one|option|slot|time))\b(?! thing)",
    re.IGNORECASE,
)
"""Not "later" by itself, nor "a later one": those are none that was offered."""

_OF_TWO: Final = {"earlier": 0, "former": 0, "later": 1, "latter": 1}
_OF_ANY: Final = {"earliest": 0, "last": -1, "latest": -1, **{word: at for at, word in enumerate(_ORDINALS)}}

_DATE_ALONE = re.compile(r"(?<!\bthe )(?<![\w.:])(?=[0-3]?\d(?:st|nd|rd|th)\b(?! of\b))", re.IGNORECASE)
"""Where "24th" begins that has no "the" before it, without which it is no time in other texts."""


def chosen_times(text: str, offered: Collection[datetime], now: datetime) -> Sequence[datetime]:
    """The offered times that it may mean, in their order: one where it chooses, several where it leaves that open, and
    none where it names another time, or says something else besides.

    The times that are offered are aware, each in the zone in which it was shown.
    """
    place = _PLACE.search(text)
    rest = text if place is None else f"{text[: place.start()]} {text[place.end() :]}"
    named = _named(rest)
    if named is None or (place is None and not named):
        return ()
    fitting = sorted(at for at in offered if all(fits(one, at, now) for one in named))
    return fitting if place is None else _at_place(fitting, (place["place"] or place["one"]).lower())


def _at_place(times: Sequence[datetime], place: str) -> Sequence[datetime]:
    """ "The later one" is one of two; of more it may be any but the first."""
    if place in _OF_TWO:
        at = _OF_TWO[place]
        return times[1:] if at else times[:-1]
    at = _OF_ANY[place]
    return times[at:][:1] if at < len(times) else ()


def _named(text: str) -> Sequence[TimeExpression] | None:
    """The day, the time of day, or both, that are named; None where anything else is said."""
    text = _DATE_ALONE.sub("the ", text)
    found = list(find_times(text))
    besides = " ".join(_between(text, found))
    words = [word for word in re.findall(r"[\w:.'-]+", besides.lower()) if word.strip(".:") not in _BESIDE]
    if words and (clock := bare_clock(" ".join(words))) is not None:
        found.append(clock)
    elif words:
        return None
    days, clocks = [one for one in found if one.day], [one for one in found if one.clock]
    return None if len(days) > 1 or len(clocks) > 1 else found


def _between(text: str, found: Sequence[TimeExpression]) -> Sequence[str]:
    """What of the text is none of these."""
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def fits(expression: TimeExpression, at: datetime, now: datetime) -> bool:
    """Whether this moment, in the zone in which it is shown, is the one that is named, or within what is."""
    zone = at.tzinfo
    span = None if zone is None else resolve_expression(expression, now, zone)
    if zone is None or span is None:
        return False
    begins, ends = span
    if expression.day is None:
        begins, ends = (_on_the_day_of(at, one.astimezone(zone)) for one in span)
    if expression.clock is not None and ends - begins <= AN_INSTANT_LASTS:
        return begins == at
    return begins <= at < ends


def _on_the_day_of(at: datetime, clock: datetime) -> datetime:
    return datetime.combine(at.date(), clock.timetz())
