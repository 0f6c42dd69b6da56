"""Finds times in the words of other languages: "morgen um halb drei", "demain à 15h", "mañana por la tarde".

Each is put into English, and what that means is for the English grammar to say: so all languages have one value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache

from babel.dates import get_day_names, get_month_names

from bot.domain.time_grammar import TimeExpression, find_times
from bot.nlu.number_words import number_in_words
from bot.nlu.time_phrases import CLOCK, DATE, DAY, JOINING, MEETING, NUMBERS, ONE, OVER, PART, PHRASES, WISHING
from bot.nlu.words import word_list

_ENGLISH_DAYS = word_list("monday tuesday wednesday thursday friday saturday sunday")
_ENGLISH_MONTHS = word_list("january february march april may june july august september october november december")
_END = r"(?=\W*(?:$|[,.;:!?]))"
_AFTER_A_WISH = re.compile(rf"(?<!\w)(?:{WISHING}) $", re.IGNORECASE)
_COUNTED = re.compile(r" (?![\w-]{1,3}\b)[^\W\d_]+s\b| [^\W\d_]{4,}[ei]\b", re.IGNORECASE)
"""What may be the plural of a noun in languages that say "a las dos" for two people as for two o'clock."""

_MARK = re.compile(r"\{([\w-]+)\}")


@dataclass(frozen=True, slots=True)
class _Phrase:
    kind: str
    pattern: re.Pattern[str]
    english: str


@dataclass(frozen=True, slots=True)
class _Language:
    """The phrases of a language, and the names that it has for days and months, with their English."""

    code: str
    phrases: tuple[_Phrase, ...]
    names: Mapping[str, str]
    joining: re.Pattern[str]
    meeting: re.Pattern[str]
    beginning: re.Pattern[str]


def find_translated_times(text: str, languages: Set[str], *, asked: bool = False) -> Iterator[TimeExpression]:
    """The expressions in those of `languages` (ISO 639-1) that are known, in order; `phrase` is English.

    A part of a day, or an hour without more, is uncertain where nothing is said of meeting: it is in greetings, or a
    number. `asked`: a bare hour is a time, too.
    """
    for code in sorted(languages & PHRASES.keys()):
        language = _language(code)
        read_to = 0
        for beginning in language.beginning.finditer(text):
            if beginning.start() < read_to:
                continue
            found, end = _expression_at(text, beginning.start(), language)
            read_to = max(read_to, end)
            if found is not None:
                yield found
        if asked and not read_to and (bare := _bare_hour(text, code)):
            yield bare


def _expression_at(text: str, start: int, language: _Language) -> tuple[TimeExpression | None, int]:
    """What is said from here on, and where that ends, also where it is no time that somebody wants."""
    said: dict[str, str] = {}
    end = start
    while part := _next_part(text, end, language, said):
        more, end = part
        said |= more
    clock, part_of_day = said.get(CLOCK), said.get(PART)
    english = " ".join(
        word
        for word in (said.get(DAY), said.get(DATE), clock, "in the" if clock and part_of_day else None, part_of_day)
        if word
    )
    found = next(iter(find_times(english)), None)
    if said.keys() == {PART} and _AFTER_A_WISH.search(text[max(0, start - 10) : start]):
        return None, end
    if found is None or OVER in said or found.end - found.start != len(english):
        return None, end
    certain = (found.certain and said.keys() != {PART}) or {CLOCK, PART} <= said.keys()
    if not certain and not (said.keys() == {CLOCK} and _COUNTED.match(text, end)):
        certain = language.meeting.search(text) is not None
    return replace(found, start=start, end=end, certain=certain), end


def _next_part(
    text: str, end: int, language: _Language, said: Mapping[str, str]
) -> tuple[Mapping[str, str], int] | None:
    """The English of the next phrase by its kinds, and where it ends; at the beginning, or after a joining word."""
    if said:
        if (joining := language.joining.match(text, end)) is None:
            return None
        places = dict.fromkeys((joining.end("blank"), joining.end()))
    else:
        places = {end: None}
    for at in places:
        for phrase in language.phrases:
            kinds = phrase.kind.split(", ")
            if said.keys().isdisjoint(kinds) and (match := phrase.pattern.match(text, at)):
                english = _in_english(phrase, match, language)
                if english is not None:
                    return dict(zip(kinds, english.split(", "), strict=True)), match.end()
    return None


def _in_english(phrase: _Phrase, match: re.Match[str], language: _Language) -> str | None:
    """None where a word is no number, or no hour there is."""
    groups = {name.rstrip("_"): value.lower() for name, value in match.groupdict().items() if value is not None}
    english = phrase.english
    for mark in _MARK.findall(phrase.english):
        name, _, less = mark.partition("-")
        word = groups.get(name, "")
        if name in {"weekday", "short", "month"}:
            if word not in language.names:  # letters that only look alike where case is ignored: "ſamstag"
                return None
            word = language.names[word]
        elif name in {"hour", "first", "last", "amount"}:
            number = _number(word, language.code)
            if number is None or (name != "amount" and number > 24):
                return None
            word = str((number - 1) % 12 or 12 if less else number if name == "amount" else number % 24)
        english = english.replace(f"{{{mark}}}", word)
    return " ".join(english.split())


def _number(word: str, code: str) -> int | None:
    if word.isdecimal():
        return int(word)
    if word in ONE:
        return 1
    if code in NUMBERS:
        return NUMBERS[code].get(word)
    found = number_in_words([word], {code})
    return None if found is None else int(found[0])


def _bare_hour(text: str, code: str) -> TimeExpression | None:
    match = re.fullmatch(r"\W*(?P<hour>[^\W\d_]+)\W*", text)
    number = None if match is None else _number(match["hour"].lower(), code)
    if match is None or number is None or not 1 <= number <= 24:
        return None
    found = next(iter(find_times(f"at {number % 24}:00" if number > 12 else f"at {number}")), None)
    return None if found is None else replace(found, start=match.start("hour"), end=match.end("hour"), certain=False)


@cache
def _language(code: str) -> _Language:
    names = {name.lower(): _ENGLISH_DAYS[day] for day, name in get_day_names("wide", locale=code).items()}
    short = {name.removesuffix("-feira"): day for name, day in names.items() if name.endswith("-feira")}
    months = {
        name.lower().split()[-1].split("’")[-1].split("'")[-1]: _ENGLISH_MONTHS[month - 1]
        for month, name in get_month_names("wide", locale=code).items()
    }
    kinds = {
        "weekday": "|".join(map(re.escape, sorted(names, key=len, reverse=True))),
        "short": "|".join(short),
        "month": "|".join(map(re.escape, sorted(months, key=len, reverse=True))),
        "hour": r"\d{1,2}|[^\W\d_]+",
        "first": r"\d{1,2}|[^\W\d_]+",
        "last": r"\d{1,2}|[^\W\d_]+",
        "amount": r"\d{1,3}|[^\W\d_]+",
        "minute": r"[0-5]\d",
        "date": r"3[01]|[12]\d|0?[1-9]",
        "year": r"(?:19|20)\d\d",
    }

    def compiled(pattern: str) -> re.Pattern[str]:
        seen: set[str] = set()

        def group(mark: re.Match[str]) -> str:
            name = mark[1]
            if name == "end":
                return _END
            named = f"{name}_" if name in seen else name
            seen.add(name)
            return f"(?P<{named}>{kinds[name]})"

        return re.compile(rf"(?:{_MARK.sub(group, pattern)})(?!\w|/\d)", re.IGNORECASE)

    phrases = tuple(_Phrase(kind, compiled(pattern), english) for kind, pattern, english in PHRASES[code])
    joining = re.compile(rf"(?P<blank>[\s,]+)(?:(?:{JOINING[code]})\s+)?", re.IGNORECASE)
    # One look says where nothing begins, which is nearly everywhere.
    any_phrase = "|".join(re.sub(r"\?P<\w+>", "?:", phrase.pattern.pattern) for phrase in phrases)
    beginning = re.compile(rf"(?<![\w.:/-])(?={any_phrase})", re.IGNORECASE)
    meeting = re.compile(rf"(?<!\w)(?:{MEETING[code]})(?!\w)", re.IGNORECASE)
    return _Language(code, phrases, names | short | months, joining, meeting, beginning)
