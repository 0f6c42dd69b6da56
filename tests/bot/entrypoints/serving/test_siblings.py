"""Several processes behind one port: a scrape reaches one of them, and hears of all."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.domain.errors import SettingsError
from bot.entrypoints.serving import siblings, watching
from bot.entrypoints.serving.http import Server
from bot.entrypoints.serving.siblings import Siblings
from bot.entrypoints.serving.watching import own_metrics
from tests.bot.entrypoints.conftest import ServiceMaker


async def test_that_redis_was_away_is_not_told_for_ever_by_the_one_that_saw_it(
    service_of: ServiceMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True

    async def look(_url: str) -> None:
        if away:
            raise SettingsError("Redis cannot be used")

    monkeypatch.setattr(watching, "check_redis", look)
    monkeypatch.setattr(siblings, "ANSWER_WITHIN", 60)  # a machine that does much else takes its time
    async with AsyncExitStack() as stack:
        http, addresses = await stack.enter_async_context(ClientSession()), []
        for number in range(2):
            service = service_of(redis="redis://127.0.0.1:1/0")
            together = Siblings(tmp_path, number, partial(own_metrics, service))
            await stack.enter_async_context(together.answering())
            server = await stack.enter_async_context(TestServer(Server(service, together).application()))
            addresses.append(server.make_url("/metrics"))

        async def told(number: int) -> list[str]:
            async with http.get(addresses[number]) as response:
                lines = (await response.text()).splitlines()
            return [one for one in lines if one.startswith("overture_slower_without")]

        sample = 'overture_slower_without{process="%d",server="Redis"} %s'
        assert await told(0) == [sample % (number, "1.0") for number in range(2)]
        away = False
        assert await told(1) == [sample % (number, "0.0") for number in range(2)]
