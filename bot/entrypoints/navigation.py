"""Which of our pages somebody may open, so that no page offers them one that is not for their role."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.domain.access import RIGHTS, Right, Role
from bot.entrypoints.translate import private_json
from bot.entrypoints.wiring import Service

PAGES: Final = (
    ("/journeys", "Journeys", Right.SEE_JOURNEYS),
    ("/people", "People", Right.SEE_PEOPLE),
    ("/understanding", "Understanding", Right.SEE_UNDERSTANDING),
    ("/queues", "Queues", Right.WATCH),
    ("/report", "Report", Right.WATCH),
    ("/access", "Access", Right.ADMINISTER),
)
"""Each with its name and the right that it wants, in the order in which they stand."""

BENEATH: Final = (("/people/import", Right.TAKE_PEOPLE),)
"""Pages to which another one leads, with the right that each wants."""

PLAYGROUND: Final = "/"
"""For admins, while a connector runs in its sandbox."""


def pages_of(role: Role) -> list[tuple[str, str]]:
    return [(path, name) for path, name, right in PAGES if right in RIGHTS[role]]


class Navigation:
    def __init__(self, service: Service) -> None:
        self._service = service

    def add_routes(self, app: web.Application) -> None:
        """Nothing is there while nobody may use it."""
        if self._service.access.is_open:
            app.router.add_get("/pages.json", self._pages)

    async def _pages(self, request: web.Request) -> web.StreamResponse:
        """Every role may see journeys."""
        _, caller = await self._service.doors.admit(request, Right.SEE_JOURNEYS)
        pages = [path for path, _ in pages_of(caller.role)]
        pages += [path for path, right in BENEATH if caller.may(right)]
        if self._service.sandbox is not None and caller.may(Right.ADMINISTER):
            pages.append(PLAYGROUND)
        return private_json({"pages": pages})
