"""Journeys over HTTP: another system lets a person into one. Open to those who may use the HTTP API."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from email_validator import EmailNotValidError, validate_email

from bot.domain.errors import WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.domain.person import Identity
from bot.entrypoints.translate import to_webhook_request
from bot.entrypoints.wiring import Service
from bot.services.admit import Admitted, NoSuchJourney, NoSuchPerson, Wanted, admit

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_KEY, LONGEST_ID = 128, 255
WAYS = '{"id": ...}, {"phone": "+447700900123"} or {"email": "ana@example.com"}'


class JourneysApi:
    """`POST /journeys/<id>/enrolments` with `person`, and `data` that the journey reads as `event`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        """Nothing is there while nobody may use it."""
        if self._service.access.is_open:
            app.router.add_post("/journeys/{journey}/enrolments", self._enrol)

    async def _enrol(self, request: web.Request) -> web.StreamResponse:
        asked = await to_webhook_request(request, str(request.url), self._runtime.clock.now())
        self._service.access.check(asked)
        body = _json_object(asked.body)
        person, data = _person(body.get("person")), body.get("data", {})
        if not isinstance(data, dict):
            raise WebhookRejected(400, '"data" must be an object')
        try:
            admitted = await admit(self._runtime, request.match_info["journey"], person, data, key=_key(asked.headers))
        except (NoSuchJourney, NoSuchPerson) as error:
            raise WebhookRejected(404, str(error)) from error
        return web.json_response(_told(admitted), status=409 if admitted.outcome == "not_entered" else 200)


def _told(admitted: Admitted) -> dict[str, Any]:
    told: dict[str, Any] = {"outcome": admitted.outcome, "person": admitted.profile_id}
    if admitted.enrolment_id is not None:
        told["enrolment"] = admitted.enrolment_id
    return told | ({"error": admitted.why} if admitted.why else {})


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WebhookRejected(400, "the body is not JSON") from error
    if not isinstance(told, dict):
        raise WebhookRejected(400, "the body is JSON, but not an object")
    unknown = sorted(told.keys() - {"person", "data"})
    if unknown:
        raise WebhookRejected(400, f'there is no "{unknown[0]}" here; known are person and data')
    return told


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _person(told: Any) -> Wanted:
    """Whom the caller names, in one of three ways."""
    match told:
        case {"id": str(name), **more} if not more and 0 < len(name) <= LONGEST_ID and storable(name) == name:
            return Wanted(profile_id=ProfileId(name))
        case {"phone": str(number), **more} if not more:
            if not E164.fullmatch(number):
                raise WebhookRejected(400, "the phone number must begin with + and the country's code, without blanks")
            return Wanted(identity=Identity("phone", number))
        case {"email": str(address), **more} if not more:
            try:
                known = validate_email(address, check_deliverability=False).normalized
            except EmailNotValidError as error:
                raise WebhookRejected(400, f"the e-mail address is none: {error}") from error
            return Wanted(identity=Identity("email", known.lower()))
    raise WebhookRejected(400, f'"person" must say who it is: {WAYS}')


def _key(headers: Mapping[str, str]) -> str | None:
    """What the caller calls this request, so that a second try of it lets nobody in again."""
    key = headers.get("idempotency-key")
    if key is not None and (not key.strip() or len(key) > LONGEST_KEY or storable(key) != key):
        raise WebhookRejected(400, f"the Idempotency-Key has at least one and at most {LONGEST_KEY} characters")
    return key
