"""What was imported before, on the page "Import", and taking one of them back, some people at a time."""

from __future__ import annotations

from aiohttp import web

from bot.domain.access import Right
from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.service import Service
from bot.services.take_back_import import take_back

MOST = 20
LONGEST_ID = 64


class EarlierImports:
    """Open to those who may take people in: they may let those go whom they alone have brought."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        guarded = self._service.doors.guarded
        app.router.add_get("/people/import/earlier.json", guarded(self._list, Right.TAKE_PEOPLE))
        app.router.add_post("/people/import/{id}/take-back", guarded(self._take_back, Right.TAKE_PEOPLE))

    async def _list(self, _request: web.Request) -> web.StreamResponse:
        async with self._runtime.store.transaction() as uow:
            found = await uow.imports.latest(MOST)
        return private_json(
            {
                "imports": [
                    {"id": one.id, "source": one.source, "begun_at": one.begun_at.isoformat(), "rows": one.rows}
                    for one in found
                ]
            }
        )

    async def _take_back(self, request: web.Request) -> web.StreamResponse:
        """Of the next few, behind `after`; a `dry_run` only counts them."""
        told = await json_object(request)
        after = told.get("after", "")
        if not isinstance(after, str) or len(after) > LONGEST_ID:
            raise WebhookRejected(400, '"after" wants what the answer before had as "reached"')
        async with self._runtime.store.transaction() as uow:
            imported = await uow.imports.get(storable(request.match_info["id"]))
        if imported is None:
            raise WebhookRejected(404, "there is no such import")
        deed = self._service.doors.deed(request, "import.taken_back", imported.id)
        dry_run = told.get("dry_run") is not False
        done = await take_back(self._runtime, imported, deed, after=storable(after), dry_run=dry_run)
        return private_json({"erased": done.erased, "left": done.left, "reached": done.reached})
