"""Months, quarters and seasons of the year ("end of January", "Q2", "next spring"), and how far ahead they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.folding import also_in_plain_letters
from bot.nlu.words import YEAR

_OF_THREE_MONTHS: Final = {"q1": 1, "q2": 4, "q3": 7, "q4": 10}
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""As north of the equator."""
_DAYS: Final = {"new year": 1, "easter": 4, "christmas": 12, "end of the year": 12, "end of this year": 12}

_BEGINS: Final = {
    **{name: number for number, name in enumerate(YEAR, start=1)},
    **_OF_THREE_MONTHS,
    **_SEASONS,
    **_DAYS,
}
_OTHER_WORDS: Final = frozenset(("may", "march", "fall", "spring"))
_BEFORE: Final = (
    r"(?:(?:in|by|from|around|before|until|after|early|mid|late|this|next|(?:start|beginning|middle|end) of)[ -]"
    r"(?:the )?){0,3}"
)
_YEAR: Final = r"(?:,? (?P<year>20\d\d))?(?!\w)"
_PERIOD: Final = re.compile(rf"(?<!\w)(?P<before>{_BEFORE})(?P<name>{'|'.join(_BEGINS)}){_YEAR}", re.IGNORECASE)

_ELSEWHERE: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "spring": "frühjahr|frühling", "summer": "sommer", "autumn": "herbst", "winter": "winter",
        "new year": "neujahr|jahreswechsel", "easter": "ostern", "christmas": "weihnachten",
    },
    "fr": {
        "spring": "printemps", "summer": "été", "autumn": "automne", "winter": "hiver",
        "new year": "nouvel an", "easter": "pâques", "christmas": "noël", "september": "la rentrée",
        "end of the year": "fin d['’]année|fin de l['’]année",
    },
    "es": {
        "spring": "primavera", "summer": "verano", "autumn": "otoño", "winter": "invierno",
        "new year": "año nuevo", "easter": "semana santa", "christmas": "navidad",
    },
}  # fmt: skip
"""Seasons and feasts in other languages, by their English; months are times there (`translated_times`)."""

_IN_OTHERS: Final = {
    language: [
        (re.compile(rf"(?<!\w)(?:{also_in_plain_letters(words)}){_YEAR}", re.IGNORECASE), english)
        for english, words in named.items()
    ]
    for language, named in _ELSEWHERE.items()
}


@dataclass(frozen=True, slots=True)
class Period:
    """A period that was named: the month in which it begins, how many it has, and the year where it was said."""

    start: int
    end: int
    month: int
    months: int
    year: int | None

    def months_ahead(self, now: datetime) -> int:
        """How far it is off; the one that is now, and one that is over, are none ahead."""
        if self.year is not None:
            return max(0, (self.year - now.year) * 12 + self.month - now.month)
        return 0 if (now.month - self.month) % 12 < self.months else (self.month - now.month) % 12


def find_periods(text: str, languages: Collection[str] = ()) -> Iterator[Period]:
    """Those that the text names, in English and `languages`. A word that means other things, too, has to stand alone,
    or after "in" or the like."""
    for match in _PERIOD.finditer(text):
        name = match["name"].lower()
        alone = re.search(r"\w", text[: match.start()] + text[match.end() :]) is None
        if name not in _OTHER_WORDS or match["before"] or alone:
            yield _period(match, name)
    for language in languages:
        for pattern, name in _IN_OTHERS.get(language, ()):
            if found := pattern.search(text):
                yield _period(found, name)


def _period(match: re.Match[str], name: str) -> Period:
    months = 3 if name in _OF_THREE_MONTHS or name in _SEASONS else 1
    return Period(*match.span(), _BEGINS[name], months, int(match["year"]) if match["year"] else None)
