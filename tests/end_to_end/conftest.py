"""What tests over HTTP share: a server around the stage of the test, whose loops run by themselves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.adapters.api_access import CredentialAccess
from bot.adapters.content.library import Shelves, WatchedLibrary
from bot.adapters.feeds import StoreFeedWriter
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.settings import Settings
from tests.bot.services.stage import Stage


@pytest.fixture
async def server(stage: Stage, tmp_path: Path) -> AsyncIterator[TestServer]:
    settings = Settings(data=tmp_path, public_url="https://chat.example.com", _env_file=None)  # type: ignore[call-arg]
    shelves = Shelves(settings.assistant, settings.journeys, tmp_path / "model")
    library = WatchedLibrary(shelves, stage.library.playbook)
    feeds = StoreFeedWriter(stage.store, stage.clock, stage.runtime.wakeups)
    access = CredentialAccess(token="", jwt_secret="", private=True)
    service = Service(settings, stage.runtime, library, feeds, access, "secret", None, ())

    async def work() -> None:
        while True:
            await stage.settle()
            await asyncio.sleep(0.01)

    working = asyncio.create_task(work())
    server = TestServer(Server(service).application())
    async with server:
        yield server
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
