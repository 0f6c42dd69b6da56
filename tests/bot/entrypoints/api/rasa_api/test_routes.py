"""Rasa's HTTP API: the REST channel, who may, the model, and actions for a Rasa server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from ruamel.yaml import YAML

from bot.domain.ids import HandoffId
from bot.domain.message import DeskAction, DeskVerb
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.connectors import shelves_of
from bot.entrypoints.wiring.service import open_service
from bot.services.receive import receive
from bot.settings import Settings
from tests.bot.entrypoints.api.rasa_api.conftest import TOKEN, Api, bearer, texts
from tests.lending import lend_model, lend_store

pytestmark = pytest.mark.asyncio(loop_scope="module")

# ---------------------------------------------------------------- the REST channel


async def test_the_answer_to_a_message_is_what_the_turn_says(api: Api, sender: str) -> None:
    greeted = await api.say(sender, "hello")
    assert {message["recipient_id"] for message in greeted} == {sender}
    assert "automated assistant" in greeted[0]["text"]
    assert len(greeted) == 2
    asked = await api.say(sender, "I'd like a demo")
    assert len(asked) == 1
    assert "automated assistant" not in texts(asked)
    assert "Robin" in texts(await api.say(sender, "Robin"))


async def test_buttons_come_with_payloads_that_work_as_messages(api: Api, sender: str) -> None:
    offered: list[dict[str, Any]] = []
    for line in ("I'd like a demo", "Robin", "robin@example.com", "40", "this month", "07700 900123"):
        said = await api.say(sender, line)
        offered = [button for message in said for button in message.get("buttons", ())] or offered
    assert offered
    await api.say(sender, offered[0]["payload"])
    (*_, pressed) = await api.events(sender, "user")
    assert pressed["parse_data"]["intent"]["name"] == offered[0]["payload"].lstrip("/").partition("{")[0]


async def test_a_message_that_is_sent_again_is_one_turn_with_the_same_answer(api: Api, sender: str) -> None:
    first = await api.say(sender, "hello", message_id="m1")
    assert await api.say(sender, "hello", message_id="m1") == first
    assert len(await api.events(sender, "user")) == 1


async def test_messages_at_the_same_time_are_answered_each_with_its_own(api: Api, sender: str) -> None:
    await api.say(sender, "hello")
    price, hello = await asyncio.gather(api.say(sender, "what does it cost?"), api.say(f"{sender}-2", "hello"))
    assert {message["recipient_id"] for message in price} == {sender}
    assert {message["recipient_id"] for message in hello} == {f"{sender}-2"}
    assert price
    assert hello


async def test_an_opt_out_ends_marketing_here_as_anywhere(api: Api, sender: str) -> None:
    await api.say(sender, "hello")
    confirmed = await api.say(sender, "please stop sending me marketing messages")
    assert confirmed
    async with api.service.runtime.store.transaction() as uow:
        assert await uow.consents.suppression("rest", sender) is not None


async def test_a_person_who_took_over_is_not_talked_over(api: Api, sender: str) -> None:
    assert await api.say(sender, "I want to talk to a person")
    runtime = api.service.runtime
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.at("rest", sender)
        assert conversation is not None
        handoff = await uow.handoffs.open_in(conversation.id)
    assert handoff is not None
    claim = DeskAction("slack", f"claim-{sender}", HandoffId(handoff.id), DeskVerb.CLAIM, rep="ana")
    await receive(runtime, runtime.channel("slack"), [claim])
    assert await api.say(sender, "what does it cost?") == []


async def test_bad_input_is_answered_in_rasas_shape(api: Api) -> None:
    status, answer = await api.ask("POST", "/webhooks/rest/webhook", {"sender": "robin"})
    assert status == 400
    assert set(answer) == {"version", "status", "message", "reason", "details", "help", "code"}
    assert (answer["status"], answer["reason"], answer["code"]) == ("failure", "BadRequest", 400)
    assert "message" in answer["message"]


async def test_health_of_the_channel_is_told(api: Api) -> None:
    assert await api.good("GET", "/webhooks/rest/") == {"status": "ok"}


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/status"),
        ("GET", "/domain"),
        ("POST", "/model/parse"),
        ("POST", "/webhooks/rest/webhook"),
        ("GET", "/conversations/robin/tracker"),
        ("POST", "/conversations/robin/tracker/events"),
        ("PUT", "/conversations/robin/tracker/events"),
        ("POST", "/conversations/robin/messages"),
        ("POST", "/conversations/robin/trigger_intent"),
        ("POST", "/conversations/robin/execute"),
    ],
)
async def test_nobody_unknown_gets_in(api: Api, method: str, path: str) -> None:
    status, answer = await api.ask(method, path, {"sender": "robin"}, token="wrong")
    assert (status, answer["reason"], answer["code"]) == (401, "NotAuthenticated", 401)
    status, answer = await api.ask(
        method, path, {"sender": "robin"}, token="", Authorization=bearer("user", "somebody else")
    )
    assert (status, answer["reason"]) == (403, "NotAuthorized")


async def test_a_user_sees_their_own_conversation_and_an_admin_every(api: Api, sender: str) -> None:
    path = f"/conversations/{sender}/tracker"
    assert (await api.ask("GET", path, token="", Authorization=bearer("user", sender)))[0] == 200
    assert (await api.ask("GET", path, token="", Authorization=bearer("admin", "crm")))[0] == 200
    assert (await api.ask("GET", "/status", token="", Authorization=bearer("admin", "crm")))[0] == 200


async def test_who_reads_a_conversation_is_in_the_audit_log_but_for_whom_it_is_of(api: Api, sender: str) -> None:
    await api.say(sender, "hello")
    path = f"/conversations/{sender}/tracker"
    await api.ask("GET", path, token="", Authorization=bearer("user", sender))
    await api.ask("GET", path, token="", Authorization=bearer("admin", "crm"))
    await api.good("GET", path)
    async with api.service.runtime.store.transaction() as uow:
        conversation = await uow.conversations.at("rest", sender)
        assert conversation is not None
        deeds = [one.deed for one in await uow.audit.latest(9) if one.deed.about == conversation.profile_id]
    assert {(one.what, one.who, one.detail["conversation"]) for one in deeds} == {
        ("person.looked_at", "jwt", conversation.id),
        ("person.looked_at", "token", conversation.id),
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        ("POST", "tracker/events", {"event": "slot", "name": "team_size", "value": 3}, "events_appended"),
        ("PUT", "tracker/events", [{"event": "action", "name": "action_listen"}], "events_replaced"),
        ("POST", "messages", {"sender": "user", "text": "hello"}, "message_noted"),
        ("POST", "trigger_intent", {"name": "greet"}, "triggered"),
        ("POST", "execute", {"name": "utter_greet"}, "action"),
    ],
)
async def test_who_writes_into_a_conversation_and_is_shown_it_is_in_the_audit_log_as_who_reads_it(
    api: Api, sender: str, method: str, path: str, body: Any, what: str
) -> None:
    await api.say(sender, "hello")
    path = f"/conversations/{sender}/{path}"
    assert (await api.ask(method, path, body, token="", Authorization=bearer("user", sender)))[0] == 200
    await api.good(method, path, body)
    async with api.service.runtime.store.transaction() as uow:
        conversation = await uow.conversations.at("rest", sender)
        assert conversation is not None
        deeds = [one.deed for one in await uow.audit.latest(9) if one.deed.about == conversation.profile_id]
        written = [one.deed for one in await uow.audit.latest(9) if one.deed.about == conversation.id]
    assert [(one.what, one.who, one.detail["conversation"]) for one in deeds] == [
        ("person.looked_at", "token", conversation.id)
    ]
    assert [one.who for one in written if one.what == f"conversation.{what}"][:1] == ["token"]
    assert what == "action" or len(written) == 1


async def test_the_version_is_rasas_and_needs_no_credential(api: Api) -> None:
    status, answer = await api.ask("GET", "/version", token="")
    assert status == 200
    assert answer["version"] == "3.6.21"


# ---------------------------------------------------------------- the model


async def test_a_text_is_parsed(api: Api) -> None:
    parsed = await api.good("POST", "/model/parse", {"text": "we are 40 people"})
    assert parsed["text"] == "we are 40 people"
    assert parsed["intent"]["name"] == parsed["intent_ranking"][0]["name"] == "inform"
    (number,) = parsed["entities"]
    assert (number["entity"], number["value"], number["start"], number["end"]) == ("number", 40, 7, 9)
    status, answer = await api.ask("POST", "/model/parse", {"text": 1})
    assert (status, answer["details"]) == (400, {"parameter": "text", "in": "body"})


async def test_the_status_names_the_model(api: Api) -> None:
    status = await api.good("GET", "/status")
    assert status["model_id"] == api.service.runtime.library.current().assistant.fingerprint
    assert status["num_active_training_jobs"] == 0


async def test_the_domain_comes_as_json_or_yaml(api: Api) -> None:
    as_json = await api.good("GET", "/domain")
    assert "demo_form" in as_json["forms"]
    async with api.http.get(f"{api.address}/domain?token={TOKEN}", headers={"Accept": "application/yaml"}) as response:
        as_yaml = YAML(typ="safe").load(await response.text())
    assert as_yaml == as_json
    status, answer = await api.ask("GET", "/domain", Accept="text/html")
    assert (status, answer["reason"]) == (406, "NotAcceptable")


# ---------------------------------------------------------------- actions for a Rasa server


async def test_an_action_is_run_for_rasa_with_its_effects_as_custom_messages(api: Api) -> None:
    tracker = {"sender_id": "c1", "slots": {}, "latest_message": {"intent": {"name": "talk_to_person"}}, "events": []}
    call: dict[str, Any] = {
        "next_action": "action_hand_off",
        "sender_id": "c1",
        "tracker": tracker,
        "version": "3.6.21",
    }
    call["domain"] = {
        "responses": {f"utter_{n}": [{"text": "as long as the domains of others are"}] for n in range(3000)}
    }
    answer = await api.good("POST", "/webhooks/actions", call)
    assert answer["events"] == []
    words, effect = answer["responses"]
    assert words["response"] == "utter_handoff_requested"
    assert effect["custom"]["overture"] == {
        "reason": "Asked for a person",
        "desk": "",
        "crm": "",
        "kind": "request_handoff",
    }


async def test_an_action_that_there_is_not_is_told_as_rasa_sdk_does(api: Api) -> None:
    status, answer = await api.ask("POST", "/webhooks/actions", {"next_action": "action_sing"})
    assert (status, answer["action_name"]) == (404, "action_sing")
    assert (await api.ask("POST", "/webhooks/actions", {}, token="wrong"))[0] == 401


async def test_an_action_that_fails_for_rasa_is_an_error_of_ours(api: Api) -> None:
    status, answer = await api.ask("POST", "/webhooks/actions", {"next_action": "action_hand_off", "tracker": 7})
    assert (status, answer["code"]) == (500, 500)


# ---------------------------------------------------------------- where there is none


@asynccontextmanager
async def front_door(folder: Path, **settings: Any) -> AsyncIterator[str]:
    """The address of a service that has the REST channel only."""
    lend_model(folder)
    lend_store(folder)
    given = Settings(data=folder, connectors="rest", desk="", _env_file=None, **settings)  # type: ignore[call-arg]
    # The sample journeys refer to channels and a desk that are not needed here.
    shelves = replace(shelves_of(given, ("rest", "sms", "webchat", "whatsapp")), desks=("slack:#sales",))
    async with open_service(given, shelves=shelves) as service:
        server = TestServer(Server(service).application(), host="127.0.0.1")
        async with server:
            yield str(server.make_url("/")).rstrip("/")


async def test_without_a_credential_there_is_no_api_for_others(tmp_path: Path) -> None:
    async with front_door(tmp_path, host="0.0.0.0") as address, ClientSession() as http:
        for path in ("/", "/version", "/status", "/conversations/robin/tracker"):
            async with http.get(address + path) as response:
                assert response.status == 404
        body = {"sender": "robin", "message": "hi"}
        async with http.post(f"{address}/channels/rest/webhook", json=body) as response:
            assert response.status == 404
            assert "OVERTURE_API_TOKEN" in await response.text()


async def test_on_a_developers_machine_the_api_is_open_to_programs(tmp_path: Path) -> None:
    async with front_door(tmp_path) as address, ClientSession() as http:
        async with http.get(address) as response:
            assert (await response.text()).startswith("Hello from Overture")
        async with http.get(f"{address}/status") as response:
            assert response.status == 200
        async with http.get(f"{address}/status", headers={"Origin": "https://evil.example"}) as response:
            assert response.status == 401
