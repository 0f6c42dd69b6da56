"""Handing the conversation to a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects


class ActionHandOff(Action):  # type: ignore[misc]  # rasa-sdk is not typed
    """Tells the sales desk, and tells the customer that a person has been asked for."""

    def name(self) -> str:
        return "action_hand_off"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked = (tracker.latest_message.get("intent") or {}).get("name") == "talk_to_person"
        dispatcher.utter_message(response="utter_handoff_requested")
        return [effects.request_handoff("Asked for a person" if asked else "Qualified lead")]
