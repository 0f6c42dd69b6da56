"""Journeys over HTTP: another system lets a person into one. Open to those who may use the HTTP API."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.domain.access import Right
from bot.domain.errors import WebhookRejected
from bot.entrypoints.api.named_person import NobodyNamed, read_person
from bot.entrypoints.web.translate import idempotency_key, storable_told
from bot.entrypoints.wiring.service import Service
from bot.services.admit import Admitted, NoSuchJourney, admit
from bot.services.know_person import NoSuchPerson


class JourneysApi:
    """`POST /journeys/<id>/enrolments` with `person`, and `data` that the journey reads as `event`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/journeys/{journey}/enrolments", self._enrol)

    async def _enrol(self, request: web.Request) -> web.StreamResponse:
        asked, _ = await self._service.doors.admit(request, Right.ENROL)
        body = _json_object(asked.body)
        try:
            person = read_person(body.get("person"))
        except NobodyNamed as error:
            raise WebhookRejected(400, str(error)) from error
        data = body.get("data", {})
        if not isinstance(data, dict):
            raise WebhookRejected(400, '"data" must be an object')
        try:
            name, by = request.match_info["journey"], self._service.doors.deed(request, "")
            admitted = await admit(self._runtime, name, person, data, by=by, key=idempotency_key(request))
        except (NoSuchJourney, NoSuchPerson) as error:
            raise WebhookRejected(404, str(error)) from error
        return web.json_response(_told(admitted), status=409 if admitted.outcome == "not_entered" else 200)


def _told(admitted: Admitted) -> dict[str, Any]:
    told: dict[str, Any] = {"outcome": admitted.outcome, "person": admitted.profile_id}
    if admitted.enrolment_id is not None:
        told["enrolment"] = admitted.enrolment_id
    return told | ({"error": admitted.why} if admitted.why else {})


def _json_object(body: bytes) -> dict[str, Any]:
    told = storable_told(body)
    if not isinstance(told, dict):
        raise WebhookRejected(400, "the body is JSON, but not an object")
    unknown = sorted(told.keys() - {"person", "data"})
    if unknown:
        raise WebhookRejected(400, f'there is no "{unknown[0]}" here; known are person and data')
    return told
