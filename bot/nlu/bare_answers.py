"""What is no more than an answer: an entity among words that add nothing, and where a name is none."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.domain.answer_words import answer_words
from bot.domain.understanding import CORRECT_INTENT, INFORM_INTENT, Entity
from bot.domain.word_forms import spelled
from bot.nlu.classifier import Classification
from bot.nlu.entities import SURE
from bot.nlu.several import REPLIES
from bot.nlu.words import AGREEING, FILLERS, word_set

SURELY_SOMETHING_ELSE = 0.8
"""Similarity to an example from which a short answer is what the example is, not a name."""

_CORRECTION = re.compile(
    r"\W*(?:no|nope|nah|actually|sorry|wait|oops|rather|correction|make (?:that|it)|i meant?|not quite|hang on)\b",
    re.IGNORECASE,
)
_CORRECTING_WORDS = word_set("no nope nah actually sorry wait oops rather correction meant mean not quite hang")


def begins_as_a_correction(text: str, languages: Collection[str] = ()) -> bool:
    """Whether its first word takes back an earlier answer, in English or one of `languages`."""
    if _CORRECTION.match(text):
        return True
    return next(iter(spelled(text)), "") in answer_words(languages).correcting


def says_only(text: str, found: Sequence[Entity], languages: Collection[str] = ()) -> bool:
    """Whether the message says nothing besides these entities."""
    beside = answer_words(languages)
    for entity in found:
        text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower())
    added = {"name"} | FILLERS | AGREEING | _CORRECTING_WORDS | beside.fillers | beside.correcting
    return "?" not in text and all(word in added for word in words)


def without_unlikely_names(found: Sequence[Entity], reading: Classification) -> tuple[Entity, ...]:
    """Drops a name that was only guessed where the message is nearly word for word an example of something else; behind
    a mere yes what has its capitals may be one: "gerne, Robert Maier"."""
    something_else = (
        reading.understood
        and (reading.similarity is None or reading.similarity >= SURELY_SOMETHING_ELSE)
        and reading.intent not in {INFORM_INTENT, CORRECT_INTENT}
    )
    if not something_else:
        return tuple(found)
    return tuple(
        entity
        for entity in found
        if entity.confidence >= SURE
        or entity.name not in {"person", "organisation"}
        or (reading.intent in REPLIES and entity.name == "person" and entity.text.istitle())
    )
