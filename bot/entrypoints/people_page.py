"""The page "People": somebody is found, all that is known of them is shown, and a button does what they ask for.

The buttons do what `overture people` and `/v1/people/` do, by the same calls.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.domain.access import Right
from bot.domain.audit import Deed
from bot.domain.errors import WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.entrypoints.doorkeeper import CALLER
from bot.entrypoints.known_person import named, told_of_person
from bot.entrypoints.translate import private_json
from bot.entrypoints.wiring import Service
from bot.services.know_person import NoSuchPerson, by_id

PAGE = Path(__file__).parent / "playground" / "people.html"
MOST_FOUND = 20
LONGEST_TEXT = 200


class PeoplePage:
    """Open to those who may do what people ask for, since it shows all that is known of them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        """Nothing is there while nobody may use it."""
        if not self._service.access.is_open:
            return
        for path, handler in (
            ("/people", self._page),
            ("/people/find.json", self._find),
            ("/people/{person}.json", self._look),
        ):
            app.router.add_get(path, self._service.doors.guarded(handler, Right.HONOUR_WISHES))

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE)

    async def _find(self, request: web.Request) -> web.StreamResponse:
        text = storable(request.query.get("text", "")).strip()[:LONGEST_TEXT]
        async with self._runtime.store.transaction() as uow:
            found = await uow.profiles.find(text, limit=MOST_FOUND + 1) if text else ()
            people = [await named(uow, one) for one in found[:MOST_FOUND]]
        return private_json({"people": people, "more": len(found) > MOST_FOUND})

    async def _look(self, request: web.Request) -> web.StreamResponse:
        """That somebody looked is in the audit log."""
        playbook, now = self._runtime.library.current(), self._runtime.clock.now()
        async with self._runtime.store.transaction() as uow:
            try:
                person = await by_id(uow, ProfileId(storable(request.match_info["person"])))
            except NoSuchPerson as error:
                raise WebhookRejected(404, str(error)) from error
            told = await told_of_person(uow, playbook, person, now)
            origin = self._service.doors.origin(request)
            await uow.audit.note(Deed("person.looked_at", request[CALLER].reference, person, origin=origin), now)
        return private_json(told)
