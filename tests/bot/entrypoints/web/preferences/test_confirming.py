"""The link that confirms consent: opening it changes nothing, its button does, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.challenge import ChallengeId
from bot.domain.consent import Wish
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.preferences.links import confirmation_link
from bot.services.opt_out import opt_out
from tests.bot.entrypoints.conftest import SECRET, ServiceMaker
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.bot.services.test_take_consent import QUESTION, agree, challenges, confirmed, visitor

Client = TestClient[Any, Any]


@pytest_asyncio.fixture
async def client(service_of: ServiceMaker, stage: Stage) -> AsyncIterator[Client]:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    async with TestClient(TestServer(Server(service_of()).application(), host="127.0.0.1")) as client:
        yield client


async def link(stage: Stage) -> str:
    [challenge] = await challenges(stage)
    return confirmation_link("", SECRET, challenge.id)


async def test_opening_it_shows_what_was_agreed_to_and_confirms_nothing(client: Client, stage: Stage) -> None:
    answer = await client.get(await link(stage))
    text = await answer.text()
    assert answer.status == 200
    assert QUESTION in text
    assert PHONE not in text
    assert "+44•••••••123" in text
    assert not await stage.may_send()


async def test_its_button_confirms_once(client: Client, stage: Stage) -> None:
    url = await link(stage)
    assert (await client.post(url)).status == 400
    answer = await client.post(url, data={"do": "confirm"})
    assert (answer.status, "Confirmed" in await answer.text()) == (200, True)
    assert await stage.may_send()
    assert (await client.post(url, data={"do": "confirm"})).status == 410
    assert (await client.get(url)).status == 410


async def test_after_a_stop_it_brings_nothing_back(client: Client, stage: Stage) -> None:
    url = await link(stage)
    async with stage.store.transaction() as uow:
        await opt_out(uow, stage.runtime, ANA, Wish("STOP", stage.clock.now()))
    assert (await client.post(url, data={"do": "confirm"})).status == 410
    assert not await stage.may_send()


async def test_a_link_that_is_not_ours_is_refused(client: Client, stage: Stage) -> None:
    url = await link(stage)
    assert (await client.get(url[:-1] + ("A" if url[-1] != "A" else "B"))).status == 403
    assert (await client.get("/consent/x")).status == 403
    assert (await client.get("/consent/é.é")).status == 403
    assert (await client.get(confirmation_link("", SECRET, ChallengeId("nobody's")))).status == 410


async def test_it_speaks_the_readers_language_from_right_to_left_where_that_is_so(client: Client, stage: Stage) -> None:
    answer = await client.get(await link(stage), headers={"Accept-Language": "ar"})
    text = await answer.text()
    assert '<html lang="ar" dir="rtl">' in text
    assert "نعم، أوافق" in text
    assert "\u2066+44•••••••123\u2069" in text, "a number is read from left to right"
    assert "Accept-Language" in answer.headers["Vary"]
