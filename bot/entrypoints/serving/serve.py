"""Serve: the HTTP server, and the worker of its lanes in the same process, until SIGTERM or Ctrl-C. Work: no server."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from time import perf_counter
from typing import Any

import structlog
from aiohttp import web

from bot.domain.delivery import Lane
from bot.domain.errors import Fault, SettingsError
from bot.entrypoints.console.playground import content_status
from bot.entrypoints.serving.audit_head import keep_audit_head
from bot.entrypoints.serving.http import Server, for_watchers
from bot.entrypoints.serving.last_moment import LastMoment
from bot.entrypoints.serving.people_watch import watch_people
from bot.entrypoints.serving.processes import Place, Processes
from bot.entrypoints.serving.running import known_to_run
from bot.entrypoints.serving.siblings import Siblings
from bot.entrypoints.serving.sole_user import sole_user
from bot.entrypoints.serving.watching import own_metrics
from bot.entrypoints.serving.worker import Worker
from bot.entrypoints.web.request_guards import IDLE
from bot.entrypoints.wiring.service import CONTENT_FEED, Service, open_service
from bot.entrypoints.wiring.stores import store_of
from bot.settings import Settings, http_address

log = structlog.get_logger()

ECHO = 1.0
"""Seconds within which signals to stop are one and the same."""

BACKLOG = 1024
"""Connections that wait to be accepted."""
MOST_FILES = 1 << 20


async def serve(settings: Settings, lanes: Collection[Lane] = tuple(Lane), *, place: Place | None = None) -> int:
    """Run until told to stop; then finish the turns in hand, deliver what they said, and return 0.

    With a `place` this is one of several processes, and accepts from the socket that they share.
    """
    begun = perf_counter()
    last_moment = LastMoment(settings.stop_within)
    stopping = _stop_signal(last_moment)
    _refuse_to_share(settings, lanes)
    async with AsyncExitStack() as stack:
        stack.enter_context(last_moment)
        stack.enter_context(sole_user(store_of(settings).file))
        service = await stack.enter_async_context(open_service(settings, progress=_tell))
        await stack.enter_async_context(known_to_run(service.runtime.store, "overture serve", service.secret))
        open_as_many_files_as_we_may()
        siblings = None
        if place is not None:
            asyncio.get_running_loop().add_reader(place.parent, stopping.set)
            stack.callback(asyncio.get_running_loop().remove_reader, place.parent)
            siblings = Siblings(place.folder, place.number, partial(own_metrics, service))
            await stack.enter_async_context(siblings.answering())
        app = Server(service, siblings).application()
        runner = await _listen(service, app, place.listening if place is not None else None)
        settle_garbage_collector()
        _welcome(service, perf_counter() - begun, first=place is None or place.number == 0)
        if place is not None:
            place.is_ready()
        await _run_until(stopping, last_moment, service, lanes, runner)
    return 0


def serve_by_several(
    settings: Settings, lanes: Collection[Lane], count: int, run: Callable[[Coroutine[Any, Any, int]], int]
) -> int:
    """The same in `count` processes, each with an event loop that `run` makes; this one looks after them."""
    _refuse_several(settings)
    with _bound(settings) as listening:
        log.info("starting processes", processes=count)
        return Processes(listening, count, lambda place: run(serve(settings, lanes, place=place))).run()


async def work(settings: Settings, lanes: Collection[Lane] = tuple(Lane), *, watched: bool = False) -> int:
    """The same without a server, but for those who watch it: one worker of several, beside `serve`."""
    begun = perf_counter()
    last_moment = LastMoment(settings.stop_within)
    stopping = _stop_signal(last_moment)
    _refuse_to_share(settings, ())
    async with AsyncExitStack() as stack:
        stack.enter_context(last_moment)
        service = await stack.enter_async_context(open_service(settings, progress=_tell))
        await stack.enter_async_context(known_to_run(service.runtime.store, "overture work", service.secret))
        runner = await _listen(service, for_watchers(service)) if watched else None
        settle_garbage_collector()
        log.info("working", lanes=[str(lane) for lane in lanes], seconds=round(perf_counter() - begun, 1))
        await _run_until(stopping, last_moment, service, lanes, runner)
    return 0


def _stop_signal(last_moment: LastMoment) -> asyncio.Event:
    """Set by the first signal. Those that come at once with it are its echo: a terminal tells each process, and so does
    the parent of several; one that comes later is meant."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    told_at: list[float] = []

    def tell() -> None:
        told_at.append(loop.time())
        if told_at[-1] - told_at[0] > ECHO:
            last_moment.told_again()
        stopping.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, tell)
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


def _refuse_several(settings: Settings) -> None:
    if settings.database_url.startswith("sqlite"):
        raise SettingsError(
            "SQLite is written to by one process, so one process serves. Set OVERTURE_DATABASE to a PostgreSQL "
            "(postgresql+asyncpg://user:word@host/name) and OVERTURE_REDIS, or leave --processes out."
        )
    if not settings.redis:
        raise SettingsError(
            "Several processes hold their leases and wake each other through Redis. "
            "Set OVERTURE_REDIS (redis://host:6379/0), or leave --processes out."
        )


async def _run_until(
    stopping: asyncio.Event,
    last_moment: LastMoment,
    service: Service,
    lanes: Collection[Lane],
    runner: web.AppRunner | None,
) -> None:
    """Work in the lanes, if any, until told to stop; then close the door first, and finish what is in hand."""
    worker = Worker(service.runtime, lanes)
    told_to_stop = asyncio.create_task(stopping.wait())
    working = asyncio.create_task(worker.run())
    beside = [
        asyncio.create_task(_tell_its_end(work, name))
        for name, work in (
            ("content is read again", service.library.watch(lambda faults: _show_content(service, faults))),
            ("the audit log's head is kept", keep_audit_head(service)),
            ("drift and hours are measured", watch_people(service.runtime)),
        )
    ]
    await asyncio.wait({working, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    last_moment.begin()
    log.info("stopping; what is in hand is finished first", seconds_at_most=service.settings.stop_within)
    stopping.set()
    for task in beside:
        task.cancel()
    if runner is not None:
        await runner.cleanup()
    await worker.stop()
    await working
    log.info("stopped; nothing is left half-done")


async def _tell_its_end(work: Awaitable[None], what: str) -> None:
    """It goes on until it is cancelled; where it breaks off, the service goes on without it, and the log says so."""
    try:
        await work
    except Exception:
        log.exception("something that goes on beside the work has broken off until the next start", what=what)


def settle_garbage_collector() -> None:
    """What is loaded by now stays, so the collector need not look at it.

    A step of a journey costs a sixth less so, together with how seldom `main` has it collect: batches make many objects
    at once.
    """
    gc.collect()
    gc.freeze()


def open_as_many_files_as_we_may() -> None:
    """Each open chat is an open file to the system, and most shells give a process 1,024 unless it asks for more."""
    import resource  # Windows has none, and no `overture serve`

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _listen(service: Service, app: web.Application, listening: socket.socket | None = None) -> web.AppRunner:
    """Accept requests, from this socket where there is one already."""
    settings = service.settings
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5, keepalive_timeout=IDLE)
    await runner.setup()
    if listening is not None:
        await web.SockSite(runner, listening).start()
        return runner
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise _cannot_listen(settings, error) from error
    return runner


def _bound(settings: Settings) -> socket.socket:
    """The socket that processes share: what waits on it when one of them dies, another accepts."""
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise _cannot_listen(settings, error) from error


def _cannot_listen(settings: Settings, error: OSError) -> SettingsError:
    return SettingsError(f"cannot listen on {settings.host}:{settings.port}: {_reason(error)}")


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such host. OVERTURE_HOST wants an address of this machine, such as 127.0.0.1 or 0.0.0.0."
    if error.errno == errno.EADDRINUSE:
        return "something else listens there. Stop it, or choose another port: OVERTURE_PORT=8081."
    if error.errno in (errno.EADDRNOTAVAIL, None):  # None: of several, from Python 3.13 on
        return "this machine has no such address. OVERTURE_HOST wants one of its own, such as 127.0.0.1 or 0.0.0.0."
    if error.errno == errno.EACCES:
        return "that is not allowed. Ports below 1024 are the administrator's: choose another, such as 8080."
    return f"{error.strerror}. OVERTURE_HOST and OVERTURE_PORT say where to listen."


def _tell(progress: str) -> None:
    with contextlib.suppress(OSError):  # the disk of the log may be full, which keeps nobody from serving
        print(progress, file=sys.stderr, flush=True)  # noqa: T201  a person is waiting for the first start


def _welcome(service: Service, seconds: float, *, first: bool = True) -> None:
    """Where several processes serve, the first says it for all."""
    if not first:
        return
    settings = service.settings
    address = http_address("localhost" if settings.host == "127.0.0.1" else settings.host, settings.port)
    log.info("listening", address=address, seconds=round(seconds, 1))
    if not service.access.is_open:
        log.info("nobody can log in or use the API", do="overture users add ADDRESS --role admin")
    if service.sandboxed:
        log.info("in the sandbox, for want of credentials", connectors=list(service.sandboxed))
        _tell(f"\n  The playground is open: {address}\n")


async def _show_content(service: Service, faults: tuple[Fault, ...]) -> None:
    key = f"{service.runtime.clock.now().isoformat()}"
    await service.feeds.append(CONTENT_FEED, key, {"type": "content", **content_status(service)})
