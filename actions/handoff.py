"""Handing the conversation to a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.desk import bring_a_person
from actions.lead import TIMELINE_WORDS, answers_of
from actions.person import Person, person_of

NOT_NEEDED = "utter_thanks_later"
"""Said in place of a colleague who is not there, to a lead who has asked for none."""


class ActionHandOff(Action):
    """Brings a person into the conversation."""

    def name(self) -> str:
        return "action_hand_off"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked = (tracker.latest_message.get("intent") or {}).get("name") == "talk_to_person"
        if asked:
            return bring_a_person(dispatcher, tracker, "Asked for a person")
        return bring_a_person(dispatcher, tracker, _lead(person_of(tracker)), nobody=NOT_NEEDED)


def _lead(person: Person) -> str:
    if answers := answers_of(person):
        return f"Qualified lead: {answers.told}"
    when = TIMELINE_WORDS.get(str(person.attributes.get("timeline")))
    return f"Wants to be contacted: {when}" if when else "Qualified lead"
