"""The contact form: who wants to hear from us, and how soon. What it asks is kept, be it less than all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.corrections import NOTED, WHAT, NotesCorrections, changed_now, fills_another, value_before, words_for
from actions.effects import ActionEvent
from actions.forms import name_in
from actions.lead import TIMELINE_WORDS, AsksWhoTheyAre, email_in, timeline_in
from actions.misunderstanding import OffersAPerson
from actions.person import person_of


class ValidateContactForm(NotesCorrections, AsksWhoTheyAre, OffersAPerson, FormValidationAction):
    """Checks what was answered to the contact form; a slot set to None is asked for again."""

    def name(self) -> str:
        return "validate_contact_form"

    def validate_timeline(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if timeline := timeline_in(str(value)):
            return {"timeline": timeline}
        if not fills_another(tracker, "timeline"):
            dispatcher.utter_message(response="utter_invalid_timeline")
        return {"timeline": None}


ATTRIBUTES = {"lead_name": "name", "work_email": "email", "timeline": "timeline"}
"""What is known of a person by the answers of the contact form."""


class ActionKeepContact(Action):
    """Keeps the answers that there are, and tells journeys and the CRM."""

    def name(self) -> str:
        return "action_keep_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        answers = {slot: value for slot in ATTRIBUTES if (value := tracker.slots.get(slot))}
        timeline = answers.get("timeline")
        note = f"Asked to be contacted on {person_of(tracker).channel or 'chat'}"
        when = TIMELINE_WORDS.get(str(timeline))
        return [
            *_kept(answers),
            effects.emit("contact.requested", **({"timeline": timeline} if timeline else {})),
            effects.sync_crm(f"{note}: {when}." if when else f"{note}."),
        ]


class ActionCorrectContact(Action):
    """Takes an answer that was put right after the contact form was done ("sorry, my e-mail is ...")."""

    def name(self) -> str:
        return "action_correct_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        known = person_of(tracker).attributes
        now = {slot: value for slot in ATTRIBUTES if (value := _usable(slot, tracker.slots.get(slot)))}
        changed = {slot: value for slot, value in now.items() if value_before(tracker, slot) not in (None, value)}
        unread = [SlotSet(slot, value_before(tracker, slot)) for slot in ATTRIBUTES if slot not in now]
        others = [slot for slot in changed_now(tracker) if slot not in ATTRIBUTES]  # the author's own
        said = NOTED if changed else words_for(others[0], domain) if others else WHAT
        dispatcher.utter_message(response=said)
        kept = {slot: value for slot, value in changed.items() if known.get(ATTRIBUTES[slot])}
        if not kept:
            return unread  # a form that is not done yet keeps them once it is
        told = ", ".join(f"{ATTRIBUTES[slot]} {value}" for slot, value in kept.items())
        note = f"Corrected on {person_of(tracker).channel or 'chat'}: {told}."
        return [
            *unread,
            *(SlotSet(slot, value) for slot, value in changed.items()),
            *_kept(kept),
            effects.sync_crm(note),
        ]


def _usable(slot: str, value: Any) -> Any:
    """The answer as it is kept; None where it is none. No form has looked at it."""
    read = {"lead_name": name_in, "work_email": email_in, "timeline": timeline_in}[slot]
    return read(str(value)) if value else None


def _kept(answers: Mapping[str, Any]) -> list[ActionEvent]:
    done = [effects.set_attribute(ATTRIBUTES[slot], value) for slot, value in answers.items()]
    return [*done, effects.claim_identity("email", answers["work_email"])] if "work_email" in answers else done
