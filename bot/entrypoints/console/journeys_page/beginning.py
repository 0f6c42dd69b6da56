"""Begins a journey from its page: a new file, with a pause to put steps behind, or a copy of another journey's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.adapters.content.journey_files import JourneyFiles
from bot.adapters.content.library import PROFILE
from bot.adapters.content.recipes import NO_AIM, Aim, prepare, recipes
from bot.adapters.content.response_files import ResponseFiles
from bot.dialogue.content import read_assistant
from bot.documents import parse, plain
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.journeys_page.editing import LONGEST_NAME, Editing
from bot.entrypoints.console.journeys_page.publishing import Publishing
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.send_window import is_zone
from bot.journeys.wording import ID, ID_WORDS, Unreadable, local_time, near_id, tag
from bot.ports import Abilities
from bot.services.publish import pause
from bot.yaml_lines import written

LONGEST_TITLE = 200
READ_TRIES, READ_PAUSE = 50, 0.1
"""How often, and how many seconds apart, it is looked whether new files are in force."""


class Beginning:
    """An id is never given twice: runs, marks of who was in it, and events are known by it."""

    def __init__(self, service: Service, files: JourneyFiles, editing: Editing, publishing: Publishing) -> None:
        self._runtime = service.runtime
        self._responses = ResponseFiles(shelves_of(service.settings, known_channels(service.settings, ())))
        self._files = files
        self._editing = editing
        self._publishing = publishing

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """Write the file. Where files hold at once, the journey is paused, so that nobody enters an unfinished one."""
        self._editing.require_allowed()
        body = await json_object(request)
        name = text_of(body, "journey", LONGEST_NAME)
        if not ID.fullmatch(name) or name == PROFILE:
            raise WebhookRejected(400, f"{ID_WORDS}{near_id(name, besides=PROFILE)}")
        await self._refuse_known(name)
        if isinstance(body.get("recipe"), str):
            await self._by_recipe(request, name, body)
            return private_json({"journey": name})
        text = await self._copy(name, body["like"]) if isinstance(body.get("like"), str) else _new(name, body)
        checked = await asyncio.to_thread(self._editing.checked, name, text)
        if checked.faults:
            raise ContentError(checked.faults)
        await self._write(request, name, text)
        return private_json({"journey": name})

    async def _write(self, request: web.Request, name: str, text: str) -> None:
        if self._runtime.publishing == "at_once":
            await pause(self._publishing.publisher(request), name)
        await self._editing.create(request, name, text)

    async def _by_recipe(self, request: web.Request, name: str, body: Mapping[str, Any]) -> None:
        """Write the journey, and what it says into a file of its own: both or neither. It is looked at, and told to be
        there, once what it says is."""
        recipe = next((one for one in recipes() if one.id == body["recipe"]), None)
        if recipe is None:
            raise WebhookRejected(404, f'there is no recipe "{body["recipe"]}"')
        playbook = self._runtime.library.current()
        language = playbook.assistant.configuration.language
        aim = self._aim(body) if recipe.asks else NO_AIM
        prepared = prepare(recipe, name, self._channels(), language, aim)
        says = read_assistant([parse(name, prepared.responses)]).responses
        assistant = replace(playbook.assistant, responses={**playbook.assistant.responses, **says})
        beside = replace(playbook, assistant=assistant)
        checked = await asyncio.to_thread(self._editing.checked, name, prepared.journey, beside)
        if checked.faults:
            raise ContentError(checked.faults)
        file = await asyncio.to_thread(self._responses.create, name, prepared.responses)
        try:
            await self._write(request, name, prepared.journey)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        await self._until_said(says)

    def _aim(self, body: Mapping[str, Any]) -> Aim:
        """What the recipe asks for. Raises WebhookRejected for what would say something else in a file."""
        zone = text_of(body, "zone", LONGEST_NAME)
        if not is_zone(zone):
            raise WebhookRejected(400, f'there is no time zone "{zone}"')
        try:
            whom = self._whom(body)
            at = local_time(text_of(body, "when")).replace(tzinfo=ZoneInfo(zone))
        except Unreadable as error:
            raise WebhookRejected(400, f"{error} {error.advice}") from None
        now = self._runtime.clock.now()
        if at < now:
            there = f"{now.astimezone(at.tzinfo):%Y-%m-%d %H:%M}"
            raise WebhookRejected(400, f"{at:%Y-%m-%d %H:%M} is past: in {zone} it is {there} by the service's clock")
        return Aim(whom, f"{at:%Y-%m-%d %H:%M}", zone)

    def _whom(self, body: Mapping[str, Any]) -> str:
        """Members of a segment, or everybody with a tag; raises Unreadable for what can be none."""
        if "tag" in body:
            return f"if: \"'{tag(text_of(body, 'tag').strip())}' in profile.tags\""
        segment = text_of(body, "segment", LONGEST_NAME)
        if segment not in self._runtime.library.current().segments:
            raise WebhookRejected(400, f'there is no segment "{segment}"; journeys/segments/ is where they are')
        return f"segment: {segment}"

    def _channels(self) -> list[str]:
        """Those on which people are written to, which take any text at any time; where there is none, the website."""
        channels = self._runtime.channels.items()
        fit = [name for name, one in channels if _is_written_to(one.abilities)]
        return fit or [name for name, one in channels if one.abilities.own_lines] or ["sms"]

    async def _until_said(self, says: Collection[str]) -> None:
        """The files are read within moments; the page of the journey would call what it says unknown before."""
        for _ in range(READ_TRIES):
            if self._runtime.library.current().assistant.responses.keys() >= set(says):
                return
            await asyncio.sleep(READ_PAUSE)

    async def _refuse_known(self, name: str) -> None:
        if name in await asyncio.to_thread(self._files.names) or name in self._runtime.library.current().journeys:
            raise Conflict(f'there is a journey "{name}" already. Choose another id.')
        retired = name in await asyncio.to_thread(self._files.retired)
        async with self._runtime.store.transaction() as uow:
            used = retired or name in await uow.journeys.states() or name in await uow.journeys.names()
            used = used or bool(await uow.journeys.versions(name))
        if used:
            raise Conflict(f'there was a journey "{name}" before, and an id is never given twice. Choose another one.')

    async def _copy(self, name: str, like: str) -> str:
        file = await asyncio.to_thread(self._files.read, like)
        if file is None:
            raise WebhookRejected(404, f'there is no file of a journey "{like}"')
        text = re.sub(r"(?m)^journey:[ \t]*[^\s#]+", f"journey: {name}", file.text, count=1)
        if plain(parse("", text).data) != {**plain(parse("", file.text).data), "journey": name}:
            raise Conflict(f'the file of "{like}" is written in a way that cannot be copied here. Copy it by hand.')
        return text


def recipes_json() -> list[dict[str, Any]]:
    """What a new journey may begin with."""
    return [{"recipe": one.id, "title": one.title, "about": one.about, "asks": list(one.asks)} for one in recipes()]


def _is_written_to(abilities: Abilities) -> bool:
    by_address = abilities.identity in ("phone", "email") and not abilities.spoken
    return by_address and abilities.proactive and abilities.reply_window is None


def _new(name: str, body: Mapping[str, Any]) -> str:
    title = " ".join(text_of(body, "title", LONGEST_TITLE).split())
    enter = body.get("enter")
    if not isinstance(enter, dict):
        raise WebhookRejected(400, '"enter" wants what lets people in, such as {"event": "demo.requested"}')
    head = written({"journey": name, "purpose": text_of(body, "purpose", LONGEST_NAME), "enter": enter})
    return "\n".join([*([f"# {title}"] if title else []), *head, "steps:", "  - wait: 1d", ""])
