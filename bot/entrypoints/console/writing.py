"""Files of content that pages write: with an entry in the audit log, or not at all; and why one is not written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from bot.domain.access import Right
from bot.domain.audit import Deed
from bot.domain.errors import Conflict, ContentError, UnreadableJourney, WebhookRejected
from bot.entrypoints.console.journeys_page.answers import faults_json
from bot.entrypoints.web.translate import problem
from bot.entrypoints.wiring.service import Service
from bot.services.runtime import Runtime
from bot.yaml_lines import CannotEdit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Written = TypeVar("Written")


async def write_noted(runtime: Runtime, deed: Deed, write: Callable[[], Written]) -> Written:
    """What `write` gives, which runs in a thread; raises Conflict where the file cannot be written."""
    async with runtime.store.transaction() as uow:
        await uow.audit.note(deed, runtime.clock.now())
        try:
            return await asyncio.to_thread(write)
        except OSError as error:
            raise Conflict(f"the file cannot be written: {error.strerror or error}.") from error


def for_authors(service: Service, handler: Handler, right: Right, *, largest: int | None = None) -> Handler:
    """The handler, for those alone who may do this. Why a text is not written is told as a form shows it: 422 with the
    faults in it, 409 where somebody else was faster, or what
    another release wrote is in the way. A request that brings one has `largest` bytes at most."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if largest is not None and request.method in ("POST", "PUT"):
            request = request.clone(client_max_size=largest)
        await service.doors.admit(request, right)
        try:
            return await handler(request)
        except ContentError as error:
            return web.json_response({"error": str(error), "faults": faults_json(error.faults)}, status=422)
        except CannotEdit as error:
            return web.json_response({"error": str(error), "faults": []}, status=422)
        except (Conflict, UnreadableJourney) as error:
            return problem(409, str(error))
        except RecursionError as error:
            raise WebhookRejected(400, "what is to be written is nested too deeply") from error

    return guarded
