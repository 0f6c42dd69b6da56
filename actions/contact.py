"""The contact form: who wants to hear from us, and how soon. What it asks is kept, be it less than all."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.lead import TIMELINE_WORDS, AsksWhoTheyAre, timeline_in
from actions.misunderstanding import OffersAPerson
from actions.person import person_of


class ValidateContactForm(AsksWhoTheyAre, OffersAPerson, FormValidationAction):  # type: ignore[misc]  # rasa-sdk is not typed
    """Checks what was answered to the contact form; a slot set to None is asked for again."""

    def name(self) -> str:
        return "validate_contact_form"

    def validate_timeline(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if timeline := timeline_in(str(value)):
            return {"timeline": timeline}
        dispatcher.utter_message(response="utter_invalid_timeline")
        return {"timeline": None}


class ActionKeepContact(Action):  # type: ignore[misc]
    """Keeps the answers that there are, and tells journeys and the CRM."""

    def name(self) -> str:
        return "action_keep_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        name, email = tracker.slots.get("lead_name"), tracker.slots.get("work_email")
        timeline = tracker.slots.get("timeline")
        answers = {"name": name, "email": email, "timeline": timeline}
        done = [effects.set_attribute(attribute, value) for attribute, value in answers.items() if value]
        if email:
            done.append(effects.claim_identity("email", email))
        note = f"Asked to be contacted on {person_of(tracker).channel or 'chat'}"
        when = TIMELINE_WORDS.get(str(timeline))
        return [
            *done,
            effects.emit("contact.requested", **({"timeline": timeline} if timeline else {})),
            effects.sync_crm(f"{note}: {when}." if when else f"{note}."),
        ]
