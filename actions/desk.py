"""Asking the sales desk for a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.effects import ActionEvent
from actions.person import person_of

ASKED, NOBODY = "utter_handoff_requested", "utter_nobody_to_ask"
AWAITED, AWAITED_CLOSED = "utter_handoff_awaited", "utter_handoff_awaited_closed"
"""Said where a person was asked for before, and none has come yet."""


def bring_a_person(
    dispatcher: CollectingDispatcher, tracker: Tracker, reason: str, *, nobody: str = NOBODY
) -> list[ActionEvent]:
    """Tell the sales desk, and the customer that a person was asked for, or `nobody` where there is none to ask.

    Who has asked before hears how that stands.
    """
    person = person_of(tracker)
    if person.has_desk and person.awaited and person.desk_opens:
        dispatcher.utter_message(response=AWAITED_CLOSED, opens=person.desk_opens)
    elif person.has_desk:
        dispatcher.utter_message(response=AWAITED if person.awaited else ASKED)
    else:
        dispatcher.utter_message(response=nobody)
    return [effects.request_handoff(reason)]
