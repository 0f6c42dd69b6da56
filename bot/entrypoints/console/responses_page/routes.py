"""What the page "Responses" asks for: `/responses.json` is the list, `/responses/<name>.json` one response."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property, partial
from typing import Any

from aiohttp import web

from bot.adapters.content.built_in_responses import built_in_names
from bot.adapters.content.contents import REQUIRED_RESPONSES, check_responses
from bot.adapters.content.judging import faults_elsewhere
from bot.adapters.content.replacing import AuthorsFile
from bot.adapters.content.response_files import FileOfResponses, ResponseFiles
from bot.adapters.content.response_uses import Use, named_in, uses_of
from bot.adapters.rasa.actions import OWN
from bot.dialogue.responses_edit import Reworded, response_lines, responses_in, reworded
from bot.dialogue.responses_yaml import Reading, as_declared, read_response_alone
from bot.documents import Document, Faults, parse
from bot.domain.access import Right
from bot.domain.assistant import WITHOUT_DESK, Response
from bot.domain.errors import Conflict, ContentError, Fault, WebhookRejected
from bot.domain.journey import Journey
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.journeys_page.messages import Message, Messages
from bot.entrypoints.console.journeys_page.numbers import INSIDE
from bot.entrypoints.console.responses_page.telling import (
    Wants,
    built_in_json,
    in_words,
    languages_in,
    list_json,
    missed_by,
    of_response,
    offered,
    sent_on,
    summary,
)
from bot.entrypoints.console.responses_page.trying import Trials
from bot.entrypoints.console.responses_page.variations import LONGEST_TEXT, variation_json, variations_of
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.choosing import has_action_server
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.services.in_force import journeys_in_force
from bot.services.read_version import read_version

READ_ONLY = "responses cannot be changed on this page here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
SHOWN_ANYWAY = ("webchat", "twilio_messaging", "email", "slack")
LONGEST_NAME = 200
LARGEST_BODY = 256 * 1024
"""Bytes; a response may have many variations."""

LONGEST_PATH = 1_000
NEW_NAME = re.compile(r"utter_\w+")
NO_OTHERS: Mapping[str, Journey] = {}
NAMED = r"{response:\S+}"


class ResponsesPage:
    """Open to those whose role may see journeys; who may change those may change what they say."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        channels = known_channels(service.settings, service.runtime.channels)
        shelves = self._shelves = shelves_of(service.settings, channels)
        self._channels = shelves.channels
        self._with_subject = [name for name, kind in shelves.kinds.items() if kind.abilities.correspondence]
        self._files = ResponseFiles(shelves)
        self._messages = Messages(service, besides=SHOWN_ANYWAY)
        self._trials = Trials(service, self._messages)
        self._saving = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        see, edit = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS
        for method, path, handler, right in (
            ("GET", "/responses", framed(self._service, "responses.html"), see),
            ("GET", "/responses.json", self._list, see),
            ("POST", "/responses", self._begin, edit),
            ("POST", "/responses/check", self._check, see),
            ("POST", "/responses/test", self._try_out, edit),
            ("GET", "/responses/test", self._outcome, edit),
            ("GET", f"/responses/{NAMED}.json", self._response, see),
            ("GET", f"/responses/{NAMED}", framed(self._service, "response.html"), see),
            ("POST", f"/responses/{NAMED}", self._save, edit),
            ("DELETE", f"/responses/{NAMED}", self._take_out, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right, largest=LARGEST_BODY))

    # ------------------------------------------------------------ looking

    async def _list(self, request: web.Request) -> web.StreamResponse:
        playbook = self._service.library.current()
        files = await asyncio.to_thread(self._files.all)
        uses = await asyncio.to_thread(self._uses)
        told = (*self._service.library.faults, *playbook.warnings)
        listed = list_json(files, uses, told, self._wants(files))
        listed["built_in"] = built_in_json(files, playbook.assistant.responses)
        faults = faults_json(self._service.library.faults)
        return private_json(listed | {"faults": faults, "may_change": self._may_change(request)})

    async def _response(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["response"]
        declaring = await asyncio.to_thread(self._files.declaring, name)
        if not declaring:
            raise WebhookRejected(404, f'there is no response "{name}" here')
        file = await asyncio.to_thread(self._files.read, declaring[0].path)
        if file is None:
            raise Conflict(f"{declaring[0].shown} cannot be read. Load it again.")
        playbook = self._service.library.current()
        reading = _reading(name, file.text, file, playbook.assistant) if declaring[0].is_whole else None
        uses = await asyncio.to_thread(self._uses)
        everywhere = await asyncio.to_thread(self._files.all)
        declared = declaring[0].responses[name]
        told = (*self._service.library.faults, *playbook.warnings)
        notes = of_response(declaring[0], declared, told)
        return private_json(
            {
                **summary(declared, self._wants(everywhere)),
                "file": {"path": file.shown, "line": declared.line, "digest": file.digest},
                "also_in": [one.shown for one in declaring[1:]],
                "variations": [variation_json(one) for one in declared.variations],
                "lines": response_lines(file.text, name) if reading is not None else "",
                "used": [asdict(use) for use in uses.get(name, ())],
                "missed_by": [asdict(use) for use in missed_by(name, uses.get(name, ())) if use.kind != "intent"],
                "is_built_in": name in built_in_names(),
                "required_for": REQUIRED_RESPONSES.get(name, ""),
                "sent_on": sent_on(playbook.journeys.values(), name),
                "notes": faults_json(notes),
                "faults": faults_json([one for one in self._service.library.faults if one not in notes]),
                "in_force": reading is not None and self._is_in_force(reading),
                "may_change": self._may_change(request) and len(declaring) == 1 and reading is not None,
                "offers": offered(playbook, self._channels),
                "tests": self._trials.offered() if request[CALLER].may(Right.EDIT_JOURNEYS) else [],
            }
        )

    def _wants(self, files: Sequence[FileOfResponses]) -> Wants:
        own = self._service.library.current().assistant.configuration.language
        return Wants(languages_in(files), own, self._with_subject)

    def _may_change(self, request: web.Request) -> bool:
        return self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS)

    def _is_in_force(self, reading: Reading) -> bool:
        known = self._service.library.current().assistant.responses
        name = reading.response.name
        held = known.get(name)
        return held is not None and (held.variations == reading.response.variations or name + WITHOUT_DESK in known)

    @cached_property
    def _in_code(self) -> Mapping[str, list[str]]:
        settings = self._service.settings
        return {} if has_action_server(settings) else named_in(OWN, settings.actions)

    def _uses(self, besides: Mapping[str, Journey] = NO_OTHERS) -> Mapping[str, list[Use]]:
        playbook = self._service.library.current()
        return uses_of(playbook.assistant, {**playbook.journeys, **besides}, self._in_code)

    # ------------------------------------------------------------ editing

    def _require_allowed(self) -> None:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        """A new response, in a file that declares others; where Overture has words of its own for it, with those."""
        self._require_allowed()
        body = await json_object(request)
        name, shown = text_of(body, "response", LONGEST_NAME), text_of(body, "file", LONGEST_PATH)
        if not NEW_NAME.fullmatch(name):
            raise WebhookRejected(400, 'the name wants to be "utter_" and letters, digits or _: utter_spring_offer')
        playbook = self._service.library.current()
        built_in = playbook.assistant.responses.get(name) if name in built_in_names() else None
        says = [{"text": _new_text(body)}] if built_in is None else list(map(as_declared, built_in.variations))
        async with self._saving:
            file, text = await asyncio.to_thread(self._files.begun, name, shown, says)
            elsewhere = await asyncio.to_thread(self._faults_elsewhere, name, file, text)
            file = await self._write(request, "begun", name, file, text)
        return _saved(name, file, elsewhere)

    async def _check(self, request: web.Request) -> web.StreamResponse:
        """What the file would say, what is wrong with it, and how it is shown; nothing is saved."""
        body = await json_object(request)
        name, variations = text_of(body, "response", LONGEST_NAME), variations_of(body.get("variations"))
        return private_json(await asyncio.to_thread(self._looked_at, name, variations, body))

    def _looked_at(self, name: str, variations: list[Reworded], body: Mapping[str, Any]) -> dict[str, Any]:
        file = self._files.of(name)
        text = reworded(file.text, name, variations)
        reading, faults = self._alone(name, file, text)
        document = parse(str(file.path), text)
        return {
            "lines": response_lines(text, name),
            "faults": _numbered(faults, document, name),
            "warnings": _numbered(reading.warnings, document, name),
            **self._messages.worded([Message(name, reading.response)], body),
        }

    async def _try_out(self, request: web.Request) -> web.StreamResponse:
        """Send what is typed to a colleague, saved or not."""
        body = await json_object(request)
        name, variations = text_of(body, "response", LONGEST_NAME), variations_of(body.get("variations"))
        return await self._trials.send(request, await asyncio.to_thread(self._typed, name, variations), body)

    async def _outcome(self, request: web.Request) -> web.StreamResponse:
        return await self._trials.outcome(request)

    def _typed(self, name: str, variations: list[Reworded]) -> Response:
        file = self._files.of(name)
        reading, faults = self._alone(name, file, reworded(file.text, name, variations))
        if faults:
            raise ContentError(faults)
        return reading.response

    def _alone(self, name: str, file: AuthorsFile, text: str) -> tuple[Reading, tuple[Fault, ...]]:
        """The response as this text of the file has it, read beside what is in force, and what is wrong with it."""
        playbook = self._service.library.current()
        reading = _reading(name, text, file, playbook.assistant)
        faults = Faults()
        alone = replace(playbook.assistant, responses={name: reading.response})
        check_responses(alone, playbook.journeys, playbook.profile, faults)
        return reading, (*reading.faults, *faults.in_order())

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """Write the variations into the file, where it is still as `digest` says, and nothing is wrong with them."""
        self._require_allowed()
        name, body = request.match_info["response"], await json_object(request)
        digest, variations = text_of(body, "digest", 64), variations_of(body.get("variations"))
        async with self._saving:
            file, text = await asyncio.to_thread(self._files.reworded, name, digest, variations)
            elsewhere: tuple[Fault, ...] = ()
            if text != file.text:
                elsewhere = await asyncio.to_thread(self._faults_elsewhere, name, file, text)
                file = await self._write(request, "changed", name, file, text)
        return _saved(name, file, elsewhere)

    def _faults_elsewhere(self, name: str, file: AuthorsFile, text: str) -> tuple[Fault, ...]:
        """What is wrong already and stays so; raises ContentError with what these words make wrong. Where something is
        wrong not all is looked at of all content, so the response is looked at by itself, too."""
        elsewhere = faults_elsewhere(self._shelves, file.path, text)
        if elsewhere and (own := self._alone(name, file, text)[1]):
            raise ContentError(own)
        return elsewhere

    async def _take_out(self, request: web.Request) -> web.StreamResponse:
        """Take the response out of its file, where that is still as `digest` says and nothing would miss it."""
        self._require_allowed()
        name, digest = request.match_info["response"], query_of(request, "digest")
        if not digest:
            raise WebhookRejected(400, '"digest" wants that of the file, as the response is told with it')
        async with self._saving:
            file, text = await asyncio.to_thread(self._files.without, name, digest)
            journeys = await self._journeys_gone_through(wholly=True)
            self._refuse_what_is_missed(name, await asyncio.to_thread(self._uses, journeys))
            contents = await asyncio.to_thread(self._files.contents_with, file, text)
            if "/" in name and (intent := name.removeprefix("utter_")) in contents.said:
                self._refuse_what_is_missed(name, {name: [Use("intent", intent)]})
            file = await self._write(request, "taken_out", name, file, text)
        return private_json({"taken_out": name, "file": {"path": file.shown, "digest": file.digest}})

    def _refuse_what_is_missed(self, name: str, uses: Mapping[str, Sequence[Use]]) -> None:
        if missed := missed_by(name, uses.get(name, ())):
            raise Conflict(f'"{name}" is still named by {in_words(missed)}. Take it out there first.')

    async def _journeys_gone_through(self, *, wholly: bool = False) -> Mapping[str, Journey]:
        """The versions that people enter or are inside of, besides those in files. Raises UnreadableJourney where all
        are wanted, and this release cannot read one: it may name what is to be taken out."""
        async with self._runtime.store.reading(at_length=True) as uow:
            inside = {(one.journey, one.version) for one in await uow.enrolments.headcounts() if one.status in INSIDE}
            read = [
                await uow.enrolments.version(*one)
                if wholly
                else await read_version(uow, *one, otherwise="what it says is not known")
                for one in sorted(inside)
            ]
            in_force = await journeys_in_force(uow, self._runtime)
        return {one.version: one for one in (*filter(None, read), *in_force.values())}

    async def _write(self, request: web.Request, what: str, name: str, file: AuthorsFile, text: str) -> AuthorsFile:
        deed = self._service.doors.deed(request, f"response.{what}", name, file=file.shown, before=file.digest)
        return await write_noted(self._runtime, deed, partial(self._files.write, file, text))


def _saved(name: str, file: AuthorsFile, elsewhere: Sequence[Fault]) -> web.Response:
    told = {"saved": name, "file": {"path": file.shown, "digest": file.digest}, "faults": faults_json(elsewhere)}
    return private_json(told)


def _new_text(body: Mapping[str, Any]) -> str:
    text = text_of(body, "text", LONGEST_TEXT).strip()
    if not text:
        raise WebhookRejected(400, "a response wants words: what is it to say?")
    return text


def _reading(name: str, text: str, file: AuthorsFile, assistant: Any) -> Reading:
    document = parse(str(file.path), text)
    return read_response_alone(name, _variations_in(document, name), document, assistant)


def _variations_in(document: Document, name: str) -> Any:
    return next((found for _, one, found in responses_in(document.data) if one == name), None)


def _numbered(told: tuple[Fault, ...], document: Document, name: str) -> list[dict[str, Any]]:
    """Each with the number of the variation that it stands in; none where it is of all."""
    items = _variations_in(document, name)
    starts = [document.place(items, number).line for number in range(len(items))] if isinstance(items, list) else []
    found = []
    for fault, one in zip(told, faults_json(told), strict=True):
        before = [number for number, line in enumerate(starts) if line <= fault.place.line]
        found.append(one | {"variation": before[-1] if before else None})
    return found
