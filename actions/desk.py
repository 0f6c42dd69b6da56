"""Asking the sales desk for a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.effects import ActionEvent
from actions.person import person_of

ASKED, NOBODY = "utter_handoff_requested", "utter_nobody_to_ask"


def bring_a_person(
    dispatcher: CollectingDispatcher, tracker: Tracker, reason: str, *, nobody: str = NOBODY
) -> list[ActionEvent]:
    """Tell the sales desk, and the customer that a person was asked for, or `nobody` where there is none to ask."""
    dispatcher.utter_message(response=ASKED if person_of(tracker).has_desk else nobody)
    return [effects.request_handoff(reason)]
