"""A service for tests, on a clean SQLite store; and a language model for it, on a server of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.database import Database
from bot.adapters.language_model import HttpLanguageModel, ModelServer
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock
from tests.scripted_model import ScriptedModel, running_model


@pytest.fixture
def stage(sqlite_store: Database, clock: ManualClock) -> Stage:
    return Stage(sqlite_store, clock)


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    async with running_model() as model:
        yield model


@pytest.fixture
async def client(model: ScriptedModel) -> AsyncIterator[HttpLanguageModel]:
    """What the service asks that model with."""
    server = ModelServer(model.url, "a-model", within=timedelta(seconds=20))
    client = HttpLanguageModel(server, first_pause=timedelta(milliseconds=1))
    yield client
    await client.close()
