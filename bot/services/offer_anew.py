"""Offer anew: a hand-off that a route offered to somebody who is not at work any more is offered to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.domain.errors import Conflict
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import DeskLine
from bot.domain.routing import DeskPlan, Rep
from bot.journeys.working_hours import is_at_work
from bot.ports import UnitOfWork
from bot.services.hand_off import refresh_card, snooze_key, to_desk
from bot.services.offer import offer, opening_of, plan_of, start_clock
from bot.services.reassign import mentions_of
from bot.services.runtime import OUTBOX, Desk, Runtime
from bot.services.tell_desk import OURSELVES
from bot.services.weigh import only_kept_since

MOST_AT_ONCE = 100
"""Of one rep's; the others come with the next look."""


async def offer_anew(runtime: Runtime) -> int:
    """How many were: at desks that are open, of what nobody has claimed or put aside. What a colleague has asked
    somebody to take stays theirs."""
    now, moved = runtime.clock.now(), 0
    for desk in runtime.desks:
        plan = plan_of(runtime, desk.channel, desk.address)
        if plan is None or not plan.routes or opening_of(runtime, desk, now) is not None:
            continue
        for rep in _away(plan, now):
            for handoff in await _offered_to(runtime, desk, rep):
                with suppress(Conflict):  # somebody has just done something with it
                    moved += await _offer(runtime, handoff, rep, now)
    if moved:
        await runtime.wakeups.notify(OUTBOX)
    return moved


def _away(plan: DeskPlan, now: datetime) -> Sequence[Rep]:
    theirs = ((rep, rep.hours or plan.hours) for rep in plan.reps.values())
    return [rep for rep, hours in theirs if hours is not None and not is_at_work(hours, now)]


async def _offered_to(runtime: Runtime, desk: Desk, rep: Rep) -> Sequence[Handoff]:
    async with runtime.store.reading() as uow:
        theirs = await uow.handoffs.held_by(desk.channel, rep.name, limit=MOST_AT_ONCE)
    here = [one for one in theirs if one.desk_address == desk.address]
    return [one for one in here if one.state is HandoffState.REQUESTED and one.is_offered_by_route]


async def _offer(runtime: Runtime, handoff: Handoff, rep: Rep, now: datetime) -> bool:
    """To whoever is free; else the whole desk is told, and so it is not looked for again. Raises Conflict."""
    async with runtime.store.transaction() as uow:
        if await _rests(uow, handoff):
            return False
        given = await offer(uow, runtime, replace(handoff, version=handoff.version + 1), now)
        await uow.handoffs.save(given)
        await refresh_card(uow, runtime, given, now, was=rep.name)
        to = given.offered_to
        asked = f"{to} is asked to take this." if to else "nobody else is free: who takes it?"
        words, mentions = f"{rep.name} is not at work any more; {asked}", mentions_of(runtime, given, to)
        line = DeskLine(OURSELVES, words, to_all=not to, mentions=mentions)
        await to_desk(uow, given, f"relay:{given.id}:anew:{given.version}", line, now)
        await start_clock(uow, runtime, given, now)
    return True


async def _rests(uow: UnitOfWork, handoff: Handoff) -> bool:
    """Whether somebody has put it aside, or nobody is to be reminded of it."""
    if await uow.inbox.waits(handoff.desk, snooze_key(handoff)):
        return True
    return await only_kept_since(uow, handoff.profile_id) is not None
