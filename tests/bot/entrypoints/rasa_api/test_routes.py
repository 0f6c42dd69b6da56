"""Rasa's HTTP API on the service as it is wired, its worker running: the real path from request to answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import OctKey
from ruamel.yaml import YAML

from bot.domain.consent import Purpose
from bot.domain.ids import HandoffId
from bot.domain.message import DeskAction, DeskVerb
from bot.entrypoints.connectors import shelves_of
from bot.entrypoints.http import Server
from bot.entrypoints.wiring import Service, open_service
from bot.entrypoints.worker import Worker
from bot.services.receive import receive
from bot.services.runtime import FEEDS
from bot.settings import Settings
from tests.running import free_port, lend_model

TOKEN = "a token for tests"
SECRET = "a secret of more than thirty-two bytes"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Api:
    service: Service
    http: ClientSession
    address: str

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        query = f"{'&' if '?' in path else '?'}token={token}" if token else ""
        async with self.http.request(method, f"{self.address}{path}{query}", json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def good(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.ask(method, path, body)
        assert status == 200, answer
        return answer

    async def say(self, sender: str, message: str, **more: Any) -> list[dict[str, Any]]:
        body = {"sender": sender, "message": message, **more}
        answer: list[dict[str, Any]] = await self.good("POST", "/webhooks/rest/webhook", body)
        return answer

    async def events(self, name: str, kind: str) -> list[dict[str, Any]]:
        state = await self.good("GET", f"/conversations/{name}/tracker?include_events=ALL")
        return [event for event in state["events"] if event["event"] == kind]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    folder = tmp_path_factory.mktemp("data")
    lend_model(folder)
    settings = Settings(
        data=folder,
        port=free_port(),
        api_token=TOKEN,
        api_jwt_secret=SECRET,
        _env_file=None,  # type: ignore[call-arg]
    )
    async with open_service(settings) as service:
        server = TestServer(Server(service).application(), host="127.0.0.1", port=settings.port)
        worker = Worker(service.runtime)
        async with asyncio.TaskGroup() as tasks, server, ClientSession() as http:
            tasks.create_task(worker.run())
            yield Api(service, http, f"http://127.0.0.1:{settings.port}")
            await worker.stop()


@pytest.fixture
def sender() -> str:
    return f"robin-{uuid4()}"


def texts(messages: list[dict[str, Any]]) -> str:
    return "\n".join(message.get("text", "") for message in messages)


def bearer(role: str, name: str) -> str:
    claims = {"user": {"username": name, "role": role}}
    return "Bearer " + jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.encode()))


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


# ---------------------------------------------------------------- the tracker


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


# ---------------------------------------------------------------- triggers


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
