"""What those who run a service ask of it: is it alive, is it ready, and how much does it do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from time import perf_counter

import structlog
from aiohttp import web

from bot.adapters.redis import check_redis
from bot.domain.access import Right
from bot.entrypoints.translate import problem
from bot.entrypoints.wiring import Service

log = structlog.get_logger()

METRICS = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Watching:
    """`/healthz`, `/readyz` and `/metrics`. The last is for those who may use the HTTP API."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)

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

    async def _health(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "alive"})

    async def _ready(self, _request: web.Request) -> web.StreamResponse:
        """Ready when what it cannot work without answers."""
        async for name, check in self._dependencies():
            try:
                await check
            except Exception as error:
                log.error(f"not ready: {name} does not answer", error=type(error).__name__)
                return problem(503, f"{name} does not answer")
        return web.json_response({"status": "ready"})

    async def _dependencies(self) -> AsyncIterator[tuple[str, Awaitable[None]]]:
        yield "the database", self._runtime.store.check()
        if self._service.settings.redis:
            yield "Redis", check_redis(self._service.settings.redis)

    async def _metrics(self, request: web.Request) -> web.StreamResponse:
        await self._service.doors.admit(request, Right.WATCH)
        async with self._runtime.store.transaction() as uow:
            read = await self._service.meter.read(uow, self._runtime.clock.now())
        return web.Response(body=read, headers={"Content-Type": METRICS, "Cache-Control": "no-store"})
