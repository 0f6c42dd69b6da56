"""Hand-offs from the decision to the card at the desk: a worker, a desk with routes, and a Slack that takes 100 ms.

The stand-in answers each call after 100 ms and keeps the pace of nobody: Slack's own, about one message a second in a
channel, is not in these figures. It counts the cards by the hand-off that their buttons name.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
import uvloop
from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.domain.conversation import Conversation
from bot.domain.ids import ProfileId
from bot.domain.routing import DeskPlan, Rep, Route
from bot.entrypoints.serving.worker import MOST_TURNS, Worker
from bot.services.hand_off import request_handoff
from bot.services.runtime import OUTBOX
from connectors.slack.calls import SlackHttp
from connectors.slack.channel import SlackChannel
from connectors.slack.workspaces import OneWorkspace
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

LATENCY = 0.1
PER_SECOND = 50
SECONDS = 20
REPS = {f"rep-{number}": Rep(f"rep-{number}", f"Rep {number}") for number in range(8)}
PLAN = DeskPlan("slack:#sales", REPS, (Route("all", tuple(REPS)),))


class SlowSlack(AbstractAsyncContextManager["SlowSlack"]):
    """Takes messages 100 ms after they were sent, and keeps when each hand-off's card came."""

    def __init__(self) -> None:
        self.cards: dict[str, list[float]] = {}
        self._count = 0

    async def __aenter__(self) -> SlowSlack:
        app = web.Application()
        app.router.add_post("/api/{method}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.text()
        await asyncio.sleep(LATENCY)
        self._count += 1
        said = json.loads(body) if request.content_type == "application/json" else dict(await request.post())
        blocks: Any = said.get("blocks") or "[]"
        for block in json.loads(blocks) if isinstance(blocks, str) else blocks:
            name = str(block.get("block_id", ""))
            if name.startswith("assign:"):
                self.cards.setdefault(name.removeprefix("assign:"), []).append(time.perf_counter())
        return web.json_response({"ok": True, "ts": f"{self._count}.000001"})


async def _measure(database: str, url: str) -> str:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock())
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(PLAN,))
    async with SlowSlack() as slack:
        channel = SlackChannel(
            workspaces=OneWorkspace("x"),
            http=SlackHttp(slack.url, trust_proxy_settings=False),
            clock=SystemClock(),
            signing_secret="x",
            channels={"": "C0000SALES"},
        )
        channels = {**stage.runtime.channels, "slack": channel}
        stage.runtime = replace(stage.runtime, clock=SystemClock(), channels=channels, crms={})
        leads = [
            await stage.meet(
                ProfileId(f"lead-{number}"), phone=f"+447700{number:06}", attributes={"name": f"Lead {number}"}
            )
            for number in range(PER_SECOND * SECONDS)
        ]
        worker = Worker(stage.runtime)
        used = time.process_time()
        working = asyncio.create_task(worker.run())
        try:
            decided = await _hand_over(stage, leads)
            for _ in range(300):
                if len(slack.cards) >= len(decided):
                    break
                await asyncio.sleep(0.1)
            used = time.process_time() - used
        finally:
            await worker.stop()
            await working
            await channel.close()
            await store.close()
    lost = decided.keys() - slack.cards.keys()
    doubled = sum(len(times) - 1 for times in slack.cards.values())
    took = [1000 * (slack.cards[one][0] - at) for one, at in decided.items() if one in slack.cards]
    hundredths = statistics.quantiles(took, n=100)
    rate = len(took) / (max(times[0] for times in slack.cards.values()) - min(decided.values()))
    p50, p95, p99 = hundredths[49], hundredths[94], hundredths[98]
    cpu = 1000 * used / len(decided)
    figures = (f"{rate:.0f}", f"{cpu:.1f}", f"{p50:.0f}", f"{p95:.0f}", f"{p99:.0f}", len(lost), doubled)
    return f"| {database} | {len(decided)} | {' | '.join(map(str, figures))} |"


async def _hand_over(stage: Stage, leads: Sequence[Conversation]) -> dict[str, float]:
    """So many hand-offs a second, as many at once as a worker takes turns; when each was committed."""
    decided: dict[str, float] = {}
    offered: Counter[str] = Counter()

    at_once = asyncio.Semaphore(MOST_TURNS)

    async def one(lead: Conversation) -> None:
        async with at_once, stage.store.transaction() as uow:
            handoff = await request_handoff(uow, stage.runtime, lead, "Qualified lead", stage.runtime.clock.now())
        assert handoff is not None
        decided[handoff.id] = time.perf_counter()
        offered[handoff.offered_to] += 1
        await stage.runtime.wakeups.notify(OUTBOX)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as deciding:
        for number, lead in enumerate(leads, start=1):
            deciding.create_task(one(lead))
            await asyncio.sleep(max(begun + number / PER_SECOND - time.perf_counter(), 0))
    assert max(offered.values()) - min(offered.values()) <= 1, "each rep has their turn"
    return decided


def table() -> Iterator[str]:
    """The lines of the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        rows = [uvloop.run(_measure("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'overture.db'}"))]
    with postgresql_url() as url:
        rows.append(uvloop.run(_measure("PostgreSQL", url)))
    yield "| database | hand-offs | cards/s | CPU ms each | decided to posted, p50 ms | p95 | p99 | lost | doubled |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from rows
