"""The endpoints of the page "Understanding": who may use them, and what they answer."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.conversation import UserUttered
from bot.domain.ids import MessageId
from bot.domain.understanding import IntentScore, Understood
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from tests.bot.services.stage import Stage
from tests.contracts.samples import CHAT, NOON, add_chat

ROOT = Path(__file__).parents[4]
Maker = Callable[..., Service]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "nlu_data", tmp_path / "nlu_data")
    return tmp_path / "nlu_data"


@asynccontextmanager
async def client_of(service: Service) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def hear(stage: Stage, *texts: str) -> None:
    async with stage.store.transaction() as uow:
        await add_chat(uow)
        for text in texts:
            ranking = (
                IntentScore("request_demo", 0.3),
                IntentScore("out_of_scope", 0.2),
                IntentScore("unheard_of", 0.1),
            )
            understood = Understood(text, IntentScore("nlu_fallback", 0.9), ranking=ranking, stage="fallback")
            await uow.conversations.log(CHAT, [UserUttered(text, understood, MessageId(text), None, "sms")], NOON)


def line_at(place: str) -> str:
    path, line, _ = place.rsplit(":", 2)
    return Path(path).read_text().split("\n")[int(line) - 1]


async def test_a_message_is_labelled_and_leaves_the_queue(service_of: Maker, stage: Stage, content: Path) -> None:
    await hear(stage, "walk me round the planner", "do cats fly", "zzz")
    async with client_of(service_of(assistant=content, connectors="twilio_messaging")) as client:
        queue = await (await client.get("/understanding/queue")).json()
        assert (queue["waiting"], "request_demo" in queue["intents"]) == (3, True)
        keys = {one["text"]: one["key"] for one in queue["messages"]}
        first = next(one for one in queue["messages"] if one["text"] == "zzz")
        assert first["suggestions"] == [{"intent": "request_demo", "confidence": 0.3}]
        assert (first["doubt"], first["count"], first["last_said"]) == ("ambiguous", 1, NOON.isoformat())
        body = {"key": keys["walk me round the planner"], "text": "walk me round", "intent": "request_demo"}
        labelled = await client.post("/understanding/label", json=body)
        assert line_at((await labelled.json())["place"]) == "      - walk me round"
        again = await client.post("/understanding/label", json={**body, "text": "walk me all round"})
        assert again.status == 409
        refused = await client.post(
            "/understanding/out-of-scope", json={"key": keys["do cats fly"], "text": "do cats fly"}
        )
        assert line_at((await refused.json())["place"]) == "      - do cats fly"
        assert (await (await client.post("/understanding/dismiss", json={"key": keys["zzz"]})).json()) == {
            "place": None
        }
        assert (await (await client.get("/understanding/queue")).json())["messages"] == []
    assert [(one.what, one.who, one.about, one.detail) for one in await stage.deeds()] == [
        ("message.labelled", "machine", "request_demo", {}),
        ("message.labelled", "machine", "out_of_scope", {}),
        ("message.dismissed", "machine", "", {}),
    ]


async def test_what_cannot_be_done_is_told(service_of: Maker, stage: Stage, content: Path) -> None:
    await hear(stage, "walk me round the planner")
    async with client_of(service_of(assistant=content, connectors="twilio_messaging")) as client:
        for body, status, words in (
            ({"key": "k", "text": "hello", "intent": "greet"}, 422, 'is an example of "greet" already'),
            ({"key": "k", "text": "hi you all", "intent": "greeet"}, 422, 'Did you mean "greet"?'),
            ({"key": "k", "text": " ", "intent": "greet"}, 400, '"text" wants a text'),
            ({"key": "k" * 99, "text": "x", "intent": "greet"}, 400, '"key" wants a text of 1 to 64'),
            ({"key": "\ud800", "text": "x", "intent": "greet"}, 400, '"key" wants a text'),
            ([], 400, "no JSON object"),
        ):
            answer = await client.post("/understanding/label", json=body)
            assert (answer.status, words in (await answer.json())["error"]) == (status, True)
        assert (await client.post("/understanding/explain", json={"text": "hi"})).status == 404  # a fake understands
        assert (await client.get("/understanding/label")).status == 405


async def test_other_websites_and_strangers_may_not_use_it(service_of: Maker, stage: Stage, content: Path) -> None:
    service = service_of(assistant=content, connectors="twilio_messaging")
    async with client_of(service) as client:
        foreign = await client.post(
            "/understanding/dismiss", json={"key": "k"}, headers={"Origin": "http://evil.example"}
        )
        assert foreign.status == 401
        assert (await client.get("/understanding/queue", headers={"Host": "evil.example"})).status == 421
    guarded = replace(service, access=CredentialAccess(token="let me in"))
    async with client_of(guarded) as client:
        assert (await client.get("/understanding")).status == 401
        assert (await client.get("/understanding?token=wrong")).status == 401
        assert (await client.get("/understanding?token=let+me+in")).status == 200
        assert (await client.post("/understanding/dismiss?token=let+me+in", json={"key": "k"})).status == 200
    async with client_of(replace(service, access=CredentialAccess())) as client:
        assert (await client.get("/understanding")).status == 404
