"""Events of other systems over HTTP, in batches: taken, kept on timelines, counted by a segment, told to a journey."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
import uvloop
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.adapters.content.library import Shelves, WatchedLibrary
from bot.adapters.database import Database
from bot.adapters.feeds import StoreFeedWriter
from bot.domain.audience import Segment
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.settings import Settings
from tests.bot.services.stage import Stage, journey_of
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

BATCH, AT_ONCE = 100, 4
NAMES = ("pricing.viewed", "page.viewed", "docs.viewed", "trial.started")


def table(events: int) -> Iterator[str]:
    """The figures for SQLite and PostgreSQL."""
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield ""
    yield f"{events} events of {events // 10} people over HTTP, {BATCH} a request, {AT_ONCE} requests at once"
    yield "| store | events a second | CPU of our process, µs an event |"
    yield "|---|---|---|"
    for name, opening in (("SQLite", _sqlite), ("PostgreSQL", postgresql_url)):
        with opening() as url:
            took, used = uvloop.run(_measure(url, events))
        yield f"| {name} | {events / took:,.0f} | {used / events * 1e6:.0f} |"


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite+aiosqlite:///{folder}/events.db"


async def _measure(url: str, events: int) -> tuple[float, float]:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock())
    segments = {"keen": Segment("keen", "did('pricing.viewed', 30) >= 3")}
    stage.library.playbook = replace(stage.library.playbook, segments=segments)
    stage.play(journey_of("- wait: 7d", "enter: {event: trial.started}"))
    with tempfile.TemporaryDirectory() as folder:
        server = TestServer(Server(_service(stage, Path(folder))).application(), host="127.0.0.1")
        async with TestClient(server) as client:
            bodies = iter(
                [json.dumps([_event(n, events) for n in range(at, at + BATCH)]) for at in range(0, events, BATCH)]
            )
            begun, used = time.perf_counter(), _cpu()
            await asyncio.gather(*(_send(client, bodies) for _ in range(AT_ONCE)))
            took, used = time.perf_counter() - begun, _cpu() - used
    await store.close()
    return took, used


async def _send(client: TestClient[Any, Any], bodies: Iterator[str]) -> None:
    for body in bodies:
        answer = await client.post("/v1/events", data=body)
        told = await answer.json()
        assert told["taken"] == BATCH, told


def _event(number: int, events: int) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": f"u{number * 7919 % (events // 10)}",
        "event": NAMES[number % 16 if number % 16 < 3 else 1] if number % 97 else "trial.started",
        "messageId": f"m{number}",
        "properties": {"url": "https://example.com/pricing", "plan": "pro", "seconds": number % 60},
        "context": {"library": {"name": "analytics.js", "version": "2.0"}},
    }


def _service(stage: Stage, folder: Path) -> Service:
    settings = Settings(data=folder, connectors="", _env_file=None)  # type: ignore[call-arg]
    library = WatchedLibrary(Shelves(settings.assistant, settings.journeys, folder / "model"), stage.library.playbook)
    feeds = StoreFeedWriter(stage.store, stage.clock, stage.runtime.wakeups)
    access = CredentialAccess(token="", jwt_secret="", private=True)
    return Service(settings, stage.runtime, library, feeds, access, "secret", None, ())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
