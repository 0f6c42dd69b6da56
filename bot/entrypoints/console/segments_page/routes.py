"""What the page "Segments" asks for: `/segments.json` is the list, `/segments/<id>.json` one segment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from aiohttp import web

from bot.adapters.content.replacing import AuthorsFile
from bot.adapters.content.segment_files import CheckedSegment, check_segment, segment_files
from bot.domain.access import Right, Role
from bot.domain.audience import Segment, Working
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.domain.journey import Journey
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.segments_page.counting import Counting
from bot.entrypoints.console.segments_page.lines import criteria_json, criteria_of, subject_json, words_json
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys import wording
from bot.journeys.criteria import Criteria, read_criteria, written_criteria
from bot.journeys.criteria_words import Subject, criteria_words, of_others, subjects
from bot.journeys.kinds import kinds_of
from bot.journeys.named_events import named_events
from bot.journeys.sayings import entry_words
from bot.journeys.segments import begins_by_coming, new_segment, rewritten_segment, told_of
from bot.services.in_force import journeys_in_force

READ_ONLY = "segments cannot be changed on this page here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
LONGEST_NAME, LONGEST_LABEL = 80, 200
NAMED = f"{{segment:{wording.ID.pattern}}}"


class SegmentsPage:
    """Open to those whose role may see journeys; who may change those may change for whom they are."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._files = segment_files(shelves_of(service.settings, known_channels(service.settings, ())))
        self._counting = Counting(service)

    def add_routes(self, app: web.Application) -> None:
        see, edit = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS
        for method, path, handler, right in (
            ("GET", "/segments", framed(self._service, "segments.html"), see),
            ("GET", "/segments.json", self._list, see),
            ("POST", "/segments", self._begin, edit),
            ("POST", "/segments/check", self._check, see),
            ("POST", "/segments/count", self._counting.count, Right.SEE_PEOPLE),
            ("GET", f"/segments/{NAMED}.json", self._segment, see),
            ("GET", f"/segments/{NAMED}", framed(self._service, "segment.html"), see),
            ("PUT", f"/segments/{NAMED}", self._save, edit),
            ("DELETE", f"/segments/{NAMED}", self._take_out, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right))

    # ------------------------------------------------------------ looking

    async def _list(self, request: web.Request) -> web.StreamResponse:
        playbook, role = self._runtime.library.current(), request[CALLER].role
        names = sorted({*playbook.segments, *await asyncio.to_thread(self._files.names)})
        members, journeys = await self._counting.members(), await self._journeys()
        async with self._runtime.store.transaction() as uow:
            workings = {one.name: one for one in await uow.segments.workings()}
        listed = [
            self._summary(name, members.get(name, 0), workings.get(name), role) | {"journeys": _hearing(journeys, name)}
            for name in names
        ]
        faults = faults_json(self._service.library.faults)
        return private_json({"segments": listed, "faults": faults, "may_change": self._may_change(request)})

    async def _segment(self, request: web.Request) -> web.StreamResponse:
        """One with a file; of one that is still to be begun, what a form has to offer."""
        name, role = request.match_info["segment"], request[CALLER].role
        file = await asyncio.to_thread(self._files.read, name)
        playbook = self._runtime.library.current()
        offers = {"subjects": [subject_json(one) for one in self._subjects()], "words": words_json()}
        told: dict[str, Any] = {"segment": name, "may_change": self._may_change(request), **offers}
        if file is None and name not in playbook.segments:
            return private_json(told | {"is_new": True})
        journeys = await self._journeys()
        async with self._runtime.store.transaction() as uow:
            workings = {one.name: one for one in await uow.segments.workings()}
            members = await uow.segments.count_members(name)
        checked = await asyncio.to_thread(self._checked, name, file.text) if file is not None else CheckedSegment(None)
        summary = self._summary(name, members, workings.get(name), role)
        of_file = self._written(checked.segment) if checked.segment is not None else {}
        return private_json(
            {
                **told,
                **summary,
                **of_file,
                "is_new": False,
                "in_force": summary.get("condition"),
                "journeys": _hearing(journeys, name),
                "file": _file(file),
                "faults": faults_json(checked.faults),
            }
        )

    def _written(self, segment: Segment) -> Mapping[str, Any]:
        """As its file says, which may not be in force yet."""
        return {"label": segment.label, "condition": segment.condition, **self._said(segment.condition)}

    def _summary(self, name: str, count: int, working: Working | None, role: Role) -> dict[str, Any]:
        """As it is in force."""
        segment = self._runtime.library.current().segments.get(name)
        if segment is None:
            return {"segment": name, "is_read": False}
        is_done = working is not None and working.version == segment.version and working.finished_at is not None
        return {
            "segment": name,
            "is_read": True,
            "label": segment.label,
            "condition": segment.condition,
            "sentence": self._sentence(segment.condition),
            "members": self._counting.told(count, segment.condition, role),
            "worked_out_at": working.finished_at.isoformat() if is_done and working and working.finished_at else None,
        }

    async def _journeys(self) -> list[tuple[Journey, bool]]:
        """Those of files, and those in force that say something else; each with whether it is in force."""
        async with self._runtime.store.transaction() as uow:
            in_force = await journeys_in_force(uow, self._runtime)
        files = self._runtime.library.current().journeys
        drafts = [one for one in files.values() if in_force.get(one.id) != one]
        return [*((one, True) for one in in_force.values()), *((one, False) for one in drafts)]

    def _may_change(self, request: web.Request) -> bool:
        return self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS)

    def _subjects(self) -> list[Subject]:
        playbook = self._runtime.library.current()
        contact = playbook.profile.contact if playbook.profile is not None else ()
        events = named_events(playbook.journeys.values(), playbook.score_rules, playbook.segments.values())
        return subjects(kinds_of(playbook.profile), contact, events)

    # ------------------------------------------------------------ editing

    async def _check(self, request: web.Request) -> web.StreamResponse:
        """What the lines, or the text, say, and what is wrong with it; nothing is saved."""
        body = await json_object(request)
        name, label, condition = _typed(body)
        checked = await asyncio.to_thread(self._checked, name, new_segment(name, label, condition))
        return private_json({"condition": condition, **self._said(condition), "faults": faults_json(checked.faults)})

    def _sentence(self, condition: str) -> str:
        """Nothing where no lines can say it."""
        kinds = kinds_of(self._runtime.library.current().profile)
        criteria = read_criteria(condition, kinds)
        return criteria_words(criteria, kinds) if criteria is not None else ""

    def _said(self, condition: str) -> Mapping[str, Any]:
        """The condition as lines, and as a sentence; without either where no form can show it."""
        kinds = kinds_of(self._runtime.library.current().profile)
        criteria = read_criteria(condition, kinds)
        if criteria is None:
            return {"criteria": None, "sentence": "", "others": []}
        others = of_others(criteria, {one.of for one in self._subjects()})
        return {
            "criteria": criteria_json(criteria),
            "sentence": criteria_words(criteria, kinds),
            "others": [subject_json(one) for one in others],
        }

    def _checked(self, name: str, text: str) -> CheckedSegment:
        return check_segment(self._files.shown(name), text, self._runtime.library.current().profile)

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        self._require_allowed()
        name, label, condition = _typed(await json_object(request))
        text = new_segment(name, label, condition)
        await self._refuse_faults(name, text)
        deed = self._service.doors.deed(request, "segment.begun", name, file=self._files.shown(name))
        await write_noted(self._runtime, deed, partial(self._files.create, name, text))
        return private_json({"saved": name})

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """Write it into the file, where that is still as `digest` says, and nothing is wrong with it."""
        self._require_allowed()
        body, name = await json_object(request), request.match_info["segment"]
        _, label, condition = _typed({**body, "segment": name})
        digest = text_of(body, "digest", 64)
        file = await asyncio.to_thread(self._files.read, name)
        if file is None:
            raise Conflict("its file is gone, or is no text any more. Load it again.")
        text = rewritten_segment(file.text, label, condition)
        await self._refuse_faults(name, text)
        deed = self._service.doors.deed(request, "segment.changed", name, file=file.shown, before=digest)
        await write_noted(self._runtime, deed, partial(self._files.write, name, digest, text))
        return private_json({"saved": name})

    async def _take_out(self, request: web.Request) -> web.StreamResponse:
        """Put its file aside, where that is still as `digest` says and no journey goes by it: then all leave it."""
        self._require_allowed()
        name, digest = request.match_info["segment"], query_of(request, "digest")
        hearing = _hearing(await self._journeys(), name)
        if hearing:
            raise Conflict(
                f'the journey "{hearing[0]["journey"]}" goes by the segment "{name}". Change that one first.'
            )
        deed = self._service.doors.deed(request, "segment.taken_out", name, before=digest)
        await write_noted(self._runtime, deed, partial(self._files.put_aside, name, digest))
        return private_json({"taken_out": name})

    def _require_allowed(self) -> None:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)

    async def _refuse_faults(self, name: str, text: str) -> None:
        checked = await asyncio.to_thread(self._checked, name, text)
        if checked.faults:
            raise ContentError(checked.faults)


def _typed(body: Mapping[str, Any]) -> tuple[str, str, str]:
    """The id, the label, and the condition of what was typed: by lines, or as text."""
    name = text_of(body, "segment", LONGEST_NAME)
    if not wording.ID.fullmatch(name):
        raise WebhookRejected(400, f"{wording.ID_WORDS}{wording.near_id(name)}")
    label = " ".join(text_of(body, "label", LONGEST_LABEL).split()) if "label" in body else ""
    criteria: Criteria | None = criteria_of(body["criteria"]) if "criteria" in body else None
    return name, label, written_criteria(criteria) if criteria is not None else text_of(body, "if").strip()


def _hearing(journeys: Iterable[tuple[Journey, bool]], segment: str) -> list[Mapping[str, Any]]:
    """The journeys that go by it, those in force first; `at_once`: whoever comes into it enters."""
    return [
        {
            "journey": journey.id,
            "entry": entry_words(entry),
            "in_force": in_force,
            "at_once": in_force and begins_by_coming(entry),
        }
        for journey, in_force in journeys
        for entry in told_of(journey, segment)
    ]


def _file(file: AuthorsFile | None) -> Mapping[str, str] | None:
    return None if file is None else {"path": file.shown, "digest": file.digest}
