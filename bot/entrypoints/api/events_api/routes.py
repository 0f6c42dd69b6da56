"""`POST /v1/events`: one event or a batch. Open to those who may use the HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.domain.access import Right
from bot.domain.errors import WebhookRejected
from bot.entrypoints.api.events_api.reading import Item, read_item
from bot.entrypoints.web.translate import idempotency_key, json_told
from bot.entrypoints.wiring.service import Service
from bot.services.take_events import Outcome, take_events

LARGEST_BODY = 512 * 1024
MOST_EVENTS = 500


class EventsApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/events", self._take)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        now = self._runtime.clock.now()
        try:
            larger = request.clone(client_max_size=LARGEST_BODY)
            asked, caller = await self._service.doors.admit(larger, Right.TELL_EVENTS)
        except web.HTTPRequestEntityTooLarge as error:
            raise WebhookRejected(413, f"a request has at most {LARGEST_BODY // 1024} kB; send several") from error
        told, key = _events(asked.body), idempotency_key(request)
        schema = self._runtime.library.current().profile
        read: list[Item | str] = []
        for index, one in enumerate(told):
            try:
                read.append(read_item(one, schema, now, caller.reference, request=f"{key}:{index}" if key else ""))
            except ValueError as error:
                read.append(str(error))
        outcomes = await take_events(self._runtime, [one.told for one in read if isinstance(one, Item)])
        return _answer(read, outcomes)


def _events(body: bytes) -> Sequence[Any]:
    """The events of a request: `{"batch": [...]}`, a list, or one alone."""
    told = json_told(body)
    if isinstance(told, dict) and "batch" in told:
        told = told["batch"]
        if not isinstance(told, list):
            raise WebhookRejected(400, '"batch" must be a list of events')
    events = told if isinstance(told, list) else [told]
    if len(events) > MOST_EVENTS:
        raise WebhookRejected(413, f"a request has at most {MOST_EVENTS} events, and this one has {len(events)}")
    return events


def _answer(read: Sequence[Item | str], outcomes: Sequence[Outcome]) -> web.Response:
    """How many were taken, and by its index what was wrong with each that was not, or with a part of one."""
    came = iter(outcomes)
    counts = {"taken": 0, "duplicates": 0}
    errors: list[dict[str, Any]] = []
    for index, one in enumerate(read):
        if isinstance(one, str):
            errors.append({"index": index, "error": one})
            continue
        outcome = next(came)
        if outcome.result == "refused":
            errors.append({"index": index, "error": outcome.why})
            continue
        counts["duplicates" if outcome.result == "duplicate" else "taken"] += 1
        errors += [{"index": index, "attribute": left.attribute, "error": left.why} for left in one.refused]
        if outcome.result == "kept":
            errors.append({"index": index, "warning": outcome.why})
    nothing = bool(read) and not any(counts.values())
    told: dict[str, Any] = {**counts, "errors": errors}
    if nothing:
        told["error"] = errors[0]["error"]
    return web.json_response(told, status=400 if nothing else 200)
