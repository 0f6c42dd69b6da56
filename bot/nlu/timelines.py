"""Finds when somebody wants to meet (`time`), and how soon they want to buy (`timeline`: now, this_quarter, later)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from bot.domain.days import Ahead, InPeriod, SeveralDays
from bot.domain.folding import also_in_plain_letters
from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import TimeExpression, bare_clock, bare_month
from bot.domain.times_left_out import left_out_from
from bot.domain.understanding import TIMES, Entity
from bot.nlu.east_asian_timelines import find_east_asian_timelines
from bot.nlu.moments import time_details
from bot.nlu.number_words import number_in_words
from bot.nlu.periods import Period, find_periods
from bot.nlu.timeline_phrases import ANSWERS, LATER, NOW, SPANS, SURE_PHRASES, THIS_QUARTER
from bot.nlu.translated_times import times_in
from bot.nlu.words import word_set

SURE, POSSIBLE = 1.0, 0.5

_MEETING = re.compile(
    r"\b(?:meet|meeting|call|book|demo|talk|chat|speak|schedule|slot|appointment|available|free|works?|suits?)\b",
    re.IGNORECASE,
)
_NO_TIME_AFTER = re.compile(r"\b(?:good|(?P<over>last|past|previous)) $", re.IGNORECASE)
"""Greetings, and days that are over."""

_SOME = r"(?:few|couple(?: of)?|next few|next couple(?: of)?)"
_SURE_PHRASES: tuple[tuple[str, str], ...] = (
    (
        r"a\.?s\.?a\.?p\b\.?|as soon as (?:possible|we can|you can)|(?:straight|right) away|immediately|urgent(?:ly)?",
        NOW,
    ),
    (r"(?:by )?(?:the )?end of (?:the|this) quarter|this quarter|(?:with)?in the quarter", THIS_QUARTER),
    (rf"(?:with)?in the (?:next )?{_SOME} months", THIS_QUARTER),
    (rf"(?:with)?in the (?:next )?{_SOME} weeks", NOW),
    (
        r"(?:just|only) (?:looking|browsing|exploring|curious|researching)(?: around)?|(?:there'?s )?no (?:rush|hurry)",
        LATER,
    ),
    (r"not (?:any ?time soon|urgent|in a (?:rush|hurry))|at some point|some ?day|eventually|in due course", LATER),
    (r"next quarter", THIS_QUARTER),
    (r"(?:some ?time )?next year|later this (?:year|quarter)|in the new year|(?:not )?(?:for )?a while", LATER),
)
_POSSIBLE_PHRASES: tuple[tuple[str, str], ...] = (
    (r"(?:right )?now|today|tomorrow|this (?:week|month)|next week|soon|yesterday|quickly|straightaway", NOW),
    (r"(?:by )?(?:the )?end of (?:the|this) month|(?:early|later|mid|end of) next week|already", NOW),
    (r"next month|(?:early|later|mid|end of) next month|couple of months|(?:a )?few (?:more )?weeks", THIS_QUARTER),
    (
        r"later|(?:looking|browsing|exploring|researching)(?! (?:for|to|at|into|forward))|curious|undecided|unsure|"
        r"not (?:yet )?(?:sure|decided)(?: yet)?",
        LATER,
    ),
    (r"no (?:idea|plans?|timeline|date|deadline)(?: yet)?|(?:don'?t know|dunno|idk)(?: yet)?|whenever", LATER),
)

_WORD = re.compile(r"\w+")
_SPOKEN_WORD = re.compile(r"[\w']+")
_BESIDE_A_TIME = word_set(
    "actually be better can could do i i'd instead is it it's its let's make mean meant move no not oh ok okay oops "
    "please prefer rather say sorry thanks that that's then think to wait was we would yes you"
)
_WORDS_OF_A_TIMELINE = word_set(
    "asap p soon away immediately urgent urgently quarter quarters month months week weeks day days year years looking "
    "browsing exploring curious researching rush hurry point someday eventually while now today tomorrow yesterday "
    "quickly straightaway already later undecided unsure sure decided "
    "idea plan plans timeline date deadline know dunno idk course whenever"
)
"""No phrase is without one of them: a text that has none need not be searched for each."""


def _compiled(phrases: Sequence[tuple[str, str]]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), value) for pattern, value in phrases)


_RULES = [(*rule, SURE) for rule in _compiled(_SURE_PHRASES)] + [
    (*rule, POSSIBLE) for rule in _compiled(_POSSIBLE_PHRASES)
]
_IN_OTHERS, _ANSWERS_IN_OTHERS = (
    {language: _compiled([(also_in_plain_letters("|".join(phrases)), value) for value, phrases in by_value.items()])
     for language, by_value in told.items()}
    for told in (SURE_PHRASES, ANSWERS)
)  # fmt: skip
_SPANS = {
    language: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) for language, (pattern, _) in SPANS.items()
}
_SPAN = re.compile(
    r"(?<!\w)(?:in|within|over)(?: the)?(?: next)?(?: about| around)? (?:\d{1,2} ?(?:-|to|or) ?)?"
    r"(?P<amount>\d{1,3}|\w+) (?P<unit>days?|weeks?|months?|quarters?|years?)(?:'? time)?(?!\w| of an hour)",
    re.IGNORECASE | re.ASCII,
)
_AMOUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10,
            "twelve": 12, "ninety": 90, "thirty": 30, "sixty": 60}  # fmt: skip
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
_DAYS_TILL_LATER = 100
_MONTHS_TILL_LATER = 4


def find_meeting_times(
    text: str,
    *,
    region: str | None = None,
    zone: tzinfo | None = None,
    now: datetime | None = None,
    asked: bool = False,
    languages: Collection[str] = (),
) -> Iterator[Entity]:
    """Time expressions, in English and `languages`; the value is the phrase in normal form, for the grammar of times.

    Unsure ones may be no time.

    Where `now` is given, the details say what it means there and then: see `time_details`. `asked`: a time is what we
    asked for, so a bare "nine" or "1530" is one.
    """
    about_meeting = _MEETING.search(text) is not None
    times = times_in(text, frozenset(languages), asked=asked)
    if asked and not times:
        times = [found for found in (bare_clock(text), bare_month(text)) if found is not None]
    left_out = left_out_from(text)
    for found in times:
        if found.start >= left_out:
            continue
        before = _NO_TIME_AFTER.search(text[max(0, found.start - 10) : found.start])
        if before and (before["over"] or found.day is None):
            continue
        sure = found.certain or (about_meeting and not _is_shaky_weekday(found)) or _is_all_that_is_said(text, found)
        confidence = SURE if sure else POSSIBLE
        words = text[found.start : found.end]
        details = time_details(found, now, zone, region)
        yield Entity("time", found.phrase, words, found.start, found.end, confidence, extractor=TIMES, details=details)


def _is_all_that_is_said(text: str, found: TimeExpression) -> bool:
    """Of a time of day: "actually at 11", "at 10 would be better"."""
    besides = f"{text[: found.start]} {text[found.end :]}".lower().replace("’", "'")
    return found.clock is not None and all(word in _BESIDE_A_TIME for word in _SPOKEN_WORD.findall(besides))


def _is_shaky_weekday(found: TimeExpression) -> bool:
    return found.clock is None and not isinstance(found.day, Ahead | SeveralDays)


def find_timelines(
    text: str, *, asked: bool = False, now: datetime | None = None, languages: Collection[str] = ()
) -> Iterator[Entity]:
    """How soon, in English, Chinese, Japanese, Korean and `languages`; at most one, since the first of several is what
    is meant: "asap, at the latest next quarter".

    `asked`: it is what we asked for, so "in May" or a weekday is an answer too; how soon May is, `now` tells.
    """
    found = [*_in_english(text), *_in_others(text, languages, asked=asked)]
    if asked:
        found += [_said(text, _how_soon(one, now), one.start, one.end) for one in find_periods(text, languages)]
    if asked and not found:
        times = times_in(text, frozenset(languages))
        found = [_said(text, _how_soon_is(one, now), one.start, one.end) for one in times]
    if found:
        yield min(found, key=lambda entity: (-entity.confidence, entity.start, -entity.end))


def _said(text: str, value: str, start: int, end: int, confidence: float = POSSIBLE) -> Entity:
    return Entity("timeline", value, text[start:end], start, end, confidence, extractor="timelines")


def _in_english(text: str) -> Iterator[Entity]:
    if not _WORDS_OF_A_TIMELINE.isdisjoint(_WORD.findall(text.lower())):
        for pattern, value, confidence in _RULES:
            if (match := pattern.search(text)) and (confidence == SURE or "?" not in text):
                yield _said(text, value, *match.span(), confidence)
    if (match := _SPAN.search(text)) and (days := _days(match)) is not None:
        yield _said(text, _in_days(days), *match.span(), SURE)


def _in_others(text: str, languages: Collection[str], *, asked: bool) -> Iterator[Entity]:
    for one in find_east_asian_timelines(text, till_later=_DAYS_TILL_LATER):
        yield _said(text, one.value, one.start, one.end, SURE if one.sure else POSSIBLE)
    for language in languages:
        if (spans := _SPANS.get(language)) and (match := spans.search(text)) and (days := _days_in(match, language)):
            yield _said(text, _in_days(days), *match.span(), SURE)
        rules = [(*rule, SURE) for rule in _IN_OTHERS.get(language, ())]
        if asked and "?" not in text:
            rules += [(*rule, POSSIBLE) for rule in _ANSWERS_IN_OTHERS.get(language, ())]
        for pattern, value, confidence in rules:
            if match := pattern.search(text):
                yield _said(text, value, *match.span(), confidence)


def _days_in(match: re.Match[str], language: str) -> int | None:
    """How many the greater number of a span in another language is; None where a word is no number."""
    word, units = match["amount"].lower(), SPANS[language][1]
    number = (float(word), 1) if word.isdecimal() else number_in_words([word], {language})
    return None if number is None else int(number[0]) * units[match["unit"].lower()]


def _in_days(days: int) -> str:
    return NOW if days <= 31 else THIS_QUARTER if days < _DAYS_TILL_LATER else LATER


def _how_soon(period: Period, now: datetime | None) -> str:
    ahead = period.months_ahead(now) if now is not None else _MONTHS_TILL_LATER
    return NOW if ahead <= 0 else THIS_QUARTER if ahead < _MONTHS_TILL_LATER else LATER


def _how_soon_is(time: TimeExpression, now: datetime | None) -> str:
    """How far it is off, where it is known when that was said."""
    match time.day:
        case Ahead(amount, unit):
            return _in_days(amount * _DAYS.get(unit, 1))
        case InPeriod(unit="week" | "weekend" | "month"):
            return NOW if time.certain else LATER
        case _ if now is not None:
            span = resolve_expression(time, now, UTC)
            return _in_days(_DAYS_TILL_LATER if span is None else (span[0] - now).days)
        case _:
            return LATER


def _days(match: re.Match[str]) -> int | None:
    word = match["amount"].lower()
    amount = int(word) if word.isdigit() else _AMOUNTS.get(word)
    return None if amount is None else amount * _DAYS[match["unit"].lower().rstrip("s")]
