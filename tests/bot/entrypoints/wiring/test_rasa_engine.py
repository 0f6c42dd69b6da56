"""The whole service with a Rasa server as its engine: the words are Rasa's, what protects the customer is ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.domain.conversation import Conversation
from bot.domain.errors import SettingsError
from bot.domain.message import DeskAction, DeskVerb
from bot.entrypoints.serving.http import Server
from bot.entrypoints.serving.worker import Worker
from bot.entrypoints.wiring.service import Service, open_service
from bot.services.receive import receive
from bot.settings import Settings
from tests.contracts.test_dialogue import CONFIG
from tests.lending import lend_model
from tests.ports import free_port
from tests.real_rasa import real_rasa_server
from tests.scripted_rasa import Line, ScriptedRasa, Trouble, running_rasa

ASKED_FOR = {"kind": "request_handoff", "reason": "Asked"}
SCRIPT = {
    "hello": Line("greet", says=({"text": "Rasa says hello."},)),
    "I want to talk to a person": Line(
        "talk_to_person",
        says=(
            {"text": "Rasa asks somebody."},
            {"custom": {"overture": ASKED_FOR}},
        ),
    ),
    "stop sending me marketing messages": Line("greet", says=({"text": "Rasa did not understand."},)),
}


@dataclass
class Stage:
    service: Service
    rasa: ScriptedRasa
    http: ClientSession
    address: str

    async def say(self, text: str) -> list[str]:
        body = {"sender": "robin", "message": text}
        async with self.http.post(f"{self.address}/webhooks/rest/webhook", json=body) as response:
            assert response.status == 200, await response.text()
            return [message["text"] for message in await response.json()]

    async def conversation(self) -> Conversation:
        async with self.service.runtime.store.transaction() as uow:
            found = await uow.conversations.at("rest", "robin")
        assert found is not None
        return found

    def told_to_rasa(self) -> list[Any]:
        return [body["message"] for _, path, body in self.rasa.asked if path == "/webhooks/rest/webhook"]


@asynccontextmanager
async def set_stage(folder: Path, rasa: ScriptedRasa, port: int) -> AsyncIterator[Stage]:
    lend_model(folder)
    settings = Settings(data=folder, port=port, engine="rasa", rasa_url=rasa.url, _env_file=None)  # type: ignore[call-arg]
    async with open_service(settings) as service:
        server = TestServer(Server(service).application(), host="127.0.0.1", port=port)
        worker = Worker(service.runtime)
        async with asyncio.TaskGroup() as tasks, server, ClientSession() as http:
            tasks.create_task(worker.run())
            yield Stage(service, rasa, http, f"http://127.0.0.1:{port}")
            await worker.stop()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with running_rasa(ScriptedRasa(SCRIPT)) as rasa, set_stage(tmp_path, rasa, free_port()) as stage:
        yield stage


async def test_the_words_are_rasas_and_the_disclosure_ours(stage: Stage) -> None:
    disclosure, hello = await stage.say("hello")
    assert "automated assistant" in disclosure
    assert hello == "Rasa says hello."
    conversation = await stage.conversation()
    assert conversation.tracker.latest_message is not None
    assert conversation.tracker.latest_message.understood.intent.name == "greet"


async def test_rasa_hands_over_to_our_desk_and_then_is_not_asked(stage: Stage) -> None:
    assert "Rasa asks somebody." in await stage.say("I want to talk to a person")
    conversation = await stage.conversation()
    async with stage.service.runtime.store.transaction() as uow:
        handoff = await uow.handoffs.open_in(conversation.id)
    assert handoff is not None
    assert handoff.reason == "Asked"
    runtime = stage.service.runtime
    claim = DeskAction("slack", "click", handoff.id, DeskVerb.CLAIM, rep="ana")
    await receive(runtime, runtime.channel("slack"), [claim])
    assert await stage.say("hello") == []
    assert stage.told_to_rasa() == ["I want to talk to a person"]


async def test_an_opt_out_is_ours_whatever_rasa_would_make_of_it(stage: Stage) -> None:
    await stage.say("hello")
    said = await stage.say("stop sending me marketing messages")
    assert said
    assert "Rasa did not understand." not in said
    assert stage.told_to_rasa() == ["hello"]
    async with stage.service.runtime.store.transaction() as uow:
        assert await uow.consents.suppression("rest", "robin") is not None


@pytest.mark.parametrize("trouble", ["hang up", "500", "nonsense"])
async def test_when_rasa_is_away_the_customer_is_told_once_and_may_go_on(stage: Stage, trouble: Trouble) -> None:
    await stage.say("hello")
    conversation = await stage.conversation()
    apology = stage.service.runtime.library.current().assistant.responses["utter_internal_error"]
    stage.rasa.trouble = trouble
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        said = await stage.say("hello")
    assert len(said) == 1
    assert said[0] in {variation.text for variation in apology.variations}
    (failed,) = [line for line in logs if line["event"] == "the dialogue engine failed"]
    assert failed["conversation"] == conversation.id
    assert failed["log_level"] == "error"
    stage.rasa.trouble = None
    assert await stage.say("hello") == ["Rasa says hello."]


async def test_the_engine_wants_an_address(tmp_path: Path) -> None:
    lend_model(tmp_path)
    settings = Settings(data=tmp_path, engine="rasa", _env_file=None)  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match="OVERTURE_RASA_URL"):
        async with open_service(settings):
            raise AssertionError("it started without")


DOMAIN = """
version: "3.1"
intents: [talk_to_person]
actions: [action_hand_off]
responses:
  utter_handoff_requested:
    - text: Somebody will be with you.
"""
RULES = """
version: "3.1"
rules:
  - rule: hand off
    steps:
      - intent: talk_to_person
      - action: action_hand_off
"""
NLU = """
version: "3.1"
nlu:
  - intent: talk_to_person
    examples: |
      - a person please
      - somebody real
"""


@pytest.mark.slow
async def test_a_real_rasa_has_our_actions_run_and_their_effects_reach_the_desk(tmp_path: Path) -> None:
    port = free_port()
    endpoints = f'action_endpoint: {{url: "http://127.0.0.1:{port}/webhooks/actions"}}'
    files = {"domain.yml": DOMAIN, "config.yml": CONFIG, "data/rules.yml": RULES, "data/nlu.yml": NLU}
    (tmp_path / "rasa").mkdir()
    with real_rasa_server(tmp_path / "rasa", {**files, "endpoints.yml": endpoints}) as url:
        async with set_stage(tmp_path, ScriptedRasa({}, url=url), port) as stage:
            assert "Somebody will be with you." in await stage.say("a person please")
            conversation = await stage.conversation()
            async with stage.service.runtime.store.transaction() as uow:
                handoff = await uow.handoffs.open_in(conversation.id)
    assert handoff is not None
    assert handoff.reason == "Asked for a person"
