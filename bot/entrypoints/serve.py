"""Serve: the HTTP server, and the worker of its lanes in the same process, until SIGTERM or Ctrl-C. Work: no server."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import Collection
from time import perf_counter

import structlog
from aiohttp import web

from bot.domain.delivery import Lane
from bot.domain.errors import Fault, SettingsError
from bot.entrypoints.audit_head import keep_audit_head
from bot.entrypoints.http import Server, for_watchers
from bot.entrypoints.playground import content_status
from bot.entrypoints.request_guards import IDLE
from bot.entrypoints.wiring import CONTENT_FEED, Service, open_service
from bot.entrypoints.worker import Worker
from bot.settings import Settings

log = structlog.get_logger()

OBJECTS_BEFORE_COLLECTING = 10_000


async def serve(settings: Settings, lanes: Collection[Lane] = tuple(Lane)) -> int:
    """Run until told to stop; then finish the turns in hand, deliver what they said, and return 0."""
    begun = perf_counter()
    stopping = _stop_signal()
    _refuse_to_share(settings, lanes)
    async with open_service(settings, progress=_tell) as service:
        runner = await _listen(service, Server(service).application())
        settle_garbage_collector()
        _welcome(service, perf_counter() - begun)
        await _run_until(stopping, service, lanes, runner)
    return 0


async def work(settings: Settings, lanes: Collection[Lane] = tuple(Lane), *, watched: bool = False) -> int:
    """The same without a server, but for those who watch it: one worker of several, beside `serve`."""
    begun = perf_counter()
    stopping = _stop_signal()
    _refuse_to_share(settings, ())
    async with open_service(settings, progress=_tell) as service:
        runner = await _listen(service, for_watchers(service)) if watched else None
        settle_garbage_collector()
        log.info("working", lanes=[*lanes], seconds=round(perf_counter() - begun, 1))
        await _run_until(stopping, service, lanes, runner)
    return 0


def _stop_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    return stopping


def _refuse_to_share(settings: Settings, lanes: Collection[Lane]) -> None:
    """Several processes need a database that takes several writers, and somewhere to hold a lease."""
    if set(lanes) == set(Lane):
        return
    if settings.database_url.startswith("sqlite"):
        raise SettingsError(
            "SQLite is written to by one process, so the work cannot be shared out. Set OVERTURE_DATABASE to a "
            "PostgreSQL (postgresql+asyncpg://user:word@host/name), or run `overture serve` alone, with all lanes."
        )
    if not settings.redis:
        raise SettingsError(
            "Several processes hold their leases and wake each other through Redis. "
            "Set OVERTURE_REDIS (redis://host:6379/0), or run `overture serve` alone, with all lanes."
        )


async def _run_until(
    stopping: asyncio.Event, service: Service, lanes: Collection[Lane], runner: web.AppRunner | None
) -> None:
    """Work in the lanes until told to stop; then close the door first, and finish what is in hand."""
    worker = Worker(service.runtime, lanes)
    told_to_stop = asyncio.create_task(stopping.wait())
    working = asyncio.create_task(worker.run()) if lanes else told_to_stop
    watching = asyncio.create_task(service.library.watch(lambda faults: _show_content(service, faults)))
    keeping = asyncio.create_task(keep_audit_head(service))
    await asyncio.wait({working, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    watching.cancel()
    keeping.cancel()
    if runner is not None:
        await runner.cleanup()
    await worker.stop()
    await working
    log.info("stopped; nothing is left half-done")


def settle_garbage_collector() -> None:
    """What is loaded by now stays, so the collector need not look at it; and batches make many objects at once.

    A step of a journey costs a sixth less so.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING, *gc.get_threshold()[1:])


async def _listen(service: Service, app: web.Application) -> web.AppRunner:
    settings = service.settings
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5, keepalive_timeout=IDLE)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise SettingsError(f"cannot listen on {settings.host}:{settings.port}: {_reason(error)}") from error
    return runner


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such host. OVERTURE_HOST wants an address of this machine, such as 127.0.0.1 or 0.0.0.0."
    if error.errno == errno.EADDRINUSE:
        return "something else listens there. Stop it, or choose another port: OVERTURE_PORT=8081."
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address. OVERTURE_HOST wants one of its own, such as 127.0.0.1 or 0.0.0.0."
    if error.errno == errno.EACCES:
        return "that is not allowed. Ports below 1024 are the administrator's: choose another, such as 8080."
    return f"{error.strerror}. OVERTURE_HOST and OVERTURE_PORT say where to listen."


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)  # noqa: T201  a person is waiting for the first start


def _welcome(service: Service, seconds: float) -> None:
    settings = service.settings
    address = f"http://{'localhost' if settings.host == '127.0.0.1' else settings.host}:{settings.port}"
    log.info("listening", address=address, seconds=round(seconds, 1))
    if not service.access.is_open:
        log.info("nobody can log in or use the API", do="overture users add ADDRESS --role admin, and start again")
    if service.sandboxed:
        log.info("in the sandbox, for want of credentials", connectors=list(service.sandboxed))
        _tell(f"\n  The playground is open: {address}\n")


async def _show_content(service: Service, faults: tuple[Fault, ...]) -> None:
    key = f"{service.runtime.clock.now().isoformat()}"
    await service.feeds.append(CONTENT_FEED, key, {"type": "content", **content_status(service)})
