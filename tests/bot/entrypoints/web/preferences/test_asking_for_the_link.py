"""Whoever has no link to their preferences gets it where they read, and nobody learns whom we know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.consent import Purpose
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.preferences.words import LANGUAGES, words_in
from bot.services.deliver import deliver_due
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import PHONE, Stage

Client = TestClient[Any, Any]


@pytest_asyncio.fixture
async def client(service_of: ServiceMaker, stage: Stage) -> AsyncIterator[Client]:
    await stage.meet()
    async with TestClient(TestServer(Server(service_of()).application(), host="127.0.0.1")) as client:
        yield client


async def ask(client: Client, address: str) -> str:
    answer = await client.post("/preferences", data={"address": address})
    assert answer.status == 200
    return await answer.text()


async def test_the_page_asks_for_an_address_in_the_readers_language(client: Client) -> None:
    text = await (await client.get("/preferences", headers={"Accept-Language": "de"})).text()
    assert "Link senden" in text
    assert 'name="address"' in text
    assert "<script" not in text
    assert len({words_in(one)["ask_sent_text"] for one in LANGUAGES}) == len(LANGUAGES)


async def test_the_link_goes_to_the_address_and_the_page_says_the_same_for_every_other(
    client: Client, stage: Stage
) -> None:
    known = await ask(client, " +44 7700 900123 ")
    assert known == await ask(client, "+447700900999") == await ask(client, "") == await ask(client, "me@example.com")
    await deliver_due(stage.runtime)
    (sent,) = stage.sms.taken
    assert sent.address == PHONE
    assert stage.sms.texts()[0].startswith("Yours: https://")


async def test_nobody_is_bombarded_and_who_stopped_all_of_it_gets_nothing(client: Client, stage: Stage) -> None:
    for _ in range(5):
        await ask(client, PHONE)
    await deliver_due(stage.runtime)
    assert len(stage.sms.taken) == 3
    stage.clock.forward(timedelta(days=1))
    await stage.says("stop")
    before = len(stage.sms.taken)
    await ask(client, PHONE)
    await deliver_due(stage.runtime)
    assert len(stage.sms.taken) == before
    assert [one.outcome for one in await stage.decisions() if one.purpose is Purpose.SERVICE][-1] == "withhold"
