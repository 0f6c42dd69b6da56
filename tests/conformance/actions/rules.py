"""The custom actions of the assistant `rules`."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import FollowupAction, SlotSet


class LookUp(Action):  # type: ignore[misc]  # rasa-sdk is not typed
    def name(self) -> str:
        return "action_look_up"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [SlotSet("known", True if tracker.get_slot("product") else None)]


class Count(Action):  # type: ignore[misc]
    """Counts to three, and then says hello."""

    def name(self) -> str:
        return "action_count"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        steps = (tracker.get_slot("steps") or 0) + 1
        return [SlotSet("steps", steps)] if steps < 3 else [SlotSet("steps", None), FollowupAction("utter_hello")]


class Greeted(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_greeted"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [SlotSet("greeted", True)]
