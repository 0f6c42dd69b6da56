"""Addresses that no link of ours has; on PostgreSQL, which takes less in a text than SQLite does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.adapters.database import Database
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import ClientMaker
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock


@pytest_asyncio.fixture
async def stage(postgresql_url: str) -> AsyncIterator[Stage]:
    store = Database(postgresql_url)
    yield Stage(store, ManualClock())
    await store.close()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("welcome.json?version=%00", 200),  # which is no version, so the one in force is meant
        ("welcome.json?version=a%00b", 404),
        ("welcome/people.json?version=%00&step=%00", 200),
        ("welcome/compare.json?before=a%00&after=b%00", 404),
    ],
)
async def test_a_character_that_no_database_takes_is_passed_over(
    address: str, status: int, service: Service, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        assert (await client.get(f"/journeys/{address}")).status == status
