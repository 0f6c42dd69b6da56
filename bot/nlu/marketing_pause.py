"""Until which day a message wants no marketing: "no texts until January", "don't write to me before the 15th"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import cache
from typing import Final

from bot.domain.folding import also_in_plain_letters, plain_letters
from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import TimeExpression
from bot.nlu.pause_phrases import PHRASES, PausePhrases
from bot.nlu.translated_times import times_in

LONGEST: Final = 300
"""Letters; a longer text is no such wish."""

_SENTENCES: Final = (re.compile(r"(?:[^.!?;\n]|(?<=\d)\.(?=.))+[.!?;\n]*"), re.compile(r"[^.!?;\n]+[.!?;\n]*"))
"""A full stop behind a number may be of a date: "vor dem 15. Januar"."""


@dataclass(frozen=True, slots=True)
class StatedUntil:
    """They want none before `until`, said in this `language`. `rest` is what else their message says."""

    until: datetime
    language: str
    rest: str = ""


def no_marketing_until(text: str, now: datetime, zone: tzinfo) -> StatedUntil | None:
    """When they want some again, in whichever language; None where it says something else, or names no day to come."""
    if len(text) > LONGEST:
        return None
    for piece, rest in pieces(text):
        for language in PHRASES:
            if until := _until(piece, language, _patterns(language), now, zone):
                return StatedUntil(until, language, rest)
    return None


def not_until(text: str, now: datetime, zone: tzinfo) -> StatedUntil | None:
    """The same of a text that says only when, and is such a wish in answer to marketing: "not until Monday"."""
    if len(text) > LONGEST:
        return None
    found = ((_until(text, language, _alone(language), now, zone), language) for language in PHRASES)
    return next((StatedUntil(until, language) for until, language in found if until is not None), None)


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text, and its sentences, each with what is left without it."""
    yield text, ""
    for sentence in _SENTENCES:
        for part in sentence.finditer(text):
            rest = f"{text[: part.start()]} {text[part.end() :]}".strip()
            if re.search(r"\w", rest):
                yield part[0].strip(), rest


def _until(
    text: str, language: str, patterns: Sequence[re.Pattern[str]], now: datetime, zone: tzinfo
) -> datetime | None:
    words, said = PHRASES[language], " ".join(text.replace("’", "'").split())
    for pattern in patterns:
        if (match := pattern.fullmatch(said)) is None:
            continue
        groups = match.groupdict()
        here = now.astimezone(zone)
        if groups.get("today"):
            return _midnight(here, 1, zone)
        if groups.get("week"):
            return _midnight(here, 7 - here.weekday(), zone)
        if groups.get("month"):
            return _midnight(here.replace(day=28), 4, zone, day=1)
        if length := groups.get("length"):
            return _day(f"{words.in_length}{length}", "", words, language, now, zone)
        if until := groups.get("until"):
            stop = "." if said[match.end("until") :].startswith(".") else ""  # it may be of a date: "vor dem 15."
            for lead in words.leads:
                if found := _day(f"{until}{stop}", lead, words, language, now, zone):
                    return found
    return None


def _midnight(here: datetime, later: int, zone: tzinfo, *, day: int | None = None) -> datetime:
    date = here.date() + timedelta(days=later)
    return datetime.combine(date.replace(day=day) if day is not None else date, time(), tzinfo=zone)


def _day(told: str, lead: str, words: PausePhrases, language: str, now: datetime, zone: tzinfo) -> datetime | None:
    """When the one day begins that the words tell, with this `lead`, or ends where it is to be over first."""
    for name, english in words.named.items():
        told = re.sub(rf"\b(?:{also_in_plain_letters(name)})\b", english, told, flags=re.IGNORECASE)
    core = re.search(r"\S*\w\S*", told)
    while core is not None and _plain(core[0]) in _beside(language):
        core = re.compile(r"\S*\w\S*").search(told, core.end())
    if core is None:
        return None
    told = f"{told[: core.start()]}{lead}{told[core.start() :]}"
    found = [one for one in times_in(told, {language}) if one.day is not None]
    if len(found) != 1 or (span := _to_come(found[0], now, zone)) is None:
        return None
    before, time_told, behind = told[: found[0].start], told[found[0].start : found[0].end], told[found[0].end :]
    if not all(_plain(word) in _beside(language) for word in re.findall(r"\w[\w'’]*", f"{before} {behind}")):
        return None
    is_over = pattern_of(rf".*(?:{words.ended})").fullmatch(f"{before.rstrip()} ") or _LATE.match(time_told)
    return span[1] if is_over else span[0]


_LATE: Final = re.compile(r"(?:the )?end\b|ende\b|fin\b|final", re.IGNORECASE)
"""A time that is the end of something: "the end of the month"."""


def _to_come(time: TimeExpression, now: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """Its span, of the next one where it is that of today: "until Monday", said on a Monday."""
    span = resolve_expression(time, now, zone)
    return span if span is None or span[0] > now else resolve_expression(time, span[1], zone)


def _plain(word: str) -> str:
    return plain_letters(word).strip(".,;:!?")


@cache
def _beside(language: str) -> frozenset[str]:
    return frozenset(map(plain_letters, PHRASES[language].beside))


@cache
def pattern_of(pattern: str) -> re.Pattern[str]:
    return re.compile(also_in_plain_letters(pattern), re.IGNORECASE)


@cache
def _patterns(language: str) -> Sequence[re.Pattern[str]]:
    words = PHRASES[language]
    wish, wish_from = (
        "|".join(written_out(one, words) for one in said) for said in ((*words.wish, *words.hold), words.wish_from)
    )
    until = rf"{words.until} ?(?P<until>.{{1,80}}?)"
    when = (
        rf"{until}|{words.lasting} (?P<length>.{{1,30}}?)"
        rf"|(?P<today>{words.today})|(?P<week>{words.week})|(?P<month>{words.month})"
    )
    around = (written_out(one, words).replace("WHEN", f"(?:{when})") for one in words.around)
    bodies = (
        rf"(?:{wish}),? (?:{when})", rf"(?:{when}),? (?:{wish})", *around, rf"(?:{wish_from}) (?P<until>.{{1,80}}?)",
    )  # fmt: skip
    return [pattern_of(rf"{words.before}(?:{body}){words.behind}") for body in bodies]


@cache
def _alone(language: str) -> Sequence[re.Pattern[str]]:
    words = PHRASES[language]
    day = "(?P<until>.{1,80}?)"
    bodies = (one.replace("UNTIL", f"{words.until} ?{day}").replace("DAY", day) for one in words.alone)
    return [pattern_of(rf"{words.before}(?:{body}){words.behind}") for body in bodies]


def written_out(phrase: str, words: PausePhrases) -> str:
    """The phrase with the words of each kind in the place of its name."""
    name = re.compile("|".join(sorted(words.kinds, key=len, reverse=True)))
    while name.search(phrase):
        phrase = name.sub(lambda found: words.kinds[found[0]], phrase)
    return phrase
