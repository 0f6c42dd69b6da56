"""What those who run a service ask of it: is it alive, is it ready, and how much does it do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter

import structlog
from aiohttp import web

from bot.adapters.redis import check_redis
from bot.domain.access import Right
from bot.domain.errors import SettingsError
from bot.entrypoints.serving.siblings import Siblings
from bot.entrypoints.web.translate import problem
from bot.entrypoints.wiring.service import Service
from bot.services.keep_time import FARTHEST_APART
from bot.settings import Settings

log = structlog.get_logger()

METRICS = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format."""

DATABASE_WITHIN, REDIS_WITHIN = timedelta(seconds=2), timedelta(seconds=0.5)
"""One that is silent is away. Together they are less than the three seconds for which docker-compose.yml waits: else
what is only slower without Redis would be taken away for it."""

OF_WATCHERS = ("/healthz", "/readyz", "/metrics")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Watching:
    """`/healthz`, `/readyz` and `/metrics`. The last is for those who may use the HTTP API, and tells of all processes
    that listen together.
    """

    def __init__(self, service: Service, siblings: Siblings | None = None) -> None:
        self._service = service
        self._siblings = siblings
        self._runtime = service.runtime
        self._looking: asyncio.Task[timedelta] | None = None

    def add_routes(self, app: web.Application) -> None:
        for path, handler in zip(OF_WATCHERS, (self._health, self._ready, self._metrics), strict=True):
            app.router.add_get(path, handler)

    @web.middleware
    async def time_requests(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Streams stay open for hours, and say nothing of how fast an answer is."""
        begun = perf_counter()
        response = await handler(request)
        resource = request.match_info.route.resource
        if not response.prepared and resource is not None:
            took = timedelta(seconds=perf_counter() - begun)
            self._service.meter.answered(resource.canonical, response.status, took)
        return response

    @web.middleware
    async def trace_requests(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A span for each request, except those of who watches us. What a caller says of its own trace is not believed:
        anybody could have all of theirs kept."""
        resource = request.match_info.route.resource
        if resource is None or resource.canonical in OF_WATCHERS:
            return await handler(request)
        with self._runtime.tracer.span(f"{request.method} {resource.canonical}", "request") as span:
            response = await handler(request)
            span.tell(status=response.status)
        return response

    async def _health(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "alive"})

    async def _ready(self, _request: web.Request) -> web.StreamResponse:
        """Ready when what it cannot work without answers. Without Redis it is only slower: no reason to stay away."""
        try:
            apart = await self._look_at_database()
        except Exception as error:
            why = str(error) if isinstance(error, SettingsError) else type(error).__name__
            log.error("not ready: the database cannot be used", why=why)
            return problem(503, "the database does not answer, or takes nothing; our log says why")
        if abs(apart) > FARTHEST_APART:
            return problem(503, f"the database's clock is {apart.total_seconds():+.1f} s from ours; set both by NTP")
        without = {} if await redis_answers(self._service.settings) else {"slower_without": ["Redis"]}
        return web.json_response({"status": "ready", **without})

    async def _look_at_database(self) -> timedelta:
        """How far its clock is ahead of ours; raises what is the matter. All who ask meanwhile share one look, and none
        waits for it to be given up: that asks the server, too, to stop the statement, and takes a minute where it says
        nothing."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._ask_database())
            self._looking.add_done_callback(lambda look: look.cancelled() or look.exception())  # nobody may ask again
        looking = self._looking  # which another who asks may replace before we hear that it is done
        done, _ = await asyncio.wait([looking], timeout=DATABASE_WITHIN.total_seconds())
        if not done:
            raise TimeoutError
        return looking.result()

    async def _ask_database(self) -> timedelta:
        await self._runtime.store.check()
        return await self._runtime.store.clock_difference() or timedelta()

    async def _metrics(self, request: web.Request) -> web.StreamResponse:
        await self._service.doors.admit(request, Right.WATCH)
        read = await (self._siblings.metrics() if self._siblings is not None else own_metrics(self._service))
        return web.Response(body=read, headers={"Content-Type": METRICS, "Cache-Control": "no-store"})


async def own_metrics(service: Service) -> bytes:
    """Of this process alone. Each asks for Redis itself: what one of them saw is old when another is asked."""
    service.meter.lacks("Redis", lacks=not await redis_answers(service.settings))
    async with service.runtime.store.transaction() as uow:
        return await service.meter.read(uow, service.runtime.clock.now())


async def redis_answers(settings: Settings) -> bool:
    """True also where there is none to ask."""
    if not settings.redis:
        return True
    try:
        async with asyncio.timeout(REDIS_WITHIN.total_seconds()):
            await check_redis(settings.redis)
    except (SettingsError, TimeoutError):
        log.error("slower: Redis does not answer")
        return False
    return True
