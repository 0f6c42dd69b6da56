"""The tracker over Rasa's HTTP API: what it tells, and events from outside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bot.entrypoints.api.rasa_api.conftest import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_tracker_tells_the_state_and_its_events(api: Api, sender: str) -> None:
    await api.say(sender, "I'd like a demo")
    await api.say(sender, "Robin")
    state = await api.good("GET", f"/conversations/{sender}/tracker")
    assert state["sender_id"] == sender
    assert state["slots"]["lead_name"] == "Robin"
    assert state["slots"]["requested_slot"] == "work_email"
    assert "phone" in state["slots"]
    assert state["active_loop"]["name"] == "demo_form"
    assert state["latest_message"]["text"] == "Robin"
    assert state["latest_input_channel"] == "rest"
    assert not state["paused"]
    assert [event["text"] for event in state["events"] if event["event"] == "user"] == ["I'd like a demo", "Robin"]
    assert state["latest_event_time"] == state["events"][-1]["timestamp"]


async def test_what_somebody_said_is_kept_by_nobody_on_the_way(api: Api, sender: str) -> None:
    """Rasa's token stands in the address, so a cache before us takes the answer for one that is for everybody."""
    for method, path, body in (
        ("GET", "tracker", None),
        ("POST", "messages", {"text": "hello", "sender": "user"}),
        ("POST", "execute", {"name": "utter_greet"}),
    ):
        url = f"{api.address}/conversations/{sender}/{path}?token={TOKEN}"
        async with api.http.request(method, url, json=body) as answer:
            assert answer.status == 200, path
            assert answer.headers["Cache-Control"] == "no-store", path


async def test_a_tracker_can_be_had_without_its_events_or_since_its_restart(api: Api, sender: str) -> None:
    await api.say(sender, "hello")
    await api.say(sender, "/restart")
    path = f"/conversations/{sender}/tracker?include_events="
    assert (await api.good("GET", f"{path}NONE"))["events"] is None
    whole = (await api.good("GET", f"{path}ALL"))["events"]
    since = (await api.good("GET", f"{path}AFTER_RESTART"))["events"]
    assert "restart" in {event["event"] for event in whole}
    assert "restart" not in {event["event"] for event in since}
    assert whole[-len(since) :] == since
    status, answer = await api.ask("GET", f"{path}SOME")
    assert (status, answer["details"]) == (400, {"parameter": "include_events", "in": "query"})
    assert "AFTER_RESTART" in answer["message"]


async def test_a_tracker_can_be_had_as_it_was(api: Api, sender: str) -> None:
    await api.say(sender, "I'd like a demo")
    before = await api.good("GET", f"/conversations/{sender}/tracker")
    await api.say(sender, "Robin")
    path = f"/conversations/{sender}/tracker?until={before['latest_event_time']}"
    assert await api.good("GET", path) == before


async def test_a_conversation_that_has_not_begun_has_an_empty_tracker(api: Api, sender: str) -> None:
    state = await api.good("GET", f"/conversations/{sender}/tracker")
    assert state["sender_id"] == sender
    assert state["slots"]["lead_name"] is None
    assert state["events"] == []
    async with api.service.runtime.store.transaction() as uow:
        assert await uow.conversations.at("rest", sender) is None


async def test_any_conversation_is_found_by_its_own_id(api: Api, sender: str) -> None:
    await api.say(sender, "I'd like a demo")
    async with api.service.runtime.store.transaction() as uow:
        conversation = await uow.conversations.at("rest", sender)
    assert conversation is not None
    state = await api.good("GET", f"/conversations/{conversation.id}/tracker")
    assert state["sender_id"] == conversation.id
    assert state["active_loop"]["name"] == "demo_form"


# ---------------------------------------------------------------- events from outside


async def test_events_are_appended(api: Api, sender: str) -> None:
    events = [{"event": "slot", "name": "team_size", "value": 12}, {"event": "bot", "text": "Noted."}]
    state = await api.good("POST", f"/conversations/{sender}/tracker/events", events)
    assert state["slots"]["team_size"] == 12
    assert [event["text"] for event in state["events"] if event["event"] == "bot"] == ["Noted."]
    await api.good("POST", f"/conversations/{sender}/tracker/events", {"event": "pause"})
    assert await api.say(sender, "hello") == []
    await api.good("POST", f"/conversations/{sender}/tracker/events", {"event": "resume"})
    assert await api.say(sender, "hello")


async def test_a_number_that_is_none_is_unknown_whoever_says_it(api: Api, sender: str) -> None:
    await api.say(sender, '/inform{"team_size": 1e999}')
    endless = {"event": "slot", "name": "phone", "value": float("inf")}
    state = await api.good("POST", f"/conversations/{sender}/tracker/events", endless)
    assert (state["slots"]["team_size"], state["slots"]["phone"]) == (None, None)
    json.dumps(state, allow_nan=False)


async def test_events_replace_a_conversation(api: Api, sender: str) -> None:
    await api.say(sender, "I'd like a demo")
    events = [{"event": "slot", "name": "team_size", "value": 12, "timestamp": 1700000000.5}]
    state = await api.good("PUT", f"/conversations/{sender}/tracker/events", events)
    assert state["slots"]["team_size"] == 12
    assert state["active_loop"] == {}
    assert [(event["event"], event["timestamp"]) for event in state["events"]] == [("slot", 1700000000.5)]
    assert await api.good("GET", f"/conversations/{sender}/tracker") == state


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ([], "proper event"),
        ([1], "an event is an object"),
        ([{"event": "slot"}], '"name"'),
        ([{"event": "slot", "name": "a", "timestamp": "now"}], "timestamp"),
        ([{"event": "sing"}], '"sing"'),
        ([{"event": "user", "text": "hi", "parse_data": {"entities": [1]}}], "entity"),
    ],
)
async def test_events_that_are_none_are_refused(api: Api, sender: str, body: Any, part: str) -> None:
    status, answer = await api.ask("POST", f"/conversations/{sender}/tracker/events", body)
    assert status == 400
    assert part in answer["message"]
    assert (await api.good("GET", f"/conversations/{sender}/tracker"))["events"] == []


async def test_a_message_is_noted_with_the_slots_it_fills_and_not_answered(api: Api, sender: str) -> None:
    await api.say(sender, "hello")
    before = len(await api.events(sender, "bot"))
    state = await api.good("POST", f"/conversations/{sender}/messages", {"text": "we are 40 people", "sender": "user"})
    assert state["latest_message"]["intent"]["name"] == "inform"
    assert state["slots"]["team_size"] == 40
    assert len(await api.events(sender, "bot")) == before
    status, answer = await api.ask("POST", f"/conversations/{sender}/messages", {"text": "hi", "sender": "bot"})
    assert (status, answer["details"]) == (400, {"parameter": "sender", "in": "body"})


async def test_a_message_may_be_noted_with_its_meaning(api: Api, sender: str) -> None:
    told = {"intent": {"name": "deny", "confidence": 0.9}, "entities": [{"entity": "number", "value": 7}]}
    body = {"text": "whatever", "sender": "user", "parse_data": told}
    state = await api.good("POST", f"/conversations/{sender}/messages", body)
    assert state["latest_message"]["intent"] == {"name": "deny", "confidence": 0.9}


async def test_an_opt_out_that_is_noted_or_appended_counts(api: Api, sender: str) -> None:
    said = {"text": "stop sending me marketing messages", "sender": "user"}
    await api.good("POST", f"/conversations/{sender}/messages", said)
    event = {"event": "user", "text": "no more", "parse_data": {"intent": {"name": "opt_out"}}}
    await api.good("POST", f"/conversations/{sender}-2/tracker/events", event)
    await api.good("POST", f"/conversations/{sender}-3/trigger_intent", {"name": "opt_out"})
    async with api.service.runtime.store.transaction() as uow:
        for name in (sender, f"{sender}-2", f"{sender}-3"):
            assert await uow.consents.suppression("rest", name) is not None
