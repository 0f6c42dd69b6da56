"""The contact form: who wants to hear from us, and how soon. What it asks is kept, be it less than all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.corrections import NotesCorrections, fills_another
from actions.effects import ActionEvent
from actions.lead import TIMELINE_WORDS, AsksWhoTheyAre, timeline_in
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


REQUESTED = "contact_requested"
"""The slot that says from then on that they are to hear from us, where the assistant has it."""


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
            *([SlotSet(REQUESTED, True)] if REQUESTED in (domain.get("slots") or {}) else []),
        ]


def _kept(answers: Mapping[str, Any]) -> list[ActionEvent]:
    done = [effects.set_attribute(ATTRIBUTES[slot], value) for slot, value in answers.items()]
    return [*done, effects.claim_identity("email", answers["work_email"])] if "work_email" in answers else done
