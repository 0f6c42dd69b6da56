"""The custom actions of formbot, as its authors wrote them in spirit: known cuisines, whole numbers, in or out."""

from __future__ import annotations

from typing import Any

from rasa_sdk import FormValidationAction

CUISINES = ("caribbean", "chinese", "french", "greek", "indian", "italian", "mexican", "thai")


class ValidateRestaurantForm(FormValidationAction):  # type: ignore[misc]  # rasa-sdk is not typed
    def name(self) -> str:
        return "validate_restaurant_form"

    def validate_cuisine(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if str(value).lower() in CUISINES:
            return {"cuisine": value}
        dispatcher.utter_message(response="utter_wrong_cuisine")
        return {"cuisine": None}

    def validate_num_people(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        try:
            people = int(value)
        except (TypeError, ValueError):
            people = 0
        if people > 0:
            return {"num_people": value}
        dispatcher.utter_message(response="utter_wrong_num_people")
        return {"num_people": None}

    def validate_outdoor_seating(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if isinstance(value, bool):
            return {"outdoor_seating": value}
        if "out" in str(value):
            return {"outdoor_seating": True}
        if "in" in str(value):
            return {"outdoor_seating": False}
        dispatcher.utter_message(response="utter_wrong_outdoor_seating")
        return {"outdoor_seating": None}
