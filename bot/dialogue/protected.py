"""What no language model may touch: words about consent, opting out and being a machine, and the answers to them.

Told by the names that authors give (slots, responses) and by the words of the responses, so that it holds for
assistants that nobody here has seen. Where in doubt a thing is protected: that costs a rewording, and nothing else.
"""

from __future__ import annotations

import re
from typing import Any, Final

from bot.domain.assistant import Assistant, Response, SlotMapping
from bot.domain.conversation import REQUESTED_SLOT, BotUttered, SlotSet, Tracker, UserUttered

SAID_BY_THE_SERVICE: Final = frozenset(
    {"utter_disclosure", "utter_opted_out", "utter_opted_in", "utter_help", "utter_iamabot", "utter_internal_error"}
)
_NAMES: Final = re.compile(
    r"consent|opt_?in|opt_?out|opted|subscri|disclos|privacy|gdpr|terms|legal|permission|agree|newsletter|marketing"
    r"|bot_challenge|iamabot|are_you",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(
    r"\bSTOP\b|(?i:\bconsent|\bopt(?:ed)?[ -]?(?:in|out)\b|\bunsubscrib|\bsubscrib|\bprivacy\b|\bgdpr\b"
    r"|\bterms (?:and|&|of (?:service|use))|\bmarketing (?:messages?|texts?|e-?mails?)|\bnewsletter"
    r"|\b(?:automated assistant|chat ?bot|a machine|a bot|an ai|not a (?:person|human)))"
)
_ASKS: Final = re.compile(
    r"\bconsent|\bagree to\b|\bpermission\b|\bopt in\b|\bsubscrib|\bnewsletter|\bgdpr\b"
    r"|\bmarketing (?:messages?|texts?|e-?mails?)"
    r"|\b(?:may|can|could|should|shall) (?:we|i|[A-Z]\w+)(?: \w+){0,2} (?:text|e-?mail|message|contact|call|write to)\b"
    r"|\b(?:may|can|could|should|shall) (?:we|i|[A-Z]\w+) send you\b",
    re.IGNORECASE,
)
"""Questions on consent. A line about something else may end with "Reply STOP to opt out", and asks for none."""

_AGREEING: Final = frozenset({"affirm", "agree", "accept", "confirm", "yes", "opt_in", "subscribe"})
_REFUSING: Final = frozenset({"deny", "decline", "refuse", "disagree", "no", "unsubscribe"})


def is_protected(response: Response) -> bool:
    """Whether its words are about consent, opting out or being a machine: they stay as they are written."""
    if response.name in SAID_BY_THE_SERVICE or _NAMES.search(response.name):
        return True
    return any(_WORDS.search(variation.text) for variation in response.variations)


def holds_consent(assistant: Assistant, slot: str) -> bool:
    """Whether the slot keeps an answer on consent, by its name or by how it is asked for."""
    if _NAMES.search(slot):
        return True
    asked = [f"utter_ask_{slot}", *(f"utter_ask_{form}_{slot}" for form in assistant.forms)]
    questions = [assistant.responses[name] for name in asked if name in assistant.responses]
    return any(_ASKS.search(variation.text) for question in questions for variation in question.variations)


def consent_form(assistant: Assistant) -> str | None:
    """The form that asks for consent."""
    forms = assistant.forms.values()
    return next((one.name for one in forms if any(holds_consent(assistant, slot) for slot in one.required_slots)), None)


def asks_for_consent(assistant: Assistant, tracker: Tracker) -> bool:
    """Whether the next message may be an answer on consent: only the local path reads it then."""
    asked = tracker.slots.get(REQUESTED_SLOT)
    if isinstance(asked, str) and tracker.loop is not None and holds_consent(assistant, asked):
        return True
    for event in reversed(tracker.recent):
        match event:
            case UserUttered():
                return False
            case BotUttered(text=text, response=name) if _ASKS.search(text) or _NAMES.search(name):
                return True
            case _:
                pass
    return False


def refusal(assistant: Assistant, tracker: Tracker) -> SlotSet | None:
    """The no to the question on consent that the open form has asked; None where none is asked, or a no is no value."""
    values = [mapping.value for mapping in _answers(assistant, tracker) if _refuses(mapping.value)]
    return SlotSet(str(tracker.slots[REQUESTED_SLOT]), values[0]) if values else None


def consenting_intents(assistant: Assistant, tracker: Tracker) -> tuple[str, ...]:
    """The intents that answer the question on consent of the open form with a yes."""
    return tuple(intent for mapping in _answers(assistant, tracker) if _agrees(mapping) for intent in mapping.intents)


def refusing_intents(assistant: Assistant, tracker: Tracker) -> tuple[str, ...]:
    """The intents that answer it with a no."""
    return tuple(
        intent for mapping in _answers(assistant, tracker) if _refuses(mapping.value) for intent in mapping.intents
    )


def _answers(assistant: Assistant, tracker: Tracker) -> tuple[SlotMapping, ...]:
    """By which intents the slot on consent is filled that the open form asks for."""
    slot = assistant.slots.get(str(tracker.slots.get(REQUESTED_SLOT)))
    if slot is None or tracker.loop is None or not holds_consent(assistant, slot.name):
        return ()
    return tuple(mapping for mapping in slot.mappings if mapping.type == "from_intent")


def agreeing_intents(assistant: Assistant) -> frozenset[str]:
    """The intents that say yes for somebody, or fill a slot on consent with anything but a no."""
    found = {intent for intent in assistant.intents if intent.lower() in _AGREEING}
    for slot in assistant.slots.values():
        for mapping in slot.mappings:
            if _agrees(mapping) or (holds_consent(assistant, slot.name) and not _refuses(mapping.value)):
                found.update(mapping.intents)
    return frozenset(found)


def refusing_answers(assistant: Assistant) -> frozenset[str]:
    """The intents that answer a question on consent with a no, whichever it is."""
    found = {intent for intent in assistant.intents if intent.lower() in _REFUSING}
    for slot in assistant.slots.values():
        for mapping in slot.mappings if holds_consent(assistant, slot.name) else ():
            if mapping.type == "from_intent" and _refuses(mapping.value):
                found.update(mapping.intents)
    return frozenset(found)


def _agrees(mapping: SlotMapping) -> bool:
    from_intent = mapping.type in ("from_intent", "from_trigger_intent")
    return from_intent and (mapping.value is True or str(mapping.value).lower() in ("true", "yes"))


def _refuses(value: Any) -> bool:
    return value is False or str(value).lower() in ("false", "no", "none")
