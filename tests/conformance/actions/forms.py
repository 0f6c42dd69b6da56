"""The custom actions of the assistant `forms`."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet


class ValidateOrderForm(FormValidationAction):  # type: ignore[misc]  # rasa-sdk is not typed
    """Nine are too many; soup needs no answer about spices, and cake may be a gift."""

    def name(self) -> str:
        return "validate_order_form"

    async def required_slots(self, domain_slots: list[str], dispatcher: Any, tracker: Any, domain: Any) -> list[str]:
        if tracker.get_slot("dish") == "soup":
            return [slot for slot in domain_slots if slot != "spicy"]
        return domain_slots

    def validate_amount(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        try:
            amount = float(value)
        except (TypeError, ValueError):
            return {"amount": None}
        if amount > 9:
            dispatcher.utter_message(text="So many?", buttons=[{"title": "Two", "payload": '/inform{"number": 2}'}])
            return {"amount": None}
        return {"amount": value}

    def validate_dish(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if value == "cake":
            return {"dish": "cake", "gift": True}
        if value == "nothing":
            return {"dish": None, "requested_slot": None}
        return {"dish": str(value).lower()}


class AskNote(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_ask_note"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text=f"A note for the {tracker.get_slot('dish')}?")
        return []


class Forget(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_forget"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [SlotSet(name, None) for name in ("dish", "amount", "spicy", "note", "gift")]
