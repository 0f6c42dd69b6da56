"""The custom actions of the assistant `stories`."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class Promote(Action):  # type: ignore[misc]  # rasa-sdk is not typed
    def name(self) -> str:
        return "action_promote"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [SlotSet("level", "member")]


class Reset(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_reset"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [SlotSet("score", None), SlotSet("agreed", None)]
