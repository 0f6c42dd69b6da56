"""Dialogflow's requests over HTTP, with an action that hangs for longer than it waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

import connectors.dialogflow.channel as dialogflow_channel
from bot.adapters.database import Database
from bot.adapters.feeds import StoreFeedWriter
from bot.domain.effects import Say
from bot.domain.message import Text
from tests.bot.services.stage import Stage
from tests.connectors.dialogflow.agent import CX_SESSION, asked, channel, cx_request
from tests.connectors.vendor_server import NOW
from tests.manual_clock import ManualClock


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    store = Database(f"sqlite+aiosqlite:///{tmp_path / 'overture.db'}")
    await store.migrate()
    stage = Stage(store, ManualClock(NOW))
    feeds = StoreFeedWriter(store, stage.clock, stage.runtime.wakeups)
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "dialogflow": channel(feed=feeds)})
    yield stage
    await store.close()


async def ask(http: ClientSession, server: TestServer, body: dict[str, Any]) -> dict[str, Any]:
    request = asked(body)
    url = server.make_url("/channels/dialogflow/cx")
    async with http.post(url, data=request.body, headers=dict(request.headers)) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


def words_of(answer: dict[str, Any]) -> str:
    return " ".join(one["text"]["text"][0] for one in answer["fulfillmentResponse"]["messages"])


async def test_an_agent_is_answered_in_time_though_an_action_hangs_and_its_second_try_is_no_second_turn(
    stage: Stage, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogflow_channel, "ANSWER_WITHIN", timedelta(seconds=0.3))

    goes_on = asyncio.Event()

    async def hang() -> None:
        stage.actions.before = None  # the next action is quick
        await goes_on.wait()

    stage.actions.before = hang
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text("Here is your quote.")),)
    lead = cx_request("a quote", "intent", intentInfo={"displayName": "lead"})
    async with ClientSession() as http:
        first = await ask(http, server, lead)
        assert words_of(first) == "One moment, please."
        goes_on.set()
        monkeypatch.setattr(dialogflow_channel, "ANSWER_WITHIN", timedelta(seconds=20))
        parameters = first["sessionInfo"]["parameters"]
        greet = {"displayName": "greet"}
        second = await ask(
            http, server, cx_request("hello", "intent", id="r2", intentInfo=greet, parameters=parameters)
        )
        assert words_of(second).index("Here is your quote.") < words_of(second).index("Hello!")
        assert "Here is your quote." in words_of(await ask(http, server, lead))
    assert stage.actions.ran.count("action_lead") == 1


async def test_a_parameter_is_a_slot_and_comes_back_until_it_is_gone(stage: Stage, server: TestServer) -> None:
    greet = {"displayName": "greet"}
    async with ClientSession() as http:
        first = await ask(http, server, cx_request("hello", "intent", intentInfo=greet, parameters={"team_size": "50"}))
        assert first["sessionInfo"]["parameters"]["team_size"] == "50"
        assert (await stage.at("dialogflow", CX_SESSION)).tracker.slots["team_size"] == "50"
        kept = {**first["sessionInfo"]["parameters"], "team_size": 60}
        second = await ask(http, server, cx_request("hello", "intent", id="r2", intentInfo=greet, parameters=kept))
        assert second["sessionInfo"]["parameters"]["team_size"] == "50", "a number is no text"
        del kept["team_size"]
        await ask(http, server, cx_request("hello", "intent", id="r3", intentInfo=greet, parameters=kept))
        assert (await stage.at("dialogflow", CX_SESSION)).tracker.slots["team_size"] is None
