"""Finds when somebody means in English text: "next Tuesday at half past 3", "tomorrow afternoon", "in two weeks".

Finding needs no clock; what an expression means does: see `bot.domain.time_expressions`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

_FLAGS = re.IGNORECASE | re.ASCII  # without ASCII, letters such as ſ and K would pass for s and k

Unit = Literal["minute", "hour", "day", "week", "month"]
Part = Literal["", "early", "mid", "late"]


@dataclass(frozen=True, slots=True)
class Ahead:
    """So much later than now."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """0 is Monday. `next`: the one in the week that begins next Monday; `weeks` are added."""

    weekday: int
    next: bool = False
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class InPeriod:
    """The present one (offset 0), the next (1), or a part of it."""

    unit: Literal["week", "weekend", "month"]
    offset: int = 0
    part: Part = ""


@dataclass(frozen=True, slots=True)
class OnDate:
    """A date as far as it was named; without year or month, the next such one."""

    day: int
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Slashed:
    """3/4 or 3/4/2027: which number is the month depends on where the writer lives."""

    first: int
    second: int
    year: int | None = None


Day = Ahead | OnWeekday | InPeriod | OnDate | Slashed


@dataclass(frozen=True, slots=True)
class Clock:
    """A span of the day in minutes since midnight; in an instant the two are equal."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """`start` and `end` are offsets into the text it was found in; `phrase` is in normal form.

    `certain` is false where the words are often no time: "today", "sun", "at 5".
    """

    start: int
    end: int
    phrase: str
    day: Day | None
    clock: Clock | None
    certain: bool


# ---------------------------------------------------------------- words

_DAY_NAMES = tuple(name.lower() for name in calendar.day_name)
_MONTH_NAMES = tuple(name.lower() for name in calendar.month_name)[1:]
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_AMOUNTS = {word: value for value, word in enumerate(_HOURS, start=1)} | {
    "a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty-five": 45, "sixty": 60, "ninety": 90,
}  # fmt: skip
_PARTS_OF_DAY = {
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
_OFTEN_NO_TIME = frozenset(
    ("today", "tonight", "sun", "sat", "mon", "wed", "thu", "fri", "the week", "the month", "the weekend")
)

_WEEKDAY = r"(?:mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_AMOUNT = r"(?:\d{1,3}|" + "|".join(sorted(_AMOUNTS, key=len, reverse=True)) + ")"
_HOUR = r"(?:2[0-3]|[01]?\d|" + "|".join(_HOURS) + ")"
_AMPM = r"(?:\s?(?P<ampm>[ap])\.?m\b\.?)"
_DAY_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])"
_TIME = rf"{_HOUR}(?:[:.h][0-5]\d)?(?:\s?[ap]\.?m\b\.?)?"


def _weekday(word: str) -> int:
    return next(at for at, name in enumerate(_DAY_NAMES) if name.startswith(word[:3].lower()))


def _month(word: str) -> int:
    return next(at for at, name in enumerate(_MONTH_NAMES, start=1) if name.startswith(word[:3].lower()))


def _amount(word: str) -> int:
    return int(word) if word.isdigit() else _AMOUNTS[word.lower()]


def _year(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if len(word) == 4 else 2000 + int(word)


# ---------------------------------------------------------------- rules for days


def _named(match: re.Match[str]) -> Day:
    word = match[0].lower()
    return Ahead(0 if word.startswith("to") and word[:3] in {"tod", "ton"} else 2 if "after" in word else 1, "day")


def _ahead(match: re.Match[str]) -> Day:
    unit = match["unit"].lower()
    amount = _amount(match["amount"])
    if unit.startswith("fortnight"):
        return Ahead(2 * amount, "week")
    units: tuple[tuple[str, Unit], ...] = (
        ("mi", "minute"), ("h", "hour"), ("d", "day"), ("w", "week"), ("mo", "month"),
    )  # fmt: skip
    return Ahead(amount, next(name for start, name in units if unit.startswith(start)))


def _on_weekday(match: re.Match[str]) -> Day:
    which = (match["which"] or "").lower()
    after = (match["after"] or "").lower()
    return OnWeekday(_weekday(match["day"]), next=which == "next" or "next" in after, weeks=1 if after == "week" else 0)


def _weeks_from(match: re.Match[str]) -> Day:
    weeks = _amount(match["amount"])
    day = match["day"].lower()
    if day in {"today", "now"}:
        return Ahead(weeks, "week")
    return Ahead(7 * weeks + 1, "day") if day == "tomorrow" else OnWeekday(_weekday(day), weeks=weeks)


def _in_period(match: re.Match[str]) -> Day:
    said = (match["part"] or "").lower()
    part: Part = ""
    if said:
        part = "late" if "late" in said or "end" in said else "mid" if "mid" in said else "early"
    which = match["which"].lower()
    unit: Literal["week", "weekend", "month"] = "month"
    if match["unit"].lower().startswith("week"):
        unit = "weekend" if match["unit"].lower() == "weekend" else "week"
    after_next = "after next" in (match["after"] or "").lower()
    return InPeriod(unit, 2 if after_next else 1 if which in {"next", "the following", "the coming"} else 0, part)


def _on_date(match: re.Match[str]) -> Day:
    return OnDate(int(match["day"]), _month(match["month"]), _year(match["year"]))


_DayRule = tuple[re.Pattern[str], Callable[[re.Match[str]], Day | None]]


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", _FLAGS)


_DAY_RULES: tuple[_DayRule, ...] = (
    (
        _rule(r"(?P<year>20\d\d)-(?P<month>0?[1-9]|1[0-2])-(?P<day>[0-3]?\d)"),
        lambda m: OnDate(int(m["day"]), int(m["month"]), int(m["year"])),
    ),
    (
        _rule(
            r"(?!24/7\b)(?P<first>\d{1,2})([/.])(?P<second>\d{1,2})(?:\2(?P<year>20\d\d|\d\d))?(?![%/.\d]|\s?[ap]\.?m)"
        ),
        lambda m: Slashed(int(m["first"]), int(m["second"]), _year(m["year"])) if m[2] == "/" or m["year"] else None,
    ),
    (
        _rule(
            rf"(?:the )?(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b\.?"
            r"(?:,? (?P<year>20\d\d))?"
        ),
        _on_date,
    ),
    (
        _rule(rf"(?P<month>{_MONTH})\.? (?:the )?(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?(?!:)"),
        _on_date,
    ),
    (_rule(rf"the (?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)"), lambda m: OnDate(int(m["day"]))),
    (_rule(r"(?:the )?day after tomorrow|today|tonight|tomm?orr?ow|tmrw|tmr"), _named),
    (_rule(rf"(?P<amount>{_AMOUNT}) weeks? (?:from|on) (?P<day>today|now|tomorrow|{_WEEKDAY})"), _weeks_from),
    (
        _rule(
            rf"(?:with)?in (?:about |around |the next |another )?(?P<amount>{_AMOUNT}) "
            r"(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|fortnights?)'?(?: time)?"
        ),
        _ahead,
    ),
    (_rule(rf"(?P<amount>{_AMOUNT}) (?P<unit>days?|weeks?|months?) (?:from (?:now|today)|ahead)"), _ahead),
    (
        _rule(
            rf"(?:(?P<which>this coming|this|next|coming) )?(?P<day>{_WEEKDAY})s?"
            r"(?: (?P<after>(?:of )?next week|week))?"
        ),
        _on_weekday,
    ),
    (
        _rule(
            r"(?:(?P<part>early(?: in)?|late|later|later in|mid|(?:the )?(?:end|start|beginning|middle) of) )?"
            r"(?P<which>this|next|the following|the coming|the) (?P<unit>weekend|week|month)(?P<after> after next)?"
        ),
        _in_period,
    ),
)

# ---------------------------------------------------------------- rules for the time of day


def _minutes(written: str, *, afternoon: bool | None = None) -> int | None:
    """Minutes since midnight of "3", "3pm", "15:30", "half" is not known here. A bare 1 to 6 is in the afternoon."""
    match = re.fullmatch(rf"(?P<hour>{_HOUR})(?:[:.h](?P<minute>\d\d))?{_AMPM}?", written.strip(), _FLAGS)
    if match is None:
        return None
    word = match["hour"].lower()
    hour = int(word) if word.isdigit() else _HOURS.index(word) + 1
    if match["ampm"]:
        afternoon = match["ampm"].lower() == "p"
    if afternoon is None:
        afternoon = 1 <= hour <= 6 and not word.startswith("0")
    if hour > 12:
        afternoon = False
    hour = hour % 12 + 12 if afternoon else 0 if hour == 12 and match["ampm"] else hour
    return hour * 60 + int(match["minute"] or 0)


def _instant(written: str) -> Clock | None:
    minutes = _minutes(written)
    return None if minutes is None else Clock(minutes, minutes)


def _between(match: re.Match[str]) -> Clock | None:
    said = match["last"].lower()
    last = _minutes(said)
    afternoon = ("p" in said) if re.search(r"[ap]\.?m", said) else None
    first = _minutes(match["first"], afternoon=afternoon)
    if first is not None and last is not None and first >= last:
        first = _minutes(match["first"])
    return Clock(first, last) if first is not None and last is not None and first < last else None


def _past(match: re.Match[str]) -> Clock | None:
    hour = _minutes(match["hour"] + (f" {match['ampm']}m" if match["ampm"] else ""))
    word = (match["minutes"] or "").lower()
    minutes = 30 if word.startswith("half") else 15 if word == "quarter" else _amount(word)
    if hour is None:
        return None
    at = (hour - minutes if (match["side"] or "").lower() in {"to", "before"} else hour + minutes) % _MIDNIGHT
    return Clock(at, at)


def _bounded(match: re.Match[str]) -> Clock | None:
    word = match["time"].lower()
    after = match["side"].lower() == "after"
    if word.startswith("lunch"):
        at: int | None = _PARTS_OF_DAY["lunch"][1 if after else 0]
    else:
        at = _PARTS_OF_DAY["noon"][0] if word in {"noon", "midday"} else _minutes(word)
    if at is None:
        return None
    return Clock(at, max(18 * 60, at + 60)) if after else Clock(min(9 * 60, at), at)


def _part_of_day(match: re.Match[str]) -> Clock:
    name = next(name for name in _PARTS_OF_DAY if match["name"].lower().startswith(name))
    start, end = _PARTS_OF_DAY[name]
    said = (match["part"] or "").lower()
    middle = (start + end) // 2
    if said in {"early", "first thing"} and start < end:
        return Clock(start, min(middle, start + 60) if said == "first thing" else middle)
    return Clock(middle, end) if said == "late" else Clock(start, end)


_ClockRule = tuple[re.Pattern[str], Callable[[re.Match[str]], Clock | None], bool]
_CLOCK_RULES: tuple[_ClockRule, ...] = (
    (_rule(rf"(?:between|from) (?P<first>{_TIME}) ?(?:and|to|-|until|till) ?(?P<last>{_TIME})"), _between, True),
    (_rule(rf"(?P<first>{_TIME}) ?(?:-|to) ?(?P<last>{_HOUR}(?:[:.][0-5]\d)?\s?[ap]\.?m\b\.?)"), _between, True),
    (_rule(rf"(?:at )?(?P<minutes>half) (?P<side>past )?(?P<hour>{_HOUR}){_AMPM}?"), _past, True),
    (
        _rule(
            r"(?:at )?(?:a )?(?P<minutes>quarter|five|ten|twenty) (?P<side>past|to|after|before) "
            rf"(?P<hour>{_HOUR}){_AMPM}?"
        ),
        _past,
        True,
    ),
    (
        _rule(rf"(?P<side>after|before|by) (?P<time>{_TIME}|noon|midday|lunch)(?! (?:day|week|month|hour|min))"),
        _bounded,
        False,
    ),
    (
        _rule(rf"(?:at |around |about )?(?P<time>{_HOUR}(?:[:.][0-5]\d)?\s?[ap]\.?m\b\.?)"),
        lambda m: _instant(m["time"]),
        True,
    ),
    (_rule(rf"(?:at )?(?P<time>{_HOUR}) ?o'? ?clock"), lambda m: _instant(m["time"]), True),
    (_rule(r"(?:at )?(?P<time>(?:2[0-3]|[01]?\d)[:h][0-5]\d)(?!:)"), lambda m: _instant(m["time"]), True),
    (
        _rule(
            rf"(?:at|@) ?(?:about |around )?(?P<time>{_HOUR})(?:ish)?(?! ?[%\d:./]| \w*(?:people|users|staff|of us))"
        ),
        lambda m: _instant(m["time"]),
        False,
    ),
    (
        _rule(
            rf"(?:at )?(?P<time>{_HOUR}) (?:o'?clock )?(?:in the|this|tomorrow)? ?(?P<half>morning|afternoon|evening)"
        ),
        lambda m: _instant(f"{m['time']}{'am' if m['half'].lower() == 'morning' else 'pm'}"),
        True,
    ),
    (
        _rule(
            r"(?:in the |at )?(?:(?P<part>first thing|early|late)(?: in the)? )?"
            r"(?P<name>mornings?|lunch ?time|midday|noon|afternoons?|evenings?|end of (?:the )?day|eod)"
        ),
        _part_of_day,
        True,
    ),
)

_BLANK = re.compile(r"[\s,]*")
_JOIN = re.compile(r"[\s,]*(?:(?:on|at|in|the|of|around|about|say|maybe|sometime|for|then|any ?time)\s+)*", _FLAGS)
_BEGINNING = re.compile(
    rf"(?<![\w.:/$£€#-])(?:\d|@|(?:the|day|to[dnm]\w+|tmr\w?|in|within|next|this|coming|early|later?|mid|end|start|beginning|"
    rf"middle|half|quarter|after|before|between|from|by|at|around|about|mornings?|lunch\w*|midday|noon|afternoons?|evenings?|eod|"
    rf"first|{_WEEKDAY}s?|{_MONTH}|{'|'.join(_AMOUNTS)})\b)",
    _FLAGS,
)


_WORD = re.compile(r"[a-z]+", _FLAGS)
_PREFIXES = frozenset({
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
    "sep", "oct", "nov", "dec", "tod", "ton", "tom", "tmr", "wee", "day", "min", "hou", "hr", "hrs", "lun",
    "mid", "noo", "aft", "eve", "eod", "mor", "clo", "one", "two", "thr", "fou", "fiv", "six", "sev", "eig",
    "nin", "ten", "ele", "twe", "hal", "qua",
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


def _expression_at(text: str, start: int) -> TimeExpression | None:
    """The longest expression that begins here: a day, a time of day, or both in either order."""
    day: Day | None = None
    clock: Clock | None = None
    end = start
    certain = False
    while part := _next_part(text, end, day, clock):
        said, end, sure = part
        certain = certain or sure
        if isinstance(said, Clock):
            clock = said
        else:
            day = said
    if day is None and clock is None:
        return None
    phrase = re.sub(r"\s+", " ", text[start:end].lower())
    certain = certain or (day is not None and clock is not None)
    if clock is None and phrase == "tonight":
        clock = Clock(*_PARTS_OF_DAY["tonight"])
    return TimeExpression(start, end, phrase, day, clock, certain)


def _next_part(text: str, end: int, day: Day | None, clock: Clock | None) -> tuple[Day | Clock, int, bool] | None:
    """What follows after a blank or a word such as "on"; a date may follow its weekday: "Thursday the 3rd"."""
    positions = [end]
    if day is not None or clock is not None:
        positions = [match.end() for pattern in (_BLANK, _JOIN) if (match := pattern.match(text, end))]
    for at in positions:
        if clock is None and (read_clock := _clock_at(text, at)):
            return read_clock
        read_day = _day_at(text, at) if day is None or isinstance(day, OnWeekday) else None
        if read_day and (day is None or isinstance(read_day[0], OnDate)):
            return read_day
    return None


def _clock_at(text: str, at: int) -> tuple[Clock, int, bool] | None:
    for pattern, build, certain in _CLOCK_RULES:
        if (match := pattern.match(text, at)) and (clock := build(match)) is not None:
            return clock, match.end(), certain
    return None


def _day_at(text: str, at: int) -> tuple[Day, int, bool] | None:
    for pattern, build in _DAY_RULES:
        if (match := pattern.match(text, at)) and (day := build(match)) is not None:
            return day, match.end(), match[0].lower() not in _OFTEN_NO_TIME
    return None
