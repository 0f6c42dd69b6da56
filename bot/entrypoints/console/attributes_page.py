"""The page "Attributes": what people have, declared by a form in `journeys/profile.yml`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.adapters.content.judging import faults_elsewhere
from bot.adapters.content.library import PROFILE
from bot.adapters.content.replacing import AuthorsFile, read_file, write_over
from bot.adapters.content.shelves import Shelves
from bot.domain.access import Right, Sensitivity
from bot.domain.audience import AttributeType
from bot.domain.errors import Conflict, ContentError, Fault, WebhookRejected
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.profile_edit import begun_with, said_of, with_attribute
from bot.yaml_lines import CannotEdit

READ_ONLY = "attributes cannot be changed here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
NAMED = f"{{attribute:{NAME.pattern}}}"
LONGEST_LINE, MOST_VALUES = 500, 200
TYPES, SENSITIVITIES = frozenset(AttributeType), frozenset(Sensitivity)
ASKED = ("type", "label", "sensitivity", "purpose", "one_of")
"""What the form asks for; what else the file says of an attribute stays."""


class AttributesPage:
    """Open to those whose role may see journeys; who may change those may declare what they look at."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._shelves = shelves_of(service.settings, known_channels(service.settings, service.runtime.channels))
        self._saving = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        """Before those of the page People, which has an address for each person."""
        see, edit = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS
        for method, path, handler, right in (
            ("GET", "/people/attributes", framed(self._service, "attributes.html"), see),
            ("GET", "/people/attributes.json", self._list, see),
            ("PUT", f"/people/attributes/{NAMED}", self._save, edit),
            ("DELETE", f"/people/attributes/{NAMED}", self._take_out, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """As the file says; `digest` is null where there is none, and people may have anything."""
        file = await asyncio.to_thread(self._file)
        may_change = self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS)
        told: dict[str, Any] = {"attributes": [], "digest": None, "path": "journeys/profile.yml", "problem": ""}
        if file is not None:
            told |= {"digest": file.digest, "path": file.shown}
            try:
                told["attributes"] = [_attribute_json(name, one) for name, one in said_of(file.text).items()]
            except (CannotEdit, ContentError) as error:
                told["problem"] = str(error)
        in_force = self._runtime.library.current().profile
        known = sorted(in_force.attributes) if in_force is not None else []
        faults = faults_json(self._service.library.faults)
        return private_json(told | {"may_change": may_change, "in_force": known, "faults": faults})

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """Declare the attribute, or say other things of it, where the file is still as `digest` says."""
        body, name = await json_object(request), request.match_info["attribute"]
        return await self._write(request, "declared", name, text_of(body, "digest", 64), _typed(body))

    async def _take_out(self, request: web.Request) -> web.StreamResponse:
        """Declare it no more, where nothing looks at it."""
        name, digest = request.match_info["attribute"], query_of(request, "digest")
        return await self._write(request, "taken_out", name, digest, None)

    async def _write(
        self, request: web.Request, what: str, name: str, digest: str, typed: Mapping[str, Any] | None
    ) -> web.StreamResponse:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)
        async with self._saving:
            file = await asyncio.to_thread(self._file)
            if file is None and (typed is None or digest):
                raise Conflict("there is no journeys/profile.yml any more: people may have anything. Load it again.")
            path = self._new if file is None else file.path
            text = await asyncio.to_thread(_with, file.text if file is not None else None, name, typed)
            judge = faults_elsewhere if file is not None else _faults_of_first
            elsewhere = await asyncio.to_thread(judge, self._shelves, path, text)
            deed = self._service.doors.deed(request, f"attribute.{what}", name, file=_shown(path), before=digest)
            write = partial(_begin, path, text) if file is None else partial(write_over, file, digest, text)
            await write_noted(self._runtime, deed, write)
        return private_json({"saved": name, "faults": faults_json(elsewhere)})

    @property
    def _new(self) -> Path:
        return self._shelves.journeys / f"{PROFILE}.yml"

    def _file(self) -> AuthorsFile | None:
        paths = [self._shelves.journeys / f"{PROFILE}{ending}" for ending in (".yml", ".yaml")]
        found = (read_file(path, _shown(path)) for path in paths)
        return next((file for file in found if file is not None), None)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _faults_of_first(shelves: Shelves, path: Path, text: str) -> Sequence[Fault]:
    """What is wrong elsewhere, or will be until all is declared that conditions look at: that cannot be at once."""
    try:
        return faults_elsewhere(shelves, path, text)
    except ContentError as error:
        if any(fault.place.path == str(path) for fault in error.faults):
            raise
        return error.faults


def _begin(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise Conflict("somebody else has written the file meanwhile. Load it again, and edit that.") from None


def _with(text: str | None, name: str, typed: Mapping[str, Any] | None) -> str:
    """The file's text with what was typed of the attribute, and what else it says of it; without it where nothing was
    typed. That of a new file where there is none."""
    if text is None:
        return begun_with(name, typed or {})
    if typed is None:
        return with_attribute(text, name, None)
    kept = {key: value for key, value in said_of(text).get(name, {}).items() if key not in ASKED}
    return with_attribute(text, name, {**kept, **typed})


def _attribute_json(name: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
    one_of = said.get("one_of") or []
    values = one_of.items() if isinstance(one_of, dict) else ((one, "") for one in one_of)
    return {
        "attribute": name,
        "type": said.get("type"),
        "label": said.get("label") or "",
        "sensitivity": said.get("sensitivity") or Sensitivity.PERSONAL.value,
        "purpose": said.get("purpose") or "",
        "values": [{"value": value, "words": words} for value, words in values],
    }


def _typed(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the file is to say, without what goes without saying."""
    kind, sensitivity = text_of(body, "type", 20), text_of(body, "sensitivity", 20)
    if kind not in TYPES or sensitivity not in SENSITIVITIES:
        types, sensitivities = ", ".join(AttributeType), ", ".join(Sensitivity)
        raise WebhookRejected(400, f"a type is one of {types}, and a sensitivity one of {sensitivities}")
    lines = {key: " ".join(text_of(body, key, LONGEST_LINE).split()) for key in ("label", "purpose")}
    said: dict[str, Any] = {"type": kind, **{key: line for key, line in lines.items() if line}}
    if sensitivity != Sensitivity.PERSONAL:
        said["sensitivity"] = sensitivity
    if values := _values(body.get("values")):
        has_words = any(words for _, words in values)
        named = {value: words or str(value) for value, words in values}
        said["one_of"] = named if has_words else list(named)
    return said


def _values(values: Any) -> list[tuple[Any, str]]:
    match values:
        case list() if len(values) <= MOST_VALUES:
            return [_value(one) for one in values]
    raise WebhookRejected(400, f'"values" wants a list of at most {MOST_VALUES} values')


def _value(one: Any) -> tuple[Any, str]:
    match one:
        case {"value": str() | int() | float() as value, "words": str() as words} if not isinstance(value, bool):
            if len(str(value)) <= LONGEST_LINE and len(words) <= LONGEST_LINE:
                return value, words.strip()
    raise WebhookRejected(400, 'each of "values" wants "value", a text or a number, and "words", or none')
