"""All entities of a text: each kind by its own finder, kept where the signals agree or where we asked for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from bot.domain.understanding import Entity, Expecting
from bot.nlu.contacts import country_in, find_emails, find_phones, find_urls
from bot.nlu.gazetteer import Gazetteer, build_gazetteer, learn_number_contexts
from bot.nlu.measures import find_measures
from bot.nlu.money import find_money
from bot.nlu.names import find_organisations, find_people, says_its_kind
from bot.nlu.naming import DUCKLING, NO_OTHER_NAMES, EntityNames
from bot.nlu.numbers import NumberContexts, find_numbers
from bot.nlu.numerals import read_numerals
from bot.nlu.ordinals import find_ordinals
from bot.nlu.past_times import find_past_times
from bot.nlu.places import NOWHERE, Places
from bot.nlu.postal_codes import find_postal_codes
from bot.nlu.spelled_emails import find_spelled_emails
from bot.nlu.spelled_phones import find_spelled_phones
from bot.nlu.tagger import Tagger, over_whole_places, with_tags
from bot.nlu.timelines import find_meeting_times, find_timelines
from bot.nlu.training_data import TrainingData

SURE = 1.0
"""An entity of less confidence needs a second signal: that it was asked for."""

_SLOT_WORDS = {
    "person": {"name"},
    "organisation": {"company", "organisation", "organization", "employer"},
    "email": {"email"},
    "phone": {"phone", "mobile"},
    "number": {"size", "number", "count", "headcount"},
    "money": {"budget", "price", "amount", "spend", "cost", "salary"},
    "duration": {"duration", "length"},
    "url": {"website", "url", "link", "site"},
    "postal_code": {"postcode", "zip", "postal"},
    "city": {"city", "town", "location"},
    "country": {"country", "location"},
    "time": {"time", "date"},
    "timeline": {"timeline"},
}

_BLANK = "\x00"
"""Stands where an address was; texts themselves have no control characters."""

_OFTEN_LISTED = frozenset({"city", "country", "organisation", "quantity"})
"""Kinds that assistants annotate with values of their own, which a finder for the whole world does not know."""

KINDS = frozenset(_SLOT_WORDS) | {"ordinal", "quantity", "distance", "volume", "temperature"}


def asks_for(expecting: Expecting | None, entity: str) -> bool:
    """Whether that entity was asked for: the slot says so, or its name does where no entity fills it."""
    if expecting is None:
        return False
    if expecting.entities:
        return entity in expecting.entities
    words = set(expecting.slot.lower().split("_"))
    named = {kind for kind, of_kind in _SLOT_WORDS.items() if words & of_kind}
    return entity in (named - {"person"} or named)


@dataclass(frozen=True, slots=True)
class EntityExtractor:
    gazetteer: Gazetteer
    number_contexts: NumberContexts
    names: EntityNames = NO_OTHER_NAMES
    places: Places = NOWHERE
    tagger: Tagger | None = None

    def extract(
        self,
        text: str,
        expecting: Expecting | None = None,
        region: str | None = None,
        *,
        zone: tzinfo | None = None,
        now: datetime | None = None,
        languages: Collection[str] = (),
    ) -> tuple[Entity, ...]:
        """In the order of the text. Spans of different kinds may overlap where both readings are sensible.

        `region` (ISO 3166) says how numbers, dates, phone numbers and postal codes are written, and which crowns and
        dollars are meant; `zone` and `now` what times mean: without `now` a time is its phrase, in normal form. Phone
        numbers may also be written as in the zone's country. In
        which `languages` besides English (ISO 639-1) numbers and times are read in words.
        """
        found = self._typed(text, self._asked(expecting), region, zone, now, languages)
        found = [entity for entity in found if _BLANK not in entity.text]
        found = [named for entity in found for named in self.names.named(entity)]
        return tuple(sorted(found, key=lambda entity: (entity.start, entity.end, entity.name)))

    def _asked(self, expecting: Expecting | None) -> frozenset[str]:
        """The kinds of entities that were asked for."""
        if expecting is None:
            return frozenset()
        return frozenset(k for k in KINDS if any(asks_for(expecting, name) for name in (k, *self.names.of(k))))

    def _typed(
        self,
        text: str,
        asked: frozenset[str],
        region: str | None,
        zone: tzinfo | None,
        now: datetime | None,
        languages: Collection[str],
    ) -> list[Entity]:
        def kept(entities: Iterable[Entity]) -> list[Entity]:
            return [entity for entity in entities if entity.confidence >= SURE or entity.name in asked]

        addresses = kept(find_emails(text))
        addresses += _outside(_spans(addresses), kept(find_spelled_emails(text)))
        addresses += _outside(_spans(addresses), find_urls(text))
        addresses += _outside(_spans(addresses), find_spelled_phones(text, region))
        addresses += _outside(_spans(addresses), kept(find_phones(text, region, whereabouts=country_in(zone))))
        is_place, wants_code = self.places.is_place, "postal_code" in asked
        codes = kept(find_postal_codes(text, region, is_place=is_place, asked=wants_code))
        # A code that was asked for may look like a phone number, and is none.
        addresses = _outside(_spans(codes), addresses) if wants_code else addresses
        addresses += _outside(_spans(addresses), codes)
        # The same length, so that places stay; nothing else begins or ends inside an address or a phone number.
        rest = _blanked(text, _spans(addresses))
        times = kept(
            find_meeting_times(rest, region=region, zone=zone, now=now, asked="time" in asked, languages=languages)
        )
        if self.names.has_other_names_for("time"):
            past = [  # "this year" of "31 December this year" is a part of what is said
                one
                for one in find_past_times(rest, zone=zone, now=now)
                if not any(time.start <= one.start and one.end <= time.end and time.text != one.text for time in times)
            ]
            times = [*past, *_outside(_spans(past), times)]
        timelines = kept(find_timelines(rest, asked="timeline" in asked, now=now, languages=languages))
        counted = self._counted(rest, asked, region, languages)
        times = [time for time in times if not _is_part_of_a_number(time, counted)]
        when = _spans(times) + _spans(entity for entity in timelines if entity.confidence >= SURE)
        counted = [one for one in counted if _outside(_spans(times) if one.name == "duration" else when, [one])]
        places = kept(self.places.find(rest, asked=bool(asked & {"city", "country"})))
        # "about fifty of us" is no name, though a name was asked for.
        people = _outside(_spans(counted), kept(find_people(rest, asked="person" in asked, languages=languages)))
        organisations = _outside(when, kept(find_organisations(rest, asked="organisation" in asked, is_place=is_place)))
        # "Oslo Foods" is no place; what is one and says nothing of an organisation's kind is no organisation.
        named = [one for one in organisations if one.confidence >= SURE and says_its_kind(one.text)]
        places = _outside(_spans(named), places)
        organisations = _outside(_spans(places), organisations)
        listed = list(self.gazetteer.find(rest))
        tags = over_whole_places(self.tagger.find(text), places) if self.tagger else []
        tagged = [self.gazetteer.by_synonym(one) for one in tags]
        typed = [*addresses, *times, *timelines, *counted, *places, *people, *organisations]
        return with_tags(tagged, _merged(listed, typed), self.gazetteer.alike)

    def _counted(
        self, text: str, asked: frozenset[str], region: str | None, languages: Collection[str]
    ) -> list[Entity]:
        """Money, measures, ordinals and other numbers; no two of one stretch of text."""
        numerals = read_numerals(text, region=region, languages=languages)
        found = [
            *find_measures(numerals, region=region),
            *find_ordinals(text, asked="ordinal" in asked),
            *find_money(numerals, region=region, asked="money" in asked),
            *find_numbers(numerals, self.number_contexts, asked="number" in asked),
        ]
        counted: list[Entity] = []
        # What is sure goes first, then what was asked for; of the rest, the order above.
        for entity in sorted(found, key=lambda one: -one.confidence):
            if (entity.confidence >= SURE or entity.name in asked) and _outside(_spans(counted), [entity]):
                counted.append(entity)
        return counted

    def facts(self) -> dict[str, Any]:
        contexts = self.number_contexts
        return {
            "gazetteer": self.gazetteer.facts(),
            "before_numbers": sorted(contexts.before),
            "after_numbers": sorted(contexts.after),
            "names": self.names.facts(),
            "places": self.places.facts(),
            "tagger": None if self.tagger is None else self.tagger.facts(),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], tags: bytes | None = None) -> EntityExtractor:
        """`tags` is the model of the tagger, where there is one."""
        contexts = NumberContexts(frozenset(facts["before_numbers"]), frozenset(facts["after_numbers"]))
        return cls(
            Gazetteer.from_facts(facts["gazetteer"]),
            contexts,
            EntityNames.from_facts(facts["names"]),
            Places.from_facts(facts["places"]),
            None if tags is None else Tagger.from_facts(tags, facts["tagger"]),
        )


def build_extractor(
    data: TrainingData,
    names: EntityNames = NO_OTHER_NAMES,
    *,
    places: Places = NOWHERE,
    language: Iterable[str] = (),
    tagger: Tagger | None = None,
) -> EntityExtractor:
    """`language` are common words of the language that is spoken, in lower case."""
    gazetteer = build_gazetteer(data, names.declared, language)
    return EntityExtractor(gazetteer, learn_number_contexts(data), names, places, tagger)


def found_otherwise(names: EntityNames) -> frozenset[str]:
    """The names of entities that have a finder of their own, and so need no tagger."""
    return frozenset(DUCKLING[name] for name in names.duckling) | names.duckling | (KINDS - _OFTEN_LISTED)


def _spans(entities: Iterable[Entity]) -> list[tuple[int, int]]:
    return [(entity.start, entity.end) for entity in entities]


def _is_part_of_a_number(time: Entity, counted: Iterable[Entity]) -> bool:
    """ "between 5 and 10" of "between 5 and 10 km" is no time, and "the 3rd" of "the 3rd option" is none either."""
    for one in counted:
        within = one.start <= time.start and time.end <= one.end
        if (within and (one.name != "duration" or one.end > time.end)) or (
            one.name == "ordinal" and one.start < time.end and time.end <= one.end
        ):
            return True
    return False


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + _BLANK * (end - start) + text[end:]
    return text


def _outside(spans: Iterable[tuple[int, int]], entities: Iterable[Entity]) -> list[Entity]:
    spans = list(spans)
    return [entity for entity in entities if not any(entity.start < end and start < entity.end for start, end in spans)]


def _merged(listed: list[Entity], typed: list[Entity]) -> list[Entity]:
    """What the author listed is sure: it is kept once, and is neither a name nor an organisation."""
    spans = [(entity.start, entity.end) for entity in listed]
    names = {entity.name for entity in listed}
    guessed = [entity for entity in typed if entity.name in {"person", "organisation"}]
    others = [entity for entity in typed if entity not in guessed]
    return [
        *listed,
        *(entity for entity in others if not (entity.name in names and not _outside(spans, [entity]))),
        *(entity for entity in _outside(spans, guessed)),
    ]
