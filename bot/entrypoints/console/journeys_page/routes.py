"""What the page "Journeys" asks for: `/journeys.json` is the list, `/journeys/<id>.json` one journey."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.adapters.content.journey_files import JourneyFiles
from bot.adapters.content.replacing import AuthorsFile
from bot.domain.access import Right
from bot.domain.errors import CannotPublish, Conflict, ContentError, UnreadableJourney, WebhookRejected
from bot.domain.journey import Headcount, Journey, Passage, Tally
from bot.domain.links import Clicks
from bot.domain.publishing import Running
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json
from bot.entrypoints.console.journeys_page.beginning import Beginning, recipes_json
from bot.entrypoints.console.journeys_page.counting import clicks_of, headcounts_of
from bot.entrypoints.console.journeys_page.decided import Decided
from bot.entrypoints.console.journeys_page.drawing import draw
from bot.entrypoints.console.journeys_page.editing import Editing, head, sources
from bot.entrypoints.console.journeys_page.inside import Inside
from bot.entrypoints.console.journeys_page.messages import Messages
from bot.entrypoints.console.journeys_page.numbers import (
    by_arrow,
    by_step,
    by_way,
    fullest_version,
    other_versions,
    parked_people,
    totals,
)
from bot.entrypoints.console.journeys_page.publishing import Publishing, unstarted_among
from bot.entrypoints.console.journeys_page.retiring import Retiring
from bot.entrypoints.console.journeys_page.simulating import Simulating
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import private_json, problem, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.picture import picture_of
from bot.journeys.sayings import entry_words
from bot.journeys.tallied import tallied
from bot.journeys.wording import ID
from bot.services.count_splits import LOOKS_BACK
from bot.services.in_force import journeys_in_force

MOST_PARKED = 50
NAMED = f"{{journey:{ID.pattern}}}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class JourneysPage:
    """Open to those whose role may see journeys, as the page "Understanding" is; fewer may change them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        channels = known_channels(service.settings, service.runtime.channels)
        self._files = JourneyFiles(shelves_of(service.settings, channels))
        self._headcounts = headcounts_of(service.runtime.store)
        self._clicks = clicks_of(service.runtime.store)
        self._editing = Editing(service, self._files)
        self._inside = Inside(service)
        self._decided = Decided(service)
        self._messages = Messages(service)
        self._publishing = Publishing(service, self._files, self._editing)
        self._beginning = Beginning(service, self._files, self._editing, self._publishing)
        self._retiring = Retiring(service, self._files, self._editing, self._publishing)
        self._simulating = Simulating(service, self._editing)

    def add_routes(self, app: web.Application) -> None:
        see, edit, publish = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS, Right.PUBLISH_JOURNEYS
        for method, path, handler, right in (
            ("GET", "/journeys", framed(self._service, "journeys.html"), see),
            ("GET", "/journeys.json", self._list, see),
            ("POST", "/journeys", self._beginning.begin, edit),
            ("GET", f"/journeys/{NAMED}", framed(self._service, "journey.html"), see),
            ("GET", f"/journeys/{NAMED}.json", self._journey, see),
            ("GET", f"/journeys/{NAMED}/people.json", self._inside.people, Right.SEE_PEOPLE),
            ("GET", f"/journeys/{NAMED}/decided.json", self._decided.messages, see),
            ("POST", "/journeys/check", self._editing.check, see),
            ("POST", "/journeys/complete", self._editing.complete, see),
            ("POST", "/journeys/edit", self._editing.edit, see),
            ("POST", "/journeys/messages", self._messages.show, see),
            ("GET", "/journeys.schema.json", self._editing.schema_of_steps, see),
            ("POST", f"/journeys/{NAMED}", self._editing.save, edit),
            ("GET", f"/journeys/{NAMED}/history.json", self._publishing.history, see),
            ("GET", f"/journeys/{NAMED}/compare.json", self._publishing.compare, see),
            ("POST", f"/journeys/{NAMED}/dry-run", self._publishing.dry_run, see),
            ("POST", f"/journeys/{NAMED}/publish", self._publishing.publish, publish),
            ("POST", f"/journeys/{NAMED}/pause", self._publishing.pause, publish),
            ("POST", f"/journeys/{NAMED}/resume", self._publishing.resume, publish),
            ("POST", f"/journeys/{NAMED}/unpark", self._publishing.unpark, publish),
            ("POST", f"/journeys/{NAMED}/stop", self._publishing.stop, publish),
            ("POST", f"/journeys/{NAMED}/retire", self._retiring.retire, publish),
            ("POST", f"/journeys/{NAMED}/bring-back", self._retiring.bring_back, publish),
            ("POST", f"/journeys/{NAMED}/simulation", self._simulating.simulate, see),
        ):
            app.router.add_route(method, path, self._guarded(handler, right))

    def _guarded(self, handler: Handler, right: Right) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            await self._service.doors.admit(request, right)
            try:
                answer = await handler(request)
                if right is Right.PUBLISH_JOURNEYS:
                    self._headcounts.forget()
                return answer
            except ContentError as error:
                return web.json_response({"error": str(error), "faults": faults_json(error.faults)}, status=422)
            except (Conflict, CannotPublish, UnreadableJourney) as error:
                return problem(409, str(error))

        return guarded

    async def _list(self, request: web.Request) -> web.StreamResponse:
        journeys = self._runtime.library.current().journeys
        headcounts = await self._headcounts.told()
        async with self._runtime.store.transaction() as uow:
            states = await uow.journeys.states()
            in_force = await journeys_in_force(uow, self._runtime)
            unstarted = await unstarted_among(uow, states.values(), {one.journey for one in headcounts})
        in_files = await asyncio.to_thread(self._files.names)
        retired = await asyncio.to_thread(self._files.retired)
        names = sorted({*journeys, *in_files, *retired, *(one.journey for one in headcounts)})
        listed = [
            _summary(name, journeys.get(name), [one for one in headcounts if one.journey == name])
            | {
                "in_file": name in in_files,
                "is_retired": name in retired,
                "is_read": name in journeys,
                "in_force": name in in_force,
                "running": states[name].running.value if name in states else Running.RUNNING.value,
                "is_unstarted": name in unstarted,
            }
            for name in names
        ]
        faults = faults_json(self._service.library.faults)
        caller = request[CALLER]
        may_change = self._editing.allowed and caller.may(Right.EDIT_JOURNEYS)
        segments = self._runtime.library.current().segments.values()
        whom = [{"segment": one.id, "label": one.label, "condition": one.condition} for one in segments]
        begun = {"recipes": recipes_json(), "segments": whom} if may_change else {}
        return private_json({"journeys": listed, "faults": faults, "may_change": may_change, **begun})

    async def _journey(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["journey"]
        version: str | None = query_of(request, "version")
        headcounts = [one for one in await self._headcounts.told() if one.journey == name]
        file = await asyncio.to_thread(self._files.read, name)
        retired = await asyncio.to_thread(self._files.read_retired, name)
        if file is None and retired is None and not headcounts:
            raise WebhookRejected(404, f'there is no journey "{name}" here')
        checked = await asyncio.to_thread(self._editing.checked, name, file.text) if file is not None else None
        of_file = checked.journey if checked is not None else None
        async with self._runtime.store.transaction() as uow:
            parked = await uow.enrolments.parked(name, MOST_PARKED)
            passages = await uow.passages.of(name)
            today = self._runtime.clock.now().date()
            tallies = await uow.splits.of(name, today - LOOKS_BACK, today + timedelta(days=1))
            entered = totals(headcounts)["entered"]
            standing = await self._publishing.standing(uow, name, of_file, entered=entered)
            try:
                older = await uow.enrolments.version(name, version) if version else None
            except LookupError as error:
                raise WebhookRejected(404, str(error)) from error
            journey = older or of_file or self._runtime.library.current().journeys.get(name)
            if journey is None and (version := fullest_version(headcounts)) is not None:
                journey = await uow.enrolments.version(name, version)
        if journey is None and retired is not None:
            journey = (await asyncio.to_thread(self._editing.checked, name, retired.text)).journey
        may_change = self._editing.allowed and request[CALLER].may(Right.EDIT_JOURNEYS)
        told: dict[str, Any] = {
            "journey": name,
            "numbers": totals(headcounts),
            "parked": parked_people(parked),
            "older": older is not None,
            "may_edit": may_change and file is not None and older is None,
            "may_change": may_change,
            "standing": standing,
            "in_force": journey is not None and self._is_in_force(journey, standing["version"]),
            "file": _file(file),
            "is_retired": retired is not None,
            "faults": faults_json(checked.faults) if checked else [],
            "warnings": faults_json(checked.warnings) if checked else [],
            "sources": sources(checked) if checked else {},
            "head": head(checked) if checked else {},
        }
        if journey is None:
            return private_json(told | {"picture": None})
        clicks = {step: one for (of, step), one in (await self._clicks.told()).items() if of == name}
        return private_json(told | _shown(journey, headcounts, passages, tallies, clicks))

    def _is_in_force(self, journey: Journey, published: str | None) -> bool:
        if self._runtime.publishing == "on_command":
            return journey.version == published
        current = self._runtime.library.current().journeys.get(journey.id)
        return current is not None and current.version == journey.version


def _summary(name: str, journey: Journey | None, headcounts: list[Headcount]) -> dict[str, Any]:
    summary: dict[str, Any] = {"journey": name, "numbers": totals(headcounts)}
    if journey is None:
        return summary
    entries = [entry_words(entry) for entry in journey.entries]
    return summary | {"purpose": journey.purpose.value, "entries": entries}


def _shown(
    journey: Journey,
    headcounts: Sequence[Headcount],
    passages: Sequence[Passage],
    tallies: Mapping[str, Mapping[str, Tally]],
    clicks: Mapping[str, Clicks],
) -> dict[str, Any]:
    steps = by_step(headcounts, passages, journey.version, {one: clicks[one] for one in journey.steps if one in clicks})
    return {
        "version": journey.version,
        "purpose": journey.purpose.value,
        "holdout": journey.holdout / 100,
        "goals": [goal.event for goal in journey.goals],
        "steps": steps,
        "splits": {
            step.id: by_way(counted, tallies.get(step.id, {}))
            for step in journey.steps.values()
            if (counted := tallied(step)) is not None
        },
        "others": other_versions(headcounts, journey.version),
        "picture": draw(picture_of(journey), steps, by_arrow(passages, journey.version)),
    }


def _file(file: AuthorsFile | None) -> dict[str, str] | None:
    return None if file is None else {"path": file.shown, "text": file.text, "digest": file.digest}
