"""How many people a condition is true of, as a role may know it: a count may tell what is hidden from the role."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.domain.access import Role, Sensitivity
from bot.domain.audience import ProfileSchema
from bot.domain.errors import WebhookRejected
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.journeys_page.counting import Kept
from bot.entrypoints.console.known_person import named, sees_personal
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.service import Service
from bot.journeys.kinds import ALWAYS_THERE
from bot.journeys.selection import check_selection, looks_at
from bot.ports import UnitOfWork

MOST_SHOWN = 10
ABOUT = 10
"""A count that could tell what is hidden is told to the nearest of so many, and a smaller one as fewer."""


def hidden_in(condition: str, declared: ProfileSchema | None, role: Role) -> frozenset[Sensitivity]:
    """How sensitive what it looks at is, where it is not for the role. What nobody declared is personal."""
    schema = declared or ProfileSchema()
    hidden = schema.hidden_from(role)
    found = set()
    for one in looks_at(condition):
        root, _, name = one.partition(".")
        if root != "profile" or one in ALWAYS_THERE:
            continue
        if name in hidden:
            found.add(schema.attributes[name].sensitivity)
        elif name not in schema.attributes and not sees_personal(role):
            found.add(Sensitivity.PERSONAL)
    return frozenset(found)


class Counting:
    """One question at a time, however many pages are open: it looks at everybody."""

    def __init__(self, service: Service) -> None:
        self._runtime = service.runtime
        self._lock = asyncio.Lock()
        self._members = Kept(service.runtime.store, self._count_members)

    async def members(self) -> Mapping[str, int]:
        """How many are in each segment that is in force."""
        return await self._members.told()

    async def _count_members(self, uow: UnitOfWork) -> Mapping[str, int]:
        segments = self._runtime.library.current().segments
        return {name: await uow.segments.count_members(name) for name in segments}

    def told(self, count: int, condition: str, role: Role) -> Mapping[str, Any]:
        """The count, `about` where it is only near, and null where it is not for the role at all."""
        hidden = self.hidden(condition, role)
        if Sensitivity.SENSITIVE in hidden:
            return {"count": None, "about": False}
        if not hidden:
            return {"count": count, "about": False}
        return {"count": round(count / ABOUT) * ABOUT if count >= ABOUT else 0, "about": True}

    def hidden(self, condition: str, role: Role) -> frozenset[Sensitivity]:
        return hidden_in(condition, self._runtime.library.current().profile, role)

    async def count(self, request: web.Request) -> web.StreamResponse:
        """Of a segment that is there also who would come and go."""
        body, segments = await json_object(request), self._runtime.library.current().segments
        known = segments.get(text_of(body, "segment", 80)) if "segment" in body else None
        was = known.condition if known is not None else None
        return private_json(await self.counted(text_of(body, "if"), request[CALLER].role, was=was))

    async def counted(self, condition: str, role: Role, *, was: str | None = None) -> dict[str, Any]:
        """How many the condition is true of, some of them, and who comes and goes where it `was` another; raises
        WebhookRejected where people cannot be found by it."""
        playbook, now = self._runtime.library.current(), self._runtime.clock.now()
        if (wrong := check_selection(condition, playbook.profile)) is not None:
            raise WebhookRejected(400, f"the condition cannot be used: {wrong}")
        async with self._lock, self._runtime.store.reading(at_length=True) as uow:
            told: dict[str, Any] = {**self.told(await self._number(uow, condition, now), condition, role)}
            if was is not None and was != condition:
                for name, moves in (
                    ("comes", f"({condition}) and not ({was})"),
                    ("goes", f"({was}) and not ({condition})"),
                ):
                    if check_selection(moves, playbook.profile) is None:
                        told[name] = self.told(await self._number(uow, moves, now), moves, role)
            if not self.hidden(condition, role):
                told["people"] = await self._some(uow, condition, now, role)
        return told

    async def _number(self, uow: UnitOfWork, condition: str, now: datetime) -> int:
        playbook = self._runtime.library.current()
        return await uow.segments.count(condition, now, cards=playbook.scorecards, grades=playbook.grades)

    async def _some(self, uow: UnitOfWork, condition: str, now: datetime, role: Role) -> list[Mapping[str, Any]]:
        playbook = self._runtime.library.current()
        cards, grades = playbook.scorecards, playbook.grades
        found = await uow.segments.find(condition, now, limit=MOST_SHOWN, cards=cards, grades=grades)
        return [await named(uow, playbook, one, role=role) for one in found]
