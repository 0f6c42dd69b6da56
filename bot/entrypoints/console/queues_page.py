"""The page "Queues": what waits and for what, what was given up, and which senders are stopped.

It does what `overture outbox` and `overture senders` do, by the same services.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from bot.adapters.prometheus import first_due
from bot.domain.access import Right
from bot.domain.delivery import LEFT_ALONE, Lane, OutboxEntry, OutboxStatus
from bot.domain.errors import WebhookRejected
from bot.domain.ids import OutboxId
from bot.domain.message import storable
from bot.entrypoints.console.dead_letters import what
from bot.entrypoints.console.framing import framed
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.service import Service
from bot.ports import UnitOfWork
from bot.ports.queues import MOST_COUNTED, DeadGroup, Waiting
from bot.services.replay import Chosen, discard_chosen, may_be_replayed, replay_chosen
from bot.services.runtime import OUTBOX, SEGMENTS
from bot.services.stop_sender import lift_stop

log = structlog.get_logger()

SHOWN = 50
MOST_GROUPS = 100
MOST_IDS = 500
LONGEST = 2000
"""Characters of a reason, a name or an id."""


class QueuesPage:
    """Open to those who may see how the service does. What leaves again or is discarded is for admins to say."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        for method, path, handler, right in (
            ("GET", "/queues", framed(self._service, "queues.html"), Right.WATCH),
            ("GET", "/queues.json", self._look, Right.WATCH),
            ("GET", "/queues/dead.json", self._dead, Right.WATCH),
            ("POST", "/queues/replay", self._replay, Right.ADMINISTER),
            ("POST", "/queues/discard", self._discard, Right.ADMINISTER),
            ("POST", "/queues/segments/{segment}/replay", self._tell_again, Right.ADMINISTER),
            ("POST", "/queues/senders/{channel}/lift", self._lift, Right.ADMINISTER),
        ):
            app.router.add_route(method, path, self._service.doors.guarded(handler, right))

    async def _look(self, request: web.Request) -> web.StreamResponse:
        now = self._runtime.clock.now()
        async with self._runtime.store.transaction() as uow:
            first = await first_due(uow)
            waiting = await uow.queues.waiting(now)
            rates = await uow.queues.per_minute(now)
            dead = await uow.outbox.count(OutboxStatus.DEAD)
            groups = await uow.queues.dead(MOST_GROUPS)
            untold = await uow.queues.untold()
            stopped = await uow.consents.stopped()
        lanes = [_lane(lane, at, [one for one in waiting if one.lane is lane], now) for lane, at in first.items()]
        return private_json(
            {
                "now": now.isoformat(),
                "lanes": [lane | {"per_minute": rates.get(Lane(lane["lane"]))} for lane in lanes],
                "waiting": [_waiting(one) for one in waiting],
                "dead": {"entries": dead, "groups": [self._group(one) for one in groups]},
                "untold": [
                    {"segment": one.to, "reason": one.reason, "changes": one.entries, "oldest": one.oldest.isoformat()}
                    for one in untold
                ],
                "stopped": [
                    {"channel": one.channel, "since": one.at.isoformat(), "why": one.reason} for one in stopped
                ],
                "resting": [
                    {"to": one.to, "why": one.why, "entries": one.entries} for one in waiting if LEFT_ALONE in one.why
                ],
                "may_change": request[CALLER].may(Right.ADMINISTER),
            }
        )

    def _group(self, group: DeadGroup) -> dict[str, Any]:
        return {
            "to": group.to,
            "reason": group.reason,
            "entries": group.entries,
            "oldest": group.oldest.isoformat(),
            "replayable": group.to in self._runtime.crms or self._is_desk(group.to),
        }

    def _is_desk(self, name: str) -> bool:
        channel = self._runtime.channels.get(name)
        return channel is not None and channel.abilities.desk

    async def _dead(self, request: web.Request) -> web.StreamResponse:
        to, reason, after = (_query(request, name) for name in ("to", "reason", "after"))
        async with self._runtime.store.transaction() as uow:
            entries = await uow.outbox.dead(SHOWN + 1, to=to, reason=reason, after=after)
        return private_json({"entries": [_entry(one) for one in entries[:SHOWN]], "more": len(entries) > SHOWN})

    async def _replay(self, request: web.Request) -> web.StreamResponse:
        chosen = _chosen(await json_object(request))
        async with self._runtime.store.transaction() as uow:
            replayed = await replay_chosen(uow, chosen, self._runtime.clock.now())
            await self._note(uow, request, "outbox.replayed", entries=len(replayed.done))
        await self._runtime.wakeups.notify(OUTBOX)
        log.info("what was given up leaves again", entries=len(replayed.done), to=chosen.to)
        return private_json({"replayed": len(replayed.done), "left": len(replayed.left)})

    async def _discard(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        why, chosen = _text(body, "why").strip(), _chosen(body)
        if not why:
            raise WebhookRejected(400, '"why" wants a reason, which is kept with each entry')
        who, now = request[CALLER].reference, self._runtime.clock.now()
        async with self._runtime.store.transaction() as uow:
            done = await discard_chosen(uow, chosen, who=who, why=why, now=now)
            await self._note(uow, request, "outbox.discarded", entries=len(done))
        log.info("what was given up is discarded", entries=len(done), to=chosen.to)
        return private_json({"discarded": len(done)})

    async def _tell_again(self, request: web.Request) -> web.StreamResponse:
        """Let journeys be told once more of the changes of a segment that failed for one reason."""
        segment = request.match_info["segment"]
        reason = _text(await json_object(request), "reason")
        if storable(segment) != segment or not reason:
            raise WebhookRejected(400, 'say which ones: a segment, and "reason" as /queues.json tells it')
        async with self._runtime.store.transaction() as uow:
            changes = await uow.segments.tell_again(segment, reason)
            await self._note(uow, request, "segment.replayed", about=segment, changes=changes)
        await self._runtime.wakeups.notify(SEGMENTS)
        log.info("journeys are told once more of changes of a segment", segment=segment, changes=changes)
        return private_json({"replayed": changes})

    async def _lift(self, request: web.Request) -> web.StreamResponse:
        channel = request.match_info["channel"]
        async with self._runtime.store.transaction() as uow:
            if storable(channel) != channel or not await lift_stop(uow, channel):
                raise WebhookRejected(404, "nothing is stopped on this channel")
            await self._note(uow, request, "sender.lifted", about=channel)
        await self._runtime.wakeups.notify(OUTBOX)
        log.info("a stopped sender may send again", channel=channel)
        return private_json({"lifted": channel})

    async def _note(self, uow: UnitOfWork, request: web.Request, what: str, about: str = "", **detail: int) -> None:
        """In the audit log, in the same transaction."""
        await uow.audit.note(self._service.doors.deed(request, what, about, **detail), self._runtime.clock.now())


def _lane(lane: Lane, first: datetime | None, waiting: list[Waiting], now: datetime) -> dict[str, Any]:
    entries = sum(one.entries for one in waiting)
    return {
        "lane": lane.value,
        "waiting": entries,
        "due": sum(one.due for one in waiting),
        "more": entries >= MOST_COUNTED,
        "first_due": first.isoformat() if first is not None else None,
        "late_seconds": max(0.0, (now - first).total_seconds()) if first is not None else 0.0,
    }


def _waiting(one: Waiting) -> dict[str, Any]:
    return {
        "lane": one.lane.value,
        "to": one.to,
        "why": one.why,
        "entries": one.entries,
        "due": one.due,
        "first_due": one.first_due.isoformat(),
    }


def _entry(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.created_at.isoformat(),
        "what": what(entry.dispatch),
        "to": entry.goes_to,
        "person": entry.profile_id,
        "attempts": entry.attempts,
        "reason": entry.reason,
        "replayable": may_be_replayed(entry),
    }


def _chosen(body: Mapping[str, Any]) -> Chosen:
    """`entries` are ids; or `to` and `reason`, of which one may be left out."""
    ids = body.get("entries", [])
    if not isinstance(ids, list) or len(ids) > MOST_IDS or not all(isinstance(one, str) for one in ids):
        raise WebhookRejected(400, f'"entries" wants a list of at most {MOST_IDS} ids')
    try:
        return Chosen(frozenset(OutboxId(one) for one in ids), _text(body, "to"), _text(body, "reason"))
    except ValueError as error:
        raise WebhookRejected(400, 'say which ones: "entries" with ids, or "to" and "reason"') from error


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or storable(value) != value:
        raise WebhookRejected(400, f'"{name}" wants a text of at most {LONGEST} characters')
    return value


def _query(request: web.Request, name: str) -> str:
    return _text(request.query, name)
