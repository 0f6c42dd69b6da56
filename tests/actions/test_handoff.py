from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import ActionHandOff


@pytest.mark.parametrize(("intent", "reason"), [("talk_to_person", "Asked for a person"), ("affirm", "Qualified lead")])
async def test_the_desk_is_told_why_and_the_customer_that_it_was(intent: str, reason: str) -> None:
    dispatcher = CollectingDispatcher()
    tracker = Tracker.from_dict({"sender_id": "c1", "slots": {}, "latest_message": {"intent": {"name": intent}}})
    events = await ActionHandOff().run(dispatcher, tracker, {})
    assert [event["effect"] for event in events] == [
        {"kind": "request_handoff", "reason": reason, "desk": "", "crm": ""}
    ]
    assert [message["response"] for message in dispatcher.messages] == ["utter_handoff_requested"]
