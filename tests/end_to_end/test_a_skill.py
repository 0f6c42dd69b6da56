"""Alexa's requests over HTTP, with an action that hangs for longer than Alexa waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

import connectors.alexa.channel as alexa_channel
from bot.adapters.database import Database
from bot.adapters.feeds import StoreFeedWriter
from bot.domain.effects import Say
from bot.domain.message import Text
from tests.bot.services.stage import Stage
from tests.connectors.alexa.skill import envelope, intent, signed, skill
from tests.connectors.vendor_server import NOW
from tests.manual_clock import ManualClock


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    store = Database(f"sqlite+aiosqlite:///{tmp_path / 'overture.db'}")
    await store.migrate()
    stage = Stage(store, ManualClock(NOW))
    feeds = StoreFeedWriter(store, stage.clock, stage.runtime.wakeups)
    channels = {**stage.runtime.channels, "alexa": skill(feed=feeds)}
    stage.runtime = replace(stage.runtime, channels=channels)
    yield stage
    await store.close()


async def ask(
    http: ClientSession, server: TestServer, request: dict[str, Any], attributes: dict[str, Any]
) -> dict[str, Any]:
    asked = signed(envelope(request, attributes=attributes))
    url = server.make_url("/channels/alexa/skill")
    async with http.post(url, data=asked.body, headers=dict(asked.headers)) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = json.loads(await response.text())
        return answer


async def test_alexa_is_answered_in_time_though_an_action_hangs_and_hears_the_rest_with_the_next_words(
    stage: Stage, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alexa_channel, "ANSWER_WITHIN", timedelta(seconds=0.3))

    goes_on = asyncio.Event()

    async def hang() -> None:
        stage.actions.before = None  # the next action is quick
        await goes_on.wait()

    stage.actions.before = hang
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text("Here is your quote.")),)
    lead = {**intent("lead"), "requestId": "request 1"}
    async with ClientSession() as http:
        first = await ask(http, server, lead, {})
        assert "One moment, please." in first["response"]["outputSpeech"]["ssml"]
        assert first["response"]["shouldEndSession"] is False
        goes_on.set()
        monkeypatch.setattr(alexa_channel, "ANSWER_WITHIN", timedelta(seconds=20))
        next_words = {**intent("greet"), "requestId": "request 2"}
        second = await ask(http, server, next_words, first["sessionAttributes"])
        speech = second["response"]["outputSpeech"]["ssml"]
        assert speech.index("Here is your quote.") < speech.index("Hello!")
        again = await ask(http, server, lead, {})
        assert "Here is your quote." in again["response"]["outputSpeech"]["ssml"]
    assert stage.actions.ran.count("action_lead") == 1
