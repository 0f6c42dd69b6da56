"""Who is at a step of a journey, by name: each reader sees of them what is for their role."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.domain.journey import Enrolment
from bot.entrypoints.console.known_person import named
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import private_json, query_of
from bot.entrypoints.wiring.service import Service

MOST_SHOWN = 50


class Inside:
    """One question at a time, however many pages are open: it may look at every run."""

    def __init__(self, service: Service) -> None:
        self._runtime = service.runtime
        self._lock = asyncio.Lock()

    async def people(self, request: web.Request) -> web.StreamResponse:
        """Those who wait or are parked at the step, whoever goes on first first."""
        at_step = (request.match_info["journey"], query_of(request, "version"), query_of(request, "step"))
        role, playbook = request[CALLER].role, self._runtime.library.current()
        async with self._lock, self._runtime.store.reading(at_length=True) as uow:
            found = await uow.enrolments.inside(*at_step, MOST_SHOWN + 1)
            people = [
                {**await named(uow, playbook, one.profile_id, role=role), **_stand(one)} for one in found[:MOST_SHOWN]
            ]
        return private_json({"people": people, "more": len(found) > MOST_SHOWN})


def _stand(one: Enrolment) -> Mapping[str, Any]:
    """Since when they are in the journey, and until when they wait; without a time they wait for an event, or for the
    journey that is paused."""
    return {
        "status": one.status.value,
        "entered_at": one.entered_at.isoformat(),
        "due_at": one.due_at.isoformat() if one.due_at is not None and one.paused_at is None else None,
        "waiting_for": one.waiting_for,
        "paused": one.paused_at is not None,
    }
