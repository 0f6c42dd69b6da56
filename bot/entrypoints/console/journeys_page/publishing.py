"""What is in force of a journey, on its page: history, dry run, publishing, rolling back, pausing and stopping."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from aiohttp import web

from bot.adapters.content.journey_files import JourneyFiles
from bot.adapters.content.replacing import AuthorsFile
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.domain.journey import Journey
from bot.domain.publishing import InForce, JourneyChange, Move, Running
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.journeys_page.editing import Editing
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.outline import tree
from bot.ports import UnitOfWork
from bot.services.publish import (
    Plan,
    Publisher,
    pause,
    plan_publishing,
    plan_rollback,
    publish,
    resume,
    stop,
    unpark,
    versions_before,
)

SHOWN = 50
"""Lines of history."""

FILE = "file"
"""In a comparison, the file as it is now."""

LONGEST_NAME = 128


async def unstarted_among(uow: UnitOfWork, states: Iterable[InForce], entered: Collection[str]) -> frozenset[str]:
    """The new ones of these journeys; one that somebody has `entered` is none."""
    paused = [one for one in states if one.running is Running.PAUSED and one.journey not in entered]
    new = [one.journey for one in paused if is_unstarted(one, await uow.journeys.history(one.journey, SHOWN), 0)]
    return frozenset(new)


def is_unstarted(state: InForce | None, history: Sequence[JourneyChange], entered: int) -> bool:
    """Whether it is a new one that was paused when it was begun, and never let anybody in."""
    if state is None or state.running is not Running.PAUSED or entered or not 0 < len(history) < SHOWN:
        return False
    return history[-1].what == "pause" and all(one.what in ("pause", "publish", "rollback") for one in history)


class Publishing:
    """What the commands `publish`, `rollback`, `pause`, `resume`, `unpark` and `stop` of `overture journeys` do."""

    def __init__(self, service: Service, files: JourneyFiles, editing: Editing) -> None:
        self._service = service
        self._store = service.runtime.store
        self._files = files
        self._editing = editing

    @property
    def at_once(self) -> bool:
        """Whether an edit of the file holds at once for those who enter."""
        return self._service.runtime.publishing == "at_once"

    # ------------------------------------------------------------ looking

    async def standing(self, uow: UnitOfWork, name: str, file: Journey | None, *, entered: int) -> dict[str, Any]:
        """How the journey stands: whether people enter, through which version, and whether the file says another."""
        state = (await uow.journeys.states()).get(name)
        history = await uow.journeys.history(name, SHOWN)
        last = next((one for one in history if one.what in ("publish", "rollback")), None)
        version = state.version if state is not None else None
        return {
            "publishing": self._service.runtime.publishing,
            "running": (state.running if state is not None else Running.RUNNING).value,
            "is_unstarted": is_unstarted(state, history, entered),
            "since": state.since.isoformat() if state is not None else None,
            "version": version,
            "published": _change(last) if last is not None else None,
            "differs": file is not None and file.version != version,
        }

    async def history(self, request: web.Request) -> web.StreamResponse:
        """What was done to the journey, the latest first, and the versions that a rollback can go to."""
        name = request.match_info["journey"]
        async with self._store.transaction() as uow:
            changes = await uow.journeys.history(name, SHOWN)
            back_to = await versions_before(uow, name)
        return private_json({"changes": [_change(one) for one in changes], "back_to": back_to})

    async def compare(self, request: web.Request) -> web.StreamResponse:
        """Two versions as texts: what was read, or where the text of one is not kept, both as outlines."""
        name = request.match_info["journey"]
        names = [query_of(request, side) for side in ("before", "after")]
        async with self._store.transaction() as uow:
            journeys = [await self._version(uow, name, one) for one in names]
        in_words = any(one is not None and not one.source for one in journeys)
        texts = ["" if one is None else "\n".join(tree(one)) + "\n" if in_words else one.source for one in journeys]
        return private_json({"before": texts[0], "after": texts[1], "in_words": in_words})

    async def _version(self, uow: UnitOfWork, name: str, version: str) -> Journey | None:
        if not version:
            return None
        if version == FILE:
            return (await self._read(name))[1]
        try:
            return await uow.enrolments.version(name, version)
        except LookupError as error:
            raise WebhookRejected(404, str(error)) from error

    async def dry_run(self, request: web.Request) -> web.StreamResponse:
        """Who would move where; nothing is changed."""
        body = await json_object(request)
        async with self._store.transaction() as uow:
            plan = await self._plan(uow, request.match_info["journey"], body)
        return private_json(_plan(plan))

    async def _plan(self, uow: UnitOfWork, name: str, body: Mapping[str, Any]) -> Plan:
        """Of the file as it is, or back to `version` where the body names one."""
        if body.get("version") is not None:
            return await plan_rollback(uow, name, text_of(body, "version", LONGEST_NAME))
        file, journey = await self._read(name)
        if file.digest != text_of(body, "digest", LONGEST_NAME):
            raise Conflict("somebody else has changed the file since you looked at it. Load it again.")
        return await plan_publishing(uow, journey)

    async def _read(self, name: str) -> tuple[AuthorsFile, Journey]:
        file = await asyncio.to_thread(self._files.read, name)
        if file is None:
            raise WebhookRejected(404, f'there is no file of a journey "{name}"')
        checked = await asyncio.to_thread(self._editing.checked, name, file.text)
        if checked.journey is None:
            raise ContentError(checked.faults)
        return file, checked.journey

    # ------------------------------------------------------------ doing

    async def publish(self, request: web.Request) -> web.StreamResponse:
        """Publish the file, or roll back to `version`, where what is in force is still what the page showed."""
        self._editing.require_allowed()
        name, body = request.match_info["journey"], await json_object(request)
        async with self._store.transaction() as uow:
            plan = await self._plan(uow, name, body)
        _refuse_what_is_out_of_date(plan.before, body)
        park = body.get("park") is True
        if plan.lost and not park:
            raise Conflict(_lost_people(plan))
        rollback = body.get("version") is not None
        if rollback and self.at_once:
            await self._put_back(request, name, plan.journey, text_of(body, "digest", LONGEST_NAME))
        what: Literal["publish", "rollback"] = "rollback" if rollback else "publish"
        moved = await publish(self.publisher(request), plan, park=park, what=what)
        return private_json({"done": what, "version": plan.journey.version, "moved": moved})

    async def _put_back(self, request: web.Request, name: str, journey: Journey, digest: str) -> None:
        """Where files hold at once, a rollback puts the file back, too, or the next reading would undo it."""
        if not journey.source:
            raise Conflict(
                f"the text of version {journey.version[:8]} was not kept, so the file cannot be put back, and files "
                "hold at once here. Edit the file."
            )
        checked = await asyncio.to_thread(self._editing.checked, name, journey.source)
        if checked.faults:
            raise ContentError(checked.faults)
        await self._editing.write(request, name, digest, journey.source)

    async def pause(self, request: web.Request) -> web.StreamResponse:
        return private_json({"people": await pause(await self.changing(request), request.match_info["journey"])})

    async def resume(self, request: web.Request) -> web.StreamResponse:
        people, due, left_out = await resume(await self.changing(request), request.match_info["journey"])
        return private_json({"people": people, "due": due, "left_out": left_out})

    async def unpark(self, request: web.Request) -> web.StreamResponse:
        people, stay = await unpark(await self.changing(request), request.match_info["journey"])
        return private_json({"people": people, "stay": stay})

    async def stop(self, request: web.Request) -> web.StreamResponse:
        people, withheld = await stop(await self.changing(request), request.match_info["journey"])
        return private_json({"people": people, "withheld": withheld})

    async def changing(self, request: web.Request) -> Publisher:
        """Who does it; raises WebhookRejected for a journey that neither files nor the database know."""
        self._editing.require_allowed()
        await json_object(request)
        name = request.match_info["journey"]
        async with self._store.transaction() as uow:
            known = {*await uow.journeys.states(), *await uow.journeys.names()}
        if name not in known and await asyncio.to_thread(self._has_no_file, name):
            raise WebhookRejected(404, f'there is no journey "{name}" here')
        return self.publisher(request)

    def _has_no_file(self, name: str) -> bool:
        return name not in self._files.names() and name not in self._files.retired()

    def publisher(self, request: web.Request) -> Publisher:
        """In whose name something is done."""
        caller = request[CALLER]
        origin = self._service.doors.origin(request)
        who = caller.name or self._somebody()
        return Publisher(self._store, self._service.runtime.clock, who, by=caller.reference, origin=origin)

    def _somebody(self) -> str:
        """Whose name no credential says: on a developer's own machine, theirs."""
        if not self._service.settings.is_private or self._service.settings.api_token:
            return "somebody with the token"
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return "somebody"


def _refuse_what_is_out_of_date(before: InForce | None, body: Mapping[str, Any]) -> None:
    seen = body.get("in_force")
    if (before.version if before is not None else None) != seen:
        raise Conflict("somebody else has published meanwhile, so the comparison is out of date. Look again.")


def _lost_people(plan: Plan) -> str:
    people = sum(move.resting.people for move in plan.lost)
    steps = ", ".join(dict.fromkeys(f'"{move.resting.step}"' for move in plan.lost))
    who = "1 person would be lost: nothing says where who is" if people == 1 else f"{people:,} people would be lost"
    where = f" at {steps} goes" if people == 1 else f": nothing says where those at {steps} go"
    return f"{who}{where}. Map the step in on_edit, or say that their runs are to be stopped."


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "version": plan.journey.version,
        "in_force": plan.before.version if plan.before is not None else None,
        "on_edit": plan.on_edit.policy,
        "moves": [_move(move) for move in plan.moves],
        "moved": plan.people_moved,
        "lost": sum(move.resting.people for move in plan.lost),
    }


def _move(move: Move) -> dict[str, Any]:
    group = move.resting
    return {
        "people": group.people,
        "step": group.step,
        "begun": group.begun,
        "version": group.version,
        "way": move.way,
        "to": move.to,
        "why": move.why,
    }


def _change(change: JourneyChange) -> dict[str, Any]:
    return {
        "at": change.at.isoformat(),
        "who": change.who,
        "what": change.what,
        "version": change.version,
        "people": change.people,
    }
