"""All entities of a text: each kind by its own finder, kept where the signals agree or where we asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.understanding import Entity, Expecting
from bot.nlu.contacts import find_emails, find_phones, find_urls
from bot.nlu.gazetteer import Gazetteer, build_gazetteer, learn_number_contexts
from bot.nlu.names import find_organisations, find_people
from bot.nlu.numbers import NumberContexts, find_numbers
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
    "time": {"time", "date"},
    "timeline": {"timeline"},
}


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

    def extract(self, text: str, expecting: Expecting | None = None, region: str | None = None) -> tuple[Entity, ...]:
        """In the order of the text. Spans of different kinds may overlap where both readings are sensible."""

        def kept(entities: Iterable[Entity]) -> list[Entity]:
            return [entity for entity in entities if entity.confidence >= SURE or asks_for(expecting, entity.name)]

        emails = kept(find_emails(text))
        taken = [(entity.start, entity.end) for entity in emails] + list(find_urls(text))
        phones = _outside(taken, kept(find_phones(text, region)))
        taken += [(entity.start, entity.end) for entity in phones]
        # The same length, so that places stay; nothing else begins or ends inside an address or a phone number.
        rest = _blanked(text, taken)
        times = kept(find_meeting_times(rest))
        timelines = kept(find_timelines(rest, asked=asks_for(expecting, "timeline")))
        when = [(entity.start, entity.end) for entity in (*times, *timelines) if entity.confidence >= SURE]
        numbers = _outside(when, kept(find_numbers(rest, self.number_contexts, asked=asks_for(expecting, "number"))))
        people = kept(find_people(rest, asked=asks_for(expecting, "person")))
        organisations = _outside(when, kept(find_organisations(rest, asked=asks_for(expecting, "organisation"))))
        listed = list(self.gazetteer.find(rest))
        found = _merged(listed, [*emails, *phones, *times, *timelines, *numbers, *people, *organisations])
        return tuple(sorted(found, key=lambda entity: (entity.start, entity.end, entity.name)))

    def facts(self) -> dict[str, Any]:
        contexts = self.number_contexts
        return {
            "gazetteer": self.gazetteer.facts(),
            "before_numbers": sorted(contexts.before),
            "after_numbers": sorted(contexts.after),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> EntityExtractor:
        contexts = NumberContexts(frozenset(facts["before_numbers"]), frozenset(facts["after_numbers"]))
        return cls(Gazetteer.from_facts(facts["gazetteer"]), contexts)


def build_extractor(data: TrainingData) -> EntityExtractor:
    return EntityExtractor(build_gazetteer(data), learn_number_contexts(data))


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
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
