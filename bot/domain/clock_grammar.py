"""The times of day that somebody names in English text: "at half past 3", "after lunch", "2 to 4pm"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.time_words import FLAGS, HOUR, HOURS, MONTH, WEEKDAY, amount_of, rule


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A span of the day in minutes since midnight; in an instant the two are equal."""

    start: int
    end: int


PARTS_OF_DAY = {
    "morning": (9 * 60, 12 * 60),
    "lunch": (12 * 60, 14 * 60),
    "midday": (12 * 60, 12 * 60),
    "noon": (12 * 60, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 21 * 60),
    "tonight": (17 * 60, 21 * 60),
    "end of": (16 * 60, 18 * 60),
    "eod": (16 * 60, 18 * 60),
}
_MIDNIGHT = 24 * 60
_NOON = 12 * 60
_NAMED = {"midnight": _MIDNIGHT, "noon": _NOON, "midday": _NOON}

_AMPM = r"(?:\s?(?P<ampm>[ap])\.?m\b\.?)"
_TIME = rf"(?:{HOUR}(?:[:.h][0-5]\d)?(?:\s?[ap]\.?m\b\.?)?|midnight|noon|midday)"


def _minutes(written: str, *, afternoon: bool | None = None) -> int | None:
    """Minutes since midnight of "3", "3pm", "15:30", "half" is not known here. A bare 1 to 6 is in the afternoon.

    "midnight" itself is that at the end of the day.
    """
    if (named := _NAMED.get(written.strip().lower())) is not None:
        return named
    match = re.fullmatch(rf"(?P<hour>{HOUR})(?:[:.h](?P<minute>\d\d))?{_AMPM}?", written.strip(), FLAGS)
    if match is None:
        return None
    word = match["hour"].lower()
    hour = int(word) if word.isdigit() else HOURS.index(word) + 1
    if match["ampm"]:
        afternoon = match["ampm"].lower() == "p"
    if afternoon is None:
        afternoon = 1 <= hour <= 6 and not word.startswith("0")
    if hour > 12:
        afternoon = False
    hour = hour % 12 + 12 if afternoon else 0 if hour == 12 and match["ampm"] else hour
    return hour * 60 + int(match["minute"] or 0)


def _instant(written: str) -> TimeOfDay | None:
    minutes = _minutes(written)
    return None if minutes is None else TimeOfDay(minutes, minutes)


def _between(match: re.Match[str]) -> TimeOfDay | None:
    said = match["last"].lower()
    last = _minutes(said)
    afternoon = ("p" in said) if re.search(r"[ap]\.?m", said) else None
    first = _minutes(match["first"], afternoon=afternoon)
    if first is not None and last is not None and first >= last:
        first = _minutes(match["first"])
    return TimeOfDay(first, last) if first is not None and last is not None and first < last else None


def _past(match: re.Match[str]) -> TimeOfDay | None:
    hour = _minutes(match["hour"] + (f" {match['ampm']}m" if match["ampm"] else ""))
    word = (match["minutes"] or "").lower()
    minutes = 30 if word.startswith("half") else 15 if word == "quarter" else amount_of(word)
    if hour is None:
        return None
    at = (hour - minutes if (match["side"] or "").lower() in {"to", "before"} else hour + minutes) % _MIDNIGHT
    return TimeOfDay(at, at)


def _bounded(match: re.Match[str]) -> TimeOfDay | None:
    word = match["time"].lower()
    after = match["side"].lower() == "after"
    if word.startswith("lunch"):
        at: int | None = PARTS_OF_DAY["lunch"][1 if after else 0]
    else:
        at = _minutes(word)
    if at is None:
        return None
    return TimeOfDay(at, max(18 * 60, at + 60)) if after else TimeOfDay(min(9 * 60, at), at)


def _part_of_day(match: re.Match[str]) -> TimeOfDay:
    name = next(name for name in PARTS_OF_DAY if match["name"].lower().startswith(name))
    start, end = PARTS_OF_DAY[name]
    said = (match["part"] or "").lower()
    middle = (start + end) // 2
    if said in {"early", "first thing"} and start < end:
        return TimeOfDay(start, min(middle, start + 60) if said == "first thing" else middle)
    return TimeOfDay(middle, end) if said == "late" else TimeOfDay(start, end)


_MINUTES_IN_WORDS = {"fifteen": 15, "thirty": 30, "forty-five": 45, "forty five": 45}
_IN_WORDS = "|".join(_MINUTES_IN_WORDS)
BARE_CLOCK = re.compile(
    r"[\s~]*(?:(?:about|around|say|maybe|perhaps|let'?s say|how about|at|by|ok|yes|sure|make it|um+|hm+)\W+)*"
    rf"(?P<time>(?P<hour>{HOUR})(?:[ :.-]?(?P<minutes>[0-5]\d|{_IN_WORDS}))?)(?:-?ish)?"
    r"(?:\W+(?:or so|please|pls|works?|is fine|would be (?:fine|good|great)|sharp|thanks|thank you))*\W*",
    FLAGS,
)
"""A time of day with nothing besides; it is one only where a time was asked for."""


def bare_time_of_day(match: re.Match[str]) -> TimeOfDay | None:
    """What a match of `BARE_CLOCK` says; two digits and no hour before them are no time."""
    minutes = (match["minutes"] or "0").lower()
    return _instant(f"{match['hour']}:{_MINUTES_IN_WORDS.get(minutes) or int(minutes):02}")


HALF_OF_DAY = re.compile(r" (?:in the |at )?(?P<half>morning|afternoon|evening|(?:late )?night)(?!\w)", FLAGS)
"""What says after a time of day, or after its day, in which half it is: "5 o'clock in the morning"."""


def in_half_of_day(clock: TimeOfDay, half: str) -> TimeOfDay:
    """That instant in the morning, or else in the afternoon; at night it is before six, or late.

    Late at night, what is before six comes after the day: "tonight at 12 in the late night".
    """
    half, hour = half.lower(), clock.start % (12 * 60)
    early = half == "morning" or (half.endswith("night") and hour < 6 * 60)
    at = hour if early else hour + 12 * 60
    if early and half == "late night":
        at += _MIDNIGHT
    return TimeOfDay(at, at)


HALF_BEFORE = re.compile(r"\b(?:(?P<half>morning|afternoon|evening|night)s?|tonight)$", FLAGS)
"""What says in which half of the day a time is that comes after: "Friday evening at 8", "tonight at 8"."""

TIME_OF_A_DATE = (
    re.compile(r"T(?P<time>[01]\d:[0-5]\d|2[0-3]:[0-5]\d)(?::[0-5]\d)?(?![\w:+])", FLAGS),
    lambda m: _instant(m["time"]),
)
"""What ISO 8601 has right after a date."""

FOUR_FIGURES = re.compile(
    r"(?:@ ?)?(?P<hour>[01]\d|2[0-3])(?P<minutes>[0-5]\d)(?: ?(?:h|hrs|hours)\b)?"
    r"(?=\W*$|[,.!?;)]\W| (?:please|pls|or|and|if|for|works?|would|thanks)\b)",
    FLAGS,
)
"""A time of day right after a day, with nothing that it could count behind it: "tomorrow at 0900"."""

NIGHT_OF_A_DAY = re.compile(r" night(?!\w)", FLAGS)
"""A part of the day only right after its day: "tomorrow night"."""


def after_half_of_day(clock: TimeOfDay, half: str) -> TimeOfDay:
    """That time in the half of the day that was named before it; of a night, what is before five is after the day."""
    if half == "morning":
        return clock
    if clock.start < clock.end:
        first, last = (at + _NOON if at <= _NOON else at for at in (clock.start, clock.end))
        return TimeOfDay(first, max(last, first + 60))
    late = half in {"night", "tonight"} and clock.start % _NOON < 5 * 60
    return in_half_of_day(clock, "late night" if late else half)


HOUR_BEFORE_A_ZONE = (
    rule(rf"(?:at )?(?P<time>{HOUR}(?:\.[0-5]\d)?)"),
    lambda m: _instant(m["time"]),
)
"""What is a time of day only where a zone follows: "9 CET"."""

ClockRule = tuple[re.Pattern[str], Callable[[re.Match[str]], TimeOfDay | None], bool]
CLOCK_RULES: tuple[ClockRule, ...] = (
    (rule(rf"(?:between|from) (?P<first>{_TIME}) ?(?:and|to|-|until|till) ?(?P<last>{_TIME})"), _between, True),
    (rule(rf"(?P<first>{_TIME}) ?(?:-|to) ?(?P<last>{HOUR}(?:[:.][0-5]\d)?\s?[ap]\.?m\b\.?)"), _between, True),
    (rule(rf"(?:at )?(?P<minutes>half) (?P<side>past )?(?P<hour>{HOUR}){_AMPM}?"), _past, True),
    (
        rule(
            r"(?:at )?(?:a )?(?P<minutes>quarter|five|ten|twenty) (?P<side>past|to|after|before) "
            rf"(?P<hour>{HOUR}){_AMPM}?"
        ),
        _past,
        True,
    ),
    (
        rule(rf"(?P<side>after|before|by) (?P<time>{HOUR}(?:[:.h][0-5]\d)?\s?[ap]\.?m\b\.?)"),
        _bounded,
        True,
    ),
    (
        rule(
            rf"(?P<side>after|before|by) (?P<time>{_TIME}|lunch)"
            rf"(?! (?:day|week|month|hour|min)| (?:of )?(?!(?-i:may)\b){MONTH}\b)"
        ),
        _bounded,
        False,
    ),
    (
        rule(rf"(?:at |around |about )?(?P<time>{HOUR}(?:[:.][0-5]\d)?\s?[ap]\.?m\b\.?)"),
        lambda m: _instant(m["time"]),
        True,
    ),
    (
        rule(
            rf"(?:(?P<at>at )?(?P<hour>{HOUR})[ -](?P<minutes>{_IN_WORDS}))(?(at)|(?= (?:on )?(?:to\w+|{WEEKDAY})\b))"
        ),
        bare_time_of_day,
        False,
    ),
    (rule(rf"(?:at )?(?P<time>{HOUR}) ?o'? ?clock"), lambda m: _instant(m["time"]), True),
    (rule(r"(?:at )?(?P<time>(?:2[0-3]|[01]?\d)[:h][0-5]\d)(?!:)"), lambda m: _instant(m["time"]), True),
    (
        rule(rf"(?:at|@) ?(?:about |around )?(?P<time>{HOUR})(?:ish)?(?! ?[%\d:./]| \w*(?:people|users|staff|of us))"),
        lambda m: _instant(m["time"]),
        False,
    ),
    (
        rule(rf"(?:at )?(?P<time>{HOUR}) (?:o'?clock )?(?:in the )?(?P<half>morning|afternoon|evening)"),
        lambda m: _instant(f"{m['time']}{'am' if m['half'].lower() == 'morning' else 'pm'}"),
        True,
    ),
    (
        rule(rf"(?:at )?(?P<time>{HOUR})(?= (?:this|tomorrow) (?:morning|afternoon|evening)(?!\w))"),
        lambda m: _instant(m["time"]),
        True,
    ),
    (
        rule(
            r"(?:at|around) midnight|midnight(?= (?:on|today|tonight|tomorrow)\b)"
            r"|(?:(?<=day )|(?<=tonight )|(?<=tomorrow ))midnight"
        ),
        lambda m: TimeOfDay(_MIDNIGHT, _MIDNIGHT),
        True,
    ),
    (
        rule(
            r"(?:in the |at )?(?:(?P<part>first thing|early|late)(?: in the)? )?"
            r"(?P<name>mornings?|lunch ?time|midday|noon|afternoons?|evenings?|end of (?:the )?day|eod)"
        ),
        _part_of_day,
        True,
    ),
)
