"""Finds when somebody means in English text: "next Tuesday at half past 3", "tomorrow afternoon", "in two weeks".

Finding needs no clock; what an expression means does: see `bot.domain.time_expressions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.clock_grammar import (
    BARE_CLOCK,
    CLOCK_RULES,
    FOUR_FIGURES,
    HALF_BEFORE,
    HALF_OF_DAY,
    HOUR_BEFORE_A_ZONE,
    NIGHT_OF_A_DAY,
    PARTS_OF_DAY,
    TIME_OF_A_DATE,
    TimeOfDay,
    after_half_of_day,
    bare_time_of_day,
    in_half_of_day,
)
from bot.domain.day_grammar import DATE_OF_A_WEEKDAY, DAY_RULES
from bot.domain.days import Day, InMonth, OnDate, OnWeekday
from bot.domain.period_grammar import BARE_MONTH, month_named
from bot.domain.time_words import AMOUNTS, DAY_IN_WORDS, FLAGS, MONTH, WEEKDAY, YEAR
from bot.domain.zone_grammar import NamedZone, zone_at


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """`start` and `end` are offsets into the text it was found in; `phrase` is in normal form.

    `certain` is false where the words are often no time: "today", "sun", "at 5". `zone` is that in which it was said,
    where it was named.
    """

    start: int
    end: int
    phrase: str
    day: Day | None
    clock: TimeOfDay | None
    certain: bool
    zone: NamedZone | None = None


_OFTEN_NO_TIME = frozenset(
    (
        "today", "tonight", "sun", "sat", "mon", "wed", "thu", "fri", "the week", "the month", "the weekend",
        "this year",
    )
)  # fmt: skip

_YEAR_ALONE = re.compile(rf"(?:in|during) {YEAR}", FLAGS)
"""Said of what is over as often as of what is to come."""

_BLANK = re.compile(r"[\s,]*")
_JOIN = re.compile(r"[\s,]*(?:(?:on|at|in|the|of|around|about|say|maybe|sometime|for|then|any ?time)\s+)*", FLAGS)
_AT = re.compile(r"\bat\b|@", FLAGS)
_BEGINNING = re.compile(
    rf"(?<![\w.:/$£€#-])(?:\d|@|(?:the|day|to[dnm]\w+|tmr\w?|in|within|next|this|coming|early|later?|mid|end|start|beginning|"
    rf"middle|during|week|weekend|w/c|half|quarter|after|before|between|from|by|at|around|about|mornings?|lunch\w*|midday|midnight|noon|afternoons?|evenings?|eod|"
    rf"{DAY_IN_WORDS}|last|christmas|boxing|new|{WEEKDAY}s?|{MONTH}|{'|'.join(AMOUNTS)})\b)",
    FLAGS,
)


_WORD = re.compile(r"[a-z]+", FLAGS)
_PREFIXES = frozenset({
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
    "sep", "oct", "nov", "dec", "tod", "ton", "tom", "tmr", "wee", "day", "min", "hou", "hr", "hrs", "lun",
    "mid", "noo", "aft", "eve", "eod", "mor", "clo", "one", "two", "thr", "fou", "fiv", "six", "sev", "eig",
    "nin", "ten", "yea", "ele", "twe", "thi", "hal", "qua",
})  # fmt: skip


def _may_have_times(text: str) -> bool:
    """Whether a digit or the beginning of a word is there without which no rule matches; a look that costs little."""
    return (
        any(word[:3] in _PREFIXES for word in _WORD.findall(text.lower()))
        or any(map(str.isdecimal, text))
        or ("fortnight" in text.lower() or "end of" in text.lower())
    )


def find_times(text: str) -> Iterator[TimeExpression]:
    """The expressions in the text, from left to right; they do not overlap."""
    if not _may_have_times(text):
        return
    read_to = 0
    for beginning in _BEGINNING.finditer(text):
        if beginning.start() < read_to:
            continue
        if found := _expression_at(text, beginning.start()):
            read_to = found.end
            yield found


def bare_month(text: str) -> TimeExpression | None:
    """The month that a text is, and nothing besides, where a time was asked for: "March", "maybe May next year"."""
    match = BARE_MONTH.fullmatch(text)
    if match is None:
        return None
    phrase = "in " + " ".join(match["said"].lower().split())
    return TimeExpression(*match.span("said"), phrase, InMonth(month_named(match)), None, False)


def bare_clock(text: str) -> TimeExpression | None:
    """The time of day that a text is, and nothing besides, where a time was asked for: "nine", "ten thirty", "1530"."""
    match = BARE_CLOCK.fullmatch(text)
    clock = None if match is None else bare_time_of_day(match)
    if match is None or clock is None:
        return None
    phrase = f"at {clock.start // 60:02}:{clock.start % 60:02}"
    return TimeExpression(match.start("time"), match.end("time"), phrase, None, clock, False)


def _expression_at(text: str, start: int) -> TimeExpression | None:
    """The longest expression that begins here: a day, a time of day, or both in either order."""
    day: Day | None = None
    clock: TimeOfDay | None = None
    zone: NamedZone | None = None
    end = start
    phrase = ""
    certain = False
    while True:
        before = HALF_BEFORE.search(text[start:end])
        half_only = before is not None and clock is not None and clock.start < clock.end
        if (part := _next_part(text, end, day, clock, half_only=half_only)) is None:
            break
        said, end, sure = part
        certain = certain or sure
        if isinstance(said, TimeOfDay):
            clock = after_half_of_day(said, (before["half"] or "tonight").lower()) if before else said
        else:
            day = said
        if clock is not None and clock.start == clock.end and (half := HALF_OF_DAY.match(text, end)):
            clock, end = in_half_of_day(clock, half["half"]), half.end()
        if clock is not None and zone is None and (named := zone_at(text, end)):
            zone, after = named
            # Capitals tell an abbreviation from a word, in what is worked out again later, too.
            phrase = text[start:end].lower() + text[end:after]
            end, certain = after, True
    if day is None and clock is None:
        return None
    phrase += text[start + len(phrase) : end].lower()
    certain = certain or (day is not None and clock is not None)
    if clock is None and phrase == "tonight":
        clock = TimeOfDay(*PARTS_OF_DAY["tonight"])
    return TimeExpression(start, end, re.sub(r"\s+", " ", phrase), day, clock, certain, zone)


def _next_part(
    text: str, end: int, day: Day | None, clock: TimeOfDay | None, *, half_only: bool
) -> tuple[Day | TimeOfDay, int, bool] | None:
    """What follows after a blank or a word such as "on"; a date may follow its weekday: "Thursday the 3rd".

    `half_only`: of the time of day only the half was said, and that is at the end: "Friday evening", "at 8".
    """
    positions = [end]
    if day is not None or clock is not None:
        positions = [match.end() for pattern in (_BLANK, _JOIN) if (match := pattern.match(text, end))]
    if day is not None and clock is None and (night := NIGHT_OF_A_DAY.match(text, end)):
        return TimeOfDay(*PARTS_OF_DAY["tonight"]), night.end(), True
    if isinstance(day, OnDate) and clock is None and (written := TIME_OF_A_DATE[0].match(text, end)):
        at_once = TIME_OF_A_DATE[1](written)
        return None if at_once is None else (at_once, written.end(), True)
    for at in positions:
        if day is not None and clock is None and (four := FOUR_FIGURES.match(text, at)):
            may_be_a_year = isinstance(day, OnDate | InMonth) and not _AT.search(text, end, four.start("hour"))
            if not may_be_a_year and (instant := bare_time_of_day(four)) is not None:
                return instant, four.end(), True
        if clock is None and (read_clock := _clock_at(text, at)):
            return read_clock
        if half_only and (read_clock := _clock_at(text, at)) and not HALF_BEFORE.search(text[at : read_clock[1]]):
            return read_clock
        read_day = _day_at(text, at) if day is None or isinstance(day, OnWeekday) else None
        if isinstance(day, OnWeekday) and (dated := DATE_OF_A_WEEKDAY.match(text, at)) and read_day is None:
            read_day = OnDate(int(dated["day"])), dated.end(), True
        if read_day and (day is None or isinstance(read_day[0], OnDate)):
            return read_day
    return None


def _clock_at(text: str, at: int) -> tuple[TimeOfDay, int, bool] | None:
    for pattern, build, certain in CLOCK_RULES:
        if (match := pattern.match(text, at)) and (clock := build(match)) is not None:
            return clock, match.end(), certain
    pattern, build = HOUR_BEFORE_A_ZONE
    if (match := pattern.match(text, at)) and (named := zone_at(text, match.end())) and named[0].is_plain:
        clock = build(match)
        return None if clock is None else (clock, match.end(), True)
    return None


def _day_at(text: str, at: int) -> tuple[Day, int, bool] | None:
    for pattern, build in DAY_RULES:
        if (match := pattern.match(text, at)) and (day := build(match)) is not None:
            return day, match.end(), not (match[0].lower() in _OFTEN_NO_TIME or _YEAR_ALONE.fullmatch(match[0]))
    return None
