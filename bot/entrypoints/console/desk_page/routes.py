"""What the page "Desk" asks for: `/desk.json` is every desk; each part of one is written at an address of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from functools import partial
from typing import Any

from aiohttp import web

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.judging import faults_elsewhere
from bot.documents import parse
from bot.domain.access import Right
from bot.domain.errors import Conflict, WebhookRejected
from bot.domain.meeting import Meeting
from bot.domain.routing import DaysOff
from bot.domain.time_zones import zone_names
from bot.entrypoints.console.desk_page.showing import ShownDesk, desk_json, hours_json, read_desk
from bot.entrypoints.console.desk_page.typed import clock_of, day_of, days_off_of, hours_of, rep_of, routes_of, steps_of
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.segments_page.lines import subject_json, words_json
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.desks import read_desks
from bot.entrypoints.wiring.service import Service
from bot.journeys.criteria_words import Subject, subjects
from bot.journeys.desk_edit import (
    Said,
    new_desk,
    said_of,
    with_days_off,
    with_digest,
    with_hours,
    with_items,
    with_rep,
    with_said,
    without_days_before,
    without_days_off,
    without_rep,
)
from bot.journeys.desk_plan import kinds_at_desk, read_desk_plan
from bot.journeys.desk_week import monday_of
from bot.journeys.wording import ID
from bot.services.clash import booked, clashing
from bot.services.offer import opening_of
from bot.services.runtime import Desk

READ_ONLY = "desks cannot be changed on this page here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
CHANGED = "somebody else has changed the file since you opened it. Load it again, and edit that."
DESK, REP = f"{{desk:{ID.pattern}}}", f"{{rep:{ID.pattern}}}"
USUAL_NAME = "sales"


class DeskPage:
    """Open to those whose role may see journeys; who may change those may change who works when, and gets what."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._shelves = shelves_of(service.settings, known_channels(service.settings, service.runtime.channels))
        self._files = AuthorsFolder(self._shelves.journeys / "desks", "desk", (".yml", ".yaml"))
        self._saving = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        see, edit = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS
        for method, path, handler, right in (
            ("GET", "/desk", framed(self._service, "desk.html"), see),
            ("GET", "/desk.json", self._list, see),
            ("POST", "/desk", self._begin, edit),
            ("PUT", f"/desk/{DESK}/hours", self._save_hours, edit),
            ("POST", f"/desk/{DESK}/days-off", self._add_days_off, edit),
            ("DELETE", f"/desk/{DESK}/days-off", self._take_out_days_off, edit),
            ("PUT", f"/desk/{DESK}/reps/{REP}", self._save_rep, edit),
            ("DELETE", f"/desk/{DESK}/reps/{REP}", self._take_out_rep, edit),
            ("PUT", f"/desk/{DESK}/routes", self._save_routes, edit),
            ("PUT", f"/desk/{DESK}/first-reply", self._save_first_reply, edit),
            ("PUT", f"/desk/{DESK}/daily-digest", self._save_digest, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right))

    # ------------------------------------------------------------ looking

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """Every desk with a file, and those of the settings without one."""
        week = day_of(query_of(request, "week")) if query_of(request, "week") else None
        shown = await asyncio.to_thread(self._read_all)
        offered = self._subjects()
        told: dict[str, Any] = {
            "desks": [await self._told(request, one, week, offered) for one in shown],
            "to_begin": [_to_begin(one) for one in self._without_file(shown)],
            "names": list(self._shelves.desks),
            "is_staffed": bool(self._runtime.desks),
            "subjects": [subject_json(one) for one in offered],
            "words": words_json(),
            "zones": sorted(zone_names()),
            "faults": faults_json(self._service.library.faults),
            "may_change": self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS),
        }
        return private_json(told)

    async def _told(
        self, request: web.Request, shown: ShownDesk, week: date | None, offered: Sequence[Subject]
    ) -> dict[str, Any]:
        playbook, now = self._runtime.library.current(), self._runtime.clock.now()
        today = now.astimezone(shown.zone).date()
        async with self._runtime.store.transaction() as uow:
            meetings = await booked(uow, shown.plan, now) if shown.plan is not None else {}
        clashed = [
            one
            for rep, theirs in meetings.items()
            if shown.plan is not None
            for one in clashing(shown.plan, rep, theirs)
        ]
        kinds, names = kinds_at_desk(playbook.profile), {one.of for one in offered}
        desk = next((one for one in self._runtime.desks if shown.place in one.names), None)
        opens = opening_of(self._runtime, desk, now) if desk is not None else None
        sees_people = request[CALLER].may(Right.SEE_PEOPLE)
        return {
            **desk_json(shown, monday_of(week or today), today, kinds, names, meetings),
            "today": today.isoformat(),
            "opens_at": opens.isoformat() if opens is not None else None,
            "in_force": shown.plan is not None and shown.plan in playbook.desk_plans,
            "clashes": [_clash_json(one, sees_people=sees_people) for one in clashed],
        }

    def _read_all(self) -> list[ShownDesk]:
        schema = self._runtime.library.current().profile
        found = ((name, self._files.read(name)) for name in self._files.names())
        desks = {name: one.hours for one in read_desks(self._service.settings) for name in one.names}
        return [read_desk(name, file, desks, schema) for name, file in found if file is not None]

    def _without_file(self, shown: Sequence[ShownDesk]) -> list[Desk]:
        places = {one.place for one in shown}
        return [one for one in read_desks(self._service.settings) if places.isdisjoint(one.names)]

    def _subjects(self) -> list[Subject]:
        """What a route may look at. A channel is one of those that there are."""
        playbook = self._runtime.library.current()
        kinds = dict(kinds_at_desk(playbook.profile))
        channels = sorted(name for name, one in self._runtime.channels.items() if not one.abilities.desk)
        kinds["customer.channel"] = replace(kinds["customer.channel"], one_of=tuple(channels))
        contact = playbook.profile.contact if playbook.profile is not None else ()
        return subjects(kinds, contact, ())

    # ------------------------------------------------------------ editing

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        """The file of a desk of the settings that has none; who works there is said afterwards."""
        self._require_allowed()
        body = await json_object(request)
        place, hours = text_of(body, "for", 200), hours_of(body.get("hours"))
        async with self._saving:
            shown = await asyncio.to_thread(self._read_all)
            desk = next((one for one in self._without_file(shown) if place in one.names), None)
            if desk is None:
                raise WebhookRejected(400, f'OVERTURE_DESK names no desk "{place}" that has no file yet')
            name = desk.name or self._free_name()
            text = new_desk(name, place, hours, desk.hours.holidays if desk.hours is not None else ())
            await asyncio.to_thread(self._read_plan, self._files.shown(name), text)
            deed = self._service.doors.deed(request, "desk.begun", name, file=self._files.shown(name))
            await write_noted(self._runtime, deed, partial(self._files.create, name, text))
        return private_json({"saved": name, "faults": []})

    def _free_name(self) -> str:
        """What the file of a desk without a name is called: another one may be called as the usual one."""
        taken = {*self._files.names(), *(one.name for one in read_desks(self._service.settings))}
        names = (USUAL_NAME, *(f"{USUAL_NAME}-{number}" for number in range(2, len(taken) + 3)))
        return next(one for one in names if one not in taken)

    async def _save_hours(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        hours = hours_of(body.get("hours"))
        change = _said(lambda said: with_hours(said, hours, self._closed_by_settings(said.get("for"))))
        return await self._write(request, "hours_changed", body, change)

    def _closed_by_settings(self, place: Any) -> Sequence[DaysOff]:
        desk = next((one for one in read_desks(self._service.settings) if place in one.names), None)
        return desk.hours.holidays if desk is not None and desk.hours is not None else ()

    async def _add_days_off(self, request: web.Request) -> web.StreamResponse:
        """Days on which the desk is closed, or a rep away."""
        body = await json_object(request)
        days = days_off_of(text_of(body, "first", 10), text_of(body, "last", 10))
        rep = text_of(body, "rep", 80) if "rep" in body else ""
        change = _said(lambda said: with_days_off(said, days, rep))
        return await self._write(request, "days_off_added", body, change, rep=rep)

    async def _take_out_days_off(self, request: web.Request) -> web.StreamResponse:
        """One stretch, or all that ended before a day."""
        body, rep = dict(request.query), query_of(request, "rep")
        if before := query_of(request, "before"):
            today = day_of(before)
            return await self._write(
                request, "days_off_taken_out", body, _said(lambda said: without_days_before(said, today))
            )
        days = days_off_of(query_of(request, "first"), query_of(request, "last"))
        change = _said(lambda said: without_days_off(said, days, rep))
        return await self._write(request, "days_off_taken_out", body, change, rep=rep)

    async def _save_rep(self, request: web.Request) -> web.StreamResponse:
        """A new rep, or what is said of one. Who begins later is away until then."""
        body, rep = await json_object(request), request.match_info["rep"]
        says = rep_of(body)
        begins = day_of(text_of(body, "begins", 10)) if body.get("begins") else None
        shown = await asyncio.to_thread(self._read_all)
        zone = next((one.zone for one in shown if one.name == request.match_info["desk"]), UTC)
        today = self._runtime.clock.now().astimezone(zone).date()
        change = _said(lambda said: with_rep(said, rep, says, begins=begins, today=today))
        return await self._write(request, "rep_changed", body, change, rep=rep)

    async def _take_out_rep(self, request: web.Request) -> web.StreamResponse:
        rep = request.match_info["rep"]
        change = _said(lambda said: without_rep(said, rep))
        return await self._write(request, "rep_taken_out", dict(request.query), change, rep=rep)

    async def _save_routes(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        routes = routes_of(body)
        return await self._write(request, "routes_changed", body, lambda text: with_items(text, "routes", routes))

    async def _save_first_reply(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        steps = steps_of(body)
        change: Callable[[str], str] = lambda text: with_items(text, "first_reply", steps)  # noqa: E731
        return await self._write(request, "first_reply_changed", body, change)

    async def _save_digest(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        at = clock_of(text_of(body, "at", 5))
        return await self._write(request, "digest_changed", body, _said(lambda said: with_digest(said, at)))

    async def _write(
        self, request: web.Request, what: str, body: Mapping[str, Any], change: Callable[[str], str], *, rep: str = ""
    ) -> web.StreamResponse:
        """Write it into the desk's file, where that is still as `digest` says, and nothing new would be wrong."""
        self._require_allowed()
        name, digest = request.match_info["desk"], text_of(body, "digest", 64)
        async with self._saving:
            file = await asyncio.to_thread(self._files.read, name)
            if file is None or file.digest != digest:
                raise Conflict(CHANGED)
            text = await asyncio.to_thread(change, file.text)
            elsewhere = await asyncio.to_thread(faults_elsewhere, self._shelves, file.path, text)
            detail = {"file": file.shown, "before": digest, **({"rep": rep} if rep else {})}
            deed = self._service.doors.deed(request, f"desk.{what}", name, **detail)
            await write_noted(self._runtime, deed, partial(self._files.write, name, digest, text))
        return private_json({"saved": name, "faults": faults_json(elsewhere)})

    def _read_plan(self, shown: str, text: str) -> None:
        """Raises ContentError with what is wrong with the text."""
        read_desk_plan(parse(shown, text), self._shelves.desks, self._runtime.library.current().profile)

    def _require_allowed(self) -> None:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)


def _said(change: Callable[[Said], Said]) -> Callable[[str], str]:
    """A change of what the file says, as one of its text."""
    return lambda text: with_said(text, change(said_of(text)))


def _to_begin(desk: Desk) -> Mapping[str, Any]:
    """With its hours by the settings, to begin with."""
    hours = desk.hours.window if desk.hours is not None else None
    return {"for": desk.names[0], "hours": hours_json(hours)}


def _clash_json(meeting: Meeting, *, sees_people: bool) -> Mapping[str, Any]:
    return {
        "rep": meeting.rep,
        "starts_at": meeting.starts_at.isoformat(),
        "person": meeting.profile_id if sees_people else None,
    }
