"""Retiring a journey on its page, which puts its file aside, and bringing it back."""

from __future__ import annotations

import asyncio
from typing import Literal

from aiohttp import web

from bot.adapters.content.journey_files import JourneyFiles
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.domain.publishing import JourneyChange
from bot.domain.steps import RunStep
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.journeys_page.editing import Editing
from bot.entrypoints.console.journeys_page.publishing import LONGEST_NAME, Publishing
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.service import Service
from bot.services.in_force import journeys_in_force
from bot.services.publish import Publisher, stop


class Retiring:
    def __init__(self, service: Service, files: JourneyFiles, editing: Editing, publishing: Publishing) -> None:
        self._runtime = service.runtime
        self._files = files
        self._editing = editing
        self._publishing = publishing

    async def retire(self, request: web.Request) -> web.StreamResponse:
        """Put the file aside, so that nobody enters any more. Who is inside leaves where `stop` says so, or goes on
        to the end of their version."""
        publisher, name = await self._publishing.changing(request), request.match_info["journey"]
        body = await json_object(request)
        stops = body.get("stop") is True
        self._refuse_while_it_is_run(name)
        if not (stops or self._publishing.at_once):
            async with self._runtime.store.transaction() as uow:
                in_force = name in await journeys_in_force(uow, self._runtime)
            if in_force:
                raise Conflict("what was published holds without its file, too. Let everybody leave with it.")
        await self._editing.put_aside(name, text_of(body, "digest", LONGEST_NAME))
        await self._note(publisher, name, "retire")
        people, withheld = await stop(publisher, name) if stops else (0, 0)
        return private_json({"people": people, "withheld": withheld})

    async def bring_back(self, request: web.Request) -> web.StreamResponse:
        """Put the file back, where it has no faults by now. The journey stands as it did: one that was stopped lets
        nobody in before it is published."""
        publisher = await self._publishing.changing(request)
        name = request.match_info["journey"]
        file = await asyncio.to_thread(self._files.read_retired, name)
        if file is None:
            raise WebhookRejected(404, f'the journey "{name}" is not retired')
        checked = await asyncio.to_thread(self._editing.checked, name, file.text)
        if checked.faults:
            raise ContentError(checked.faults)
        try:
            await asyncio.to_thread(self._files.bring_back, name)
        except OSError as error:
            raise Conflict(f"the file cannot be put back: {error.strerror or error}.") from error
        await self._note(publisher, name, "bring_back")
        return private_json({"journey": name})

    async def _note(self, publisher: Publisher, name: str, what: Literal["retire", "bring_back"]) -> None:
        async with self._runtime.store.transaction() as uow:
            state = (await uow.journeys.states()).get(name)
            now, version = publisher.clock.now(), state.version if state is not None else None
            await publisher.note(uow, JourneyChange(name, now, publisher.who, what, version, people=0))

    def _refuse_while_it_is_run(self, name: str) -> None:
        for journey in self._runtime.library.current().journeys.values():
            runs = any(isinstance(step, RunStep) and step.journey == name for step in journey.steps.values())
            if runs and journey.id != name:
                raise Conflict(f'the journey "{journey.id}" sends people through it. Take its step `run` out first.')
