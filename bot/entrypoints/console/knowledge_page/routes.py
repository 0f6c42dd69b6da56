"""What the page "Knowledge" asks for: `/knowledge.json` is the list, `/knowledge/<name>.json` one page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from bot.adapters.content.contents import page_texts
from bot.adapters.content.judging import faults_elsewhere
from bot.adapters.content.page_files import CheckedPage, check_page, check_pages, page_files
from bot.adapters.content.replacing import AuthorsFile
from bot.domain.access import Right
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.knowledge_page.asking import Asking, Said, has_ended, is_said
from bot.entrypoints.console.knowledge_page.typed import form_json, page_of
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.wording import ID, ID_WORDS, near_id
from bot.nlu.knowledge_edit import PageText, new_page, page_text, rewritten_page
from bot.yaml_lines import CannotEdit

READ_ONLY = "pages cannot be changed here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
LONGEST_NAME = 200
LARGEST_BODY = 256 * 1024
"""Bytes; a page may be long."""

NAMED = r"{page:[^/]+}"
NOTHING = PageText({}, "")


class KnowledgePage:
    """Open to those whose role may see what is said; who may change that may change the answers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._shelves = shelves_of(service.settings, known_channels(service.settings, service.runtime.channels))
        self._files = page_files(self._shelves)
        self._asking = Asking(service, self._files)
        self._saving = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        see, edit = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS
        for method, path, handler, right in (
            ("GET", "/knowledge", framed(self._service, "knowledge.html"), see),
            ("GET", "/knowledge.json", self._list, see),
            ("POST", "/knowledge", self._begin, edit),
            ("POST", "/knowledge/check", self._check, see),
            ("POST", "/knowledge/ask", self._asking.ask, see),
            ("POST", "/knowledge/gaps", self._asking.gaps, Right.LABEL_MESSAGES),
            ("GET", f"/knowledge/{NAMED}.json", self._page, see),
            ("GET", f"/knowledge/{NAMED}", framed(self._service, "knowledge_page.html"), see),
            ("PUT", f"/knowledge/{NAMED}", self._save, edit),
            ("DELETE", f"/knowledge/{NAMED}", self._take_out, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right, largest=LARGEST_BODY))

    # ------------------------------------------------------------ looking

    async def _list(self, request: web.Request) -> web.StreamResponse:
        listed = await asyncio.to_thread(self._summaries)
        caller = request[CALLER]
        may = {"may_change": self._may_change(request), "may_read": caller.may(Right.LABEL_MESSAGES)}
        return private_json({"pages": listed, "faults": faults_json(self._service.library.faults), **may})

    def _summaries(self) -> list[dict[str, Any]]:
        checked, said = check_pages(self._shelves, page_texts(self._shelves)), self._asking.in_force()
        unread = CheckedPage(None)
        paths = {name: str(self._files.path_of(name)) for name in self._files.names()}
        return [self._summary(name, checked.get(path, unread), said) for name, path in paths.items()]

    def _summary(self, name: str, checked: CheckedPage, said: Said) -> dict[str, Any]:
        summary: dict[str, Any] = {"page": name, "faults": faults_json(checked.faults), "is_read": False}
        if (page := checked.page) is None:
            return summary
        until = page.terms.valid_until
        return summary | {
            "is_read": True,
            "title": page.title,
            "url": page.url,
            "begins": page.passages[0].text,
            "passages": len(page.passages),
            "questions": len(page.questions),
            "until": until.isoformat() if until is not None else None,
            "has_ended": has_ended(page, self._runtime.clock.now().date()),
            "audience": sorted(page.terms.audiences),
            "channels": sorted(page.terms.channels),
            "in_force": is_said(page, said),
        }

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """One with a file; of one that is still to be begun, an empty form."""
        name = request.match_info["page"]
        file = await asyncio.to_thread(self._files.read, name)
        told: dict[str, Any] = {
            "page": name,
            "may_change": self._may_change(request),
            "channels": sorted(self._shelves.channels),
        }
        if file is None:
            return private_json(told | {"is_new": True, "form": form_json(NOTHING)})
        checked = await asyncio.to_thread(self._checked, name, file.text)
        return private_json(
            told
            | {"is_new": False, "file": {"path": file.shown, "digest": file.digest}, "form": _form(file)}
            | self._looked_at(checked)
            | {"in_force": checked.page is not None and is_said(checked.page, self._asking.in_force())}
        )

    def _looked_at(self, checked: CheckedPage) -> dict[str, Any]:
        passages = checked.page.passages if checked.page is not None else ()
        return {
            "passages": [{"heading": one.heading, "text": one.text, "begins": one.begins} for one in passages],
            "has_ended": checked.page is not None and has_ended(checked.page, self._runtime.clock.now().date()),
            "faults": faults_json(checked.faults),
            "warnings": faults_json(checked.warnings),
        }

    def _checked(self, name: str, text: str) -> CheckedPage:
        return check_page(self._shelves, str(self._files.path_of(name)), text, page_texts(self._shelves))

    def _may_change(self, request: web.Request) -> bool:
        return self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS)

    # ------------------------------------------------------------ editing

    async def _check(self, request: web.Request) -> web.StreamResponse:
        """What would be answered with what is typed, and what is wrong with it; nothing is saved."""
        body = await json_object(request)
        name = text_of(body, "page", LONGEST_NAME)
        return private_json(self._looked_at(await asyncio.to_thread(self._typed, name, body)))

    def _typed(self, name: str, body: Mapping[str, Any]) -> CheckedPage:
        return self._checked(name, self._text(name, body))

    def _text(self, name: str, body: Mapping[str, Any]) -> str:
        """The text of the file with what was typed."""
        if (file := self._files.read(name)) is None:
            return new_page(page_of(body, NOTHING))
        return rewritten_page(file.text, page_of(body, page_text(file.text)))

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        self._require_allowed()
        body = await json_object(request)
        name = text_of(body, "page", LONGEST_NAME)
        if not ID.fullmatch(name):
            raise WebhookRejected(400, f"{ID_WORDS}{near_id(name)}")
        text = new_page(page_of(body, NOTHING))
        async with self._saving:
            elsewhere = await asyncio.to_thread(faults_elsewhere, self._shelves, self._files.path_of(name), text)
            deed = self._service.doors.deed(request, "page.begun", name, file=self._files.shown(name))
            await write_noted(self._runtime, deed, partial(self._files.create, name, text))
        return private_json({"saved": name, "faults": faults_json(elsewhere)})

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """Write it into the file, where that is still as `digest` says, and nothing is wrong with it."""
        self._require_allowed()
        body, name = await json_object(request), request.match_info["page"]
        digest = text_of(body, "digest", 64)
        if await asyncio.to_thread(self._files.read, name) is None:
            raise Conflict("its file is gone, or is no text any more. Load it again.")
        async with self._saving:
            text = await asyncio.to_thread(self._text, name, body)
            elsewhere = await asyncio.to_thread(faults_elsewhere, self._shelves, self._files.path_of(name), text)
            deed = self._service.doors.deed(request, "page.changed", name, file=self._files.shown(name), before=digest)
            await write_noted(self._runtime, deed, partial(self._files.write, name, digest, text))
        return private_json({"saved": name, "faults": faults_json(elsewhere)})

    async def _take_out(self, request: web.Request) -> web.StreamResponse:
        """Put its file aside, where that is still as `digest` says: it answers nobody any more."""
        self._require_allowed()
        name, digest = request.match_info["page"], query_of(request, "digest")
        deed = self._service.doors.deed(request, "page.taken_out", name, before=digest)
        await write_noted(self._runtime, deed, partial(self._files.put_aside, name, digest))
        return private_json({"taken_out": name})

    def _require_allowed(self) -> None:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)


def _form(file: AuthorsFile) -> Mapping[str, Any] | None:
    """None of a file that only its text can be edited of."""
    try:
        return form_json(page_text(file.text))
    except (CannotEdit, ContentError):
        return None
