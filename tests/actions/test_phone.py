from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.phone import ActionTextLink

PAGE = "https://harbourline.example/pricing"


async def run(*links: Any, message_id: str | None = "voice:CA1:3") -> tuple[list[str], list[dict[str, Any]]]:
    """The responses that it says, and its events."""
    entities = [{"entity": "link", "value": link} for link in links]
    told = {
        "sender_id": "c1",
        "slots": {},
        "latest_message": {"entities": entities, "message_id": message_id},
        "events": [],
    }
    dispatcher = CollectingDispatcher()
    events = await ActionTextLink().run(dispatcher, Tracker.from_dict(told), {})
    return [message["response"] for message in dispatcher.messages], events


async def test_the_link_goes_by_text_once_for_each_message_that_asks_for_it() -> None:
    said, [event] = await run(PAGE)
    assert said == ["utter_link_sent"]
    effect = event["effect"]
    assert (effect["kind"], effect["response"], effect["channels"]) == ("send_response", "utter_link_by_text", ("sms",))
    assert (effect["key"], effect["values"]) == ("voice:CA1:3:link", {"link": PAGE})


@pytest.mark.parametrize("links", [(), ("javascript:alert(1)",), (7,)])
async def test_what_is_no_link_is_not_sent(links: tuple[Any, ...]) -> None:
    assert await run(*links) == (["utter_no_link"], [])
