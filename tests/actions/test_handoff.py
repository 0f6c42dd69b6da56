from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import ActionHandOff

ANSWERED = {"name": "Ana", "email": "ana@example.com", "team_size": 50, "timeline": "now", "qualified": True}


@pytest.mark.parametrize(
    ("intent", "known", "reason"),
    [
        ("talk_to_person", ANSWERED, "Asked for a person"),
        ("affirm", {}, "Qualified lead"),
        ("affirm", {"timeline": "later"}, "Wants to be contacted: wants to start later, or is only looking"),
        ("affirm", ANSWERED, "Qualified lead: team of 50, wants to start within a month"),
    ],
)
async def test_the_desk_is_told_why_and_the_customer_that_it_was(
    intent: str, known: dict[str, Any], reason: str
) -> None:
    dispatcher = CollectingDispatcher()
    message = {"intent": {"name": intent}, "metadata": {"overture": {"profile": known}}}
    tracker = Tracker.from_dict({"sender_id": "c1", "slots": {}, "latest_message": message})
    events = await ActionHandOff().run(dispatcher, tracker, {})
    assert [event["effect"] for event in events] == [
        {"kind": "request_handoff", "reason": reason, "desk": "", "crm": ""}
    ]
    assert [message["response"] for message in dispatcher.messages] == ["utter_handoff_requested"]


@pytest.mark.parametrize(
    ("intent", "said"), [("talk_to_person", "utter_nobody_to_ask"), ("inform", "utter_thanks_later")]
)
async def test_where_there_is_no_desk_nobody_is_promised_and_only_who_asked_is_told(intent: str, said: str) -> None:
    dispatcher = CollectingDispatcher()
    message = {"intent": {"name": intent}, "metadata": {"overture": {"has_desk": False}}}
    tracker = Tracker.from_dict({"sender_id": "c1", "slots": {}, "latest_message": message})
    await ActionHandOff().run(dispatcher, tracker, {})
    assert [message["response"] for message in dispatcher.messages] == [said]


@pytest.mark.parametrize(
    ("awaited", "said", "opens"),
    [
        ({"opens": ""}, "utter_handoff_awaited", None),
        ({"opens": "Monday at 09:00"}, "utter_handoff_awaited_closed", "Monday at 09:00"),
    ],
)
async def test_who_asks_for_a_person_again_hears_how_that_stands(
    awaited: dict[str, str], said: str, opens: str | None
) -> None:
    dispatcher = CollectingDispatcher()
    message = {"intent": {"name": "talk_to_person"}, "metadata": {"overture": {"awaited": awaited}}}
    tracker = Tracker.from_dict({"sender_id": "c1", "slots": {}, "latest_message": message})
    await ActionHandOff().run(dispatcher, tracker, {})
    (message,) = dispatcher.messages
    assert (message["response"], message.get("opens")) == (said, opens)
