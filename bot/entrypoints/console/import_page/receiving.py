"""A file and how it is to be read, as the page sends them: a form, of which nothing is kept once it is answered."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from aiohttp import web

from bot.domain.errors import ContentError, WebhookRejected
from bot.domain.message import storable
from bot.entrypoints.console.import_page.wording import for_page
from bot.entrypoints.importing.mapping import ColumnMapping, read_mapping
from bot.entrypoints.web.translate import posted, storable_told

LARGEST_FILE = 16 * 1024 * 1024
"""Some 150,000 people. A request has half a minute to come whole; the command takes what is larger."""

LARGEST_FORM = LARGEST_FILE + 512 * 1024
TOO_SLOW = "the file did not come whole within half a minute; try again, or send it in parts"
LONGEST_MAPPING = 64 * 1024
LONGEST_NAME = 100
FLAGS = ("fill", "in_part", "shown_only", "dry_run", "again")
TEXTS = {"encoding": 40, "sheet": 100, "seen": 64}
"""How long each may be."""


TOO_LARGE = (
    f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB; send it in parts, or have it imported on the server"
)


@dataclass(frozen=True, slots=True)
class Sent:
    """`file` is where it lies for now, `name` what it is called; `seen` is the id of the import that was looked at."""

    file: Path
    name: str
    mapping: ColumnMapping
    encoding: str
    sheet: str
    seen: str
    fill: bool
    in_part: bool
    shown_only: bool
    dry_run: bool
    again: bool


async def receive(request: web.Request, folder: Path, region: str) -> Sent:
    """Keep the file in the folder; raises WebhookRejected."""
    form = await _form(request)
    file = form.get("file")
    if not isinstance(file, web.FileField):
        raise WebhookRejected(400, 'the form wants "file", a file of people')
    place = folder / "file"
    await asyncio.to_thread(_keep, file, place)
    if place.stat().st_size > LARGEST_FILE:
        raise WebhookRejected(413, TOO_LARGE)
    flags = {name: _text(form, name, 5) == "true" for name in FLAGS}
    mapping = await asyncio.to_thread(_mapping, _text(form, "mapping", LONGEST_MAPPING), region)
    encoding, sheet, seen = (_text(form, name, longest) for name, longest in TEXTS.items())
    return Sent(place, plain_name(file.filename), mapping, encoding, sheet, seen, **flags)


async def _form(request: web.Request) -> Mapping[str, Any]:
    try:
        return await posted(request.clone(client_max_size=LARGEST_FORM))
    except web.HTTPRequestEntityTooLarge as error:
        raise WebhookRejected(413, TOO_LARGE) from error
    except web.HTTPRequestTimeout as error:
        raise WebhookRejected(408, TOO_SLOW) from error


def _keep(file: web.FileField, place: Path) -> None:
    with file.file, place.open("xb") as kept:
        shutil.copyfileobj(file.file, kept)


def plain_name(given: str) -> str:
    """Without folders, and no longer than it is read."""
    name = PureWindowsPath(storable(given)).name
    suffix = PureWindowsPath(name).suffix[:20]
    return f"{name.removesuffix(suffix)[:LONGEST_NAME]}{suffix}" or "people"


def _text(form: Mapping[str, Any], name: str, longest: int) -> str:
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise WebhookRejected(400, f'"{name}" wants a text of at most {longest:,} characters')
    return value


def _mapping(text: str, region: str) -> ColumnMapping:
    """As `--mapping` has it, in JSON, which is YAML, too."""
    if not text:
        return ColumnMapping(region=region)
    if not isinstance(storable_told(text.encode("utf-8", "replace")), dict):
        raise WebhookRejected(400, '"mapping" wants a JSON object')
    try:
        return read_mapping("mapping", text, region)
    except ContentError as error:
        why = " ".join(f"{one.message} {one.suggestion}".strip() for one in error.faults)
        raise WebhookRejected(422, for_page(why)) from error
