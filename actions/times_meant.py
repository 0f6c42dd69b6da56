"""The times of a message as they are meant: "Monday 9 or 10" names two hours, "Tuesday rather than Monday" one day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.days import SeveralDays
from bot.domain.time_grammar import TimeExpression, find_times

_HOUR: Final = r"(?:1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?:ish)?"
_ALONE: Final = (
    r"(?![\w:]|\.\d|[ -]*(?:people|persons?|of\b|%|seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?"
    r"|weekdays?|sites?|staff))"
)
"""Behind an hour that has nothing with it, and is no number of anything."""

_CONTRAST: Final = r"(?:or|/|rather than|instead of|(?:but |and )?not)"
_PAIR: Final = re.compile(
    rf"(?<![\w:.])(?:at )?(?P<one>{_HOUR})(?P<between>,? ?{_CONTRAST} ?)"
    rf"(?:at |maybe |perhaps )?(?P<other>{_HOUR}){_ALONE}",
    re.IGNORECASE,
)
_FIRST_DECLINED: Final = re.compile(
    rf"\bnot (?:at )?(?P<one>{_HOUR})(?P<between>,? (?:but )?)(?:at )?(?P<other>{_HOUR}){_ALONE}", re.IGNORECASE
)
_LISTED: Final = re.compile(rf"(?<![\w:.])(?P<one>{_HOUR})(?P<between>, ?)(?=at {_HOUR})", re.IGNORECASE)
_BEHIND_A_DAY: Final = re.compile(rf"(?P<between>,? )(?={_HOUR}{_ALONE})", re.IGNORECASE)
_FROM_TO: Final = re.compile(rf"(?P<one>{_HOUR}) ?(?:-|–|to|till) ?(?P<other>{_HOUR}){_ALONE}", re.IGNORECASE)
_NOT_BEFORE: Final = re.compile(
    r"\bnot (?:before|until|till|earlier than) (?=(?:at )?(?:\d|noon|lunch|midday))", re.IGNORECASE
)
_OR_ELSE: Final = re.compile(
    r",? *(?:or |and )?(?:if not|failing that|otherwise|alternatively|or else|if that'?s no good),? +", re.IGNORECASE
)
_DECLINED_BY: Final = re.compile(
    r"(?:(?<!why )\bnot|\brather than|\binstead of"
    r"|\b(?:can'?t|cannot|can not|couldn'?t|won'?t) (?:do|make|manage|come|be there)) *(?:on |at |this )?$",
    re.IGNORECASE,
)
_DECLINED_BEHIND: Final = re.compile(
    r" (?:(?:doesn'?t|does not|won'?t|wouldn'?t|will not) (?:work|suit|do)"
    r"|(?:(?:is|'s|are|would be) (?:not|no|too|bad|out|impossible)|isn'?t)"
    r"(?! (?:an? |at all )?(?:problem|trouble|issue|bother|bad))|no good)\b",
    re.IGNORECASE,
)
_ALSO_DECLINED: Final = re.compile(r" *(?:,|or|and|nor) *(?:on |at )?", re.IGNORECASE)


def as_meant(text: str, *, of_a_day: bool = False) -> str:
    """The text with "at" before each hour that has no more than its day, or another hour, beside it, and without the
    times that it declines; empty where it declines all that it names. `of_a_day`: the day is known."""
    plain = _OR_ELSE.sub(" or ", _NOT_BEFORE.sub("after ", in_plain_marks(text)))
    plain = re.sub(r"\barvo\b", "afternoon", plain, flags=re.IGNORECASE)
    if of_a_day or any(one.day is not None for one in find_times(plain)):
        plain = _with_hours(plain)
    return _without_declined(plain)


def in_plain_marks(text: str) -> str:
    """With one kind of apostrophe, and one blank between words."""
    return " ".join(text.replace("’", "'").split())


def _with_hours(text: str) -> str:
    for pattern, written in (
        (_FIRST_DECLINED, r"not at \g<one>\g<between>at \g<other>"),
        (_PAIR, r"at \g<one>\g<between>at \g<other>"),
        (_LISTED, r"at \g<one>\g<between>"),
    ):
        text = pattern.sub(written, text)
    for day in reversed([one for one in find_times(text) if one.clock is None and not _is_long(one)]):
        behind = _BEHIND_A_DAY.match(text, day.end)
        if behind is None:
            continue
        if span := _FROM_TO.match(text, behind.end()):
            rest = text[span.end() :]
            text = f"{text[: day.end]} between {span['one']} and {span['other']}{rest}"
        else:
            text = f"{text[: behind.end()]}at {text[behind.end() :]}"
    return text


def _is_long(time: TimeExpression) -> bool:
    return isinstance(time.day, SeveralDays)


def _without_declined(text: str) -> str:
    found = list(find_times(text))
    declined = list(_declined(text, found))
    for at, time in reversed(list(zip(declined, found, strict=True))):
        if at:
            before = _DECLINED_BY.sub("", text[: time.start])
            text = f"{before.rstrip(' ,')} {text[time.end :].lstrip(' ,')}".strip()
    return "" if found and all(declined) else text


def _declined(text: str, found: list[TimeExpression]) -> Iterator[bool]:
    """Of each time, whether it is said not to suit; so is what is named with one: "not Monday or Tuesday"."""
    before, ended = False, 0
    for time in found:
        between = text[ended : time.start]
        refused = _DECLINED_BY.search(text[: time.start]) is not None
        refused = refused or _DECLINED_BEHIND.match(text, time.end) is not None
        before = refused or (
            before and ended > 0 and "," not in between and _ALSO_DECLINED.fullmatch(between) is not None
        )
        ended = time.end
        yield before
