"""A service to import into."""

from __future__ import annotations

import pytest

from bot.adapters.database import Database
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock


@pytest.fixture
def stage(sqlite_store: Database, clock: ManualClock) -> Stage:
    return Stage(sqlite_store, clock)
