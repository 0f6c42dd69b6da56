"""The custom actions of the assistant `slots`."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, ValidationAction
from rasa_sdk.events import SlotSet


class Compute(Action):  # type: ignore[misc]  # rasa-sdk is not typed
    """Fills the slot `computed` after each message."""

    def name(self) -> str:
        return "action_compute"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        intent = tracker.get_intent_of_latest_message()
        return [SlotSet("computed", f"after {intent}")] if intent in ("faq", "rate") else []


class ValidateSlots(ValidationAction):  # type: ignore[misc]
    """Refuses a score that is out of range, and spells a first person's name."""

    def validate_score(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        try:
            return {"score": value if 0 <= float(value) <= 10 else None}
        except (TypeError, ValueError):
            return {"score": None}

    def validate_first_person(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"first_person": str(value).title()}
