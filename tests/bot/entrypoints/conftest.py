"""A service as wiring would build it, on a clean SQLite store and with fakes where vendors would be."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.adapters.api_access import CredentialAccess
from bot.adapters.content.library import Shelves, WatchedLibrary
from bot.adapters.database import Database
from bot.adapters.feeds import StoreFeedWriter
from bot.entrypoints.wiring.service import Service
from bot.settings import Settings
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock

SECRET = "the installation's secret"
ServiceMaker = Callable[..., Service]


@pytest.fixture(autouse=True)
def _no_settings_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("OVERTURE_", "TWILIO_", "SLACK_", "HUBSPOT_", "EMAIL_")) and "_TEST_" not in name:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Commands set up the logs of their process, which here is everybody's."""
    root = logging.getLogger()
    level, handlers, configured = root.level, list(root.handlers), structlog.get_config()
    yield
    structlog.configure(**configured)
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture
def stage(sqlite_store: Database, clock: ManualClock) -> Stage:
    return Stage(sqlite_store, clock)


@pytest.fixture
def service_of(stage: Stage, tmp_path: Path) -> ServiceMaker:
    """Make a service with these settings."""

    def make(**values: Any) -> Service:
        settings = Settings(data=tmp_path, _env_file=None, **values)  # type: ignore[call-arg]
        shelves = Shelves(settings.assistant, settings.journeys, tmp_path / "model")
        library = WatchedLibrary(shelves, stage.library.playbook)
        feeds = StoreFeedWriter(stage.store, stage.clock, stage.runtime.wakeups)
        access = CredentialAccess(token="", jwt_secret="", private=True)
        return Service(settings, stage.runtime, library, feeds, access, SECRET, None, ())

    return make
