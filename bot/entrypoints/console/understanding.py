"""The page "Understanding": why a sentence is read as it is, and the queue of messages for authors to label."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.adapters.content.example_files import NluFiles
from bot.adapters.content.explaining import CurrentExplainer
from bot.domain.access import Right
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.domain.review import UnclearMessage
from bot.domain.understanding import OUT_OF_SCOPE_INTENTS
from bot.entrypoints.console.framing import framed
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, problem
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.nlu.explain import explanation_json
from bot.services.review import ReviewDesk, dismiss, label, refuse, unclear
from bot.services.situation import zone_of

LONGEST_TEXT, LONGEST_KEY, MOST_MESSAGES = 4000, 64, 100

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Understanding:
    """Open to those whose role may see it, or label. Other websites cannot label through an author's browser: see
    `Doorkeeper`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        shelves = shelves_of(service.settings, known_channels(service.settings, service.runtime.channels))
        self._desk = ReviewDesk(self._runtime.store, self._runtime.clock, NluFiles(shelves), self._runtime.region)
        self._explainer = CurrentExplainer(shelves)

    def add_routes(self, app: web.Application) -> None:
        looking, labelling = Right.SEE_UNDERSTANDING, Right.LABEL_MESSAGES
        for method, path, handler, right in (
            ("GET", "/understanding", framed(self._service, "understanding.html"), looking),
            ("POST", "/understanding/explain", self._explain, looking),
            ("GET", "/understanding/queue", self._queue, labelling),
            ("POST", "/understanding/label", self._label, labelling),
            ("POST", "/understanding/out-of-scope", self._out_of_scope, labelling),
            ("POST", "/understanding/dismiss", self._dismiss, labelling),
        ):
            app.router.add_route(method, path, self._guarded(handler, right))

    def _guarded(self, handler: Handler, right: Right) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            await self._service.doors.admit(request, right)
            try:
                return await handler(request)
            except ContentError as error:
                return problem(422, "\n".join(str(fault) for fault in error.faults))
            except Conflict as error:
                return problem(409, str(error))

        return guarded

    async def _explain(self, request: web.Request) -> web.StreamResponse:
        text = _words(await json_object(request), "text", LONGEST_TEXT)
        nlu, region = self._runtime.library.current().nlu, self._runtime.region
        explainer = await asyncio.to_thread(self._explainer.of, nlu)
        if explainer is None:
            raise WebhookRejected(404, "another engine than Overture's own understands here; it gives no reasons")
        explanation = await asyncio.to_thread(
            explainer.explain, text, region=region, zone=zone_of(None, None, region), now=self._runtime.clock.now()
        )
        return private_json(explanation_json(explanation))

    async def _queue(self, _request: web.Request) -> web.StreamResponse:
        messages = await unclear(self._desk)
        intents = await asyncio.to_thread(self._desk.files.intents)
        shown = [_message(one, intents) for one in messages[:MOST_MESSAGES]]
        return private_json({"messages": shown, "waiting": len(messages), "intents": sorted(intents)})

    async def _label(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        key, text = _words(body, "key", LONGEST_KEY), _words(body, "text", LONGEST_TEXT)
        place = await label(self._desk_of(request), key, text, _words(body, "intent", LONGEST_KEY * 4))
        return private_json({"place": str(place)})

    async def _out_of_scope(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        key, text = _words(body, "key", LONGEST_KEY), _words(body, "text", LONGEST_TEXT)
        place = await refuse(self._desk_of(request), key, text)
        return private_json({"place": str(place) if place is not None else None})

    async def _dismiss(self, request: web.Request) -> web.StreamResponse:
        await dismiss(self._desk_of(request), _words(await json_object(request), "key", LONGEST_KEY))
        return private_json({"place": None})

    def _desk_of(self, request: web.Request) -> ReviewDesk:
        """In whose name the audit log has what is done."""
        return replace(self._desk, by=request[CALLER].reference, origin=self._service.doors.origin(request))


def _message(message: UnclearMessage, intents: Sequence[str]) -> dict[str, Any]:
    """`suggestions` are intents that can be added to: what a customer chose first, then the likeliest."""
    likely = {score.name: score.confidence for score in message.suggestions}
    order = dict.fromkeys([message.meant, *likely])
    offered = set(intents) - OUT_OF_SCOPE_INTENTS  # which has a button of its own
    return {
        "key": message.key,
        "text": message.text,
        "doubt": message.doubt,
        "count": message.count,
        "last_said": message.last_said.isoformat(),
        "meant": message.meant,
        "suggestions": [{"intent": name, "confidence": likely.get(name)} for name in order if name in offered],
    }


def _words(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise WebhookRejected(400, f'"{name}" wants a text of 1 to {longest} characters')
    return value
