"""Finds times in the words of other languages: "morgen um halb drei", "demain à 15h", "明天下午三点".

Each is put into English, and what that means is for the English grammar to say: so all languages have one value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache

from babel.dates import get_day_names, get_month_names

from bot.domain.folding import also_in_plain_letters, in_plain_letters
from bot.domain.time_grammar import TimeExpression, find_times
from bot.nlu import east_asian_times, month_phrases, time_phrases, words_beside_times
from bot.nlu.chinese_numerals import read_chinese_numeral
from bot.nlu.east_asian_writing import DIGITS, ERAS, NUMBERS, WRITINGS, Writing, is_refused
from bot.nlu.number_words import number_in_words
from bot.nlu.time_phrases.rows import CLOCK, DATE, DAY, OVER, PART, Row
from bot.nlu.words import YEAR, word_list
from bot.nlu.words_beside_times import ONE, WISHING

PHRASES = {
    code: month_phrases.PHRASES.get(code, ()) + rows  # those go first: "letzten Freitag" is over, "... im Mai" is not
    for code, rows in ({**time_phrases.PHRASES, **east_asian_times.PHRASES}).items()
}
_JOINING = words_beside_times.JOINING | east_asian_times.JOINING
_MEETING = words_beside_times.MEETING | east_asian_times.MEETING
_NUMBERS = words_beside_times.NUMBERS | NUMBERS
_SCRIPTS = {code: re.compile(f"[{writing.script}]") for code, writing in WRITINGS.items()}
"""The letters without which a text has no time in that language: most messages need no further look."""

_ENGLISH_DAYS = word_list("monday tuesday wednesday thursday friday saturday sunday")
_END = r"(?=\W*(?:$|[,.;:!?]))"
_AFTER_A_WISH = re.compile(rf"(?<!\w)(?:{WISHING}) $", re.IGNORECASE)
_COUNTED = re.compile(r" (?![\w-]{1,3}\b)[^\W\d_]+s\b| [^\W\d_]{4,}[ei]\b", re.IGNORECASE)
"""What may be the plural of a noun in languages that say "a las dos" for two people as for two o'clock."""

_DATE = r"3[01]|[12]\d|0?[1-9]"
_MARK = re.compile(r"\{([\w-]+)\}")
_TIME_OF_DAY = re.compile(
    r"(?P<hour>[^\W點点时時시]+)\s?[點点时時시:：]?(?:钟|鐘|整)?\s?(?P<minute>[^\W分분]*)\s?[分분]?"
)
_SPANS = ("between ", "after ", "before ")
_BARE_TIME = re.compile(r"(?P<hour>\d+)(?::\d\d)?(?![\d:apm])")
_CHARACTERS = frozenset(DIGITS)
_LONGEST_NUMBER = 8
_PARTS_OF_AN_HOUR = {"": 0, "半": 30, "반": 30, "一刻": 15, "三刻": 45}


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

    A part of a day, an hour without more, the number of a day, or a date in digits alone is uncertain where nothing is
    said of meeting: it is in greetings, or a number. `asked`: a bare hour is a time, too.
    """
    for code in sorted(languages & PHRASES.keys()):
        if code in _SCRIPTS and not _SCRIPTS[code].search(text):
            continue
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


def times_in(text: str, languages: Set[str], *, asked: bool = False) -> list[TimeExpression]:
    """The expressions in English and in `languages`, in order: of those that overlap, the longest."""
    other_words = frozenset().union(*(words_beside_times.NO_ENGLISH.get(code, frozenset()) for code in languages))
    english = [one for one in find_times(text) if text[one.start : one.end].lower() not in other_words]
    found = [*english, *find_translated_times(text, languages, asked=asked)]
    kept: list[TimeExpression] = []
    for one in sorted(found, key=lambda time: time.start - time.end):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda time: time.start)


def _expression_at(text: str, start: int, language: _Language) -> tuple[TimeExpression | None, int]:
    """What is said from here on, and where that ends, also where it is no time that somebody wants."""
    said: dict[str, str] = {}
    end = start
    while part := _next_part(text, end, language, said):
        more, end = part
        said |= more
    clock, part_of_day = said.get(CLOCK), said.get(PART)
    if clock and part_of_day and clock.startswith(_SPANS):
        clock, part_of_day = _in_half_of_day(clock, part_of_day), None
    english = " ".join(
        word
        for word in (said.get(DAY), said.get(DATE), clock, "in the" if clock and part_of_day else None, part_of_day)
        if word
    )
    found = next(iter(find_times(english)), None)
    if said.keys() == {PART} and _AFTER_A_WISH.search(text[max(0, start - 10) : start]):
        return None, end
    if language.code in WRITINGS and is_refused(text, start, end):
        return None, end
    if found is None or OVER in said or found.end - found.start != len(english):
        return None, end
    in_digits = not any(map(str.isalpha, text[start:end]))
    alone = said.keys() == {PART} or (said.keys() == {DATE} and (in_digits or english.startswith("the ")))
    certain = (found.certain and not alone) or {CLOCK, PART} <= said.keys()
    if not certain and not (said.keys() == {CLOCK} and _COUNTED.match(text, end)):
        certain = language.meeting.search(text) is not None
    return replace(found, start=start, end=end, certain=certain), end


def _in_half_of_day(span: str, part_of_day: str) -> str:
    """ "between 2 and 4" in the afternoon is "between 2pm and 4pm": English has no other way.

    "Between 10 and 2" in the morning only begins there, and 12 is midnight in the evening.
    """
    half = {"morning": "am", "afternoon": "pm", "evening": "pm", "night": "am", "late night": "am"}.get(part_of_day, "")
    late = part_of_day in {"evening", "late night"}
    first = 0

    def told(match: re.Match[str]) -> str:
        nonlocal first
        hour = int(match["hour"])
        if late and hour in {0, 12} and match[0].isdecimal():
            return "midnight"
        goes_on = half == "am" and (hour == 12 or hour < first)
        first = first or hour
        return match[0] if goes_on else match[0] + half

    return _BARE_TIME.sub(told, span)


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
        said: str | None = ""
        if not word:
            pass  # what may be left out, and is
        elif name in {"weekday", "short"}:
            said = language.names.get(word)  # not for letters that only look alike where case is ignored: "ſamstag"
        elif name == "numbered" or (name == "month" and language.code in WRITINGS):
            said = _numbered_month(word, language.code)
        elif name == "month":
            said = language.names.get(word)
        elif less:
            number = _number(word, language.code)
            said = None if number is None or number > 24 else str((number - 1) % 12 or 12)
        else:
            said = _in_digits(name, word, language.code)
        if said is None:
            return None
        english = english.replace(f"{{{mark}}}", said)
    return " ".join(english.replace("midnight o'clock", "at midnight").split())


def _in_digits(name: str, word: str, code: str) -> str | None:
    """A number as English has it where the mark of this name stands; None where it is none, or no hour there is."""
    if name in {"hour", "first", "last", "time"}:
        return _time_of_day(word, code)
    number = _year(word, code) if name in {"year", "yy"} else _number(word, code)
    if number is None:
        return None
    match name:
        case "minute" | "said":
            return f"{number:02}" if number < 60 else None
        case "yy":
            return str(number if number > 99 else 2000 + number)
        case "nth":
            return f"{number}{'th' if 10 < number < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
        case _:
            return str(number)


def _time_of_day(word: str, code: str) -> str | None:
    """An hour, with its minutes where some are said: "3" and "3:30"."""
    match = _TIME_OF_DAY.fullmatch(word)
    hour = None if match is None else _number(match["hour"], code)
    if match is None or hour is None or hour > 24:
        return None
    minute = _PARTS_OF_AN_HOUR.get(match["minute"])
    if minute is None and ((minute := _number(match["minute"], code)) is None or minute > 59):
        return None
    if not minute:
        return "midnight" if hour == 24 else str(hour)
    return f"{hour % 24}:{minute:02}"


def _year(word: str, code: str) -> int | None:
    """As it is counted from the birth of Christ, where it is counted from the beginning of an era."""
    before = ERAS.get(word[:2])
    if before is None:
        return _number(word, code)
    in_era = word[2:].strip()
    number = 1 if in_era == "元" else _number(in_era, code)
    return before + number if number else None


def _numbered_month(word: str, code: str) -> str | None:
    number = _number(word, code)
    return YEAR[number - 1] if number is not None and 1 <= number <= 12 else None


def _number(word: str, code: str) -> int | None:
    if word.isdecimal():
        return int(word)
    if word in ONE:
        return 1
    if code in _NUMBERS:
        return _NUMBERS[code].get(word)
    if code in WRITINGS:
        short = 0 < len(word) <= _LONGEST_NUMBER
        written = read_chinese_numeral(word, 0, len(word)) if short and set(word) <= _CHARACTERS else None
        return int(written.low) if written is not None and written.low == written.high else None
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
    writing = WRITINGS.get(code)
    return _with_blanks(code) if writing is None else _without_blanks(code, writing)


def _with_blanks(code: str) -> _Language:
    names = {name.lower(): _ENGLISH_DAYS[day] for day, name in get_day_names("wide", locale=code).items()}
    names = _in_plain_letters(names)
    short = {name.removesuffix("-feira"): day for name, day in names.items() if name.endswith("-feira")}
    shortened_days = zip(words_beside_times.SHORT_WEEKDAYS.get(code, ()), _ENGLISH_DAYS, strict=False)
    short |= {name: day for name, day in shortened_days if name}
    months = {
        name.lower().split()[-1].split("’")[-1].split("'")[-1]: YEAR[month - 1]
        for month, name in get_month_names("wide", locale=code).items()
    }
    if code in words_beside_times.SHORT_MONTHS:
        shortened = {name.lower(): YEAR[at - 1] for at, name in get_month_names("abbreviated", locale=code).items()}
        months = {name.rstrip("."): month for name, month in shortened.items()} | shortened | months
    months = _in_plain_letters(months)
    kinds = {
        "weekday": _one_of(names),
        "short": "|".join(short),
        "month": _one_of(months),
        "hour": r"\d{1,2}|[^\W\d_]+",
        "first": r"\d{1,2}|[^\W\d_]+",
        "last": r"\d{1,2}|[^\W\d_]+",
        "amount": r"\d{1,3}|[^\W\d_]+",
        "minute": r"[0-5]\d",
        "said": r"[^\W\d_]{4,}",
        "date": rf"(?!24/7\b)(?:{_DATE})",
        "nth": _DATE,
        "numbered": r"1[0-2]|0?[1-9]",
        "year": r"(?:19|20)\d\d",
        "yy": r"(?:20)?\d\d",
        "end": _END,
    }
    phrases = [
        (kind, _pattern(also_in_plain_letters(one), kinds, r"(?!\w|/\d)"), english)
        for kind, one, english in PHRASES[code]
    ]
    joining = rf"(?P<blank>[\s,]+)(?:(?:{_JOINING[code]})\s+)?"
    meeting = rf"(?<!\w)(?:{_MEETING[code]})(?!\w)"
    return _compiled(code, phrases, names | short | months, joining, meeting, r"(?<![\w.:/-])")


def _without_blanks(code: str, writing: Writing) -> _Language:
    kinds = {"weekday": _one_of(writing.weekdays), **writing.kinds}
    phrases = [
        (kind, _pattern(one.replace(" ", r"\s?"), kinds, writing.after), english)
        for kind, one, english in PHRASES[code]
    ]
    joining = rf"(?P<blank>[\s,，、（(]*)(?:(?:{_JOINING[code]})\s?)?"
    return _compiled(code, phrases, writing.weekdays, joining, _MEETING[code], writing.before)


def _in_plain_letters(names: Mapping[str, str]) -> dict[str, str]:
    """The names with those as which they are written in plain letters."""
    plain = {written: english for name, english in names.items() for written in in_plain_letters(name)}
    return {**plain, **names}


def _one_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _pattern(written: str, kinds: Mapping[str, str], after: str) -> str:
    """The regular expression of a phrase, with a group for each of its marks; what follows must be `after`."""
    seen: set[str] = set()

    def group(mark: re.Match[str]) -> str:
        name = mark[1]
        if name == "end":
            return kinds[name]
        named = f"{name}_" if name in seen else name
        seen.add(name)
        return f"(?P<{named}>{kinds[name]})"

    return rf"(?:{_MARK.sub(group, written)}){after}"


def _compiled(
    code: str, phrases: Sequence[Row], names: Mapping[str, str], joining: str, meeting: str, before: str
) -> _Language:
    # One look says where nothing begins, which is nearly everywhere.
    any_phrase = "|".join(re.sub(r"\?P<\w+>", "?:", pattern) for _, pattern, _ in phrases)
    return _Language(
        code,
        tuple(_Phrase(kind, re.compile(pattern, re.IGNORECASE), english) for kind, pattern, english in phrases),
        names,
        re.compile(joining, re.IGNORECASE),
        re.compile(meeting, re.IGNORECASE),
        re.compile(rf"{before}(?={any_phrase})", re.IGNORECASE),
    )
