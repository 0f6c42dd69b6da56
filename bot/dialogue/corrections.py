"""A correction without a word of correcting: "my e-mail is ana@example.com", after a form that was told another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from bot.dialogue.slots import heard_slots
from bot.domain.assistant import Assistant
from bot.domain.conversation import Tracker, UserUttered
from bot.domain.ids import MessageId
from bot.domain.understanding import (
    CORRECT_INTENT,
    INFORM_INTENT,
    OUT_OF_SCOPE_INTENTS,
    Entity,
    IntentScore,
    Understood,
)

_ADDRESSES: Final = frozenset({"email", "phone"})


def as_correction(assistant: Assistant, tracker: Tracker, understood: Understood) -> Understood:
    """The reading, as a correction where it tells another answer than the one that is known, and as a statement where
    it was taken for a correction and none is known; nothing is asked now.

    Which answers may be put right afterwards is for the author to say, by mappings of slots for the intent `correct`.
    Numbers are none of them: "we have 3 sites" counts something else than people. Of what nothing has understood, an
    address alone is taken.
    """
    if tracker.loop is not None or understood.stage == "button" or not _is_taken_by(assistant):
        return understood
    if understood.intent.name == CORRECT_INTENT:
        return understood if _has_answers(assistant, tracker) else _as_statement(assistant, understood)
    states = understood.intent.name == INFORM_INTENT
    if not states and understood.intent.name not in OUT_OF_SCOPE_INTENTS:
        return understood
    corrected, changed = _taken_as_one(assistant, tracker, understood)
    return corrected if any(states or _is_an_address(one, understood.entities) for one in changed) else understood


def told_correction(assistant: Assistant, tracker: Tracker, understood: Understood) -> Understood | None:
    """The reading as a correction where, taken for one, it tells another answer than the one that is known, whatever
    it was taken for; else None."""
    corrected, changed = _taken_as_one(assistant, tracker, understood)
    return corrected if changed else None


def _taken_as_one(assistant: Assistant, tracker: Tracker, understood: Understood) -> tuple[Understood, list[Any]]:
    """The reading as a correction, and the answers that it then changes."""
    corrected = replace(understood, intent=IntentScore(CORRECT_INTENT, understood.intent.confidence))
    said = UserUttered(understood.text, corrected, MessageId(""), None, "")
    heard = list(heard_slots(assistant, tracker.apply(said)))
    return corrected, [slot.value for slot in heard if _differ(tracker.slots.get(slot.name), slot.value)]


def _has_answers(assistant: Assistant, tracker: Tracker) -> bool:
    """Whether something is known that may be put right: what a form asks for, or what its action made of it."""
    asked = {name for form in assistant.forms.values() for name in form.required_slots}
    return any(
        tracker.slots.get(slot.name) is not None
        for slot in assistant.slots.values()
        if slot.name in asked or any(CORRECT_INTENT in mapping.intents for mapping in slot.mappings)
    )


def _as_statement(assistant: Assistant, understood: Understood) -> Understood:
    """Of who has answered nothing yet, "8 people" corrects nothing, though corrections are worded so, too."""
    if not understood.entities or INFORM_INTENT not in assistant.intents:
        return understood
    return replace(understood, intent=IntentScore(INFORM_INTENT, understood.intent.confidence))


def _is_taken_by(assistant: Assistant) -> bool:
    mappings = (mapping for slot in assistant.slots.values() for mapping in slot.mappings)
    return any(CORRECT_INTENT in mapping.intents for mapping in mappings)


def _differ(known: Any, told: Any) -> bool:
    return isinstance(known, str) and isinstance(told, str) and known.casefold() != told.casefold()


def _is_an_address(value: Any, entities: Iterable[Entity]) -> bool:
    return any(entity.name in _ADDRESSES and entity.value == value for entity in entities)
