"""A time that is put right in part: after "Tuesday at 10", "no, Wednesday" keeps the hour, and "at 11" the day."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.days import Ahead, SeveralDays
from bot.domain.time_grammar import TimeExpression, find_times


def put_right(earlier: str, told: str) -> str:
    """The time that is `told` now, with the day or the time of day of the `earlier` one where it says only the other.

    Both are phrases as `find_times` reads them, and so is what comes back. A week or a month has no hour. Of several
    earlier times for choice the day is kept where it is one.
    """
    before, now = _only_time(earlier), _only_time(told)
    several = before is None
    before = _first_of_a_day(earlier) if several else before
    if before is None or now is None:
        return told
    if not several and now.clock is None and before.clock is not None and _is_a_day(now):
        clock = _part(before, lambda one: one.day is None and (one.clock, one.zone) == (before.clock, before.zone))
        return f"{now.phrase} {clock}" if clock else told
    if now.day is None and _is_a_day(before):
        day = _part(before, lambda one: one.clock is None and one.day == before.day)
        return f"{day} {now.phrase}" if day else told
    return told


def says_no_day(text: str) -> bool:
    """Whether the text names a time of day, and no day."""
    found = _only_time(text)
    return found is not None and found.day is None


def _is_a_day(time: TimeExpression) -> bool:
    match time.day:
        case None | Ahead(unit="minute" | "hour" | "month"):
            return False
        case day:
            return not isinstance(day, SeveralDays)


def _first_of_a_day(text: str) -> TimeExpression | None:
    """The first of several times of the same day."""
    found = list(find_times(text))
    return found[0] if found and all(one.day == found[0].day for one in found) else None


def _only_time(text: str) -> TimeExpression | None:
    found = list(find_times(text))
    return found[0] if len(found) == 1 else None


def _part(whole: TimeExpression, fits: Callable[[TimeExpression], bool]) -> str:
    """The phrase, or the words at either end of it, that say no more than that; empty where there are none."""
    words = whole.phrase.split(" ")
    ends = [words, *(part for at in range(1, len(words)) for part in (words[:at], words[at:]))]
    for part in sorted(ends, key=len, reverse=True):
        found = _only_time(" ".join(part))
        if found is not None and fits(found):
            return found.phrase
    return ""
