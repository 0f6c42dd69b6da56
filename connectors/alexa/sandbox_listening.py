"""How the stand-in for Alexa listens: by the samples of the interaction model, to the letter.

Alexa's own understanding is Amazon's and is not here. What fits no sample is free speech, or nothing that is
understood, as whoever tries it chooses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

FREE_SPEECH = "AMAZON.SearchQuery"
FALLBACK = "AMAZON.FallbackIntent"
Unmatched = Literal["words", "fallback"]
How = Literal["Amazon's own intent", "a sample", "no sample: free speech", "no sample: not understood"]

AMAZONS_WORDS: Mapping[str, Sequence[str]] = {
    "AMAZON.StopIntent": ("stop", "exit", "quit", "that's all", "be quiet"),
    "AMAZON.CancelIntent": ("cancel", "never mind", "forget it"),
    "AMAZON.HelpIntent": ("help", "help me"),
    "AMAZON.YesIntent": ("yes", "yeah", "yep", "sure", "ok", "okay", "yes please"),
    "AMAZON.NoIntent": ("no", "nope", "no thanks", "no thank you"),
    "AMAZON.RepeatIntent": ("repeat", "repeat that", "say that again"),
    "AMAZON.NavigateHomeIntent": ("go home", "open home"),
}
"""Some of the English words for Amazon's own intents, whose samples a model does not list."""

SPOKEN_AS: Mapping[str, str] = {"AMAZON.NUMBER": r"\d+", "AMAZON.PhoneNumber": r"\+?\d[\d ()-]{4,}\d"}
"""Amazon's types that can be told from their shape."""

LONGEST_OF_OTHERS = 3
"""Words of a slot whose values Amazon knows and we do not, such as AMAZON.City."""

SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Listened:
    """`slots` are the values, `listed` those of them that are of the model's own lists."""

    intent: str
    how: How
    slots: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sample:
    intent: str
    pattern: re.Pattern[str]
    slots: Mapping[str, str]  # the type of each
    literal: int  # how much of it is words


class Listener:
    """Listens by one model, in the form in which the developer console takes it."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        language = model.get("interactionModel", {}).get("languageModel", {})
        self._lists = {
            one["name"]: [str(value["name"]["value"]) for value in one["values"]] for one in language.get("types", ())
        }
        intents = language.get("intents", ())
        self._amazons = {one["name"] for one in intents if one["name"].startswith("AMAZON.")} or set(AMAZONS_WORDS)
        samples = [sample for intent in intents for sample in self._samples(intent)]
        self._samples_in_order = sorted(samples, key=lambda one: -one.literal)
        self._free = next(
            (
                (intent["name"], slot["name"])
                for intent in intents
                for slot in intent.get("slots", ())
                if slot["type"] == FREE_SPEECH
            ),
            ("say_words", "words"),
        )

    def listen(self, text: str, unmatched: Unmatched = "words") -> Listened:
        said = _plain(text)
        for intent, words in AMAZONS_WORDS.items():
            if intent in self._amazons and said.lower() in words:
                return Listened(intent, "Amazon's own intent")
        for sample in self._samples_in_order:
            if found := sample.pattern.fullmatch(said):
                slots = {name: value.strip() for name, value in found.groupdict().items()}
                listed = {
                    name: canonical
                    for name, value in slots.items()
                    for canonical in self._lists.get(sample.slots[name], ())
                    if canonical.lower() == value.lower()
                }
                return Listened(sample.intent, "a sample", slots, listed)
        if unmatched == "fallback":
            return Listened(FALLBACK, "no sample: not understood")
        intent, slot = self._free
        return Listened(intent, "no sample: free speech", {slot: text.strip()})

    def _samples(self, intent: Mapping[str, Any]) -> list[_Sample]:
        types = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
        found = []
        for sample in intent["samples"]:
            words = SLOT.sub("", sample).strip()
            names = SLOT.findall(sample)
            patterns = {name: self._slot(types[name], is_all=not words) for name in names if name in types}
            if len(patterns) < len(names) or not all(patterns.values()):
                continue
            parts = SLOT.split(_plain(sample))
            text = "".join(
                f"(?P<{part}>{patterns[part]})" if index % 2 else re.escape(part) for index, part in enumerate(parts)
            )
            # Free speech comes last: it takes anything.
            literal = len(words) - (1000 if FREE_SPEECH in types.values() else 0)
            found.append(_Sample(intent["name"], re.compile(text, re.IGNORECASE), types, literal))
        return found

    def _slot(self, type_: str, *, is_all: bool) -> str:
        """What a slot of this type may hold; nothing where only Amazon could tell."""
        if type_ == FREE_SPEECH:
            return r"\S.*"
        if type_ in SPOKEN_AS:
            return SPOKEN_AS[type_]
        if values := self._lists.get(type_):
            return "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
        return "" if is_all else rf"\S+(?: \S+){{0,{LONGEST_OF_OTHERS - 1}}}"


def _plain(text: str) -> str:
    """Words as they are spoken, without the marks that are not."""
    return " ".join(re.sub(r"[?!,;:\"“”]|\.(?!\S)", " ", text.replace("’", "'")).split())
