"""Which of the times that were offered a message may take, in words: "Wednesday at 9 please", "den späteren"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final

from bot.domain.folding import also_in_plain_letters, in_plain_letters
from bot.domain.time_expressions import AN_INSTANT_LASTS, resolve_expression
from bot.domain.time_grammar import TimeExpression, bare_clock
from bot.nlu.choosing_words import WORDS
from bot.nlu.translated_times import find_translated_times, times_in

_DATE_ALONE: Final = re.compile(r"(?<!\bthe )(?<![\w.:])(?=[0-3]?\d(?:st|nd|rd|th)\b(?! of\b))", re.IGNORECASE)
"""Where "24th" begins that has no "the" before it, without which it is no time in other texts."""

_NUMBERED: Final = re.compile(
    r"[\s(#]*(?:(?:(?:option|number|nr|nummer|num[eé]ro|n[úu]mero|opci[óo]n|n[°º])[\s.:#]*|no\.\s*))?"
    r"([1-9])[^\w%$€£+]*",
    re.IGNORECASE,
)
"""Nothing but the number of a choice; "no, 3" may decline what was said before, and "no 3" that one."""

_OF_SOMETHING: Final = re.compile(r"[%$€£]")
"""What makes a number no hour: "$9"."""

_EARLIER, _LATER = "earlier", "later"


def chosen_times(
    text: str, offered: Collection[datetime], now: datetime, languages: Collection[str] = ()
) -> Sequence[datetime]:
    """The offered times that it may mean, in English or one of `languages` (ISO 639-1), in their order: one where it
    chooses, several where it leaves that open, and none where it names another time, or says something else besides. A
    number that is no hour of theirs counts them: many who are texted a list answer "2".

    The times that are offered are aware, each in the zone in which it was shown.
    """
    for language in ("en", *sorted(WORDS.keys() & set(languages) - {"en"})):
        if chosen := _chosen(text, offered, now, language):
            return chosen
    numbered = _NUMBERED.fullmatch(text)
    return sorted(offered)[int(numbered[1]) - 1 :][:1] if numbered is not None else ()


def any_of_them(
    text: str, offered: Collection[datetime], now: datetime, languages: Collection[str] = ()
) -> Sequence[datetime]:
    """Of the offered times those of which it takes whichever it may be, in their order: "any of them", "any time in the
    afternoon"; none where it says something else."""
    plain = " ".join(text.replace("’", "'").split())
    for language in ("en", *sorted(WORDS.keys() & set(languages) - {"en"})):
        words = _words_of(language)
        if words.any.fullmatch(plain):
            return sorted(offered)
        begins = words.any_of.match(plain)
        if begins is not None and (chosen := _among(plain[begins.end() :], offered, now, language)):
            return chosen
    return ()


def none_of_them(text: str, languages: Collection[str] = ()) -> bool:
    """Whether it says that no time that was offered suits, or asks for others, and nothing besides."""
    plain = " ".join(text.replace("’", "'").split())
    spoken = ("en", *sorted(WORDS.keys() & set(languages) - {"en"}))
    return any(_words_of(language).none.fullmatch(plain) for language in spoken)


def _chosen(text: str, offered: Collection[datetime], now: datetime, language: str) -> Sequence[datetime]:
    plain = " ".join(text.replace("’", "'").split()).rstrip(".! ")
    for contrast in _words_of(language).contrasts:
        if (said := contrast.fullmatch(plain)) is None:
            continue
        declined = _among(said["declined"], offered, now, language)
        if declined or _named(said["declined"], language):
            wanted = _among(said["wanted"], offered, now, language)
            return [one for one in wanted if one not in declined]
    return _among(text, offered, now, language)


def _among(text: str, offered: Collection[datetime], now: datetime, language: str) -> Sequence[datetime]:
    """Those of the times that it names, of several for choice each; none where one of those cannot be read."""
    parts = _words_of(language).either.split(text)
    day, chosen = _day_of(parts, language), set[datetime]()
    for part in parts:
        if (fitting := _fitting(part, offered, now, language, day if len(parts) > 1 else None)) is None:
            return ()
        chosen.update(fitting)
    return sorted(chosen)


def _day_of(parts: Sequence[str], language: str) -> TimeExpression | None:
    """The one day that is named with one of them, and is that of all: "Wednesday at 9 or 10"."""
    days = [one for part in parts for one in _named(part, language) or () if one.day is not None]
    return days[0] if len(days) == 1 else None


def _fitting(
    text: str, offered: Collection[datetime], now: datetime, language: str, day: TimeExpression | None
) -> Sequence[datetime] | None:
    """Those that fit what it names; None where it names nothing, or says more."""
    words = _words_of(language)
    bound = words.bound.search(text)  # "at the latest" is no place
    unbound = text if bound is None else f"{text[: bound.start()]} {text[bound.end() :]}"
    place = words.place.search(unbound)
    rest = unbound if place is None else f"{unbound[: place.start()]} {unbound[place.end() :]}"
    named = _named(rest, language)
    if named is None or (place is None and not named):
        return None
    clock = next((one.clock for one in named if one.clock is not None), None)
    if bound is not None:
        if clock is None:
            return None
        offered = [at for at in offered if _is_within(bound, at.hour * 60 + at.minute, clock.start)]
        named = [replace(one, clock=None) for one in named if one.day is not None]
    on_day = [replace(day, clock=None)] if day is not None and all(one.day is None for one in named) else []
    fitting = sorted(at for at in offered if all(fits(one, at, now) for one in (*named, *on_day)))
    return fitting if place is None else _at_place(fitting, words.place_of(place))


def _is_within(bound: re.Match[str], minute: int, named: int) -> bool:
    """Whether a minute of the day is on that side of the one that is named."""
    if bound["after"] is not None:
        return minute >= named
    return minute <= named if bound["by"] is not None else minute < named


def _at_place(times: Sequence[datetime], place: int | str) -> Sequence[datetime]:
    """ "The later one" is one of two; of more it may be any but the first."""
    match place:
        case "earlier":
            return times[:-1]
        case "later":
            return times[1:]
        case int():
            return times[place:][:1] if place < len(times) else ()
    return ()


def _named(text: str, language: str) -> Sequence[TimeExpression] | None:
    """The day, the time of day, or both, that are named; None where anything else is said."""
    if _OF_SOMETHING.search(text):
        return None
    text = _DATE_ALONE.sub("the ", text)
    found = list(times_in(text, {language}))
    besides = " ".join(_between(text, found))
    beside = _words_of(language).beside
    words = [word for word in re.findall(r"[\w:.'-]+", besides.lower()) if word.strip(".:") not in beside]
    if words and (clock := _bare_clock(" ".join(words), language)) is not None:
        found.append(clock)
    elif words:
        return None
    days, clocks = [one for one in found if one.day], [one for one in found if one.clock]
    return None if len(days) > 1 or len(clocks) > 1 else found


def _bare_clock(text: str, language: str) -> TimeExpression | None:
    """An hour without more: "nine", "neun"."""
    return bare_clock(text) or next(iter(find_translated_times(text, {language}, asked=True)), None)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a language, also without the letters that a keyboard may not have."""

    beside: frozenset[str]
    place: re.Pattern[str]
    places: Mapping[re.Pattern[str], int | str]
    bound: re.Pattern[str]
    either: re.Pattern[str]
    contrasts: Sequence[re.Pattern[str]]
    any: re.Pattern[str]
    any_of: re.Pattern[str]
    none: re.Pattern[str]

    def place_of(self, match: re.Match[str]) -> int | str:
        said = next(word for name, word in match.groupdict().items() if name and word)
        return next(place for pattern, place in self.places.items() if pattern.fullmatch(said))


@cache
def _words_of(language: str) -> _Words:
    words = WORDS[language]
    places: Mapping[str, int | str] = {**words.places, words.earlier: _EARLIER, words.later: _LATER}
    forms = "|".join(form.replace("{one}", f"(?P<one{at}>{'|'.join(places)})") for at, form in enumerate(words.forms))
    flags = re.IGNORECASE

    def pattern(written: str) -> re.Pattern[str]:
        return re.compile(also_in_plain_letters(written), flags)

    def whole(forms: Sequence[str]) -> re.Pattern[str]:
        polite = rf"(?:(?:{words.polite})\W+)*"
        return pattern(rf"\W*{polite}(?:{'|'.join(forms)})(?:\W+(?:{words.polite}))*\W*")

    return _Words(
        words.beside | {plain for word in words.beside for plain in in_plain_letters(word)},
        pattern(rf"\b(?:{forms})\b(?! thing)"),
        {pattern(said): place for said, place in places.items()},
        pattern(rf"\b(?:(?P<after>{words.after})|(?P<by>{words.by})|(?:{words.before}))\b"),
        pattern(rf",?\s+(?:{words.either})\s+"),
        [pattern(one) for one in words.contrasts],
        whole(words.any),
        pattern(rf"\W*(?:{words.any_of})\s+"),
        whole(words.none),
    )


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
