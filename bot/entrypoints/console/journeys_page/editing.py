"""Editing a journey's file on its page: faults and completions while one types, and saving."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from bot.adapters.content.contents import texting
from bot.adapters.content.journey_files import Checked, JourneyFiles, check_text
from bot.documents import parse, plain
from bot.domain.errors import Conflict, ContentError, Fault, WebhookRejected
from bot.domain.journey import Journey
from bot.domain.steps import SendStep
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.journeys_page.drawing import draw
from bot.entrypoints.console.journeys_page.step_edits import edits_of
from bot.entrypoints.console.writing import write_noted
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.connectors import channel_kinds
from bot.entrypoints.wiring.service import Service
from bot.journeys.completion import complete
from bot.journeys.edit import NO_SETTINGS, CannotEdit, Edit, edited
from bot.journeys.how_to_stop import without_how_to_stop
from bot.journeys.json_schema import Schema, journey_schema
from bot.journeys.picture import picture_of
from bot.journeys.step_sources import Source, item_sources
from bot.journeys.unfollowed_links import links_not_followed
from bot.journeys.whereabouts import Whereabouts, then, whereabouts
from bot.journeys.wording import ID
from bot.ports import Playbook

READ_ONLY = "journeys cannot be changed on this page here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
LONGEST_NAME = 80


class Editing:
    """`files` are the journeys' files, which other people edit, too."""

    def __init__(self, service: Service, files: JourneyFiles) -> None:
        self._service = service
        self._files = files

    @property
    def allowed(self) -> bool:
        return self._service.settings.may_edit_journeys

    async def check(self, request: web.Request) -> web.StreamResponse:
        """What is wrong with the text; where nothing is, its picture."""
        return private_json(await self._looked_at(*_named_text(await json_object(request))))

    async def _looked_at(self, name: str, text: str) -> dict[str, Any]:
        checked = await asyncio.to_thread(self.checked, name, text)
        drawing = draw(picture_of(checked.journey), ()) if checked.journey is not None else None
        told = {"faults": faults_json(checked.faults), "warnings": faults_json(checked.warnings)}
        return {**told, "picture": drawing, "sources": sources(checked), "head": head(checked)}

    async def edit(self, request: web.Request) -> web.StreamResponse:
        """The text after something was done in the picture, where all went by it, and what a check tells of the text.

        Nothing is saved.
        """
        body = await json_object(request)
        name, text = _named_text(body)
        edits = edits_of(body.get("edit"))
        try:
            after, went = await asyncio.to_thread(_after, text, edits)
        except CannotEdit as error:
            raise Conflict(str(error)) from error
        except RecursionError as error:
            raise WebhookRejected(400, "what is to be written is nested too deeply") from error
        return private_json({"text": after, "went": went, **await self._looked_at(name, after)})

    async def schema_of_steps(self, _request: web.Request) -> web.StreamResponse:
        """For forms: the schema with the names in force."""
        playbook = self._service.library.current()
        return private_json(journey_schema(self._files.known(playbook)))

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """What may be written at `cursor`, which counts characters."""
        body = await json_object(request)
        name, text = _named_text(body)
        cursor = body.get("cursor")
        if isinstance(cursor, bool) or not isinstance(cursor, int) or not 0 <= cursor <= len(text):
            raise WebhookRejected(400, '"cursor" wants a place in the text')
        found = await asyncio.to_thread(lambda: complete(text, cursor, self.schema(name, text)))
        words = [{"words": one.words, "about": one.about} for one in found.words]
        return private_json({"start": found.start, "end": found.end, "words": words})

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Write the text, where it has no faults and the file is still as `digest` says."""
        self.require_allowed()
        body = await json_object(request)
        name, text, digest = request.match_info["journey"], text_of(body, "text"), text_of(body, "digest", 64)
        checked = await asyncio.to_thread(self.checked, name, text)
        if checked.faults:
            raise ContentError(checked.faults)
        await self.write(request, name, digest, text)
        return private_json({"saved": name})

    def require_allowed(self) -> None:
        """Raises WebhookRejected where journeys are not changed here."""
        if not self.allowed:
            raise WebhookRejected(403, READ_ONLY)

    async def write(self, request: web.Request, name: str, digest: str, text: str) -> None:
        """Raises Conflict where the file is no longer as `digest` says, or cannot be written."""
        file = await asyncio.to_thread(self._files.read, name)
        shown = file.shown if file is not None else ""
        deed = self._service.doors.deed(request, "journey.changed", name, file=shown, before=digest)
        await write_noted(self._service.runtime, deed, partial(self._files.write, name, digest, text))

    async def create(self, request: web.Request, name: str, text: str) -> None:
        """A new file; raises Conflict where it cannot be written."""
        shown = self._files.shown(name)
        deed = self._service.doors.deed(request, "journey.begun", name, file=shown)
        await write_noted(self._service.runtime, deed, partial(self._files.create, name, text))

    async def put_aside(self, name: str, digest: str) -> None:
        """Raises Conflict where the file is no longer as `digest` says, or cannot be renamed."""
        try:
            await asyncio.to_thread(self._files.put_aside, name, digest)
        except OSError as error:
            raise Conflict(f"the file cannot be put aside: {error.strerror or error}.") from error

    def checked(self, name: str, text: str, playbook: Playbook | None = None) -> Checked:
        """Beside what is in force, or this."""
        playbook = playbook or self._service.library.current()
        file = self._files.read(name)
        shown = file.shown if file is not None else self._files.shown(name)
        checked = check_text(shown, text, self._files.known(playbook), playbook.journeys)
        if checked.journey is None:
            return checked
        return replace(checked, warnings=(*checked.warnings, *self._of_its_messages(checked.journey, playbook)))

    def _of_its_messages(self, journey: Journey, playbook: Playbook) -> Iterator[Fault]:
        """What `overture validate` warns of in the responses that it sends."""
        assistant = playbook.assistant
        sent = {step.response for step in journey.steps.values() if isinstance(step, SendStep)}
        places = {one.place for name in sent for one in assistant.responses[name].variations}
        yield from (warning for warning in assistant.warnings if warning.place in places)
        channels = texting(channel_kinds(self._service.settings))
        yield from without_how_to_stop({journey.id: journey}, assistant, playbook.rules, channels)
        yield from links_not_followed(journey, playbook.rules)

    def schema(self, name: str, text: str) -> Schema:
        """With the names in force, and the steps of the text."""
        playbook = self._service.library.current()
        document = self.checked(name, text).document
        return journey_schema(self._files.known(playbook), _step_ids(document.data if document is not None else None))


def sources(checked: Checked) -> dict[str, Any]:
    """What each step, way and entry says, by its id, beside which of its neighbours it stands, and what it holds."""
    items = item_sources(checked.document.data if checked.document is not None else None)
    names = {one.path: one.id for one in items.values()}
    holds: dict[str | None, list[str]] = {}
    for one in items.values():
        above = (names.get(one.path[:length]) for length in range(len(one.path) - 1, 0, -1))
        holds.setdefault(next(filter(None, above), None), []).append(one.id)
    return {
        one.id: {
            "kind": one.kind,
            "says": plain(one.data),
            "holds": holds.get(one.id, []),
            "above": names.get((*one.siblings, one.number - 1)),
            "below": names.get((*one.siblings, one.number + 1)),
        }
        for one in items.values()
    }


def head(checked: Checked) -> dict[str, Any]:
    """What the journey says besides its id and its steps."""
    said = plain(checked.document.data) if checked.document is not None else None
    return {key: value for key, value in said.items() if key not in NO_SETTINGS} if isinstance(said, dict) else {}


def _after(text: str, edits: Sequence[Edit]) -> tuple[str, Whereabouts]:
    items = _items(text)
    went: Whereabouts = {name: name for name in items}
    for edit in edits:
        text = edited(text, edit)
        before, items = items, _items(text)
        went = then(went, whereabouts(edit, before, items))
    return text, went


def _items(text: str) -> Mapping[str, Source]:
    return item_sources(parse("", text).data)


def _step_ids(node: Any) -> list[str]:
    """Every `id` in the text, with faults or without."""
    match node:
        case Mapping():
            own = [str(node["id"])] if "id" in node else []
            return [*own, *(name for inner in node.values() for name in _step_ids(inner))]
        case list():
            return [name for inner in node for name in _step_ids(inner)]
        case _:
            return []


def _named_text(body: Mapping[str, Any]) -> tuple[str, str]:
    name = text_of(body, "journey", LONGEST_NAME)
    if not ID.fullmatch(name):
        raise WebhookRejected(400, '"journey" wants the id of a journey')
    return name, text_of(body, "text")
