"""The interaction model of an Alexa skill, from an assistant's training data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.understanding import base_intent
from bot.nlu.training_data import Example, TrainingData

FREE_SPEECH, WORDS = "say_words", "words"
"""The intent and its slot for whatever no other intent takes: Alexa gives free speech only behind some words."""

CARRIERS = ("tell me", "tell me about", "i want", "i need", "my answer is", "it is", "we are", "what", "how")
AMAZONS_INTENTS = ("Cancel", "Fallback", "Help", "NavigateHome", "No", "Repeat", "Stop", "Yes")
AMAZONS_TYPES = {
    "city": "AMAZON.City",
    "country": "AMAZON.Country",
    "number": "AMAZON.NUMBER",
    "person": "AMAZON.FirstName",
    "phone": "AMAZON.PhoneNumber",
}
"""What Alexa calls the kinds of entities that Overture finds by itself."""

LEFT_TO_WORDS = frozenset({"time", "duration"})
"""Kinds that Alexa would work out in the device's zone and in a form of its own: here the customer's words say more."""

NAME = re.compile(r"[A-Za-z][A-Za-z_]*")
SAMPLE = re.compile(r"[^\W\d_](?:[^\W\d]|[ .'{}-])*")
INVOCATION = re.compile(r"[a-z][a-z.']*(?: [a-z][a-z.']*)+")


@dataclass(frozen=True, slots=True)
class SkillModel:
    """`model` is what the developer console's JSON Editor takes. `left_out` tells of what Alexa could not take."""

    model: Mapping[str, Any]
    left_out: tuple[str, ...]


def skill_model(data: TrainingData, invocation: str, *, without: Collection[str] = ()) -> SkillModel:
    """The model of the examples' intents but those in `without`; a sample goes to the intent that has it first."""
    samples: dict[str, list[str]] = {}
    values: defaultdict[str, dict[str, None]] = defaultdict(dict)
    taken: set[str] = set()
    unusable: defaultdict[str, int] = defaultdict(int)
    for example in data.examples:
        intent = base_intent(example.intent)
        if intent in without:
            continue
        sample = _sample(example)
        if not NAME.fullmatch(intent) or sample is None or sample.lower() in taken:
            unusable[intent] += 1
            continue
        taken.add(sample.lower())
        samples.setdefault(intent, []).append(sample)
        for entity in example.entities:
            values[entity.name][str(entity.value)] = None
    intents = [_intent(intent, said, data, values) for intent, said in samples.items()]
    words = {"name": WORDS, "type": "AMAZON.SearchQuery"}
    free = [f"{carrier} {{{WORDS}}}" for carrier in CARRIERS]
    intents.append({"name": FREE_SPEECH, "slots": [words], "samples": [one for one in free if one not in taken]})
    intents += [{"name": f"AMAZON.{name}Intent", "samples": []} for name in AMAZONS_INTENTS]
    own = {slot["type"]: slot["name"] for intent in intents for slot in intent.get("slots", ())}
    types = [
        _type(type_, data.lookups.get(slot) or tuple(values[slot]))
        for type_, slot in own.items()
        if not type_.startswith("AMAZON.")
    ]
    language = {"invocationName": invocation, "intents": intents, "types": types}
    told = tuple(f"{intent}: {count} of its examples" for intent, count in unusable.items())
    return SkillModel({"interactionModel": {"languageModel": language}}, told)


def _sample(example: Example) -> str | None:
    """The example as Alexa takes it, its entities as slots; None where it has what no sample may have."""
    text, end, parts = example.text, 0, list[str]()
    names = [entity.name for entity in example.entities]
    if len(set(names)) < len(names) or LEFT_TO_WORDS & set(names) or not all(map(NAME.fullmatch, names)):
        return None
    for entity in sorted(example.entities, key=lambda one: one.start or 0):
        if entity.start is None or entity.end is None or entity.start < end:
            return None
        parts += [text[end : entity.start], f"{{{entity.name}}}"]
        end = entity.end
    plain = re.sub(r"[?!,;:\"“”]", " ", "".join([*parts, text[end:]])).replace("’", "'").strip(" .")
    sample = " ".join(plain.split())
    begins = sample.removeprefix("{")
    return sample if begins and SAMPLE.fullmatch(begins) else None


def _intent(name: str, samples: list[str], data: TrainingData, values: Mapping[str, Any]) -> dict[str, Any]:
    slots = [slot for slot in values if any(f"{{{slot}}}" in sample for sample in samples)]
    typed = [{"name": slot, "type": _type_of(slot, data)} for slot in slots]
    return {"name": name, **({"slots": typed} if typed else {}), "samples": samples}


def _type_of(slot: str, data: TrainingData) -> str:
    own = f"{slot}_values"
    return own if slot in data.lookups else AMAZONS_TYPES.get(slot, own)


def _type(name: str, values: Collection[str]) -> dict[str, Any]:
    return {"name": name, "values": [{"name": {"value": value}} for value in dict.fromkeys(values)]}
