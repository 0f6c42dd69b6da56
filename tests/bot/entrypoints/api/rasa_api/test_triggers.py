"""Triggered intents and single actions over Rasa's HTTP API."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.consent import Purpose
from bot.services.runtime import FEEDS
from tests.bot.entrypoints.api.rasa_api.conftest import Api, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_triggered_intent_is_answered_to_the_caller(api: Api, sender: str) -> None:
    answer = await api.good("POST", f"/conversations/{sender}/trigger_intent", {"name": "request_demo"})
    assert answer["messages"]
    assert answer["tracker"]["active_loop"]["name"] == "demo_form"
    assert answer["tracker"]["latest_message"]["text"] == "EXTERNAL: request_demo"
    assert "Robin" in texts(await api.say(sender, "Robin"))


async def test_a_triggered_intent_may_carry_entities(api: Api, sender: str) -> None:
    body = {"name": "inform", "entities": {"number": 30}}
    answer = await api.good("POST", f"/conversations/{sender}/trigger_intent", body)
    assert answer["tracker"]["slots"]["team_size"] == 30
    listed = {"name": "inform", "entities": [{"entity": "number", "value": 31}]}
    answer = await api.good("POST", f"/conversations/{sender}/trigger_intent", listed)
    assert answer["tracker"]["slots"]["team_size"] == 31
    status, refused = await api.ask(
        "POST", f"/conversations/{sender}/trigger_intent", {"name": "inform", "entities": 7}
    )
    assert (status, refused["details"]["parameter"]) == (400, "entities")


async def test_a_triggered_intent_reaches_the_customer_on_their_channel(api: Api) -> None:
    async with api.http.post(f"{api.address}/channels/webchat/session", json={}) as response:
        visitor = (await response.json())["visitor"]
    runtime = api.service.runtime
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.at("webchat", visitor)
    assert conversation is not None
    path = f"/conversations/{conversation.id}/trigger_intent?output_channel=latest"
    assert "messages" not in await api.good("POST", path, {"name": "request_demo"})
    asked = await _triggered_line(api, visitor)
    assert asked["from"] == "bot"
    async with runtime.store.transaction() as uow:
        decisions = await uow.consents.decisions(conversation.profile_id)
    assert Purpose.SERVICE in {decision.purpose for decision in decisions}
    status, answer = await api.ask("POST", path.replace("latest", "sms"), {"name": "request_demo"})
    assert (status, answer["details"]["parameter"]) == (400, "output_channel")


async def _triggered_line(api: Api, visitor: str) -> dict[str, Any]:
    """What the visitor's page shows that no message of theirs asked for."""
    async with asyncio.timeout(10), api.service.runtime.wakeups.listen(FEEDS) as listener:
        while True:
            for item in await api.service.feeds.items(f"webchat:{visitor}"):
                if item["id"].startswith("trigger:"):
                    return dict(item)
            await listener.wait(timedelta(seconds=1))


async def test_a_trigger_that_is_sent_twice_acts_once(api: Api, sender: str) -> None:
    path, named = f"/conversations/{sender}/trigger_intent", {"Idempotency-Key": "order-17"}
    status, first = await api.ask("POST", path, {"name": "request_demo"}, **named)
    again = (await api.ask("POST", path, {"name": "request_demo"}, **named))[1]
    assert (status, first["messages"]) == (200, again["messages"])
    assert len(await api.events(sender, "user")) == 1
    status, refused = await api.ask("POST", path, {"name": "request_demo"}, **{"Idempotency-Key": "k" * 200})
    assert (status, "128" in refused["message"]) == (400, True)
    status, refused = await api.ask("POST", path, {"name": "request_demo"}, **{"Idempotency-Key": "\udcff"})
    assert status == 400


async def test_an_intent_that_is_none_is_not_found(api: Api, sender: str) -> None:
    status, answer = await api.ask("POST", f"/conversations/{sender}/trigger_intent", {"name": "sing"})
    assert (status, answer["reason"]) == (404, "NotFound")
    status, answer = await api.ask("POST", f"/conversations/{sender}/trigger_intent", {})
    assert (status, answer["details"]) == (400, {"parameter": "name", "in": "body"})


async def test_one_action_is_run(api: Api, sender: str) -> None:
    path = f"/conversations/{sender}/execute"
    status, answer = await api.ask("POST", path, {"name": "utter_help"})
    assert (status, answer["message"]) == (404, "Conversation ID not found.")
    await api.say(sender, "hello")
    answer = await api.good("POST", path, {"name": "utter_help"})
    assert len(answer["messages"]) >= 1
    actions = [event["name"] for event in answer["tracker"]["events"] if event["event"] == "action"]
    assert actions[-1] == "utter_help"
    opened = await api.good("POST", path, {"name": "demo_form"})
    assert opened["tracker"]["active_loop"]["name"] == "demo_form"
    assert opened["messages"]
    assert (await api.ask("POST", path, {"name": "action_sing"}))[0] == 404


async def test_a_busy_conversation_is_told_to_be_so(api: Api, sender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.attend.WAIT_AT_MOST", timedelta(milliseconds=100))
    await api.say(sender, "hello")
    runtime = api.service.runtime
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.at("rest", sender)
    assert conversation is not None
    async with runtime.leases.hold(f"conversation:{conversation.id}", ttl=timedelta(seconds=60)) as held:
        assert held
        status, answer = await api.ask("POST", f"/conversations/{sender}/tracker/events", {"event": "pause"})
    assert (status, answer["reason"]) == (409, "Conflict")
